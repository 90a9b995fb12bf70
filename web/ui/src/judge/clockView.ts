// The clocks that a judge keeps, read from the server and kept on this tablet, and presses that wait until the server
// has answered.
//
//   const clocks = createClocks({ journal, judge: id, clock, onRefused: (press, problem) => … })
//   await clocks.restore()                        // what an earlier page has left
//   await clocks.refresh(); await clocks.flush()  // on `welcome`; refresh() also on the frame `clocks`
//   const shown = presumedClock(item, clocks.pendingOf(division, item)); runningClock(shown, clocks.now())
//   await clocks.press(division, item, 'pause', '设备故障')
//
// The server owns the time: a press counts when it arrives. How long ago it was made goes along as evidence. Where a
// dead network made the two differ, the tablet keeps what it has measured, for the judge to record as the time used.
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { api, Problem } from '../shared/api'
import type { ServerClock } from '../shared/clock'
import type { Params } from '../shared/i18n'
import { deviceID, newID } from '../shared/ids'
import type { Journal } from '../shared/journal'
import {
  isSame,
  presumedClock,
  runningClock,
  type ClockAct,
  type ClockDivision,
  type Pressed,
  type StationClock,
} from './stationClock'

/** Names one clock of a division. */
export interface ClockName {
  division: string
  module: string
  code: string
}

/** What waits for the server's answer. */
interface Waiting extends ClockName {
  key: string
  /** The order of pressing. */
  seq: number
  /** By the server's clock as this tablet knows it, milliseconds since 1970. */
  at: number
  /** By this device's clock, since 1970. */
  tablet_ms: number
  /** Monotonic, of the page that made it. */
  mono: number
  page: string
  /** Set when the server refused it: it waits for the judge to look at. */
  refused?: { code: string; detail: string; params: Params }
}

/** A press that the server has not answered yet. */
export interface Press extends Waiting {
  act: ClockAct
  reason: string
  /** A whole batch is started: `code` is empty then. */
  batch?: number
  /** Of a stop: the time used as this tablet has measured it. */
  used_ms?: number
}

/** The time used of a stopped clock, by the judge's own measure; the latest counts. */
export interface TimeNote extends Waiting {
  act: 'time'
  ms: number
  note: string
}

export type Waits = Press | TimeNote

/** What a tablet measured without a network, where the server has another time. */
export interface Measured extends ClockName {
  used_ms: number
  server_ms: number
}

/** The list as it is kept on this tablet. */
interface Kept {
  divisions: ClockDivision[]
  skew: number
}

/** A difference (ms) below this is the way to the server and no dead network. */
const tolerated = 2_000

/** What the clocks work with. Times of `mono` are monotonic milliseconds. */
export interface ClockParts {
  /** openJournal('judge'): clocks and presses are kept in it under the judge. */
  journal: Journal<unknown>
  judge: string
  clock: ServerClock
  /** The server refused a press: somebody was first, the judge keeps no such clock. The list is read anew. */
  onRefused?: (press: Waits, problem: Problem) => void
  /** The login has ended; presses wait for the next one. */
  onSignedOut?: () => void
  /** This device may not press: taken out of use, or no paired tablet. Presses wait. */
  onDevice?: (problem: Problem) => void
  mono?: () => number
  wall?: () => number
}

export interface Clocks {
  divisions: ShallowRef<ClockDivision[]>
  /** The server's time as this tablet knows it, milliseconds since 1970. */
  now: () => number
  /** Presses on their way, oldest first. */
  pending: Ref<Waits[]>
  /** Presses that the server did not take, until the judge has seen them. */
  refused: Ref<Waits[]>
  /** Times measured here that are others than the server's. */
  measured: Ref<Measured[]>
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
  /** Starts all clocks of a batch at one moment. */
  startBatch: (division: string, module: string, batch: number) => Promise<void>
  /** Records the time used as the judge has measured it. */
  recordTime: (name: ClockName, ms: number, note: string) => Promise<void>
  /** The presses of a clock that are on their way. */
  pendingOf: (division: string, clock: StationClock) => (Pressed & { key: string })[]
  /** Sends what is waiting, in order. */
  flush: () => Promise<void>
  /** The judge has seen that a press was refused. */
  dismiss: (item: Waits) => Promise<void>
  /** The judge keeps the server's time. */
  forgetMeasured: (name: ClockName) => Promise<void>
}

