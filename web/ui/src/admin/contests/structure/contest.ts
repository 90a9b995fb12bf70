// From the form of a contest or an event to its draft, and back; how stages and levels are written.
import { t, text } from '../../../shared/i18n'
import { copyOf } from '../../copy'
import type { Contest, Division, DivisionBrief } from '../../types'
import type { ContestDraft, ContestEvent, Delegation, EventDraft, TeamShape } from './shapes'

/** The tiers of contests, the highest first. */
export const contestLevels = ['first', 'second', 'city', 'enterprise'] as const

/** The kinds of stage in the order of a contest. */
export const stageKinds = ['practice', 'preliminary', 'final'] as const

/** The identities by which competitors are grouped. */
export const identities = ['employee', 'teacher', 'student'] as const

/** Lines of a text, without blank ones. */
export const linesOf = (value: string): string[] =>
  value
    .split(/\r?\n/)
    .map((l) => l.trim())
    .filter(Boolean)

/** The draft that would leave a contest as it is. */
export function draftOf(c: Contest): ContestDraft {
  return {
    name: { ...c.name },
    event: { ...c.event },
    level: (c.level || undefined) as ContestDraft['level'],
    year: c.year || undefined,
    season: c.season ?? '',
    organiser: c.organiser,
    organisers: [...c.organisers],
    feeds: c.feeds || undefined,
    rehearsal: c.rehearsal,
  }
}

/** A contest to be made, of this year. */
export function newContest(year: number): ContestDraft {
  const blank = { zh: '', en: '' }
  return {
    name: { ...blank },
    event: { ...blank },
    level: 'first',
    year,
    organiser: '',
    organisers: [],
    rehearsal: false,
  }
}

/** An event to be made. */
export function newEvent(): EventDraft {
  return { name: { zh: '', en: '' }, kind: 'skill' }
}

/** The draft that would leave an event as it is. */
export function eventDraft(e: ContestEvent): EventDraft {
  return copyOf({
    name: e.name,
    kind: e.kind as EventDraft['kind'],
    ...(e.occupation && { occupation: e.occupation }),
    ...(e.level && { level: e.level }),
    ...(e.team && { team: e.team }),
  })
}

/** Teams of two or three that are marked together, to start from. */
export const newTeam = (): TeamShape => ({ marked: 'together', min: 2, max: 3, roles: [] })

/** The name of a stage; by its kind where it has none. */
export function stageName(stage: Division['stage']): string {
  return text(stage.name) || t(`structure.stage.${stage.kind}`)
}

/**
 * Delegations from pasted lines, "name", "name<tab>city" or "name, city": those that are not in the list yet, each once.
 */
export function pasted(lines: string, list: Delegation[]): Delegation[] {
  const known = new Set(list.map((d) => d.name))
  const out: Delegation[] = []
  for (const line of linesOf(lines)) {
    const [name = '', city = ''] = line.split(/\t|,|，/).map((x) => x.trim())
    if (!name || known.has(name)) continue
    known.add(name)
    out.push({ name, city, leaders: [] })
  }
  return out
}

/** Divisions that may send people to one of the event and order: earlier ones of the event, and of feeding contests. */
export function sources(
  contests: Contest[],
  at: { contest: string; event: string; order: number; division?: string },
): { id: string; label: string }[] {
  const out: { id: string; label: string }[] = []
  for (const c of contests) {
    const fits = (d: DivisionBrief): boolean =>
      d.stage.kind !== 'practice' &&
      d.id !== at.division &&
      (c.id === at.contest ? d.event === at.event && d.stage.order < at.order : c.feeds === at.contest)
    for (const d of c.divisions.filter(fits))
      out.push({
        id: d.id,
        label: `${c.id === at.contest ? '' : `${text(c.name)} · `}${text(d.name)} · ${stageName(d.stage)}`,
      })
  }
  return out
}
