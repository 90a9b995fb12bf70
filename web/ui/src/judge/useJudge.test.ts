import 'fake-indexeddb/auto'
import { effectScope, type EffectScope } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createJudge, type Judging } from './useJudge'
import type { SheetBrief } from './wire'

/** A socket whose other end is the test. */
class FakeSocket {
  static readonly OPEN = 1
  static last: FakeSocket
  readyState = 1
  sent: { t: string; key?: string }[] = []
  onopen?: () => void
  onmessage?: (event: { data: string }) => void
  onclose?: (event: { code: number; reason: string }) => void

  constructor() {
    FakeSocket.last = this
    setTimeout(() => this.onopen?.())
  }
  says(frame: object): void {
    this.onmessage?.({ data: JSON.stringify({ server_time: '2026-11-23T04:00:00.000Z', ...frame }) })
  }
  send(data: string): void {
    this.sent.push(JSON.parse(data) as { t: string })
  }
  close(): void {}
}

const text = { zh: '模块', en: 'module' }
const brief = (have: number, version = 0, state: SheetBrief['state'] = 'not_started'): SheetBrief => {
  const own = {
    id: 's1',
    division: 'd',
    layer: 'station' as const,
    code: 'A01',
    module: 'B',
    module_name: text,
  }
  return { ...own, state, version, round: 1, have, need: 5 }
}
const listWith = (sheet: SheetBrief) => ({
  divisions: [{ id: 'd', contest: text, event: text, division: text, sheets: [sheet] }],
})
const view = (sheet: SheetBrief) => ({
  ...sheet,
  module_scheme: { id: 'B', name: text, max: 100, sub_criteria: [] },
  conferences: [],
})

let scope: EffectScope
let judge: Judging
/** What the server answers, by path; a promise keeps the request waiting. */
let answers: Record<string, unknown>

beforeEach(async () => {
  vi.stubGlobal('WebSocket', FakeSocket)
  vi.stubGlobal('fetch', async (path: string) => Response.json(await answers[path]))
  answers = {
    '/api/judge/me': { id: 'j1', name: '裁判', server_time: '2026-11-23T04:00:00.000Z' },
    '/api/judge/sheets': listWith(brief(0)),
    '/api/judge/sheets/d/s1': view(brief(0)),
  }
  scope = effectScope()
  judge = scope.run(createJudge)!
  await judge.boot()
  FakeSocket.last.says({ t: 'welcome' })
  await vi.waitFor(() => expect(judge.schemes.size).toBe(1))
})

afterEach(() => scope.stop())

const shown = (): SheetBrief => judge.sheets.value.get('d/s1')!

describe('the list', () => {
  it('keeps news that overtook an older answer', async () => {
    let answer: (list: unknown) => void = () => {}
    answers['/api/judge/sheets'] = new Promise((done) => (answer = done))
    FakeSocket.last.says({ t: 'refresh' })
    FakeSocket.last.says({ t: 'sheet', sheet: brief(2) })
    answer(listWith(brief(1)))
    await vi.waitFor(() => expect(judge.divisions.value).toHaveLength(1))
    await new Promise((done) => setTimeout(done, 20))
    expect(shown().have).toBe(2)

    answers['/api/judge/sheets'] = listWith(brief(3))
    FakeSocket.last.says({ t: 'refresh' })
    await vi.waitFor(() => expect(shown().have).toBe(3))
  })

  it('keeps news that came before the acknowledgement of the same version', async () => {
    await judge.change(shown(), { entries: {} })
    await judge.submit(shown(), '01')
    const { key } = FakeSocket.last.sent.find((f) => f.t === 'submit')!
    FakeSocket.last.says({ t: 'sheet', sheet: brief(2, 1, 'submitted') })
    FakeSocket.last.says({ t: 'ack', key, sheet: brief(1, 1, 'submitted'), version: 1, total: 0, at: '' })
    await vi.waitFor(() => expect(judge.outbox.items.value).toHaveLength(0))
    expect(shown()).toMatchObject({ have: 2, version: 1 })
  })

  it('keeps news that came while an acknowledgement was written down', async () => {
    await judge.change(shown(), { entries: {} })
    await judge.submit(shown(), '01')
    const { key } = FakeSocket.last.sent.find((f) => f.t === 'submit')!
    FakeSocket.last.says({ t: 'ack', key, sheet: brief(4, 1, 'submitted'), version: 1, total: 0, at: '' })
    FakeSocket.last.says({
      t: 'sheet',
      sheet: brief(5, 1, 'conference'),
      conferences: [{ aspect: 'J1', reason: 'spread', spread: 2, spread_max: 1 }],
    })
    await vi.waitFor(() => expect(judge.outbox.items.value).toHaveLength(0))
    expect(shown()).toMatchObject({ have: 5, state: 'conference' })
    expect(judge.seen.get('d/s1')?.conferences).toHaveLength(1)
  })
})

describe('the tablet and its clocks', () => {
  const listOf = (state: string) => ({
    divisions: [{ id: 'd', contest: text, division: text, modules: [], reasons: [], clocks: [{ state }] }],
    server_time: '2026-11-23T04:00:00.000Z',
  })

  it('reads the clocks again when the server says so', async () => {
    answers['/api/judge/clocks'] = listOf('idle')
    FakeSocket.last.says({ t: 'clocks' })
    const shownClock = () => judge.clocks.value!.divisions.value[0]?.clocks[0]?.state
    await vi.waitFor(() => expect(shownClock()).toBe('idle'))
    answers['/api/judge/clocks'] = listOf('running')
    FakeSocket.last.says({ t: 'clocks' })
    await vi.waitFor(() => expect(shownClock()).toBe('running'))
  })

  it('keeps everything when the tablet is taken out of use', async () => {
    await judge.change(shown(), { entries: {} })
    await judge.submit(shown(), '01')
    const { key } = FakeSocket.last.sent.find((f) => f.t === 'submit')!
    FakeSocket.last.says({ t: 'refused', key, code: 'tablet_revoked', detail: '' })
    await vi.waitFor(() => expect(judge.phase.value).toBe('revoked'))
    expect(judge.own.state.value).toBe('revoked')
    expect(judge.unsent.value).toBe(1)
    expect(judge.unfinished.value).toBe(0) // it is on its way, and no draft besides
  })

  it('is revoked by the word of the server too', () => {
    FakeSocket.last.says({ t: 'revoked' })
    expect(judge.phase.value).toBe('revoked')
  })

  it('asks for the PIN of an opening with a card, and signs its judge in', async () => {
    answers['/api/judge/sign-in-card'] = { id: 'j2', name: '另一位', server_time: '' }
    await judge.boot({ kind: 'card', card: 'a.b' })
    expect([judge.card.value, judge.phase.value]).toEqual(['a.b', 'sign_in'])
    await judge.signInByCard('246810')
    expect([judge.me.value?.id, judge.phase.value, judge.card.value]).toEqual(['j2', 'ready', ''])
  })

  it('keeps a card that met no network', async () => {
    await judge.boot({ kind: 'card', card: 'a.b' })
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('network')
    })
    await expect(judge.signInByCard('246810')).rejects.toMatchObject({ code: 'network' })
    expect(judge.card.value).toBe('a.b')
  })
})
