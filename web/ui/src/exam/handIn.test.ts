import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Frame } from '../shared/live'
import { createHandIn, type HandIn } from './handIn'

let handIn: HandIn
let unsent: number
let online: boolean
let sent: (Frame & { n: number; key: string })[]

beforeEach(() => {
  vi.useFakeTimers()
  unsent = 0
  online = true
  sent = []
  let n = 0
  handIn = createHandIn({
    number: () => ++n,
    unsent: () => unsent,
    flush: () => {},
    send: (frame) => {
      if (online) sent.push(frame as (typeof sent)[number])
      return online
    },
  })
})

afterEach(() => {
  vi.useRealTimers()
})

it('waits for the last answer to be acknowledged', () => {
  unsent = 2
  handIn.start()
  expect(sent).toEqual([])
  unsent = 0
  handIn.advance()
  handIn.advance()
  expect(sent).toHaveLength(1)
  expect(handIn.step.value).toBe('sending')
})

it('sends the same key again on a new connection', () => {
  handIn.start()
  online = false
  handIn.lost()
  handIn.advance()
  online = true
  handIn.advance()
  expect(sent.map((f) => f.key)).toEqual([sent[0]?.key, sent[0]?.key])
  expect(sent[0]?.key).toMatch(/^[0-9a-f]{32}$/)
})

it('says that it failed when no receipt comes, and can be tried again with the same key', () => {
  handIn.start()
  vi.advanceTimersByTime(20_000)
  expect(handIn.step.value).toBe('failed')
  expect(handIn.error.value).not.toBe('')
  handIn.start()
  expect([sent.length, sent[0]?.key === sent[1]?.key]).toEqual([2, true])
})

it('takes only refusals of its own frame', () => {
  expect(handIn.refused(0, 'void')).toBe(false)
  handIn.start()
  expect(handIn.refused(99, 'other')).toBe(false)
  expect(handIn.refused(sent[0]!.n, 'too early')).toBe(true)
  expect([handIn.step.value, handIn.error.value]).toEqual(['failed', 'too early'])
})

it('does not hand in behind the back of a candidate who went back to the paper', () => {
  online = false
  handIn.start()
  vi.advanceTimersByTime(20_000)
  handIn.step.value = 'none'
  online = true
  handIn.advance()
  expect(sent).toEqual([])
})
