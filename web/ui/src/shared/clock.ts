// The server's clock, as seen from the browser. The machine's wall clock is never used: it may be wrong or be
// changed in the middle of an exam. Monotonic time comes from performance.now().

/** One comparison of both clocks; all values in milliseconds. */
interface Sample {
  offset: number
  roundTrip: number
}

/** How many comparisons are weighed; the one with the shortest round trip is believed. */
const window = 8

/** Jumps beyond the round trip plus this mean that a clock stopped (suspended machine), so older samples are void. */
const jump = 1_000

/** Estimates the server's time from answered messages. */
export class ServerClock {
  private samples: Sample[] = []
  private readonly mono: () => number

  /** `mono` gives monotonic milliseconds; tests pass their own. */
  constructor(mono: () => number = () => performance.now()) {
    this.mono = mono
  }

  /** Whether the server's time is known at all. */
  get known(): boolean {
    return this.samples.length > 0
  }

  /** Monotonic milliseconds of this page, for `mono_ms` evidence and for measuring round trips. */
  monotonic(): number {
    return this.mono()
  }

  /**
   * Takes in a server time (RFC 3339) that just arrived. `sentAt` is the monotonic time at which the question for
   * it left; without it (pushed frames) the sample counts only until a better one comes.
   */
  observe(serverTime: string, sentAt?: number): void {
    const server = Date.parse(serverTime)
    if (Number.isNaN(server)) return
    const now = this.mono()
    const roundTrip = sentAt === undefined ? 5_000 : Math.max(0, now - sentAt)
    const travelled = sentAt === undefined ? 0 : roundTrip / 2
    const sample = { offset: server + travelled - now, roundTrip }
    const best = this.best()
    if (best && Math.abs(best.offset - sample.offset) > jump + roundTrip) this.samples = []
    this.samples = [...this.samples, sample].slice(-window)
  }

  /** The server's time now in milliseconds since 1970; the machine's own time until anything is known. */
  now(): number {
    const best = this.best()
    return best ? this.mono() + best.offset : Date.now()
  }

  private best(): Sample | undefined {
    let best: Sample | undefined
    for (const sample of this.samples) if (!best || sample.roundTrip <= best.roundTrip) best = sample
    return best
  }
}
