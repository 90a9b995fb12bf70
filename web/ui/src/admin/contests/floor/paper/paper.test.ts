import { describe, expect, it } from 'vitest'
import type { Module } from '../../../../shared/marking/scheme'
import { formOf, moduleOf, nextOf, papersOf, readMark, stepFrom, typedPapers, waitsForMe } from './paper'
import type { Paper } from './shapes'

function paper(code: string, seat: number, more: Partial<Paper> = {}): Paper {
  return {
    code,
    seat,
    panel: 1,
    sheet: `${code}.A`,
    module: 'A',
    judge: `j${seat}`,
    version: 0,
    round: 1,
    state: 'none',
    mine: false,
    sub_criteria: ['A1'],
    ...more,
  }
}

const all = [paper('A01', 1), paper('A01', 2), paper('A02', 1), paper('A02', 2)]

describe('finding a paper', () => {
  it('reads the QR code of a sheet and of a table', () => {
    const sheet = readMark('xinglu:sheet?d=div&j=2&p=XL-1&s=A02.A')
    expect(sheet).toEqual({ division: 'div', seat: 2, sheet: 'A02.A' })
    expect(papersOf(all, sheet!)).toEqual([all[3]])
    const table = readMark(' xinglu:sheet?d=div&j=1&m=A&n=1&p=XL-1\n')
    expect(papersOf(all, table!)).toEqual([all[0], all[2]])
  })

  it('takes no other code', () => {
    for (const text of [
      '',
      'A01',
      'xinglu:badge?d=x',
      'xinglu:sheet?d=x&j=0&s=A',
      'xinglu:sheet?j=1&s=A',
      'xinglu:sheet?d=x&j=1&m=A',
    ])
      expect(readMark(text)).toBeUndefined()
  })

  it('knows the module of a sheet', () => {
    expect(['A07.B', 'A07.B~2', 'A.7.B'].map(moduleOf)).toEqual(['B', 'B', 'B'])
  })

  it('finds by code, and by seat behind a stroke, also from an input method', () => {
    expect(typedPapers(all, 'a02')).toEqual([all[2], all[3]])
    expect(typedPapers(all, 'Ａ０２/2')).toEqual([all[3]])
    expect(typedPapers(all, 'A09')).toEqual([])
  })
})

describe('what comes next', () => {
  it('is of the same judge, and not what the person has keyed', () => {
    expect(nextOf(all, all[0]!)).toBe(all[2])
    expect(nextOf(all, all[2]!)).toBe(all[0])
    expect(nextOf([paper('A01', 1), paper('A02', 1, { state: 'once', mine: true })], all[0]!)).toBeUndefined()
  })

  it('waits for the person unless that person alone has keyed it', () => {
    expect(waitsForMe(paper('A', 1, { state: 'once' }))).toBe(true)
    expect(waitsForMe(paper('A', 1, { state: 'once', mine: true }))).toBe(false)
    expect(waitsForMe(paper('A', 1, { state: 'differs', mine: true }))).toBe(true)
    expect(waitsForMe(paper('A', 1, { state: 'counts' }))).toBe(false)
  })
})

it('asks only what stands on the paper', () => {
  const aspect = (id: string, more = {}) => ({ id, kind: 'points', max: 100, ...more })
  const scheme = {
    id: 'A',
    sub_criteria: [
      {
        id: 'A1',
        aspects: [aspect('A1.1'), aspect('A1.2', { time_table: { source: 'clock' } }), aspect('A1.3')],
      },
      { id: 'A2', aspects: [aspect('A2.1')] },
    ],
  } as unknown as Module
  const form = formOf(scheme, { sub_criteria: ['A1'] })
  expect(form.sub_criteria.flatMap((s) => s.aspects.map((a) => a.id))).toEqual(['A1.1', 'A1.3'])
  expect(stepFrom(form, null, 1)?.id).toBe('A1.1')
  expect(stepFrom(form, 'A1.1', 1)?.id).toBe('A1.3')
  expect(stepFrom(form, 'A1.3', 1)).toBeUndefined()
  expect(stepFrom(form, 'A1.1', -1)).toBeUndefined()
})
