import { describe, expect, it } from 'vitest'
import { apply, around, compareBytes, gapOf, search, wallPage, type Board } from './reducer'
import type { DeltaFrame, Meta, Row, SnapshotFrame } from './wire'

const at = '2026-11-23T10:00:00.000Z'

function row(id: string, k: string, rank: number | null = null, total: number | null = null): Row {
  const b = { rank, shared: false, code: id.toUpperCase(), total, parts: [], changed_at: at }
  return { id, k, b: { ...b, status: total === null ? 'waiting' : 'complete', unit: `单位${id}` } }
}

function snapshot(rows: Row[], o = 5, e = 'E1'): SnapshotFrame {
  return { t: 'snapshot', e, o, v: 1, at, meta: { competitors: rows.length } as Meta, rows }
}

function delta(o: number, rows: Row[], more: Partial<DeltaFrame> = {}): DeltaFrame {
  return { t: 'delta', e: 'E1', o, v: 2, at, rows, del: [], ...more }
}

const ids = (board: Board | undefined): string[] => board!.rows.map((r) => r.id)
const start = apply(undefined, snapshot([row('b', '2', 2, 100), row('a', '1', 1, 200)])).board

describe('the order of rows', () => {
  it('is by key, then id', () => {
    const rows = [row('z', '1'), row('b', '2'), row('a', '2'), row('c', '10')]
    expect(ids(apply(undefined, snapshot(rows)).board)).toEqual(['z', 'c', 'a', 'b'])
  })

  it('compares bytes of UTF-8 as the server does', () => {
    const samples = ['', 'A', 'A01', 'A1', 'B', 'a', 'é', '兴', '鲁', '\uffe5', '😀', '😁', 'V2', 'UV', 'VU']
    const encoder = new TextEncoder()
    const bytes = (s: string): string =>
      Array.from(encoder.encode(s), (x) => x.toString(16).padStart(2, '0')).join('')
    for (const a of samples)
      for (const b of samples) {
        const want = bytes(a) < bytes(b) ? -1 : bytes(a) > bytes(b) ? 1 : 0
        expect([a, b, Math.sign(compareBytes(a, b))]).toEqual([a, b, want])
      }
  })
})

describe('a delta', () => {
  it('replaces changed rows as a whole, adds, deletes and sorts', () => {
    const step = apply(start, delta(6, [row('b', '0', 1, 300), row('c', '3', 3, 50)], { del: ['a'] }))
    expect(ids(step.board)).toEqual(['b', 'c'])
    expect(step.board).toMatchObject({ e: 'E1', o: 6, v: 2 })
    expect(step.resync).toBe(false)
  })

  it('keeps what is said about the board unless it says so anew', () => {
    expect(apply(start, delta(6, [])).board?.meta).toEqual(start?.meta)
    const meta = { competitors: 9 } as Meta
    expect(apply(start, delta(6, [], { meta })).board?.meta).toEqual(meta)
  })

  it('does not change the board before it', () => {
    const before = JSON.stringify(start)
    apply(start, delta(6, [row('b', '0', 1, 300)], { del: ['a'] }))
    expect(JSON.stringify(start)).toBe(before)
  })

  it('tells rows with new marks from rows that only moved', () => {
    const step = apply(start, delta(6, [row('b', '0', 1, 300), row('a', '1', 2, 200)]))
    expect(step.changed).toEqual(['b'])
    expect([...step.moved]).toEqual([
      ['b', 1],
      ['a', -1],
    ])
  })

  it('tells no movement for a first rank', () => {
    const board = apply(undefined, snapshot([row('a', '1')])).board
    const step = apply(board, delta(6, [row('a', '1', 1, 100)]))
    expect(step.changed).toEqual(['a'])
    expect(step.moved.size).toBe(0)
  })
})

