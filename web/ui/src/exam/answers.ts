// The answer book: what this candidate answered, and how much of it the server has acknowledged.
import { reactive } from 'vue'
import type { Given, Held } from './wire'

/** What is shown for a question; the mark for later is separate. */
export type AnswerState = 'blank' | 'pending' | 'saved' | 'refused'

/** The latest answer to one question here, and the highest seq of it that the server has. */
export interface Entry {
  given: Given
  acked: number
  /** Why the server will not take this answer; gone with the next change. */
  refused?: string
}

/** A change of an answer; what is left out stays. */
export type Change = Partial<Pick<Given, 'value' | 'flagged' | 'restored_from'>>

/** Seat and clocks at the moment of an answer; the clocks are evidence, not truth. */
export type Stamp = Pick<Given, 'mono_ms' | 'wall' | 'fence'>

/** Whether an answer that is kept here is newer than what the server holds. */
function newer(given: Given, held: Held): boolean {
  const seats = (given.fence ?? 0) - (held.fence ?? given.fence ?? 0)
  return given.fence && seats !== 0 ? seats > 0 : given.seq > held.seq
}

function same(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i])
}

/** An answer as it is compared and sent: nothing but space in it means not answered, which is the empty list. */
export function normal(value: string[]): string[] {
  return value.every((part) => part.trim() === '') ? [] : value
}

/** A text without the control characters that pasting brings along unseen; the server refuses them. */
export function typedText(text: string, lines: boolean): string {
  // eslint-disable-next-line no-control-regex -- these are what it is about
  const clean = text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
  return lines ? clean : clean.replace(/[\t\n]/g, ' ')
}

/** The answers of one attempt. Reactive: reading it in a template follows changes. */
export class AnswerBook {
  private readonly entries = reactive(new Map<string, Entry>())
  private readonly drafts = reactive(new Map<string, string[]>())

  /** The answer as it stands on the screen; an empty list means not answered. */
  value(question: string): string[] {
    return this.drafts.get(question) ?? this.entries.get(question)?.given.value ?? []
  }

  /** Whether the question is marked for later. */
  flagged(question: string): boolean {
    return this.entries.get(question)?.given.flagged ?? false
  }

  /** Whether anything is answered. */
  answered(question: string): boolean {
    return normal(this.value(question)).length > 0
  }

  /** What to show: saved only once the server has said so. */
  state(question: string): AnswerState {
    const entry = this.entries.get(question)
    if (this.drafts.has(question)) return 'pending'
    if (!entry) return 'blank'
    if (entry.refused) return 'refused'
    if (entry.given.seq > entry.acked) return 'pending'
    return entry.given.value.length > 0 ? 'saved' : 'blank'
  }

  /** Why the answer was refused, as a code. */
  refusal(question: string): string | undefined {
    return this.drafts.has(question) ? undefined : this.entries.get(question)?.refused
  }

  /** Takes in what is being typed; it becomes an answer with the next change(). */
  draft(question: string, value: string[]): void {
    this.drafts.set(question, [...value])
  }

  /** The questions with a text that is being typed. */
  drafted(): string[] {
    return [...this.drafts.keys()]
  }

  /**
   * Takes in a change; returns the answer to keep and send, or nothing when it changes nothing. Its seq is above
   * every seq known here or at the server.
   */
  change(question: string, to: Change, stamp: Stamp): Given | undefined {
    const entry = this.entries.get(question)
    const value = normal(to.value ?? this.value(question)).map((part) => part.normalize('NFC'))
    const flagged = to.flagged ?? entry?.given.flagged ?? false
    this.drafts.delete(question)
    const before = entry?.given ?? { value: [], flagged: false }
    if (!entry?.refused && same(value, before.value) && flagged === before.flagged) return undefined
    const acked = entry?.acked ?? 0
    const seq = Math.max(entry?.given.seq ?? 0, acked) + 1
    const given: Given = { question, seq, value, flagged, ...stamp }
    if (to.restored_from !== undefined) given.restored_from = to.restored_from
    this.entries.set(question, { given, acked })
    return given
  }

  /** The server has this seq of the question. */
  acknowledge(question: string, seq: number): void {
    const entry = this.entries.get(question)
    if (entry && seq > entry.acked) this.entries.set(question, { ...entry, acked: seq })
  }

  /** The server will not take this answer; a newer one is not concerned. */
  refuse(question: string, seq: number, code: string): void {
    const entry = this.entries.get(question)
    if (entry?.given.seq === seq) this.entries.set(question, { ...entry, refused: code })
  }

  /** The answers that the server has not acknowledged and may still take. */
  unsent(): Given[] {
    const open = [...this.entries.values()].filter((e) => !e.refused && e.given.seq > e.acked)
    return open.map((e) => e.given)
  }

  /** How many answers are on this machine only, those being typed among them. */
  unsentCount(): number {
    return new Set([...this.unsent().map((g) => g.question), ...this.drafts.keys()]).size
  }

  /** Everything that the server has not acknowledged, refused answers too: for the rescue file. */
  unacknowledged(): Given[] {
    return [...this.entries.values()].filter((e) => e.given.seq > e.acked).map((e) => e.given)
  }

  /** How many answers the server refused. */
  refusedCount(): number {
    return [...this.entries.values()].filter((e) => e.refused).length
  }

  /** Takes in what this machine kept from an earlier page of the same attempt. */
  restore(journal: Given[]): void {
    for (const given of journal) {
      const entry = this.entries.get(given.question)
      if (!entry || given.seq > entry.given.seq)
        this.entries.set(given.question, { given, acked: entry?.acked ?? 0 })
    }
  }

  /**
   * Takes in all answers that the server holds. The later seat wins, at one seat the higher seq: an answer that never
   * left this machine stays and is sent again, one that was changed on another seat since is taken over. Afterwards
   * exactly what the server lists counts as acknowledged.
   */
  merge(held: Held[]): void {
    const server = new Map(held.map((h) => [h.question, h]))
    for (const [question, entry] of this.entries) {
      if (!server.has(question) && entry.acked > 0) this.entries.set(question, { ...entry, acked: 0 })
    }
    for (const h of held) {
      const entry = this.entries.get(h.question)
      if (entry && newer(entry.given, h)) {
        this.entries.set(h.question, { ...entry, acked: Math.min(h.seq, entry.given.seq - 1) })
      } else {
        const { question, seq, value, flagged, fence } = h
        this.entries.set(question, {
          given: { question, seq, value, flagged, mono_ms: 0, wall: '', ...(fence && { fence }) },
          acked: seq,
        })
      }
    }
  }
}
