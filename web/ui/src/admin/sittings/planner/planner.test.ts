import { describe, expect, it } from 'vitest'
import { Problem } from '../../../shared/api'
import '../../../shared/i18n'
import type { Sitting } from '../../types'
import { completeRules } from './completeRules'
import { below, copyInto, draftOf, freeCode, newPlan, placeName, refusedFields, ticketOf } from './planner'
import '../strings'

const outline = { occupation: { edition: '2022', code: '6-31-01-03', name: '电工', trade: '' }, level: 3 }

describe('a plan', () => {
  it('keeps a tenth of the seats free and has a line to pass', () => {
    const draft = draftOf(newPlan(Date.UTC(2026, 10, 22), 7, 'https://exam.example.cn'), outline)
    expect(draft.rules.spare_share_bp).toBe(1000)
    expect(draft.rules.grading?.parts?.[0]?.pass_bp).toBe(6000)
    expect(draft.starts_at).toBe('2026-11-23T01:00:00.000Z')
    expect(draft.centres[0]?.rooms[0]).toMatchObject({ columns: 8 })
  })

  it('takes complete rules and centres of an earlier sitting, and nothing else', () => {
    const centres = [
      {
        code: 'JN',
        name: '济南',
        rooms: [{ code: 'A', name: '', seats: ['A1', 'A2'], spare: ['Z'], columns: 2, accessible: ['A2'] }],
      },
    ]
    const earlier = { rules: completeRules, centres } as unknown as Sitting
    const plan = newPlan(0, 7, '')
    copyInto(plan, earlier, '')
    const draft = draftOf(plan, outline)
    expect(draft.rules).toEqual(completeRules)
    expect(draft.centres).toEqual(centres)
    expect(draft.papers).toEqual([])
  })
})

it('has a code of its own on a day with several sittings', () => {
  expect(freeCode('1123', ['1122'])).toBe('1123')
  expect(freeCode('1123', ['1123', '11232'])).toBe('11233')
})

describe('refusals', () => {
  const refused = (path: string) =>
    new Problem(422, { errors: [{ path, code: 'duration_range', message: 'give less' }] })

  it('are found by the path of the sitting, also when a plan wraps it', () => {
    expect(Object.keys(refusedFields(refused('sitting.rules.limit_ms')))).toEqual(['rules.limit_ms'])
    expect(Object.keys(refusedFields(refused('rules.seb.settings.start_url')))).toEqual([
      'rules.seb.settings.start_url',
    ])
    expect(refusedFields(new Error('x'))).toEqual({})
  })

  it('are counted below a path, not beside it', () => {
    const wrong = { 'rules.face.threshold': 'a', 'rules.faces': 'b', 'centres[0].code': 'c', centres: 'd' }
    expect(below(wrong, 'rules.face')).toEqual(['a'])
    expect(below(wrong, 'centres')).toEqual(['c', 'd'])
  })

  it.each([
    ['rules.grading.parts[0].pass_bp', '合格线（占满分）'],
    ['rules.contingency.extend_up_to_ms', '每名考生最多补时'],
    ['rules.seb.settings.processes[1]', '准许同时运行的程序'],
    ['rules.misconduct.tiers[2].code', '违纪等级'],
    ['rules.new_rule', 'rules.new_rule'],
    ['sitting.centres[0].rooms[1].seats[3]', '考点 1，考场 2'],
  ])('at %s are named %s', (path, want) => expect(placeName(path)).toBe(want))
})

describe('ticketOf', () => {
  const values = { sitting: '1123', centre: '01', room: '02', seat: '7', serial: '12' }

  it.each([
    ['{sitting}{centre:2}{room:2}{seat:3}', '11230102007'],
    ['37{serial:4}', '370012'],
    ['{centre}{room}', null],
    ['{seat}{colour}', null],
    ['{seat:0}', null],
    ['{seat', null],
    ['{seat}}', null],
  ])('fills %s as the server does: %j', (template, want) => expect(ticketOf(template, values)).toBe(want))
})
