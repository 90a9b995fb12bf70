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
  const events = (): Activity[] => sent.flatMap((f) => (f as Frame & { events: Activity[] }).events)
  const stamp = () => ({ mono_ms: 1, wall: '' })

  it('tells that the focus went and came back, and saves what is being typed', () => {
    const leave = vi.fn()
    const watch = watchActivity({ ...link, stamp, leave })
    window.dispatchEvent(new Event('blur'))
    window.dispatchEvent(new Event('blur'))
    window.dispatchEvent(new Event('focus'))
    window.dispatchEvent(new Event('focus'))
    expect(events().map((e) => e.kind)).toEqual(['blur', 'focus'])
    expect(leave).toHaveBeenCalled()
    watch.stop()
    window.dispatchEvent(new Event('blur'))
    expect(events()).toHaveLength(2)
  })

  it('keeps what happened without a network, in order and bounded', () => {
    const watch = watchActivity({ ...link, stamp, leave: () => {} })
    online = false
    for (let i = 0; i < 150; i++) {
      window.dispatchEvent(new Event('blur'))
      window.dispatchEvent(new Event('focus'))
    }
    online = true
    watch.flush()
    watch.flush()
    expect([sent.length, events().length, events()[0]!.kind]).toEqual([1, 200, 'blur'])
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
