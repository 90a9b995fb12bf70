// Amounts, shares and ranks of results in words.
import { marks } from '../../../shared/format'
import { t } from '../../../shared/i18n'
import type { RecheckSheet, Value } from './shapes'

/** A value: "—" for a blank, a word for who did not start, else marks. The three are different things. */
export function valueText(v: Value | null | undefined): string {
  if (!v || v.state === 'blank') return '—'
  return v.state === 'did_not_start' ? t('admin.part.absent') : marks(v.marks)
}

/** Basis points, statistics' fractions of one rounded, as a share: 1250 → "12.5%"; "—" where there is none. */
export function share(bp: number | null | undefined): string {
  return bp === null || bp === undefined ? '—' : `${marks(Math.round(bp))}%`
}

/** A figure of statistics with its sign, never "−0.00"; "—" where there is none. */
export function decimal(x: number | null | undefined, digits = 2): string {
  if (x === null || x === undefined) return '—'
  const text = Math.abs(x).toFixed(digits)
  return x < 0 && Number(text) !== 0 ? `−${text}` : text
}

/** A rank that may not be there. */
export const rankOf = (n: number | null | undefined): string =>
  n === null || n === undefined ? '—' : String(n)

/** Whether a sheet of the recheck still has to be looked at: never checked, or the last check found an error. */
export function waits(sheet: RecheckSheet): boolean {
  return sheet.checks.at(-1)?.result !== 'fine'
}

/** What is left of a window in whole hours and minutes; null when it is over. */
export function left(until: string, now: number): { h: number; m: number } | null {
  const minutes = Math.ceil((Date.parse(until) - now) / 60_000)
  return minutes > 0 ? { h: Math.floor(minutes / 60), m: minutes % 60 } : null
}
