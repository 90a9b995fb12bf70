// Keys and answers written for people: option letters, gap texts.
import { optionLetter } from '../../shared/format'
import type { Decision, KeyItem } from '../types'

type Texts = Pick<KeyItem, 'kind' | 'options' | 'prompts'>

function letter(item: Texts, option: string): string {
  const i = item.options.findIndex((o) => o.id === option)
  return i < 0 ? '?' : optionLetter(i)
}

/** An answer or key as people write it: "A C", "1→B 2→A", "甲；乙". */
export function spell(item: Texts, value: string[]): string {
  switch (item.kind) {
    case 'single_choice':
    case 'multiple_choice':
    case 'true_false':
      return value
        .map((id) => letter(item, id))
        .sort()
        .join(' ')
    case 'ordering':
      return value.map((id) => letter(item, id)).join(' → ')
    case 'matching':
      return value.map((id, i) => `${i + 1}→${id ? letter(item, id) : '—'}`).join('  ')
    default:
      return value.join('；')
  }
}

/** The key that counts, further accepted answers behind it. */
export function spellKey(entry: KeyItem): string {
  const item = entry.item
  if (entry.kind === 'fill_in')
    return (item.blanks ?? [])
      .map((b) => {
        const numbers = (b.numbers ?? []).map((n) => `${n.value}${n.tolerance ? `±${n.tolerance}` : ''}`)
        return [...(b.accept ?? []), ...numbers].join(' / ')
      })
      .join('；')
  return [item.key ?? [], ...(item.also ?? [])].map((key) => spell(entry, key)).join(' / ')
}

/** Whether a new key is complete for the kind of question. */
export function isComplete(entry: KeyItem, draft: Decision): boolean {
  if (draft.action !== 'change_key' && draft.action !== 'accept_also') return true
  if (entry.kind === 'fill_in') return (draft.blanks ?? []).every((b) => (b.accept ?? []).length > 0)
  const key = draft.key ?? []
  if (entry.kind === 'ordering') return new Set(key.filter(Boolean)).size === entry.options.length
  if (entry.kind === 'matching') return key.length === entry.prompts.length && key.every((k) => k !== '')
  return key.length > 0
}

/** Whether machines mark the item: only then its key can be decided on. */
export function hasKey(entry: KeyItem): boolean {
  return entry.item.kind !== 'manual'
}

/** The stem without markup, for lists. */
export function plainStem(entry: Pick<KeyItem, 'stem' | 'markup'>): string {
  if (entry.markup !== 'html') return entry.stem
  return new DOMParser().parseFromString(entry.stem, 'text/html').body.textContent ?? ''
}
