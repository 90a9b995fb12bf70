// The live connection to the server: one WebSocket that comes back by itself, and the truth about its state.
//
// The state shown to people is driven by the last heartbeat that the server acknowledged, not by the socket:
// a socket can stay "open" for minutes after a cable was pulled.
import { computed, readonly, ref, type ComputedRef, type Ref } from 'vue'

/** What is shown. `since` is when the server was last heard (milliseconds since 1970), once it ever was. */
export interface LinkState {
  kind: 'live' | 'catching_up' | 'offline'
  since: number | null
}

/** A message of either direction; `t` is its type. */
export interface Frame {
  t: string
}

/** Close codes after which reconnecting cannot help (4100–4199): signed out, replaced, over, bad frame. */
export function isTerminal(code: number): boolean {
  return code >= 4100 && code <= 4199
}

/**
 * The wait before try number `attempt` (0 = first) in milliseconds: full jitter, so that a thousand seats do not
 * come back in one instant. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoff(
  attempt: number,
  random: () => number = Math.random,
  base = 500,
  cap = 10_000,
): number {
  return 100 + random() * Math.min(cap, base * 2 ** Math.min(attempt, 20))
}

/**
 * The wait (ms) that the server asks for in the reason of a close, {"retry_after":1500}; nothing when it names none.
 * It spreads the clients, so it is taken as it is, up to a minute.
 */
export function retryAfter(reason: string): number | undefined {
  if (!reason.startsWith('{')) return undefined
  try {
    const { retry_after: wait } = JSON.parse(reason) as { retry_after?: unknown }
    return typeof wait === 'number' && wait >= 0 ? Math.min(wait, 60_000) : undefined
  } catch {
    return undefined
  }
}

/** How to connect and what to do with what comes. Times are milliseconds. */
export interface LiveOptions<In extends Frame> {
  /** Path ("/api/exam/ws") or a function of it, asked at each try (for a resume position). */
  path: string | (() => string)
  /** The first frame of each connection; none for read-only channels. */
  hello?: () => Frame
  /** Every frame of the server, heartbeats included. `sentAt` is the monotonic time of the beat this one answers. */
  onFrame: (frame: In, sentAt?: number) => void
  /** The server closed for good; see the close codes of the wire contract. */
  onTerminal?: (code: number) => void
  /** The connection was lost (also called before onTerminal): what was in flight has to be sent again. */
  onLost?: () => void
  /** More members for each heartbeat; given the round trip of the last one, once there was one. */
  beat?: (roundTrip: number | undefined) => object
  /** Interval of our own heartbeats; 0 when the server beats by itself. */
  beatEvery?: number
  /** Without an answer to a heartbeat (or, when the server beats by itself, without a sign of it) for this long,
   * the connection is given up. */
  quietAfter?: number
  /** A loss shorter than this shows as catching up, a longer one as offline. */
  offlineAfter?: number
  /** Whether a frame proves that the server hears us; our default: welcome, ack, refused, beat. */
  proves?: (frame: In) => boolean
  /** Longest wait between tries. */
  cap?: number
  /** The time shown as `since`, milliseconds since 1970; give the server's clock where the machine's may be wrong. */
  now?: () => number
}

/** The connection. */
export interface Live {
  /** What to show. */
  state: ComputedRef<LinkState>
  /** Whether frames can be sent now: connected and welcomed. */
  ready: Readonly<Ref<boolean>>
  /** Sends a frame; false when it could not leave, and then it is the caller's to keep. */
  send: (frame: Frame) => boolean
  /** Tries at once instead of waiting. */
  retry: () => void
  /** Gives this connection up for a new one: something was missed on it. */
  renew: () => void
  /** Ends the connection and all timers. */
  close: () => void
}

const answers = ['welcome', 'ack', 'refused', 'beat', 'snapshot', 'delta']

