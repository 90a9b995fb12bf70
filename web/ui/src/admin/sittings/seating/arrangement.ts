// Who sits where before and after it is sealed: seats in their rows, units as letters, pairs that clash, and what a
// swap would do to them.
import type { ArrangedSeat, Arrangement, Centre, SeatPlace, Sitting } from '../../types'
import { rowsOf, type Spot } from '../planner/centres'

/** A place as a key of maps. */
export const keyOf = (p: SeatPlace): string => `${p.centre}/${p.room}/${p.seat}`

const samePlace = (a: SeatPlace, b: SeatPlace): boolean => keyOf(a) === keyOf(b)

/** How a unit is shown: a letter, and one of as many tones as the styles have. */
export interface UnitMark {
  letter: string
  tone: number
  people: number
}

const tones = 8

/** A, B … Z, AA, AB … */
export function letterOf(n: number): string {
  const last = String.fromCharCode(65 + (n % 26))
  return n < 26 ? last : letterOf(Math.floor(n / 26) - 1) + last
}

/** The letters of the units that more than one person comes from, the largest first. Others cannot clash. */
export function unitMarks(seats: Pick<ArrangedSeat, 'unit'>[]): Map<string, UnitMark> {
  const people = new Map<string, number>()
  for (const { unit } of seats) if (unit) people.set(unit, (people.get(unit) ?? 0) + 1)
  const shared = [...people].filter(([, n]) => n > 1)
  shared.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  return new Map(shared.map(([unit, n], i) => [unit, { letter: letterOf(i), tone: i % tones, people: n }]))
}

/** One seat of a room's picture. */
export interface Cell extends Spot {
  place: SeatPlace
  accessible: boolean
  taken: ArrangedSeat | undefined
  /** A neighbour comes from the same unit; has the same form. */
  unitClash: boolean
  formClash: boolean
}

/** A room as it is drawn. */
export interface RoomPicture {
  key: string
  centre: string
  room: string
  centreName: string
  roomName: string
  rows: Cell[][]
  people: number
  /** Pairs in this room. */
  unitClashes: number
  formClashes: number
  /** Basis points; undefined for a room that the server does not know. */
  free: number | undefined
  wanted: number
}

type Room = Centre['rooms'][number]

type Pair = Arrangement['score']['units'][number]

/**
 * Neighbours with one form: those side by side or one behind the other, and how many diagonal ones. With one paper
 * everybody has it, with two the diagonal ones cannot be helped; so neither is something to look at.
 */
export function formPairs(
  sitting: Pick<Sitting, 'centres' | 'papers'>,
  view: Arrangement,
): { direct: Pair[]; diagonal: number } {
  if (sitting.papers.length < 2) return { direct: [], diagonal: 0 }
  const spots = new Map<string, [row: number, column: number]>()
  for (const centre of sitting.centres)
    for (const room of centre.rooms)
      rowsOf(room).forEach((row, r) =>
        row.forEach((s, c) => spots.set(`${centre.code}/${room.code}/${s.code}`, [r, c])),
      )
  const direct = view.score.forms.filter((p) => {
    const [a, b] = [spots.get(keyOf(p.a)), spots.get(keyOf(p.b))]
    return !a || !b || a[0] === b[0] || a[1] === b[1]
  })
  return { direct, diagonal: view.score.forms.length - direct.length }
}

/** Every room with its seats, people and clashes. */
export function picturesOf(sitting: Pick<Sitting, 'centres' | 'papers'>, view: Arrangement): RoomPicture[] {
  const at = new Map(view.seats.map((s) => [keyOf(s.place), s]))
  const clashing = (pairs: Pair[]): Set<string> => new Set(pairs.flatMap((p) => [keyOf(p.a), keyOf(p.b)]))
  const direct = formPairs(sitting, view).direct
  const units = clashing(view.score.units)
  const forms = clashing(direct)
  const cell = (centre: Centre, room: Room, spot: Spot): Cell => {
    const place = { centre: centre.code, room: room.code, seat: spot.code }
    const key = keyOf(place)
    return {
      ...spot,
      place,
      accessible: room.accessible?.includes(spot.code) ?? false,
      taken: at.get(key),
      unitClash: units.has(key),
      formClash: forms.has(key),
    }
  }
  return sitting.centres.flatMap((centre) =>
    centre.rooms.map((room) => {
      const inside = (p: { a: SeatPlace }): boolean => p.a.centre === centre.code && p.a.room === room.code
      const margin = view.score.rooms.find((m) => m.centre === centre.code && m.room === room.code)
      const rows = rowsOf(room).map((row) => row.map((spot) => cell(centre, room, spot)))
      return {
        key: `${centre.code}/${room.code}`,
        centre: centre.code,
        room: room.code,
        centreName: centre.name,
        roomName: room.name || room.code,
        rows,
        people: rows.flat().filter((c) => c.taken).length,
        unitClashes: view.score.units.filter(inside).length,
        formClashes: direct.filter(inside).length,
        free: margin?.free_bp,
        wanted: margin?.wanted_bp ?? 0,
      }
    }),
  )
}

/** Pairs of neighbours, of the eight around a seat, who come from one unit. */
export function unitPairs(rooms: RoomPicture[], unitAt: (cell: Cell) => string): number {
  let pairs = 0
  for (const { rows } of rooms)
    for (const [r, row] of rows.entries())
      for (const [c, cell] of row.entries()) {
        const unit = unitAt(cell)
        if (!unit) continue
        // each pair once: the neighbour to the right, and the three in the next row
        const later = [row[c + 1], ...[-1, 0, 1].map((d) => rows[r + 1]?.[c + d])]
        pairs += later.filter((other) => other && unitAt(other) === unit).length
      }
  return pairs
}

/** How many pairs of one unit there are, and how many after the swap. Forms belong to seats and do not move. */
export function swapEffect(
  rooms: RoomPicture[],
  a: SeatPlace,
  b: SeatPlace,
): { before: number; after: number } {
  const cells = rooms.flatMap((r) => r.rows.flat())
  const unitOf = (p: SeatPlace): string => cells.find((c) => samePlace(c.place, p))?.taken?.unit ?? ''
  const [atA, atB] = [unitOf(a), unitOf(b)]
  return {
    before: unitPairs(rooms, (c) => c.taken?.unit ?? ''),
    after: unitPairs(rooms, (c) =>
      samePlace(c.place, a) ? atB : samePlace(c.place, b) ? atA : (c.taken?.unit ?? ''),
    ),
  }
}

/** The seats that are picked after one more is pressed: at most two, and pressing a picked one lets it go. */
export function pick(picked: SeatPlace[], place: SeatPlace): SeatPlace[] {
  if (picked.some((p) => samePlace(p, place))) return picked.filter((p) => !samePlace(p, place))
  return [...picked.slice(-1), place]
}
