import { describe, expect, it } from 'vitest'
import { absenceNeedsReason, lastStep, matching, meant, nextMoves, together, wantsCheck } from './calls'
import { clockTable, mendsOf, minutesMS, pressesOf, reading, rooms, startable } from './clocks'
import type { Call, Clock, DeskClocks, Member } from './shapes'

const call = { cutoff_at: '2026-11-29T01:15:00Z', identity: true } as Call
const cutoff = Date.parse(call.cutoff_at)
const member = (more: Partial<Member>): Member =>
  ({
    competitor: 'x1',
    name: '阮青竹',
    unit: '烟台港',
    entry: 'C003',
    people: [],
    state: 'expected',
    identity: [],
    steps: [],
    asked: null,
    ...more,
  }) as unknown as Member

describe('moves in the call room', () => {
  it('follow the state', () => {
    const of = (state: string): string[] => nextMoves(member({ state }), call, cutoff)
    expect([of('expected'), of('waiting'), of('ready'), of('competing'), of('left')]).toEqual([
      ['waiting', 'absent'],
      ['ready', 'absent'],
      ['competing', 'absent'],
      ['left'],
      [],
    ])
  })
  it('ask the chief judge after the cutoff, once', () => {
    expect(nextMoves(member({}), call, cutoff + 1)).toEqual(['absent', 'ask'])
    const asked = { seq: 3, decided: null } as unknown as Member['asked']
    expect(nextMoves(member({ state: 'absent', asked }), call, cutoff + 1)).toEqual([])
    const refused = { seq: 3, decided: { granted: false } } as Member['asked']
    expect(nextMoves(member({ state: 'absent', asked: refused }), call, cutoff + 1)).toEqual(['ask'])
  })
  it('want an identity that matches, by the latest check', () => {
    const m = member({ state: 'waiting' })
    expect(wantsCheck(m, call)).toBe(true)
    const checks = [{ finding: 'match' }, { finding: 'doubt' }] as Member['identity']
    expect(wantsCheck({ ...m, identity: checks }, call)).toBe(true)
    expect(wantsCheck({ ...m, identity: checks.slice(0, 1) }, call)).toBe(false)
  })
  it('need a reason for an absence before its time', () => {
    expect(absenceNeedsReason(member({}), call, cutoff)).toBe(true)
    expect(absenceNeedsReason(member({}), call, cutoff + 1)).toBe(false)
  })
  it('take back the last step that stands', () => {
    const steps = [
      { seq: 1, undone: null },
      { seq: 2, undone: { seq: 3 } },
    ] as Member['steps']
    expect(lastStep(member({ steps }))?.seq).toBe(1)
  })
})

describe('finding people', () => {
  const all = [member({}), member({ competitor: 'x2', name: '阮青松', entry: 'C004', state: 'ready' })]
  it('goes by name, unit and code', () => {
    expect(matching(all, '阮 c004', '').map((m) => m.competitor)).toEqual(['x2'])
    expect(matching(all, '', 'ready').map((m) => m.competitor)).toEqual(['x2'])
  })
  it('takes a code at once and a name where it is the only one', () => {
    expect([
      meant(all, ' c003 ')?.competitor,
      meant(all, '青松')?.competitor,
      meant(all, '阮'),
      meant(all, ''),
    ]).toEqual(['x1', 'x2', undefined, undefined])
  })
  it('moves ready people together', () => {
    expect(together(all, 'competing').map((m) => m.competitor)).toEqual(['x2'])
  })
})

const clock = (more: Partial<Clock>): Clock =>
  ({
    module: 'B',
    code: '1-01',
    batch: 1,
    state: 'idle',
    limit_ms: 60_000,
    used_ms: 0,
    remaining_ms: 60_000,
    overtime_ms: 0,
    paused_ms: 0,
    compensation_ms: 0,
    absent: false,
    server_time: '2026-11-29T01:00:00Z',
    started_at: null,
    stopped_at: null,
    ...more,
  }) as unknown as Clock
const at = Date.parse('2026-11-29T01:00:00Z')

describe('clocks', () => {
  it('run on between answers, and over', () => {
    const c = clock({ state: 'running', used_ms: 10_000, remaining_ms: 50_000 })
    expect(reading(c, at + 20_000)).toEqual({ used: 30_000, left: 30_000, over: 0 })
    expect(reading(c, at + 55_000)).toEqual({ used: 65_000, left: 0, over: 5_000 })
    expect(reading(clock({ state: 'paused', used_ms: 10_000, remaining_ms: 50_000 }), at + 9_000).left).toBe(
      50_000,
    )
    expect(reading(clock({ limit_ms: 0, state: 'running' }), at + 1_000)).toEqual({
      used: 1_000,
      left: null,
      over: 0,
    })
  })
  it('take the presses that fit', () => {
    expect(pressesOf(clock({}))).toEqual(['start'])
    expect(pressesOf(clock({ absent: true }))).toEqual([])
    expect([
      mendsOf(clock({ state: 'stopped' })).length,
      mendsOf(clock({ state: 'running' })),
      mendsOf(clock({})),
    ]).toEqual([3, ['reset'], []])
  })
  it('stand in rooms', () => {
    const clocks = [clock({ batch: 2, code: '2-01' }), clock({}), clock({ code: '1-02', absent: true })]
    const desk = { modules: [{ id: 'B', name: { zh: '', en: '' } }], clocks } as unknown as DeskClocks
    const all = rooms(desk)
    expect(all.map((r) => [r.batch, r.clocks.length])).toEqual([
      [1, 2],
      [2, 1],
    ])
    expect(startable(all[0]!.clocks).map((c) => c.code)).toEqual(['1-01'])
    expect(clockTable(desk, (c) => c.module, ['h']).map((r) => r[0])).toEqual(['h', 'B', 'B', 'B'])
  })
  it('read minutes as they are typed', () => {
    expect(['7', '7.5', '1:30', '0', '1:75', 'x', ''].map(minutesMS)).toEqual([
      420_000,
      450_000,
      90_000,
      null,
      null,
      null,
      null,
    ])
  })
})
