// The keyboard's view of a module: competitors × aspects. What is typed into a cell, and where the arrows lead.
import { marks } from '../format'
import { t, text, type Params } from '../i18n'
import { isBlank, isMarked, stepsOf } from './entries'
import { decimal, markOf, parseDecimal, stopwatch, toleranceText } from './marking'
import type { Aspect, Hits, Observation } from './scheme'

/** A place in the matrix; the column behind the last aspect hands the row in. */
export interface Spot {
  row: number
  column: number
}

/** Counts above this are slips of the finger. */
const most = 999

/** The server refuses longer times, in minutes. */
const longest = 16_000

/** What was typed, or why it cannot be taken. */
export type Typed = { value: Observation } | { problem: string; params?: Params }

const within = (n: number, low: number, high: number): number => Math.min(high, Math.max(low, n))

/** Where a key leads from a spot; nothing when the key does not lead anywhere. */
export function moveBy(spot: Spot, key: string, rows: number, columns: number): Spot | undefined {
  const to = (row: number, column: number): Spot => ({
    row: within(row, 0, rows - 1),
    column: within(column, 0, columns - 1),
  })
  switch (key) {
    case 'ArrowUp':
      return to(spot.row - 1, spot.column)
    case 'ArrowDown':
      return to(spot.row + 1, spot.column)
    case 'ArrowLeft':
      return to(spot.row, spot.column - 1)
    case 'ArrowRight':
    case 'Enter':
      return to(spot.row, spot.column + 1)
    case 'Home':
      return to(spot.row, 0)
    case 'End':
      return to(spot.row, columns - 1)
    case 'PageUp':
      return to(spot.row - 10, spot.column)
    case 'PageDown':
      return to(spot.row + 10, spot.column)
    default:
      return undefined
  }
}

/** Whether one key is a whole entry of the aspect. */
export function takesOneKey({ kind, steps }: Aspect): boolean {
  const few = kind === 'measurement_stepped' && (steps?.length ?? 0) < 10
  return few || kind === 'measurement_binary' || kind === 'judgement'
}

/** What one key enters at once; nothing where more has to be typed. */
export function keyEntry(aspect: Aspect, key: string): Observation | undefined {
  const digit = /^[0-9]$/.test(key) ? Number(key) : undefined
  switch (aspect.kind) {
    case 'measurement_binary':
      if (digit === 1 || /^[yY]$/.test(key)) return { met: true }
      return digit === 0 || /^[nN]$/.test(key) ? { met: false } : undefined
    case 'judgement':
      return digit !== undefined && digit <= 3 ? { level: digit } : undefined
    case 'measurement_stepped': {
      const step = takesOneKey(aspect) ? aspect.steps?.[(digit ?? 0) - 1] : undefined
      return step && { step: step.id }
    }
    default:
      return undefined
  }
}

/** Reads what was typed into a cell of an aspect. Full-width digits of input methods are digits. */
export function readCell(aspect: Aspect, typed: string): Typed {
  const plain = typed.normalize('NFKC').trim()
  switch (aspect.kind) {
    case 'measurement_binary':
    case 'judgement': {
      const value = keyEntry(aspect, plain)
      return value ? { value } : { problem: 'judge.matrix.wrong_choice' }
    }
    case 'measurement_stepped': {
      const step = /^\d{1,3}$/.test(plain) ? aspect.steps?.[Number(plain) - 1] : undefined
      return step ? { value: { step: step.id } } : { problem: 'judge.matrix.wrong_choice' }
    }
    case 'measurement_tolerance': {
      const n = aspect.tolerance!.decimals
      const measured = parseDecimal(plain, n)
      return measured === undefined
        ? { problem: 'judge.measured.malformed', params: { n } }
        : { value: { measured } }
    }
    case 'linear_deduction':
      return readCount(plain, (errors) => ({ errors }))
    case 'points':
      return readPoints(aspect, plain)
    case 'deduction_pot':
    case 'penalty':
      return readDeductions(aspect, plain)
    case 'hit_list':
      return readHits(aspect, plain)
    case 'time_table':
      return readTime(plain)
  }
}

function readCount(plain: string, make: (n: number) => Observation): Typed {
  const n = /^\d{1,4}$/.test(plain) ? Number(plain) : NaN
  return n <= most ? { value: make(n) } : { problem: 'judge.matrix.wrong_count' }
}

function readPoints(aspect: Aspect, plain: string): Typed {
  const points = parseDecimal(plain, 2)
  const step = aspect.points?.step ?? 1
  if (points === undefined || points < 0) return { problem: 'judge.points.malformed' }
  if (points > aspect.max) return { problem: 'judge.points.above', params: { max: marks(aspect.max) } }
  if (points % step !== 0) return { problem: 'judge.points.off_step', params: { step: marks(step) } }
  return { value: { points } }
}

/** Counts in the order of the reasons: "1 0 2"; "0" alone takes nothing off. */
function readDeductions(aspect: Aspect, plain: string): Typed {
  const reasons = aspect.deductions ?? []
  const counts = plain.split(/[\s,，、]+/).map((c) => (/^\d{1,3}$/.test(c) ? Number(c) : NaN))
  const none = counts.length === 1 && counts[0] === 0
  if (counts.some(Number.isNaN) || (!none && counts.length !== reasons.length))
    return { problem: 'judge.matrix.wrong_deductions', params: { n: reasons.length } }
  const deductions: Record<string, number> = {}
  for (const [i, reason] of reasons.entries()) {
    const n = counts[i] ?? 0
    if (reason.max_count > 0 && n > reason.max_count)
      return { problem: 'judge.matrix.too_often', params: { what: text(reason.label), n: reason.max_count } }
    if (n > 0) deductions[reason.id] = n
  }
  return { value: { deductions } }
}

