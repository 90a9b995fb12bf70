// What a line of the reconciliation says, in words.
import { t } from '../../shared/i18n'
import type { ReconciledAttempt } from '../types'

/** The remarks on one candidate: what differs, what is left, what people have to look at. */
export function remarksOf(row: ReconciledAttempt): string[] {
  const list = row.findings.map(
    (f) =>
      (f.question ? t('hall.reconcile.question', { id: f.question }) : '') +
      t(`hall.reconcile.found.${f.code}`, { seq: f.seq ?? 0 }),
  )
  if (row.pending > 0) list.push(t('hall.reconcile.left', { n: row.pending }))
  if (row.zero) list.push(t('hall.reconcile.zero'))
  if (row.evidence > 0) list.push(t('hall.reconcile.evidence', { n: row.evidence }))
  if (row.via === 'rescue') list.push(t('hall.reconcile.by_file'))
  return list
}
