// The sentence of one refused field.
import { codeText, type FieldProblem } from '../../shared/api'
import { t } from '../../shared/i18n'

/**
 * The message of a field in the user's language. The code "unknown" of a field ("this value is not known") is another
 * thing than the error of that name ("something went wrong").
 */
export function fieldText(field: FieldProblem): string {
  if (field.code === 'unknown') return t('error.unknown_value')
  return codeText(field.code, field.params, field.message)
}
