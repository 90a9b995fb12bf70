// The seats of a sitting with who sits there now.
import type { Progress, SeatProgress, Sitting } from '../types'

/** One seat; without a candidate it is free. */
export interface Seat {
  code: string
  spare: boolean
  taken: SeatProgress | null
}

/** A room with its seats in seating order. */
export interface RoomSeats {
  centre: string
  centreName: string
  room: string
  roomName: string
  seats: Seat[]
}

/** All rooms with their seats; a candidate stands at the seat of now, which may be a spare one. */
export function roomsOf(sitting: Pick<Sitting, 'centres'>, progress: Pick<Progress, 'seats'>): RoomSeats[] {
  const at = new Map(progress.seats.map((s) => [`${s.place.centre}/${s.place.room}/${s.place.seat}`, s]))
  return sitting.centres.flatMap((centre) =>
    centre.rooms.map((room) => ({
      centre: centre.code,
      centreName: centre.name,
      room: room.code,
      roomName: room.name,
      seats: [
        ...room.seats.map((code) => ({ code, spare: false })),
        ...(room.spare ?? []).map((code) => ({ code, spare: true })),
      ].map((s) => ({ ...s, taken: at.get(`${centre.code}/${room.code}/${s.code}`) ?? null })),
    })),
  )
}

/** Milliseconds since the candidate's machine was last heard; null when it never was. */
export function silence(seat: Pick<SeatProgress, 'seen_at'>, now: number): number | null {
  return seat.seen_at ? Math.max(0, now - Date.parse(seat.seen_at)) : null
}
