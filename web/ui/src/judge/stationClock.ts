// A station's clock on a judge's tablet: what the server has said of it, running on by a steady clock, and what it
// becomes by presses that the server has not answered yet. Times are milliseconds.
import type { Text } from '../shared/i18n'

export type ClockState = 'idle' | 'running' | 'paused' | 'stopped'
export type ClockAct = 'start' | 'pause' | 'resume' | 'stop'

/** A station's clock as the server has said it at `server_time`; limit 0 is no limit. */
export interface StationClock {
  module: string
  code: string
  batch: number
  station: number
  state: ClockState
  limit_ms: number
  used_ms: number
  remaining_ms: number
  overtime_ms: number
  paused_ms: number
  compensation_ms: number
  pauses: { reason: string }[]
  /** Compensation (补时) with its reasons. */
  grants: { seq: number; kind: 'incident' | 'accommodation'; ms: number; reason: string }[]
  ends_at: string | null
  started_at: string | null
  stopped_at: string | null
  absent: boolean
  /** Whether the time used has reached the marks; "" before the stop. */
  told: '' | 'pending' | 'taken' | 'refused'
  told_code: string
  server_time: string
}

/** One division with the clocks that this judge keeps. */
export interface ClockDivision {
  id: string
  contest: Text
  division: Text
  modules: { id: string; name: Text }[]
  /** Reasons of pauses to choose from. */
  reasons: Text[]
  clocks: StationClock[]
}

/** A clock at this moment. */
export type RunningClock = Pick<
  StationClock,
  'state' | 'used_ms' | 'remaining_ms' | 'overtime_ms' | 'paused_ms'
>

/**
 * The clock at `now`, milliseconds since 1970 by the server (ServerClock.now). Only a running clock uses time, only a
 * paused one gathers pauses; nothing runs backwards when `now` is before what the server has said.
 */
export function runningClock(clock: StationClock, now: number): RunningClock {
  const passed = Math.max(0, now - Date.parse(clock.server_time))
  const { state, used_ms, paused_ms } = clock
  const runs = state === 'running' ? passed : 0
  const left = clock.limit_ms > 0 ? clock.remaining_ms - clock.overtime_ms - runs : 0
  return {
    state,
    used_ms: used_ms + runs,
    remaining_ms: Math.max(0, left),
    overtime_ms: Math.max(0, -left),
    paused_ms: paused_ms + (state === 'paused' ? passed : 0),
  }
}

/** "05:09", "1:02:03". What is left is rounded up (`up`), so that 00:00 means over; what is used is rounded down. */
export function clockText(ms: number, up = false): string {
  const seconds = Math.max(0, up ? Math.ceil(ms / 1000) : Math.floor(ms / 1000))
  const two = (n: number): string => String(n).padStart(2, '0')
  const h = Math.floor(seconds / 3600)
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  return h > 0 ? `${h}:${rest}` : rest
}

/** What can be pressed in a state. */
export const acts: Record<ClockState, ClockAct[]> = {
  idle: ['start'],
  running: ['pause', 'stop'],
  paused: ['resume', 'stop'],
  stopped: [],
}

const after: Record<ClockAct, ClockState> = {
  start: 'running',
  pause: 'paused',
  resume: 'running',
  stop: 'stopped',
}

/** What a press does to a clock: `at` is the server's time of the press as this tablet knows it. */
export interface Pressed {
  act: ClockAct
  at: number
  reason: string
}

/**
 * The clock as it will be when the server has taken the presses, by the tablet's own time. What does not fit is passed
 * over: the server will say so.
 */
export function presumedClock(clock: StationClock, presses: readonly Pressed[]): StationClock {
  let c = clock
  for (const { act, at, reason } of presses) {
    if (!acts[c.state].includes(act)) continue
    const server_time = new Date(Math.max(at, Date.parse(c.server_time))).toISOString()
    const pauses = act === 'pause' ? [...c.pauses, { reason }] : c.pauses
    c = { ...c, ...runningClock(c, at), state: after[act], pauses, server_time }
    if (act === 'start') c.started_at = server_time
    if (act === 'stop') c.stopped_at = server_time
  }
  return c
}

/** Whether two clocks are the same station's. */
export function isSame(
  a: Pick<StationClock, 'module' | 'code'>,
  b: Pick<StationClock, 'module' | 'code'>,
): boolean {
  return a.module === b.module && a.code === b.code
}

/** The clocks that a batch start starts: of the batch, not started, not absent. */
export function startable(clocks: readonly StationClock[], module: string, batch: number): StationClock[] {
  return clocks.filter((c) => c.module === module && c.batch === batch && c.state === 'idle' && !c.absent)
}
