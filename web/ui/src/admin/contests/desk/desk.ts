// The desk as tables: codes down, panels across. Codes of two layers never stand in one table.
import type { Desk, DeskModule, DeskPanel, DeskRow } from './shapes'

/** One panel of a module: a column. */
export interface Column {
  module: DeskModule
  panel: DeskPanel
  /** Its place among the panels of the module, from 1; 0 when it is the only one. */
  no: number
}

/** A table whose rows are codes of one layer. */
export interface Matrix {
  key: string
  layer: string
  columns: Column[]
  rows: { code: string; cells: (DeskRow | undefined)[] }[]
}

/** The tables of a desk. An entry code holds for all modules, a station's or a work's code for one. */
export function matrices(desk: Pick<Desk, 'modules'>): Matrix[] {
  const all = new Map<string, Matrix>()
  for (const module of desk.modules)
    module.panels.forEach((panel, i) => {
      const key = panel.layer === 'entry' ? 'entry' : `${panel.layer}.${module.module}`
      const matrix = all.get(key) ?? { key, layer: panel.layer, columns: [], rows: [] }
      matrix.columns.push({ module, panel, no: module.panels.length > 1 ? i + 1 : 0 })
      all.set(key, matrix)
    })
  for (const matrix of all.values()) {
    const codes = new Set(matrix.columns.flatMap((c) => c.panel.rows.map((r) => r.code)))
    matrix.rows = [...codes].sort().map((code) => ({
      code,
      cells: matrix.columns.map((c) => c.panel.rows.find((r) => r.code === code)),
    }))
  }
  return [...all.values()]
}

/** What a sheet wants of somebody, beside its state: the key of the word and how many. */
export interface Flag {
  mark: string
  key: 'conference' | 'unsigned' | 'gap' | 'conduct' | 'evidence' | 'decided'
  n: number
  urgent: boolean
}

/** The flags of a sheet, those that hold it up first. */
export function flagsOf(row: DeskRow): Flag[] {
  const gap = row.gap !== null && !row.gap_accepted
  const all: Flag[] = [
    { mark: '◆', key: 'conference', n: row.conferences.length, urgent: true },
    { mark: '⇔', key: 'gap', n: gap ? 1 : 0, urgent: row.gap_blocks },
    { mark: '✎', key: 'unsigned', n: row.unsigned.length, urgent: false },
    { mark: '⚑', key: 'conduct', n: row.conduct, urgent: false },
    { mark: '§', key: 'decided', n: row.decided.length, urgent: false },
    { mark: '▣', key: 'evidence', n: row.evidence, urgent: false },
  ]
  return all.filter((f) => f.n > 0)
}

/** How many sheets of the desk are in each state. */
export function countsOf(desk: Pick<Desk, 'modules'>): Record<string, number> {
  const all: Record<string, number> = {}
  for (const m of desk.modules)
    for (const [state, n] of Object.entries(m.counts)) all[state] = (all[state] ?? 0) + n
  return all
}

/** Whether a sheet waits for the chief judge. */
export function wantsChief(row: DeskRow): boolean {
  return row.state === 'too_few' || row.state === 'conference' || (row.gap_blocks && !row.gap_accepted)
}

/** How a sheet's state looks: a shape and a tone; the word is in the strings. */
export const looks: Record<string, { mark: string; tone: 'plain' | 'good' | 'warn' | 'bad' | 'info' }> = {
  waiting: { mark: '○', tone: 'plain' },
  marking: { mark: '◐', tone: 'info' },
  conference: { mark: '◆', tone: 'bad' },
  too_few: { mark: '▽', tone: 'bad' },
  agreed: { mark: '✎', tone: 'warn' },
  signed: { mark: '✓', tone: 'good' },
  locked: { mark: '■', tone: 'good' },
  absent: { mark: '—', tone: 'warn' },
}

/** The shape of a state; an unknown one shows as "?". */
export const lookOfSheet = (state: string): (typeof looks)[string] =>
  looks[state] ?? { mark: '?', tone: 'plain' }
