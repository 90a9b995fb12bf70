// The entries of a sheet: blank, marked, the same, as they travel and as they are kept.
import type { Aspect, AspectEntry, Hit, HitList, Hits, Module, Observation, Step } from './scheme'

/** The entries of a sheet by aspect; aspects that are not there are blank. */
export type Entries = Record<string, Observation>

/** The aspects of a module in sheet order. */
export function aspectsOf(module: Module): Aspect[] {
  return module.sub_criteria.flatMap((s) => s.aspects)
}

/** Whether nothing has been entered. An empty set of deductions is an entry: nothing to deduct. */
export function isBlank(o: Observation | undefined): boolean {
  if (!o) return true
  const { met, step, measured, errors, points, level, deductions, hits, time_ms } = o
  return [met, step, measured, errors, points, level, deductions, hits, time_ms].every((v) => v === undefined)
}

/** The steps that an item of a hit list may take. */
export function stepsOf(list: HitList, hit: Hit): Step[] {
  return hit.steps?.length ? hit.steps : (list.steps ?? [])
}

/** Whether every item has been looked at and the false alarms are counted. */
export function isWhole(list: HitList, hits: Hits): boolean {
  const counted = !list.false_alarms || hits.false_alarms !== undefined
  return counted && list.items.every((h) => hits.steps[h.id] !== undefined)
}

/** Whether the aspect is marked: entered, and a hit list gone through. */
export function isMarked(aspect: Aspect, o: Observation | undefined): boolean {
  return !isBlank(o) && (!o?.hits || !aspect.hit_list || isWhole(aspect.hit_list, o.hits))
}

/** Whether the station's clock decides, so that judges enter nothing. */
export function isByClock(aspect: Aspect): boolean {
  return aspect.time_table?.source === 'clock'
}

/** Whether two observations say the same; a deduction taken no times is the same as one not listed. */
export function sameObservation(a: Observation | undefined, b: Observation | undefined): boolean {
  return canonical(a) === canonical(b)
}

function canonical(o: Observation = {}): string {
  const counts = o.deductions && Object.entries(o.deductions).filter(([, n]) => n !== 0)
  const hits = o.hits && [Object.entries(o.hits.steps).sort(), o.hits.false_alarms]
  const { met, step, measured, errors, points, level, time_ms } = o
  return JSON.stringify([met, step, measured, errors, points, level, counts?.sort(), hits, time_ms])
}

/** As they travel: one entry for each aspect of the module that is marked, in sheet order. */
export function toWire(module: Module, entries: Entries): AspectEntry[] {
  const marked = aspectsOf(module).filter((a) => isMarked(a, entries[a.id]) && !isByClock(a))
  return marked.map((a) => ({ aspect: a.id, ...entries[a.id] }))
}

/** As they are kept on the tablet. */
export function fromWire(entries: AspectEntry[]): Entries {
  return Object.fromEntries(entries.map(({ aspect, ...observation }) => [aspect, observation]))
}
