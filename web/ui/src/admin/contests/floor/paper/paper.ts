// Which paper somebody means who scans or types, which comes next, and what a module asks of one paper.
import { aspectsOf, isByClock } from '../../../../shared/marking/entries'
import type { Aspect, Module } from '../../../../shared/marking/scheme'
import type { Paper } from './shapes'

/** The states of a paper, in the order of the work. */
export const states = ['none', 'once', 'differs', 'counts'] as const
export type State = (typeof states)[number]

/** How each state looks. */
export const looks: Record<State, { mark: string; tone: 'plain' | 'warn' | 'bad' | 'good' }> = {
  none: { mark: '○', tone: 'plain' },
  once: { mark: '◐', tone: 'warn' },
  differs: { mark: '◆', tone: 'bad' },
  counts: { mark: '✓', tone: 'good' },
}

/** What stands in the QR code of a paper (engine/resultbook, SheetMark). */
export type SheetMark = { division: string; seat: number } & (
  { sheet: string } | { module: string; panel: number }
)

/** Reads the text of a QR code; nothing when it is none of a mark sheet. */
export function readMark(text: string): SheetMark | undefined {
  const prefix = 'xinglu:sheet?'
  if (!text.trim().startsWith(prefix)) return undefined
  const values = new URLSearchParams(text.trim().slice(prefix.length))
  const seat = Number(values.get('j'))
  const division = values.get('d') ?? ''
  const sheet = values.get('s')
  const panel = Number(values.get('n'))
  const module = values.get('m')
  if (!division || !(seat >= 1)) return undefined
  if (sheet) return { division, seat, sheet }
  return module && panel >= 1 ? { division, seat, module, panel } : undefined
}

/** The module of a sheet's name: "A07.B~2" is of B. */
export const moduleOf = (sheet: string): string =>
  sheet.slice(sheet.lastIndexOf('.') + 1).replace(/~\d+$/, '')

/** The papers of a mark: one, or all of a table. */
export function papersOf(papers: Paper[], mark: SheetMark): Paper[] {
  return papers.filter(
    (p) =>
      p.seat === mark.seat &&
      ('sheet' in mark ? p.sheet === mark.sheet : p.module === mark.module && p.panel === mark.panel),
  )
}

/** The papers of what was typed: a code, with the seat behind a stroke where somebody knows it: "A07/2". */
export function typedPapers(papers: Paper[], typed: string): Paper[] {
  const [code = '', seat] = typed.normalize('NFKC').trim().toUpperCase().split('/')
  return papers.filter((p) => p.code.toUpperCase() === code && (!seat || p.seat === Number(seat)))
}

/** Whether the signed-in person may key a paper: new, another's, or an own one again. */
export const isOpen = (p: Paper): boolean => p.state !== 'counts'

/** Whether it waits for the signed-in person: nobody keyed it, or another did, or the two differ. */
export const waitsForMe = (p: Paper): boolean =>
  p.state === 'none' || (p.state === 'once' && !p.mine) || p.state === 'differs'

/** The next paper of the same judge that waits for this person. */
export function nextOf(papers: Paper[], at: Paper): Paper | undefined {
  const own = papers.filter((p) => p.judge === at.judge && p.panel === at.panel && p.module === at.module)
  const i = own.findIndex((p) => p.sheet === at.sheet)
  const fresh = (p: Paper): boolean => waitsForMe(p) && !p.mine
  return own.slice(i + 1).find(fresh) ?? own.slice(0, Math.max(i, 0)).find(fresh)
}

/** The part of a module that stands on one paper, without what the station's clock decides. */
export function formOf(scheme: Module, paper: Pick<Paper, 'sub_criteria'>): Module {
  return {
    ...scheme,
    sub_criteria: scheme.sub_criteria
      .filter((s) => paper.sub_criteria.includes(s.id))
      .map((s) => ({ ...s, aspects: s.aspects.filter((a) => !isByClock(a)) })),
  }
}

/** Where the keyboard goes from an aspect; nothing behind the last. */
export function stepFrom(form: Module, at: string | null, by: 1 | -1): Aspect | undefined {
  const all = aspectsOf(form)
  const i = all.findIndex((a) => a.id === at)
  return at === null ? all[0] : all[i + by]
}
