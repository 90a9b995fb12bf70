// The lockdown of the seats of a sitting: how many are how far, and which staff should look at.
import type { SeatProgress } from '../types'

/** States of a seat's lockdown with their looks; none is a seat that was not checked yet. */
export const lockStates = [
  { state: 'verified', mark: '✓', tone: 'good' },
  { state: 'failed', mark: '✕', tone: 'bad' },
  { state: 'overridden', mark: '!', tone: 'warn' },
  { state: 'none', mark: '○', tone: 'plain' },
] as const

type State = (typeof lockStates)[number]['state']

const stateOf = (seat: Pick<SeatProgress, 'lockdown'>): State =>
  lockStates.find((s) => s.state === seat.lockdown?.state)?.state ?? 'none'

/** Shape and tone of a seat's state. */
export function lockLook(seat: Pick<SeatProgress, 'lockdown'>): {
  mark: string
  tone: 'good' | 'bad' | 'warn' | 'plain'
} {
  const { mark, tone } = lockStates.find((s) => s.state === stateOf(seat))!
  return { mark, tone }
}

/** How many seats are in each state. */
export function lockCounts(seats: Pick<SeatProgress, 'lockdown'>[]): Record<State, number> {
  const counts: Record<State, number> = { verified: 0, failed: 0, overridden: 0, none: 0 }
  for (const seat of seats) counts[stateOf(seat)]++
  return counts
}

/** The seats that failed or were asked for from elsewhere, then those that staff let pass. */
export function troubled<S extends Pick<SeatProgress, 'lockdown'>>(seats: S[]): S[] {
  const of = (state: State): S[] => seats.filter((s) => stateOf(s) === state)
  const tried = [...of('verified'), ...of('none')].filter((s) => (s.lockdown?.tried ?? 0) > 0)
  return [...of('failed'), ...tried, ...of('overridden')]
}
