// Saving while typing: a second after the last key, at the latest five seconds after the first unsaved one, and at
// once when the candidate leaves the field, the question or the page. exam-systems.md §2.4.
import type { AnswerBook } from './answers'

/** A pause in typing of this length saves, in ms. */
export const debounce = 1_000

/** Nothing typed stays unsaved for longer, in ms. */
export const staleness = 5_000

/** Within this time of the end, in ms, everything typed is saved and nothing stays unsaved for a second. */
export const lastMoments = 10_000

/** What autosave works with. */
export interface AutosaveParts {
  book: AnswerBook
  /** Keeps and sends the text of a question as it stands. */
  save: (question: string) => void
  /** Whether the end is near. */
  hurry: () => boolean
}

/** The texts being typed. */
export interface Autosave {
  type: (question: string, value: string[]) => void
  /** Saves one text now, or all of them. */
  flush: (question?: string) => void
}

export function createAutosave({ book, save, hurry }: AutosaveParts): Autosave {
  const waiting = new Map<string, { since: number; timer: ReturnType<typeof setTimeout> }>()

  function flush(question?: string): void {
    const due = question === undefined ? book.drafted() : [question]
    for (const id of due) {
      clearTimeout(waiting.get(id)?.timer)
      waiting.delete(id)
      if (book.drafted().includes(id)) save(id)
    }
  }

  function type(question: string, value: string[]): void {
    book.draft(question, value)
    const now = performance.now()
    const before = waiting.get(question)
    clearTimeout(before?.timer)
    const since = before?.since ?? now
    const latest = since + (hurry() ? debounce : staleness)
    const wait = Math.max(0, Math.min(debounce, latest - now))
    waiting.set(question, { since, timer: setTimeout(() => flush(question), wait) })
  }

  return { type, flush }
}
