// How far the decryption is: what is missing before it, and whose turn it is.
import type { Ceremony, Layer } from './shapes'

/** A condition before the first layer may be opened. */
export interface Condition {
  name: 'locked' | 'rechecked'
  met: boolean
}

const reached: Record<Ceremony['phase'], number> = {
  setup: 0,
  running: 0,
  locked: 1,
  rechecked: 2,
  decrypted: 2,
  published: 2,
  final: 2,
}

export function conditions(c: Ceremony): Condition[] {
  return [
    { name: 'locked', met: reached[c.phase] >= 1 },
    { name: 'rechecked', met: reached[c.phase] >= 2 },
  ]
}

/** What happens with a layer: opened; its turn and not asked, asked, asked too long ago; its turn but not yet; later. */
export type LayerStep = 'opened' | 'ready' | 'asked' | 'expired' | 'barred' | 'later'

export function stepOf(c: Ceremony, layer: Layer, now: number): LayerStep {
  if (c.opened.some((d) => d.layer === layer)) return 'opened'
  if (c.next !== layer) return 'later'
  if (!c.ready) return 'barred'
  if (!c.until) return 'ready'
  return Date.parse(c.until) >= now ? 'asked' : 'expired'
}

/** What is left of the time within which the second person opens it; 0 when it is over. */
export function leftMS(c: Ceremony, now: number): number {
  return c.until ? Math.max(0, Date.parse(c.until) - now) : 0
}
