// Moving about a plan of seats with the arrow keys: one stop of the Tab key, as in a table of cells.

/** A seat of the plan by row and column from 0. */
export interface SeatAt {
  row: number
  column: number
}

const clamp = (n: number, last: number): number => Math.min(Math.max(n, 0), last)

/** Where a key leads from a seat; `rows` are the lengths of the rows. Undefined for keys that do not move. */
export function stepOf(key: string, at: SeatAt, rows: number[]): SeatAt | undefined {
  const steps: Record<string, [number, number]> = {
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    Home: [0, -Infinity],
    End: [0, Infinity],
  }
  const step = steps[key]
  if (!step || rows.length === 0) return undefined
  const row = clamp(at.row + step[0], rows.length - 1)
  return { row, column: clamp(at.column + step[1], Math.max(0, rows[row]! - 1)) }
}
