// What is to be read from one sheet: the server's word, the draft on this tablet and what is on its way, put together.
import { talksOf } from './held'
import { aspectsOf, fromWire, isByClock, sameObservation, type Entries } from '../shared/marking/entries'
import { blanksOf, totalOf } from '../shared/marking/marking'
import { isOutdated, isSettled, standingOf, type Standing } from './standing'
import type { Draft, Outgoing, Seen } from './tablet'
import type { Aspect, Conference, Module, SheetBrief } from './wire'

/** Where an entry is: only on this tablet, at the server, or counted. */
export type Place = 'local' | 'received' | 'counted'

/** What is known of a sheet. */
export interface SheetParts {
  sheet: SheetBrief
  module?: Module
  seen?: Seen
  draft?: Draft
  out?: Outgoing
}

/** A sheet as it is shown. */
export interface Reading {
  standing: Standing
  /** Another version or round came first: the judge has to choose. */
  outdated: boolean
  /** Whether entries may be changed now. */
  editing: boolean
  entries: Entries
  /** The judge's own entries at the server. */
  stored: Entries
  conferences: Conference[]
  /** Conferences about an aspect; one without is about the totals. */
  talks: Conference[]
  aspects: Aspect[]
  blanks: Aspect[]
  unsure: Aspect[]
  /** Hundredths, as if this judge were alone. */
  total: number
}

/** Puts a sheet together. */
export function readSheet({ sheet, module, seen, draft, out }: SheetParts): Reading {
  const stored = fromWire(seen?.mine?.entries ?? [])
  const outdated = isOutdated(draft, sheet, !!out)
  const settled = isSettled(sheet)
  const conferences = talksOf(sheet, seen)
  const aspects = module ? aspectsOf(module) : []
  const entries = { ...shown(), ...clockEntries(aspects, seen?.time_ms) }

  function shown(): Entries {
    if (out) return fromWire(out.frame.entries)
    if (settled) return stored // what counts, not a change that came too late
    return draft?.entries ?? stored
  }

  return {
    standing: standingOf(sheet, draft, !!out),
    outdated,
    editing: !out && !outdated && !settled && (!!draft || sheet.version === 0),
    entries,
    stored,
    conferences,
    talks: conferences.filter((c) => c.aspect),
    aspects,
    blanks: module ? blanksOf(module, entries) : [],
    unsure: aspects.filter((a) => draft?.unsure.includes(a.id)),
    total: module ? totalOf(module, entries) : 0,
  }
}

/** The station's clock fills in what judges do not enter. */
function clockEntries(aspects: Aspect[], ms: number | undefined): Entries {
  if (ms === undefined) return {}
  return Object.fromEntries(aspects.filter(isByClock).map((a) => [a.id, { time_ms: ms }]))
}

/** In a conference what is not in it stands; a gap between totals opens everything. */
export function stands({ conferences, talks }: Reading, aspect: string): boolean {
  const all = talks.length < conferences.length
  return conferences.length > 0 && !all && !talks.some((c) => c.aspect === aspect)
}

/** Where the entry of an aspect is. */
export function placeOf(parts: SheetParts, reading: Reading, aspect: string): Place {
  if (isSettled(parts.sheet)) return 'counted'
  const known = sameObservation(reading.entries[aspect], reading.stored[aspect])
  return known && parts.seen?.mine && !parts.out ? 'received' : 'local'
}
