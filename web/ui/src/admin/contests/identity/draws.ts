// What can be done with draws, and how their numbers are written.
import type { Draw, DrawDesk, Layer, LayerRow } from './shapes'

/** The office that keeps a layer. */
export const custodian = (layer: Layer): string => `${layer}_coder`

/** What stands above a layer, as a key: without entry codes stations are drawn for numbers of the list, as those are. */
export const above = (layer: Layer, mode: string): Layer =>
  layer === 'station' && mode !== 'layered' ? 'entry' : layer

/** A hash in groups of eight, so that people can compare it by eye. */
export const chunks = (hash: string): string[] => hash.match(/.{1,8}/g) ?? []

/** What somebody may do with a draw. */
export type DrawAct = 'word' | 'hold' | 'lots' | 'receipts' | 'ask_redraw' | 'grant_redraw'

export interface Holder {
  /** Keeps the layer of the draw. */
  keeps: boolean
  /** Supervises the division. */
  supervises: boolean
  account: string
}

/** Until when the first word of a redraw stands; milliseconds since 1970, null where nobody has asked. */
export function redrawUntil(d: Draw, withinMS: number): number | null {
  if (!d.redraw || d.redraw.second) return null
  return Date.parse(d.redraw.at) + withinMS
}

/** The acts on a draw that are open to the person now; the first is the next step of the work. */
export function actsOf(d: Draw, who: Holder, rule: DrawDesk['rule'], asked: boolean): DrawAct[] {
  const acts: DrawAct[] = []
  if (d.state === 'annulled') return acts
  if (who.keeps) {
    if (d.state === 'announced') {
      if (!d.word) acts.push('word')
      if (d.word || !rule.public_word) acts.push('hold')
      if (!rule.public_word) acts.reverse()
    }
    if (d.state === 'drawing') acts.push('lots')
    if (lotsOf(d) > d.confirmed) acts.push('receipts')
    if (!asked) acts.push('ask_redraw')
  }
  if (who.supervises && asked && d.redraw?.by !== who.account) acts.unshift('grant_redraw')
  return acts
}

/** How many lots of the draw are given: all once it was drawn, one by one where people draw by hand. */
export function lotsOf(d: Draw): number {
  if (d.state === 'announced' || d.state === 'annulled') return 0
  return d.method === 'hand' ? d.entered : d.people
}

/** The draws of a layer, those in force first, the newest first. */
export function drawsOf(all: Draw[], layer: Layer): Draw[] {
  const mine = all.filter((d) => d.layer === layer).reverse()
  return [...mine.filter((d) => d.state !== 'annulled'), ...mine.filter((d) => d.state === 'annulled')]
}

/** Which draw of its layer it is, from 1: the end of its id. */
export const numberOf = (d: Draw): string => d.draw.split('.').at(-1) ?? ''

/** Codes from a field: "C003、c007 C010" → three, in capitals, each once. */
export function codesIn(text: string): string[] {
  const codes = text.toUpperCase().split(/[\s,，、;；]+/)
  return [...new Set(codes.filter(Boolean))]
}

/** How many could take part in a draw of the layer now; of works module by module. */
export function waiting(desk: DrawDesk, layer: Layer, module = ''): number {
  const mine = desk.waiting.filter((w) => w.layer === layer && (!module || w.module === module))
  return Math.max(0, ...mine.map((w) => w.people))
}

/** The modules for which a draw of the layer can be announced: somebody waits, and no other draw of them is open. */
export function modulesOf(desk: DrawDesk, draws: Draw[], layer: Layer): DrawDesk['modules'] {
  if (layer === 'entry') return []
  const busy = openDraws(draws, layer).flatMap((d) => d.modules)
  return desk.modules.filter(
    (m) => (layer === 'station' || m.work) && !busy.includes(m.id) && waiting(desk, layer, m.id) > 0,
  )
}

/** Whether a draw of the layer can be announced now. */
export function mayAnnounce(desk: DrawDesk, draws: Draw[], layer: Layer): boolean {
  if (layer !== 'entry') return modulesOf(desk, draws, layer).length > 0
  return waiting(desk, layer) > 0 && !openDraws(draws, layer).length
}

function openDraws(draws: Draw[], layer: Layer): Draw[] {
  return draws.filter((d) => d.layer === layer && (d.state === 'announced' || d.state === 'drawing'))
}

/** Rows of a layer's table in which a word occurs: code, code above, name, place. */
export function found(rows: LayerRow[], words: string): LayerRow[] {
  const parts = words.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter((r) => {
    const text = `${r.upper} ${r.code} ${r.name ?? ''}`.toLowerCase()
    return parts.every((p) => text.includes(p))
  })
}

/** The lots of a draw in the order in which the hall is shown them: by the code above. */
export function revealOrder(rows: LayerRow[], draw: string): LayerRow[] {
  return rows.filter((r) => r.draw === draw && r.code)
}

/** Those who have a lot of the draw and have not confirmed it. */
export function unconfirmed(rows: LayerRow[], draw: string): LayerRow[] {
  return revealOrder(rows, draw).filter((r) => !r.confirmed)
}
