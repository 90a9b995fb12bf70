import { describe, expect, it } from 'vitest'
import type { PlanInfo, Report } from '../types'
import './strings'
import {
  alreadyTaken,
  applicationOf,
  conditionText,
  entryPath,
  fromField,
  newEntry,
  newPlan,
  nextStatuses,
  planOf,
} from './plan'

describe('plan', () => {
  it('moves forward, and back from closed to open only', () => {
    expect(['draft', 'open', 'closed', 'arranged', 'archived'].map(nextStatuses)).toEqual([
      ['open'],
      ['closed'],
      ['arranged', 'open'],
      ['archived'],
      [],
    ])
  })

  it('goes back to the server without what is not its own', () => {
    const plan = newPlan('p', Date.UTC(2026, 0, 1))
    const info = { ...plan, status: 'draft', counts: {}, placings: [] } as unknown as PlanInfo
    expect(planOf(info)).toEqual(plan)
  })

  it('says an empty time as the zero time', () => {
    expect(fromField(null)).toBe('0001-01-01T00:00:00Z')
    expect(fromField('2026-11-23 09:00')).toBe('2026-11-23T01:00:00.000Z')
  })
})

describe('entry', () => {
  it('leaves out what was not stated', () => {
    expect(applicationOf(newEntry(3)).facts).toEqual({})
  })

  it('tells none from not stated, and counts months and thousandths', () => {
    const sent = applicationOf({
      ...newEntry(3),
      years: 5.5,
      heldLevel: '0',
      diploma: 'none',
      inSchool: 'no',
      factor: 1.3,
    })
    expect(sent.facts).toEqual({ months_total: 66, held_level: 0, diploma: 'none', in_school: false })
    expect(sent.factor).toBe(1300)
  })

  it('says its needs in words: what a sitting arranges, then what people do', () => {
    const sent = applicationOf({
      ...newEntry(3),
      arranged: ['rest_breaks', 'large_type'],
      needs: ' 靠近门口 ',
    })
    expect(sent.needs).toBe('大字号、中途休息、靠近门口')
    expect(applicationOf(newEntry(3)).needs).toBe('')
  })

  it('finds the field of a refusal', () => {
    expect(['list[0].id_number', 'entry.facts.born', 'list'].map(entryPath)).toEqual([
      'id_number',
      'facts.born',
      'list',
    ])
  })
})

describe('roster', () => {
  const report = (...codes: string[]): Report =>
    ({
      total: codes.length,
      bad: codes.length,
      problems: [],
      rows: codes.map((code) => ({ problems: [{ code, severity: 'error' }] })),
    }) as unknown as Report

  it('is known again only when nothing else is wrong', () => {
    expect(alreadyTaken(report('already_in_plan', 'already_in_plan'))).toBe(true)
    expect(alreadyTaken(report('already_in_plan', 'id_checksum'))).toBe(false)
    expect(alreadyTaken(report())).toBe(false)
  })
})

it('writes conditions in words', () => {
  expect(conditionText({ kind: 'years_since_level', level: 4, min: 5 })).toBe(
    '取得四级/中级工或以上证书后从事本职业满 5 年',
  )
  expect(conditionText({ kind: 'diploma_type', any_of: ['bachelor', 'postgraduate'] })).toBe(
    '具有本科或研究生学历',
  )
})
