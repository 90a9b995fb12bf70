// The course of one candidate on one machine: sign in, confirm, pledge, and from there the exam room (room.ts).
// One instance per page; views get it by useExam().
import { computed, inject, onScopeDispose, shallowRef, type InjectionKey } from 'vue'
import { api, Problem, problemText } from '../shared/api'
import { resetLang, t } from '../shared/i18n'
import type { LinkState } from '../shared/live'
import { resetDisplay, applyNeeds } from './display'
import { loadLater } from './load'
import type { Room } from './room'
import { openLocked } from './seb'
import { createState } from './state'
import type { CandidateMe } from './wire'

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
  const state = createState()
  const { clock, phase, loadingText, failure, signInNote } = state
  const room = shallowRef<Room>()
  const link = computed<LinkState>(
    () => room.value?.live.value?.state.value ?? { kind: 'catching_up', since: null },
  )
  const ticker = setInterval(state.tick, 250)

  async function fetchMe(): Promise<CandidateMe> {
    const sentAt = clock.monotonic()
    const answer = await api.get<CandidateMe>('/api/exam/me')
    clock.observe(answer.server_time, sentAt)
    return answer
  }

  /** Shows the right screen for a candidate just signed in, admitted, or found again after a reload. */
  async function enter(next: CandidateMe, admitted: boolean): Promise<void> {
    state.takeMe(next)
    applyNeeds(next.candidate.needs)
    if (openLocked(next)) return
    const { state: at, id } = next.attempt
    if (at === 'void' || at === 'abandoned') phase.value = at
    if (at === 'void') return
    const over = at === 'submitted' || at === 'finished' || at === 'abandoned'
    if (!over && (!admitted || at === 'notstarted')) {
      phase.value = 'confirm'
      return
    }
    if (!over) localStorage.setItem(admittedKey, id)
    const { createRoom } = await loadLater()
    leaveRoom()
    room.value = createRoom(state, { refresh, signedOut, fail, boot, replaced })
    if (at === 'abandoned') await room.value.tell()
    else if (over) await room.value.finish()
    else await room.value.open()
  }

  function leaveRoom(): void {
    room.value?.close()
    room.value = undefined
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
    await enter(await api.post<CandidateMe>('/api/exam/admit', { pledge: true }), true)
  }

  /**
   * Reads the attempt again after a change that this page did not see coming, and tells a login that is over from a
   * server that cannot be reached. Reports whether the page may go on.
   */
  async function refresh(): Promise<boolean> {
    try {
      state.takeMe(await fetchMe())
    } catch (error) {
      if (error instanceof Problem && error.passing) return true
      if (error instanceof Problem && error.status === 401) signedOut()
      else fail(problemText(error))
      return false
    }
    return true
  }

  function signedOut(): void {
    room.value?.disconnect()
    signInNote.value = t('error.signed_out')
    phase.value = 'sign_in'
  }

  /** Another machine has this candidate now; what is on the screen of this one stays readable. */
  function replaced(): void {
    localStorage.removeItem(admittedKey)
    phase.value = 'replaced'
  }

  function fail(message: string): void {
    room.value?.disconnect()
    failure.value = message
    phase.value = 'failed'
  }

  /** Leaves this machine clean for the next candidate. */
  async function signOut(): Promise<void> {
    const { openJournal } = await loadLater()
    // What never reached the server stays: answers for a rescue file, the account for the next page.
    const done: Record<string, boolean | undefined> = {
      exam: state.receipt.value && state.leftBehind.value === 0,
      'exam-account': room.value?.told(),
    }
    for (const name in done) {
      const journal = await openJournal<unknown>(name)
      if (done[name] && state.attempt.value) await journal.clear(state.attempt.value.id)
      journal.close()
    }
    await api.post('/api/exam/sign-out').catch((error: unknown) => console.error('sign-out', error))
    for (const key of Object.keys(localStorage))
      if (key.startsWith('xinglu.exam.')) localStorage.removeItem(key)
    resetLang()
    resetDisplay()
    location.reload()
  }

  onScopeDispose(() => {
    clearInterval(ticker)
    leaveRoom()
  })

  return { ...state, room, link, boot, signIn, admit, signOut }
}
