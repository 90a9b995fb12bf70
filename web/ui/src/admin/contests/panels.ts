// Whether a panel suffices once judges of a competitor's own unit step aside.
import type { Competitor, Panel } from '../types'

/** A unit whose competitors have too few judges in a module. */
export interface PanelGap {
  unit: string
  have: number
  need: number
}

/** The units for which a panel is too small. The server checks the same when the division opens. */
export function panelGaps(panel: Panel, competitors: Pick<Competitor, 'unit'>[], need: number): PanelGap[] {
  const units = [...new Set(competitors.map((c) => c.unit))].sort((a, b) => a.localeCompare(b))
  return units
    .map((unit) => ({ unit, need, have: panel.judges.filter((j) => unit === '' || j.unit !== unit).length }))
    .filter((gap) => gap.have < need)
}
