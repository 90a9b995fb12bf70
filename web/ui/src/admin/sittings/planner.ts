// From the fields of the planner to a sitting: seats from numbers, instants from local times, a ticket for preview.
import { instantOf } from '../../shared/format'
import type { Centre, OutlineBrief, Rules, SittingDraft } from '../types'

/** A room as it is planned: seats by number. */
export interface RoomPlan {
  code: string
  name: string
  seats: number
  spare: number
}

/** A centre as it is planned. */
export interface CentrePlan {
  code: string
  name: string
  rooms: RoomPlan[]
}

/** Rules in the units of the form: minutes, and seconds where people think in seconds. */
export interface RulesPlan {
  version: string
  limit: number
  entryOpens: number
  lastEntry: number
  earliestHandIn: number
  graceSeconds: number
  earlyStart: number
  /** From how long before the start the papers can be released. */
  releaseBefore: number
  shuffle: boolean
  multiple: string
  /** Percent of the question's score, for the policy partial_if_subset. */
  partial: number
}

/** What the trade uses most; every value can be changed (domain notes: entry 30 min, late 30 min, hand-in 30 min). */
export function defaultRules(): RulesPlan {
  return {
    version: '2026-1',
    limit: 90,
    entryOpens: 30,
    lastEntry: 30,
    earliestHandIn: 30,
    graceSeconds: 5,
    earlyStart: 0,
    releaseBefore: 30,
    shuffle: true,
    multiple: 'all',
    partial: 50,
  }
}

const minute = 60_000

/** The rules of the form in the server's units. */
export function rulesOf(plan: RulesPlan): Rules {
  return {
    version: plan.version.trim(),
    limit_ms: Math.round(plan.limit * minute),
    entry_opens_ms: Math.round(plan.entryOpens * minute),
    last_entry_ms: Math.round(plan.lastEntry * minute),
    earliest_hand_in_ms: Math.round(plan.earliestHandIn * minute),
    grace_ms: Math.round(plan.graceSeconds * 1000),
    early_start_ms: Math.round(plan.earlyStart * minute),
    release_before_ms: Math.round(plan.releaseBefore * minute),
    shuffle_options: plan.shuffle,
    multiple: plan.multiple,
    multiple_partial_bp: plan.multiple === 'partial_if_subset' ? Math.round(plan.partial * 100) : 0,
  }
}

/** Seat codes "01" … "40"; as many digits as the last needs, at least two. */
export function seatCodes(from: number, count: number, last: number): string[] {
  const width = Math.max(2, String(last).length)
  return Array.from({ length: Math.max(0, count) }, (_, i) => String(from + i).padStart(width, '0'))
}

/** The centres with their seats; spare seats come last in each room. */
export function centresOf(plans: CentrePlan[]): Centre[] {
  return plans.map((centre) => ({
    code: centre.code.trim(),
    name: centre.name.trim(),
    rooms: centre.rooms.map((room) => {
      const seats = room.seats || 0
      const last = seats + (room.spare || 0)
      return {
        code: room.code.trim(),
        name: room.name.trim(),
        seats: seatCodes(1, seats, last),
        spare: seatCodes(seats + 1, room.spare || 0, last),
      }
    }),
  }))
}

/** The other way: centres of an older sitting as a plan. */
export function plansOf(centres: Centre[]): CentrePlan[] {
  return centres.map((centre) => ({
    code: centre.code,
    name: centre.name,
    rooms: centre.rooms.map((room) => ({
      code: room.code,
      name: room.name,
      seats: room.seats.length,
      spare: room.spare?.length ?? 0,
    })),
  }))
}

/** Seats that candidates can get, and spare ones. */
export function seatTotals(plans: CentrePlan[]): { seats: number; spare: number } {
  const rooms = plans.flatMap((c) => c.rooms)
  return {
    seats: rooms.reduce((n, r) => n + (r.seats || 0), 0),
    spare: rooms.reduce((n, r) => n + (r.spare || 0), 0),
  }
}

/**
 * The ticket number that a template gives, as the server fills it; null when the template is wrong: an unknown field,
 * a bad width, or neither {seat} nor {serial}.
 */
export function ticketOf(template: string, values: Record<string, string>): string | null {
  if (!/\{(seat|serial)/.test(template)) return null
  let wrong = false
  const filled = template.replace(/\{(\w*)(?::(\d+))?\}/g, (_whole, name: string, width?: string) => {
    const value = values[name]
    const digits = Number(width ?? 0)
    if (value === undefined || (width !== undefined && (digits < 1 || digits > 20))) wrong = true
    return (value ?? '').padStart(digits, '0')
  })
  return wrong || /[{}]/.test(filled) ? null : filled
}

/** Everything the planner's form holds. Times are fields' times in the official zone. */
export interface Plan {
  id: string
  code: string
  nameZh: string
  nameEn: string
  outline: OutlineBrief
  papers: string[]
  centres: CentrePlan[]
  startsAt: string
  closesAt: string
  rules: RulesPlan
  ticket: string
  seed: number
}

/** The sitting of a plan. */
export function draftOf(plan: Plan): SittingDraft {
  return {
    id: plan.id,
    code: plan.code.trim(),
    name: { zh: plan.nameZh.trim(), en: plan.nameEn.trim() },
    occupation: plan.outline.occupation,
    level: plan.outline.level,
    papers: plan.papers,
    centres: centresOf(plan.centres),
    starts_at: instantOf(plan.startsAt),
    closes_at: instantOf(plan.closesAt),
    rules: rulesOf(plan.rules),
    ticket: plan.ticket.trim(),
    seed: plan.seed,
  }
}
