import { describe, expect, it } from 'vitest'
import { fromWire, isBlank, isMarked, sameObservation, toWire } from './entries'
import {
  blanksOf,
  decimal,
  holds,
  markOf,
  mayStayBlank,
  parseDecimal,
  rangeText,
  roundHalfUp,
  stopwatch,
  toleranceText,
  totalOf,
} from './marking'
import type { Aspect, Kind, Module, Observation } from './scheme'

const text = { zh: '项', en: 'item' }

function aspect(id: string, kind: Kind, max: number, more: Partial<Aspect> = {}): Aspect {
  return { id, kind, name: text, description: text, max, ...more }
}

const binary = aspect('M1', 'measurement_binary', 300)
const stepped = aspect('M2', 'measurement_stepped', 400, {
  steps: [
    { id: 'none', label: text, marks: 0 },
    { id: 'half', label: text, marks: 200 },
    { id: 'full', label: text, marks: 400 },
  ],
})
const tolerance = { nominal: 88, minus: 4, plus: 4, decimals: 1, unit: 'A' }
const measured = aspect('M3', 'measurement_tolerance', 200, { tolerance })
const linear = aspect('L1', 'linear_deduction', 600, { linear: { per_error: 50 } })
const points = aspect('P1', 'points', 300, { points: { step: 50 } })
const judgement = aspect('J1', 'judgement', 500, { descriptors: [text, text, text, text] })
const reasons = [
  { id: 'a', label: text, marks: 200, max_count: 1 },
  { id: 'b', label: text, marks: 300, max_count: 0 },
]
const pot = aspect('D1', 'deduction_pot', 800, { deductions: reasons })
const penalty = aspect('X1', 'penalty', 0, { deductions: reasons })
const steps = [
  { id: 'no', label: text, marks: 0 },
  { id: 'near', label: text, marks: 50 },
  { id: 'exact', label: text, marks: 100 },
]
const hitList = aspect('H1', 'hit_list', 500, {
  hit_list: {
    items: [
      { id: 'a', label: text },
      { id: 'b', label: text },
      { id: 'c', label: text, steps: [steps[0]!, { id: 'all', label: text, marks: 100 }] },
    ],
    steps,
    false_alarms: { max: 200, each: 100 },
  },
})
const found = { a: 'exact', b: 'near', c: 'no' }
const rows = [
  { up_to_ms: 900_000, marks: 1000 },
  { up_to_ms: 1_200_000, marks: 190 },
]
const timed = aspect('T1', 'time_table', 1000, { time_table: { rows, above: 0, source: 'judge' } })

const module: Module = {
  id: 'B',
  name: text,
  max: 3100,
  sub_criteria: [
    { id: 'B1', name: text, max: 1500, aspects: [binary, stepped, measured, linear] },
    { id: 'B2', name: text, max: 1600, aspects: [points, judgement, pot, penalty] },
  ],
}

describe('what an entry is worth', () => {
  it.each<[string, Aspect, Observation | undefined, number | null]>([
    ['blank is not zero', binary, undefined, null],
    ['an empty entry is blank', binary, {}, null],
    ['met', binary, { met: true }, 300],
    ['not met', binary, { met: false }, 0],
    ['a step', stepped, { step: 'half' }, 200],
    ['an unknown step', stepped, { step: 'other' }, null],
    ['at the upper limit', measured, { measured: 92 }, 200],
    ['above it', measured, { measured: 93 }, 0],
    ['at the lower limit', measured, { measured: 84 }, 200],
    ['no errors', linear, { errors: 0 }, 600],
    ['some errors', linear, { errors: 3 }, 450],
    ['never below zero', linear, { errors: 99 }, 0],
    ['points', points, { points: 250 }, 250],
    ['zero points', points, { points: 0 }, 0],
    ['one third, rounded half up', judgement, { level: 1 }, 167],
    ['two thirds, rounded half up', judgement, { level: 2 }, 333],
    ['the top level', judgement, { level: 3 }, 500],
    ['level 0', judgement, { level: 0 }, 0],
    ['nothing to deduct', pot, { deductions: {} }, 800],
    ['some deducted', pot, { deductions: { a: 1, b: 1 } }, 300],
    ['a pot never below zero', pot, { deductions: { b: 3 } }, 0],
    ['a penalty', penalty, { deductions: { b: 2 } }, -600],
    ['no penalty', penalty, { deductions: {} }, 0],
    ['hits and no false alarm', hitList, { hits: { steps: found, false_alarms: 0 } }, 350],
    ['a false alarm costs the pot', hitList, { hits: { steps: found, false_alarms: 1 } }, 250],
    ['many cost no hits', hitList, { hits: { steps: found, false_alarms: 9 } }, 150],
    ['an item’s own steps', hitList, { hits: { steps: { ...found, c: 'all' }, false_alarms: 2 } }, 250],
    ['an item not looked at', hitList, { hits: { steps: { a: 'exact', b: 'near' }, false_alarms: 0 } }, null],
    ['false alarms not counted', hitList, { hits: { steps: found } }, null],
    ['in time', timed, { time_ms: 900_000 }, 1000],
    ['a millisecond more', timed, { time_ms: 900_001 }, 190],
    ['no time at all', timed, { time_ms: 0 }, 1000],
    ['beyond the table', timed, { time_ms: 1_200_001 }, 0],
  ])('%s', (_name, a, o, want) => {
    expect(markOf(a, o)).toBe(want)
  })

  it('rounds thirds as the server does for every maximum', () => {
    for (let max = 0; max <= 3000; max++) {
      for (const level of [0, 1, 2, 3]) {
        const exact = (BigInt(max * level) * 2n + 3n) / 6n // floor(x + ½) in integers
        expect(markOf(aspect('J', 'judgement', max), { level })).toBe(Number(exact))
      }
    }
  })

  it('rounds the middle upwards, below zero too', () => {
    expect(roundHalfUp(1, 2)).toBe(1)
    expect(roundHalfUp(-1, 2)).toBe(0)
    expect(roundHalfUp(-3, 2)).toBe(-1)
    expect(roundHalfUp(7, 3)).toBe(2)
    expect(roundHalfUp(8, 3)).toBe(3)
  })
})

