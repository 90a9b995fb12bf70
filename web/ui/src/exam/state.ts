// What the screens show of one exam: who sits here, which screen is on, and the time.
import { computed, ref, shallowRef } from 'vue'
import { ServerClock } from '../shared/clock'
import type { Attempt, AttemptState, CandidateMe, Place, Receipt, SittingState } from './wire'

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
  | 'second_tab'
  | 'abandoned'
  | 'void'
  | 'failed'

/** Whether the attempt has an end that comes nearer, or stands still in a pause. */
function timed(state: AttemptState | undefined): boolean {
  return state === 'in_progress' || state === 'paused' || state === 'overdue'
}

export type ExamState = ReturnType<typeof createState>

/** The state of a page that knows nothing yet. `clock` is for tests. */
export function createState(clock = new ServerClock()) {
  const phase = ref<Phase>('loading')
  const me = shallowRef<CandidateMe>()
  const attempt = shallowRef<Attempt>()
  const sittingState = ref<SittingState>('planned')
  const startsAt = ref('')
  const endsAt = ref<number>() // server time in ms
  const held = ref<number>() // what is left while the time stands still
  const now = ref(clock.now())

  const remaining = computed(() => {
    if (held.value !== undefined) return held.value
    return endsAt.value === undefined ? undefined : Math.max(0, endsAt.value - now.value)
  })
  const timeUp = computed(() => phase.value === 'answering' && remaining.value === 0)
  const untilStart = computed(() =>
    startsAt.value ? Math.max(0, Date.parse(startsAt.value) - now.value) : 0,
  )
  const handInOpensIn = computed(() => {
    const at = attempt.value?.earliest_hand_in_at
    return at ? Math.max(0, Date.parse(at) - now.value) : 0
  })

  function tick(): void {
    now.value = clock.now()
  }

  /** Takes in the server's time and what it says is left. `sentAt` as in ServerClock.observe. */
  function syncTime(frame: { server_time: string; remaining_ms?: number }, sentAt?: number): void {
    clock.observe(frame.server_time, sentAt)
    tick()
    const state = attempt.value?.state
    if (frame.remaining_ms === undefined || !timed(state)) return
    endsAt.value = Date.parse(frame.server_time) + frame.remaining_ms
    held.value = state === 'paused' ? frame.remaining_ms : undefined
  }

  function takeAttempt(next: Attempt): void {
    attempt.value = next
    if (next.ends_at && timed(next.state)) endsAt.value = Date.parse(next.ends_at)
    if (next.state !== 'paused') held.value = undefined
    else held.value ??= endsAt.value === undefined ? undefined : Math.max(0, endsAt.value - clock.now())
  }

  function takeMe(next: CandidateMe): void {
    me.value = next
    takeAttempt(next.attempt)
    sittingState.value = next.sitting.state
    startsAt.value = next.sitting.starts_at
    tick()
  }

  return {
    clock,
    phase,
    loadingText: ref('exam.loading'),
    me,
    attempt,
    sittingState,
    startsAt,
    failure: ref(''),
    signInNote: ref(''),
    newPlace: shallowRef<Place>(),
    receipt: shallowRef<Partial<Receipt> & { code: string }>(),
    leftBehind: ref(0),
    now,
    remaining,
    timeUp,
    untilStart,
    handInOpensIn,
    tick,
    syncTime,
    takeAttempt,
    takeMe,
  }
}
