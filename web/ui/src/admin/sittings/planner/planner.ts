// Everything the planner's form holds, and the sitting that it makes; a ticket for preview; names for refused places.
import { Problem } from '../../../shared/api'
import { fieldTime, instantOf } from '../../../shared/format'
import { hasMessage, t } from '../../../shared/i18n'
import { newID } from '../../../shared/ids'
import { fieldText } from '../../parts/refusal'
import type { OutlineBrief, Sitting, SittingDraft } from '../../types'
import { centresOf, newRoom, plansOf, type CentrePlan } from './centres'
import { defaultRules, rulesOf, rulesPlanOf, type RulesPlan } from './rules'

/** Everything the planner's form holds. Times are fields' times in the official zone. */
export interface Plan {
  id: string
  code: string
  nameZh: string
  nameEn: string
  outline: string
  papers: string[]
  centres: CentrePlan[]
  startsAt: string
  closesAt: string
  rules: RulesPlan
  ticket: string
  seed: number
}

/** A plan for tomorrow. `origin` is the address that machines reach this server by, as far as is known. */
export function newPlan(now: number, seed: number, origin: string): Plan {
  const tomorrow = fieldTime(now + 24 * 3_600_000).slice(0, 10)
  return {
    id: `s-${newID().slice(0, 16)}`,
    code: tomorrow.slice(5).replace('-', ''),
    nameZh: '',
    nameEn: '',
    outline: '',
    papers: [],
    centres: [{ code: '01', name: '', rooms: [newRoom('01')] }],
    startsAt: `${tomorrow} 09:00`,
    closesAt: `${tomorrow} 11:30`,
    rules: defaultRules(origin),
    ticket: '{sitting}{centre:2}{room:2}{seat:2}',
    seed,
  }
}

/** The code, or it with a digit after it: two sittings of one code give out the same ticket numbers. */
export function freeCode(code: string, used: string[]): string {
  for (let n = 1; ; n++) {
    const next = n === 1 ? code : `${code}${n}`
    if (!used.includes(next)) return next
  }
}

/** Takes the complete rules and centres of an earlier sitting. */
export function copyInto(plan: Plan, from: Pick<Sitting, 'rules' | 'centres'>, origin: string): void {
  plan.rules = rulesPlanOf(from.rules, origin)
  plan.centres = plansOf(from.centres)
}

/** The sitting of a plan. */
export function draftOf(plan: Plan, outline: Pick<OutlineBrief, 'occupation' | 'level'>): SittingDraft {
  return {
    id: plan.id,
    code: plan.code.trim(),
    name: { zh: plan.nameZh.trim(), en: plan.nameEn.trim() },
    occupation: outline.occupation,
    level: outline.level,
    papers: plan.papers,
    centres: centresOf(plan.centres),
    starts_at: instantOf(plan.startsAt ?? ''),
    closes_at: instantOf(plan.closesAt ?? ''),
    rules: rulesOf(plan.rules),
    ticket: plan.ticket.trim(),
    seed: plan.seed,
  }
}

/**
 * The ticket number that a template gives, as the server fills it; null when the template is wrong: an unknown field,
 * a bad width, or neither {seat} nor {serial}.
 */
export function ticketOf(template: string, values: Record<string, string>): string | null {
  if (!/\{(seat|serial)/.test(template)) return null
  let wrong = false
  const filled = template.replace(/\{(\w*)(?::(\d+))?\}/g, (_whole, name: string, width?: string) => {
    const value = values[name]
    const digits = Number(width ?? 0)
    if (value === undefined || (width !== undefined && (digits < 1 || digits > 20))) wrong = true
    return (value ?? '').padStart(digits, '0')
  })
  return wrong || /[{}]/.test(filled) ? null : filled
}

/** What the server refused, by path. A plan's placing wraps the sitting; here its paths are those of the sitting. */
export function refusedFields(error: unknown): Record<string, string> {
  if (!(error instanceof Problem)) return {}
  return Object.fromEntries(error.fields.map((f) => [f.path.replace(/^sitting\./, ''), fieldText(f)]))
}

/** The messages below a path. */
export function below(wrong: Record<string, string>, path: string): string[] {
  return Object.entries(wrong)
    .filter(([at]) => at === path || at.startsWith(`${path}.`) || at.startsWith(`${path}[`))
    .map(([, text]) => text)
}

// Places whose names are those of their fields on the page; the longest that fits is taken.
const names: Record<string, string> = {
  papers: 'admin.planner.papers',
  name: 'admin.planner.name_zh',
  starts_at: 'admin.planner.starts_at',
  closes_at: 'admin.planner.closes_at',
  centres: 'admin.planner.where',
  rules: 'admin.planner.rules',
  'rules.version': 'admin.rules.version',
  'rules.limit_ms': 'admin.rules.limit_short',
  'rules.entry_opens_ms': 'admin.rules.entry_opens_short',
  'rules.last_entry_ms': 'admin.rules.last_entry_short',
  'rules.earliest_hand_in_ms': 'admin.rules.earliest_hand_in_short',
  'rules.grace_ms': 'admin.rules.grace_short',
  'rules.early_start_ms': 'admin.rules.early_start_short',
  code: 'admin.planner.code',
  ticket: 'admin.planner.template',
  seed: 'admin.planner.seed',
}

/** The name on this page of a place in the draft: "考点 1，考场 2，机位" for centres[0].rooms[1].seats[3]. */
export function placeName(path: string): string {
  const plain = path.replace(/^sitting\./, '')
  const centre = /^centres\[(\d+)\](?:\.rooms\[(\d+)\])?/.exec(plain)
  if (centre) {
    const n = Number(centre[1]) + 1
    return centre[2] === undefined
      ? t('admin.planner.centre_n', { n })
      : t('sittings.room_n', { n, room: Number(centre[2]) + 1 })
  }
  const steps = plain.replace(/\[\d+\]/g, '').split('.')
  for (let n = steps.length; n > 0; n--) {
    const part = steps.slice(0, n).join('.')
    const key = names[part] ?? `sittings.${part}`
    if (hasMessage(key)) return t(key)
  }
  return path
}
