// The rules in words: everything for the sitting's facts, and a line for a folded group of the planner.
import { duration } from '../../../shared/format'
import { t, text } from '../../../shared/i18n'
import type { GradingPlan, PartPlan } from './grading'
import { freedoms, type SecretPlan } from './lockdown'
import type { RulesPlan } from './rules'

/** The groups of rules, in the order of the page. */
export const ruleGroups = ['grading', 'scoring', 'room', 'lockdown', 'identity', 'misconduct'] as const

/** One of them. */
export type RuleGroupName = (typeof ruleGroups)[number]

/** A rule in words. */
export type RuleLine = [name: string, value: string]

const minutes = (n: number): string => duration(n * 60_000)
const seconds = (n: number): string => duration(n * 1000)
const percent = (n: number): string => `${+n.toFixed(2)} %`
const yes = (on: boolean): string => t(on ? 'common.yes' : 'common.no')
const name = (path: string): string => t(`sittings.rules.${path}`)
const join = (list: string[]): string => list.filter(Boolean).join(t('sittings.join'))
const enumerate = (list: string[]): string => list.filter(Boolean).join(t('sittings.enumerate'))

const partText = (p: PartPlan): string => `${text({ zh: p.nameZh, en: p.nameEn }) || p.id} ${percent(p.pass)}`

/** "s3" is the third section of the paper. */
const sectionText = (id: string): string =>
  /^s\d+$/.test(id) ? t('sittings.grading.section_n', { n: id.slice(1) }) : id

function gradingLines(g: GradingPlan): RuleLine[] {
  return [
    [name('grading.parts'), g.parts.length ? join(g.parts.map(partText)) : t('sittings.grading.no_line')],
    ...g.parts.map((p): RuleLine => [
      t('sittings.grading.sections_of', { name: text({ zh: p.nameZh, en: p.nameEn }) || p.id }),
      enumerate(p.sections.map(sectionText)),
    ]),
    [
      name('grading.full_marks'),
      g.fixed || g.weighted ? t('sittings.marks', { n: g.full }) : t('sittings.grading.own_full'),
    ],
    [
      name('grading.sections'),
      g.weighted
        ? join(g.weights.map((w) => `${sectionText(w.section)} ${percent(w.percent)}`))
        : t('sittings.grading.by_marks'),
    ],
    [name('grading.rounding.unit'), t('sittings.marks', { n: g.unit / 100 })],
  ]
}

function scoringLines(r: RulesPlan): RuleLine[] {
  const partial = r.multiple === 'partial_if_subset' ? `（${percent(r.partial)}）` : ''
  return [
    [t('admin.rules.multiple'), t(`admin.policy.${r.multiple}`) + partial],
    [name('fill_in'), t(`sittings.policy.fill_in.${r.fillIn}`)],
    [name('ordering'), t(`sittings.policy.ordering.${r.ordering}`)],
    [name('matching'), t(`sittings.policy.matching.${r.matching}`)],
    [t('admin.rules.shuffle_short'), yes(r.shuffle)],
  ]
}

function roomLines(r: RulesPlan): RuleLine[] {
  const bound = t('sittings.contingency.line', {
    time: minutes(r.extendUpTo),
    beyond: t(`sittings.beyond.${r.beyond}`),
  })
  return [
    [name('spare_share_bp'), percent(r.spareShare)],
    [name('absent_after_ms'), minutes(r.absentAfter)],
    [name('overdue'), t(`sittings.overdue.${r.overdue}`)],
    [name('contingency'), r.bounded ? bound : t('sittings.contingency.none')],
    [name('start_jitter_ms'), seconds(r.jitterSeconds)],
  ]
}

const secretText = (s: SecretPlan): string =>
  t(s.hash || s.typed ? 'sittings.secret.set' : 'sittings.secret.none')

