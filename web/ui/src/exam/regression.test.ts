// What candidates of other systems complain about, as far as it lives on the screen; the table of all rows is
// docs/regressions.md. The room is the real one, over a socket and calls whose other end is the test.
import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Frame } from '../shared/live'
import { openJournal } from '../shared/journal'
import { createRoom, type Room } from './room'
import { createState, type ExamState } from './state'
import type { Attempt, AttemptState, CandidateMe, Given } from './wire'

vi.mock('./lazy', () => ({ prefetch: async () => {} }))

type Save = Frame & { n: number; answers: Given[] }

/** A socket whose other end is the test. */
class FakeSocket {
  static readonly OPEN = 1
  static all: FakeSocket[] = []
  readyState = 1
  sent: Frame[] = []
  onopen?: () => void
  onmessage?: (event: { data: string }) => void
  onclose?: (event: { code: number; reason: string }) => void
  constructor() {
    FakeSocket.all.push(this)
  }
  send(data: string): void {
    this.sent.push(JSON.parse(data) as Frame)
  }
  close(): void {
    this.readyState = 3
    this.onclose?.({ code: 1006, reason: '' })
  }
}

const minute = 60_000
let state: ExamState
let room: Room
let at: AttemptState
let left: number // ms, by the server
let calls: string[]
const refresh = vi.fn()

const attempt = (): Attempt => ({ id: 'att-1', state: at, base_ms: 90 * minute, granted_ms: 0 })
const socket = (): FakeSocket => FakeSocket.all.at(-1)!
const timed = () => ({ server_time: new Date().toISOString(), remaining_ms: left })
const saves = (): Save[] => FakeSocket.all.flatMap((s) => s.sent.filter((f) => f.t === 'save') as Save[])
const texts = (): string[] => saves().flatMap((f) => f.answers.map((a) => a.value[0] ?? ''))

/** Lets time pass on the machine, with the page's own ticking; the journal works in real time. */
async function pass(ms: number): Promise<void> {
  for (let gone = 0; gone < ms; gone += 250) {
    await vi.advanceTimersByTimeAsync(Math.min(250, ms - gone))
    left = Math.max(0, left - 250)
    state.tick()
  }
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
}

async function says(frame: object): Promise<void> {
  socket().onmessage?.({ data: JSON.stringify(frame) })
  await pass(0)
}

/** The server answers a new connection. */
async function welcome(more: object = {}): Promise<void> {
  await says({
    t: 'welcome',
    attempt: attempt(),
    sitting_state: at === 'admitted' ? 'open' : 'running',
    starts_at: new Date().toISOString(),
    answers: [],
    fence: 1,
    ...timed(),
    ...more,
  })
}

/** A candidate with an hour and a half left, on the paper. */
async function writing(): Promise<void> {
  at = 'in_progress'
  left = 90 * minute
  state.takeMe({
    attempt: attempt(),
    candidate: {},
    sitting: { state: 'running', starts_at: '' },
  } as CandidateMe)
  void room.open()
  await pass(500)
  await welcome()
  expect(state.phase.value).toBe('answering')
}

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'],
  })
  vi.stubGlobal('indexedDB', new IDBFactory())
  vi.stubGlobal('WebSocket', FakeSocket)
  FakeSocket.all = []
  calls = []
  vi.stubGlobal('fetch', async (path: string) => {
    calls.push(path)
    return new Response(JSON.stringify({ sections: [] }), {
      headers: { 'content-type': 'application/json' },
    })
  })
  state = createState()
  at = 'admitted'
  left = 0
  refresh.mockImplementation(async () => {
    if (calls.length > 0) at = 'in_progress'
    state.takeAttempt(attempt())
    return true
  })
  state.takeMe({
    attempt: attempt(),
    candidate: {},
    sitting: { state: 'open', starts_at: '' },
  } as CandidateMe)
  room = createRoom(state, { refresh, signedOut() {}, fail() {}, async boot() {}, replaced() {} })
})

