// Whom a measure is for: one candidate, a room, a centre or the whole sitting.
import type { SeatProgress, Sitting } from '../types'

/** The scope with its codes, as the server takes it. */
export interface Target {
  scope: 'candidate' | 'room' | 'centre' | 'sitting'
  attempt: string
  centre: string
  room: string
}

/** A target that starts with a scope and, for a candidate, with the attempt. */
export function newTarget(sitting: Sitting, scope: string, attempt = ''): Target {
  return { scope: scope as Target['scope'], attempt, centre: sitting.centres[0]?.code ?? '', room: '' }
}

/** Whether the target names somebody. */
export function isChosen(target: Target): boolean {
  if (target.scope === 'candidate') return target.attempt !== ''
  return target.scope !== 'room' || target.room !== ''
}

/** The fields of the target that its scope uses. */
export function targetBody(target: Target): Partial<Target> {
  return {
    scope: target.scope,
    ...(target.scope === 'candidate' && { attempt: target.attempt }),
    ...((target.scope === 'centre' || target.scope === 'room') && { centre: target.centre }),
    ...(target.scope === 'room' && { room: target.room }),
  }
}

const openStates = ['notstarted', 'admitted', 'in_progress', 'paused', 'overdue']

/** Whether the candidate can still gain by time. */
export function isOpen(seat: Pick<SeatProgress, 'state'>): boolean {
  return openStates.includes(seat.state)
}

/** The candidates whom the target covers; rooms and centres are those of the ticket. */
export function coveredBy(target: Target, seats: SeatProgress[]): SeatProgress[] {
  return seats.filter((s) => {
    if (!isOpen(s)) return false
    switch (target.scope) {
      case 'candidate':
        return s.attempt === target.attempt
      case 'room':
        return s.assigned.centre === target.centre && s.assigned.room === target.room
      case 'centre':
        return s.assigned.centre === target.centre
      default:
        return true
    }
  })
}

/** The target for people: a name, a room, a centre or everybody. */
export function targetName(
  target: { scope: string; attempt?: string; centre?: string; room?: string },
  sitting: Sitting,
  seats: Pick<SeatProgress, 'attempt' | 'name'>[],
  everybody: string,
): string {
  if (target.scope === 'candidate') return seats.find((s) => s.attempt === target.attempt)?.name ?? '—'
  const centre = sitting.centres.find((c) => c.code === target.centre)
  if (target.scope === 'centre') return centre?.name || target.centre || ''
  if (target.scope !== 'room') return everybody
  const room = centre?.rooms.find((r) => r.code === target.room)
  return `${centre?.name || target.centre} ${room?.name || target.room}`
}