function lockdownLines(r: RulesPlan): RuleLine[] {
  const seb = r.seb
  const keys = (textLines: string): number => textLines.split('\n').filter((x) => x.trim()).length
  const none = t('sittings.freedoms_none')
  const optional = (path: string, value: string): RuleLine[] => (value ? [[name(path), value]] : [])
  const freed = freedoms.filter((f) => seb.freedoms.includes(f))
  const own: RuleLine[] =
    seb.mode === 'none'
      ? []
      : [
          [name('seb.settings.start_url'), seb.startURL],
          [name('seb.browser_exam_keys'), String(keys(seb.examKeys) || t('sittings.lockdown.any_build'))],
          [name('seb.config_keys'), String(keys(seb.configKeys))],
          [t('sittings.freedoms'), enumerate(freed.map((f) => t(`sittings.freedom.${f}`))) || none],
          [name('seb.settings.quit_password_sha256'), secretText(seb.quitPassword)],
          [name('seb.settings.admin_password_sha256'), secretText(seb.adminPassword)],
          [name('seb.settings.displays'), String(seb.displays)],
          ...optional('seb.settings.quit_url', seb.quitURL),
          ...optional('seb.settings.allowed_urls', join(seb.allowedURLs.split('\n'))),
          ...optional('seb.settings.processes', enumerate(seb.processes.map((p) => p.title || p.executable))),
        ]
  return [
    [name('seb'), t(`sittings.seb_mode.${seb.mode}`)],
    ...own,
    [name('bind_ip'), yes(r.bindIP)],
    [name('activity'), t(`sittings.activity.${r.activity}`)],
  ]
}

function faceLine(r: RulesPlan): string {
  return r.face ? t('sittings.face.line', { percent: percent(r.faceThreshold) }) : t('sittings.face.none')
}

function misconductLine(r: RulesPlan): string {
  const m = r.misconduct
  return m.own
    ? t('sittings.misconduct.line', { version: m.version || '—', n: m.tiers.length })
    : t('sittings.misconduct.example')
}

/** All rules of a group but the times, which the page shows on their own. */
export function ruleLines(r: RulesPlan, group: RuleGroupName): RuleLine[] {
  switch (group) {
    case 'grading':
      return gradingLines(r.grading)
    case 'scoring':
      return scoringLines(r)
    case 'room':
      return roomLines(r)
    case 'lockdown':
      return lockdownLines(r)
    case 'identity':
      return [[name('face'), faceLine(r)]]
    case 'misconduct':
      return [[name('misconduct'), misconductLine(r)]]
  }
}

/** A group in one line. */
export function ruleSummary(r: RulesPlan, group: RuleGroupName): string {
  const lines = ruleLines(r, group)
  switch (group) {
    case 'grading':
      return join([lines[0]![1], r.grading.weighted ? t('sittings.grading.weighted') : ''])
    case 'scoring':
      return join(lines.slice(0, 4).map(([what, value]) => `${what} ${value}`))
    case 'room':
      return join(lines.slice(0, 4).map(([what, value]) => `${what} ${value}`))
    case 'lockdown':
      return join([
        lines[0]![1],
        r.bindIP ? t('sittings.bind_ip_short') : '',
        t(`sittings.activity.${r.activity}`),
      ])
    case 'identity':
    case 'misconduct':
      return lines[0]![1]
  }
}

/** The times of a sitting in words. */
export function timeLines(r: RulesPlan): RuleLine[] {
  return [
    [t('admin.rules.limit_short'), minutes(r.limit)],
    [t('admin.rules.entry_opens_short'), minutes(r.entryOpens)],
    [t('admin.rules.last_entry_short'), minutes(r.lastEntry)],
    [t('admin.rules.earliest_hand_in_short'), minutes(r.earliestHandIn)],
    [t('admin.rules.grace_short'), seconds(r.graceSeconds)],
    [t('admin.rules.early_start_short'), minutes(r.earlyStart)],
    [name('release_before_ms'), minutes(r.releaseBefore)],
    [t('admin.rules.version'), r.version],
  ]
}
