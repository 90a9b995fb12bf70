// The pictures of this tablet: taken, waiting, and a small copy of those that the server has. Those of other tablets
// are fetched only when the judge wants to see one, since the server records who looks.
import { reactive } from 'vue'
import { newID } from '../shared/ids'
import { refOf, type Held } from './held'
import type { Shot } from './tablet'
import type { Evidence, SheetBrief } from './wire'

export type EvidenceKeeper = ReturnType<typeof createEvidence>

export function createEvidence(held: Pick<Held, 'kept' | 'tablet' | 'seen' | 'takeSeen'>) {
  /** By the key of the errand, or by the server's name once it was sent. */
  const shots = reactive(new Map<string, Shot>())

  /** Takes up what an earlier page left, of pictures that something still names: `waiting` are keys of errands. */
  async function restore(kept: Map<string, Shot>, waiting: string[]): Promise<void> {
    const named = new Set(waiting)
    for (const { evidence } of held.seen.values()) for (const e of evidence ?? []) named.add(e.id)
    shots.clear()
    for (const [key, shot] of kept) {
      if (named.has(key)) shots.set(key, shot)
      else await drop(key)
    }
  }

  /** Keeps a picture on this tablet and returns the key for its errand. Rejects when the file is no picture. */
  async function take(file: Blob): Promise<string> {
    const key = newID()
    const { takeIn } = await import('./later')
    const shot = await takeIn(file)
    shots.set(key, shot)
    await held.kept(held.tablet()?.saveShot(key, shot))
    return key
  }

  async function drop(key: string): Promise<void> {
    shots.delete(key)
    await held.kept(held.tablet()?.dropShot(key))
  }

  /** The server has a picture: only the small one stays here. */
  async function received(division: string, key: string, evidence: Evidence): Promise<void> {
    const ref = refOf({ division, id: evidence.sheet })
    const shot = shots.get(key)
    if (shot) {
      shots.set(evidence.id, { thumb: shot.thumb })
      await held.kept(held.tablet()?.saveShot(evidence.id, { thumb: shot.thumb }))
    }
    const known = held.seen.get(ref)
    const others = (known?.evidence ?? []).filter((e) => e.id !== evidence.id)
    const seen = { ...(known ?? { version: 0, conferences: [] }), evidence: [...others, evidence] }
    await held.takeSeen(ref, seen)
    await drop(key)
  }

  /** The pictures at the server that belong to a sheet's marks. */
  function sentBy(sheet: Pick<SheetBrief, 'id' | 'division'>): string[] {
    return (held.seen.get(refOf(sheet))?.evidence ?? []).map((e) => e.id).slice(0, 20) // the server takes no more
  }

  return { shots, restore, take, drop, received, sentBy }
}
