// What is punished: rules by which marks become 0, and violations with what each time costs.
import { freeID } from './scheme'
import type { Sanction, Scheme, Violation, ZeroRule } from './shapes'

/** What a sanction may be, from the mildest. */
export const sanctionKinds = ['warning', 'deduct', 'zero_module', 'zero_whole', 'disqualify'] as const

/** A zeroing rule with where it holds: in one module, or, with "", in every one. */
export interface PlacedZeroing {
  rule: ZeroRule
  module: string
  /** Its place in the regulation, as the server names it. */
  path: string
}

/** All zeroing rules of a scheme: those of every module first, then by module. */
export const zeroings = (s: Scheme): PlacedZeroing[] => [
  ...(s.zeroing ?? []).map((rule, i) => ({ rule, module: '', path: `scheme.zeroing[${i}]` })),
  ...s.modules.flatMap((m, k) =>
    (m.zeroing ?? []).map((rule, i) => ({
      rule,
      module: m.id,
      path: `scheme.modules[${k}].zeroing[${i}]`,
    })),
  ),
]

function homeOf(s: Scheme, module: string): { zeroing?: ZeroRule[] } | undefined {
  return module ? s.modules.find((m) => m.id === module) : s
}

/** Adds a rule that holds in every module. */
export function addZeroing(s: Scheme): void {
  const id = freeID(
    'zero',
    zeroings(s).map((z) => z.rule.id),
  )
  ;(s.zeroing ??= []).push({ id, label: { zh: '', en: '' }, scope: 'module' })
}

/** Takes a rule out of the scheme; no empty list is left, so that undoing a change leaves no difference. */
export function removeZeroing(s: Scheme, { rule, module }: PlacedZeroing): void {
  const home = homeOf(s, module)
  const left = home?.zeroing?.filter((z) => z.id !== rule.id)
  if (!home || !left) return
  if (left.length) home.zeroing = left
  else delete home.zeroing
}

/** Makes a rule hold in one module, or with "" in every one. */
export function moveZeroing(s: Scheme, placed: PlacedZeroing, module: string): void {
  const to = homeOf(s, module)
  if (!to || placed.module === module) return
  removeZeroing(s, placed)
  ;(to.zeroing ??= []).push(placed.rule)
}

/** Adds a violation that is warned of first and then costs the module. */
export function addViolation(s: Scheme): void {
  const list = (s.violations ??= [])
  const id = freeID(
    'violation',
    list.map((v) => v.id),
  )
  list.push({ id, label: { zh: '', en: '' }, ladder: [{ kind: 'warning' }, { kind: 'zero_module' }] })
}

/** Takes a violation out of the scheme. */
export function removeViolation(s: Scheme, id: string): void {
  const left = s.violations?.filter((v) => v.id !== id)
  if (left?.length) s.violations = left
  else delete s.violations
}

/** Makes a sanction another: only a deduction names marks. */
export function setSanction(step: Sanction, kind: string): void {
  step.kind = kind
  if (kind === 'deduct') step.marks ??= 100
  else delete step.marks
}

/** Counts a violation in each module by itself, or through the contest. */
export function setPerModule(v: Violation, on: boolean): void {
  if (on) v.per_module = true
  else delete v.per_module
}
