// The exam room: the live connection of an admitted candidate, the paper, and the end. Part of the second chunk.
import { computed, effectScope, shallowRef, watch } from 'vue'
import { api, codeText, Problem, problemText } from '../shared/api'
import { t } from '../shared/i18n'
import { deviceID, newID } from '../shared/ids'
import { openJournal } from '../shared/journal'
import { openLive, type Frame, type Live } from '../shared/live'
import { createAccount, type Account, type AccountData } from './account'
import { watchActivity } from './activity'
import { AnswerBook, type Change } from './answers'
import { createAutosave, lastMoments } from './autosave'
import { createHandIn } from './handIn'
import { createHistory } from './history'
import { loadDigest, prefetch } from './lazy'
import { createNews } from './news'
import { createSaver, type Saver } from './saver'
import { paperRequest, socketProof, type LockdownProof } from './seb'
import type { ExamState } from './state'
import { claimAttempt, type Claim } from './tabs'
import type { AttemptState, Given, SeatPaper, ServerFrame, Welcome } from './wire'

/** What the room needs of the page around it. */
export interface Door {
  /** Reads the attempt again; reports whether the page may go on. */
  refresh: () => Promise<boolean>
  signedOut: () => void
  fail: (message: string) => void
  boot: () => Promise<void>
  replaced: () => void
}

export type Room = ReturnType<typeof createRoom>

/** This page as it was loaded, and how many connections it has made: the server tells it from another window by them. */
const page = newID()
let connections = 0

