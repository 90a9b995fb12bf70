// What entries are worth: the running total on the tablet. The server's scoring package is the authority and uses
// the same arithmetic, so that the total on the receipt is the one the judge saw. Integers in hundredths, no floats.
import { aspectsOf, isByClock, isMarked, stepsOf, type Entries } from './entries'
import type { Aspect, Deduction, HitList, Hits, Module, Observation, TimeTable, Tolerance } from './scheme'

const levelTop = 3

/** num ÷ den rounded half up, towards positive infinity in the middle; den above 0. */
export function roundHalfUp(num: number, den: number): number {
  return Math.floor((2 * num + den) / (2 * den)) // exact: amounts stay far below 2^53
}

/** Whether the sheet may be handed in without it: the clock decides, or two of the panel are enough. */
export function mayStayBlank(aspect: Aspect): boolean {
  return isByClock(aspect) || aspect.agreement?.method === 'double_entry'
}

/** Whether a measured value (with the tolerance's implied decimals) is within it. */
export function holds(tolerance: Tolerance, measured: number): boolean {
  const { nominal, minus, plus } = tolerance
  return (minus === null || measured >= nominal - minus) && (plus === null || measured <= nominal + plus)
}

function taken(deductions: Deduction[] = [], counts: Record<string, number> = {}): number {
  return deductions.reduce((sum, d) => sum + d.marks * (counts[d.id] ?? 0), 0)
}

function found(list: HitList, hits: Hits): number {
  const marks = list.items.map((h) => stepsOf(list, h).find((s) => s.id === hits.steps[h.id])?.marks ?? 0)
  return marks.reduce((sum, m) => sum + m, 0)
}

/** What the false alarms leave of their pot; 0 where there is none. */
export function potLeft(list: HitList, hits: Hits): number {
  const pot = list.false_alarms
  return pot ? Math.max(0, pot.max - (hits.false_alarms ?? 0) * pot.each) : 0
}

/** What a time is worth, with faultless other aspects. */
export function timeMark(table: TimeTable, ms: number): number {
  return table.rows.find((r) => ms <= r.up_to_ms)?.marks ?? table.above
}

/**
 * What one entry is worth in hundredths; null for blank and for a hit list not gone through; a penalty is below zero.
 * A judgement level is worth thirds of the maximum, rounded half up. A time table with a base is worth what it would
 * be with faultless other aspects; totalOf knows them.
 */
export function markOf(aspect: Aspect, o: Observation | undefined): number | null {
  if (!o || !isMarked(aspect, o)) return null
  switch (aspect.kind) {
    case 'measurement_binary':
      return o.met ? aspect.max : 0
    case 'measurement_stepped':
      return aspect.steps?.find((s) => s.id === o.step)?.marks ?? null
    case 'measurement_tolerance':
      return holds(aspect.tolerance!, o.measured!) ? aspect.max : 0
    case 'linear_deduction':
      return Math.max(0, aspect.max - o.errors! * aspect.linear!.per_error)
    case 'points':
      return o.points!
    case 'judgement':
      return roundHalfUp(aspect.max * o.level!, levelTop)
    case 'deduction_pot':
      return Math.max(0, aspect.max - taken(aspect.deductions, o.deductions))
    case 'penalty':
      return 0 - taken(aspect.deductions, o.deductions)
    case 'hit_list':
      return found(aspect.hit_list!, o.hits!) + potLeft(aspect.hit_list!, o.hits!)
    case 'time_table':
      return timeMark(aspect.time_table!, o.time_ms!)
  }
}

/** The running total in hundredths, never below zero. */
export function totalOf(module: Module, entries: Entries): number {
  const aspects = aspectsOf(module)
  const add = (list: Aspect[]): number => list.reduce((s, a) => s + (markOf(a, entries[a.id]) ?? 0), 0)
  const sum = add(aspects.filter((a) => a.time_table?.base === undefined))
  const timed = aspects.find((a) => a.time_table?.base !== undefined)
  return Math.max(0, sum + (timed ? timedMark(module, timed, entries[timed.id], sum) : 0))
}

/** What a time table with a base is worth when the module's other aspects have earned `others`. */
function timedMark(module: Module, aspect: Aspect, o: Observation | undefined, others: number): number {
  const mark = markOf(aspect, o) ?? 0
  const base = aspect.time_table!.base!
  if (mark <= base) return mark
  const most = module.max - aspect.max
  const earned = Math.min(most, Math.max(0, others))
  return roundHalfUp(base * most + (mark - base) * earned, most)
}

/** The aspects that must still be marked. */
export function blanksOf(module: Module, entries: Entries): Aspect[] {
  return aspectsOf(module).filter((a) => !isMarked(a, entries[a.id]) && !mayStayBlank(a))
}

/** An integer with implied decimals as people write it, all places shown: (8000, 2) → "80.00". */
export function decimal(value: number, decimals: number): string {
  const digits = String(Math.abs(value)).padStart(decimals + 1, '0')
  const cut = digits.length - decimals
  const sign = value < 0 ? '−' : ''
  return decimals === 0 ? sign + digits : `${sign}${digits.slice(0, cut)}.${digits.slice(cut)}`
}

/** The inverse, from typed text: ("80.5", 2) → 8050; undefined for empty, malformed or finer than it may be. */
export function parseDecimal(typed: string, decimals: number): number | undefined {
  const match = /^([-−]?)(\d*)(?:\.(\d*))?$/.exec(typed.trim())
  const whole = match?.[2] ?? ''
  const fraction = match?.[3] ?? ''
  if (!match || whole + fraction === '' || fraction.length > decimals) return undefined
  const value = Number(whole + fraction.padEnd(decimals, '0'))
  if (!Number.isSafeInteger(value)) return undefined
  return match[1] && value !== 0 ? -value : value
}

/** A time as a stopwatch shows it: 905_500 → "15:05.50", 900_000 → "15:00". */
export function stopwatch(ms: number): string {
  const seconds = decimal(ms % 60_000, 3).padStart(6, '0')
  const short = ms % 1000 === 0 ? seconds.slice(0, 2) : ms % 10 === 0 ? seconds.slice(0, 5) : seconds
  return `${Math.floor(ms / 60_000)}:${short}`
}

/** The tolerance in one line: "8.8 ± 0.4 A", "≥ 0.50 MΩ", "5.0 +0.5/−0.2 s". */
export function toleranceText({ nominal, minus, plus, decimals, unit }: Tolerance): string {
  const d = (n: number): string => decimal(n, decimals)
  if (minus === null && plus === null) return unit
  if (minus === null) return `≤ ${d(nominal + plus!)} ${unit}`
  if (plus === null) return `≥ ${d(nominal - minus)} ${unit}`
  if (minus === plus) return `${d(nominal)} ± ${d(plus)} ${unit}`
  return `${d(nominal)} +${d(plus)}/−${d(minus)} ${unit}`
}

/** The range of a two-sided tolerance: "8.4–9.2 A"; empty for one side. */
export function rangeText({ nominal, minus, plus, decimals, unit }: Tolerance): string {
  if (minus === null || plus === null) return ''
  return `${decimal(nominal - minus, decimals)}–${decimal(nominal + plus, decimals)} ${unit}`
}
