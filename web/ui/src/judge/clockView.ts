// Station clocks on a judge's tablet: what the server has said of them, running on without a network by a steady clock,
// and presses that are kept until the server has answered.
//
//   const clocks = createClocks({ journal, judge: id, clock, onRefused: (press, problem) => … })
//   await clocks.restore()                        // what an earlier page has left
//   await clocks.refresh(); await clocks.flush()  // on `welcome`; refresh() also on the frame `clocks`
//   const now = runningClock(item, clock.now())   // in a computed that ticks
//   await clocks.press(division, item, 'pause', '设备故障')
//
// The server owns the time: a press counts when it arrives. How long ago it was made goes along as evidence, and the
// chief judge can mend what a dead network has spoilt.
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { api, Problem } from '../shared/api'
import type { ServerClock } from '../shared/clock'
import type { Text } from '../shared/i18n'
import { deviceID, newID } from '../shared/ids'
import type { Journal } from '../shared/journal'

export type ClockState = 'idle' | 'running' | 'paused' | 'stopped'
export type ClockAct = 'start' | 'pause' | 'resume' | 'stop'

/** A station's clock as the server has said it at `server_time`. Times are milliseconds; limit 0 is no limit. */
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

/** A press that the server has not answered yet. */
export interface Press {
  key: string
  /** The order of pressing. */
  seq: number
  division: string
  module: string
  code: string
  act: ClockAct
  reason: string
  /** By this device's clock, since 1970. */
  tablet_ms: number
  /** Monotonic, of the page that made it. */
  mono: number
  page: string
}

/** What the clocks work with. Times of `mono` are monotonic milliseconds. */
export interface ClockParts {
  /** openJournal('judge'): clocks and presses are kept in it under the judge. */
  journal: Journal<unknown>
  judge: string
  clock: ServerClock
  /** The server refused a press: somebody was first, the judge keeps no such clock. The list is read anew. */
  onRefused?: (press: Press, problem: Problem) => void
  /** The login has ended; presses wait for the next one. */
  onSignedOut?: () => void
  mono?: () => number
  wall?: () => number
}

export interface Clocks {
  divisions: ShallowRef<ClockDivision[]>
  /** Presses on their way, oldest first. */
  pending: Ref<Press[]>
  /** Takes up what an earlier page has left. */
  restore: () => Promise<void>
  /** Reads the clocks from the server; quietly keeps the old ones without a network. */
  refresh: () => Promise<void>
  /** Presses a clock; resolves when the press is kept, whether or not it has arrived. */
  press: (
    division: string,
    clock: Pick<StationClock, 'module' | 'code'>,
    act: ClockAct,
    reason?: string,
  ) => Promise<void>
  /** Sends what is waiting, in order. */
  flush: () => Promise<void>
}

/** Names this page: monotonic times of another one cannot be compared. */
const thisPage = newID()

export function createClocks(parts: ClockParts): Clocks {
  const mono = parts.mono ?? (() => performance.now())
  const wall = parts.wall ?? Date.now
  const listScope = `${parts.judge}/clocks`
  const pressScope = `${parts.judge}/press`
  const divisions = shallowRef<ClockDivision[]>([])
  const pending = ref<Press[]>([])
  let sending: Promise<void> | undefined

  async function restore(): Promise<void> {
    const [kept] = await parts.journal.all(listScope)
    if (kept) divisions.value = kept.value as ClockDivision[]
    pending.value = (await parts.journal.all(pressScope)).map((e) => e.value as Press)
  }

  async function keepList(next: ClockDivision[]): Promise<void> {
    divisions.value = next
    const value = JSON.parse(JSON.stringify(next)) as unknown
    await parts.journal.put({ scope: listScope, key: 'list', seq: 0, value })
  }

  async function refresh(): Promise<void> {
    try {
      const list = await api.get<{ divisions: ClockDivision[]; server_time: string }>('/api/judge/clocks')
      parts.clock.observe(list.server_time)
      await keepList(list.divisions)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.status === 401) parts.onSignedOut?.()
      else if (!error.passing) throw error
    }
  }

  /** Takes one clock as the server has just said it. */
  async function take(division: string, next: StationClock): Promise<void> {
    const same = (c: StationClock): boolean => c.module === next.module && c.code === next.code
    await keepList(
      divisions.value.map((d) =>
        d.id === division ? { ...d, clocks: d.clocks.map((c) => (same(c) ? next : c)) } : d,
      ),
    )
  }

  async function press(
    division: string,
    { module, code }: Pick<StationClock, 'module' | 'code'>,
    act: ClockAct,
    reason = '',
  ): Promise<void> {
    const seq = pending.value.reduce((top, p) => Math.max(top, p.seq), Math.round(wall())) + 1
    const item: Press = {
      key: newID(),
      seq,
      division,
      module,
      code,
      act,
      reason,
      tablet_ms: Math.round(wall()),
      mono: mono(),
      page: thisPage,
    }
    await parts.journal.put({ scope: pressScope, key: item.key, seq, value: item })
    pending.value = [...pending.value, item]
    await flush()
  }

  async function answered(item: Press): Promise<void> {
    pending.value = pending.value.filter((p) => p.key !== item.key)
    await parts.journal.drop(pressScope, item.key, item.seq)
  }

  /** Sends one press; false when the rest has to wait. */
  async function send(item: Press): Promise<boolean> {
    const ago = item.page === thisPage ? Math.max(0, Math.round(mono() - item.mono)) : 0 // 0: not known
    const { key, act, module, code, reason, tablet_ms } = item
    const path = `/api/judge/divisions/${encodeURIComponent(item.division)}/clocks`
    try {
      const body = { key, act, module, code, reason, device: deviceID(), tablet_ms, ago_ms: ago }
      await take(item.division, await api.post<StationClock>(path, body))
      await answered(item)
      return true
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.passing) return false
      if (error.status === 401) {
        parts.onSignedOut?.()
        return false
      }
      await answered(item)
      parts.onRefused?.(item, error)
      await refresh()
      return true
    }
  }

  async function sendAll(): Promise<void> {
    for (let next = pending.value[0]; next; next = pending.value[0]) {
      if (!(await send(next))) return
    }
  }

  /** One at a time and in order: a pause must not overtake the start. */
  function flush(): Promise<void> {
    sending ??= sendAll().finally(() => void (sending = undefined))
    return sending
  }

  return { divisions, pending, restore, refresh, press, flush }
}
