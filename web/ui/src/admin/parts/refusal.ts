// Sentences for refusals, with their values in the form of the trade.
import { codeText, Problem, problemText, type FieldProblem } from '../../shared/api'
import { dateTime } from '../../shared/format'
import { t, type Params } from '../../shared/i18n'

/** Instants among the values, which the server gives in UTC, as official times. */
function readable(params: Params = {}): Params {
  const instant = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/
  return Object.fromEntries(
    Object.entries(params).map(([name, v]) => [name, instant.test(String(v)) ? dateTime(v) : v]),
  )
}

/**
 * The message of a field in the user's language. The code "unknown" of a field ("this value is not known") is another
 * thing than the error of that name ("something went wrong").
 */
export function fieldText(field: FieldProblem): string {
  if (field.code === 'unknown') return t('error.unknown_value')
  return codeText(field.code, readable(field.params), field.message)
}

/** The sentence about anything thrown by a call. */
export function refusalText(error: unknown): string {
  if (error instanceof Problem) return codeText(error.code, readable(error.params), error.message)
  return problemText(error)
}
