import { describe, expect, it } from 'vitest'
import { conditions, leftMS, stepOf } from './ceremony'
import {
  actsOf,
  chunks,
  codesIn,
  drawsOf,
  found,
  lotsOf,
  mayAnnounce,
  modulesOf,
  redrawUntil,
  unconfirmed,
  waiting,
} from './draws'
import type { Ceremony, Draw, DrawDesk, LayerRow } from './shapes'

const draw = (more: Partial<Draw>): Draw =>
  ({
    draw: 'station.1',
    layer: 'station',
    method: 'machine',
    state: 'announced',
    people: 12,
    absent: 0,
    entered: 0,
    confirmed: 0,
    word: null,
    redraw: null,
    ...more,
  }) as unknown as Draw
const rule = { public_word: true } as DrawDesk['rule']
const word = { word: '泰山', speaker: 'C001', witness: 'w' }
const keeper = { keeps: true, supervises: false, account: 'a' }
const supervisor = { keeps: false, supervises: true, account: 's' }

describe('acts on a draw', () => {
  it('lead from the word to the draw', () => {
    expect(actsOf(draw({}), keeper, rule, false)).toEqual(['word', 'ask_redraw'])
    expect(actsOf(draw({ word }), keeper, rule, false)).toEqual(['hold', 'ask_redraw'])
  })
  it('do not wait for a word that the rule does not ask for', () => {
    const free = { ...rule, public_word: false }
    expect(actsOf(draw({}), keeper, free, false)).toEqual(['hold', 'word', 'ask_redraw'])
  })
  it('enter lots by hand, and take receipts while some are missing', () => {
    const d = draw({ method: 'hand', state: 'drawing', entered: 2, confirmed: 1 })
    expect(actsOf(d, keeper, rule, false)).toEqual(['lots', 'receipts', 'ask_redraw'])
    expect(actsOf(draw({ state: 'drawn', confirmed: 12 }), keeper, rule, false)).toEqual(['ask_redraw'])
  })
  it('give the second word of a redraw to another person only', () => {
    const redraw = { at: '2026-11-29T01:00:00Z', by: 'a', reason: 'x' }
    const d = draw({ state: 'drawn', confirmed: 12, redraw })
    expect(actsOf(d, supervisor, rule, true)).toEqual(['grant_redraw'])
    expect(actsOf(d, { ...supervisor, account: 'a' }, rule, true)).toEqual([])
    expect(actsOf(d, supervisor, rule, false)).toEqual([])
    expect(redrawUntil(d, 60_000)).toBe(Date.parse('2026-11-29T01:01:00Z'))
  })
  it('end with its annulment', () => {
    expect(actsOf(draw({ state: 'annulled' }), keeper, rule, false)).toEqual([])
    expect(lotsOf(draw({ state: 'annulled' }))).toBe(0)
  })
})

describe('numbers', () => {
  it('are compared in groups', () => {
    expect(chunks('0123456789abcdef01')).toEqual(['01234567', '89abcdef', '01'])
  })
  it('are read as people type them', () => {
    expect(codesIn(' c003、C007,c003；c010 ')).toEqual(['C003', 'C007', 'C010'])
  })
})

it('puts draws in force before annulled ones', () => {
  const all = [
    draw({ draw: 'station.1', state: 'annulled' }),
    draw({ draw: 'station.2' }),
    draw({ layer: 'entry' }),
  ]
  expect(drawsOf(all, 'station').map((d) => d.draw)).toEqual(['station.2', 'station.1'])
})

it('offers the modules that have somebody waiting', () => {
  const desk = {
    modules: [
      { id: 'B', work: false },
      { id: 'C', work: true },
    ],
    waiting: [
      { layer: 'entry', people: 3 },
      { layer: 'station', module: 'B', people: 0 },
      { layer: 'station', module: 'C', people: 5 },
      { layer: 'work', module: 'C', people: 0 },
    ],
  } as unknown as DrawDesk
  expect(modulesOf(desk, [], 'station').map((m) => m.id)).toEqual(['C'])
  expect(modulesOf(desk, [], 'work')).toEqual([])
  expect(mayAnnounce(desk, [draw({ modules: ['C'] })], 'station')).toBe(false)
  expect([mayAnnounce(desk, [], 'entry'), mayAnnounce(desk, [draw({ layer: 'entry' })], 'entry')]).toEqual([
    true,
    false,
  ])
  expect([waiting(desk, 'entry'), waiting(desk, 'station'), waiting(desk, 'work', 'C')]).toEqual([3, 5, 0])
})

it('finds rows by code and name, and those who have not confirmed', () => {
  const row = (upper: string, code: string, confirmed: string | null): LayerRow =>
    ({ upper, code, confirmed, draw: 'entry.1', name: `选手${upper}` }) as LayerRow
  const rows = [row('001', 'C002', null), row('002', 'C001', '2026-11-29T01:00:00Z'), row('003', '', null)]
  expect(found(rows, 'c00 选手002').map((r) => r.upper)).toEqual(['002'])
  expect(unconfirmed(rows, 'entry.1').map((r) => r.upper)).toEqual(['001'])
})

describe('decryption', () => {
  const c = (more: Partial<Ceremony>): Ceremony =>
    ({
      phase: 'rechecked',
      layers: ['work', 'station', 'entry'],
      opened: [],
      next: 'work',
      ready: true,
      until: null,
      ...more,
    }) as Ceremony
  it('waits for lock and recheck', () => {
    const met = (phase: Ceremony['phase']): boolean[] => conditions(c({ phase })).map((x) => x.met)
    expect([met('running'), met('locked'), met('rechecked')]).toEqual([
      [false, false],
      [true, false],
      [true, true],
    ])
    expect(stepOf(c({ ready: false, phase: 'locked' }), 'work', 0)).toBe('barred')
  })
  it('goes layer by layer, and a word expires', () => {
    const until = '2026-11-29T01:00:00Z'
    const at = Date.parse(until)
    expect(stepOf(c({}), 'work', 0)).toBe('ready')
    expect(stepOf(c({ until }), 'work', at)).toBe('asked')
    expect(stepOf(c({ until }), 'work', at + 1)).toBe('expired')
    expect(stepOf(c({}), 'station', 0)).toBe('later')
    const opened = [{ layer: 'work' }] as Ceremony['opened']
    expect(stepOf(c({ opened, next: 'station' }), 'work', 0)).toBe('opened')
    expect([leftMS(c({ until }), at - 5), leftMS(c({ until }), at + 5)]).toEqual([5, 0])
  })
})