describe('the running total', () => {
  it('adds what is marked and leaves out what is blank', () => {
    const entries = { M1: { met: true }, J1: { level: 1 }, L1: { errors: 1 } }
    expect(totalOf(module, entries)).toBe(300 + 167 + 550)
    expect(blanksOf(module, entries).map((a) => a.id)).toEqual(['M2', 'M3', 'P1', 'D1', 'X1'])
  })

  it('never falls below zero', () => {
    expect(totalOf(module, { M1: { met: true }, X1: { deductions: { b: 9 } } })).toBe(0)
  })

  it('is zero with nothing marked, and everything is blank', () => {
    expect(totalOf(module, {})).toBe(0)
    expect(blanksOf(module, {})).toHaveLength(8)
  })

  it('counts a time table with a base in the share that the rest has earned', () => {
    const table = { rows, above: 0, source: 'judge' as const, base: 100 }
    const withBase = aspect('T2', 'time_table', 1000, { time_table: table })
    const work = aspect('W', 'points', 9000, { points: { step: 1 } })
    const station: Module = {
      ...module,
      max: 10_000,
      sub_criteria: [{ id: 'S', name: text, max: 10_000, aspects: [withBase, work] }],
    }
    const total = (points: number | undefined, time_ms: number): number =>
      totalOf(station, { W: points === undefined ? {} : { points }, T2: { time_ms } })
    expect(total(9000, 900_000)).toBe(10_000)
    expect(total(4500, 900_000)).toBe(4500 + 550)
    expect(total(0, 900_000)).toBe(100)
    expect(total(undefined, 900_000)).toBe(100)
    expect(total(9000, 1_200_001)).toBe(9000)
    // “other × f + 10, all × 0.1” with f = 0.1, rounded half up
    for (let points = 0; points <= 9000; points += 7)
      expect(total(points, 1_200_000)).toBe(points + Math.floor((points / 10 + 1000) / 10 + 0.5))
  })

  it('does not wait for what a judge need not enter', () => {
    const table = { rows, above: 0, source: 'clock' as const }
    const byClock = aspect('T3', 'time_table', 1000, { time_table: table })
    const twice = aspect('M9', 'measurement_binary', 100, { agreement: { method: 'double_entry' } })
    expect([byClock, twice, binary].map(mayStayBlank)).toEqual([true, true, false])
    const sheet: Module = {
      ...module,
      sub_criteria: [{ id: 'S', name: text, max: 1400, aspects: [byClock, twice, binary] }],
    }
    expect(blanksOf(sheet, {}).map((a) => a.id)).toEqual(['M1'])
    expect(toWire(sheet, { T3: { time_ms: 1 }, M9: { met: true } })).toEqual([{ aspect: 'M9', met: true }])
  })

  it('adds rounded thirds, as on the receipt', () => {
    const thirds: Module = {
      ...module,
      sub_criteria: [
        { id: 'S', name: text, max: 300, aspects: ['a', 'b', 'c'].map((id) => aspect(id, 'judgement', 100)) },
      ],
    }
    expect(totalOf(thirds, { a: { level: 1 }, b: { level: 1 }, c: { level: 1 } })).toBe(99)
    expect(totalOf(thirds, { a: { level: 2 }, b: { level: 2 }, c: { level: 2 } })).toBe(201)
  })
})