afterEach(() => {
  room.close()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('regression: stuck or lost on disconnect', async () => {
  await writing()
  const paper = room.paper.value
  socket().close()
  await pass(500)
  await room.record('q1', { value: ['a'] })
  room.autosave.type('q2', ['断电'])
  await pass(20_000)
  expect([state.phase.value, room.paper.value, calls.length]).toEqual(['answering', paper, 1])
  expect([room.book.state('q1'), room.book.state('q2'), saves()]).toEqual(['pending', 'pending', []])
  const journal = await openJournal<Given>('exam')
  expect((await journal.all('att-1')).map((entry) => entry.value.value)).toEqual([['a'], ['断电']])
  journal.close()
  await welcome()
  expect(saves().flatMap((f) => f.answers.map((a) => [a.question, a.value[0]]))).toEqual([
    ['q1', 'a'],
    ['q2', '断电'],
  ])
  for (const { n, answers } of saves()) await says({ t: 'ack', n, answers, ...timed() })
  expect([room.book.state('q1'), room.book.state('q2'), room.unsent.value]).toEqual(['saved', 'saved', 0])
  expect(state.remaining.value).toBeLessThan(90 * minute - 20_000)
})

it('regression: empty essay at the end of the time', async () => {
  await writing()
  left = 10_500
  await says({ t: 'beat', n: 1, attempt_state: at, sitting_state: 'running', starts_at: '', ...timed() })
  room.autosave.type('q1', ['先断开电源'])
  await pass(250)
  expect(texts()).toEqual([])
  await pass(250) // ten seconds before the end, half a second after the last key
  expect(texts()).toEqual(['先断开电源'])
  const [first] = saves()
  await says({ t: 'ack', n: first!.n, answers: first!.answers, ...timed() })
  await pass(9_500)
  room.autosave.type('q1', ['先断开电源并验电'])
  await pass(500) // the end, half a second after the last key
  expect(state.remaining.value).toBe(0)
  expect(texts()).toEqual(['先断开电源', '先断开电源并验电'])
})

it('regression: start storm', async () => {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0.7)
  void room.open()
  await pass(500)
  await welcome({ start_jitter_ms: 30_000 })
  expect([state.phase.value, calls]).toEqual(['waiting', []])
  await pass(60_000) // waiting is no share of the start
  at = 'admitted'
  await says({
    t: 'start',
    attempt: attempt(),
    start_jitter_ms: 30_000,
    server_time: new Date().toISOString(),
  })
  random.mockReturnValue(0) // a share is drawn once: a new connection does not shorten it
  await pass(5_000)
  await welcome({ sitting_state: 'running', start_jitter_ms: 30_000 })
  await pass(15_750)
  expect([state.phase.value, calls]).toEqual(['waiting', []])
  await pass(500)
  expect([state.phase.value, calls]).toEqual(['answering', ['/api/exam/paper']])
})

it('stands aside for another window, with what it had in the journal, and not for its own dead socket', async () => {
  await writing()
  const dead = socket()
  dead.onopen?.()
  dead.close()
  await pass(2_000)
  socket().onopen?.()
  await welcome()
  type Hello = Frame & { page: string; n: number }
  const hellos = FakeSocket.all.flatMap((s) => s.sent.filter((f) => f.t === 'hello') as Hello[])
  expect([hellos.length, new Set(hellos.map((h) => h.page)).size]).toEqual([2, 1])
  expect(hellos[1]!.n - hellos[0]!.n).toBe(1)
  dead.onclose?.({ code: 4104, reason: '' })
  expect(state.phase.value).toBe('answering')
  room.autosave.type('q1', ['先断开电源'])
  socket().onclose?.({ code: 4104, reason: '' })
  await pass(60_000)
  expect([state.phase.value, FakeSocket.all.length]).toEqual(['second_tab', 2])
  const journal = await openJournal<Given>('exam')
  expect((await journal.all('att-1')).map((entry) => entry.value.value)).toEqual([['先断开电源']])
  journal.close()
})
