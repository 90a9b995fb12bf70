import { describe, expect, it } from 'vitest'
import zh from '../../../../locales/regulation.zh-CN.json'
import { addMessages } from '../../../shared/i18n'
import {
  addViolation,
  addZeroing,
  moveZeroing,
  removeViolation,
  removeZeroing,
  setSanction,
  zeroings,
} from './conduct'
import {
  addRanks,
  awardsOf,
  dropEmpty,
  dropScale,
  givenNames,
  newAdvance,
  newMedals,
  newScale,
  newTeams,
  setAdvance,
  setOwn,
  setReplace,
  setSharing,
  setTeamBy,
  teamTie,
  togglePoints,
} from './honours'
import type { Honours } from './shapes'
import { starter } from './starter'
import { valueOf } from './work'

addMessages(zh, async () => ({ default: {} }))

describe('zeroing rules', () => {
  it('hold in every module or in one, at the place that the server names', () => {
    const { scheme } = starter(true)
    addZeroing(scheme)
    addZeroing(scheme)
    moveZeroing(scheme, zeroings(scheme)[0]!, 'B')
    expect(zeroings(scheme).map((z) => [z.rule.id, z.module, z.path])).toEqual([
      ['zero2', '', 'scheme.zeroing[0]'],
      ['zero1', 'B', 'scheme.modules[1].zeroing[0]'],
    ])
    addZeroing(scheme)
    expect(scheme.zeroing!.map((z) => z.id)).toEqual(['zero2', 'zero3'])
  })
  it('leave nothing behind', () => {
    const { scheme } = starter(true)
    const before = JSON.stringify(scheme)
    addZeroing(scheme)
    moveZeroing(scheme, zeroings(scheme)[0]!, 'B')
    removeZeroing(scheme, zeroings(scheme)[0]!)
    addViolation(scheme)
    removeViolation(scheme, 'violation1')
    expect(JSON.stringify(scheme)).toBe(before)
  })
  it('have sanctions of which only a deduction costs marks', () => {
    const step = { kind: 'warning' } as { kind: string; marks?: number }
    setSanction(step, 'deduct')
    expect(step).toEqual({ kind: 'deduct', marks: 100 })
    setSanction(step, 'disqualify')
    expect(step).toEqual({ kind: 'disqualify' })
  })
})

describe('who goes on', () => {
  it('asks for what each way needs and nothing else', () => {
    const a = newAdvance()
    setAdvance(a, 'share_bp')
    expect(a).toMatchObject({ share_bp: 1000, base: 'started', rounding: 'up' })
    expect(a.count).toBeUndefined()
    a.reserves = 2
    setAdvance(a, 'score_at_least')
    expect(a).toMatchObject({ min: 8000, measure: 'marks', reserves: 0 })
    setAdvance(a, 'delegation_quota')
    expect(a.quota).toEqual({ each: 1 })
    expect(a.min).toBeUndefined()
  })
  it('has quotas of single delegations', () => {
    const a = newAdvance()
    setAdvance(a, 'delegation_quota')
    setOwn(a, 'jinan', 3)
    setOwn(a, 'jinan', 2)
    expect(a.quota).toEqual({ each: 1, own: [{ delegation: 'jinan', count: 2 }] })
    setOwn(a, 'jinan', undefined)
    expect(a.quota).toEqual({ each: 1 })
  })
  it('names no reserves where nobody is replaced', () => {
    const a = { ...newAdvance(), reserves: 2 }
    setReplace(a, 'none')
    expect(a).toMatchObject({ replace: 'none', reserves: 0 })
  })
})

describe('teams', () => {
  it('get points for places that never rise', () => {
    const r = newTeams()
    togglePoints(r)
    expect(r.points!.ranks!.map((x) => x.points / 100)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
    addRanks(r)
    addRanks(r)
    expect(r.points!.ranks!.slice(-1)).toEqual([{ from: 12, to: 12, points: 0 }])
    togglePoints(r)
    expect(r.points).toBeUndefined()
  })
  it('are added up in ways with what they need', () => {
    const r = newTeams()
    setTeamBy(r, 'best')
    expect(r.best).toBe(2)
    setTeamBy(r, 'mean')
    expect([r.best, r.step]).toEqual([undefined, 1])
    togglePoints(r)
    setTeamBy(r, 'own')
    expect([r.step, r.points]).toEqual([undefined, undefined])
  })
  it('are compared by steps that name themselves', () => {
    const part = { id: 'p', name: { zh: '技能', en: '' } }
    expect(teamTie('part', part, [])).toEqual({ by: 'part', part: 'p', name: part.name })
    expect(teamTie('awards', part, ['gold'])).toMatchObject({ awards: ['gold'], name: { zh: '获奖人数' } })
    expect(teamTie('lot', part, ['gold'])).toEqual({ by: 'lot', name: { zh: '抽签', en: '' } })
  })
})

describe('medals and the scale', () => {
  it('go together and apart', () => {
    const h: Honours = {}
    const a = awardsOf(h)
    a.scale = newScale()
    a.medals = newMedals(true)
    a.medals.medallion = { id: 'medallion', name: { zh: '优胜奖', en: '' }, min: 700 }
    expect(givenNames(a).map((x) => x.id)).toEqual(['gold', 'silver', 'bronze', 'medallion'])
    dropScale(a)
    expect(a.medals).toMatchObject({ measure: 'marks', gap: 0 })
    expect(a.medals.medallion).toBeUndefined()
    delete a.medals
    dropEmpty(h)
    expect(h).toEqual({})
  })
  it('are not shared beyond their places when never shared', () => {
    const m = newMedals(true)
    setSharing(m, 'never')
    expect(m).toMatchObject({ sharing: 'never', gap: 0, beyond: 'none' })
  })
})

describe('amounts of a trial', () => {
  it.each([
    [{ state: 'value', marks: 1250 }, '12.5'],
    [{ state: 'value', marks: 0 }, '0'],
    [{ state: 'blank', marks: 0 }, '未评'],
    [{ state: 'did_not_start', marks: 0 }, '未参赛'],
  ])('%o is %s', (v, want) => expect(valueOf(v)).toBe(want))
})
