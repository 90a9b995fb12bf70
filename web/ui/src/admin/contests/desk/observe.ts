// What judges enter, as words and as fields.
import { marks } from '../../../shared/format'
import { t, text } from '../../../shared/i18n'
import type { Aspect, Observation } from './shapes'

type StepLike = NonNullable<Aspect['steps']>[number]
type HitLike = NonNullable<Aspect['hit_list']>['items'][number]

/** The aspects of a module in sheet order. */
export function aspectsOf(module: { sub_criteria: { aspects: Aspect[] }[] }): Aspect[] {
  return module.sub_criteria.flatMap((s) => s.aspects)
}

/** An integer with implied decimals as people write it: 880 with 2 → "8.80". */
export function decimal(value: number, decimals: number): string {
  const digits = String(Math.abs(value)).padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  return `${value < 0 ? '−' : ''}${whole}${decimals ? `.${digits.slice(digits.length - decimals)}` : ''}`
}

/** The integer of what was written; null when it is no number of so many decimals. */
export function parseDecimal(written: string, decimals: number): number | null {
  const m = /^([-−]?)(\d{1,9})(?:[.](\d+))?$/.exec(written.trim())
  if (!m || (m[3] ?? '').length > decimals) return null
  const n = Number(m[2]! + (m[3] ?? '').padEnd(decimals, '0'))
  return m[1] ? 0 - n : n
}

/** A time used: "12:05.3". */
export function stopwatch(ms: number): string {
  const tenths = Math.round(ms / 100)
  const rest = tenths % 600
  return `${Math.floor(tenths / 600)}:${String(Math.floor(rest / 10)).padStart(2, '0')}${rest % 10 ? `.${rest % 10}` : ''}`
}

/** The milliseconds of "12:05" or "12:05.3"; null when it is none. */
export function parseStopwatch(written: string): number | null {
  const m = /^(\d{1,4}):([0-5]\d)(?:[.](\d{1,3}))?$/.exec(written.trim())
  return m ? Number(m[1]) * 60_000 + Number(m[2]) * 1_000 + Number((m[3] ?? '').padEnd(3, '0')) : null
}

/** The steps that an item of a hit list may take. */
export function stepsOf(aspect: Aspect, hit: HitLike): StepLike[] {
  return hit.steps?.length ? hit.steps : (aspect.hit_list?.steps ?? [])
}

/** One entry in words: "2 级", "8.8 A", "扣 3 处"; "—" for a blank, which is not 0. */
export function observed(aspect: Aspect | undefined, o: Observation | undefined): string {
  if (!o) return '—'
  if (o.met !== undefined) return t(o.met ? 'desk.o.met' : 'desk.o.not_met')
  if (o.step !== undefined) return text(aspect?.steps?.find((s) => s.id === o.step)?.label) || o.step
  if (o.measured !== undefined)
    return `${decimal(o.measured, aspect?.tolerance?.decimals ?? 0)} ${aspect?.tolerance?.unit ?? ''}`.trim()
  if (o.errors !== undefined) return t('desk.o.errors', { n: o.errors })
  if (o.points !== undefined) return t('desk.o.points', { n: marks(o.points) })
  if (o.level !== undefined) return t('desk.o.level', { n: o.level })
  if (o.time_ms !== undefined) return stopwatch(o.time_ms)
  if (o.hits !== undefined) {
    const items = (aspect?.hit_list?.items ?? []).map((h) => {
      const step = stepsOf(aspect!, h).find((s) => s.id === o.hits?.steps[h.id])
      return `${h.id} ${step ? text(step.label) : '—'}`
    })
    if (o.hits.false_alarms !== undefined) items.push(t('desk.o.alarms', { n: o.hits.false_alarms }))
    return items.join(' · ')
  }
  if (o.deductions !== undefined) {
    const taken = Object.entries(o.deductions).filter(([, n]) => n > 0)
    if (!taken.length) return t('desk.o.no_deduction')
    const label = (id: string): string => text(aspect?.deductions?.find((d) => d.id === id)?.label) || id
    return taken.map(([id, n]) => `${label(id)} ×${n}`).join(' · ')
  }
  return '—'
}
