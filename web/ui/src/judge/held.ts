// What this tablet holds for its judge: the list, the schemes, what the server has of the judge's own sheets, drafts.
// Every change is written to the tablet's database before anything depends on it.
import { computed, reactive, ref, shallowRef } from 'vue'
import { api } from '../shared/api'
import { fromWire } from '../shared/marking/entries'
import { isSettled } from './standing'
import { Tablet, type Draft, type Seen } from './tablet'
import type { Conference, Division, Module, SheetBrief, SheetList, SheetView } from './wire'

/** Sheets asked for at the same time when the list is prepared for work without a network. */
const parallel = 3

/** Schemes are frozen when a division opens, so one per division, module and panel is enough. */
export function schemeKey(sheet: Pick<SheetBrief, 'id' | 'division' | 'module'>): string {
  const panel = /~\d+$/.exec(sheet.id)?.[0] ?? '' // the module's second panel has other aspects
  return `${sheet.division}/${sheet.module}${panel}`
}

/** What names a sheet on this tablet: two divisions have the same codes. */
export function refOf(sheet: Pick<SheetBrief, 'id' | 'division'>): string {
  return `${sheet.division}/${sheet.id}`
}

/** What has to be the same for what was seen of a sheet to be still true. */
export function stampOf({ version, round, state, to_sign }: SheetBrief): string {
  return [version, round, state, to_sign ?? ''].join('/')
}

export type Held = ReturnType<typeof createHeld>

