// A time used as a judge types it.

/** Minutes and seconds in milliseconds; undefined unless both are whole numbers and the seconds below 60. */
export function parseTimeUsed(minutes: string, seconds: string): number | undefined {
  const [m, s] = [minutes, seconds].map((typed) => typed.normalize('NFKC').trim())
  if (!/^\d{1,4}$/.test(m ?? '') || !/^\d{1,2}$/.test(s ?? '') || Number(s) >= 60) return undefined
  return (Number(m) * 60 + Number(s)) * 1000
}
