// What the server says and hears on /api/judge. Marks are integers in hundredths.
import type { FieldProblem } from '../shared/api'
import type { Params, Text } from '../shared/i18n'
import type { Frame } from '../shared/live'
import type { Module, AspectEntry } from '../shared/marking/scheme'

export type {
  Kind,
  Tolerance,
  Step,
  Deduction,
  Hit,
  HitList,
  TimeTable,
  Aspect,
  SubCriterion,
  Module,
  Hits,
  Observation,
  AspectEntry,
} from '../shared/marking/scheme'

export type SheetState =
  'not_started' | 'submitted' | 'conference' | 'agreed' | 'signed' | 'locked' | 'absent' | 'closed'

/** By whose code a competitor is named: entry code, station code or work code. */
export type Layer = 'entry' | 'station' | 'work'

/** One line of the list: a code, never a person. `version` is of this judge's own sheet, 0 for none. */
export interface SheetBrief {
  id: string
  division: string
  layer: Layer
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

/** An amount, or that there is none; blank and did_not_start are not zero. */
export interface Value {
  state: 'value' | 'blank' | 'did_not_start'
  marks: number
}

/** What a panel agreed on one aspect; `chief`: the chief judge decided it. */
export interface AgreedMark {
  aspect: string
  marks: Value
  chief?: boolean
}

/** A picture of the work at the server. */
export interface Evidence {
  id: string
  sheet: string
  aspect?: string
  type: string
  size: number
  at: string
}

/** This judge's own newest signature under a sheet; what has ended it where it is not valid. */
export interface OwnSignature {
  at: string
  valid: boolean
  void?: { cause: 'reopened' | 'decided' | 'changed'; at: string; why: string }
}

/** A violation recorded by the sheet's code; the words are there only where they are one's own. */
export interface JudgeConduct {
  seq: number
  at: string
  violation: string
  mine: boolean
  note: string
  withdrawn: boolean
}

/** What one sheet's judge may know of it beside the brief and the scheme. */
export interface SheetDetail {
  mine?: JudgeSheet
  my_total?: number
  conferences: Conference[]
  agreed?: AgreedMark[]
  agreed_total?: number
  /** The time used, milliseconds, where judges see the station. */
  time_ms?: number
  evidence?: Evidence[]
  signature?: OwnSignature
  reopened?: { at: string; why: string }
  conducts?: JudgeConduct[]
}

export interface SheetView extends SheetBrief, SheetDetail {
  module_scheme: Module
}

/** One step of a violation's ladder. */
export interface Sanction {
  kind: 'warning' | 'deduct' | 'zero_module' | 'zero_whole' | 'disqualify'
  marks?: number
}

/** A breach of the rules, punished step by step; the last step repeats. */
export interface Violation {
  id: string
  label: Text
  /** Counted afresh in each module; else once through the contest. */
  per_module?: boolean
  ladder: Sanction[]
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
  /** Of the scheme; absent in what an older program kept on this tablet. */
  violations?: Violation[]
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
  /** Pictures at the server that belong to the marks. */
  evidence?: string[]
  /** When the judge confirmed by this tablet's own clock, milliseconds since 1970; evidence only. */
  tablet_ms?: number
}

/** The digest of what a panel agreed on a sheet: what a signature covers. */
export interface Agreement {
  sheet: string
  digest: string
}

/** This judge's signature under what the panel agreed on some sheets of a division: all or none. */
export interface SignFrame extends Frame {
  t: 'sign'
  n: number
  key: string
  division: string
  sheets: Agreement[]
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
  | { t: 'signed'; n: number; key: string; server_time: string }
  | RefusedFrame
  | { t: 'sheet'; sheet: SheetBrief; conferences?: Conference[]; server_time: string }
  | { t: 'refresh'; server_time: string }
  | { t: 'clocks'; server_time: string }
  | { t: 'beat'; n: number; server_time: string }
  | { t: 'replaced'; server_time: string }
  | { t: 'revoked'; server_time: string }
