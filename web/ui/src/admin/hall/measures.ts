// What staff can do about one candidate, by state and permission.
import type { Action } from '../session'
import type { SeatProgress, Sitting } from '../types'
import { isOpen } from './target'

export type Measure = 'identity' | 'admit' | 'move' | 'absent' | 'present' | 'lockdown' | 'void'

/** A machine that failed, or one that asked for a seat which is bound to another address. */
export function needsPass(lock: SeatProgress['lockdown']): boolean {
  return lock?.state === 'failed' || (lock?.state !== 'overridden' && (lock?.tried ?? 0) > 0)
}

/** The measures that make sense now, in the order in which they are offered. */
export function measuresOf(
  seat: Pick<SeatProgress, 'state' | 'lockdown'> & { absent?: boolean },
  sitting: Pick<Sitting, 'state'>,
  may: (action: Action) => boolean,
): Measure[] {
  if (sitting.state === 'planned') return []
  const live = sitting.state !== 'closed' && isOpen(seat)
  const waiting = live && seat.state === 'notstarted'
  const list: [Measure, boolean, Action][] = [
    ['identity', live, 'identity.check'],
    ['admit', waiting && !seat.absent, 'room.control'],
    ['move', live, 'room.control'],
    ['absent', waiting && !seat.absent && sitting.state === 'running', 'room.control'],
    ['present', waiting && !!seat.absent, 'room.control'],
    ['lockdown', live && needsPass(seat.lockdown), 'lock.override'],
    ['void', seat.state !== 'void', 'attempt.void'],
  ]
  return list.filter(([, sensible, action]) => sensible && may(action)).map(([measure]) => measure)
}

/** The seats nobody sits at now, spare ones marked. */
export function freeSeats(
  sitting: Pick<Sitting, 'centres'>,
  seats: Pick<SeatProgress, 'place' | 'state'>[],
): { centre: string; room: string; seat: string; label: string; spare: boolean }[] {
  const taken = new Set(seats.map((s) => `${s.place.centre}/${s.place.room}/${s.place.seat}`))
  return sitting.centres.flatMap((centre) =>
    centre.rooms.flatMap((room) =>
      [
        ...(room.spare ?? []).map((seat) => ({ seat, spare: true })),
        ...room.seats.map((seat) => ({ seat, spare: false })),
      ]
        .filter(({ seat }) => !taken.has(`${centre.code}/${room.code}/${seat}`))
        .map(({ seat, spare }) => ({
          centre: centre.code,
          room: room.code,
          seat,
          spare,
          label: `${centre.name || centre.code} ${room.name || room.code} ${seat}`,
        })),
    ),
  )
}
