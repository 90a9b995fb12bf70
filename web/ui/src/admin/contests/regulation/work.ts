// Amounts of a trial in words.
import { marks } from '../../../shared/format'
import { t } from '../../../shared/i18n'
import type { Working } from './shapes'

/** An amount as it is read; blank and did not start are words and not 0. */
export const valueOf = (v: Working['total']['value']): string =>
  v.state === 'value' ? marks(v.marks) : t(`regulation.blank.${v.state}`)
