// A sitting's seats as they change, by the console's live socket.
import { computed, onScopeDispose, ref, shallowRef, type ComputedRef, type Ref } from 'vue'
import { ServerClock } from '../../shared/clock'
import { openLive, type Frame, type LinkState } from '../../shared/live'
import { get, path } from '../server'
import type { Progress, SeatProgress } from '../types'
import type { Loaded } from '../useLoad'

/** A frame of the socket: everything ("snapshot"), or the seats that have changed ("seats"). */
export interface RoomFrame extends Frame {
  t: 'snapshot' | 'seats'
  state: Progress['state']
  started_at?: string
  counts: Progress['counts']
  seats: SeatProgress[]
  /** The sitting's newest record. */
  course: number
  server_time: string
}

/** What is known after a frame. Changes without a snapshot before them tell nothing. */
export function applyFrame(
  sitting: string,
  before: Progress | undefined,
  frame: RoomFrame,
): Progress | undefined {
  const { state, started_at, counts, server_time } = frame
  if (frame.t === 'snapshot') return { sitting, state, started_at, counts, server_time, seats: frame.seats }
  if (!before) return undefined
  const news = new Map(frame.seats.map((s) => [s.attempt, s]))
  const seats = before.seats.map((s) => news.get(s.attempt) ?? s)
  return { ...before, state, started_at: started_at ?? before.started_at, counts, server_time, seats }
}

/** The seats now, the connection, and the server's time. */
export interface Room {
  load: Loaded<Progress>
  link: ComputedRef<LinkState>
  /** The server's time in milliseconds since 1970, every second. */
  now: Ref<number>
}

/** Follows a sitting while the component lives; `onCourse` is called when the sitting itself has a new record. */
export function useRoom(sitting: string, onCourse: () => void): Room {
  const clock = new ServerClock()
  const data = shallowRef<Progress>()
  const error = shallowRef<unknown>(null)
  const busy = ref(false)
  const at = ref<number | null>(null)
  const now = ref(clock.now())
  let course: number | undefined

  function take(frame: Frame, sentAt?: number): void {
    if ('server_time' in frame) clock.observe(String(frame.server_time), sentAt)
    if (frame.t !== 'snapshot' && frame.t !== 'seats') return
    const news = frame as RoomFrame
    const next = applyFrame(sitting, data.value, news)
    if (!next) return
    data.value = next
    error.value = null
    at.value = Date.now()
    if (course !== undefined && course !== news.course) onCourse()
    course = news.course
  }

  // A refused socket says no reason; the same asked by a request does.
  async function reload(): Promise<void> {
    busy.value = true
    try {
      data.value = await get<Progress>(path`/sittings/${sitting}/progress`)
      error.value = null
      at.value = Date.now()
    } catch (e) {
      error.value = e
    } finally {
      busy.value = false
    }
  }

  const live = openLive({
    path: '/api/admin' + path`/sittings/${sitting}/ws`,
    onFrame: take,
    onLost: () => void (data.value ?? reload()),
    onTerminal: () => void reload(),
  })
  const timer = setInterval(() => (now.value = clock.now()), 1_000)
  onScopeDispose(() => {
    clearInterval(timer)
    live.close()
  })
  return { load: { data, error, busy, at, reload }, link: computed(() => live.state.value), now }
}
