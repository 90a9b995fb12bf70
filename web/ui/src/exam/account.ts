// The seat's own account of its answers: what was acknowledged to it, kept on this machine over reloads. The server
// gets it when the attempt is over and compares it with its ledger, so that a loss cannot stay unseen.
import type { Journal } from '../shared/journal'
import type { Ack, Given, Held, LedgerHead } from './wire'

/** The newest acknowledged answer to one question, as the receipt names it. */
interface Line {
  seq: number
  fence: number
  sha256: string
}

/** What is kept of one attempt. */
export interface AccountData {
  lines: Record<string, Line>
  /** How many answers were acknowledged to this seat in all. */
  entries: number
  /** The end of the attempt's records at the last acknowledgement. */
  head?: LedgerHead
}

/** What the frame "journal" says; lines and names end in the fence of the seat where the answer was given. */
export interface SeatJournal {
  head: LedgerHead
  pending: number
  waiting: string[]
  entries: number
  digest: string
  lines?: string[]
}

/** How many answers that are left the server wants to hear by name. */
const mostNamed = 500

/** Bytes of lines in a frame, below the server's limit of 64 KiB; without lines the digest speaks alone. */
const frameBytes = 56 << 10

const order = (a: { fence: number; seq: number }, b: { fence: number; seq: number }): number =>
  a.fence - b.fence || a.seq - b.seq

/** The account of one attempt; `store` keeps it. */
export function createAccount(attempt: string, store: Journal<AccountData>) {
  let data: AccountData = { lines: {}, entries: 0 }
  let revision = 0
  let writing: Promise<void> | undefined
  let dirty = false

  /** Reads what an earlier page of this seat kept; to be called before anything is noted. */
  async function load(): Promise<void> {
    const kept = (await store.all(attempt))[0]
    if (!kept) return
    data = kept.value
    revision = kept.seq
  }

  /** Writes the latest state; changes that come meanwhile are written together. */
  function write(): void {
    dirty = true
    writing ??= (async () => {
      try {
        while (dirty) {
          dirty = false
          const value = { ...data, lines: { ...data.lines } }
          await store.put({ scope: attempt, key: 'account', seq: ++revision, value })
        }
      } catch (error) {
        // The answers themselves are not concerned; the account then lives as long as the page.
        console.error('the account of this seat could not be kept', error)
      } finally {
        writing = undefined
      }
    })()
  }

  function note(question: string, line: Line): boolean {
    const before = data.lines[question]
    if (before && order(line, before) <= 0) return false
    data.lines[question] = line
    return true
  }

  /** The server has acknowledged these answers, given here or at an earlier seat. */
  function acknowledged(acks: Ack[], given: Given[], head?: LedgerHead): void {
    for (const { question, seq, sha256 } of acks) {
      const sent = given.find((g) => g.question === question && g.seq === seq)
      if (sha256 && note(question, { seq, fence: sent?.fence ?? 0, sha256 })) data.entries++
    }
    data.head = head ?? data.head
    write()
  }

  /** The server's answers on a new connection: news of other seats. What was acknowledged here stays as it was. */
  function held(list: Held[]): void {
    for (const { question, seq, fence, sha256 } of list)
      if (sha256) note(question, { seq, fence: fence ?? 0, sha256 })
    write()
  }

  /** Whether the kept answer is known to be with the server, or was replaced there. */
  function covers(given: Given): boolean {
    const line = data.lines[given.question]
    return line !== undefined && order({ fence: given.fence ?? line.fence, seq: given.seq }, line) <= 0
  }

  /** What to tell the server; `kept` are the answers that this machine still keeps to be sent. */
  function journal(kept: Given[], digest: (lines: string[]) => string): SeatJournal {
    const at = (fence?: number): string => (fence ? `|${fence}` : '')
    const lines = Object.entries(data.lines).map(([q, l]) => `${q}|${l.seq}|${l.sha256}${at(l.fence)}`)
    const left = kept.filter((given) => !covers(given))
    return {
      head: data.head ?? { seq: 0, hash: '' },
      pending: left.length,
      waiting: left.slice(0, mostNamed).map((g) => `${g.question}|${g.seq}${at(g.fence)}`),
      entries: data.entries,
      digest: digest(lines),
      ...(lines.join('","').length < frameBytes && { lines }),
    }
  }

  return {
    load,
    acknowledged,
    held,
    journal,
    /** Resolves when everything noted so far is kept. */
    settled: async () => {
      while (writing) await writing
    },
  }
}

export type Account = ReturnType<typeof createAccount>
