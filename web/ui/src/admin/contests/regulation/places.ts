// Places of a regulation in words, and what differs between two versions.
import { hasMessage, t, text, type Text } from '../../../shared/i18n'
import { writtenHundredths, writtenMillis } from './marksField'

type Value = unknown
const stepsOf = (path: string): string[] => path.match(/[^.[\]]+/g) ?? []
const isIndex = (s: string): boolean => /^\d+$/.test(s)

function nameOf(v: Value): string {
  if (typeof v !== 'object' || v === null) return ''
  const { id, name, label, by } = v as { id?: string; name?: Text; label?: Text; by?: string }
  return [id ?? (by && word('by', by)), text(name ?? label)].filter(Boolean).join(' ')
}
const word = (group: string, key: string): string => {
  const known = `regulation.${group}.${key}`
  return hasMessage(known) ? t(known) : key
}

/** "scheme.modules[1].max" as "评分标准 › 模块 B 操作 › 分值", by the names in the document. */
export function placeText(path: string, document: Value): string {
  let at: Value = document
  const out: string[] = []
  for (const step of stepsOf(path)) {
    at = typeof at === 'object' && at !== null ? (at as Record<string, Value>)[step] : undefined
    if (isIndex(step)) out[out.length - 1] += ` ${nameOf(at) || Number(step) + 1}`
    else out.push(hasMessage(`admin.aspect.${step}`) ? t(`admin.aspect.${step}`) : word('at', step))
  }
  return out.join(' › ')
}

/** One place where two documents differ; undefined is not there. */
export interface Difference {
  path: string
  before: Value
  after: Value
}

/** Numbers of versions differ by themselves. */
const silent = new Set(['version'])

function paired(a: Value[], b: Value[]): [number, number][] {
  const id = (v: Value): unknown =>
    typeof v === 'object' && v !== null ? (v as { id?: unknown }).id : undefined
  const named = [...a, ...b].every((v) => typeof id(v) === 'string')
  if (!named)
    return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => [
      i < a.length ? i : -1,
      i < b.length ? i : -1,
    ])
  const pairs: [number, number][] = a.map((v, i) => [i, b.findIndex((w) => id(w) === id(v))])
  b.forEach((w, j) => {
    if (!a.some((v) => id(v) === id(w))) pairs.push([-1, j])
  })
  return pairs
}

/**
 * Every place where two documents differ. Members of lists that have ids are compared with those of the same id; paths
 * are those of the later document where the place is in it, else of the earlier.
 */
export function differences(before: Value, after: Value, path = ''): Difference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  if (Array.isArray(before) && Array.isArray(after))
    return paired(before, after).flatMap(([i, j]) =>
      differences(before[i], after[j], `${path}[${j >= 0 ? j : i}]`),
    )
  const isObject = (v: Value): v is Record<string, Value> =>
    typeof v === 'object' && v !== null && !Array.isArray(v)
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((k) => !silent.has(k))
    return keys.flatMap((k) => differences(before[k], after[k], path ? `${path}.${k}` : k))
  }
  return [{ path, before, after }]
}

const marksKeys = new Set([
  'max',
  'marks',
  'full_marks',
  'min',
  'per_error',
  'above',
  'base',
  'each',
  'from_marks',
  'max_gap',
  'limit',
  'clamp',
  'step',
])

/** A value at a path as people read it. */
export function valueText(value: Value, path: string): string {
  if (value === undefined || value === null || value === '') return '—'
  const key =
    stepsOf(path)
      .filter((s) => !isIndex(s))
      .pop() ?? ''
  if (typeof value === 'number') {
    if (key.endsWith('_ms')) return t('regulation.minutes', { n: writtenMillis(value) })
    if (key === 'weight' || key.endsWith('_bp')) return `${writtenHundredths(value)}%`
    return marksKeys.has(key) ? writtenHundredths(value) : String(value)
  }
  if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no')
  if (typeof value === 'string')
    return hasMessage(`admin.aspect.${value}`) ? t(`admin.aspect.${value}`) : word('value', value)
  if (Array.isArray(value))
    return (
      value.map((v) => nameOf(v) || (typeof v === 'object' ? JSON.stringify(v) : String(v))).join('、') || '—'
    )
  return nameOf(value) || JSON.stringify(value)
}
