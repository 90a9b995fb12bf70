// Numbers, dates and names in the trade's own form.
import { lang, t } from './i18n'

// Official times are shown in one zone whatever the machine's setting is; a wrongly set exam PC must not show
// a wrong starting time.
let zoneMinutes = 8 * 60

/** Sets the zone of shown times as minutes east of UTC (China: 480). */
export function setZone(minutes: number): void {
  zoneMinutes = minutes
}

function local(value: string | number | Date): Date {
  return new Date(new Date(value).getTime() + zoneMinutes * 60_000) // read with getUTC…
}

const two = (n: number): string => String(n).padStart(2, '0')

/** Marks in hundredths as people write them: 8750 → "87.5", 8705 → "87.05", null → "—" (blank, not zero). */
export function marks(hundredths: number | null | undefined): string {
  if (hundredths === null || hundredths === undefined) return '—'
  const abs = Math.abs(hundredths)
  const whole = Math.floor(abs / 100)
  const rest = two(abs % 100).replace(/0+$/, '')
  return `${hundredths < 0 ? '−' : ''}${whole}${rest ? `.${rest}` : ''}`
}

/** A date: "2026年11月23日" or "23 Nov 2026". */
export function date(value: string | number | Date): string {
  const d = local(value)
  if (lang.value === 'zh-CN') return `${d.getUTCFullYear()}年${d.getUTCMonth() + 1}月${d.getUTCDate()}日`
  const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][
    d.getUTCMonth()
  ]
  return `${d.getUTCDate()} ${month} ${d.getUTCFullYear()}`
}

/** Hours and minutes: "09:00". */
export function time(value: string | number | Date): string {
  const d = local(value)
  return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`
}

/** Hours, minutes and seconds: "14:03:21". */
export function timeSeconds(value: string | number | Date): string {
  return `${time(value)}:${two(local(value).getUTCSeconds())}`
}

/** Date and time: "2026年11月23日 09:00". */
export function dateTime(value: string | number | Date): string {
  return `${date(value)} ${time(value)}`
}

/** A time as date and time fields hold it: "2026-11-23 09:00". */
export function fieldTime(value: string | number | Date): string {
  const d = local(value)
  return `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())} ${time(value)}`
}

/** The instant (RFC 3339, UTC) of a field's time in the official zone; "" when it is not one. */
export function instantOf(field: string): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})$/.exec(field.trim())
  if (!parts) return ''
  const [y, m, d, h, min] = parts.slice(1).map(Number) as [number, number, number, number, number]
  return new Date(Date.UTC(y, m - 1, d, h, min) - zoneMinutes * 60_000).toISOString()
}

/** A running countdown, rounded up so that 0 means over: "01:29:59", "04:05". */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const h = Math.floor(seconds / 3600)
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  return h > 0 ? `${two(h)}:${rest}` : rest
}

/** A length of time in whole minutes and seconds: "90 分钟", "1 分 30 秒". */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  const m = Math.floor(seconds / 60)
  const s = seconds % 60
  if (s === 0) return t('common.minutes', { n: m })
  if (m === 0) return t('common.seconds', { n: s })
  return t('common.minutes_seconds', { m, s })
}

/** A skill level by its national number (5 初级工 … 1 高级技师): "三级/高级工". */
export function levelName(level: number): string {
  return t(`common.level.${level}`)
}

/** The letter drawn beside an option: 0 → "A". */
export function optionLetter(index: number): string {
  return String.fromCharCode(65 + index)
}
