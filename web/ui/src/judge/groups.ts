// The list of a judge: by division and module, what is to be done, and what comes next.
import { plainCode } from './code'
import { isOpen, isSettled, type Standing } from './standing'
import type { SheetBrief } from './wire'

/** One sheet in the list. */
export interface Tile {
  sheet: SheetBrief
  standing: Standing
}

export type Filter = 'todo' | 'talk' | 'sign' | 'done' | 'all'

/** In the order of the screen. */
export const filters: Filter[] = ['todo', 'talk', 'sign', 'done', 'all']

/** Whether a sheet is among those of a filter. */
export function passes({ sheet, standing }: Tile, filter: Filter): boolean {
  switch (filter) {
    case 'todo':
      return isOpen(standing)
    case 'talk':
      return standing === 'conference' || standing === 'reopened'
    case 'sign':
      return !!sheet.to_sign
    case 'done':
      return ['sending', 'submitted'].includes(standing) || isSettled(sheet)
    case 'all':
      return true
  }
}

/** Sheets whose code has what was typed in it. */
export function searched(tiles: Tile[], typed: string): Tile[] {
  const wanted = plainCode(typed)
  return tiles.filter((tile) => tile.sheet.code.toUpperCase().includes(wanted))
}

/** The one sheet that a search means: its very code, or the only one left. */
export function onlyOne(tiles: Tile[], typed: string): Tile | undefined {
  const exact = tiles.filter((tile) => tile.sheet.code.toUpperCase() === plainCode(typed))
  return exact.length === 1 ? exact[0] : tiles.length === 1 ? tiles[0] : undefined
}

/** What comes back is first, then what was begun, then what was not. */
const urgency: Standing[] = ['refused', 'reopened', 'conference', 'draft', 'not_started']

/** The sheet to mark next, or nothing: the most urgent one, in the order of codes. */
export function nextTile(tiles: Tile[]): Tile | undefined {
  for (const standing of urgency) {
    const found = tiles.find((tile) => tile.standing === standing)
    if (found) return found
  }
  return undefined
}

/** How many sheets of each standing there are, in the order of work. */
export function standingCounts(tiles: Tile[]): [Standing, number][] {
  const order: Standing[] = [
    ...urgency.slice(0, 4),
    ...(['not_started', 'sending', 'submitted', 'agreed', 'signed', 'locked', 'absent', 'closed'] as const),
  ]
  return order
    .map((s): [Standing, number] => [s, tiles.filter((tile) => tile.standing === s).length])
    .filter(([, n]) => n > 0)
}
