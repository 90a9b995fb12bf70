// Records in words.
import { hasMessage, t } from '../../../shared/i18n'

/** What a record of the ledger did; its own name where no words are kept for it. */
export function kindText(kind: string): string {
  const key = `desk.kind.${kind}`
  return hasMessage(key) ? t(key) : kind
}

const plainKeys = [
  'why',
  'note',
  'reason',
  'text',
  'aspect',
  'violation',
  'rule',
  'layer',
  'ruling',
  'round',
  'version',
]

/** The members of a record that people read, in order; the rest is in the archive. */
export function detailsOf(data: unknown): { name: string; value: string }[] {
  if (typeof data !== 'object' || data === null) return []
  const members = data as Record<string, unknown>
  return plainKeys.flatMap((name) => {
    const value = members[name]
    return typeof value === 'string' || typeof value === 'number'
      ? value === ''
        ? []
        : [{ name, value: String(value) }]
      : []
  })
}
