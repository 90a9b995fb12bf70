// An answer in words, for reading an earlier one.
import { optionLetter } from '../shared/format'
import { t } from '../shared/i18n'
import { isChoice, isText } from './paper'
import { plainText } from './rich'
import type { Question } from './wire'

/** The answer as its candidate knows it from the screen: letters with their texts, blanks by number, the text. */
export function answerText(question: Question, value: string[]): string {
  if (value.length === 0) return t('exam.state.blank')
  if (isText(question.kind)) return value[0]!
  if (question.kind === 'fill_in') return value.map((text, i) => `(${i + 1}) ${text || '—'}`).join('　')
  const html = question.markup === 'html'
  const option = (id: string): string => {
    const at = question.options.findIndex((o) => o.id === id)
    if (at < 0) return '—'
    const text = plainText(question.options[at]!.text, html)
    return question.kind === 'ordering' ? text : `${optionLetter(at)}. ${text}`
  }
  if (isChoice(question.kind)) return value.map(option).join('\n')
  return value.map((id, i) => `${i + 1} → ${option(id)}`).join('\n')
}