/** One digit for the step of each item, and false alarms behind a stroke where they are counted: "33123/1". */
function readHits(aspect: Aspect, plain: string): Typed {
  const list = aspect.hit_list!
  const [digits = '', alarms] = plain.replace(/\s/g, '').split('/')
  const wrong: Typed = {
    problem: list.false_alarms ? 'judge.matrix.wrong_hits_alarms' : 'judge.matrix.wrong_hits',
    params: { n: list.items.length },
  }
  if (digits.length !== list.items.length || (alarms !== undefined) !== !!list.false_alarms) return wrong
  const hits: Hits = { steps: {} }
  for (const [i, hit] of list.items.entries()) {
    const step = stepsOf(list, hit)[Number(digits[i]) - 1]
    if (!step) return wrong
    hits.steps[hit.id] = step.id
  }
  if (alarms !== undefined) {
    if (!/^\d{1,3}$/.test(alarms)) return wrong
    hits.false_alarms = Number(alarms)
  }
  return { value: { hits } }
}

/** Minutes and seconds: "15:05.5". */
function readTime(plain: string): Typed {
  const match = /^(\d{1,5}):(\d{1,2}(?:\.\d{0,2})?)$/.exec(plain)
  const seconds = match && parseDecimal(match[2]!, 2)
  const minutes = Number(match?.[1])
  if (seconds === undefined || seconds === null || seconds >= 6000 || minutes > longest)
    return { problem: 'judge.matrix.wrong_time' }
  return { value: { time_ms: minutes * 60_000 + seconds * 10 } }
}

/** An entry as it would be typed again; "" for blank. */
export function typedAs(aspect: Aspect, o: Observation | undefined): string {
  if (!o || isBlank(o)) return ''
  if (o.measured !== undefined) return decimal(o.measured, aspect.tolerance?.decimals ?? 0).replace('−', '-')
  if (o.points !== undefined) return marks(o.points)
  if (o.errors !== undefined) return String(o.errors)
  if (o.deductions) {
    const counts = (aspect.deductions ?? []).map((d) => o.deductions?.[d.id] ?? 0)
    return counts.every((n) => n === 0) ? '0' : counts.join(' ')
  }
  if (o.hits) {
    const list = aspect.hit_list!
    const digits = list.items.map((h) => stepsOf(list, h).findIndex((s) => s.id === o.hits?.steps[h.id]) + 1)
    return digits.join('') + (list.false_alarms ? `/${o.hits.false_alarms ?? ''}` : '')
  }
  return o.time_ms !== undefined ? stopwatch(o.time_ms) : ''
}

/** An entry as short as a cell; "—" for blank, which is not zero. */
export function cellText(aspect: Aspect, o: Observation | undefined): string {
  if (!o || isBlank(o)) return '—'
  if (o.met !== undefined) return o.met ? '✓' : '✗'
  if (o.level !== undefined) return String(o.level)
  if (o.measured !== undefined) return decimal(o.measured, aspect.tolerance?.decimals ?? 0)
  if (o.errors !== undefined) return t('judge.matrix.count', { n: o.errors })
  if (o.time_ms !== undefined) return stopwatch(o.time_ms)
  if (!isMarked(aspect, o)) return '…'
  return marks(markOf(aspect, o))
}

/** Labels with the digits that choose them: "1 未发现 · 2 相近". */
const numbered = (labels: string[], from: number): string =>
  labels.map((label, i) => `${i + from} ${label}`).join(' · ')

/** How an aspect of the kind is typed, in words. */
export function keysText(aspect: Aspect): string {
  switch (aspect.kind) {
    case 'measurement_binary':
      return `1 ${t('judge.binary.yes')} · 0 ${t('judge.binary.no')}`
    case 'judgement':
      return numbered((aspect.descriptors ?? []).map(text), 0)
    case 'measurement_stepped':
      return numbered(
        (aspect.steps ?? []).map((s) => `${text(s.label)}（${marks(s.marks)}）`),
        1,
      )
    case 'measurement_tolerance':
      return `${t('judge.matrix.keys_number')} ${toleranceText(aspect.tolerance!)}`
    case 'linear_deduction':
      return t('judge.matrix.keys_count')
    case 'points':
      return t('judge.points.of', { max: marks(aspect.max), step: marks(aspect.points?.step) })
    case 'deduction_pot':
    case 'penalty': {
      const reasons = (aspect.deductions ?? []).map((d) => text(d.label))
      return `${t('judge.matrix.keys_deductions')} ${numbered(reasons, 1)}`
    }
    case 'hit_list':
      return hitKeys(aspect)
    case 'time_table':
      return t('judge.matrix.keys_time')
  }
}

function hitKeys(aspect: Aspect): string {
  const list = aspect.hit_list!
  const key = list.false_alarms ? 'judge.matrix.keys_hits_alarms' : 'judge.matrix.keys_hits'
  const steps = list.steps ?? (list.items[0] ? stepsOf(list, list.items[0]) : [])
  const labels = steps.map((s) => text(s.label))
  return `${t(key, { n: list.items.length })} ${numbered(labels, 1)}`
}
