// What has become of a judge's card.
import { marked, type Mark } from './marks'
import type { Card } from './shapes'

/** The state of a card at a time (milliseconds since 1970), and whether it still signs in. */
export function cardState(card: Card, now: number): Mark & { good: boolean } {
  if (card.revoked) return { ...marked('✕', 'revoked'), good: false }
  if (card.once && card.used) return { ...marked('✓', 'used'), good: false }
  if (new Date(card.expires).getTime() <= now) return { ...marked('○', 'over'), good: false }
  return { ...marked('●', 'good', 'good'), good: true }
}
