// Centres as they are planned: seats by number or by codes of their own, rows, accessible seats; and as the server takes
// them. Both ways keep everything.
import type { Centre } from '../../types'

type Room = Centre['rooms'][number]

/** A room as it is planned. */
export interface RoomPlan {
  code: string
  name: string
  /** How many seats and spare seats, when they are numbered through. */
  seats: number
  spare: number
  /** Seats in a row; 0: all in one. */
  columns: number
  /** The seats have codes of their own, one a line or between commas, in place of numbers. */
  own: boolean
  seatList: string
  spareList: string
  /** Codes of the accessible seats. */
  accessible: string[]
}

/** A centre as it is planned. */
export interface CentrePlan {
  code: string
  name: string
  rooms: RoomPlan[]
}

/** A room for the form: 36 seats in rows of eight, and the spare tenth. */
export function newRoom(code: string, like?: RoomPlan): RoomPlan {
  const { seats, spare, columns } = like && !like.own ? like : { seats: 36, spare: 4, columns: 8 }
  return { code, name: '', seats, spare, columns, own: false, seatList: '', spareList: '', accessible: [] }
}

/** Seat codes "01" … "40"; as many digits as the last needs, at least two. */
export function seatCodes(from: number, count: number, last: number): string[] {
  const width = Math.max(2, String(last).length)
  return Array.from({ length: Math.max(0, count) }, (_, i) => String(from + i).padStart(width, '0'))
}

const listed = (text: string): string[] =>
  text
    .split(/[\n,，、;；]/)
    .map((code) => code.trim())
    .filter(Boolean)

/** The codes of a planned room in seating order; spare seats stand behind the others. */
export function codesOf(room: RoomPlan): { seats: string[]; spare: string[] } {
  if (room.own) return { seats: listed(room.seatList), spare: listed(room.spareList) }
  const seats = room.seats || 0
  const last = seats + (room.spare || 0)
  return { seats: seatCodes(1, seats, last), spare: seatCodes(seats + 1, room.spare || 0, last) }
}

/** Whether a seat is accessible. Numbers are compared as numbers: "05" becomes "005" when the room grows. */
export function isAccessible(room: RoomPlan, code: string): boolean {
  return room.accessible.some((a) => a === code || (!room.own && Number(a) === Number(code)))
}

/** Makes a seat accessible, or no longer so. */
export function toggleAccessible(room: RoomPlan, code: string): void {
  if (!isAccessible(room, code)) room.accessible.push(code)
  else room.accessible = room.accessible.filter((a) => a !== code && (room.own || Number(a) !== Number(code)))
}

function roomOf(room: RoomPlan): Room {
  const { seats, spare } = codesOf(room)
  const accessible = [...seats, ...spare].filter((code) => isAccessible(room, code))
  return {
    code: room.code.trim(),
    name: room.name.trim(),
    seats,
    spare,
    ...(room.columns > 0 && { columns: room.columns }),
    ...(accessible.length > 0 && { accessible }),
  }
}

/** The centres with their seats. */
export function centresOf(plans: CentrePlan[]): Centre[] {
  return plans.map((centre) => ({
    code: centre.code.trim(),
    name: centre.name.trim(),
    rooms: centre.rooms.map(roomOf),
  }))
}

const equal = (a: string[], b: string[]): boolean => a.length === b.length && a.every((x, i) => x === b[i])

function planOf(room: Room): RoomPlan {
  const spare = room.spare ?? []
  const plan: RoomPlan = {
    ...newRoom(room.code),
    name: room.name,
    seats: room.seats.length,
    spare: spare.length,
    columns: room.columns ?? 0,
    accessible: [...(room.accessible ?? [])],
  }
  const numbered = codesOf(plan)
  if (equal(numbered.seats, room.seats) && equal(numbered.spare, spare)) return plan
  return { ...plan, own: true, seatList: room.seats.join('\n'), spareList: spare.join('\n') }
}

/** The other way: centres of an older sitting as a plan. */
export function plansOf(centres: Centre[]): CentrePlan[] {
  return centres.map((c) => ({ code: c.code, name: c.name, rooms: c.rooms.map(planOf) }))
}

/**
 * How many people a room takes when a share of all its seats, in basis points, stays free. Spare seats count towards
 * the share; the rule is the server's (exam.Room).
 */
export function capacity(room: Pick<Room, 'seats' | 'spare'>, shareBP: number): number {
  const all = room.seats.length + (room.spare?.length ?? 0)
  return Math.min(room.seats.length, all - Math.ceil((all * shareBP) / 10_000))
}

/** Seats, spare seats, and how many people all rooms take together. */
export function seatTotals(
  plans: CentrePlan[],
  shareBP: number,
): { seats: number; spare: number; people: number } {
  const totals = { seats: 0, spare: 0, people: 0 }
  for (const room of plans.flatMap((c) => c.rooms).map(codesOf)) {
    totals.seats += room.seats.length
    totals.spare += room.spare.length
    totals.people += Math.max(0, capacity(room, shareBP))
  }
  return totals
}

/** One seat of a room's plan. */
export interface Spot {
  code: string
  spare: boolean
}

/** A room's seats row by row, spare ones behind the others. */
export function rowsOf(room: Pick<Room, 'seats' | 'spare' | 'columns'>): Spot[][] {
  const spots = [
    ...room.seats.map((code) => ({ code, spare: false })),
    ...(room.spare ?? []).map((code) => ({ code, spare: true })),
  ]
  const columns = room.columns || Math.max(1, spots.length)
  const rows: Spot[][] = []
  for (let i = 0; i < spots.length; i += columns) rows.push(spots.slice(i, i + columns))
  return rows
}
