// Degrees of misconduct that a regulator names, as the planner's form holds them.
import type { Rules } from '../../types'

type Tiers = NonNullable<Rules['misconduct']>

/** One degree. */
export interface TierPlan {
  code: string
  nameZh: string
  nameEn: string
  consequenceZh: string
  consequenceEn: string
  examplesZh: string
  examplesEn: string
}

/** Own degrees, or none: then the program's example applies. */
export interface MisconductPlan {
  own: boolean
  version: string
  noteZh: string
  noteEn: string
  tiers: TierPlan[]
}

/** A degree with nothing in it. */
export function newTier(): TierPlan {
  return {
    code: '',
    nameZh: '',
    nameEn: '',
    consequenceZh: '',
    consequenceEn: '',
    examplesZh: '',
    examplesEn: '',
  }
}

/** The degrees in the server's shape; undefined where the example applies. */
export function misconductOf(plan: MisconductPlan): Tiers | undefined {
  if (!plan.own) return undefined
  return {
    version: plan.version.trim(),
    note: { zh: plan.noteZh.trim(), en: plan.noteEn.trim() },
    tiers: plan.tiers.map((x) => {
      const examples = { zh: x.examplesZh.trim(), en: x.examplesEn.trim() }
      return {
        code: x.code.trim(),
        name: { zh: x.nameZh.trim(), en: x.nameEn.trim() },
        consequence: { zh: x.consequenceZh.trim(), en: x.consequenceEn.trim() },
        ...((examples.zh || examples.en) && { examples }),
      }
    }),
  }
}

/** The other way. */
export function misconductPlanOf(tiers?: Tiers): MisconductPlan {
  if (!tiers) return { own: false, version: '', noteZh: '', noteEn: '', tiers: [] }
  return {
    own: true,
    version: tiers.version,
    noteZh: tiers.note.zh,
    noteEn: tiers.note.en,
    tiers: tiers.tiers.map((x) => ({
      code: x.code,
      nameZh: x.name.zh,
      nameEn: x.name.en,
      consequenceZh: x.consequence.zh,
      consequenceEn: x.consequence.en,
      examplesZh: x.examples?.zh ?? '',
      examplesEn: x.examples?.en ?? '',
    })),
  }
}
