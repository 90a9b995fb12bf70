// Who holds what in a division: offices that are vacant, custodians who must not hold another, numbers of stations.
import type { Account } from '../../types'
import type { Officer, OfficeRole, Relation } from './shapes'

/** The offices that keep one layer of codes each. */
export const coders = ['entry_coder', 'station_coder', 'work_coder']

/** Offices that somebody has to hold before a division with this identity mode opens. */
export function needed(mode: string): string[] {
  return mode === 'layered' ? [...coders, 'chief', 'supervisor'] : []
}

/** One office with who holds it. */
export interface OfficeRow extends OfficeRole {
  holders: Officer[]
  /** Nobody, though the procedure asks for somebody; or nobody, and all of the role may act. */
  vacant: '' | 'needed' | 'open'
}

/** The offices in their order. Leaders of delegations have theirs by the contest, so that office shows only if held. */
export function officeRows(offices: OfficeRole[], officers: Officer[], mode: string): OfficeRow[] {
  const must = needed(mode)
  return offices
    .filter(
      (o) => mode === 'layered' || !coders.includes(o.office) || officers.some((x) => x.office === o.office),
    )
    .map((o) => {
      const holders = officers.filter((x) => x.office === o.office)
      return { ...o, holders, vacant: holders.length ? '' : must.includes(o.office) ? 'needed' : 'open' }
    })
}

/** Accounts that keep a layer of codes and hold another office too, which three layers do not allow. */
export function conflicts(officers: Officer[], mode: string): string[] {
  if (mode !== 'layered') return []
  const kept = officers.filter((o) => coders.includes(o.office)).map((o) => o.account)
  return [...new Set(kept.filter((a) => officers.filter((o) => o.account === a).length > 1))]
}

/** Accounts that may hold an office with the role. */
export const withRole = (accounts: Account[], ...roles: string[]): Account[] =>
  accounts.filter((a) => !a.disabled && a.roles.some((r) => roles.includes(r)))

/** "1-3,5" as numbers, each once; null when it is none. "" is no numbers: all. */
export function numbersOf(written: string): number[] | null {
  const out = new Set<number>()
  for (const piece of written.split(/[,，、\s]+/).filter(Boolean)) {
    const range = /^(\d{1,4})(?:[-–~～](\d{1,4}))?$/.exec(piece)
    if (!range) return null
    const from = Number(range[1])
    const to = Number(range[2] ?? range[1])
    if (from < 1 || to < from) return null
    for (let n = from; n <= to; n++) out.add(n)
  }
  return [...out].sort((a, b) => a - b)
}

/** Numbers as people write them: 1, 2, 3, 5 → "1-3,5". */
export function writtenNumbers(list: number[] | undefined): string {
  const out: string[] = []
  const sorted = [...(list ?? [])].sort((a, b) => a - b)
  for (let i = 0; i < sorted.length;) {
    let end = i
    while (sorted[end + 1] === sorted[end]! + 1) end++
    out.push(end > i ? `${sorted[i]}-${sorted[end]}` : `${sorted[i]}`)
    i = end + 1
  }
  return out.join(',')
}

/** Declarations that lack something, by their place. */
export function unfinished(list: Relation[]): number[] {
  return list.flatMap((r, i) => (r.judge && r.unit.trim() && r.reason.trim() ? [] : [i]))
}
