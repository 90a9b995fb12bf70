// Handing in: first every answer, then the hand-in itself, then the server's receipt. Only the receipt ends it.
import { ref, type Ref } from 'vue'
import { problemText } from '../shared/api'
import { t } from '../shared/i18n'
import { newID } from '../shared/ids'
import type { Frame } from '../shared/live'
import type { LockdownProof } from './seb'

/** Where a hand-in stands; "sending" ends with a receipt or with "failed". */
export type HandInStep = 'none' | 'review' | 'confirm' | 'sending' | 'failed'

/** Without a receipt for this long the candidate is told whom to call; a receipt that comes later still counts. */
const patience = 20_000

/** What the hand-in works with. */
export interface HandInParts {
  send: (frame: Frame) => boolean
  number: () => number
  /** How many answers the server does not have yet. */
  unsent: () => number
  flush: () => void
  /** What the browser proves about itself, when it is one that can. */
  proof?: () => Promise<LockdownProof | undefined> | undefined
}

/** The hand-in of one attempt. */
export interface HandIn {
  step: Ref<HandInStep>
  /** Why it failed, in words. */
  error: Ref<string>
  /** The second confirmation was given. */
  start: () => void
  /** Something moved (an ack, a new connection): sends the hand-in once nothing else is left to send. */
  advance: () => void
  /** The connection is gone; the hand-in is sent again on the next one. */
  lost: () => void
  /** Takes in a refusal; false when it was not about the hand-in. */
  refused: (n: number, message: string) => boolean
  /** Ends the wait. */
  stop: () => void
}

export function createHandIn(parts: HandInParts): HandIn {
  const step = ref<HandInStep>('none')
  const error = ref('')
  let key = '' // one per attempt and page: a replay gets the first receipt
  let frame = 0 // number of the hand-in under way
  let timer: ReturnType<typeof setTimeout> | undefined
  let seb: LockdownProof | undefined
  let proving = false

  function fail(message: string): void {
    clearTimeout(timer)
    if (step.value !== 'sending') return
    step.value = 'failed'
    error.value = message
  }

  function advance(): void {
    if (step.value !== 'sending' || frame > 0 || proving || parts.unsent() > 0) return
    const n = parts.number()
    if (parts.send({ t: 'hand_in', n, key, ...(seb && { seb }) } as Frame)) frame = n
  }

  function start(): void {
    key ||= newID()
    frame = 0
    error.value = ''
    step.value = 'sending'
    clearTimeout(timer)
    timer = setTimeout(() => fail(t('exam.hand_in.no_receipt')), patience)
    parts.flush()
    void prove()
  }

  /** Asks the browser for its proof first, where there is one to ask. */
  async function prove(): Promise<void> {
    const asked = parts.proof?.()
    if (asked) {
      proving = true
      try {
        seb = await asked
      } catch (error) {
        return fail(problemText(error))
      } finally {
        proving = false
      }
    }
    advance()
  }

  return {
    step,
    error,
    start,
    advance,
    lost: () => {
      frame = 0
    },
    refused: (n, message) => {
      if (n !== frame || n === 0) return false
      frame = 0
      fail(message)
      return true
    },
    stop: () => {
      clearTimeout(timer)
      step.value = 'none'
    },
  }
}