/** Opens a live connection and keeps it open until close() or a terminal code. */
export function openLive<In extends Frame>(options: LiveOptions<In>): Live {
  const { beatEvery = 10_000, offlineAfter = 3_000, cap = 10_000, now = Date.now } = options
  const quietAfter = options.quietAfter ?? (beatEvery > 0 ? 5_000 : 30_000)
  const proves = options.proves ?? ((frame: In) => answers.includes(frame.t))

  // Intervals are measured with the monotonic clock: machines get their time set in the middle of an exam.
  const mono = (): number => performance.now()
  const since = ref<number | null>(null) // shown: when the server last proved that it hears us
  const lostAt = ref<number | null>(mono()) // monotonic: when that stopped being so
  const instant = ref(mono())
  const ready = ref(false)
  let socket: WebSocket | null = null
  let heardAt = 0
  let connectedAt = 0
  let lastBeat = 0
  let beat: { n: number; sentAt: number } | null = null // the heartbeat that waits for its answer
  let beats = 0
  let roundTrip: number | undefined // of the last heartbeat
  let tries = 0
  let over = false
  let retryTimer: ReturnType<typeof setTimeout> | undefined

  const state = computed<LinkState>(() => {
    if (lostAt.value === null) return { kind: 'live', since: since.value }
    const offline = instant.value - lostAt.value >= offlineAfter
    return { kind: offline ? 'offline' : 'catching_up', since: since.value }
  })

  function address(): string {
    const path = typeof options.path === 'function' ? options.path() : options.path
    return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`
  }

  function connect(): void {
    if (over) return
    clearTimeout(retryTimer)
    connectedAt = mono()
    const ws = new WebSocket(address())
    socket = ws
    ws.onopen = () => {
      if (options.hello) ws.send(JSON.stringify(options.hello()))
    }
    ws.onmessage = (event: MessageEvent<string>) => {
      if (ws === socket) receive(JSON.parse(event.data) as In & { n?: number })
    }
    ws.onclose = (event) => {
      if (ws === socket) lost(event.code, retryAfter(event.reason))
    }
  }

  function receive(frame: In & { n?: number }): void {
    let sentAt: number | undefined
    if (proves(frame)) {
      heardAt = mono()
      since.value = now()
      lostAt.value = null
      ready.value = true
      tries = 0
      if (frame.t === 'beat' && beat && frame.n === beat.n) {
        sentAt = beat.sentAt
        roundTrip = heardAt - sentAt
      }
      beat = null
    }
    options.onFrame(frame, sentAt)
  }

  function lost(code: number, wait?: number): void {
    socket = null
    ready.value = false
    beat = null
    lostAt.value ??= mono()
    instant.value = mono()
    options.onLost?.()
    if (isTerminal(code)) {
      close()
      options.onTerminal?.(code)
    } else if (!over) {
      retryTimer = setTimeout(connect, wait ?? backoff(tries, Math.random, 500, cap))
      tries++
    }
  }

  /** Gives a silent connection up at once: the socket itself would report its end only after minutes. */
  function abandon(): void {
    const dead = socket
    lost(1006)
    dead?.close()
  }

  function send(frame: Frame): boolean {
    if (!ready.value || socket?.readyState !== WebSocket.OPEN) return false
    socket.send(JSON.stringify(frame))
    return true
  }

  function silent(at: number): boolean {
    if (!ready.value) return at - connectedAt > 10_000
    if (beatEvery > 0) return beat !== null && at - beat.sentAt > quietAfter
    return at - heardAt > quietAfter
  }

  function tick(): void {
    const at = mono()
    instant.value = at
    if (!socket) return
    if (silent(at)) return abandon()
    if (beatEvery > 0 && ready.value && !beat && at - lastBeat >= beatEvery) {
      lastBeat = at
      beat = { n: ++beats, sentAt: at }
      send({ t: 'beat', n: beats, ...options.beat?.(roundTrip) } as Frame)
    }
  }

  function retry(): void {
    if (over || socket) return
    tries = 0
    connect()
  }

  function close(): void {
    over = true
    clearTimeout(retryTimer)
    clearInterval(ticker)
    window.removeEventListener('online', retry)
    const open = socket
    socket = null
    ready.value = false
    open?.close(1000)
  }

  const ticker = setInterval(tick, 1_000)
  window.addEventListener('online', retry)
  connect()
  return { state, ready: readonly(ready), send, retry, renew: () => socket && abandon(), close }
}
