// The way of an answer: kept on this machine first, then sent, then forgotten here once the server has it.
import { computed, ref, type ComputedRef, type Ref } from 'vue'
import type { Journal } from '../shared/journal'
import type { Frame } from '../shared/live'
import type { AnswerBook, Stamp } from './answers'
import type { Given, Held, ServerFrame } from './wire'

/** Answers per frame: far below the server's limit of 64 KiB, and enough for a whole paper in a few frames. */
const perFrame = 40

/** A frame without an answer for this long is taken as lost even though the connection lives. */
const patience = 10_000

/** Refusals that say nothing about the answer itself: the same frame may pass later. */
const passing = new Set(['unavailable', 'internal', 'attempt_busy'])

/** What the saver works with. */
export interface SaverParts {
  attempt: string
  book: AnswerBook
  journal: Journal<Given>
  /** Sends a frame; false when there is no connection. */
  send: (frame: Frame) => boolean
  /** The next number of a frame. */
  number: () => number
  /** This machine's clocks. */
  stamp: () => Stamp
}

/** Keeps and sends the answers of one attempt. */
export interface Saver {
  /** Takes in a change by the candidate. Resolves when the answer is kept on this machine. */
  record: (question: string, to: Partial<Pick<Given, 'value' | 'flagged'>>) => Promise<void>
  /** Takes in the server's answers on a new connection and sends what it lacks. */
  welcome: (held: Held[]) => Promise<void>
  /** Sends what is kept and not yet on its way. */
  flush: () => void
  /** Takes in an ack or a refusal; false when the frame was not one of the saver's. */
  receive: (frame: Extract<ServerFrame, { t: 'ack' | 'refused' }>) => boolean
  /** The connection is gone: what was on its way has to be sent again. */
  lost: () => void
  /** How many answers are on this machine only. */
  unsent: ComputedRef<number>
  /** Set when this machine could not keep an answer (full or forbidden storage). */
  broken: Ref<boolean>
}

interface Flight {
  given: Given[]
  at: number
}

export function createSaver(parts: SaverParts): Saver {
  const { attempt, book, journal } = parts
  const flights = new Map<number, Flight>() // frames on their way, by number
  const keeping = new Map<string, number>() // question → seq that is being written to the journal
  const broken = ref(!journal.durable)

  async function record(question: string, to: Partial<Pick<Given, 'value' | 'flagged'>>): Promise<void> {
    const given = book.change(question, to, parts.stamp())
    if (!given) return
    keeping.set(question, given.seq)
    try {
      await journal.put({ scope: attempt, key: question, seq: given.seq, value: given })
    } catch (error) {
      console.error('an answer could not be kept on this machine', error)
      broken.value = true // said on screen; the answer is still sent
    }
    if (keeping.get(question) === given.seq) keeping.delete(question)
    flush()
  }

  /** Questions with a frame under way: the next change waits for its answer, so the latest one wins. */
  function flying(): Set<string> {
    const young = [...flights.values()].filter((f) => performance.now() - f.at < patience)
    return new Set(young.flatMap((f) => f.given.map((g) => g.question)))
  }

  function flush(): void {
    const busy = flying()
    const due = book.unsent().filter((g) => !busy.has(g.question) && !keeping.has(g.question))
    for (let i = 0; i < due.length; i += perFrame) {
      const answers = due.slice(i, i + perFrame)
      const n = parts.number()
      if (!parts.send({ t: 'save', n, answers } as Frame)) return
      flights.set(n, { given: answers, at: performance.now() })
    }
  }

  function forget(question: string, seq: number): void {
    journal.drop(attempt, question, seq).catch((error: unknown) => {
      // Harmless: the entry is sent again after a reload and acknowledged again.
      console.error('an acknowledged answer could not be removed from the journal', error)
    })
  }

  function settle(n: number, questions: string[]): void {
    const flight = flights.get(n)
    if (!flight) return
    flight.given = flight.given.filter((g) => !questions.includes(g.question))
    if (flight.given.length === 0) flights.delete(n)
  }

  function receive(frame: Extract<ServerFrame, { t: 'ack' | 'refused' }>): boolean {
    const flight = flights.get(frame.n)
    if (!flight) return false
    if (frame.t === 'ack') {
      for (const { question, seq } of frame.answers) {
        book.acknowledge(question, seq)
        forget(question, seq)
      }
      settle(
        frame.n,
        frame.answers.map((a) => a.question),
      )
    } else if (passing.has(frame.code)) {
      flights.delete(frame.n)
      setTimeout(flush, 2_000)
      return true
    } else {
      const bad = frame.answers ?? flight.given.map((g) => ({ ...g, code: frame.code }))
      for (const { question, seq, code } of bad) book.refuse(question, seq, code)
      settle(
        frame.n,
        bad.map((a) => a.question),
      )
    }
    flush()
    return true
  }

  async function welcome(held: Held[]): Promise<void> {
    flights.clear()
    const kept = await journal.all(attempt).catch((error: unknown) => {
      console.error('the journal of this machine cannot be read', error)
      broken.value = true // said on screen; the server's answers still count
      return []
    })
    book.restore(kept.map((e) => e.value))
    book.merge(held)
    for (const { key, seq } of kept) {
      if (!book.unsent().some((g) => g.question === key && g.seq === seq)) forget(key, seq)
    }
    flush()
  }

  return {
    record,
    welcome,
    flush,
    receive,
    lost: () => flights.clear(),
    unsent: computed(() => book.unsent().length),
    broken,
  }
}
