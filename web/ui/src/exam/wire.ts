// What the candidate's page and the server say to one another (docs: the wire contract of /api/exam).
// Times are RFC 3339 in UTC, marks hundredths, durations milliseconds.
// Bodies of calls are the server's own types, generated; frames of the WebSocket are written down here.
import type { components } from '../shared/api.gen'
import type { Params, Text } from '../shared/i18n'

type Schemas = components['schemas']

export type AttemptState =
  | 'notstarted'
  | 'admitted'
  | 'in_progress'
  | 'paused'
  | 'overdue'
  | 'submitted'
  | 'finished'
  | 'abandoned'
  | 'void'
export type SittingState = 'planned' | 'open' | 'running' | 'closed'
export type ChoiceKind = 'single_choice' | 'multiple_choice' | 'true_false'
export type TextKind = 'short_answer' | 'calculation' | 'essay'
export type QuestionKind = ChoiceKind | TextKind | 'fill_in' | 'ordering' | 'matching' | 'case'

/** A seat in a room of a centre, by codes. */
export type Place = Schemas['ExamPlace']

/** One candidate's run, as far as the page needs it. */
export type Attempt = Schemas['ExamAttemptView'] & { state: AttemptState }

/** What was arranged for this candidate. */
export type Needs = Schemas['ExamNeeds']

/** Who sits here and for what; the answer to sign-in, admit and me. */
export type CandidateMe = Schemas['ExamMe'] & {
  attempt: Attempt
  candidate: { photo_url?: string; needs?: Needs }
  sitting: { state: SittingState }
}

/** An answer to choose, to put in order, or one side of a pair. */
export type Option = Schemas['ExamSeatOption']

/**
 * A question as its candidate may see it. With markup "html" all its texts are the server's safe subset of HTML.
 * A case is shared material (`stem`) with parts; only the parts are answered and counted.
 */
export type Question = Omit<Schemas['ExamSeatQuestion'], 'kind' | 'parts'> & {
  kind: QuestionKind
  parts: Question[]
}
export type Section = Omit<Schemas['ExamSeatSection'], 'questions'> & {
  kind: QuestionKind
  questions: Question[]
}
export type SeatPaper = Omit<Schemas['ExamSeatPaper'], 'sections'> & { sections: Section[] }

/**
 * One answer as it leaves this machine: `seq` rises with each change of the question. `value` by kind: the chosen
 * option ids; ordering: all option ids in order; matching: an option id or "" for each prompt; fill-in: a text for
 * each blank; text kinds: one text. An empty list is no answer.
 */
export interface Given {
  question: string
  seq: number
  value: string[]
  flagged: boolean
  mono_ms: number
  wall: string
  /** The seq of the earlier answer that this one brings back. */
  restored_from?: number
  /** The seat where it was given: what was given at an earlier seat of the candidate is older, whatever its seq. */
  fence?: number
}

/** One answer as the server holds it. */
export interface Held {
  question: string
  seq: number
  value: string[]
  flagged: boolean
  fence?: number
  sha256?: string // of the value as the server keeps it
}

/** An earlier state of an answer. */
export interface Version {
  seq: number
  value: string[]
  flagged: boolean
  at: string
  chars: number
  /** Whether this is the one in force. */
  counts: boolean
}

/** The server's signed word that it holds one answer. */
export interface Ack {
  question: string
  seq: number
  at?: string
  sha256?: string // of the value as the server keeps it
  sig?: string // base64 Ed25519
}

/** The end of the attempt's records at the time of an acknowledgement. */
export interface LedgerHead {
  seq: number
  hash: string
}

/** An announcement; an important one has to be confirmed. */
export interface Notice {
  seq: number
  level: 'info' | 'important'
  text: Text
  at: string
}

/** An open pause. */
export interface Pause {
  since: string
  reason: Text
}

/** Something that happened to the page itself; `kind` in words of a-z and _, `ms` is how long it took. */
export interface Activity {
  kind: string
  mono_ms: number
  wall: string
  ms: number
}

interface Timed {
  server_time: string
  remaining_ms?: number
}

/** The receipt of a hand-in. */
export interface Receipt {
  code: string
  handed_in_at: string
  by: 'candidate' | 'clock' | 'invigilator'
  answered: number
  total: number
}

/** The first frame of a connection. */
export interface Welcome extends Timed {
  t: 'welcome'
  attempt: Attempt
  sitting_state: SittingState
  starts_at: string
  answers: Held[]
  start_jitter_ms?: number
  signer?: string
  rescue_key?: string // base64 X25519 public key
  fence: number
  notices?: Notice[]
  paused?: Pause | null
}

export type ServerFrame =
  | Welcome
  | ({ t: 'ack'; n: number; answers: Ack[]; node?: string; head?: LedgerHead } & Timed)
  | {
      t: 'refused'
      n: number
      code: string
      detail?: string
      params?: Params
      answers?: { question: string; seq: number; code: string }[]
    }
  | ({
      t: 'beat'
      n: number
      attempt_state: AttemptState
      sitting_state: SittingState
      starts_at: string
    } & Timed)
  | ({ t: 'time'; seq?: number; attempt: Attempt; reason: Text } & Timed)
  | ({ t: 'start'; attempt?: Attempt; start_jitter_ms?: number } & Timed)
  | ({ t: 'pause'; paused: Pause | null; attempt: Attempt } & Timed)
  | { t: 'announce'; notice: Notice }
  | { t: 'noted'; n: number; seq?: number }
  | { t: 'activity'; n: number }
  | { t: 'journal'; n: number }
  | { t: 'history'; n: number; question: string; versions: Version[] }
  | ({ t: 'receipt'; n?: number } & Receipt)
  | { t: 'replaced'; place?: Place }
