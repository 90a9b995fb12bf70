// What a judge does beside marking: pictures of the work, violations, that nobody came. Each is kept on this tablet
// under its idempotency key until the server has answered, so that no network and a dead battery lose nothing.
import { ref } from 'vue'
import { api, Problem } from '../shared/api'
import { deviceID } from '../shared/ids'
import { isPassing } from './outbox'
import type { Evidence, Layer, SheetBrief } from './wire'

interface ErrandBase {
  key: string
  /** The order of making. */
  seq: number
  division: string
  sheet: string
  layer: Layer
  code: string
  module: string
  /** When it was made, by the server's clock as this tablet knows it: milliseconds since 1970. */
  at: number
  /** Set when the server refused it: it waits for the judge to look at. */
  refused?: { code: string; detail: string; params: Record<string, string | number> }
}

/** A picture for a sheet or one of its aspects; its bytes lie on a shelf of their own. */
export interface PictureErrand extends ErrandBase {
  kind: 'picture'
  aspect: string
}

/** A violation that the judge saw. */
export interface ViolationErrand extends ErrandBase {
  kind: 'violation'
  violation: string
  note: string
}

/** That nobody came to the station. */
export interface AbsenceErrand extends ErrandBase {
  kind: 'absence'
  note: string
}

export type Errand = PictureErrand | ViolationErrand | AbsenceErrand

/** An errand before it gets its place. */
export type NewErrand = Omit<PictureErrand, 'seq'> | Omit<ViolationErrand, 'seq'> | Omit<AbsenceErrand, 'seq'>

/** What errands work with. `keep` and `drop` write to the tablet's database. */
export interface ErrandParts {
  keep: (errand: Errand) => Promise<void>
  drop: (errand: Errand) => Promise<void>
  /** The bytes of a picture; nothing when they are gone. */
  bytes: (errand: PictureErrand) => Promise<ArrayBuffer | undefined>
  /** Whether it is worth trying. */
  ready: () => boolean
  /** The server has taken it; called before it is forgotten. */
  done: (errand: Errand, evidence?: Evidence) => Promise<void>
  /** The login has ended. */
  signedOut: () => void
}

export type Errands = ReturnType<typeof createErrands>

const at = (division: string): string => `/api/judge/divisions/${encodeURIComponent(division)}`

/** Pictures may take this long on a bad network, in ms. */
const patience = 60_000

async function deliver(errand: Errand, parts: ErrandParts): Promise<Evidence | undefined> {
  const { key, division, layer, code, module } = errand
  switch (errand.kind) {
    case 'picture': {
      const bytes = await parts.bytes(errand)
      if (!bytes) throw new Problem(410, { code: 'picture_gone' })
      const path = `/api/judge/sheets/${[division, errand.sheet].map(encodeURIComponent).join('/')}/evidence`
      const query = new URLSearchParams({ key, aspect: errand.aspect, device: deviceID() })
      const body = new Blob([bytes], { type: 'application/octet-stream' })
      return api.post<Evidence>(`${path}?${query}`, body, { timeout: patience })
    }
    case 'violation': {
      const { violation, note } = errand
      await api.post(`${at(division)}/violations`, { key, layer, code, module, violation, note })
      return undefined
    }
    case 'absence':
      await api.post(`${at(division)}/absences`, { key, code, module, note: errand.note })
      return undefined
  }
}

export function createErrands(parts: ErrandParts) {
  const items = ref<Errand[]>([])
  let busy = false

  function restore(kept: Errand[]): void {
    items.value = [...kept].sort((a, b) => a.seq - b.seq)
  }

  /** Takes an errand on; resolves when it is kept on this tablet, whether or not it has left. */
  async function add(errand: NewErrand): Promise<void> {
    const seq = items.value.reduce((top, e) => Math.max(top, e.seq), Date.now()) + 1
    const next = { ...errand, seq } as Errand
    await parts.keep(next)
    items.value = [...items.value, next]
    void flush()
  }

  /** Sends what waits, one after the other. Call it when the connection is ready and now and then. */
  async function flush(): Promise<void> {
    if (busy) return
    busy = true
    try {
      for (const errand of items.value.filter((e) => !e.refused)) {
        if (!parts.ready() || !(await send(errand))) return
      }
    } finally {
      busy = false
    }
  }

  /** Sends one; false when there is no use in trying the next one now. */
  async function send(errand: Errand): Promise<boolean> {
    try {
      const evidence = await deliver(errand, parts)
      await parts.done(errand, evidence)
      await forget(errand)
      return true
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.status === 401) parts.signedOut()
      if (error.status === 401 || error.passing || isPassing(error.code)) return false
      await refuse(errand, error)
      return true
    }
  }

  async function refuse(errand: Errand, { code, message, params }: Problem): Promise<void> {
    const next: Errand = { ...errand, refused: { code, detail: message, params } }
    items.value = items.value.map((e) => (e.key === errand.key ? next : e))
    await parts.keep(next)
  }

  /** Forgets an errand: the server has it, or the judge gave it up. */
  async function forget(errand: Errand): Promise<void> {
    items.value = items.value.filter((e) => e.key !== errand.key)
    await parts.drop(errand)
  }

  const of = ({ id, division }: Pick<SheetBrief, 'id' | 'division'>): Errand[] =>
    items.value.filter((e) => e.sheet === id && e.division === division)
  return { items, restore, add, flush, forget, of }
}
