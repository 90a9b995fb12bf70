import { beforeEach, expect, it } from 'vitest'
import type { Frame } from '../shared/live'
import { createNews } from './news'
import type { Attempt, Notice, Welcome } from './wire'

type Noted = Frame & { seq: number }

let sent: Noted[]
let online: boolean

const notice = (seq: number, level: Notice['level']): Notice => ({
  seq,
  level,
  text: { zh: `通知 ${seq}`, en: '' },
  at: '2026-11-23T01:00:00.000Z',
})
const attempt = (granted_ms: number): Attempt => ({ id: 'a', state: 'in_progress', base_ms: 0, granted_ms })
const welcome = (more: Partial<Welcome>): Welcome => ({
  t: 'welcome',
  attempt: attempt(0),
  sitting_state: 'running',
  starts_at: '',
  answers: [],
  fence: 1,
  server_time: '',
  ...more,
})

function open() {
  let n = 0
  sent = []
  return createNews('a', {
    number: () => ++n,
    send: (frame) => {
      if (online) sent.push(frame as Noted)
      return online
    },
  })
}

beforeEach(() => {
  localStorage.clear()
  online = true
})

it('notes an announcement when it is shown, an important one when it is confirmed', () => {
  const news = open()
  news.announced([notice(5, 'info'), notice(7, 'important'), notice(9, 'info')])
  expect(sent.map((f) => f.seq)).toEqual([5]) // "up to here" would speak of 7 too
  news.noted(5)
  expect(news.important.value?.seq).toBe(7)
  news.confirm(news.important.value!)
  expect(sent.map((f) => f.seq)).toEqual([5, 9])
  expect(news.important.value).toBeUndefined()
  expect(news.notices.value.map((x) => x.seq)).toEqual([5, 7, 9])
})

it('does not ask again after a reload, and lists everything', () => {
  const before = open()
  before.announced([notice(7, 'important')])
  before.confirm(notice(7, 'important'))
  const news = open()
  news.welcome(welcome({ notices: [notice(7, 'important')] }))
  expect([news.important.value, news.notices.value.length]).toEqual([undefined, 1])
})

it('tells the server on the next connection what it could not tell before', () => {
  const news = open()
  online = false
  news.granted({ seq: 12, attempt: attempt(60_000), reason: { zh: '停电', en: '' } }, 0)
  expect([sent.length, news.grant.value?.ms]).toEqual([0, 60_000])
  online = true
  news.welcome(welcome({}))
  expect(sent.map((f) => f.seq)).toEqual([12])
  news.noted(12)
  news.welcome(welcome({}))
  expect(sent).toHaveLength(1)
})

it('adds up grants that come before the first was read', () => {
  const news = open()
  news.granted({ attempt: attempt(60_000), reason: { zh: 'a', en: '' } }, 0)
  news.granted({ attempt: attempt(180_000), reason: { zh: 'b', en: '' } }, 60_000)
  expect(news.grant.value).toEqual({ ms: 180_000, reason: { zh: 'b', en: '' } })
})

it('learns of pauses by frame and by welcome', () => {
  const news = open()
  const pause = { since: '2026-11-23T01:00:00.000Z', reason: { zh: '火警', en: '' } }
  news.pause(pause)
  expect(news.paused.value).toEqual(pause)
  news.welcome(welcome({}))
  expect(news.paused.value).toBeNull()
  news.welcome(welcome({ paused: pause }))
  expect(news.paused.value).toEqual(pause)
})
