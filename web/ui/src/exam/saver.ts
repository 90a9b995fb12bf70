// The way of an answer: kept on this machine first, then sent, then forgotten here once the server has it.
import { ref, type Ref } from 'vue'
import type { Journal } from '../shared/journal'
import type { Frame } from '../shared/live'
import type { Account } from './account'
import type { AnswerBook, Change, Stamp } from './answers'
import type { Ack, Given, Held, LedgerHead, ServerFrame } from './wire'

/** Answers per frame: a whole paper of choices in a few frames. */
const perFrame = 40

/** Bytes of answers per frame, below the server's limit of 64 KiB with room for the frame around them. */
const frameBytes = 60 << 10

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
  /** Where this seat writes down what was acknowledged. */
  account?: Pick<Account, 'acknowledged' | 'held'>
}

/** Bytes of an answer on the wire. */
function size(given: Given): number {
  return new TextEncoder().encode(JSON.stringify(given)).length
}

/** The answers in as few frames as hold them, in order. */
function frames(answers: Given[]): Given[][] {
  const out: Given[][] = []
  let room = 0
  for (const given of answers) {
    const last = out[out.length - 1]
    const bytes = size(given)
    if (last && last.length < perFrame && bytes <= room) last.push(given)
    else {
      out.push([given])
      room = frameBytes
    }
    room -= bytes
  }
  return out
}

/** Keeps and sends the answers of one attempt. */
export interface Saver {
  /** Takes in a change by the candidate. Resolves when the answer is kept on this machine. */
  record: (question: string, to: Change) => Promise<void>
  /** Takes in the server's answers on a new connection and sends what it lacks. */
  welcome: (held: Held[]) => Promise<void>
  /** Sends what is kept and not yet on its way. */
  flush: () => void
  /** Takes in an ack or a refusal; false when the frame was not one of the saver's. */
  receive: (frame: Extract<ServerFrame, { t: 'ack' | 'refused' }>) => boolean
  /** The connection is gone: what was on its way has to be sent again. */
  lost: () => void
  /** The server's signed acknowledgements, the latest of each question, and the end of its records then. */
  receipts: () => { receipts: Receipted[]; head: LedgerHead | undefined }
  /** Set when this machine could not keep an answer (full or forbidden storage). */
  broken: Ref<boolean>
}

/** A signed acknowledgement with the node that signed it. */
export interface Receipted extends Ack {
  node: string
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
  const receipts = new Map<string, Receipted>()
  let head: LedgerHead | undefined

  async function record(question: string, to: Change): Promise<void> {
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
    const fitting = due.filter((g) => size(g) <= frameBytes)
    // No server takes a text of that length, and the frame around it would end the connection.
    for (const g of due) if (!fitting.includes(g)) book.refuse(g.question, g.seq, 'too_long')
    for (const answers of frames(fitting)) {
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
      parts.account?.acknowledged(frame.answers, flight.given, frame.head)
      for (const ack of frame.answers) {
        book.acknowledge(ack.question, ack.seq)
        forget(ack.question, ack.seq)
        if (ack.sig) receipts.set(ack.question, { ...ack, node: frame.node ?? '' })
      }
      head = frame.head ?? head
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
      for (const { question, seq, code } of bad) {
        book.refuse(question, seq, code)
        // Another page of this attempt used that seq for another answer: the same answer again, with a higher one.
        if (code === 'seq_reused') void record(question, {})
      }
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
    parts.account?.held(held)
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
    receipts: () => ({ receipts: [...receipts.values()], head }),
    broken,
  }
}