export function createRoom(state: ExamState, door: Door) {
  const { clock, phase, attempt, remaining, receipt } = state
  const id = attempt.value!.id
  const scope = effectScope()
  const live = shallowRef<Live>()
  const paper = shallowRef<SeatPaper>()
  const saver = shallowRef<Saver>()
  const welcomed = shallowRef<Welcome>() // the last welcome: keys and fence
  const book = new AnswerBook()
  let frames = 0
  let misses = 0 // connections lost since the last welcome
  let merged = false // whether the server's answers are in the book
  let loadingPaper = false
  let finishing = false
  let over = false // nothing but the seat's report is left to say
  let paperTimer: ReturnType<typeof setTimeout> | undefined
  let mayOpenAt: number | undefined // monotonic: the end of this seat's share of the start's jitter
  let claim: Claim | undefined
  let proof: LockdownProof | undefined
  let account: Account | undefined // what this seat knows of its answers
  let report = 0 // number of the frame that tells it
  let told = false // the server has it
  let refusal = '' // why the server refused something that was no answer

  const link = {
    send: (frame: Frame) => live.value?.send(frame) ?? false,
    number: () => ++frames,
  }
  const clocks = () => ({ mono_ms: Math.round(clock.monotonic()), wall: new Date().toISOString() })
  const stamp = () => ({ ...clocks(), fence: welcomed.value?.fence })
  const unsent = computed(() => book.unsentCount())
  const silence = computed(() => {
    const link = live.value?.state.value
    return link?.kind === 'offline' && link.since ? Math.max(0, state.now.value - link.since) : 0
  })
  const notKept = computed(() => saver.value?.broken.value ?? false)
  const autosave = createAutosave({
    book,
    save: (question) => void saver.value?.record(question, {}),
    hurry: () => (remaining.value ?? Infinity) <= lastMoments,
  })
  const handIn = createHandIn({
    ...link,
    unsent: () => unsent.value,
    flush: flushAll,
    proof: () => (state.me.value!.lockdown?.required ? socketProof(state.me.value!, 'submit') : undefined),
  })
  const news = createNews(id, link)
  const history = createHistory(link)
  const activity = watchActivity({ ...link, clocks, leave: () => autosave.flush() })

  scope.run(() => {
    watch(remaining, (left, before) => {
      if (left === undefined || before === undefined) return
      if (left <= lastMoments && before > lastMoments) autosave.flush()
      if (left === 0) autosave.flush()
    })
  })

  function flushAll(): void {
    autosave.flush()
    saver.value?.flush()
  }

  /** Connects and shows what there is; another tab of this browser that has the paper is asked first. */
  async function open(): Promise<void> {
    phase.value = 'loading'
    state.loadingText.value = 'exam.connecting'
    claim?.release()
    claim = await claimAttempt(id, stepAside)
    if (!claim) {
      phase.value = 'second_tab'
      return
    }
    if (!(await prove())) return
    saver.value = createSaver({
      attempt: id,
      book,
      journal: await openJournal<Given>('exam'),
      stamp,
      account: await openAccount(),
      ...link,
    })
    connect()
  }

  async function openAccount(): Promise<Account> {
    if (account) return account
    const opened = createAccount(id, await openJournal<AccountData>('exam-account'))
    await opened.load().catch((error: unknown) => {
      console.error('the account of this seat cannot be read', error) // it begins anew
    })
    return (account = opened)
  }

  function connect(): void {
    live.value = openLive<ServerFrame>({
      path: '/api/exam/ws',
      hello: () =>
        ({ t: 'hello', n: ++connections, page, device: deviceID(), ...(proof && { seb: proof }) }) as Frame,
      onFrame: (frame, sentAt) => void receive(frame, sentAt),
      onLost: () => {
        saver.value?.lost()
        handIn.lost()
        history.lost()
        activity.lost()
        if (++misses > 1 && !finishing) void door.refresh() // a refused login looks like a dead network to a WebSocket
      },
      beat: (roundTrip) => ({ hidden: document.hidden, rtt_ms: Math.round(roundTrip ?? 0) }),
      onTerminal: (code) => void ended(code),
      now: () => clock.now(),
    })
  }

  /** Gets the browser's proof where the sitting asks for one; false when the server refused it. */
  async function prove(): Promise<boolean> {
    if (!state.me.value!.lockdown?.required) return true
    try {
      proof = await socketProof(state.me.value!, 'resume')
    } catch (error) {
      if (error instanceof Problem && error.passing) return true // the server asks again
      door.fail(problemText(error))
      return false
    }
    return true
  }

  /** Another window has the exam: this one keeps quiet, with everything it had on its way to the journal. */
  function stepAside(): void {
    autosave.flush()
    disconnect()
    claim?.release()
    phase.value = 'second_tab'
  }

  /** Takes the exam over from the other tab. */
  async function takeOver(): Promise<void> {
    claim = await claimAttempt(id, stepAside, true)
    location.reload()
  }

  function disconnect(): void {
    live.value?.close()
    live.value = undefined
    clearTimeout(paperTimer)
  }

  function close(): void {
    disconnect()
    claim?.release()
    activity.stop()
    scope.stop()
  }

  async function receive(frame: ServerFrame, sentAt?: number): Promise<void> {
    if (over) return hearReport(frame)
    switch (frame.t) {
      case 'welcome':
        return welcome(frame)
      case 'beat':
        if (attempt.value?.state !== frame.attempt_state && !(await door.refresh())) return
        state.syncTime(frame, sentAt)
        state.startsAt.value = frame.starts_at
        state.sittingState.value = frame.sitting_state
        saver.value?.flush()
        return proceed(frame.attempt_state)
      case 'ack':
        state.syncTime(frame)
        saver.value?.receive(frame)
        return handIn.advance()
      case 'refused':
        if (saver.value?.receive(frame)) return handIn.advance()
        if (history.refused(frame.n) || activity.noted(frame.n)) return
        refusal = codeText(frame.code, frame.params, frame.detail)
        handIn.refused(frame.n, refusal)
        return
      case 'time':
        news.granted(frame, attempt.value?.granted_ms ?? 0)
        state.takeAttempt(frame.attempt)
        return state.syncTime(frame)
      case 'pause':
        state.takeAttempt(frame.attempt)
        state.syncTime(frame)
        return news.pause(frame.paused)
      case 'announce':
        return news.announced([frame.notice])
      case 'activity':
        activity.noted(frame.n)
        return
      case 'noted':
        if (!activity.noted(frame.n) && frame.seq) news.noted(frame.seq)
        return
      case 'history':
        return history.receive(frame)
      case 'start':
        if (frame.attempt) state.takeAttempt(frame.attempt)
        state.syncTime(frame)
        jitter(frame.start_jitter_ms)
        state.sittingState.value = 'running'
        return proceed(attempt.value!.state)
      case 'receipt':
        receipt.value = frame
        return finish()
      case 'replaced':
        state.newPlace.value = frame.place
    }
  }

  async function welcome(frame: Welcome): Promise<void> {
    misses = 0
    welcomed.value = frame
    state.takeAttempt(frame.attempt)
    state.syncTime(frame)
    state.startsAt.value = frame.starts_at
    state.sittingState.value = frame.sitting_state
    if (frame.sitting_state === 'running') jitter(frame.start_jitter_ms)
    await saver.value?.welcome(frame.answers)
    merged = true
    news.welcome(frame)
    activity.flush()
    return proceed(frame.attempt.state)
  }

  /** This seat's random share of the start, once; nobody loses time, since the clock runs from the own opening. */
  function jitter(ms = 0): void {
    if (attempt.value?.state !== 'admitted') return
    mayOpenAt ??= clock.monotonic() + Math.random() * ms
  }

  /** Goes on to what the states allow: the waiting room, the paper, or the end. */
  async function proceed(at: AttemptState): Promise<void> {
    if (at === 'submitted' || at === 'finished') {
      if (!receipt.value && !(await door.refresh())) return
      return finish()
    }
    if (at === 'void' || at === 'abandoned') {
      disconnect()
      phase.value = at
      if (at === 'abandoned') void tell()
      return
    }
    if (!merged) return
    if (paper.value) {
      if (phase.value === 'loading') phase.value = 'answering'
      return handIn.advance()
    }
    if (state.sittingState.value === 'running') return loadPaper()
    if (state.sittingState.value === 'closed') return door.fail(t('error.sitting_closed'))
    phase.value = 'waiting'
  }

  async function ended(code: number): Promise<void> {
    if (over) return disconnect()
    if (code === 4101) door.replaced()
    else if (code === 4104) stepAside()
    else if (code === 4100) door.signedOut()
    else if (code === 4102) {
      phase.value = 'loading'
      await door.boot()
    } else door.fail(code === 4103 && refusal ? refusal : t('exam.failed.closed', { code }))
  }

  /** Loads the paper; the first time this starts the candidate's own clock, so the attempt is read again. */
  async function loadPaper(): Promise<void> {
    if (loadingPaper || paper.value) return
    const wait = (mayOpenAt ?? 0) - clock.monotonic()
    if (wait > 0) {
      phase.value = 'waiting'
      clearTimeout(paperTimer)
      paperTimer = setTimeout(() => void loadPaper(), wait)
      return
    }
    loadingPaper = true
    try {
      const { path, headers } = await paperRequest(state.me.value!)
      const next = await api.get<SeatPaper>(path, { headers })
      if (!(await door.refresh())) return
      paper.value = next
      phase.value = 'answering'
      void prefetch(next)
    } catch (error) {
      const early = error instanceof Problem && ['sitting_not_started', 'papers_sealed'].includes(error.code)
      if (!early && !(error instanceof Problem && error.passing)) return door.fail(problemText(error))
      if (early) phase.value = 'waiting'
      paperTimer = setTimeout(() => void proceed(attempt.value!.state), 1_000 + Math.random() * 1_000)
    } finally {
      loadingPaper = false
    }
  }

  /** Gives answers that are still under way a moment to be acknowledged or refused. */
  async function settle(): Promise<void> {
    flushAll()
    for (let i = 0; i < 30 && unsent.value > 0 && live.value?.ready.value; i++) {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  /** The attempt is over and the server has said so. What never reached it is counted and shown. */
  async function finish(): Promise<void> {
    if (finishing) return
    finishing = true
    await settle()
    activity.stop()
    receipt.value ??= attempt.value!.receipt ?? { code: '' }
    const journal = await openJournal<Given>('exam')
    state.leftBehind.value = (await journal.all(id)).length
    if (state.leftBehind.value === 0) await journal.clear(id)
    journal.close()
    handIn.stop()
    phase.value = 'finished'
    void tell()
  }

  /**
   * Tells the server what this seat knows of its answers, on the connection that there is or on one for this alone,
   * until the server has it or will not hear it; the candidate is not kept waiting for it.
   */
  async function tell(): Promise<void> {
    if (over) return
    finishing = over = true
    await openAccount()
    if (live.value) return sendReport()
    if (state.me.value!.lockdown?.required)
      proof = await socketProof(state.me.value!, 'resume').catch(() => undefined)
    connect()
  }

  async function sendReport(): Promise<void> {
    const { journalDigest } = await loadDigest()
    const journal = await openJournal<Given>('exam')
    const kept = (await journal.all(id)).map((entry) => entry.value)
    journal.close()
    const n = link.number()
    if (link.send({ t: 'journal', n, ...account!.journal(kept, journalDigest) } as Frame)) report = n
  }

  async function hearReport(frame: ServerFrame): Promise<void> {
    if (frame.t === 'welcome') {
      account!.held(frame.answers)
      return sendReport()
    }
    if ((frame.t !== 'journal' && frame.t !== 'refused') || frame.n !== report) return
    told = frame.t === 'journal'
    disconnect()
  }

  return {
    id,
    live,
    paper,
    book,
    unsent,
    notKept,
    handIn,
    news,
    history,
    autosave,
    /** Keys of the server's last welcome. */
    welcomed,
    /** The server's signed acknowledgements and the last end of the attempt's records. */
    receipts: () => saver.value?.receipts() ?? { receipts: [], head: undefined },
    /** Changes an answer or its mark for later, at once. */
    record: (question: string, to: Change) => saver.value?.record(question, to),
    retryLink: () => live.value?.retry(),
    /** For how long (ms) the server has not been heard; 0 while it is. */
    silence,
    open,
    takeOver,
    finish,
    tell,
    /** Whether the server has the seat's report. */
    told: () => told,
    disconnect,
    close,
  }
}
