// What the marks of a paper amount to and who passes, as the planner's form holds it: per cent and whole marks.
import type { Paper, Rules } from '../../types'

type Grading = NonNullable<Rules['grading']>

/** A part of the paper with a line of its own. */
export interface PartPlan {
  id: string
  nameZh: string
  nameEn: string
  sections: string[]
  /** Per cent of the part's marks. */
  pass: number
}

/** The grading of the form. */
export interface GradingPlan {
  /** Full marks are given here; otherwise they are the paper's own. */
  fixed: boolean
  full: number
  weighted: boolean
  /** Per cent of each section, in paper order. */
  weights: { section: string; percent: number }[]
  parts: PartPlan[]
  /** Published marks are rounded to this many hundredths. */
  unit: number
}

/** A section of a paper as the form shows it. */
export interface SectionFacts {
  id: string
  kind: string
  title: string
  questions: number
  /** Hundredths of a mark. */
  max: number
}

/** The sections of a paper under the names that rules have for them: s1, s2, … in paper order. */
export function sectionsOf(paper: Pick<Paper, 'sections'>): SectionFacts[] {
  return paper.sections.map((s, i) => ({
    id: `s${i + 1}`,
    kind: s.kind,
    title: s.title,
    questions: s.items.length,
    max: s.items.length * s.score_each,
  }))
}

const usualPass = 60

/**
 * One part of all sections. The line is the one that the paper states, as a share of its total; 60 per cent where it
 * states none.
 */
export function defaultGrading(paper?: Pick<Paper, 'sections' | 'total' | 'pass'>): GradingPlan {
  const sections = paper ? sectionsOf(paper).map((s) => s.id) : []
  const stated = paper && paper.pass > 0 && paper.total > 0
  const pass = stated ? Math.round((paper.pass * 10_000) / paper.total) / 100 : usualPass
  return {
    fixed: false,
    full: 100,
    weighted: false,
    weights: [],
    parts: [{ id: 'theory', nameZh: '理论知识考试', nameEn: 'Theory', sections, pass }],
    unit: 10,
  }
}

/** Weights for the sections: those that are known, and by marks for a fresh table. */
export function weightsFor(
  sections: SectionFacts[],
  known: GradingPlan['weights'] = [],
): GradingPlan['weights'] {
  const total = sections.reduce((n, s) => n + s.max, 0)
  if (known.length)
    return sections.map((s) => known.find((w) => w.section === s.id) ?? { section: s.id, percent: 0 })
  let left = 10_000
  return sections.map((s, i) => {
    const share = i === sections.length - 1 ? left : Math.round((s.max * 10_000) / (total || 1))
    left -= share
    return { section: s.id, percent: share / 100 }
  })
}

const bp = (percent: number): number => Math.round((percent || 0) * 100)

/** The grading in the server's units. */
export function gradingOf(plan: GradingPlan): Grading {
  return {
    ...((plan.fixed || plan.weighted) && { full_marks: Math.round((plan.full || 0) * 100) }),
    ...(plan.weighted && {
      sections: plan.weights.map((w) => ({ section: w.section, weight_bp: bp(w.percent) })),
    }),
    ...(plan.parts.length > 0 && {
      parts: plan.parts.map((p) => ({
        id: p.id.trim(),
        name: { zh: p.nameZh.trim(), en: p.nameEn.trim() },
        sections: [...p.sections],
        pass_bp: bp(p.pass),
      })),
    }),
    rounding: { unit: plan.unit || 1, mode: 'half_up' },
  }
}

/** The other way. */
export function gradingPlanOf(grading: Grading = {}): GradingPlan {
  return {
    fixed: (grading.full_marks ?? 0) > 0,
    full: grading.full_marks ? grading.full_marks / 100 : 100,
    weighted: (grading.sections?.length ?? 0) > 0,
    weights: (grading.sections ?? []).map((w) => ({ section: w.section, percent: w.weight_bp / 100 })),
    parts: (grading.parts ?? []).map((p) => ({
      id: p.id,
      nameZh: p.name.zh,
      nameEn: p.name.en,
      sections: [...p.sections],
      pass: p.pass_bp / 100,
    })),
    unit: grading.rounding?.unit || 1,
  }
}

/**
 * What is wrong with the grading for papers of these sections: codes by path, as the server would name them. The
 * server checks the grading against the papers only when seats are given out, and then nothing can be mended.
 */
export function gradingProblems(plan: GradingPlan, papers: SectionFacts[][]): Record<string, string> {
  const grading = gradingOf(plan)
  const found: Record<string, string> = {}
  const base = 'rules.grading'
  const bad = (path: string, code: string): void => void (found[`${base}.${path}`] ??= code)
  const everywhere = (section: string): boolean => papers.every((p) => p.some((s) => s.id === section))

  if (plan.fixed && !grading.full_marks) bad('full_marks', 'missing')
  if (plan.weighted) {
    if (!grading.full_marks) bad('full_marks', 'missing')
    for (const [i, w] of (grading.sections ?? []).entries()) {
      if (w.weight_bp < 1 || w.weight_bp > 10_000) bad(`sections[${i}].weight_bp`, 'out_of_range')
      if (!everywhere(w.section)) bad(`sections[${i}].section`, 'section_unknown')
    }
    const named = new Set(plan.weights.map((w) => w.section))
    if (papers.some((p) => p.some((s) => !named.has(s.id)))) bad('sections', 'weight_missing')
    const sum = (grading.sections ?? []).reduce((n, w) => n + w.weight_bp, 0)
    if (sum !== 10_000) bad('sections', 'weights_differ')
  }
  const seen = new Set<string>()
  for (const [i, part] of (grading.parts ?? []).entries()) {
    if (!part.id) bad(`parts[${i}].id`, 'missing')
    else if (seen.has(part.id)) bad(`parts[${i}].id`, 'duplicate')
    seen.add(part.id)
    if (!part.name.zh) bad(`parts[${i}].name.zh`, 'name_missing')
    if (part.sections.length === 0) bad(`parts[${i}].sections`, 'missing')
    else if (!part.sections.every(everywhere)) bad(`parts[${i}].sections`, 'section_unknown')
    if (part.pass_bp < 0 || part.pass_bp > 10_000) bad(`parts[${i}].pass_bp`, 'out_of_range')
  }
  return found
}
