// Changing a scheme: new modules, sub-criteria and aspects, what each kind asks for, sums.
import type { Agreement, Aspect, Module, Regulation, Rules, Scheme, SubCriterion } from './shapes'

const blank = (): { zh: string; en: string } => ({ zh: '', en: '' })

/** Where somebody is in the tree. */
export interface Spot {
  module: number
  sub?: number
  aspect?: number
}

/** The fields by which kinds differ. */
const ofKind = [
  'steps',
  'tolerance',
  'linear',
  'points',
  'descriptors',
  'deductions',
  'hit_list',
  'time_table',
] as const

/** What a kind asks for, to start from, for an aspect with this maximum. */
export function kindDefaults(kind: string, max: number): Partial<Aspect> {
  const step = (id: string, marks: number): NonNullable<Aspect['steps']>[number] => ({
    id,
    label: blank(),
    marks,
  })
  switch (kind) {
    case 'measurement_stepped':
      return { steps: [step('s1', max), step('s2', 0)] }
    case 'measurement_tolerance':
      return { tolerance: { nominal: 0, minus: 0, plus: 0, decimals: 2, unit: 'mm' } }
    case 'linear_deduction':
      return { linear: { per_error: 100 } }
    case 'points':
      return { points: { step: 50 } }
    case 'judgement':
      return { descriptors: [blank(), blank(), blank(), blank()] }
    case 'deduction_pot':
    case 'penalty':
      return { deductions: [{ id: 'd1', label: blank(), marks: 100, max_count: 0 }] }
    case 'hit_list':
      return { hit_list: { items: [{ id: 'h1', label: blank() }], steps: [step('s1', max), step('s2', 0)] } }
    case 'time_table':
      return { time_table: { rows: [{ up_to_ms: 3_600_000, marks: max }], above: 0, source: 'judge' } }
    default:
      return {}
  }
}

/** Makes an aspect one of another kind: what the old kind asked for goes. */
export function setKind(a: Aspect, kind: string): void {
  for (const field of ofKind) delete a[field]
  delete a.agreement
  a.kind = kind
  if (kind === 'penalty') a.max = 0
  Object.assign(a, kindDefaults(kind, a.max))
}

/** The first of "B1", "B2", … that is not among the ids. */
export function freeID(prefix: string, ids: string[]): string {
  for (let n = 1; ; n++) if (!ids.includes(`${prefix}${n}`)) return `${prefix}${n}`
}

const aspectIDs = (s: Scheme): string[] =>
  s.modules.flatMap((m) => m.sub_criteria.flatMap((c) => c.aspects.map((a) => a.id)))

/** Adds an aspect of the most ordinary kind to a sub-criterion. */
export function addAspect(scheme: Scheme, sub: SubCriterion): Aspect {
  const a: Aspect = {
    id: freeID(`${sub.id}-`, aspectIDs(scheme)),
    kind: 'measurement_binary',
    name: blank(),
    description: blank(),
    max: 100,
  }
  sub.aspects.push(a)
  return a
}

/** Adds a sub-criterion with one aspect to a module. */
export function addSub(scheme: Scheme, m: Module): SubCriterion {
  const ids = scheme.modules.flatMap((x) => x.sub_criteria.map((c) => c.id))
  const sub: SubCriterion = { id: freeID(m.id, ids), name: blank(), max: 100, aspects: [] }
  m.sub_criteria.push(sub)
  addAspect(scheme, sub)
  return sub
}

/** Adds a module to the scheme, and to the last part of the rules, for each module is in one. */
export function addModule(r: Regulation): Module {
  const used = r.scheme.modules.map((m) => m.id)
  const letter = Array.from({ length: 26 }, (_, i) => String.fromCharCode(65 + i)).find(
    (x) => !used.includes(x),
  )
  const m: Module = {
    id: letter ?? freeID('M', used),
    name: blank(),
    max: 100,
    source: 'panel',
    sub_criteria: [],
  }
  r.scheme.modules.push(m)
  addSub(r.scheme, m)
  r.rules.parts[r.rules.parts.length - 1]?.modules.push(m.id)
  return m
}

/** Takes a module out of the scheme and out of the rules. */
export function removeModule(r: Regulation, id: string): void {
  r.scheme.modules = r.scheme.modules.filter((m) => m.id !== id)
  for (const p of r.rules.parts) p.modules = p.modules.filter((m) => m !== id)
  r.rules.tie_chain = r.rules.tie_chain.filter((s) => s.module !== id)
}

/** Fits the rules to a scheme from elsewhere: modules that are gone leave the parts, new ones come to the last. */
export function fitParts(rules: Rules, scheme: Scheme): void {
  const ids = scheme.modules.map((m) => m.id)
  for (const p of rules.parts) p.modules = p.modules.filter((m) => ids.includes(m))
  const there = rules.parts.flatMap((p) => p.modules)
  rules.parts[rules.parts.length - 1]?.modules.push(...ids.filter((m) => !there.includes(m)))
  rules.tie_chain = rules.tie_chain.filter((s) => !s.module || ids.includes(s.module))
}

/** What the parts of a node add up to, in hundredths; null where it has none. */
export function sumOf(node: Module | SubCriterion): number | null {
  const parts: { max: number }[] = 'aspects' in node ? node.aspects : node.sub_criteria
  return parts.length ? parts.reduce((sum, p) => sum + p.max, 0) : null
}

/** Sets the maxima of a module's sub-criteria and of the module to what their parts make. */
export function sumUp(m: Module): void {
  for (const c of m.sub_criteria) c.max = sumOf(c) ?? c.max
  m.max = sumOf(m) ?? m.max
}

/** The kinds that a scheme uses. */
export const kindsOf = (s: Scheme): string[] => [
  ...new Set(s.modules.flatMap((m) => m.sub_criteria.flatMap((c) => c.aspects.map((a) => a.kind)))),
]

/** What a method asks for besides its name. */
export function setMethod(a: Agreement, method: string): void {
  a.method = method
  delete a.drop_high
  delete a.drop_low
  delete a.clamp
  delete a.majority
  if (method === 'drop_mean') Object.assign(a, { drop_high: 1, drop_low: 1 })
  if (method === 'clamp') a.clamp = 50
  if (method === 'majority') a.majority = 2
  if (!['mean', 'drop_mean', 'median', 'clamp'].includes(method)) {
    delete a.spread_max
    delete a.bands
  }
}
