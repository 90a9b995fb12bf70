// The judge's signature under what the panel agreed. It is given only while the server hears us: the digest says what
// was looked at, and the server refuses one that has changed since. A lost answer is asked for again with the same key.
import { ref } from 'vue'
import { newID } from '../shared/ids'
import type { Frame } from '../shared/live'
import type { Agreement, SignFrame } from './wire'

/** A signature without an answer for this long (ms) is sent again even though the connection lives. */
const patience = 15_000

/** What signing works with. */
export interface SigningParts {
  ready: () => boolean
  send: (frame: Frame) => boolean
  /** Monotonic milliseconds. */
  mono?: () => number
}

export type Signing = ReturnType<typeof createSigning>

export function createSigning(parts: SigningParts) {
  const mono = parts.mono ?? (() => performance.now())
  const pending = ref<Pick<SignFrame, 'key' | 'division' | 'sheets'>>()
  let sentAt = -Infinity
  let frames = 0

  /** Signs sheets of one division, all or none. Nothing while another signature waits for its answer. */
  function sign(division: string, sheets: Agreement[]): void {
    if (pending.value || sheets.length === 0) return
    pending.value = { key: newID(), division, sheets }
    sentAt = -Infinity
    flush()
  }

  /** Sends what waits. Call it when the connection is ready and now and then. */
  function flush(): void {
    if (!pending.value || !parts.ready() || mono() - sentAt < patience) return
    sentAt = mono()
    parts.send({ t: 'sign', n: ++frames, ...pending.value } as Frame)
  }

  /** The signature that an answer belongs to, which is over with it; nothing when the key is not ours. */
  function answered(key: string): Pick<SignFrame, 'division' | 'sheets'> | undefined {
    if (pending.value?.key !== key) return undefined
    const over = pending.value
    pending.value = undefined
    return over
  }

  /** The connection is gone: what was on its way has to be sent again. */
  function lost(): void {
    sentAt = -Infinity
  }

  return { pending, sign, flush, answered, lost, forget: () => (pending.value = undefined) }
}
