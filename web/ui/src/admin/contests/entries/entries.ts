// From the form of people to what is sent, what the server refused by person and field, and what may be done when.
import { Problem } from '../../../shared/api'
import { fieldText } from '../../parts/refusal'
import type { Report } from '../../types'
import type { Enlistment, Filing, Person } from './shapes'

/** The states of an entry in the order of its life. */
export const entryStates = ['filed', 'returned', 'entered', 'withdrawn'] as const

/** How the states look. */
export const stateLooks: Record<string, { mark: string; tone: 'plain' | 'good' | 'warn' }> = {
  filed: { mark: '◐', tone: 'warn' },
  returned: { mark: '!', tone: 'warn' },
  entered: { mark: '✓', tone: 'good' },
  withdrawn: { mark: '✕', tone: 'plain' },
}

/** What all people of one form share. */
export interface Shared {
  delegation: string
  team: string
  waiver: string
}

/** A person to be entered, of the first identity that the division takes. */
export function newPerson(filing?: Filing): Person {
  return {
    name: '',
    id_type: 'resident_card',
    id_number: '',
    born: '',
    unit: '',
    city: '',
    identity: (filing?.qualification.identities[0] ?? 'employee') as Person['identity'],
    held_level: 0,
    held_number: '',
    role: filing?.team?.roles[0]?.id ?? '',
  }
}

/** What is known of an entry, to be changed: numbers are masked, so they have to be given anew. */
export function personsOf(e: Enlistment, filing?: Filing): Person[] {
  const base = newPerson(filing)
  if (!e.members.length)
    return [
      {
        ...base,
        name: e.name,
        id_type: e.id_type || 'resident_card',
        unit: e.unit,
        city: e.city,
        identity: (e.identity || base.identity) as Person['identity'],
        held_level: e.held_level,
        held_number: e.held_number,
        role: e.role,
      },
    ]
  return e.members.map((m) => ({
    ...base,
    name: m.name,
    unit: e.unit,
    city: e.city,
    identity: (m.identity || base.identity) as Person['identity'],
    held_level: m.held_level,
    held_number: m.held_number,
    role: m.role,
  }))
}

/** The people as they are sent: with what they share, without what is empty. */
export function sent(people: Person[], shared: Shared): Person[] {
  return people.map((p) => {
    const { born, city, role, ...rest } = p
    return {
      ...rest,
      name: p.name.trim(),
      unit: p.unit.trim(),
      id_number: p.id_number.trim(),
      ...(p.id_type !== 'resident_card' && born && { born }),
      ...(city && { city }),
      ...(role && shared.team && { role }),
      ...(shared.delegation && { delegation: shared.delegation }),
      ...(shared.team.trim() && { team: shared.team.trim() }),
      ...(shared.waiver.trim() && { waiver: shared.waiver.trim() }),
    }
  })
}

/** What was refused, as "2.id_number" by person and field; paths are "list[2].id_number", "by[2].…" or "by.…". */
export function refused(error: unknown): Record<string, string> {
  const out: Record<string, string> = {}
  if (!(error instanceof Problem)) return out
  for (const f of error.fields) {
    const at = /^(?:list|by)(?:\[(\d+)\])?\.(\w+)$/.exec(f.path)
    if (at) out[`${at[1] ?? '0'}.${at[2]}`] ??= fieldText(f)
  }
  return out
}

/** Which entries of a page can be decided about together. */
export const waiting = (list: Enlistment[]): Enlistment[] => list.filter((e) => e.state === 'filed')

/** Whether all people of a workbook are entered already, as when a file is sent twice. */
export function allThere(report: Report): boolean {
  return (
    report.total > 0 &&
    report.bad === report.total &&
    report.problems.every((p) => p.severity !== 'error') &&
    report.rows.every((r) =>
      r.problems.every((p) => p.severity === 'warning' || p.code === 'already_in_division'),
    )
  )
}
