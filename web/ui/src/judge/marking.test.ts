import { describe, expect, it } from 'vitest'
import {
  blanksOf,
  decimal,
  fromWire,
  holds,
  isBlank,
  markOf,
  parseDecimal,
  rangeText,
  roundHalfUp,
  sameObservation,
  toleranceText,
  toWire,
  totalOf,
} from './marking'
import type { Aspect, Kind, Module, Observation } from './wire'

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
