// What the server says on /api/board. Marks are integers in hundredths; times RFC 3339 UTC.
import type { Text } from '../shared/i18n'

export type PartState = 'blank' | 'partial' | 'review' | 'marked' | 'absent' | 'sealed'

/** One module of a row. Blank, a mark of zero and absent are three different things. */
export interface Part {
  module: string
  state: PartState
  marks: number | null
  /** Judges who have handed in, of the judges of the panel; 0 of 0 for imported modules. */
  in: number
  of: number
}

export interface RowBody {
  rank: number | null
  shared: boolean
  code: string
  /** From the publication of the results on. */
  name?: string
  unit?: string
  city?: string
  total: number | null
  parts: Part[]
  status: 'waiting' | 'running' | 'review' | 'complete' | 'absent'
  changed_at: string
}

/** Rows sort by k, then id, comparing bytes. */
export interface Row {
  id: string
  k: string
  b: RowBody
}

export interface BoardModule {
  id: string
  name: Text
  max: number
  part: Text
  weight_bp: number
}

export interface Meta {
  contest: Text
  event: Text
  division: Text
  organiser: string
  rehearsal: boolean
  status: 'running' | 'review' | 'final'
  final: boolean
  /** Whether marks show before the end. */
  live: boolean
  full_marks: number
  modules: BoardModule[]
  competitors: number
  counted: number
}

/** A frame's place in the channel: epoch and offset. */
interface Position {
  e: string
  o: number
}

export interface SnapshotFrame extends Position {
  t: 'snapshot'
  v: number
  at: string
  meta?: Meta | null
  rows: Row[]
}

/** Changed rows as a whole; without meta it stays as it was. */
export interface DeltaFrame extends Position {
  t: 'delta'
  v: number
  at: string
  meta?: Meta | null
  rows: Row[]
  del?: string[]
}

export interface BeatFrame extends Position {
  t: 'beat'
  at: string
}

/** A change too large for one frame: ask for a snapshot. */
export interface ReloadFrame extends Position {
  t: 'reload'
  at: string
}

export interface PongFrame {
  t: 'pong'
  at: string
}

export type BoardFrame = SnapshotFrame | DeltaFrame | BeatFrame | ReloadFrame
export type ServerFrame = BoardFrame | PongFrame

export interface BoardBrief {
  id: string
  contest: Text
  event: Text
  division: Text
  status: Meta['status']
  rehearsal: boolean
  opened_at: string
  competitors: number
}

export interface Why {
  a: string
  b: string
  explanation: { ahead: string; step: number; name: Text; a: Text; b: Text; text: Text }
}
