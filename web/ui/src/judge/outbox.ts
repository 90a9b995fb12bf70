// Sheets on their way to the server. Each keeps its idempotency key until the server has answered, so sending it
// again after a reload, a lost connection or a dead battery is harmless.
import { ref, type Ref } from 'vue'
import type { Frame } from '../shared/live'
import type { Outgoing } from './tablet'
import type { SheetBrief } from './wire'

/** A frame without an answer for this long (ms) is sent again even though the connection lives. */
const patience = 15_000

/** After a refusal that may pass by itself the sheet is sent again after this long (ms). */
const pause = 3_000

// Refusals that say nothing about the sheet itself: the same sheet goes after signing in again (signed_out), or after
// this device has been paired anew (tablet_revoked).
const passing = [
  'internal',
  'unavailable',
  'too_many_requests',
  'signed_out',
  'tablet_revoked',
  'ledger_busy',
  'ledger_contended',
  'ledger_unavailable',
  'ledger_closed',
  'database_unavailable',
  'database_closed',
  'mongodb_unavailable',
  'mongodb_closed',
]

/** Whether a refused sheet may be taken later just as it is. */
export function isPassing(code: string): boolean {
  return passing.includes(code)
}

/** What the outbox works with. `keep` and `drop` write to the tablet's database. */
export interface OutboxParts {
  keep: (item: Outgoing) => Promise<void>
  drop: (item: Outgoing) => Promise<void>
  /** Whether a frame can leave now. */
  ready: () => boolean
  send: (frame: Frame) => boolean
  /** Monotonic milliseconds. */
  mono?: () => number
}

/** The outbox. */
export interface Outbox {
  /** Oldest first; one per sheet at most. */
  items: Ref<Outgoing[]>
  /** Takes up what an earlier page left. */
  restore: (items: Outgoing[]) => void
  /** Hands in a sheet; resolves when it is kept on this tablet, whether or not it has left. */
  add: (item: Omit<Outgoing, 'seq' | 'tried'>) => Promise<void>
  /** Takes a sheet back that has never left; false when it is too late. */
  withdraw: (sheet: Pick<SheetBrief, 'id' | 'division'>) => Promise<boolean>
  /** The item of a sheet. */
  of: (sheet: Pick<SheetBrief, 'id' | 'division'>) => Outgoing | undefined
  /** Sends what is waiting. Call it when the connection is ready and now and then. */
  flush: () => Promise<void>
  /** The item of an answer; nothing when the key is not ours or was answered before. */
  find: (key: string) => Outgoing | undefined
  /** The server could not take it now: it is sent again after a while. */
  later: (key: string) => void
  /** The server has answered; the item is forgotten. Call it when everything that follows has been kept. */
  done: (item: Outgoing) => Promise<void>
  /** The connection is gone: what was on its way has to be sent again. */
  lost: () => void
}

export function createOutbox(parts: OutboxParts): Outbox {
  const mono = parts.mono ?? (() => performance.now())
  const items = ref<Outgoing[]>([])
  const notBefore = new Map<string, number>() // key → monotonic time before which it is not sent again
  let frames = 0

  function restore(kept: Outgoing[]): void {
    items.value = [...kept].sort((a, b) => a.seq - b.seq)
  }

  async function add(part: Omit<Outgoing, 'seq' | 'tried'>): Promise<void> {
    const seq = items.value.reduce((top, i) => Math.max(top, i.seq), Date.now()) + 1
    const item: Outgoing = { ...part, seq, tried: false }
    await parts.keep(item)
    const { division, sheet: id } = item.frame
    const old = of({ division, id })
    items.value = [...items.value.filter((i) => i !== old), item]
    await flush()
  }

  function of({ id, division }: Pick<SheetBrief, 'id' | 'division'>): Outgoing | undefined {
    return items.value.find((i) => i.frame.sheet === id && i.frame.division === division)
  }

  async function withdraw(sheet: Pick<SheetBrief, 'id' | 'division'>): Promise<boolean> {
    const item = of(sheet)
    if (!item || item.tried) return false
    await done(item)
    return true
  }

  async function flush(): Promise<void> {
    for (const item of items.value) {
      if (!parts.ready()) return
      if ((notBefore.get(item.frame.key) ?? 0) > mono()) continue
      notBefore.set(item.frame.key, mono() + patience)
      if (!item.tried) {
        item.tried = true // from here on it cannot be taken back, also after a reload
        await parts.keep(item)
      }
      parts.send({ t: 'submit', n: ++frames, ...item.frame } as Frame)
    }
  }

  async function done(item: Outgoing): Promise<void> {
    items.value = items.value.filter((i) => i.frame.key !== item.frame.key)
    notBefore.delete(item.frame.key)
    await parts.drop(item)
  }

  const find = (key: string): Outgoing | undefined => items.value.find((i) => i.frame.key === key)
  const later = (key: string): void => void notBefore.set(key, mono() + pause)
  const lost = (): void => notBefore.clear()
  return { items, restore, add, of, withdraw, flush, find, later, done, lost }
}
