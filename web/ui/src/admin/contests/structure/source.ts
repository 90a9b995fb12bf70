// Where the regulation of a new division comes from: another division, a file, or a small one to start from.
import { readDocument } from '../document'
import type { Regulation } from './shapes'

/** What a file or another division gives; parts that it lacks come from elsewhere. */
export type Found = Pick<Regulation, 'scheme' | 'rules'> & Partial<Regulation>

/**
 * The regulation in an exported file: the file itself, or below "regulation" as the server answers it. Null when it is
 * none; what is in it the server checks.
 */
export function regulationIn(text: string): Found | null {
  const read = readDocument(text)
  if (!read.ok) return null
  const inner = read.value.regulation
  const found = (typeof inner === 'object' && inner !== null ? inner : read.value) as Partial<Regulation>
  return isObject(found.scheme) && isObject(found.rules) ? (found as Found) : null
}

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The modules of a found scheme that take marks from elsewhere. */
export function importedModules(found: Found | null): { id: string; name: string }[] {
  const modules: unknown = found?.scheme.modules
  if (!Array.isArray(modules)) return []
  return (modules as Regulation['scheme']['modules'])
    .filter((m) => m?.source === 'imported' && m.id)
    .map((m) => ({ id: m.id, name: m.name?.zh ?? '' }))
}
