// The board as a pure fold of the server's frames. A frame that does not follow on what is held asks for a new
// snapshot instead of being guessed at.
import type { BoardFrame, DeltaFrame, Meta, Row, SnapshotFrame } from './wire'

/** A board as far as it is known. Never changed in place. */
export interface Board {
  e: string
  o: number
  v: number
  meta: Meta | null
  /** In board order. */
  rows: Row[]
}

/** What a frame did to the board. */
export interface Step {
  board: Board | undefined
  /** The position cannot be continued: connect again without one. */
  resync: boolean
  /** Rows whose marks or state changed, not only their rank. */
  changed: string[]
  /** Places won (above 0) or lost by row. */
  moved: Map<string, number>
}

/**
 * Compares strings as the bytes of their UTF-8 form, as the server does. JavaScript compares UTF-16 units, which
 * differs only where surrogates meet the units above them.
 */
export function compareBytes(a: string, b: string): number {
  const n = Math.min(a.length, b.length)
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return order(x) - order(y)
  }
  return a.length - b.length
}

function order(unit: number): number {
  const surrogate = unit >= 0xd800 && unit <= 0xdfff
  return surrogate ? unit + 0x10000 : unit
}

const byKey = (a: Row, b: Row): number => compareBytes(a.k, b.k) || compareBytes(a.id, b.id)

/** What people see of a row besides its place. */
function content({ b }: Row): string {
  return JSON.stringify([b.total, b.status, b.parts])
}

function step(before: Board | undefined, board: Board, candidates: Row[]): Step {
  const old = new Map(before?.rows.map((r) => [r.id, r]))
  const changed: string[] = []
  const moved = new Map<string, number>()
  for (const row of candidates) {
    const was = old.get(row.id)
    if (!was) continue
    if (content(was) !== content(row)) changed.push(row.id)
    if (was.b.rank !== null && row.b.rank !== null && was.b.rank !== row.b.rank)
      moved.set(row.id, was.b.rank - row.b.rank)
  }
  return { board, resync: false, changed, moved }
}

function snapshot(before: Board | undefined, frame: SnapshotFrame): Step {
  const rows = [...frame.rows].sort(byKey)
  const board = { e: frame.e, o: frame.o, v: frame.v, meta: frame.meta ?? null, rows }
  return step(before, board, rows)
}

function delta(before: Board, frame: DeltaFrame): Step {
  const rows = new Map(before.rows.map((r) => [r.id, r]))
  for (const id of frame.del ?? []) rows.delete(id)
  for (const row of frame.rows) rows.set(row.id, row)
  const board = {
    e: frame.e,
    o: frame.o,
    v: frame.v,
    meta: frame.meta === undefined ? before.meta : frame.meta,
    rows: [...rows.values()].sort(byKey),
  }
  return step(before, board, frame.rows)
}

/** Applies a frame. */
export function apply(before: Board | undefined, frame: BoardFrame): Step {
  const same: Step = { board: before, resync: false, changed: [], moved: new Map() }
  if (frame.t === 'snapshot') return snapshot(before, frame)
  if (frame.t === 'reload' || !before || frame.e !== before.e) return { ...same, resync: true }
  if (frame.t === 'beat') return frame.o > before.o ? { ...same, resync: true } : same
  if (frame.o <= before.o) return same // seen already
  return frame.o === before.o + 1 ? delta(before, frame) : { ...same, resync: true }
}

/** How far a row is behind the first, in hundredths; null when one of them has no total or it is the first. */
export function gapOf(board: Board, row: Row): number | null {
  const first = board.rows[0]?.b.total
  if (first === null || first === undefined || row.b.total === null || row.b.rank === null) return null
  return row.b.rank === 1 ? null : first - row.b.total
}

/** Rows whose code, unit or city holds the words. */
export function search(rows: Row[], words: string): Row[] {
  const wanted = words.normalize('NFKC').trim().toLowerCase()
  if (!wanted) return rows
  return rows.filter(({ b }) => [b.code, b.unit, b.city].some((text) => text?.toLowerCase().includes(wanted)))
}

/** The rows up to `reach` places before and after one. */
export function around(rows: Row[], id: string, reach: number): Row[] {
  const at = rows.findIndex((r) => r.id === id)
  return at < 0 ? rows : rows.slice(Math.max(0, at - reach), at + reach + 1)
}

/** Page `page` of a wall: the first `pinned` rows stay when there is more than one page. */
export function wallPage(
  rows: Row[],
  page: number,
  size: number,
  pinned: number,
): { rows: Row[]; pages: number } {
  if (rows.length <= size) return { rows, pages: 1 }
  const head = size > 2 * pinned ? rows.slice(0, pinned) : []
  const rest = rows.slice(head.length)
  const per = size - head.length
  const pages = Math.ceil(rest.length / per)
  const start = (page % pages) * per
  return { rows: [...head, ...rest.slice(start, start + per)], pages }
}