/** Names this page: monotonic times of another one cannot be compared. */
const thisPage = newID()

/** Refusals of the device, not of the press. */
const ofDevice = ['tablet_revoked', 'tablet_required', 'tablet_unpaired']

const nameOf = ({ division, module, code }: ClockName): string => [division, module, code].join('/')
const path = (division: string, what: string): string =>
  `/api/judge/divisions/${encodeURIComponent(division)}/${what}`

export function createClocks(parts: ClockParts): Clocks {
  const mono = parts.mono ?? (() => performance.now())
  const wall = parts.wall ?? Date.now
  const listScope = `${parts.judge}/clocks`
  const pressScope = `${parts.judge}/press`
  const measuredScope = `${parts.judge}/measured`
  const divisions = shallowRef<ClockDivision[]>([])
  const pending = ref<Waits[]>([])
  const refused = ref<Waits[]>([])
  const measured = ref<Measured[]>([])
  let skew = 0 // the server's clock less this device's: for a page that starts without a network
  let sending: Promise<void> | undefined
  let reading: Promise<void> | undefined
  let readAgain = false

  const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
  const now = (): number => (parts.clock.known ? parts.clock.now() : wall() + skew)

  async function restore(): Promise<void> {
    const [kept] = await parts.journal.all(listScope)
    if (kept) ({ divisions: divisions.value, skew } = kept.value as Kept)
    const waits = (await parts.journal.all(pressScope)).map((e) => e.value as Waits)
    pending.value = waits.filter((w) => !w.refused)
    refused.value = waits.filter((w) => w.refused)
    measured.value = (await parts.journal.all(measuredScope)).map((e) => e.value as Measured)
  }

  // ——— what the server says ———

  async function keepList(next: ClockDivision[]): Promise<void> {
    divisions.value = next
    if (parts.clock.known) skew = Math.round(parts.clock.now() - wall())
    const value: Kept = plain({ divisions: next, skew })
    await parts.journal.put({ scope: listScope, key: 'list', seq: 0, value })
  }

  /** The newer of two words about one clock: an answer may be older than what a press has brought meanwhile. */
  function newer(division: string, next: StationClock): StationClock {
    const known = divisions.value.find((d) => d.id === division)?.clocks.find((c) => isSame(c, next))
    return known && Date.parse(known.server_time) > Date.parse(next.server_time) ? known : next
  }

  async function read(): Promise<void> {
    try {
      const sentAt = parts.clock.monotonic()
      const list = await api.get<{ divisions: ClockDivision[]; server_time: string }>('/api/judge/clocks')
      parts.clock.observe(list.server_time, sentAt)
      await keepList(list.divisions.map((d) => ({ ...d, clocks: d.clocks.map((c) => newer(d.id, c)) })))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.status === 401) parts.onSignedOut?.()
      else if (ofDevice.includes(error.code)) parts.onDevice?.(error)
      else if (!error.passing) throw error
    }
  }

  /** One at a time: whoever asks while an answer is on its way gets one that was asked for later. */
  function refresh(): Promise<void> {
    readAgain = !!reading
    reading ??= (async () => {
      do {
        readAgain = false
        await read()
      } while (readAgain)
    })().finally(() => void (reading = undefined))
    return reading
  }

  /** Takes clocks as the server has just said them. */
  async function take(division: string, next: StationClock[]): Promise<void> {
    const said = (c: StationClock): StationClock => next.find((n) => isSame(n, c)) ?? c
    await keepList(divisions.value.map((d) => (d.id === division ? { ...d, clocks: d.clocks.map(said) } : d)))
  }

  // ——— presses ———

  function waiting(name: ClockName): Waiting {
    const seq = pending.value.reduce((top, p) => Math.max(top, p.seq), Math.round(wall())) + 1
    const at = Math.round(now())
    return { ...name, key: newID(), seq, at, tablet_ms: Math.round(wall()), mono: mono(), page: thisPage }
  }

  async function add(item: Waits): Promise<void> {
    await parts.journal.put({ scope: pressScope, key: item.key, seq: item.seq, value: plain(item) })
    pending.value = [...pending.value, item]
    await flush()
  }

  function find({ division, ...name }: ClockName): StationClock | undefined {
    return divisions.value.find((d) => d.id === division)?.clocks.find((c) => isSame(c, name))
  }

  async function press(
    division: string,
    { module, code }: Pick<StationClock, 'module' | 'code'>,
    act: ClockAct,
    reason = '',
  ): Promise<void> {
    const item: Press = { ...waiting({ division, module, code }), act, reason }
    const clock = act === 'stop' ? find(item) : undefined
    if (clock)
      item.used_ms = Math.round(
        runningClock(presumedClock(clock, pendingOf(division, clock)), item.at).used_ms,
      )
    await add(item)
  }

  async function startBatch(division: string, module: string, batch: number): Promise<void> {
    await add({ ...waiting({ division, module, code: '' }), act: 'start', reason: '', batch })
  }

  async function recordTime({ division, module, code }: ClockName, ms: number, note: string): Promise<void> {
    await forgetMeasured({ division, module, code })
    await add({ ...waiting({ division, module, code }), act: 'time', ms, note })
  }

  function pendingOf(division: string, clock: StationClock): (Pressed & { key: string })[] {
    const meant = (p: Waits): p is Press => {
      if (p.act === 'time' || p.division !== division || p.module !== clock.module) return false
      const inBatch = p.batch === clock.batch && clock.state === 'idle' && !clock.absent
      return p.batch === undefined ? p.code === clock.code : inBatch
    }
    return pending.value.filter(meant)
  }

  async function answered(item: Waits): Promise<void> {
    pending.value = pending.value.filter((p) => p.key !== item.key)
    await parts.journal.drop(pressScope, item.key, item.seq)
  }

  async function deliver(item: Waits): Promise<void> {
    const { division, key, module, code, tablet_ms } = item
    const ago_ms = item.page === thisPage ? Math.max(0, Math.round(mono() - item.mono)) : 0 // 0: not known
    const evidence = { device: deviceID(), tablet_ms, ago_ms }
    if (item.act === 'time') {
      const { ms, note } = item
      await api.post(path(division, 'times'), { key, layer: 'station', module, code, ms, note })
    } else if (item.batch !== undefined) {
      const body = { key, module, batch: item.batch, ...evidence }
      const { items } = await api.post<{ items: StationClock[] }>(path(division, 'clock-batches'), body)
      await take(division, items)
    } else {
      const body = { key, act: item.act, module, code, reason: item.reason, ...evidence }
      const clock = await api.post<StationClock>(path(division, 'clocks'), body)
      await compare(item, clock)
      await take(division, [clock])
    }
  }

  /** Keeps what was measured here, where the stop reached the server too late or the start did. */
  async function compare(item: Press, { used_ms: server_ms, state }: StationClock): Promise<void> {
    const { division, module, code, used_ms } = item
    if (used_ms === undefined || state !== 'stopped' || Math.abs(used_ms - server_ms) <= tolerated) return
    const value: Measured = { division, module, code, used_ms, server_ms }
    await parts.journal.put({ scope: measuredScope, key: nameOf(value), seq: item.seq, value })
    measured.value = [...measured.value.filter((m) => nameOf(m) !== nameOf(value)), value]
  }

  async function forgetMeasured(name: ClockName): Promise<void> {
    measured.value = measured.value.filter((m) => nameOf(m) !== nameOf(name))
    await parts.journal.drop(measuredScope, nameOf(name), Number.MAX_SAFE_INTEGER)
  }

  /** Sends one press; false when the rest has to wait. */
  async function send(item: Waits): Promise<boolean> {
    try {
      await deliver(item)
      await answered(item)
      return true
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.status === 401) parts.onSignedOut?.()
      else if (ofDevice.includes(error.code)) parts.onDevice?.(error)
      else if (!error.passing) return refuse(item, error)
      return false
    }
  }

  async function refuse(item: Waits, problem: Problem): Promise<boolean> {
    const { code, message: detail, params } = problem
    const next: Waits = { ...item, refused: { code, detail, params } }
    await parts.journal.put({ scope: pressScope, key: item.key, seq: item.seq, value: plain(next) })
    pending.value = pending.value.filter((p) => p.key !== item.key)
    refused.value = [...refused.value, next]
    parts.onRefused?.(item, problem)
    await refresh()
    return true
  }

  async function dismiss(item: Waits): Promise<void> {
    refused.value = refused.value.filter((p) => p.key !== item.key)
    await parts.journal.drop(pressScope, item.key, item.seq)
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

  return {
    ...{ divisions, now, pending, refused, measured, restore, refresh },
    ...{ press, startBatch, recordTime, pendingOf, flush, dismiss, forgetMeasured },
  }
}
