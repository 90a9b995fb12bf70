// What a ranking leads to: lines that are drawn through it, medals, the scale, teams, who goes on.
import { t, text } from '../../../shared/i18n'
import type { Advance, Awards, Honours, MedalRule, Scale, TeamRule, TeamTie } from './shapes'

/** A line through a ranking, of awards and of who goes on. */
export type Cut = Pick<
  Advance,
  'base' | 'by' | 'by_team_size' | 'count' | 'max_bp' | 'measure' | 'min' | 'rounding' | 'share_bp' | 'ties'
>

const ofCut = ['share_bp', 'base', 'rounding', 'max_bp', 'count', 'min', 'measure', 'by_team_size'] as const

/** Draws a line in another way: what the old way asked for goes. */
export function setCut(c: Cut, by: string): void {
  for (const k of ofCut) delete c[k]
  c.by = by
  if (by === 'share_bp') Object.assign(c, { share_bp: 1000, base: 'started', rounding: 'up' })
  else if (by === 'score_at_least') Object.assign(c, { min: 8000, measure: 'marks' })
  else if (by !== 'delegation_quota') c.count = 3
}

/** The first three go on, and the next in line replaces who withdraws. */
export const newAdvance = (): Advance => ({
  id: 'advance',
  version: 1,
  by: 'count',
  count: 3,
  ties: 'include_all',
  filter: {},
  among: 'field',
  replace: 'next',
  reserves: 0,
})

/** Chooses who goes on in another way; a quota is then the rule, and by marks nobody is replaced beforehand. */
export function setAdvance(a: Advance, by: string): void {
  setCut(a, by)
  if (by === 'delegation_quota') a.quota ??= { each: 1 }
  if (by === 'score_at_least') a.reserves = 0
}

/** Says what a withdrawal does; reserves are only for places that are filled again. */
export function setReplace(a: Advance, replace: string): void {
  a.replace = replace
  if (replace === 'none') a.reserves = 0
}

/** Sets the places of one delegation; undefined: those of all others. */
export function setOwn(a: Advance, delegation: string, count: number | undefined): void {
  const quota = a.quota
  if (!quota) return
  const own = (quota.own ?? []).filter((o) => o.delegation !== delegation)
  if (count !== undefined) own.push({ delegation, count })
  if (own.length) quota.own = own
  else delete quota.own
}

/** All members' marks together, ranks shared. */
export const newTeams = (): TeamRule => ({
  id: 'teams',
  version: 1,
  by: 'sum',
  missing: 'zero',
  members: 1,
  tie_chain: [],
  ranking: 'shared',
})

/** Adds members up in another way. */
export function setTeamBy(r: TeamRule, by: string): void {
  r.by = by
  delete r.best
  delete r.step
  if (by === 'best') r.best = 2
  if (by === 'mean') r.step = 1
  if (by === 'own') delete r.points
}

/** Points for places instead of marks: 10-9-8-7-6-5-4-3-2-1, to be changed; off: marks. */
export function togglePoints(r: TeamRule): void {
  if (r.points) {
    delete r.points
    return
  }
  r.points = {
    ranks: Array.from({ length: 10 }, (_, i) => ({ from: i + 1, to: i + 1, points: (10 - i) * 100 })),
  }
}

/** Adds the places after the last, for no more points than those before. */
export function addRanks(r: TeamRule): void {
  const ranks = (r.points!.ranks ??= [])
  const last = ranks[ranks.length - 1]
  const from = (last?.to ?? 0) + 1
  ranks.push({ from, to: from, points: last ? Math.max(0, last.points - 100) : 1000 })
}

/** The comparisons of teams that are equal. */
export const teamTies = ['total', 'part', 'time', 'ranks', 'awards', 'lot'] as const

/** A comparison; it names itself, and takes the first part or all awards where it needs them. */
export function teamTie(
  by: string,
  part: { id: string; name: TeamTie['name'] } | undefined,
  awards: string[],
): TeamTie {
  if (by === 'part' && part) return { by, part: part.id, name: { ...part.name } }
  const name = { zh: t(`regulation.team_tie.${by}`), en: '' }
  return by === 'awards' ? { by, awards: [...awards], name } : { by, name }
}

/** The rules of awards, made where there are none. */
export const awardsOf = (h: Honours): Awards =>
  (h.awards ??= { id: 'awards', version: 1, awards: [], promotions: [] })

/** Takes the rules of awards out where they say nothing, so that undoing a change leaves no difference. */
export function dropEmpty(h: Honours): void {
  const a = h.awards
  if (a && !a.awards.length && !a.promotions.length && !a.medals && !a.scale) delete h.awards
}

/** Every award, medal and medallion with its name, as rules of teams and promotions refer to them. */
export const givenNames = (a: Awards | undefined): { id: string; name: string }[] =>
  [
    ...(a?.medals?.medals ?? []),
    ...(a?.medals?.medallion ? [a.medals.medallion] : []),
    ...(a?.awards ?? []),
  ].map((x) => ({ id: x.id, name: text(x.name) || x.id }))

/** The scale with the median competitor at 700 (scoring/award.Scale). */
export const newScale = (): Scale => ({
  centre: 700,
  spread: 30,
  estimator: 'median_mad',
  factor: { num: 14826, den: 10000 },
  min: 0,
  max: 1000,
  population: 'with_marks',
  mad_zero: 'centre',
})

/** Gold, silver, bronze, shared by who is within two points of the scale, or, without a scale, by equals. */
export function newMedals(scale: boolean): MedalRule {
  return {
    medals: ['gold', 'silver', 'bronze'].map((id) => ({
      id,
      name: { zh: t(`regulation.medal.${id}`), en: '' },
    })),
    measure: scale ? 'scale' : 'marks',
    sharing: 'near',
    gap: scale ? 2 : 0,
    beyond: 'near',
    filter: {},
    group: 'medal',
  }
}

/** Shares medals or not; medals that are never shared have no gap, and none beyond their places. */
export function setSharing(m: MedalRule, sharing: string): void {
  m.sharing = sharing
  if (sharing === 'never') Object.assign(m, { gap: 0, beyond: 'none' })
}

/** Takes the scale away: medals and awards that were measured on it are measured in marks. */
export function dropScale(a: Awards): void {
  delete a.scale
  const m = a.medals
  if (m?.measure === 'scale') {
    Object.assign(m, { measure: 'marks', gap: 0 })
    delete m.medallion
  }
  for (const x of a.awards) if (x.measure === 'scale') Object.assign(x, { measure: 'marks', min: 8000 })
}
