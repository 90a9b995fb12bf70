// Entries and sheets in words.
import { marks } from '../shared/format'
import { t, text } from '../shared/i18n'
import { decimal, isBlank, markOf, stepsOf, stopwatch } from './marking'
import type { Draft, Seen } from './tablet'
import type { Aspect, Hits, Observation, SheetBrief, SheetState } from './wire'

/** An entry in one line: "2 级", "8.8 A", "3 处". */
export function observationText(aspect: Aspect, o: Observation | undefined): string {
  if (!o || isBlank(o)) return t('judge.aspect.blank')
  const worth = marks(markOf(aspect, o))
  if (o.met !== undefined) return t(o.met ? 'judge.binary.yes' : 'judge.binary.no')
  if (o.step !== undefined) return text(aspect.steps?.find((s) => s.id === o.step)?.label) || o.step
  if (o.measured !== undefined)
    return `${decimal(o.measured, aspect.tolerance?.decimals ?? 0)} ${aspect.tolerance?.unit ?? ''}`.trim()
  if (o.errors !== undefined) return t('judge.say.errors', { n: o.errors, worth })
  if (o.level !== undefined) return t('judge.say.level', { level: o.level, worth })
  if (o.hits !== undefined) return hitsText(aspect, o.hits, worth)
  if (o.time_ms !== undefined) return t('judge.say.time', { time: stopwatch(o.time_ms), worth })
  return t('judge.say.marks', { worth })
}

/** Every step of a hit list, so that two entries of the same worth can be told apart. */
function hitsText(aspect: Aspect, hits: Hits, worth: string): string {
  const list = aspect.hit_list ?? { items: [] }
  const items = list.items.map((h) => {
    const step = stepsOf(list, h).find((s) => s.id === hits.steps[h.id])
    return `${h.id} ${step ? marks(step.marks) : '—'}`
  })
  if (hits.false_alarms !== undefined) items.push(t('judge.say.alarms', { n: hits.false_alarms }))
  return t('judge.say.hits', { items: items.join(' · '), worth })
}

/** What a sheet is for this judge, most urgent first. */
export type Standing = SheetState | 'refused' | 'sending' | 'draft'

/** The standing of a sheet from what the server says and what is on this tablet. */
export function standingOf(sheet: SheetBrief, draft: Draft | undefined, out: boolean): Standing {
  if (out) return 'sending'
  if (isSettled(sheet)) return sheet.state
  if (draft?.refusal || isOutdated(draft, sheet, out)) return 'refused'
  if (sheet.state === 'conference') return 'conference'
  return draft ? 'draft' : sheet.state
}

/** Whether nothing of the sheet can be changed from a tablet any more. */
export function isSettled(sheet: Pick<SheetBrief, 'state'>): boolean {
  return ['agreed', 'signed', 'locked', 'absent', 'closed'].includes(sheet.state)
}

/** Whether the judge has something to do on the sheet. */
export function isOpen(standing: Standing): boolean {
  return ['refused', 'conference', 'draft', 'not_started'].includes(standing)
}

/** Whether another tablet has handed the sheet in, or its panel gone on to another round, since the draft was begun. */
export function isOutdated(draft: Draft | undefined, sheet: SheetBrief, out: boolean): boolean {
  if (!draft || out || isSettled(sheet)) return false
  return draft.expect !== sheet.version || (draft.round ?? sheet.round) !== sheet.round
}

/** Whether the own marks of a handed-in sheet are on this tablet. */
export function marksAreHere(sheet: SheetBrief, seen: Seen | undefined): boolean {
  return sheet.version === 0 || seen?.mine?.version === sheet.version
}
