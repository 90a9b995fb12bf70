// What the candidate's page and the server say to one another (docs: the wire contract of /api/exam).
// Times are RFC 3339 in UTC, marks hundredths, durations milliseconds.
// Bodies of calls are the server's own types, generated; frames of the WebSocket are written down here.
import type { components } from '../shared/api.gen'
import type { Params, Text } from '../shared/i18n'

type Schemas = components['schemas']

export type AttemptState = 'notstarted' | 'admitted' | 'in_progress' | 'submitted' | 'finished' | 'void'
export type SittingState = 'planned' | 'open' | 'running' | 'closed'
export type QuestionKind = 'single_choice' | 'multiple_choice' | 'true_false'

/** A seat in a room of a centre, by codes. */
export type Place = Schemas['ExamPlace']

/** One candidate's run, as far as the page needs it. */
export type Attempt = Schemas['ExamAttemptView'] & { state: AttemptState }

/** Who sits here and for what; the answer to sign-in, admit and me. */
export type CandidateMe = Schemas['ExamMe'] & {
  attempt: Attempt
  candidate: { photo_url?: string }
  sitting: { state: SittingState }
}

export type Question = Schemas['ExamSeatQuestion'] & { kind: QuestionKind }
export type Section = Omit<Schemas['ExamSeatSection'], 'questions'> & {
  kind: QuestionKind
  questions: Question[]
}
export type SeatPaper = Omit<Schemas['ExamSeatPaper'], 'sections'> & { sections: Section[] }

/** One answer as it leaves this machine: `seq` rises with each change of the question. */
export interface Given {
  question: string
  seq: number
  value: string[]
  flagged: boolean
  mono_ms: number
  wall: string
}

/** One answer as the server holds it. */
export interface Held {
  question: string
  seq: number
  value: string[]
  flagged: boolean
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

export type ServerFrame =
  | ({
      t: 'welcome'
      attempt: Attempt
      sitting_state: SittingState
      starts_at: string
      answers: Held[]
    } & Timed)
  | ({ t: 'ack'; n: number; answers: { question: string; seq: number }[] } & Timed)
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
  | ({ t: 'time'; attempt: Attempt; reason: Text } & Timed)
  | ({ t: 'start'; attempt?: Attempt } & Timed)
  | ({ t: 'receipt'; n?: number } & Receipt)
  | { t: 'replaced'; place?: Place }