describe('entries', () => {
  it('tell blank from zero, false, level 0 and nothing to deduct', () => {
    expect(isBlank(undefined)).toBe(true)
    expect(isBlank({})).toBe(true)
    for (const o of [{ met: false }, { level: 0 }, { errors: 0 }, { points: 0 }, { deductions: {} }])
      expect(isBlank(o)).toBe(false)
  })

  it('travel in sheet order, without blanks, and come back the same', () => {
    const entries = { J1: { level: 0 }, M1: { met: false }, D1: { deductions: {} }, P1: {} }
    const wire = toWire(module, entries)
    expect(wire).toEqual([
      { aspect: 'M1', met: false },
      { aspect: 'J1', level: 0 },
      { aspect: 'D1', deductions: {} },
    ])
    expect(fromWire(wire)).toEqual({ M1: { met: false }, J1: { level: 0 }, D1: { deductions: {} } })
  })

  it('are the same when a deduction is taken no times', () => {
    expect(sameObservation({ deductions: { a: 0, b: 2 } }, { deductions: { b: 2 } })).toBe(true)
    expect(sameObservation({ deductions: {} }, undefined)).toBe(false)
    expect(sameObservation({ level: 0 }, { level: 0 })).toBe(true)
    expect(sameObservation({ met: false }, { level: 0 })).toBe(false)
  })

  it('are the same when the same was found, in whatever order', () => {
    const a = { hits: { steps: { x: 'no', y: 'near' }, false_alarms: 0 } }
    const b = { hits: { steps: { y: 'near', x: 'no' }, false_alarms: 0 } }
    expect(sameObservation(a, b)).toBe(true)
    expect(sameObservation(a, { hits: { ...b.hits, false_alarms: 1 } })).toBe(false)
    expect(sameObservation(a, { hits: { steps: a.hits.steps } })).toBe(false)
    expect(sameObservation({ time_ms: 0 }, {})).toBe(false)
    expect(sameObservation({ time_ms: 5 }, { time_ms: 5 })).toBe(true)
  })

  it('do not travel while a hit list is not gone through', () => {
    const partly = { hits: { steps: { a: 'exact' } } }
    expect(isBlank(partly)).toBe(false)
    expect(isMarked(hitList, partly)).toBe(false)
    const sheet = { ...module, sub_criteria: [{ id: 'S', name: text, max: 500, aspects: [hitList] }] }
    expect(toWire(sheet, { H1: partly })).toEqual([])
    expect(blanksOf(sheet, { H1: partly })).toHaveLength(1)
    const whole = { hits: { steps: found, false_alarms: 0 } }
    expect(toWire(sheet, { H1: whole })).toEqual([{ aspect: 'H1', ...whole }])
  })
})

it('shows times as a stopwatch does', () => {
  expect([0, 1000, 59_990, 60_000, 905_500, 900_001].map(stopwatch)).toEqual([
    '0:00',
    '0:01',
    '0:59.99',
    '1:00',
    '15:05.50',
    '15:00.001',
  ])
})

describe('measured values', () => {
  it.each<[string, number, number | undefined]>([
    ['8.8', 1, 88],
    ['8', 1, 80],
    ['0.5', 2, 50],
    ['.5', 2, 50],
    ['8.', 2, 800],
    ['-0.25', 2, -25],
    ['0', 0, 0],
    ['', 2, undefined],
    ['-', 2, undefined],
    ['.', 2, undefined],
    ['8.85', 1, undefined],
    ['1e3', 2, undefined],
    ['99999999999999999999', 0, undefined],
  ])('reads %j with %i places', (typed, decimals, want) => {
    expect(parseDecimal(typed, decimals)).toBe(want)
  })

  it('writes all places', () => {
    expect(decimal(8000, 2)).toBe('80.00')
    expect(decimal(5, 2)).toBe('0.05')
    expect(decimal(-5, 1)).toBe('−0.5')
    expect(decimal(42, 0)).toBe('42')
  })

  it('are inside on the limits, and on a side without limit', () => {
    expect(holds(tolerance, 84)).toBe(true)
    expect(holds(tolerance, 83)).toBe(false)
    expect(holds({ ...tolerance, plus: null }, 10_000)).toBe(true)
    expect(holds({ ...tolerance, minus: null }, -10_000)).toBe(true)
  })

  it('are wanted in the trade’s form', () => {
    expect(toleranceText(tolerance)).toBe('8.8 ± 0.4 A')
    expect(toleranceText({ nominal: 50, minus: 0, plus: null, decimals: 2, unit: 'MΩ' })).toBe('≥ 0.50 MΩ')
    expect(toleranceText({ nominal: 10, minus: null, plus: 0, decimals: 2, unit: 'Ω' })).toBe('≤ 0.10 Ω')
    expect(toleranceText({ nominal: 50, minus: 2, plus: 5, decimals: 1, unit: 's' })).toBe('5.0 +0.5/−0.2 s')
    expect(rangeText(tolerance)).toBe('8.4–9.2 A')
  })
})
