// The server's time on a page of the console, which ticks: from answers that name it, never from the machine's clock.
import { onScopeDispose, readonly, ref, type Ref } from 'vue'
import { ServerClock } from '../shared/clock'

export interface ServerTime {
  /** Milliseconds since 1970. */
  now: Readonly<Ref<number>>
  /** Reads an answer that carries `server_time`, and takes the time from it. */
  timed: <T extends { server_time: string }>(ask: () => Promise<T>) => Promise<T>
}

/** Ticks every so many milliseconds while the component lives. */
export function useServerTime(every = 1_000): ServerTime {
  const clock = new ServerClock()
  const now = ref(clock.now())
  const timer = setInterval(() => (now.value = clock.now()), every)
  onScopeDispose(() => clearInterval(timer))
  async function timed<T extends { server_time: string }>(ask: () => Promise<T>): Promise<T> {
    const sent = clock.monotonic()
    const answer = await ask()
    clock.observe(answer.server_time, sent)
    now.value = clock.now()
    return answer
  }
  return { now: readonly(now), timed }
}