describe('a frame out of place', () => {
  it.each([
    ['a gap', delta(7, [])],
    ['another epoch', delta(6, [], { e: 'E2' })],
    ['a beat ahead', { t: 'beat', e: 'E1', o: 6, at } as const],
    ['a beat of another epoch', { t: 'beat', e: 'E2', o: 1, at } as const],
    ['a change too large for a frame', { t: 'reload', e: 'E1', o: 6, at } as const],
  ])('asks for a snapshot: %s', (_name, frame) => {
    const step = apply(start, frame)
    expect(step.resync).toBe(true)
    expect(step.board).toBe(start)
  })

  it('asks for a snapshot when there is nothing to change', () => {
    expect(apply(undefined, delta(6, [])).resync).toBe(true)
  })

  it.each([
    ['seen before', delta(5, [row('x', '0')])],
    ['seen long before', delta(1, [row('x', '0')])],
    ['a beat at our place', { t: 'beat', e: 'E1', o: 5, at } as const],
    ['a beat behind', { t: 'beat', e: 'E1', o: 3, at } as const],
  ])('is left alone: %s', (_name, frame) => {
    const step = apply(start, frame)
    expect(step.resync).toBe(false)
    expect(step.board).toBe(start)
  })

  it('a snapshot replaces everything, also of another epoch', () => {
    const step = apply(start, snapshot([row('a', '1', 2, 200), row('q', '0', 1, 250)], 1, 'E9'))
    expect(ids(step.board)).toEqual(['q', 'a'])
    expect(step.board).toMatchObject({ e: 'E9', o: 1 })
    expect(step.changed).toEqual([])
    expect([...step.moved]).toEqual([['a', -1]])
  })
})

it('any order of drops, doubles and resyncs ends at the fold', () => {
  // A server that changes one row per frame, and a line that loses and doubles frames.
  let seed = 7
  const random = (n: number): number => (seed = (seed * 48271) % 2147483647) % n
  const truth = new Map(Array.from({ length: 12 }, (_, i) => [`r${i}`, row(`r${i}`, `${i}`, i + 1, 100 * i)]))
  let o = 1
  const full = (): SnapshotFrame => snapshot([...truth.values()], o)
  let board = apply(undefined, full()).board
  for (let i = 0; i < 2000; i++) {
    const id = `r${random(15)}`
    const gone = random(10) === 0 && truth.has(id)
    const next = row(id, String(random(1000)), random(12) + 1, random(9000))
    if (gone) truth.delete(id)
    else truth.set(id, next)
    const frame = delta(++o, gone ? [] : [next], { del: gone ? [id] : [] })
    for (let copies = random(4) === 0 ? random(3) : 1; copies > 0; copies--) {
      const step = apply(board, frame)
      board = step.resync ? apply(step.board, full()).board : step.board
    }
  }
  const beat = apply(board, { t: 'beat', e: 'E1', o, at })
  if (beat.resync) board = apply(board, full()).board
  expect(board?.rows).toEqual(apply(undefined, full()).board?.rows)
})

describe('views of the rows', () => {
  const rows = Array.from({ length: 30 }, (_, i) => row(`r${i}`, String(i).padStart(2, '0'), i + 1, 9000 - i))
  const board: Board = { e: 'E', o: 1, v: 1, meta: null, rows }

  it('give the gap to the first', () => {
    expect(gapOf(board, rows[0]!)).toBeNull()
    expect(gapOf(board, rows[4]!)).toBe(4)
    expect(gapOf(board, row('x', '99'))).toBeNull()
  })

  it('search code and unit', () => {
    expect(search(rows, 'r12').map((r) => r.id)).toEqual(['r12'])
    expect(search(rows, ' Ｒ12 ').map((r) => r.id)).toEqual(['r12'])
    expect(search(rows, '单位r2')).toHaveLength(11)
    expect(search(rows, '')).toHaveLength(30)
  })

  it('show the neighbours of one', () => {
    expect(around(rows, 'r10', 2).map((r) => r.id)).toEqual(['r8', 'r9', 'r10', 'r11', 'r12'])
    expect(around(rows, 'r0', 2).map((r) => r.id)).toEqual(['r0', 'r1', 'r2'])
    expect(around(rows, 'gone', 2)).toHaveLength(30)
  })

  it('page the wall with the first three in sight', () => {
    const first = wallPage(rows, 0, 12, 3)
    expect(first.pages).toBe(3)
    expect(first.rows.map((r) => r.id)).toEqual(rows.slice(0, 12).map((r) => r.id))
    const second = wallPage(rows, 1, 12, 3)
    expect(second.rows.map((r) => r.id).slice(0, 4)).toEqual(['r0', 'r1', 'r2', 'r12'])
    const shown = [0, 1, 2].flatMap((p) => wallPage(rows, p, 12, 3).rows.map((r) => r.id))
    expect(new Set(shown).size).toBe(30)
    expect(wallPage(rows, 3, 12, 3)).toEqual(first)
    expect(wallPage(rows.slice(0, 12), 4, 12, 3)).toEqual({ rows: rows.slice(0, 12), pages: 1 })
    expect(wallPage(rows, 0, 4, 3).rows).toHaveLength(4)
  })
})
