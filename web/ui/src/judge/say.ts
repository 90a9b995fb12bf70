// Entries and sheets in words.
import { marks } from '../shared/format'
import { t, text } from '../shared/i18n'
import { isBlank, stepsOf } from '../shared/marking/entries'
import { decimal, markOf, stopwatch } from '../shared/marking/marking'
import type { Aspect, Hits, Observation, Sanction, Violation } from './wire'

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

/** What a step of a violation's ladder does: "警告", "扣 5 分". */
export function sanctionText({ kind, marks: amount }: Sanction): string {
  return t(`judge.sanction.${kind}`, { amount: marks(amount) })
}

/** Which step of the ladder the record number `time` (from 1) leads to; the last step repeats. */
export function stepOf(violation: Violation, time: number): number {
  return Math.min(time, violation.ladder.length) - 1
}
