// The course of one judge on one tablet: sign in, list, mark, hand in. One instance per page; views get it by
// useJudge(). Everything works without a network once the list has been loaded; what leaves is the outbox's matter.
import { computed, inject, onScopeDispose, reactive, ref, shallowRef, type InjectionKey } from 'vue'
import { api, Problem, problemText } from '../shared/api'
import { ServerClock } from '../shared/clock'
import { marks } from '../shared/format'
import { t } from '../shared/i18n'
import { deviceID, newID } from '../shared/ids'
import { openLive, type Frame, type Live, type LinkState } from '../shared/live'
import { showToast } from '../shared/ui/toast'
import { fromWire, toWire } from './marking'
import { isSettled } from './say'
import { createOutbox, isPassing } from './outbox'
import { Tablet, type Draft, type Outgoing, type Seen } from './tablet'
import type {
  AckFrame,
  Conference,
  Division,
  JudgeMe,
  JudgeSheet,
  Module,
  RefusedFrame,
  ServerFrame,
  SheetBrief,
  SheetList,
  SheetView,
} from './wire'

/** Which screen is shown; `ready` is the list or an open sheet. */
export type Phase = 'loading' | 'sign_in' | 'ready' | 'replaced' | 'failed'

/** Who signed in last on this tablet: after a reload without a network this judge goes on marking. */
const whoKey = 'xinglu.judge.who'

/** Sheets asked for at the same time when the list is prepared for work without a network. */
const parallel = 3

export type Judging = ReturnType<typeof createJudge>
export const judgeKey: InjectionKey<Judging> = Symbol('judge')

/** The judge of this page. */
export function useJudge(): Judging {
  const judge = inject(judgeKey)
  if (!judge) throw new Error('useJudge outside of the judge page')
  return judge
}

type Who = Pick<JudgeMe, 'id' | 'name'>

/** Schemes are frozen when a division opens, so one per division and module is enough. */
export function schemeKey(sheet: Pick<SheetBrief, 'division' | 'module'>): string {
  return `${sheet.division}/${sheet.module}`
}

function remembered(): Who | undefined {
  const kept = localStorage.getItem(whoKey)
  return kept ? (JSON.parse(kept) as Who) : undefined
}

