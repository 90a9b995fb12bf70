// The course of one judge on one tablet: sign in, list, mark, hand in, sign. One instance per page; views get it by
// useJudge(). Everything works without a network once the list has been loaded; what leaves is the outbox's matter.
import { computed, inject, onScopeDispose, ref, shallowRef, type InjectionKey } from 'vue'
import { api, codeText, Problem, problemText } from '../shared/api'
import { ServerClock } from '../shared/clock'
import { marks } from '../shared/format'
import { t } from '../shared/i18n'
import { deviceID, newID } from '../shared/ids'
import { openJournal, type Journal } from '../shared/journal'
import { openLive, type Frame, type Live, type LinkState } from '../shared/live'
import { showToast } from '../shared/ui/toast'
import { createClocks, type Clocks } from './clockView'
import { createErrands } from './errands'
import { createEvidence } from './evidence'
import { createHeld, refOf, schemeKey } from './held'
import { fromWire, toWire } from '../shared/marking/entries'
import { createOutbox, isPassing } from './outbox'
import { createOwnTablet } from './ownTablet'
import { signInCard, type Opening } from './pairing'
import { createPresence } from './presence'
import { createSigning } from './signing'
import { claimTablet, type Claim } from './tabs'
import type { Outgoing } from './tablet'
import type { AckFrame, Conference, JudgeMe, JudgeSheet, RefusedFrame, ServerFrame, SheetBrief } from './wire'

/** Which screen is shown; `ready` is the list or an open sheet, `elsewhere` another tab of this browser, `revoked` a
 * tablet that was taken out of use. */
export type Phase = 'loading' | 'sign_in' | 'ready' | 'replaced' | 'elsewhere' | 'revoked' | 'failed'

/** Who signed in last on this tablet: after a reload without a network this judge goes on marking. */
const whoKey = 'xinglu.judge.who'

export type Judging = ReturnType<typeof createJudge>
export const judgeKey: InjectionKey<Judging> = Symbol('judge')

/** The judge of this page. */
export function useJudge(): Judging {
  const judge = inject(judgeKey)
  if (!judge) throw new Error('useJudge outside of the judge page')
  return judge
}

