// What leaves and enters the room: activity, history, other tabs, the locked browser.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Frame } from '../shared/live'
import { watchActivity } from './activity'
import { createHistory } from './history'
import { lockdownProof, openLocked, paperRequest } from './seb'
import { claimAttempt } from './tabs'
import type { Activity, CandidateMe, Version } from './wire'

let sent: Frame[]
let online: boolean
let n: number
const link = {
  number: () => ++n,
  send: (frame: Frame): boolean => {
    if (online) sent.push(frame)
    return online
  },
}

beforeEach(() => {
  sent = []
  online = true
  n = 0
})

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('activity', () => {
  const reports = () => sent as (Frame & { n: number; events: Activity[] })[]
  const clocks = () => ({ mono_ms: 1, wall: '' })
  const away = (kind: 'blur' | 'focus'): void => void window.dispatchEvent(new Event(kind))

  it('tells that the focus was away, once it is back, and saves what is being typed before', () => {
    const leave = vi.fn()
    const watch = watchActivity({ ...link, clocks, leave })
    away('blur')
    expect([leave.mock.calls.length, sent.length]).toEqual([1, 0])
    away('blur')
    away('focus')
    away('focus')
    expect(reports().map((r) => r.events.map((e) => e.kind))).toEqual([['focus_loss']])
    watch.stop()
    away('blur')
    away('focus')
    expect(sent).toHaveLength(1)
  })

  it('calls it leaving when the page was out of sight', () => {
    const watch = watchActivity({ ...link, clocks, leave: () => {} })
    const hidden = vi.spyOn(document, 'hidden', 'get')
    away('blur')
    hidden.mockReturnValue(true)
    document.dispatchEvent(new Event('visibilitychange'))
    away('focus')
    hidden.mockReturnValue(false)
    document.dispatchEvent(new Event('visibilitychange'))
    expect(reports().map((r) => r.events.map((e) => e.kind))).toEqual([['page_leave']])
    watch.stop()
  })

  it('keeps what happened without a network, bounded, and tells it again until the server has it', () => {
    const watch = watchActivity({ ...link, clocks, leave: () => {} })
    online = false
    for (let i = 0; i < 250; i++) {
      away('blur')
      away('focus')
    }
    online = true
    watch.flush()
    watch.flush()
    expect(reports().map((r) => r.events.length)).toEqual([50])
    watch.lost()
    watch.flush()
    for (let i = 1; i < 5; i++) watch.noted(reports()[i]!.n)
    expect(reports().map((r) => r.events.length)).toEqual([50, 50, 50, 50, 50])
    watch.stop()
  })
})

describe('history', () => {
  const version = (seq: number): Version => ({
    seq,
    value: ['x'],
    flagged: false,
    at: '',
    chars: 1,
    counts: false,
  })

  it('shows only the answer to the last question asked, newest first', () => {
    const history = createHistory(link)
    history.open('q1')
    history.open('q2')
    history.receive({ n: 1, question: 'q1', versions: [version(1)] })
    expect(history.versions.value).toBeUndefined()
    history.receive({ n: 2, question: 'q2', versions: [version(1), version(3)] })
    expect(history.versions.value?.map((v) => v.seq)).toEqual([3, 1])
  })

  it('says that it cannot be read without a network', () => {
    const history = createHistory(link)
    online = false
    history.open('q1')
    expect(history.failed.value).toBe(true)
    online = true
    history.open('q1')
    history.lost()
    expect(history.failed.value).toBe(true)
  })
})

describe('tabs', () => {
  it('gives the exam to one tab; another may take it over', async () => {
    const lost = vi.fn()
    const first = await claimAttempt('a', lost)
    expect(first).toBeDefined()
    expect(await claimAttempt('a', () => {})).toBeUndefined()
    expect(await claimAttempt('b', () => {})).toBeDefined()
    const taken = await claimAttempt('a', () => {}, true)
    expect(taken).toBeDefined()
    await vi.waitFor(() => expect(lost).toHaveBeenCalledOnce())
    taken!.release()
    expect(await claimAttempt('a', () => {})).toBeDefined()
  })
})

describe('the locked browser', () => {
  const start = 'http://exam.test/exam?start=nonce'
  const me = (required: boolean) => ({ lockdown: { required, start_url: start } }) as CandidateMe

  it('proves itself with the address that it was really opened with', async () => {
    const security = { configKey: '', browserExamKey: '', updateKeys: (done: () => void) => done() }
    security.updateKeys = (done) => {
      Object.assign(security, { configKey: 'c1', browserExamKey: 'e1' })
      done()
    }
    vi.stubGlobal('SafeExamBrowser', { version: '3.7', security })
    const landed = location.href.split('#')[0]
    expect(await lockdownProof()).toEqual({ url: landed, config_key: 'c1', exam_key: 'e1', client: '3.7' })
    expect(await paperRequest(me(true))).toEqual({
      path: '/api/exam/paper?start=nonce',
      headers: {
        'X-Xinglu-Seb-Url': landed,
        'X-Xinglu-Seb-Config-Key': 'c1',
        'X-Xinglu-Seb-Exam-Key': 'e1',
      },
    })
  })

  it('is opened again by the address with the nonce, other browsers are left alone', () => {
    const go = vi.fn()
    expect(openLocked(me(true), go)).toBe(false)
    vi.stubGlobal('SafeExamBrowser', { version: '3.7' })
    expect(openLocked(me(false), go)).toBe(false)
    expect(openLocked(me(true), go)).toBe(true)
    expect(go).toHaveBeenCalledWith(start)
  })

  it('says nothing in other browsers', async () => {
    expect(await lockdownProof()).toBeUndefined()
    expect(await paperRequest(me(false))).toEqual({ path: '/api/exam/paper', headers: {} })
  })
})
