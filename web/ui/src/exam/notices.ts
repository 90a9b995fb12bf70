// Notices of the remaining time. Each is given once when the time runs past it; extra time arms them again.

/** When notices are given, in minutes before the end. */
export const noticeMinutes = [30, 15, 5, 1]

/** Returns a function that takes the remaining milliseconds and gives the notice that is due, if any. */
export function createNotices(): (remaining: number) => number | undefined {
  let before: number | undefined
  return (remaining) => {
    const last = before
    before = remaining
    if (last === undefined || remaining <= 0) return undefined // joining late is no crossing
    const crossed = noticeMinutes.filter((m) => last > m * 60_000 && remaining <= m * 60_000)
    return crossed.length > 0 ? Math.min(...crossed) : undefined
  }
}
