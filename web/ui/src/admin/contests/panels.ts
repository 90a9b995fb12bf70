// Whether panels suffice once judges step aside. The server checks the same when the division opens (engine/panel.go).
import type { Competitor, Division, Panel } from '../types'

type Judge = Panel['judges'][number]
type Relation = Division['relations'][number]

/** A unit whose competitors have too few judges in a module, or no leader who can sign. */
export interface PanelGap {
  unit: string
  have: number
  need: number
  led: boolean
}

/** What of a division the check needs. */
export interface PanelRules {
  size: number
  relations: Relation[]
  /** A leader signs. */
  leader: boolean
  /** Places are drawn at a ceremony that keeps to where somebody can be marked; one such place is enough. */
  drawn: boolean
}

const serves = (j: Judge, station: number, batch: number): boolean =>
  (!j.stations?.length || j.stations.includes(station)) && (!j.batches?.length || j.batches.includes(batch))

const steps = (j: Judge, unit: string, relations: Relation[]): boolean =>
  (j.unit !== '' && j.unit === unit) || relations.some((r) => r.judge === j.judge && r.unit === unit)

const places = (judges: Judge[], of: 'stations' | 'batches'): number[] => [
  ...new Set([0, ...judges.flatMap((j) => j[of] ?? [])]),
]

/** The units for which a panel is too small or lacks a leader. */
export function panelGaps(
  panel: Pick<Panel, 'judges'>,
  competitors: Pick<Competitor, 'unit'>[],
  rules: PanelRules,
): PanelGap[] {
  const units = [...new Set(competitors.map((c) => c.unit))].sort((a, b) => a.localeCompare(b))
  const stations = places(panel.judges, 'stations')
  const batches = places(panel.judges, 'batches')
  return units
    .map((unit) => {
      const counts: number[] = []
      let led = !rules.leader
      for (const s of stations)
        for (const b of batches) {
          const there = panel.judges.filter((j) => serves(j, s, b) && !steps(j, unit, rules.relations))
          counts.push(Math.min(there.length, rules.size))
          led ||= there.some((j) => j.leader)
        }
      const have = rules.drawn ? Math.max(...counts) : Math.min(...counts)
      return { unit, need: rules.size, have, led }
    })
    .filter((gap) => gap.have < gap.need || !gap.led)
}

/** Sub-criteria of a module that no panel marks; a panel that names none takes those that no other names. */
export function unmarked(subCriteria: { id: string }[], panels: Pick<Panel, 'sub_criteria'>[]): string[] {
  if (panels.some((p) => !p.sub_criteria?.length)) return []
  const named = new Set(panels.flatMap((p) => p.sub_criteria ?? []))
  return subCriteria.map((s) => s.id).filter((id) => !named.has(id))
}
