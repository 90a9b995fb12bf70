// What a sheet is for its judge, from what the server says and what is on this tablet.
import type { Draft, Seen } from './tablet'
import type { SheetBrief, SheetState } from './wire'

/** What a sheet is for this judge, most urgent first. */
export type Standing = SheetState | 'refused' | 'sending' | 'draft' | 'reopened'

/** The standing of a sheet from what the server says and what is on this tablet. */
export function standingOf(sheet: SheetBrief, draft: Draft | undefined, out: boolean): Standing {
  if (out) return 'sending'
  if (isSettled(sheet)) return sheet.state
  if (draft?.refusal || isOutdated(draft, sheet, out)) return 'refused'
  if (sheet.state === 'conference') return 'conference'
  if (draft) return 'draft'
  return isReopened(sheet) ? 'reopened' : sheet.state
}

/** Whether what the judge handed in counts no more: the sheet was unlocked, and the panel marks it afresh. */
export function isReopened(sheet: Pick<SheetBrief, 'state' | 'version'>): boolean {
  return sheet.state === 'not_started' && sheet.version > 0
}

/** Whether nothing of the sheet can be changed from a tablet any more. */
export function isSettled(sheet: Pick<SheetBrief, 'state'>): boolean {
  return ['agreed', 'signed', 'locked', 'absent', 'closed'].includes(sheet.state)
}

/** Whether the judge has something to do on the sheet. */
export function isOpen(standing: Standing): boolean {
  return ['refused', 'reopened', 'conference', 'draft', 'not_started'].includes(standing)
}

/** Whether another tablet has handed the sheet in, or its panel gone on to another round, since the draft was begun. */
export function isOutdated(draft: Draft | undefined, sheet: SheetBrief, out: boolean): boolean {
  if (!draft || out || isSettled(sheet)) return false
  return draft.expect !== sheet.version || draft.round !== sheet.round
}

/** Whether the own marks of a handed-in sheet are on this tablet. */
export function marksAreHere(sheet: SheetBrief, seen: Seen | undefined): boolean {
  return sheet.version === 0 || seen?.mine?.version === sheet.version
}
