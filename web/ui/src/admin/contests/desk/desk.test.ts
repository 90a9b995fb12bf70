import { beforeAll, describe, expect, it } from 'vitest'
import zh from '../../../../locales/desk.zh-CN.json'
import { installMessages } from '../../../shared/i18n'
import { actsFor, callOf, isReady, type ActDraft } from './acts'
import { countsOf, flagsOf, matrices, wantsChief } from './desk'
import { decimal, observed, parseDecimal, parseStopwatch, stopwatch } from './observe'
import type { Aspect, DeskModule, DeskRow, DeskSheet } from './shapes'

beforeAll(() => installMessages(zh, async () => ({ default: {} })))

const row = (over: Partial<DeskRow>): DeskRow => ({
  sheet: 'A01.B',
  code: 'A01',
  state: 'waiting',
  round: 1,
  have: 0,
  need: 3,
  closed: false,
  judges: [],
  conferences: [],
  decided: [],
  gap: null,
  gap_blocks: false,
  gap_accepted: false,
  unsigned: [],
  conduct: 0,
  evidence: 0,
  changed_at: '2026-11-29T00:00:00Z',
  ...over,
})
const module = (id: string, layer: string, codes: string[]): DeskModule =>
  ({
    module: id,
    name: { zh: id, en: id },
    panels: [
      {
        layer,
        sub_criteria: [],
        judges: [],
        rows: codes.map((code) => row({ code, sheet: `${code}.${id}` })),
      },
    ],
    counts: { waiting: codes.length },
    undrawn: 0,
    lock: null,
    digest: '',
    missing: [],
  }) as unknown as DeskModule

describe('matrices', () => {
  it('never put codes of two layers, or of two modules with codes of their own, in one table', () => {
    const tables = matrices({
      modules: [
        module('A', 'entry', ['2', '1']),
        module('B', 'entry', ['1']),
        module('C', 'work', ['9']),
        module('D', 'work', ['9']),
      ],
    })
    expect(tables.map((m) => [m.key, m.rows.map((r) => r.code)])).toEqual([
      ['entry', ['1', '2']],
      ['work.C', ['9']],
      ['work.D', ['9']],
    ])
    expect(tables[0]!.rows[1]!.cells.map((c) => c?.sheet)).toEqual(['2.A', undefined])
  })

  it('count states over modules', () => {
    expect(countsOf({ modules: [module('A', 'entry', ['1']), module('B', 'entry', ['1', '2'])] })).toEqual({
      waiting: 3,
    })
  })
})

describe('flags', () => {
  it('show what holds a sheet up, and nothing that is settled', () => {
    expect(flagsOf(row({ gap: 900, gap_accepted: true }))).toEqual([])
    expect(
      flagsOf(row({ gap: 900, gap_blocks: true, unsigned: ['a', 'b'] })).map((f) => [f.key, f.n]),
    ).toEqual([
      ['gap', 1],
      ['unsigned', 2],
    ])
  })

  it('call the chief judge for a conference, too few sheets and a gap that blocks', () => {
    expect(wantsChief(row({ state: 'too_few' }))).toBe(true)
    expect(wantsChief(row({ state: 'agreed', gap: 900, gap_blocks: true }))).toBe(true)
    expect(wantsChief(row({ state: 'agreed', gap: 900, gap_blocks: true, gap_accepted: true }))).toBe(false)
  })
})

describe('values', () => {
  it.each([
    ['8.8', 2, 880],
    ['8.805', 2, null],
    ['−1', 0, -1],
    ['0', 2, 0],
    ['', 2, null],
    ['1e3', 0, null],
  ])('reads %j with %i decimals as %j', (written, decimals, want) =>
    expect(parseDecimal(written, decimals)).toBe(want),
  )

  it.each([
    ['12:05', 725_000],
    ['12:05.3', 725_300],
    ['12:65', null],
    ['7', null],
  ])('reads the time %j as %j', (written, want) => expect(parseStopwatch(written)).toBe(want))

  it('are written as they are read', () => {
    expect(decimal(-5, 2)).toBe('−0.05')
    expect(stopwatch(725_300)).toBe('12:05.3')
  })

  it('tell blank and zero apart', () => {
    const aspect = { id: 'A1', kind: 'points' } as Aspect
    expect(observed(aspect, undefined)).toBe('—')
    expect(observed(aspect, { points: 0 })).toBe('0 分')
    expect(observed(aspect, { deductions: {} })).toBe('不扣分')
  })
})

describe('acts', () => {
  const sheet = { ...row({ state: 'marking' }), violations: [], zero_rules: [] } as unknown as DeskSheet
  const draft: ActDraft = { why: ' 复看录像 ', value: { points: 150 }, choice: '', ms: null }
  const at = { division: 'd/1', module: 'B', layer: 'work', sheet }
  const aspect = { id: 'B1' } as Aspect

  it('name the sheet, the reason and the key', () => {
    expect(callOf({ kind: 'decide', aspect }, draft, at, 'k')).toEqual({
      url: '/divisions/d%2F1/aspect-decisions',
      body: { key: 'k', sheet: 'A01.B', aspect: 'B1', observation: { points: 150 }, why: '复看录像' },
    })
    expect(callOf({ kind: 'absence_withdraw' }, draft, at, 'k').body).toMatchObject({
      layer: 'work',
      code: 'A01',
      modules: ['B'],
      withdraw: true,
    })
  })

  it('need a reason, and what the act asks for', () => {
    expect(isReady({ kind: 'gap' }, { ...draft, why: ' ' })).toBe(false)
    expect(isReady({ kind: 'decide', aspect }, { ...draft, value: null })).toBe(false)
    expect(isReady({ kind: 'zeroing' }, draft)).toBe(false)
    expect(isReady({ kind: 'decide', aspect }, draft)).toBe(true)
  })

  it('of a locked module are only to ask for an unlock', () => {
    expect(actsFor(sheet, 'work', true)).toEqual([{ kind: 'unlock' }])
    expect(actsFor(sheet, 'work', false).map((a) => a.kind)).toEqual(['close', 'absence'])
    expect(actsFor({ ...sheet, state: 'absent' }, 'work', false).map((a) => a.kind)).toEqual([
      'absence_withdraw',
    ])
  })
})
