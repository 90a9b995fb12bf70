import { describe, expect, it } from 'vitest'
import { codeTail, plainCode, repeatsTail } from './code'

describe('the repeated code', () => {
  it.each<[string, string, boolean]>([
    ['A01', '01', true],
    ['A01', ' 0 1', true],
    ['A01', '０１', true],
    ['A01', '1', false],
    ['A01', '10', false],
    ['A01', 'A01', false],
    ['A01', '', false],
    ['K7B', '7b', true],
    ['K7B', '7B', true],
    ['7', '7', false],
  ])('of %s as %j: %s', (code, typed, want) => {
    expect(repeatsTail(code, typed)).toBe(want)
  })

  it('is the last two characters', () => {
    expect(codeTail('A17')).toBe('17')
    expect(plainCode(' ａ17 ')).toBe('A17')
  })
})
