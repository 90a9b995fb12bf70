// What the check of a draft found, in words with its figures.
import { hasMessage, lang, t } from '../../../shared/i18n'
import { fieldText } from '../../parts/refusal'
import type { Check } from './shapes'

type Found = Check['problems'][number]

function keyOf(p: Found): string {
  const key = `regulation.found.${p.code}`
  return p.params && hasMessage(key) ? key : ''
}

/** A finding in the language of the screen, with its figures where the server gave them. */
export function foundText(p: Found): string {
  const key = keyOf(p)
  return key ? t(key, p.params) : fieldText(p)
}

/** Whether the server's own English sentence says more than foundText does. */
export const moreIn = (p: Found): boolean => !keyOf(p) && (lang.value === 'en' || p.code === 'inconsistent')
