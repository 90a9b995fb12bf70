// The course of one candidate on one machine: sign in, confirm, pledge, wait, answer, hand in.
// One instance per page; views get it by useExam().
import { computed, inject, onScopeDispose, ref, shallowRef, type InjectionKey } from 'vue'
import { api, codeText, Problem, problemText } from '../shared/api'
import { ServerClock } from '../shared/clock'
import { resetLang, t } from '../shared/i18n'
import { deviceID } from '../shared/ids'
import type { Frame, Live, LinkState } from '../shared/live'
import type { AnswerBook } from './answers'
import { resetDisplay } from './display'
import { createHandIn } from './handIn'
import { loadLater } from './load'
import type { Saver } from './saver'
import type {
  Attempt,
  AttemptState,
  CandidateMe,
  Given,
  Place,
  Receipt,
  SeatPaper,
  ServerFrame,
  SittingState,
} from './wire'

/** Which screen is shown. */
export type Phase =
  | 'loading'
  | 'sign_in'
  | 'confirm'
  | 'rules'
  | 'waiting'
  | 'answering'
  | 'finished'
  | 'replaced'
  | 'void'
  | 'failed'

/** The attempt that was admitted from this browser: after a reload its candidate goes straight on. */
const admittedKey = 'xinglu.exam.admitted'

export type Exam = ReturnType<typeof createExam>
export const examKey: InjectionKey<Exam> = Symbol('exam')

/** The exam of this page. */
export function useExam(): Exam {
  const exam = inject(examKey)
  if (!exam) throw new Error('useExam outside of the exam page')
  return exam
}

