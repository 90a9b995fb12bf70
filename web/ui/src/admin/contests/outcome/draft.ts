// A correction on its way: what people fill in and what is sent. Exactly one of its changes says what.
import { parseDecimal, parseStopwatch } from '../desk/observe'
import type { Observation } from '../desk/shapes'
import type { CorrectionDraft } from './shapes'

/** What changes: an aspect of a sheet, imported marks of a module, a zeroing, an absence, or a time used. */
export type What = 'aspect' | 'value' | 'zeroing' | 'absence' | 'time'

/** The form of a correction. */
export interface Form {
  what: What
  sheet: string
  aspect: string
  observation: Observation | null
  code: string
  module: string
  /** Marks as they are written; "" while there are none. */
  marks: string
  absent: boolean
  /** Whether the competitor did not start after all, or did. */
  absence: 'recorded' | 'withdrawn'
  /** A time used as it is written. */
  time: string
  rule: string
  reason: string
  source: CorrectionDraft['source']
  appeal: string
}

/** An empty form. */
export function emptyForm(): Form {
  return {
    what: 'aspect',
    sheet: '',
    aspect: '',
    observation: null,
    code: '',
    module: '',
    marks: '',
    absent: false,
    absence: 'withdrawn',
    time: '',
    rule: '',
    reason: '',
    source: 'error',
    appeal: '',
  }
}

/** The correction as it is sent; null while something of it is missing. */
export function draftOf(form: Form): CorrectionDraft | null {
  const reason = form.reason.trim()
  const appeal = Number(form.appeal)
  if (!reason || (form.source === 'appeal' && !(Number.isInteger(appeal) && appeal > 0))) return null
  const why = { reason, source: form.source, ...(form.source === 'appeal' ? { appeal } : {}) }
  switch (form.what) {
    case 'aspect':
      if (!form.sheet || !form.aspect || !form.observation) return null
      return { sheet: form.sheet, aspect: { aspect: form.aspect, ...form.observation }, ...why }
    case 'value': {
      const marks = form.absent ? 0 : parseDecimal(form.marks, 2)
      if (!form.code.trim() || !form.module || marks === null || marks < 0) return null
      const value = { state: form.absent ? 'did_not_start' : 'value', marks }
      return { code: form.code.trim(), module: form.module, value, ...why }
    }
    case 'absence':
      if (!form.code.trim() || !form.module) return null
      return { code: form.code.trim(), module: form.module, absence: form.absence, ...why }
    case 'time': {
      const ms = parseStopwatch(form.time)
      if (!form.code.trim() || !form.module || ms === null) return null
      return { code: form.code.trim(), module: form.module, time_ms: ms, ...why }
    }
    case 'zeroing':
      if (!form.code.trim() || !form.rule) return null
      return {
        code: form.code.trim(),
        zeroing: { rule: form.rule, ...(form.module ? { module: form.module } : {}) },
        ...(form.module ? { module: form.module } : {}),
        ...why,
      }
  }
}
