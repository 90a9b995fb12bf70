// A station's clock for the tests of clocks: module B, A01 at station 1, ninety minutes, nothing used.
import type { StationClock } from './stationClock'

export const minute = 60_000
/** When the server spoke. */
export const said = Date.parse('2026-11-23T08:00:00Z')

export function station(change: Partial<StationClock> = {}): StationClock {
  return {
    module: 'B',
    code: 'A01',
    batch: 1,
    station: 1,
    state: 'idle',
    limit_ms: 90 * minute,
    used_ms: 0,
    remaining_ms: 90 * minute,
    overtime_ms: 0,
    paused_ms: 0,
    compensation_ms: 0,
    pauses: [],
    grants: [],
    ends_at: null,
    started_at: null,
    stopped_at: null,
    absent: false,
    told: '',
    told_code: '',
    server_time: '2026-11-23T08:00:00Z',
    ...change,
  }
}
