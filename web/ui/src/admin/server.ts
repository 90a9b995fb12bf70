// Calls of the console. Every answer counts as a heartbeat of the server, and an answer that the login is over ends
// the session; so pages need neither a timer nor a check of their own.
import { computed, ref } from 'vue'
import { call, Problem, type CallOptions } from '../shared/api'
import type { LinkState } from '../shared/live'

/** Without an answer for this long the console says offline. */
const offlineAfter = 10_000

const heardAt = ref<number | null>(null)
const lostAt = ref<number | null>(null)
const now = ref(Date.now())

/** Whether the server answers, and since when it does not. */
export const link = computed<LinkState>(() => {
  if (lostAt.value === null) return { kind: 'live', since: heardAt.value }
  return { kind: now.value - lostAt.value < offlineAfter ? 'catching_up' : 'offline', since: heardAt.value }
})

/** Looks at the clock again; the session's heartbeat calls it. */
export function tick(): void {
  now.value = Date.now()
}

let ended: () => void = () => {}

/** Names what happens when the server says that the login is over. */
export function onSignedOut(react: () => void): void {
  ended = react
}

async function ask<T>(method: string, path: string, body?: unknown, options?: CallOptions): Promise<T> {
  try {
    const answer = await call<T>(method, path, body, options)
    heardAt.value = Date.now()
    lostAt.value = null
    return answer
  } catch (error) {
    if (error instanceof Problem && error.status > 0) {
      heardAt.value = Date.now()
      lostAt.value = null
      if (error.code === 'signed_out') ended()
    } else {
      lostAt.value ??= Date.now()
      tick()
    }
    throw error
  }
}

const base = '/api/admin'

/** Reads from the console's API: get<List<Sitting>>('/sittings'). */
export const get = <T>(path: string, options?: CallOptions): Promise<T> =>
  ask<T>('GET', base + path, undefined, options)

/** Posts to the console's API. A Blob goes as it is. */
export const post = <T>(path: string, body: unknown = {}, options?: CallOptions): Promise<T> =>
  ask<T>('POST', base + path, body, options)

/** Replaces by the console's API. */
export const put = <T>(path: string, body: unknown, options?: CallOptions): Promise<T> =>
  ask<T>('PUT', base + path, body, options)

/** Reads from the public board API, which needs no login. */
export const getBoard = <T>(path: string): Promise<T> => ask<T>('GET', `/api/board${path}`)

/** A path with its values escaped: path`/sittings/${id}/tickets`. */
export function path(parts: TemplateStringsArray, ...values: (string | number)[]): string {
  return parts.reduce((all, part, i) => all + encodeURIComponent(values[i - 1] ?? '') + part)
}

/** A query string with the empty values left out: "?q=x&limit=50", or "". */
export function query(values: Record<string, string | number | undefined>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(values))
    if (value !== undefined && value !== '') params.set(name, String(value))
  const text = params.toString()
  return text && `?${text}`
}
