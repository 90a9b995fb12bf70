// A marking scheme and the entries for it, as the server says and hears them. Marks are integers in hundredths.
import type { Text } from '../i18n'

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
