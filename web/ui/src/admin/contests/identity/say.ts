// Sentences about draws.
import { t } from '../../../shared/i18n'
import type { Breach, Draw, DrawDesk } from './shapes'

type Rule = Pick<DrawDesk['rule'], 'batches' | 'stations' | 'spare' | 'units_apart'> & {
  groups?: number
  rounds?: number
}

/** What a draw of stations keeps to, one sentence each. */
export function ruleLines(rule: Rule): string[] {
  const lines: string[] = []
  const groups = rule.groups || 1
  if (rule.batches > 1 || groups > 1 || rule.stations)
    lines.push(
      t(rule.stations ? 'identity.rule.room' : 'identity.rule.batches', {
        batches: rule.batches,
        groups,
        stations: rule.stations,
      }),
    )
  if (rule.spare) lines.push(t('identity.rule.spare', { n: rule.spare }))
  if (rule.units_apart) lines.push(t('identity.rule.units_apart'))
  lines.push(t('identity.rule.recusal'))
  if (rule.rounds) lines.push(t('identity.rule.rounds', { n: rule.rounds }))
  return lines
}

/** What the draw could not keep, one sentence a kind. */
export function breachLines(breaches: Draw['breaches']): string[] {
  return Object.entries(breaches)
    .filter(([, n]) => n > 0)
    .map(([kind, n]) => t(`identity.breach.${kind}`, { n }))
}

/** One breach, for the layer's custodian: who stands where. */
export function breachLine(b: Breach): string {
  return t(`identity.breach_at.${b.kind}`, { people: b.people.join('、'), codes: b.codes.join('、') })
}
