// JSON documents (scheme, rules) that people load from files: reading them and finding the place of a mistake.

/** A read document, or why it cannot be read; line and column are 1-based, 0 when the browser does not tell. */
export type Read =
  { ok: true; value: Record<string, unknown> } | { ok: false; line: number; column: number; detail: string }

/** Reads a JSON object. */
export function readDocument(text: string): Read {
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''))
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { ok: true, value: value as Record<string, unknown> }
    return { ok: false, line: 1, column: 1, detail: '' }
  } catch (error) {
    const detail = error instanceof Error ? error.message : ''
    const offset = Number(/position (\d+)/.exec(detail)?.[1] ?? NaN)
    if (Number.isNaN(offset)) return { ok: false, line: 0, column: 0, detail }
    const before = text.slice(0, offset).split('\n')
    return { ok: false, line: before.length, column: before[before.length - 1]!.length + 1, detail }
  }
}

/** The value at a server's path such as "modules[0].max"; undefined when there is none. */
export function valueAt(document: unknown, path: string): unknown {
  const steps = path.match(/[^.[\]]+/g) ?? []
  return steps.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[step] : undefined),
    document,
  )
}

/** A value in one short line, for showing beside a mistake. */
export function shown(value: unknown, most = 60): string {
  if (value === undefined) return ''
  const text = JSON.stringify(value)
  return text.length > most ? `${text.slice(0, most)}…` : text
}
