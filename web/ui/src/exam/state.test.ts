// The time on the screen comes from the server's word and the monotonic clock alone.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ServerClock } from '../shared/clock'
import { createState, type ExamState } from './state'
import type { Attempt, AttemptState } from './wire'

const minute = 60_000
const server = Date.parse('2026-11-23T01:00:00.000Z')
let mono: number
let state: ExamState

const attempt = (at: AttemptState): Attempt => ({ id: 'a', state: at, base_ms: 90 * minute, granted_ms: 0 })

/** The server says so at its own time; `left` in ms. */
function told(at: AttemptState, passed: number, left: number): void {
  state.takeAttempt(attempt(at))
  state.syncTime({ server_time: new Date(server + passed).toISOString(), remaining_ms: left }, mono)
}

function later(ms: number): void {
  mono += ms
  state.tick()
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  mono = 5_000
  state = createState(new ServerClock(() => mono))
})

afterEach(() => {
  vi.useRealTimers()
})

it.each([
  ['an hour ahead', 60 * minute],
  ['an hour back', -60 * minute],
])("does not mind this machine's clock jumping %s", (_name, jump) => {
  vi.setSystemTime(server)
  told('in_progress', 0, 90 * minute)
  later(10 * minute)
  vi.setSystemTime(server + 10 * minute + jump)
  later(minute)
  expect(state.remaining.value).toBe(79 * minute)
  told('in_progress', 11 * minute, 79 * minute)
  expect(state.remaining.value).toBe(79 * minute)
})

describe('a pause', () => {
  it('stops the time, and gives it back', () => {
    told('in_progress', 0, 60 * minute)
    later(10 * minute)
    told('paused', 10 * minute, 50 * minute)
    later(7 * minute)
    expect(state.remaining.value).toBe(50 * minute)
    told('in_progress', 17 * minute, 50 * minute)
    later(minute)
    expect(state.remaining.value).toBe(49 * minute)
  })

  it('stops the time also when only the state is known', () => {
    told('in_progress', 0, 60 * minute)
    later(10 * minute)
    state.takeAttempt(attempt('paused'))
    later(3 * minute)
    expect(state.remaining.value).toBe(50 * minute)
  })
})

it('counts nothing before the start', () => {
  told('admitted', 0, 0)
  expect([state.remaining.value, state.timeUp.value]).toEqual([undefined, false])
})

it('knows that time is up only on the paper', () => {
  told('in_progress', 0, minute)
  later(2 * minute)
  expect([state.remaining.value, state.timeUp.value]).toEqual([0, false])
  state.phase.value = 'answering'
  expect(state.timeUp.value).toBe(true)
})
