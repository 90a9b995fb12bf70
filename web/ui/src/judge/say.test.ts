import { describe, expect, it } from 'vitest'
import { isOpen, standingOf } from './standing'
import { observationText } from './say'
import type { Draft } from './tablet'
import type { Aspect, SheetBrief, SheetState } from './wire'

const text = { zh: '项', en: 'item' }

function sheet(state: SheetState, version = 0): SheetBrief {
  return {
    id: 's',
    division: 'd',
    layer: 'station',
    code: 'A01',
    module: 'B',
    module_name: text,
    state,
    version,
    round: 1,
    have: 0,
    need: 5,
  }
}
function draft(more: Partial<Draft> = {}): Draft {
  return { id: 's', division: 'd', rev: 1, expect: 0, round: 1, entries: {}, unsure: [], note: '', ...more }
}
const refusal = { code: 'entry_invalid', detail: '', params: {}, errors: [] }

describe('what a sheet is for its judge', () => {
  it.each([
    ['untouched', sheet('not_started'), undefined, false, 'not_started'],
    ['a draft', sheet('not_started'), draft(), false, 'draft'],
    ['on its way', sheet('not_started'), draft(), true, 'sending'],
    ['refused', sheet('not_started'), draft({ refusal }), false, 'refused'],
    ['handed in', sheet('submitted', 1), undefined, false, 'submitted'],
    ['being changed', sheet('submitted', 1), draft({ expect: 1 }), false, 'draft'],
    ['handed in elsewhere meanwhile', sheet('submitted', 1), draft(), false, 'refused'],
    ['in conference', sheet('conference', 1), undefined, false, 'conference'],
    ['in conference, marked again', sheet('conference', 1), draft({ expect: 1 }), false, 'conference'],
    ['agreed', sheet('agreed', 1), undefined, false, 'agreed'],
    ['signed', sheet('signed', 1), undefined, false, 'signed'],
    ['did not start, with a draft', sheet('absent'), draft(), false, 'absent'],
    [
      'begun in an earlier round',
      { ...sheet('conference', 1), round: 2 },
      draft({ expect: 1, round: 1 }),
      false,
      'refused',
    ],
    ['agreed before a change', sheet('agreed', 1), draft({ expect: 1, refusal }), false, 'agreed'],
  ] as const)('%s', (_name, brief, kept, out, want) => {
    expect(standingOf(brief, kept, out)).toBe(want)
  })

  it('asks for work where there is some', () => {
    expect(['refused', 'conference', 'draft', 'not_started'].every((s) => isOpen(s as never))).toBe(true)
    expect(['sending', 'submitted', 'agreed'].some((s) => isOpen(s as never))).toBe(false)
  })
})

it('says an entry in one line, blank apart from zero', () => {
  const tolerance = { nominal: 88, minus: 4, plus: 4, decimals: 1, unit: 'A' }
  const base = { id: 'x', name: text, description: text, max: 600 }
  const judgement: Aspect = { ...base, kind: 'judgement' }
  expect(observationText(judgement, undefined)).toBe('judge.aspect.blank')
  expect(observationText(judgement, { level: 0 })).toBe('judge.say.level')
  const measured: Aspect = { ...base, kind: 'measurement_tolerance', tolerance }
  expect(observationText(measured, { measured: 92 })).toBe('9.2 A')
  const rows = [{ up_to_ms: 60_000, marks: 600 }]
  const timed: Aspect = { ...base, kind: 'time_table', time_table: { rows, above: 0, source: 'judge' } }
  expect(observationText(timed, { time_ms: 0 })).toBe('judge.say.time')
  const steps = [{ id: 'no', label: text, marks: 0 }]
  const hits: Aspect = { ...base, kind: 'hit_list', hit_list: { items: [{ id: 'a', label: text }], steps } }
  expect(observationText(hits, { hits: { steps: { a: 'no' } } })).toBe('judge.say.hits')
})