export function createHeld() {
  const divisions = shallowRef<Division[]>([])
  const schemes = reactive(new Map<string, Module>())
  const seen = reactive(new Map<string, Seen>())
  const drafts = reactive(new Map<string, Draft>())
  const notKept = ref(false) // the tablet's storage refused a write
  /** By refOf, as everything here. */
  const sheets = computed(() => new Map(divisions.value.flatMap((d) => d.sheets.map((s) => [refOf(s), s]))))
  let tablet: Tablet | undefined
  // What the server pushes is newer than what was asked for before it came; see overtaken.
  let pushes = 0
  const lastPush = new Map<string, number>()

  /** Waits for a write; a failed one is shown, and the work goes on in memory. */
  async function kept(write: Promise<void> | undefined): Promise<void> {
    try {
      await write
    } catch (error) {
      console.error('the tablet could not keep something', error)
      notKept.value = true
    }
  }

  /** Reads what a judge left on this tablet; the database is for more than this module. */
  async function takeUp(judge: string): Promise<Tablet> {
    tablet?.close()
    tablet = await Tablet.open(judge)
    notKept.value = !tablet.durable
    for (const map of [schemes, seen, drafts]) map.clear()
    divisions.value = await tablet.list()
    for (const [key, value] of await tablet.schemes()) schemes.set(key, value)
    for (const [key, value] of await tablet.seen()) seen.set(key, value)
    for (const draft of (await tablet.drafts()).values()) drafts.set(refOf(draft), draft)
    void navigator.storage?.persist?.() // asks not to be evicted; absent without a secure context
    return tablet
  }

  // ——— what the server says ———

  function takeBrief(brief: SheetBrief): void {
    divisions.value = divisions.value.map((d) =>
      d.id === brief.division
        ? { ...d, sheets: d.sheets.map((s) => (s.id === brief.id && s.version <= brief.version ? brief : s)) }
        : d,
    )
    void kept(tablet?.saveList(divisions.value))
  }

  /** Takes what the server pushed, before anything is waited for: pushes come in order. */
  function takePush(brief: SheetBrief): void {
    lastPush.set(refOf(brief), ++pushes)
    takeBrief(brief)
  }

  /** Whether the server has told of the sheet since `asked`; an answer to a question of that time may be older. */
  function overtaken(sheet: SheetBrief, asked: number): boolean {
    return (lastPush.get(refOf(sheet)) ?? 0) > asked
  }

  async function takeSeen(ref: string, next: Seen): Promise<void> {
    seen.set(ref, next)
    await kept(tablet?.saveSeen(ref, next))
  }

  /** Takes a part of what the server has of a sheet, and leaves the rest as it was. */
  async function takePart(brief: SheetBrief, part: Partial<Seen>): Promise<void> {
    const known = seen.get(refOf(brief)) ?? { conferences: [] }
    await takeSeen(refOf(brief), { ...known, version: brief.version, ...part })
  }

  /** Reads the list again, and what is needed to go on without a network; rejects with the Problem. */
  async function refresh(): Promise<void> {
    const asked = pushes
    const list = await api.get<SheetList>('/api/judge/sheets')
    const newer = (s: SheetBrief): SheetBrief => (overtaken(s, asked) && sheets.value.get(refOf(s))) || s
    divisions.value = list.divisions.map((d) => ({ ...d, sheets: d.sheets.map(newer) }))
    await kept(tablet?.saveList(divisions.value))
    await prepare()
  }

  /** Whether a sheet that is still in somebody's hands has to be read again. */
  function isStale(sheet: SheetBrief): boolean {
    const inHand = (sheet.version > 0 && !isSettled(sheet)) || !!sheet.to_sign
    if (!inHand) return false
    return seen.get(refOf(sheet))?.stamp !== stampOf(sheet) || sheet.state === 'conference'
  }

  /** Loads one sheet per unknown scheme, and every sheet that may have to be marked again or signed. */
  async function prepare(): Promise<void> {
    const wanted: SheetBrief[] = []
    const asked = new Set<string>()
    for (const sheet of sheets.value.values()) {
      const scheme = schemeKey(sheet)
      const lacksScheme = !schemes.has(scheme) && !asked.has(scheme)
      if (lacksScheme) asked.add(scheme)
      if (lacksScheme || isStale(sheet)) wanted.push(sheet)
    }
    const next = wanted.values()
    await Promise.all(
      Array.from({ length: parallel }, async () => {
        for (const sheet of next) await loadSheet(sheet)
      }),
    )
  }

  /** Reads one sheet from the server; rejects with the Problem. */
  async function loadSheet(sheet: Pick<SheetBrief, 'id' | 'division'>): Promise<void> {
    const asked = pushes
    const path = [sheet.division, sheet.id].map(encodeURIComponent).join('/')
    const { module_scheme, ...view } = await api.get<SheetView>(`/api/judge/sheets/${path}`)
    const { mine, my_total, conferences, agreed, agreed_total, time_ms, ...more } = view
    const { evidence, signature, reopened, conducts, ...brief } = more
    schemes.set(schemeKey(brief), module_scheme)
    await kept(tablet?.saveScheme(schemeKey(brief), module_scheme))
    const late = overtaken(brief, asked)
    if (!late) takeBrief(brief)
    const open = (late && seen.get(refOf(brief))?.conferences) || conferences
    await takeSeen(refOf(brief), {
      ...{ version: brief.version, stamp: stampOf(brief), mine, my_total, conferences: open },
      ...{ agreed, agreed_total, time_ms, evidence, signature, reopened, conducts },
    })
  }

  // ——— drafts ———

  /** Changes a draft, or begins one. Kept on this tablet at once. */
  async function change(
    sheet: Pick<SheetBrief, 'id' | 'division' | 'version' | 'round'>,
    to: Partial<Omit<Draft, 'id' | 'division' | 'rev'>>,
  ): Promise<void> {
    const { id, division, version, round } = sheet
    const fresh = { id, division, rev: 0, expect: version, round, entries: {}, unsure: [], note: '' }
    const base = drafts.get(refOf(sheet)) ?? fresh
    const draft: Draft = { ...base, ...to, rev: base.rev + 1 }
    drafts.set(refOf(sheet), draft)
    await kept(tablet?.saveDraft(draft))
  }

  /** Begins to mark a handed-in sheet again; aspects in conference start blank, so that each is decided anew. */
  async function remark(sheet: SheetBrief): Promise<void> {
    const known = seen.get(refOf(sheet))
    const entries = fromWire(known?.mine?.entries ?? [])
    for (const c of talksOf(sheet, known)) delete entries[c.aspect]
    const { version: expect, round } = sheet
    await change(sheet, { expect, round, entries, note: known?.mine?.note ?? '' })
  }

  /** Forgets the draft of a sheet; what the server holds stays. */
  async function discard(sheet: Pick<SheetBrief, 'id' | 'division'>): Promise<void> {
    const draft = drafts.get(refOf(sheet))
    drafts.delete(refOf(sheet))
    if (draft) await kept(tablet?.dropDraft(draft))
  }

  return {
    ...{ divisions, sheets, schemes, seen, drafts, notKept, kept },
    ...{ takeUp, takePush, takeSeen, takePart, refresh, loadSheet, change, remark, discard },
    /** The database; nothing before a judge is known. */
    tablet: () => tablet,
  }
}

/** What the panel has to talk about now; what was open in an earlier state is over. */
export function talksOf(sheet: SheetBrief, seen: Seen | undefined): Conference[] {
  return sheet.state === 'conference' ? (seen?.conferences ?? []) : []
}
