// What can be done at the desk to one sheet, and what is sent for it.
import { path } from '../../server'
import type { Aspect, Conduct, DeskSheet, Observation } from './shapes'

/** An act before it is filled in. */
export type SheetAct =
  | { kind: 'decide' | 'decision_withdraw'; aspect: Aspect }
  | { kind: 'conduct_withdraw'; conduct: Conduct }
  | {
      kind:
        | 'gap'
        | 'violation'
        | 'zeroing'
        | 'absence'
        | 'absence_withdraw'
        | 'close'
        | 'reopen'
        | 'time'
        | 'unlock'
    }

/** What people fill in. */
export interface ActDraft {
  why: string
  /** Of a decision. */
  value: Observation | null
  /** The violation or the rule that is chosen. */
  choice: string
  /** The time used, milliseconds. */
  ms: number | null
}

/** Where the sheet is, in the words of the API. */
export interface ActPlace {
  division: string
  module: string
  layer: string
  sheet: DeskSheet
}

/** Whether all is there that the act needs. */
export function isReady(act: SheetAct, draft: ActDraft): boolean {
  if (act.kind === 'decide' && !draft.value) return false
  if ((act.kind === 'violation' || act.kind === 'zeroing') && !draft.choice) return false
  if (act.kind === 'time' && draft.ms === null) return false
  return draft.why.trim() !== ''
}

/** The call of an act. */
export function callOf(
  act: SheetAct,
  draft: ActDraft,
  at: ActPlace,
  key: string,
): { url: string; body: object } {
  const base = path`/divisions/${at.division}`
  const { sheet, code } = at.sheet
  const why = draft.why.trim()
  const where = { layer: at.layer, code, module: at.module }
  switch (act.kind) {
    case 'decide':
      return {
        url: `${base}/aspect-decisions`,
        body: { key, sheet, aspect: act.aspect.id, observation: draft.value, why },
      }
    case 'decision_withdraw':
      return { url: `${base}/aspect-decisions/withdraw`, body: { key, sheet, aspect: act.aspect.id, why } }
    case 'conduct_withdraw':
      return { url: base + path`/conduct/${act.conduct.seq}/withdraw`, body: { key, why } }
    case 'gap':
      return { url: `${base}/gaps/accept`, body: { key, sheet, why } }
    case 'violation':
      return { url: `${base}/violations`, body: { key, ...where, violation: draft.choice, note: why } }
    case 'zeroing':
      return { url: `${base}/zeroings`, body: { key, ...where, rule: draft.choice, why } }
    case 'absence':
    case 'absence_withdraw':
      return {
        url: `${base}/desk/absences`,
        body: {
          key,
          layer: at.layer,
          code,
          modules: [at.module],
          note: why,
          withdraw: act.kind === 'absence_withdraw',
        },
      }
    case 'close':
      return { url: `${base}/panel-closings`, body: { key, module: at.module, sheet, why } }
    case 'reopen':
      return { url: `${base}/panel-reopenings`, body: { key, module: at.module, sheet, why } }
    case 'time':
      return { url: `${base}/times`, body: { key, ...where, ms: draft.ms, note: why } }
    case 'unlock':
      return { url: `${base}/unlocks`, body: { key, module: at.module, sheet, why } }
  }
}

/** The acts that make sense for a sheet as it is; the server has the last word. */
export function actsFor(sheet: DeskSheet, layer: string, moduleLocked: boolean): SheetAct[] {
  const acts: SheetAct[] = []
  if (moduleLocked) return [{ kind: 'unlock' }]
  if (sheet.gap !== null && !sheet.gap_accepted) acts.push({ kind: 'gap' })
  if (sheet.state === 'agreed' || sheet.state === 'signed') acts.push({ kind: 'unlock' })
  if (sheet.state !== 'absent') {
    if (sheet.closed) acts.push({ kind: 'reopen' })
    else if (sheet.state !== 'agreed' && sheet.state !== 'signed') acts.push({ kind: 'close' })
    if (sheet.violations.length) acts.push({ kind: 'violation' })
    if (sheet.zero_rules.length) acts.push({ kind: 'zeroing' })
    if (layer === 'station') acts.push({ kind: 'time' })
    acts.push({ kind: 'absence' })
  } else acts.push({ kind: 'absence_withdraw' })
  return acts
}
