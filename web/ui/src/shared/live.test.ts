import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { backoff, retryAfter, isTerminal, openLive, type Frame, type Live, type LiveOptions } from './live'

/** A socket whose other end is the test. */
class FakeSocket {
  static readonly OPEN = 1
  static all: FakeSocket[] = []
  static get last(): FakeSocket {
    return FakeSocket.all[FakeSocket.all.length - 1]!
  }
  readyState = 0
  sent: Frame[] = []
  onopen?: () => void
  onmessage?: (event: { data: string }) => void
  onclose?: (event: { code: number; reason: string }) => void
  readonly url: string

  constructor(url: string) {
    this.url = url
    FakeSocket.all.push(this)
  }
  open(): void {
    this.readyState = 1
    this.onopen?.()
  }
  says(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) })
  }
  send(data: string): void {
    this.sent.push(JSON.parse(data) as Frame)
  }
  close(code = 1005, reason = ''): void {
    this.readyState = 3
    this.onclose?.({ code, reason })
  }
}

let live: Live
const seen: Frame[] = []
const noon = Date.parse('2026-11-23T04:00:00Z')

function connect(options: Partial<LiveOptions<Frame>> = {}): Live {
  live = openLive<Frame>({
    path: '/api/test/ws',
    hello: () => ({ t: 'hello' }),
    onFrame: (frame) => seen.push(frame),
    ...options,
  })
  return live
}

beforeEach(() => {
  vi.useFakeTimers({ now: noon })
  vi.stubGlobal('WebSocket', FakeSocket)
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  FakeSocket.all = []
  seen.length = 0
})

afterEach(() => {
  live?.close()
  vi.useRealTimers()
})

describe('openLive', () => {
  it('is live only after an answer, not after the socket opened', () => {
    connect()
    FakeSocket.last.open()
    expect(FakeSocket.last.sent).toEqual([{ t: 'hello' }])
    expect(live.state.value.kind).toBe('catching_up')
    expect(live.send({ t: 'save' })).toBe(false)
    FakeSocket.last.says({ t: 'welcome' })
    expect(live.state.value).toEqual({ kind: 'live', since: noon })
    expect(live.send({ t: 'save' })).toBe(true)
  })

  it('goes offline since the last acknowledged heartbeat when the cable is pulled', () => {
    connect()
    FakeSocket.last.open()
    FakeSocket.last.says({ t: 'welcome' })
    vi.advanceTimersByTime(10_000)
    expect(FakeSocket.last.sent).toContainEqual({ t: 'beat', n: 1 })
    FakeSocket.last.says({ t: 'beat', n: 1 })
    const acknowledged = live.state.value.since
    // The socket stays "open", nothing comes back any more.
    vi.advanceTimersByTime(25_000)
    expect(FakeSocket.all.length).toBeGreaterThan(1)
    expect(live.state.value).toEqual({ kind: 'offline', since: acknowledged })
  })

  it('gives the sending time of the beat that was answered', () => {
    const stamps: (number | undefined)[] = []
    connect({ onFrame: (_frame, sentAt) => stamps.push(sentAt) })
    FakeSocket.last.open()
    FakeSocket.last.says({ t: 'welcome' })
    vi.advanceTimersByTime(10_000)
    const left = performance.now()
    vi.advanceTimersByTime(300)
    FakeSocket.last.says({ t: 'beat', n: 1 })
    expect(stamps).toEqual([undefined, left])
  })

  it('comes back by itself after a restart of the server', () => {
    const onLost = vi.fn()
    connect({ onLost })
    FakeSocket.last.open()
    FakeSocket.last.says({ t: 'welcome' })
    FakeSocket.last.close(4001)
    expect(onLost).toHaveBeenCalledOnce()
    expect(live.state.value.kind).toBe('catching_up')
    vi.advanceTimersByTime(400)
    expect(FakeSocket.all).toHaveLength(2)
    FakeSocket.last.open()
    FakeSocket.last.says({ t: 'welcome' })
    expect(live.state.value.kind).toBe('live')
  })

  it('stops for good on a terminal code', () => {
    const onTerminal = vi.fn()
    connect({ onTerminal })
    FakeSocket.last.open()
    FakeSocket.last.says({ t: 'welcome' })
    FakeSocket.last.close(4101)
    vi.advanceTimersByTime(60_000)
    expect(onTerminal).toHaveBeenCalledWith(4101)
    expect(FakeSocket.all).toHaveLength(1)
  })

  it('waits longer after each failure and at once after retry()', () => {
    connect()
    for (const wait of [350, 600, 1_100, 2_100]) {
      const before = FakeSocket.all.length
      FakeSocket.last.close(1006)
      vi.advanceTimersByTime(wait - 10)
      expect(FakeSocket.all).toHaveLength(before)
      vi.advanceTimersByTime(20)
      expect(FakeSocket.all).toHaveLength(before + 1)
    }
    FakeSocket.last.close(1006)
    live.retry()
    expect(FakeSocket.all).toHaveLength(6)
  })

  it('waits as long as the server asks', () => {
    connect()
    FakeSocket.last.close(4000, '{"retry_after":5000}')
    vi.advanceTimersByTime(4_900)
    expect(FakeSocket.all).toHaveLength(1)
    vi.advanceTimersByTime(200)
    expect(FakeSocket.all).toHaveLength(2)
  })

  it('takes a new connection when something was missed', () => {
    const onLost = vi.fn()
    connect({ onLost })
    FakeSocket.last.open()
    FakeSocket.last.says({ t: 'welcome' })
    const old = FakeSocket.last
    live.renew()
    live.renew() // once is enough
    expect(old.readyState).toBe(3)
    expect(onLost).toHaveBeenCalledOnce()
    vi.advanceTimersByTime(400)
    expect(FakeSocket.all).toHaveLength(2)
    old.says({ t: 'beat' })
    expect(live.ready.value).toBe(false)
  })

  it('gives a read-only channel up when the server falls silent', () => {
    connect({ beatEvery: 0, quietAfter: 20_000, hello: undefined })
    FakeSocket.last.open()
    FakeSocket.last.says({ t: 'snapshot' })
    vi.advanceTimersByTime(15_000)
    FakeSocket.last.says({ t: 'beat' })
    vi.advanceTimersByTime(15_000)
    expect(live.state.value.kind).toBe('live')
    vi.advanceTimersByTime(10_000)
    expect(live.state.value.kind).toBe('offline')
  })
})

describe('backoff', () => {
  it('spreads over the whole interval and stays below the cap', () => {
    expect(backoff(0, () => 0)).toBe(100)
    expect(backoff(0, () => 1)).toBe(600)
    expect(backoff(50, () => 1)).toBe(10_100)
  })

  it('knows which ends are final', () => {
    expect([1006, 4001, 4008].some(isTerminal)).toBe(false)
    expect([4100, 4101, 4102, 4113].every(isTerminal)).toBe(true)
  })
})

describe('the wait that the server asks for', () => {
  it.each<[string, number | undefined]>([
    ['{"retry_after":1500}', 1500],
    ['{"retry_after":9999999}', 60_000],
    ['{"retry_after":-1}', undefined],
    ['{"retry_after":"soon"}', undefined],
    ['{}', undefined],
    ['{broken', undefined],
    ['restarting', undefined],
    ['', undefined],
  ])('of %j', (reason, want) => {
    expect(retryAfter(reason)).toBe(want)
  })
})