export function createExam() {
  const clock = new ServerClock()
  const phase = ref<Phase>('loading')
  const loadingText = ref('exam.loading')
  const me = shallowRef<CandidateMe>()
  const attempt = shallowRef<Attempt>()
  const paper = shallowRef<SeatPaper>()
  const sittingState = ref<SittingState>('planned')
  const startsAt = ref('')
  const failure = ref('')
  const signInNote = ref('')
  const newPlace = shallowRef<Place>()
  const receipt = shallowRef<Partial<Receipt> & { code: string }>()
  const leftBehind = ref(0)
  const grant = shallowRef<{ ms: number; reason: { zh: string; en: string } }>()
  const endsAt = ref<number>() // server time in ms
  const now = ref(clock.now())

  const live = shallowRef<Live>()
  const saver = shallowRef<Saver>()
  const book = shallowRef<AnswerBook>()
  let frames = 0
  let misses = 0 // connections lost since the last welcome
  let merged = false // whether the server's answers are in the book
  let loadingPaper = false
  let finishing = false
  let paperTimer: ReturnType<typeof setTimeout> | undefined

  const link = computed<LinkState>(() => live.value?.state.value ?? { kind: 'catching_up', since: null })
  const unsent = computed(() => saver.value?.unsent.value ?? 0)
  const notKept = computed(() => saver.value?.broken.value ?? false)
  const remaining = computed(() =>
    endsAt.value === undefined ? undefined : Math.max(0, endsAt.value - now.value),
  )
  const timeUp = computed(() => phase.value === 'answering' && remaining.value === 0)
  const untilStart = computed(() =>
    startsAt.value ? Math.max(0, Date.parse(startsAt.value) - now.value) : 0,
  )
  const handInOpensIn = computed(() => {
    const at = attempt.value?.earliest_hand_in_at
    return at ? Math.max(0, Date.parse(at) - now.value) : 0
  })

  const handIn = createHandIn({
    send: (frame) => live.value?.send(frame) ?? false,
    number: () => ++frames,
    unsent: () => unsent.value,
    flush: () => saver.value?.flush(),
  })

  const ticker = setInterval(() => (now.value = clock.now()), 250)

  // ——— time ———

  function syncTime(frame: { server_time: string; remaining_ms?: number }, sentAt?: number): void {
    clock.observe(frame.server_time, sentAt)
    now.value = clock.now()
    if (frame.remaining_ms !== undefined && attempt.value?.state === 'in_progress') {
      endsAt.value = Date.parse(frame.server_time) + frame.remaining_ms
    }
  }

  function takeAttempt(next: Attempt): void {
    attempt.value = next
    if (next.ends_at && next.state === 'in_progress') endsAt.value = Date.parse(next.ends_at)
  }

  // ——— who sits here ———

  async function fetchMe(): Promise<CandidateMe> {
    const sentAt = clock.monotonic()
    const answer = await api.get<CandidateMe>('/api/exam/me')
    clock.observe(answer.server_time, sentAt)
    return answer
  }

  function takeMe(next: CandidateMe): void {
    me.value = next
    takeAttempt(next.attempt)
    sittingState.value = next.sitting.state
    startsAt.value = next.sitting.starts_at
    now.value = clock.now()
  }

  /** Shows the right screen for a candidate just signed in, admitted, or found again after a reload. */
  async function enter(next: CandidateMe, admitted: boolean): Promise<void> {
    takeMe(next)
    const { state, id } = next.attempt
    if (state === 'submitted' || state === 'finished') return finish()
    if (state === 'void') {
      phase.value = 'void'
      return
    }
    if (!admitted || state === 'notstarted') {
      phase.value = 'confirm'
      return
    }
    localStorage.setItem(admittedKey, id)
    await connect()
  }

  /** First call of the page. Keeps trying while the server cannot be reached. */
  async function boot(): Promise<void> {
    try {
      const next = await fetchMe()
      await enter(next, localStorage.getItem(admittedKey) === next.attempt.id)
    } catch (error) {
      if (error instanceof Problem && error.passing) {
        loadingText.value = 'exam.connecting'
        setTimeout(() => void boot(), 1_000 + Math.random() * 2_000)
      } else if (error instanceof Problem && error.status === 401) {
        phase.value = 'sign_in'
      } else {
        fail(problemText(error))
      }
    }
  }

  /** Signs in; rejects with the Problem for the form to show. */
  async function signIn(ticket: string, tail: string): Promise<void> {
    const sentAt = clock.monotonic()
    const next = await api.post<CandidateMe>('/api/exam/sign-in', { ticket, id_tail: tail })
    clock.observe(next.server_time, sentAt)
    signInNote.value = ''
    localStorage.removeItem(admittedKey) // this login has no seat yet
    await enter(next, false)
  }

  /** Signs the pledge and takes this seat; rejects with the Problem. */
  async function admit(): Promise<void> {
    const next = await api.post<CandidateMe>('/api/exam/admit', { pledge: true })
    await enter(next, true)
  }

  /** Leaves this machine clean for the next candidate. */
  async function signOut(): Promise<void> {
    const journal = await (await loadLater()).openJournal<Given>('exam')
    if (receipt.value && attempt.value) await journal.clear(attempt.value.id)
    journal.close()
    await api.post('/api/exam/sign-out').catch((error: unknown) => console.error('sign-out', error))
    localStorage.removeItem(admittedKey)
    resetLang()
    resetDisplay()
    location.reload()
  }

  // ——— the live connection ———

  async function connect(): Promise<void> {
    disconnect()
    const id = attempt.value!.id
    const { AnswerBook, createSaver, openJournal, openLive } = await loadLater()
    const journal = await openJournal<Given>('exam')
    merged = false
    book.value = new AnswerBook()
    saver.value = createSaver({
      attempt: id,
      book: book.value,
      journal,
      send: (frame) => live.value?.send(frame) ?? false,
      number: () => ++frames,
      stamp: () => ({ mono_ms: Math.round(clock.monotonic()), wall: new Date().toISOString() }),
    })
    loadingText.value = 'exam.connecting'
    phase.value = 'loading'
    live.value = openLive<ServerFrame>({
      path: '/api/exam/ws',
      hello: () => ({ t: 'hello', device: deviceID() }) as Frame,
      onFrame: (frame, sentAt) => void receive(frame, sentAt),
      onLost: () => {
        saver.value?.lost()
        handIn.lost()
        if (++misses > 1) void refresh() // a refused login looks like a dead network to a WebSocket
      },
      onTerminal: (code) => void ended(code),
      now: () => clock.now(),
    })
  }

  function disconnect(): void {
    live.value?.close()
    live.value = undefined
    clearTimeout(paperTimer)
  }

  async function receive(frame: ServerFrame, sentAt?: number): Promise<void> {
    switch (frame.t) {
      case 'welcome':
        misses = 0
        takeAttempt(frame.attempt)
        syncTime(frame)
        startsAt.value = frame.starts_at
        sittingState.value = frame.sitting_state
        await saver.value?.welcome(frame.answers)
        merged = true
        return proceed(frame.attempt.state)
      case 'beat':
        if (attempt.value?.state !== frame.attempt_state && !(await refresh())) return
        syncTime(frame, sentAt)
        startsAt.value = frame.starts_at
        sittingState.value = frame.sitting_state
        saver.value?.flush()
        return proceed(frame.attempt_state)
      case 'ack':
        syncTime(frame)
        saver.value?.receive(frame)
        return handIn.advance()
      case 'refused':
        if (saver.value?.receive(frame)) return handIn.advance()
        handIn.refused(frame.n, codeText(frame.code, frame.params, frame.detail))
        return
      case 'time':
        return granted(frame)
      case 'start':
        if (frame.attempt) takeAttempt(frame.attempt)
        syncTime(frame)
        sittingState.value = 'running'
        return proceed(attempt.value!.state)
      case 'receipt':
        receipt.value = frame
        return finish()
      case 'replaced':
        newPlace.value = frame.place
    }
  }

  /** Goes on to what the states allow: the waiting room, the paper, or the end. */
  async function proceed(state: AttemptState): Promise<void> {
    if (state === 'submitted' || state === 'finished') {
      if (!receipt.value && !(await refresh())) return
      return finish()
    }
    if (state === 'void') {
      disconnect()
      phase.value = 'void'
      return
    }
    if (!merged) return
    if (paper.value) {
      if (phase.value === 'loading') phase.value = 'answering'
      return handIn.advance()
    }
    if (sittingState.value === 'running') return loadPaper()
    if (sittingState.value === 'closed') return fail(t('error.sitting_closed'))
    phase.value = 'waiting'
  }

  function granted(frame: Extract<ServerFrame, { t: 'time' }>): void {
    const before = attempt.value?.granted_ms ?? 0
    takeAttempt(frame.attempt)
    syncTime(frame)
    const ms = frame.attempt.granted_ms - before
    if (ms > 0) grant.value = { ms, reason: frame.reason }
  }

  /**
   * Reads the attempt again after a change that this page did not see coming, and tells a login that is over from a
   * server that cannot be reached. Reports whether the page may go on.
   */
  async function refresh(): Promise<boolean> {
    try {
      takeMe(await fetchMe())
    } catch (error) {
      if (error instanceof Problem && error.passing) return true
      if (error instanceof Problem && error.status === 401) signedOut()
      else fail(problemText(error))
      return false
    }
    return true
  }

  function signedOut(): void {
    disconnect()
    signInNote.value = t('error.signed_out')
    phase.value = 'sign_in'
  }

  async function ended(code: number): Promise<void> {
    if (code === 4101) {
      localStorage.removeItem(admittedKey)
      phase.value = 'replaced'
    } else if (code === 4100) {
      signedOut()
    } else if (code === 4102) {
      phase.value = 'loading'
      await boot()
    } else {
      fail(t('exam.failed.closed', { code }))
    }
  }

  function fail(message: string): void {
    disconnect()
    failure.value = message
    phase.value = 'failed'
  }

  // ——— the paper ———

  /** Loads the paper; the first time this starts the candidate's own clock, so the attempt is read again. */
  async function loadPaper(): Promise<void> {
    if (loadingPaper || paper.value) return
    loadingPaper = true
    try {
      const next = await api.get<SeatPaper>('/api/exam/paper')
      if (!(await refresh())) return
      paper.value = next
      phase.value = 'answering'
    } catch (error) {
      const early = error instanceof Problem && error.code === 'sitting_not_started'
      if (!early && !(error instanceof Problem && error.passing)) return fail(problemText(error))
      if (early) phase.value = 'waiting'
      paperTimer = setTimeout(() => void proceed(attempt.value!.state), 1_000 + Math.random() * 1_000)
    } finally {
      loadingPaper = false
    }
  }

  // ——— the end ———

  /** Gives answers that are still under way a moment to be acknowledged or refused. */
  async function settle(): Promise<void> {
    saver.value?.flush()
    for (let i = 0; i < 30 && unsent.value > 0 && live.value?.ready.value; i++) {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  /** The attempt is over and the server has said so. What never reached it is counted and shown. */
  async function finish(): Promise<void> {
    if (finishing) return
    finishing = true
    await settle()
    disconnect()
    const { id, receipt: known } = attempt.value!
    receipt.value ??= known ?? { code: '' }
    const journal = await (await loadLater()).openJournal<Given>('exam')
    leftBehind.value = (await journal.all(id)).length
    if (leftBehind.value === 0) await journal.clear(id)
    journal.close()
    handIn.stop()
    phase.value = 'finished'
  }

  onScopeDispose(() => {
    clearInterval(ticker)
    disconnect()
  })

  return {
    phase,
    loadingText,
    me,
    attempt,
    paper,
    sittingState,
    startsAt,
    failure,
    signInNote,
    newPlace,
    receipt,
    leftBehind,
    grant,
    link,
    unsent,
    notKept,
    now,
    remaining,
    timeUp,
    untilStart,
    handInOpensIn,
    handIn,
    /** The answers of the attempt, from the moment its connection is opened. */
    book,
    boot,
    signIn,
    admit,
    signOut,
    /** Changes an answer or its mark for later. */
    record: (question: string, to: Partial<Pick<Given, 'value' | 'flagged'>>) =>
      saver.value?.record(question, to),
    retryLink: () => live.value?.retry(),
  }
}
