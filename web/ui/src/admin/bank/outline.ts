// Reading an outline: its ranges and points in order, and how well each is covered with questions.
import type { OutlineView, QuestionCounts, Range } from '../types'

/** One line of the tree. Weights are hundredths of a percent; paths are codes joined by "-". */
export interface TreeLine {
  path: string
  code: string
  name: string
  depth: number
  weight: number | null
  importance: string
  counts: QuestionCounts
  total: number
  /** Points at or below the line. */
  points: number
  /** Points at or below the line that have no question at all. */
  bare: number
  isPoint: boolean
  hasChildren: boolean
}

const none: QuestionCounts = { single_choice: 0, multiple_choice: 0, true_false: 0 }

function add(a: QuestionCounts, b: QuestionCounts): QuestionCounts {
  const both: Record<string, number> = { ...a }
  for (const [kind, n] of Object.entries(b)) both[kind] = (both[kind] ?? 0) + n
  return { ...none, ...both }
}

const sum = (c: QuestionCounts): number => Object.values(c).reduce((all, n) => all + n, 0)

/** All ranges and points, parents first, with the counts of everything below a range. */
export function treeLines(outline: Pick<OutlineView, 'tree' | 'coverage'>): TreeLine[] {
  const lines: TreeLine[] = []
  const visit = (range: Range, parent: string, depth: number): TreeLine => {
    const path = parent ? `${parent}-${range.code}` : range.code
    const line: TreeLine = {
      path,
      code: range.code,
      name: range.name,
      depth,
      weight: range.weight,
      importance: '',
      counts: none,
      total: 0,
      points: 0,
      bare: 0,
      isPoint: false,
      hasChildren: true,
    }
    lines.push(line)
    const take = (child: TreeLine): void => {
      line.counts = add(line.counts, child.counts)
      line.points += child.points
      line.bare += child.bare
    }
    for (const below of range.ranges ?? []) take(visit(below, path, depth + 1))
    for (const point of range.points ?? []) {
      const at = `${path}-${point.code}`
      const counts = outline.coverage[at] ?? none
      const child: TreeLine = {
        path: at,
        code: point.code,
        name: point.name,
        depth: depth + 1,
        weight: null,
        importance: point.importance,
        counts,
        total: sum(counts),
        points: 1,
        bare: sum(counts) === 0 ? 1 : 0,
        isPoint: true,
        hasChildren: false,
      }
      lines.push(child)
      take(child)
    }
    line.total = sum(line.counts)
    return line
  }
  for (const range of outline.tree) visit(range, '', 0)
  return lines
}

/** How well a point is covered. The trade asks for at least four questions a point. */
export type Coverage = 'none' | 'thin' | 'enough'

/** Questions that a point should have at least (the national banks' rule of thumb). */
export const enoughQuestions = 4

/** The coverage of a count of questions of one point. */
export function coverageOf(questions: number): Coverage {
  if (questions === 0) return 'none'
  return questions < enoughQuestions ? 'thin' : 'enough'
}

/** A weight in percent: 2550 → "25.5". */
export function percent(weight: number): string {
  return String(weight / 100)
}
