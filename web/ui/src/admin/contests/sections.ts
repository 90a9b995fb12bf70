// The desks of one division, in the order of the work; who sees which follows from what that person may do. A desk is a
// component of its own, fetched when it is first opened.
import type { Component } from 'vue'
import type { Action } from '../session'
import type { Competitor, Division, Duty } from '../types'

/** What the division's page knows and gives to its desks. */
export interface Place {
  id: string
  duty: Duty
  /** Absent for officers who may not read contests. */
  division?: Division
  competitors: Competitor[]
  /** How many compete, also while nobody may be named. */
  count: number
  /** Nobody is named before decryption to who judges. */
  sealed: boolean
}

export const groups = ['prepare', 'identity', 'floor', 'marking', 'outcome'] as const
export type Group = (typeof groups)[number]

export interface Section {
  /** The last part of the address, and of the label's key "admin.section.<name>". */
  name: string
  group: Group
  /** One of them is enough. */
  action: Action | Action[]
  /** The offices it is for; absent: the action says enough. */
  offices?: Duty['offices']
  /** When it can be used; absent: always. */
  when?: 'setup' | 'opened'
  /** Only where competitors are hidden behind codes. */
  coded?: true
  /** Shows the division as a whole, which takes the right to read contests. */
  whole?: true
  load: () => Promise<{ default: Component }>
  /** The component's props. */
  give: (place: Place) => Record<string, unknown>
}

const byID = (place: Place) => ({ division: place.id })
const byDuty = (place: Place) => ({ division: place.id, duty: place.duty })
const byDivision = (place: Place) => ({ division: place.division })
const withPeople = (place: Place) => ({ division: place.division, competitors: place.competitors })

export const sections: Section[] = [
  {
    name: 'head',
    group: 'prepare',
    action: 'contest.read',
    whole: true,
    load: () => import('./structure/HeadDesk.vue'),
    give: byDivision,
  },
  {
    name: 'entries',
    group: 'prepare',
    action: 'entry.file',
    load: () => import('./entries/EntriesDesk.vue'),
    give: (place) => ({ division: place.id, duty: place.duty, contest: place.division?.contest }),
  },
  {
    name: 'competitors',
    group: 'prepare',
    action: 'contest.read',
    whole: true,
    load: () => import('./CompetitorPanel.vue'),
    give: (place) => ({ ...withPeople(place), sealed: place.sealed }),
  },
  {
    name: 'officers',
    group: 'prepare',
    action: 'contest.read',
    whole: true,
    load: () => import('./structure/OfficersDesk.vue'),
    give: withPeople,
  },
  {
    name: 'panels',
    group: 'prepare',
    action: 'contest.read',
    whole: true,
    load: () => import('./JudgePanels.vue'),
    give: withPeople,
  },
  {
    name: 'regulation',
    group: 'prepare',
    action: 'contest.read',
    whole: true,
    load: () => import('./regulation/RegulationDesk.vue'),
    give: byDivision,
  },
  {
    name: 'scheme',
    group: 'prepare',
    action: 'contest.read',
    whole: true,
    load: () => import('./SchemeView.vue'),
    give: byDivision,
  },
  {
    name: 'draws',
    group: 'identity',
    action: 'draw.watch',
    when: 'opened',
    coded: true,
    load: () => import('./identity/DrawsTab.vue'),
    give: byDuty,
  },
  {
    name: 'decryption',
    group: 'identity',
    action: 'draw.watch',
    when: 'opened',
    coded: true,
    load: () => import('./identity/DecryptionTab.vue'),
    give: byDuty,
  },
  {
    name: 'call-room',
    group: 'floor',
    action: ['call_room.keep', 'desk.read'],
    offices: ['call_room', 'chief', 'deputy_chief', 'supervisor'],
    when: 'opened',
    load: () => import('./floor/CallRoomTab.vue'),
    give: byDuty,
  },
  {
    name: 'clocks',
    group: 'floor',
    action: 'desk.read',
    when: 'opened',
    load: () => import('./floor/ClocksTab.vue'),
    give: byID,
  },
  {
    name: 'tablets',
    group: 'floor',
    action: 'tablet.manage',
    load: () => import('./floor/tablets/TabletsDesk.vue'),
    give: (place) => ({
      judges: place.division?.panels.flatMap((p) => p.judges.map((j) => j.judge)),
    }),
  },
  {
    name: 'paper',
    group: 'floor',
    action: 'paper.key',
    when: 'opened',
    load: () => import('./floor/paper/PaperDesk.vue'),
    give: byID,
  },
  {
    name: 'desk',
    group: 'marking',
    action: 'desk.read',
    when: 'opened',
    load: () => import('./desk/DeskTab.vue'),
    give: byID,
  },
  {
    name: 'progress',
    group: 'marking',
    action: 'contest.read',
    when: 'opened',
    whole: true,
    load: () => import('./ProgressMatrix.vue'),
    give: byDivision,
  },
  {
    name: 'results',
    group: 'outcome',
    action: 'contest.read',
    when: 'opened',
    whole: true,
    load: () => import('./ResultTable.vue'),
    give: byDivision,
  },
  {
    name: 'recheck',
    group: 'outcome',
    action: 'desk.read',
    when: 'opened',
    load: () => import('./outcome/RecheckTab.vue'),
    give: byID,
  },
  {
    name: 'publish',
    group: 'outcome',
    action: 'desk.read',
    when: 'opened',
    load: () => import('./outcome/PublishTab.vue'),
    give: byID,
  },
  {
    name: 'correct',
    group: 'outcome',
    action: 'appeal.read',
    when: 'opened',
    load: () => import('./outcome/CorrectTab.vue'),
    give: byID,
  },
  {
    name: 'quality',
    group: 'outcome',
    action: 'quality.read',
    when: 'opened',
    load: () => import('./outcome/QualityTab.vue'),
    give: byID,
  },
  {
    name: 'honours',
    group: 'outcome',
    action: 'contest.document',
    when: 'opened',
    load: () => import('./outcome/HonoursTab.vue'),
    give: byID,
  },
  {
    name: 'documents',
    group: 'outcome',
    action: 'contest.document',
    load: () => import('./documents/DocumentsDesk.vue'),
    give: (place) => ({ division: place.id, duty: place.duty, whole: place.division }),
  },
]

/** The desks that somebody has in the division, in order. */
export function sectionsOf(place: Place, may: (a: Action) => boolean): Section[] {
  const opened = place.duty.status !== 'setup'
  return sections.filter(
    (s) =>
      [s.action].flat().some(may) &&
      (!s.offices || s.offices.some((o) => place.duty.offices.includes(o))) &&
      (!s.when || (s.when === 'opened') === opened) &&
      !(s.coded && place.duty.identity_mode === 'open') &&
      !(s.whole && !place.division),
  )
}

/** Where somebody starts who names no desk. */
export function firstOf(mine: Section[], status: string): Section | undefined {
  const wanted = status === 'setup' ? 'competitors' : status === 'final' ? 'results' : 'progress'
  return mine.find((s) => s.name === wanted) ?? mine[0]
}
