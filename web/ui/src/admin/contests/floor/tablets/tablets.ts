// What a list of tablets shows, and how.
import { marked, type Mark } from './marks'
import type { TabletStatus } from './shapes'

/** The chips over the list. */
export const views = ['use', 'online', 'look', 'spare', 'unpaired', 'revoked'] as const
export type View = (typeof views)[number]

/** Whether a line belongs to a view. */
export function inView(s: TabletStatus, view: View): boolean {
  const revoked = !!s.tablet?.revoked
  switch (view) {
    case 'use':
      return !!s.tablet && !revoked
    case 'online':
      return s.online && !revoked
    case 'look':
      return !revoked && s.flags.length > 0
    case 'spare':
      return isSpare(s)
    case 'unpaired':
      return !s.tablet
    case 'revoked':
      return revoked
  }
}

/** A paired tablet on which nobody is signed in, so that a judge can move to it. */
export function isSpare(s: TabletStatus): boolean {
  return !!s.tablet && !s.tablet.revoked && (!s.presence || s.presence.over === true || !s.presence.judge)
}

/** Whether a line fits what was searched: number, name, hall, judge or code. */
export function found(s: TabletStatus, names: Record<string, string>, words: string): boolean {
  const wanted = words.trim().toLowerCase()
  if (!wanted) return true
  const judge = s.presence?.judge ?? ''
  return [s.tablet?.number, s.tablet?.name, s.tablet?.hall, names[judge], s.presence?.armed?.code].some((x) =>
    x?.toLowerCase().includes(wanted),
  )
}

/** How a tablet is, as shape and key of its word. */
export function stateOf(s: TabletStatus): Mark {
  if (s.tablet?.revoked) return marked('✕', 'revoked')
  if (!s.presence) return marked('○', 'never')
  if (s.online) return marked('●', 'online', 'good')
  if (s.presence.over) return marked('○', 'over')
  return marked('▲', 'quiet', 'warn')
}

/** The number of the next tablet: "07" → "08", "H-9" → "H-10"; "" where it does not end in a number. */
export function nextNumber(number: string): string {
  const m = /^(.*?)(\d+)$/.exec(number)
  return m ? m[1]! + String(Number(m[2]) + 1).padStart(m[2]!.length, '0') : ''
}

/** Whether an address is good for tablets: scheme and host, nothing behind. */
export function isOrigin(address: string): boolean {
  return /^https?:\/\/[^\s/?#@]+$/.test(address)
}

/** Whether an address leads to the machine itself, where no tablet finds it. */
export function isLoopback(address: string): boolean {
  return /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(address)
}
