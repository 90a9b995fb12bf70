// What the server refused, by the place in the document that was sent.
import { Problem } from '../../../shared/api'
import { fieldText } from '../../parts/refusal'

/** The sentence of every wrong place by its path. */
export function wrongAt(error: unknown): Record<string, string> {
  if (!(error instanceof Problem)) return {}
  return Object.fromEntries(error.fields.map((f) => [f.path, fieldText(f)]))
}