type Who = Pick<JudgeMe, 'id' | 'name'>

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
  const live = shallowRef<Live>()
  const link = computed<LinkState>(() => live.value?.state.value ?? { kind: 'catching_up', since: null })
  const watched = shallowRef<Pick<SheetBrief, 'id' | 'division'>>() // the sheet that is open
  const clocks = shallowRef<Clocks>() // of the judge
  const card = ref('') // that was scanned, and waits for its judge's PIN
  const own = createOwnTablet()
  let journal: Journal<unknown> | undefined // of the clocks
  let checking = false
  let claim: Claim | undefined

  const ready = (): boolean => live.value?.ready.value ?? false
  const send = (frame: Frame): boolean => live.value?.send(frame) ?? false

  const held = createHeld()
  const { sheets, drafts, seen, kept } = held
  const outbox = createOutbox({
    keep: (item) => kept(held.tablet()?.saveOutgoing(item)),
    drop: (item) => kept(held.tablet()?.dropOutgoing(item)),
    ready,
    send,
  })
  const signing = createSigning({ ready, send })
  const evidence = createEvidence(held)
  const errands = createErrands({
    keep: (errand) => kept(held.tablet()?.saveErrand(errand)),
    drop: (errand) => kept(held.tablet()?.dropErrand(errand)),
    bytes: async ({ key }) => evidence.shots.get(key)?.bytes,
    ready,
    done: async (errand, received) => {
      if (received) await evidence.received(errand.division, errand.key, received)
      else void reload({ id: errand.sheet, division: errand.division })
    },
    signedOut: () => signedOut(t('judge.sign_in.ended')),
  })
  /** How much on this tablet the server has not answered. */
  const unsent = computed(
    () => outbox.items.value.length + errands.items.value.length + (clocks.value?.pending.value.length ?? 0),
  )
  /** How many sheets are begun here and not handed in. */
  const unfinished = computed(() => [...drafts.values()].filter((d) => !outbox.of(d)).length)
  const presence = createPresence({ outbox: () => unsent.value })
  const ticker = setInterval(() => void flush(), 5_000)

  async function flush(): Promise<void> {
    await outbox.flush() // marks first
    signing.flush()
    if (ready()) await clocks.value?.flush()
    await errands.flush()
  }

  // ——— who judges here ———

  /** Begins the page; a card of an opening asks for its judge's PIN first. */
  async function boot(opened?: Opening): Promise<void> {
    void own.check()
    if (opened?.kind === 'card') {
      card.value = opened.card
      phase.value = 'sign_in'
      return
    }
    try {
      await enter(await api.get<JudgeMe>('/api/judge/me'))
    } catch (error) {
      const who = remembered()
      if (error instanceof Problem && error.status === 401) {
        phase.value = 'sign_in'
      } else if (error instanceof Problem && error.code === 'tablet_revoked') {
        revoked()
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

  /** Signs in by a card's secret and the judge's own PIN; rejects with the Problem for the form to show. */
  async function signInByCard(pin: string): Promise<void> {
    const next = await signInCard(card.value, pin)
    note.value = card.value = ''
    await enter(next)
  }

  async function enter(who: Who): Promise<void> {
    localStorage.setItem(whoKey, JSON.stringify({ id: who.id, name: who.name }))
    claim ??= claimTablet(() => {
      claim = undefined
      live.value?.close()
      phase.value = 'elsewhere'
    })
    if (me.value?.id !== who.id || !held.tablet()) await takeUp(who)
    me.value = { id: who.id, name: who.name }
    phase.value = 'ready'
    connect()
  }

  /** Reads what this judge left on this tablet. */
  async function takeUp(who: Who): Promise<void> {
    const tablet = await held.takeUp(who.id)
    outbox.restore(await tablet.outgoing())
    errands.restore(await tablet.errands())
    const waiting = errands.items.value.map((e) => e.key)
    await evidence.restore(await tablet.shots(), waiting)
    signing.forget()
    await takeUpClocks(who)
  }

  async function takeUpClocks(who: Who): Promise<void> {
    journal?.close()
    journal = await openJournal<unknown>('judge')
    const next = createClocks({
      ...{ journal, judge: who.id, clock },
      onRefused: ({ code }) => showToast(t('judge.clock_refused', { code }), 'bad', 8_000),
      onSignedOut: () => signedOut(t('judge.sign_in.ended')),
      onDevice: (problem) => {
        if (problem.code === 'tablet_revoked') revoked()
        else showToast(problemText(problem), 'bad', 8_000)
      },
    })
    await next.restore()
    clocks.value = next
  }

  async function signOut(): Promise<void> {
    await api.post('/api/judge/sign-out')
    localStorage.removeItem(whoKey)
    live.value?.close()
    location.replace('/judge')
  }

  /** This tablet was taken out of use: nothing leaves it any more, and what is on it stays. */
  function revoked(): void {
    own.revoked()
    live.value?.close()
    live.value = undefined
    phase.value = 'revoked'
  }

  /** Makes this device a tablet by the console's code; rejects with the Problem to show. */
  async function pair(code: string): Promise<void> {
    await own.pair(code)
    if (phase.value === 'ready')
      connect() // so that the server knows which tablet this is
    else if (phase.value !== 'elsewhere') await boot()
  }

  function signedOut(text: string): void {
    live.value?.close()
    live.value = undefined
    note.value = text
    phase.value = 'sign_in'
  }

  /** Takes the judge's work back into this tab. */
  async function comeBack(): Promise<void> {
    me.value = undefined // drafts were changed in the other tab
    phase.value = 'loading'
    await boot()
  }

  // ——— the live connection ———

  function connect(): void {
    live.value?.close()
    live.value = openLive<ServerFrame>({
      path: '/api/judge/ws',
      hello: () => ({ t: 'hello', device: deviceID(), ...presence.frame() }) as Frame,
      beat: presence.beat,
      onFrame: (frame, sentAt) => void receive(frame, sentAt),
      onLost: () => {
        outbox.lost()
        signing.lost()
        void checkSignIn()
      },
      onTerminal: (code) => {
        if (code === 4101) phase.value = 'replaced'
        else if (code === 4100) signedOut(t('error.signed_out'))
        else if (code === 4105) revoked()
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
      if (error instanceof Problem && error.code === 'tablet_revoked') return revoked()
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
        await flush()
        await refresh()
        return refreshClocks()
      case 'clocks':
        return refreshClocks()
      case 'ack':
        return acked(frame)
      case 'signed':
        return signed(frame.key)
      case 'refused':
        return refused(frame)
      case 'sheet':
        return news(frame.sheet, frame.conferences ?? [])
      case 'refresh':
        return refresh()
      case 'replaced':
        phase.value = 'replaced'
        return
      case 'revoked':
        revoked()
    }
  }

  async function refreshClocks(): Promise<void> {
    try {
      await clocks.value?.refresh()
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      console.error('clocks not read', error)
    }
  }

  async function refresh(): Promise<void> {
    try {
      await held.refresh()
      if (watched.value) await reload(watched.value)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.status === 401) signedOut(t('judge.sign_in.ended'))
      else if (error.code === 'tablet_revoked') revoked()
      else if (!error.passing) showToast(problemText(error), 'bad')
    }
  }

  /** Reads a sheet again; what fails is only logged, since what is there can still be used. */
  async function reload(sheet: Pick<SheetBrief, 'id' | 'division'>): Promise<void> {
    if (!sheets.value.has(refOf(sheet))) return
    await held.loadSheet(sheet).catch((error: unknown) => console.error('sheet not loaded', error))
  }

  async function news(brief: SheetBrief, conferences: Conference[]): Promise<void> {
    const before = sheets.value.get(refOf(brief))
    held.takePush(brief)
    const known = seen.get(refOf(brief))
    await held.takePart(brief, { conferences })
    const { code, module } = brief
    if (brief.state === 'conference' && before?.state !== 'conference')
      showToast(t('judge.conference.news', { code, module }), 'info', 8_000)
    if (brief.state === 'not_started' && brief.version > 0 && before && before.round < brief.round)
      showToast(t('judge.reopened.news', { code, module }), 'info', 8_000)
    // Marked from another tablet meanwhile: its marks are needed here too; and what is to be signed has to be seen.
    const marksMissing = brief.version > 0 && known?.mine?.version !== brief.version
    const open = watched.value && refOf(watched.value) === refOf(brief)
    if ((marksMissing || !!brief.to_sign || open) && !outbox.of(brief)) await reload(brief)
  }

  // ——— marking ———

  /** Hands in the draft of a sheet. `tail` is what the judge typed. Resolves when it is kept for sending. */
  async function submit(sheet: SheetBrief, tail: string): Promise<void> {
    const draft = drafts.get(refOf(sheet))
    const module = held.schemes.get(schemeKey(sheet))
    if (!draft || !module) return
    await held.change(sheet, { refusal: undefined })
    await outbox.add({
      rev: draft.rev + 1,
      frame: {
        key: newID(),
        division: sheet.division,
        sheet: sheet.id,
        code_tail: tail,
        expect: draft.expect,
        round: draft.round,
        entries: toWire(module, draft.entries),
        note: draft.note.trim(),
        evidence: evidence.sentBy(sheet),
        tablet_ms: Date.now(),
      },
    })
  }

  async function acked(frame: AckFrame): Promise<void> {
    const item = outbox.find(frame.key)
    if (!item) return
    const { version, total, at } = frame
    // News of this version that came first are as new at least.
    if ((sheets.value.get(refOf(frame.sheet))?.version ?? 0) < version) held.takePush(frame.sheet)
    const { entries, note: words, round } = item.frame
    const mine: JudgeSheet = { version, round, entries, note: words, at, source: 'tablet' }
    await held.takePart({ ...frame.sheet, version }, { mine, my_total: total })
    if (drafts.get(refOf(frame.sheet))?.rev === item.rev) await held.discard(frame.sheet)
    await outbox.done(item)
    const { code, module } = frame.sheet
    showToast(t('judge.submit.received', { code, module, total: marks(total) }), 'good')
  }

  async function signed(key: string): Promise<void> {
    const over = signing.answered(key)
    if (!over) return
    showToast(t('judge.sign.received', { n: over.sheets.length }), 'good')
    await refresh()
  }

  async function refused(frame: RefusedFrame): Promise<void> {
    const item = outbox.find(frame.key)
    if (frame.code === 'signed_out') signedOut(t('judge.sign_in.ended'))
    if (frame.code === 'tablet_revoked') revoked()
    if (isPassing(frame.code)) {
      if (item) outbox.later(frame.key)
    } else if (item) await returned(item, frame)
    else if (signing.answered(frame.key)) {
      const codes = (frame.errors ?? []).map((e) => String(e.params?.sheet ?? '').split('.')[0])
      const detail = codeText(frame.code, frame.params, frame.detail)
      showToast(codes.length ? `${detail} ${codes.join('、')}` : detail, 'bad', 10_000)
      await refresh()
    }
  }

  /** A sheet came back: it is a draft again, with the reason at the aspects concerned. */
  async function returned(item: Outgoing, frame: RefusedFrame): Promise<void> {
    const errors = (frame.errors ?? []).map((e) => {
      const index = /^entries\[(\d+)\]/.exec(e.path)?.[1]
      const aspect = index === undefined ? undefined : item.frame.entries[Number(index)]?.aspect
      return { ...e, path: aspect ?? e.path }
    })
    const refusal = { code: frame.code, detail: frame.detail, params: frame.params ?? {}, errors }
    const { expect, round, note: words, division, sheet: id } = item.frame
    const sheet = { division, id, version: expect, round }
    const brief = sheets.value.get(refOf(sheet))
    const again = drafts.has(refOf(sheet))
      ? {}
      : { expect, round, entries: fromWire(item.frame.entries), note: words }
    await held.change(brief ?? sheet, { ...again, refusal })
    const [code, module] = brief ? [brief.code, brief.module] : id.split('.')
    showToast(t('judge.refused.news', { code: code ?? '', module: module ?? '' }), 'bad', 8_000)
    await outbox.done(item)
    // The server's own view explains the refusal: another version, a panel that has agreed.
    await reload(sheet)
  }

  onScopeDispose(() => {
    clearInterval(ticker)
    claim?.release()
    live.value?.close()
    journal?.close()
  })

  const { divisions, schemes, notKept, loadSheet, change, remark, discard } = held
  return {
    ...{ phase, me, note, failure, clock, link, watched, own, card, clocks, unsent, unfinished },
    ...{ divisions, sheets, schemes, seen, drafts, notKept, outbox, errands, evidence, signing, presence },
    ...{
      boot,
      pair,
      signIn,
      signInByCard,
      signOut,
      comeBack,
      loadSheet,
      reload,
      change,
      remark,
      discard,
      submit,
    },
    /** Goes on after this tablet was replaced by another. */
    signInAgain: () => signedOut(''),
    retryLink: () => live.value?.retry(),
  }
}
