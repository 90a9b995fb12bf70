// What the candidate's page and the server say to one another (docs: the wire contract of /api/exam).
// Times are RFC 3339 in UTC, marks hundredths, durations milliseconds.
import type { Text } from '../shared/i18n'
import type { Params } from '../shared/i18n'

export type AttemptState = 'notstarted' | 'admitted' | 'in_progress' | 'submitted' | 'finished' | 'void'
export type SittingState = 'planned' | 'open' | 'running' | 'closed'
export type QuestionKind = 'single_choice' | 'multiple_choice' | 'true_false'

/** A seat in a room of a centre. */
export interface Place {
  centre: string
  room: string
  seat: string
}

/** One candidate's run, as far as the page needs it. */
export interface Attempt {
  id: string
  state: AttemptState
  started_at?: string
  ends_at?: string
  base_ms: number
  granted_ms: number
  earliest_hand_in_at?: string
  receipt?: string
  handed_in_at?: string
}

export interface Candidate {
  name: string
  id_masked: string
  unit: string
  photo_url?: string
}

export interface Sitting {
  id: string
  name: Text
  occupation: { code: string; name: string }
  level: number
  level_name: Text
  state: SittingState
  opens_at: string
  starts_at: string
  closes_at: string
  limit_ms: number
  rules: { entry_opens_ms: number; last_entry_ms: number; earliest_hand_in_ms: number }
}

/** Who sits here and for what; the answer to sign-in, admit and me. */
export interface CandidateMe {
  candidate: Candidate
  sitting: Sitting
  place: Place
  ticket: string
  attempt: Attempt
  server_time: string
}

export interface Option {
  id: string
  text: string
}

export interface Question {
  id: string
  no: number
  kind: QuestionKind
  stem: string
  options: Option[]
}

export interface Section {
  id: string
  title: Text
  kind: QuestionKind
  score_each: number
  note: Text
  questions: Question[]
}

export interface SeatPaper {
  id: string
  form: string
  title: Text
  total: number
  sections: Section[]
}

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
  auto: boolean
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
