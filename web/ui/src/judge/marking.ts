// What entries are worth: the running total on the tablet. The server's scoring package is the authority and uses
// the same arithmetic, so that the total on the receipt is the one the judge saw. Integers in hundredths, no floats.
import type { Aspect, AspectEntry, Deduction, Module, Observation, Tolerance } from './wire'

const levelTop = 3

/** The aspects of a module in sheet order. */
export function aspectsOf(module: Module): Aspect[] {
  return module.sub_criteria.flatMap((s) => s.aspects)
}

/** num ÷ den rounded half up, towards positive infinity in the middle; den above 0. */
export function roundHalfUp(num: number, den: number): number {
  return Math.floor((2 * num + den) / (2 * den)) // exact: amounts stay far below 2^53
}

/** Whether nothing has been entered. An empty set of deductions is an entry: nothing to deduct. */
export function isBlank(o: Observation | undefined): boolean {
  if (!o) return true
  return [o.met, o.step, o.measured, o.errors, o.points, o.level, o.deductions].every((v) => v === undefined)
}

/** Whether a measured value (with the tolerance's implied decimals) is within it. */
export function holds(tolerance: Tolerance, measured: number): boolean {
  const { nominal, minus, plus } = tolerance
  return (minus === null || measured >= nominal - minus) && (plus === null || measured <= nominal + plus)
}

function taken(deductions: Deduction[] = [], counts: Record<string, number> = {}): number {
  return deductions.reduce((sum, d) => sum + d.marks * (counts[d.id] ?? 0), 0)
}

/**
 * What one entry is worth in hundredths; null for blank; a penalty is below zero. A judgement level is worth thirds
 * of the maximum, rounded half up.
 */
export function markOf(aspect: Aspect, o: Observation | undefined): number | null {
  if (!o || isBlank(o)) return null
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
  }
}

/** The entries of a sheet by aspect; aspects that are not there are blank. */
export type Entries = Record<string, Observation>

/** The running total in hundredths, never below zero. */
export function totalOf(module: Module, entries: Entries): number {
  const sum = aspectsOf(module).reduce((s, a) => s + (markOf(a, entries[a.id]) ?? 0), 0)
  return Math.max(0, sum)
}

/** The aspects that are not marked yet. */
export function blanksOf(module: Module, entries: Entries): Aspect[] {
  return aspectsOf(module).filter((a) => isBlank(entries[a.id]))
}

/** Whether two observations say the same; a deduction taken no times is the same as one not listed. */
export function sameObservation(a: Observation | undefined, b: Observation | undefined): boolean {
  return canonical(a) === canonical(b)
}

function canonical(o: Observation = {}): string {
  const counts = o.deductions && Object.entries(o.deductions).filter(([, n]) => n !== 0)
  return JSON.stringify([o.met, o.step, o.measured, o.errors, o.points, o.level, counts?.sort()])
}

/** As they travel: one entry for each aspect of the module that is marked, in sheet order. */
export function toWire(module: Module, entries: Entries): AspectEntry[] {
  const marked = aspectsOf(module).filter((a) => !isBlank(entries[a.id]))
  return marked.map((a) => ({ aspect: a.id, ...entries[a.id] }))
}

/** As they are kept on the tablet. */
export function fromWire(entries: AspectEntry[]): Entries {
  return Object.fromEntries(entries.map(({ aspect, ...observation }) => [aspect, observation]))
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
