import { describe, expect, it } from 'vitest'
import { csv, textCell } from './csv'

describe('csv', () => {
  it('begins with the byte order mark and ends every row with CR LF', () => {
    expect(
      csv([
        ['名次', '编号'],
        [1, 'A01'],
      ]),
    ).toBe('\ufeff名次,编号\r\n1,A01\r\n')
  })

  it('quotes commas, quotes and line breaks', () => {
    expect(csv([['a,b', 'say "hi"', 'two\nlines']])).toBe('\ufeff"a,b","say ""hi""","two\nlines"\r\n')
  })

  it('leaves blanks empty and keeps zero', () => {
    expect(csv([[null, undefined, '', 0]])).toBe('\ufeff,,,0\r\n')
  })

  it.each(['=1+1', '+86', '@SUM(A1)', '-2+3', '\tx'])('keeps %j from running as a formula', (text) => {
    expect(csv([[text]])).toBe(`\ufeff'${text}\r\n`)
  })

  it('leaves negative numbers alone', () => {
    expect(csv([[-5, '-2.5']])).toBe('\ufeff-5,-2.5\r\n')
  })

  it('keeps all digits of a ticket number', () => {
    expect(csv([[textCell('1123190252010101')]])).toBe('\ufeff1123190252010101\t\r\n')
  })
})
