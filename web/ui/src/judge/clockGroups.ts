// The clocks of a judge in groups, as the screen shows them: a module's batch at a time, by what can be pressed.
import type { ClockDivision, ClockState, StationClock } from './stationClock'

/** A batch (场次) of a module with its clocks by station. */
export interface ClockBatch {
  key: string
  division: ClockDivision
  module: string
  batch: number
  clocks: StationClock[]
}

/** The batches of all divisions, as the server orders them. */
export function batchesOf(divisions: readonly ClockDivision[]): ClockBatch[] {
  const out = new Map<string, ClockBatch>()
  for (const division of divisions) {
    for (const clock of division.clocks) {
      const { module, batch } = clock
      const key = `${division.id}/${module}/${batch}`
      const group = out.get(key) ?? { key, division, module, batch, clocks: [] }
      group.clocks.push(clock)
      out.set(key, group)
    }
  }
  return [...out.values()]
}

/** Whether something of a batch is still to be done: somebody came and has not finished. */
export function isOpenBatch(group: ClockBatch): boolean {
  return group.clocks.some((c) => c.state !== 'stopped' && !c.absent)
}

/** The batch to show: the one chosen, else one with a clock that goes, else the first with something to do. */
export function shownBatch(groups: readonly ClockBatch[], chosen: string): ClockBatch | undefined {
  const goes = (g: ClockBatch): boolean => g.clocks.some((c) => c.state === 'running' || c.state === 'paused')
  return groups.find((g) => g.key === chosen) ?? groups.find(goes) ?? groups.find(isOpenBatch) ?? groups[0]
}

export type ClockFilter = 'all' | ClockState | 'absent'
export const clockFilters: ClockFilter[] = ['all', 'idle', 'running', 'paused', 'stopped', 'absent']

/** Whether a clock belongs to a filter; who never came has no clock that could be idle. */
export function isIn(clock: StationClock, filter: ClockFilter): boolean {
  if (filter === 'all') return true
  const absent = clock.absent && clock.state === 'idle'
  return filter === 'absent' ? absent : clock.state === filter && !absent
}
