// Marks, percents and times as people write them in fields, and as the server has them.

/** Hundredths of what was written, "12.5" → 1250; null when it is no amount of at most two places. */
export function hundredths(written: string): number | null {
  const found = /^(-?)(\d{1,7})(?:[.。](\d{1,2}))?$/.exec(written.trim())
  if (!found) return null
  const n = Number(found[2]) * 100 + Number((found[3] ?? '').padEnd(2, '0'))
  return found[1] ? -n : n
}

/** Hundredths as a field shows them: 1250 → "12.5". */
export function writtenHundredths(n: number | undefined | null): string {
  if (n === undefined || n === null) return ''
  const abs = Math.abs(n)
  const rest = String(abs % 100)
    .padStart(2, '0')
    .replace(/0+$/, '')
  return `${n < 0 ? '-' : ''}${Math.floor(abs / 100)}${rest && `.${rest}`}`
}

/** Milliseconds of "12:30" (minutes and seconds) or "90" (minutes); null when it is none. */
export function millis(written: string): number | null {
  const found = /^(\d{1,5})(?:[:：]([0-5]?\d))?$/.exec(written.trim())
  return found ? (Number(found[1]) * 60 + Number(found[2] ?? 0)) * 1000 : null
}

/** Milliseconds as minutes and seconds: 750000 → "12:30", 5400000 → "90". */
export function writtenMillis(ms: number | undefined): string {
  if (ms === undefined) return ''
  const seconds = Math.round(ms / 1000)
  return seconds % 60
    ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
    : `${seconds / 60}`
}
