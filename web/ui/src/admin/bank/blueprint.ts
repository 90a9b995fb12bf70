// The figures of a blueprint while it is built: totals, shares of the ranges, what the bank can give.
import type { Blueprint, Range, Section } from '../types'
import type { TreeLine } from './outline'

/** The kinds of questions that papers hold, in paper order. */
export const kinds = [
  'single_choice',
  'multiple_choice',
  'true_false',
  'fill_in',
  'ordering',
  'matching',
  'short_answer',
  'calculation',
  'essay',
  'case',
] as const

export type Kind = (typeof kinds)[number]

/** Number of questions and sum of marks (hundredths) of the sections. */
export function totals(sections: Pick<Section, 'count' | 'score_each'>[]): { items: number; marks: number } {
  return sections.reduce(
    (all, s) => ({ items: all.items + s.count, marks: all.marks + s.count * s.score_each }),
    { items: 0, marks: 0 },
  )
}

/** A range that has a share of the items. */
export interface Share {
  path: string
  name: string
  weight: number
}

/**
 * The ranges that share out the items: those at the depth, or where the weights end above it. Depth 0 is the deepest.
 * The server does the same (bank/compose.go); this is for showing it while the blueprint is built.
 */
export function shares(tree: Range[], depth: number): Share[] {
  const list: Share[] = []
  const walk = (ranges: Range[], parent: string, left: number): void => {
    for (const range of ranges) {
      const path = parent ? `${parent}-${range.code}` : range.code
      const below = range.ranges ?? []
      if (left > 1 && below.some((r) => r.weight !== 0)) walk(below, path, left - 1)
      else list.push({ path, name: range.name, weight: range.weight })
    }
  }
  walk(tree, '', depth || Number.MAX_SAFE_INTEGER)
  return list
}

/** How deep the ranges of a tree nest. */
export function depthOf(tree: Range[]): number {
  return tree.reduce((most, r) => Math.max(most, 1 + depthOf(r.ranges ?? [])), 0)
}

/**
 * Shares out n items by weights with the method of largest remainders; equal remainders go to the larger weight, then
 * to the earlier place. As the server does (bank/assemble.Apportion).
 */
export function apportion(weights: number[], n: number): number[] {
  const sum = weights.reduce((a, b) => a + b, 0)
  if (sum === 0 || n <= 0) return weights.map(() => 0)
  const got = weights.map((w) => Math.floor((w * n) / sum))
  const rest = weights.map((w) => (w * n) % sum)
  const order = weights
    .map((_, i) => i)
    .sort((a, b) => rest[b]! - rest[a]! || weights[b]! - weights[a]! || a - b)
  const left = n - got.reduce((a, b) => a + b, 0)
  for (const i of order.slice(0, left)) got[i]!++
  return got
}

/** What a range has to give and has. */
export interface Need extends Share {
  items: number
  /** Points with a question of a wanted kind, or questions where points may repeat. */
  available: number
}

/** The items that each range must give, and what it has to choose from. */
export function needs(
  tree: Range[],
  lines: TreeLine[],
  blueprint: Pick<Blueprint, 'depth' | 'sections' | 'repeat_points'>,
): Need[] {
  const list = shares(tree, blueprint.depth)
  const items = apportion(
    list.map((s) => s.weight),
    totals(blueprint.sections).items,
  )
  const wanted = kinds.filter((kind) => blueprint.sections.some((s) => s.kind === kind && s.count > 0))
  const points = lines.filter((line) => line.isPoint)
  return list.map((share, i) => {
    const own = points
      .filter((p) => p.path.startsWith(`${share.path}-`))
      .map((p) => wanted.reduce((n, kind) => n + (p.counts[kind] ?? 0), 0))
    const available = blueprint.repeat_points
      ? own.reduce((a, b) => a + b, 0)
      : own.filter((n) => n > 0).length
    return { ...share, items: items[i]!, available }
  })
}

/** A random seed as text, below 2^53 so that people can type it again. */
export function newSeed(): string {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2)) as unknown as [number, number]
  return String((high % 0x200000) * 0x100000000 + low)
}

const canonical = (value: object): string =>
  JSON.stringify(value, (_key, v: unknown) =>
    v && typeof v === 'object' && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => a.localeCompare(b)))
      : v,
  )

/**
 * The blueprint of a form that was filled from an older one: the same version while nothing differs, the next one
 * otherwise, since versions never change. Mixes and weights that the form does not show stay as they were. Without an
 * older one it is the first version under the new id.
 */
export function nextVersion(
  content: Omit<Blueprint, 'id' | 'version'>,
  from: Blueprint | undefined,
  newID: string,
): Blueprint {
  if (!from) return { id: newID, version: 1, ...content }
  const { id, version, ...old } = from
  const made = { ...content }
  if (old.weights) made.weights = old.weights
  if (old.importance) made.importance = old.importance
  if (old.difficulty) made.difficulty = old.difficulty
  return { id, version: canonical(old) === canonical(made) ? version : version + 1, ...made }
}
