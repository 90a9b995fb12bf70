// What the server says and hears on /api/judge. Marks are integers in hundredths.
import type { FieldProblem } from '../shared/api'
import type { Params, Text } from '../shared/i18n'
import type { Frame } from '../shared/live'

export type Kind =
  | 'measurement_binary'
  | 'measurement_stepped'
  | 'measurement_tolerance'
  | 'linear_deduction'
  | 'points'
  | 'judgement'
  | 'deduction_pot'
  | 'penalty'
  | 'hit_list'
  | 'time_table'

/** Low = nominal − minus, high = nominal + plus; null means no limit on that side. `decimals` implied places. */
export interface Tolerance {
  nominal: number
  minus: number | null
  plus: number | null
  decimals: number
  unit: string
}

export interface Step {
  id: string
  label: Text
  marks: number
}

/** One listed reason to take marks off; max_count 0 means no limit. */
export interface Deduction {
  id: string
  label: Text
  marks: number
  max_count: number
}

/** One thing to find. Its own steps replace those of the list. */
export interface Hit {
  id: string
  label: Text
  steps?: Step[]
}

/** Things to find, and a pot that findings that are none are paid from; no pot: they are not counted. */
export interface HitList {
  items: Hit[]
  steps?: Step[]
  false_alarms?: { max: number; each: number }
}

/**
 * Marks by the time used: those of the first row that the time does not exceed, else `above`. With the source clock
 * judges enter nothing. Marks above `base` are earned in the share that the module's other aspects have earned.
 */
export interface TimeTable {
  rows: { up_to_ms: number; marks: number }[]
  above: number
  source: 'judge' | 'clock'
  base?: number
}

/** One line of the sheet. Exactly the parameters of its kind are set. */
export interface Aspect {
  id: string
  kind: Kind
  name: Text
  description: Text
  max: number
  steps?: Step[]
  tolerance?: Tolerance
  linear?: { per_error: number }
  points?: { step: number }
  descriptors?: Text[]
  deductions?: Deduction[]
  hit_list?: HitList
  time_table?: TimeTable
  /** Set where the aspect has an agreement of its own. */
  agreement?: { method: string }
}

export interface SubCriterion {
  id: string
  name: Text
  max: number
  aspects: Aspect[]
}

export interface Module {
  id: string
  name: Text
  max: number
  sub_criteria: SubCriterion[]
}

/** Which step each item took, and how many false alarms there were. An item that is missing has not been looked at. */
export interface Hits {
  steps: Record<string, string>
  false_alarms?: number
}

/** What a judge saw of one aspect: the field of the aspect's kind, or none for blank. Blank is not zero. */
export interface Observation {
  met?: boolean
  step?: string
  measured?: number
  errors?: number
  points?: number
  level?: number
  deductions?: Record<string, number>
  hits?: Hits
  time_ms?: number
}

export interface AspectEntry extends Observation {
  aspect: string
}

export type SheetState =
  'not_started' | 'submitted' | 'conference' | 'agreed' | 'signed' | 'locked' | 'absent' | 'closed'

/** One line of the list: a code, never a person. `version` is of this judge's own sheet, 0 for none. */
export interface SheetBrief {
  id: string
  division: string
  code: string
  module: string
  module_name: Text
  state: SheetState
  version: number
  /** From 1; a conference or an unlock begins the next. */
  round: number
  have: number
  need: number
  submitted_at?: string
  /** Whether this judge signs for the panel. */
  leader?: boolean
  /** The digest of what the panel agreed, where this judge's signature is wanted and missing. */
  to_sign?: string
}

/**
 * That the panel must talk about an aspect, and why; never whose mark lies apart. Without an aspect it is about the
 * judges' totals of the module (total_gap).
 */
export interface Conference {
  aspect: string
  reason: 'spread' | 'unequal' | 'no_majority' | 'gap' | 'total_gap'
  spread: number
  spread_max: number
}

/** This judge's sheet as the server holds it. */
export interface JudgeSheet {
  version: number
  round: number
  entries: AspectEntry[]
  note: string
  at: string
  source: 'tablet' | 'paper'
}

export interface SheetView extends SheetBrief {
  module_scheme: Module
  mine?: JudgeSheet
  my_total?: number
  conferences: Conference[]
}

export interface JudgeMe {
  id: string
  name: string
  server_time: string
}

export interface Division {
  id: string
  contest: Text
  event: Text
  division: Text
  sheets: SheetBrief[]
}

export interface SheetList {
  judge: JudgeMe
  divisions: Division[]
  server_time: string
}

/** A whole sheet on its way to the server. `expect` is the version of the own sheet that it replaces, `round` the
 * sheet's as the judge saw it. */
export interface SubmitFrame extends Frame {
  t: 'submit'
  n: number
  key: string
  division: string
  sheet: string
  code_tail: string
  expect: number
  round: number
  entries: AspectEntry[]
  note: string
}

export interface AckFrame extends Frame {
  t: 'ack'
  n: number
  key: string
  sheet: SheetBrief
  version: number
  total: number
  at: string
  server_time: string
}

export interface RefusedFrame extends Frame {
  t: 'refused'
  n: number
  key: string
  code: string
  detail: string
  params?: Params
  errors?: FieldProblem[]
  /** What the server holds of this judge, where another version or round came first. */
  sheet?: SheetBrief
  mine?: JudgeSheet
  conferences?: Conference[]
  server_time: string
}

export type ServerFrame =
  | { t: 'welcome'; judge: JudgeMe; server_time: string }
  | AckFrame
  | RefusedFrame
  | { t: 'sheet'; sheet: SheetBrief; conferences?: Conference[]; server_time: string }
  | { t: 'refresh'; server_time: string }
  | { t: 'beat'; n: number; server_time: string }
  | { t: 'replaced'; server_time: string }
