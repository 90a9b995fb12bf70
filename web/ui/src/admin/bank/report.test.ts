import { beforeAll, describe, expect, it } from 'vitest'
import zh from '../../../locales/admin.zh-CN.json'
import { addMessages, installMessages } from '../../shared/i18n'
import type { Report, RowProblem } from '../types'
import { filterRows, placeOf, problemTable, reason } from './report'

const problem = (over: Partial<RowProblem>): RowProblem => ({
  file: 'q.xlsx',
  sheet: '三级',
  row: 17,
  column: 'C',
  header: '题干(必填)',
  severity: 'error',
  code: 'nobody_knows_this',
  message: 'English message',
  ...over,
})

const report: Report = {
  file: 'q.xlsx',
  sha256: 'x',
  total: 3,
  good: 1,
  bad: 1,
  same: 1,
  errors: 1,
  warnings: 2,
  rows: [
    {
      sheet: '三级',
      row: 2,
      state: 'good',
      label: '题一',
      problems: [problem({ severity: 'warning', row: 2 })],
    },
    { sheet: '三级', row: 17, state: 'bad', label: '题二', problems: [problem({})] },
    { sheet: '三级', row: 18, state: 'same', label: '题三', problems: [] },
  ],
  problems: [problem({ row: 0, column: '', severity: 'warning' })],
}

beforeAll(() => installMessages(zh, async () => ({ default: {} })))

describe('a report', () => {
  it('names places as a spreadsheet does', () => {
    expect(placeOf(problem({}))).toBe('三级!C17')
    expect(placeOf(problem({ row: 0, column: '' }))).toBe('三级')
    expect(placeOf(problem({ sheet: '', row: 0 }))).toBe('q.xlsx')
  })

  it('translates reasons by their code and falls back to the message', () => {
    expect(reason(problem({ code: 'option_gap' }))).toBe(zh['import.option_gap'])
    expect(reason(problem({}))).toBe('English message')
  })

  it('says reasons of single entries as their forms do', () => {
    addMessages({ 'error.full_up': '名额已满（{most} 名）' }, async () => ({ default: {} }))
    expect(reason(problem({ code: 'full_up', params: { most: '5' } }))).toBe('名额已满（5 名）')
  })

  it('fills the values of a reason', () => {
    const text = reason(problem({ code: 'weights_sum', params: { sum: '99', want: '100' } }))
    expect(text).toContain('99')
    expect(text).toContain('100')
  })

  it('filters rows by state, and by warnings', () => {
    expect(filterRows(report, 'all')).toHaveLength(3)
    expect(filterRows(report, 'bad').map((r) => r.row)).toEqual([17])
    expect(filterRows(report, 'warning').map((r) => r.row)).toEqual([2])
    expect(filterRows(report, 'same').map((r) => r.row)).toEqual([18])
  })

  it('lists every problem with its place and the content of its row', () => {
    const table = problemTable(report)
    expect(table).toHaveLength(4)
    expect(table[1]?.[2]).toBe('')
    expect(table[3]).toEqual([
      'q.xlsx',
      '三级',
      17,
      'C',
      '题干(必填)',
      '错误',
      '题二',
      'English message',
      'nobody_knows_this',
    ])
  })
})
