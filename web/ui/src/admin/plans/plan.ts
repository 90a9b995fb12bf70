// From forms to plans and entries, and what may be done with them when.
import { fieldTime, instantOf } from '../../shared/format'
import { t } from '../../shared/i18n'
import type { Application, Condition, Plan, PlanInfo, Report } from '../types'

/** The kinds of plan in the order of the form. */
export const planKinds = ['recognition', 'qualification', 'special_ability', 'contest_exam']

/** The kinds of identity document. */
export const idTypes = [
  'resident_card',
  'passport',
  'hk_macao_permit',
  'taiwan_permit',
  'foreign_residence',
  'other',
]

/** The kinds of diploma, the lowest first. */
export const diplomas = [
  'none',
  'secondary',
  'senior_technical',
  'technician_college',
  'junior_college',
  'bachelor',
  'postgraduate',
]

/** The grades of professional title. */
export const titles = ['none', 'assistant', 'intermediate', 'senior']

/** Where a plan may go from where it is. */
export function nextStatuses(status: string): ('open' | 'closed' | 'arranged' | 'archived')[] {
  if (status === 'draft') return ['open']
  if (status === 'open') return ['closed']
  if (status === 'closed') return ['arranged', 'open']
  return status === 'arranged' ? ['archived'] : []
}

const day = 24 * 3_600_000

/** A new plan with what most plans have: theory and skill, the photo of the ministry's notice. */
export function newPlan(id: string, now: number): Plan {
  const at = (days: number): string => new Date(now + days * day).toISOString()
  const blank = { zh: '', en: '' }
  return {
    id,
    version: 0,
    name: { ...blank },
    organiser: '',
    organiser_code: '',
    organiser_kind: '',
    place: '',
    contact: '',
    year: new Date(now).getUTCFullYear(),
    batch: 1,
    kind: 'recognition',
    occupation: { edition: '2022', code: '', name: '', trade: '' },
    levels: [3],
    subjects: [
      { id: 'theory', name: { zh: '理论知识考试', en: 'Theory' }, levels: [] },
      { id: 'skill', name: { zh: '技能考核', en: 'Practical skill' }, levels: [] },
    ],
    registration: { from: at(0), until: at(14) },
    exam: { from: at(30), until: at(32) },
    centres: [],
    eligibility: { id: '', version: '', name: { ...blank }, source: '', levels: [] },
    materials: [
      {
        id: 'work',
        name: { zh: '工作年限证明', en: 'Proof of years of work' },
        required: false,
        note: { ...blank },
      },
    ],
    photo: { required: true, width: 240, height: 320, max_bytes: 20_480, format: 'jpeg' },
    ticket: {
      template: '{sitting}{centre:2}{room:2}{seat:2}',
      heading: '',
      issuer: '',
      notes: [],
      per_page: 2,
    },
  }
}

/** The plan inside what the server says about it, as it is sent back. */
export function planOf(info: PlanInfo): Plan {
  const copy = JSON.parse(JSON.stringify(info)) as Partial<PlanInfo>
  delete copy.status
  delete copy.counts
  delete copy.placings
  return copy as Plan
}

/** An instant as a field's time; empty when there is none. */
export const toField = (instant: string): string => (Date.parse(instant) > 0 ? fieldTime(instant) : '')

/** A field's time as an instant; the zero time when it is empty, which the server refuses by name. */
export const fromField = (field: string | null): string => instantOf(field ?? '') || '0001-01-01T00:00:00Z'

/** What a sitting can arrange for a person, by the names of exam.Needs. */
export const needs = ['accessible_seat', 'large_type', 'high_contrast', 'read_aloud', 'rest_breaks']

/** The needs of an entry in words, as registrations hold them; the server reads what it can arrange from these. */
export function needsText(f: { arranged: string[]; needs: string }): string {
  const words = needs.filter((n) => f.arranged.includes(n)).map((n) => t(`plans.need.${n}`))
  return [...words, f.needs.trim()].filter(Boolean).join('、')
}

/** The fields of one person's entry. Empty means not stated, which is not the same as "none". */
export interface EntryFields {
  name: string
  idType: string
  idNumber: string
  phone: string
  unit: string
  level: number
  subjects: string[]
  centre: string
  born: string
  years: number | undefined
  heldLevel: string
  heldSince: string
  heldNumber: string
  diploma: string
  title: string
  inSchool: string
  /** What a sitting arranges by itself, and what people have to. */
  arranged: string[]
  needs: string
  factor: number
  materials: string[]
}

/** An empty entry. */
export function newEntry(level: number): EntryFields {
  return {
    name: '',
    idType: 'resident_card',
    idNumber: '',
    phone: '',
    unit: '',
    level,
    subjects: [],
    centre: '',
    born: '',
    years: undefined,
    heldLevel: '',
    heldSince: '',
    heldNumber: '',
    diploma: '',
    title: '',
    inSchool: '',
    arranged: [],
    needs: '',
    factor: 1,
    materials: [],
  }
}

/** The entry of the form as the server takes it: months for years, thousandths for the factor. */
export function applicationOf(f: EntryFields): Application {
  return {
    name: f.name.trim(),
    id_type: f.idType,
    id_number: f.idNumber.trim(),
    phone: f.phone.trim(),
    unit: f.unit.trim(),
    level: f.level,
    subjects: f.subjects,
    centre: f.centre,
    factor: Math.round((f.factor || 1) * 1000),
    needs: needsText(f),
    materials: f.materials,
    facts: {
      ...(f.born ? { born: f.born } : {}),
      ...(f.years === undefined || f.years === null ? {} : { months_total: Math.round(f.years * 12) }),
      ...(f.heldLevel === '' ? {} : { held_level: Number(f.heldLevel) }),
      ...(f.heldSince ? { held_since: f.heldSince } : {}),
      ...(f.heldNumber.trim() ? { held_number: f.heldNumber.trim() } : {}),
      ...(f.diploma ? { diploma: f.diploma } : {}),
      ...(f.title ? { title: f.title } : {}),
      ...(f.inSchool ? { in_school: f.inSchool === 'yes' } : {}),
    },
  }
}

/** Without the place of the one entry in the list that is sent: "list[0].id_number" is "id_number". */
export function entryPath(path: string): string {
  return path.replace(/^(list\[0\]|entry)\./, '')
}

/** Whether a workbook fails only because everybody in it is registered already: it was accepted before. */
export function alreadyTaken(report: Report): boolean {
  return (
    report.total > 0 &&
    report.bad === report.total &&
    report.problems.every((p) => p.severity !== 'error') &&
    report.rows.every((row) =>
      row.problems.every((p) => p.severity === 'warning' || p.code === 'already_in_plan'),
    )
  )
}

/** A condition of eligibility in words. */
export function conditionText(c: Condition): string {
  const level = c.level ? t(`common.level.${c.level}`) : ''
  const list = (c.any_of ?? []).map((v) => t(`plans.${c.kind === 'title' ? 'title_grade' : 'diploma'}.${v}`))
  return t(`plans.cond.${c.kind}`, { min: c.min ?? 0, level, list: list.join(t('plans.or')) })
}

/** What a photo has to be, in words; empty when the plan has no rule. */
export function photoRule(plan: PlanInfo): string {
  const { width, height, format, max_bytes } = plan.photo
  return width ? t('plans.photo_rule', { width, height, format, kb: Math.round(max_bytes / 1024) }) : ''
}
