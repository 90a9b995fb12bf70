import { beforeAll, describe, expect, it } from 'vitest'
import zh from '../../../locales/admin.zh-CN.json'
import { installMessages } from '../../shared/i18n'
import type { Division, Part, Standing } from '../types'
import { amount, partText, rankText, resultTable } from './results'

beforeAll(() => installMessages(zh, async () => ({ default: {} })))

const part = (over: Partial<Part>): Part => ({
  module: 'B',
  state: 'blank',
  marks: null,
  in: 0,
  of: 5,
  ...over,
})

describe('amount', () => {
  it.each([
    [8705, '87.05'],
    [8700, '87.00'],
    [5, '0.05'],
    [0, '0.00'],
    [null, '—'],
  ])('writes %j as %s', (value, want) => expect(amount(value)).toBe(want))
})

describe('partText', () => {
  it('tells blank, zero and absent apart', () => {
    expect(partText(part({}))).toBe('—')
    expect(partText(part({ state: 'marked', marks: 0 }))).toBe('0.00')
    expect(partText(part({ state: 'absent' }))).toBe('缺考')
  })

  it('says how many of the panel have marked', () => {
    expect(partText(part({ state: 'partial', marks: 4150, in: 3 }))).toBe('41.50 (3/5)')
    expect(partText(part({ state: 'partial', in: 1 }))).toBe('(1/5)')
  })
})

describe('rankText', () => {
  it('marks shared ranks and missing ones', () => {
    expect(rankText({ rank: 2, shared: true })).toBe('2（并列）')
    expect(rankText({ rank: 3, shared: false })).toBe('3')
    expect(rankText({ rank: null, shared: false })).toBe('—')
  })
})

describe('resultTable', () => {
  const division = {
    scheme: {
      modules: [{ id: 'A', name: { zh: '理论', en: '' }, max: 10000, source: 'imported', sub_criteria: [] }],
    },
  } as unknown as Division
  const standing: Standing = {
    code: 'A01',
    unit: '甲,乙厂',
    city: '济南',
    rank: 1,
    shared: false,
    total: 8705,
    complete: true,
    progress: 'complete',
    changed_at: '2026-11-23T01:00:00.000Z',
    parts: [part({ module: 'A', state: 'marked', marks: 8705 })],
  }

  it('writes amounts with two places', () => {
    const [head, row] = resultTable(division, [standing])
    expect(head?.[4]).toBe('A 理论 (100)')
    expect(row).toEqual([1, 'A01\t', '甲,乙厂', '济南', '87.05', '87.05', '已完成'])
  })

  it('leaves missing amounts empty and names the absent', () => {
    const absent = {
      ...standing,
      rank: null,
      total: null,
      progress: 'absent',
      parts: [part({ module: 'A', state: 'absent' })],
    }
    expect(resultTable(division, [absent])[1]).toEqual([null, 'A01\t', '甲,乙厂', '济南', '缺考', '', '缺考'])
  })
})