export function createJudge() {
  const clock = new ServerClock()
  const phase = ref<Phase>('loading')
  const me = shallowRef<Who>()
  const note = ref('') // why the judge has to sign in again
  const failure = ref('')
  const divisions = shallowRef<Division[]>([])
  const schemes = reactive(new Map<string, Module>())
  const seen = reactive(new Map<string, Seen>())
  const drafts = reactive(new Map<string, Draft>())
  const notKept = ref(false) // the tablet's storage refused a write
  const live = shallowRef<Live>()
  const link = computed<LinkState>(() => live.value?.state.value ?? { kind: 'catching_up', since: null })
  let tablet: Tablet | undefined
  let checking = false
  // What the server pushes is newer than what was asked for before it came; see overtaken.
  let pushes = 0
  const lastPush = new Map<string, number>()

  const outbox = createOutbox({
    keep: (item) => kept(tablet?.saveOutgoing(item)),
    drop: (item) => kept(tablet?.dropOutgoing(item)),
    ready: () => live.value?.ready.value ?? false,
    send: (frame) => live.value?.send(frame) ?? false,
  })
  const ticker = setInterval(() => void outbox.flush(), 5_000)

  const sheets = computed(() => new Map(divisions.value.flatMap((d) => d.sheets.map((s) => [s.id, s]))))

  /** Waits for a write; a failed one is shown, and the work goes on in memory. */
  async function kept(write: Promise<void> | undefined): Promise<void> {
    try {
      await write
    } catch (error) {
      console.error('the tablet could not keep something', error)
      notKept.value = true
    }
  }

  // ——— who judges here ———

  async function boot(): Promise<void> {
    try {
      await enter(await api.get<JudgeMe>('/api/judge/me'))
    } catch (error) {
      const who = remembered()
      if (error instanceof Problem && error.status === 401) {
        phase.value = 'sign_in'
      } else if (error instanceof Problem && error.passing && who) {
        await enter(who)
      } else if (error instanceof Problem && error.passing) {
        setTimeout(() => void boot(), 1_000 + Math.random() * 2_000)
      } else {
        failure.value = problemText(error)
        phase.value = 'failed'
      }
    }
  }

  /** Signs in; rejects with the Problem for the form to show. */
  async function signIn(login: string, password: string): Promise<void> {
    const next = await api.post<JudgeMe>('/api/judge/sign-in', { login, password })
    note.value = ''
    await enter(next)
  }

  async function enter(who: Who): Promise<void> {
    localStorage.setItem(whoKey, JSON.stringify({ id: who.id, name: who.name }))
    if (me.value?.id !== who.id || !tablet) await takeUp(who)
    me.value = { id: who.id, name: who.name }
    phase.value = 'ready'
    connect()
  }

  /** Reads what this judge left on this tablet. */
  async function takeUp(who: Who): Promise<void> {
    tablet?.close()
    tablet = await Tablet.open(who.id)
    notKept.value = !tablet.durable
    for (const map of [schemes, seen, drafts]) map.clear()
    divisions.value = await tablet.list()
    for (const [key, value] of await tablet.schemes()) schemes.set(key, value)
    for (const [key, value] of await tablet.seen()) seen.set(key, value)
    for (const [key, value] of await tablet.drafts()) drafts.set(key, value)
    outbox.restore(await tablet.outgoing())
    void navigator.storage?.persist?.() // asks not to be evicted; absent without a secure context
  }

  async function signOut(): Promise<void> {
    await api.post('/api/judge/sign-out')
    localStorage.removeItem(whoKey)
    live.value?.close()
    location.replace('/judge')
  }

  function signedOut(text: string): void {
    live.value?.close()
    live.value = undefined
    note.value = text
    phase.value = 'sign_in'
  }

  // ——— the live connection ———

  function connect(): void {
    live.value?.close()
    live.value = openLive<ServerFrame>({
      path: '/api/judge/ws',
      hello: () => ({ t: 'hello', device: deviceID() }) as Frame,
      onFrame: (frame, sentAt) => void receive(frame, sentAt),
      onLost: () => {
        outbox.lost()
        void checkSignIn()
      },
      onTerminal: (code) => {
        if (code === 4101) phase.value = 'replaced'
        else if (code === 4100) signedOut(t('error.signed_out'))
        else {
          failure.value = t('judge.failed.closed', { code })
          phase.value = 'failed'
        }
      },
      now: () => clock.now(),
    })
  }

  /** A refused connection does not say why: without this an ended sign-in would look like a bad network. */
  async function checkSignIn(): Promise<void> {
    if (checking || phase.value !== 'ready') return
    checking = true
    try {
      await api.get('/api/judge/me')
    } catch (error) {
      const ended = error instanceof Problem && error.status === 401
      if (ended && phase.value === 'ready') signedOut(t('judge.sign_in.ended')) // not when replaced meanwhile
    } finally {
      checking = false
    }
  }

  async function receive(frame: ServerFrame, sentAt?: number): Promise<void> {
    clock.observe(frame.server_time, sentAt)
    switch (frame.t) {
      case 'welcome':
        await outbox.flush()
        return refresh()
      case 'ack':
        return acked(frame)
      case 'refused':
        return refused(frame)
      case 'sheet':
        return news(frame.sheet, frame.conferences ?? [])
      case 'refresh':
        return refresh()
      case 'replaced':
        phase.value = 'replaced'
    }
  }

  // ——— the list ———

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
    lastPush.set(brief.id, ++pushes)
    takeBrief(brief)
  }

  /** Whether the server has told of the sheet since `asked`; an answer to a question of that time may be older. */
  function overtaken(sheet: string, asked: number): boolean {
    return (lastPush.get(sheet) ?? 0) > asked
  }

  /** Reads the list again, and what is needed to go on without a network. */
  async function refresh(): Promise<void> {
    const asked = pushes
    try {
      const list = await api.get<SheetList>('/api/judge/sheets')
      const newer = (s: SheetBrief): SheetBrief => (overtaken(s.id, asked) && sheets.value.get(s.id)) || s
      divisions.value = list.divisions.map((d) => ({ ...d, sheets: d.sheets.map(newer) }))
      await kept(tablet?.saveList(divisions.value))
      await prepare()
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.status === 401) signedOut(t('judge.sign_in.ended'))
      else if (!error.passing) showToast(problemText(error), 'bad')
    }
  }

  /** Loads one sheet per unknown scheme, and the own marks of every sheet that may have to be marked again. */
  async function prepare(): Promise<void> {
    const wanted: SheetBrief[] = []
    const asked = new Set<string>()
    for (const sheet of sheets.value.values()) {
      const scheme = schemeKey(sheet)
      const lacksScheme = !schemes.has(scheme) && !asked.has(scheme)
      const open = sheet.version > 0 && !isSettled(sheet)
      const known = seen.get(sheet.id)
      const stale = open && (known?.version !== sheet.version || sheet.state === 'conference')
      if (lacksScheme) asked.add(scheme)
      if (lacksScheme || stale) wanted.push(sheet)
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
    const { module_scheme, mine, my_total, conferences, ...brief } = await api.get<SheetView>(
      `/api/judge/sheets/${path}`,
    )
    schemes.set(schemeKey(brief), module_scheme)
    await kept(tablet?.saveScheme(schemeKey(brief), module_scheme))
    const late = overtaken(brief.id, asked)
    if (!late) takeBrief(brief)
    const open = (late && seen.get(brief.id)?.conferences) || conferences
    await takeSeen(brief.id, { version: brief.version, mine, total: my_total, conferences: open })
  }

  async function takeSeen(sheet: string, next: Seen): Promise<void> {
    seen.set(sheet, next)
    await kept(tablet?.saveSeen(sheet, next))
  }

  async function news(brief: SheetBrief, conferences: Conference[]): Promise<void> {
    const before = sheets.value.get(brief.id)
    takePush(brief)
    const known = seen.get(brief.id)
    await takeSeen(brief.id, { version: brief.version, mine: known?.mine, total: known?.total, conferences })
    if (brief.state === 'conference' && before?.state !== 'conference')
      showToast(t('judge.conference.news', { code: brief.code, module: brief.module }), 'info', 8_000)
    // Marked from another tablet meanwhile: its marks are needed here too.
    if (brief.version > 0 && known?.mine?.version !== brief.version && !outboxHas(brief.id))
      await loadSheet(brief).catch((error: unknown) => console.error('own marks not loaded', error))
  }

  // ——— marking ———

  function outboxHas(sheet: string): boolean {
    return outbox.items.value.some((i) => i.frame.sheet === sheet)
  }

  /** Changes a draft, or begins one. Kept on this tablet at once. */
  async function change(sheet: SheetBrief, to: Partial<Omit<Draft, 'sheet' | 'rev'>>): Promise<void> {
    const old = drafts.get(sheet.id)
    const { id, version, round } = sheet
    const base = old ?? { sheet: id, rev: 0, expect: version, round, entries: {}, unsure: [], note: '' }
    const draft: Draft = { ...base, ...to, rev: base.rev + 1 }
    drafts.set(sheet.id, draft)
    await kept(tablet?.saveDraft(draft))
  }

  /** Begins to mark a handed-in sheet again; aspects in conference start blank, so that each is decided anew. */
  async function remark(sheet: SheetBrief): Promise<void> {
    const known = seen.get(sheet.id)
    const entries = fromWire(known?.mine?.entries ?? [])
    for (const c of known?.conferences ?? []) delete entries[c.aspect]
    const { version: expect, round } = sheet
    await change(sheet, { expect, round, entries, note: known?.mine?.note ?? '' })
  }

  /** Forgets the draft of a sheet; what the server holds stays. */
  async function discard(sheet: string): Promise<void> {
    const draft = drafts.get(sheet)
    drafts.delete(sheet)
    if (draft) await kept(tablet?.dropDraft(sheet, draft.rev))
  }

  /** Hands in the draft of a sheet. `tail` is what the judge typed. Resolves when it is kept for sending. */
  async function submit(sheet: SheetBrief, tail: string): Promise<void> {
    const draft = drafts.get(sheet.id)
    const module = schemes.get(schemeKey(sheet))
    if (!draft || !module) return
    await change(sheet, { refusal: undefined })
    await outbox.add({
      rev: draft.rev + 1,
      frame: {
        key: newID(),
        division: sheet.division,
        sheet: sheet.id,
        code_tail: tail,
        expect: draft.expect,
        round: draft.round ?? sheet.round,
        entries: toWire(module, draft.entries),
        note: draft.note.trim(),
      },
    })
  }

  async function acked(frame: AckFrame): Promise<void> {
    const item = outbox.find(frame.key)
    if (!item) return
    // News of this version that came first are as new at least.
    if ((sheets.value.get(frame.sheet.id)?.version ?? 0) < frame.version) takePush(frame.sheet)
    const { entries, note: words, round } = item.frame
    const mine: JudgeSheet = {
      version: frame.version,
      round,
      entries,
      note: words,
      at: frame.at,
      source: 'tablet',
    }
    const conferences = seen.get(frame.sheet.id)?.conferences ?? []
    await takeSeen(frame.sheet.id, { version: frame.version, mine, total: frame.total, conferences })
    if (drafts.get(item.frame.sheet)?.rev === item.rev) await discard(item.frame.sheet)
    await outbox.done(item)
    const { code, module } = frame.sheet
    showToast(t('judge.submit.received', { code, module, total: marks(frame.total) }), 'good')
  }

  async function refused(frame: RefusedFrame): Promise<void> {
    const item = outbox.find(frame.key)
    if (frame.code === 'signed_out') signedOut(t('judge.sign_in.ended'))
    if (item && isPassing(frame.code)) outbox.later(frame.key)
    else if (item) await returned(item, frame)
  }

  /** A sheet came back: it is a draft again, with the reason at the aspects concerned. */
  async function returned(item: Outgoing, frame: RefusedFrame): Promise<void> {
    const sheet = sheets.value.get(item.frame.sheet)
    const errors = (frame.errors ?? []).map((e) => {
      const index = /^entries\[(\d+)\]/.exec(e.path)?.[1]
      const aspect = index === undefined ? undefined : item.frame.entries[Number(index)]?.aspect
      return { ...e, path: aspect ?? e.path }
    })
    const refusal = { code: frame.code, detail: frame.detail, params: frame.params ?? {}, errors }
    if (sheet) {
      const { expect, round, note: words } = item.frame
      const again = drafts.has(sheet.id)
        ? {}
        : { expect, round, entries: fromWire(item.frame.entries), note: words }
      await change(sheet, { ...again, refusal })
      showToast(t('judge.refused.news', { code: sheet.code, module: sheet.module }), 'bad', 8_000)
    }
    await outbox.done(item)
    // The server's own view explains the refusal: another version, a panel that has agreed.
    if (sheet) await loadSheet(sheet).catch((error: unknown) => console.error('sheet not loaded', error))
  }

  onScopeDispose(() => {
    clearInterval(ticker)
    live.value?.close()
  })

  return {
    phase,
    me,
    note,
    failure,
    divisions,
    sheets,
    schemes,
    seen,
    drafts,
    notKept,
    link,
    outbox,
    outboxHas,
    boot,
    signIn,
    signOut,
    loadSheet,
    change,
    remark,
    discard,
    submit,
    /** Goes on after this tablet was replaced by another. */
    signInAgain: () => signedOut(''),
    retryLink: () => live.value?.retry(),
  }
}
