import 'fake-indexeddb/auto'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ServerClock } from '../shared/clock'
import { openJournal, type Journal } from '../shared/journal'
import { clockText, createClocks, runningClock, type Press, type StationClock } from './clockView'

const minute = 60_000
const said = Date.parse('2026-11-23T08:00:00Z')

function station(change: Partial<StationClock> = {}): StationClock {
  return {
    module: 'B',
    code: 'A01',
    batch: 1,
    station: 1,
    state: 'idle',
    limit_ms: 90 * minute,
    used_ms: 0,
    remaining_ms: 90 * minute,
    overtime_ms: 0,
    paused_ms: 0,
    compensation_ms: 0,
    ends_at: null,
    started_at: null,
    stopped_at: null,
    absent: false,
    told: '',
    told_code: '',
    server_time: '2026-11-23T08:00:00Z',
    ...change,
  }
}

describe('a clock between two words of the server', () => {
  const running = station({ state: 'running', used_ms: 30 * minute, remaining_ms: 60 * minute })

  it.each([
    ['just said', running, 0, { used_ms: 30 * minute, remaining_ms: 60 * minute, overtime_ms: 0 }],
    ['runs', running, 10 * minute, { used_ms: 40 * minute, remaining_ms: 50 * minute, overtime_ms: 0 }],
    ['is over', running, 61 * minute, { used_ms: 91 * minute, remaining_ms: 0, overtime_ms: minute }],
    ['never runs backwards', running, -minute, { used_ms: 30 * minute, remaining_ms: 60 * minute }],
    [
      'was over already',
      station({ state: 'running', used_ms: 95 * minute, remaining_ms: 0, overtime_ms: 5 * minute }),
      minute,
      { used_ms: 96 * minute, remaining_ms: 0, overtime_ms: 6 * minute },
    ],
    [
      'stands still in a pause',
      station({ state: 'paused', used_ms: 30 * minute, remaining_ms: 60 * minute, paused_ms: minute }),
      5 * minute,
      { used_ms: 30 * minute, remaining_ms: 60 * minute, paused_ms: 6 * minute },
    ],
    [
      'is stopped',
      station({ state: 'stopped', used_ms: 80 * minute, remaining_ms: 10 * minute }),
      60 * minute,
      { used_ms: 80 * minute, remaining_ms: 10 * minute },
    ],
    [
      'has no limit',
      station({ state: 'running', limit_ms: 0, remaining_ms: 0 }),
      5 * minute,
      { used_ms: 5 * minute, remaining_ms: 0, overtime_ms: 0 },
    ],
  ])('%s', (_name, clock, passed, want) => {
    expect(runningClock(clock, said + passed)).toMatchObject(want)
  })

  it('is written with what is left rounded up, what is used rounded down', () => {
    expect([0, 999, 1000, 61_500, 3_723_000].map((ms) => clockText(ms))).toEqual([
      '00:00',
      '00:00',
      '00:01',
      '01:01',
      '1:02:03',
    ])
    expect([0, 1, 1000, 1001, -5].map((ms) => clockText(ms, true))).toEqual([
      '00:00',
      '00:01',
      '00:01',
      '00:02',
      '00:00',
    ])
  })
})

describe('presses', () => {
  interface Sent {
    key: string
    act: string
    ago_ms: number
    tablet_ms: number
  }
  let journal: Journal<unknown>
  let judge = 0 // a fresh one for each test: its shelves are empty
  let mono: number
  let online: boolean
  let sent: Sent[]
  let refuse: string | undefined
  let state: StationClock['state']
  const refused: [string, string][] = []
  const after: Record<string, StationClock['state']> = {
    start: 'running',
    resume: 'running',
    pause: 'paused',
    stop: 'stopped',
  }

  beforeEach(async () => {
    journal = await openJournal<unknown>('judge')
    judge++
    mono = 1000
    online = true
    sent = []
    refuse = undefined
    state = 'idle'
    refused.length = 0
    const json = (status: number, body: unknown): Response =>
      new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
    vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
      if (!online) throw new TypeError('network')
      if (init.method === 'GET') {
        const division = { id: 'd', contest: {}, division: {}, modules: [], reasons: [] }
        return json(200, {
          divisions: [{ ...division, clocks: [station({ state })] }],
          server_time: '2026-11-23T08:00:00Z',
        })
      }
      expect(path).toBe('/api/judge/divisions/d/clocks')
      const body = JSON.parse(init.body as string) as Sent
      sent.push(body)
      if (refuse) return json(refuse === 'signed_out' ? 401 : 409, { code: refuse })
      state = after[body.act]!
      return json(200, station({ state }))
    })
  })

  const made = () =>
    createClocks({
      journal,
      judge: `j${judge}`,
      clock: new ServerClock(() => mono),
      mono: () => mono,
      wall: () => said + mono,
      onRefused: (p: Press, problem) => refused.push([p.act, problem.code]),
    })

  it('are sent at once and show what the server says', async () => {
    const clocks = made()
    await clocks.refresh()
    await clocks.press('d', station(), 'start')
    expect(clocks.divisions.value[0]!.clocks[0]!.state).toBe('running')
    expect(clocks.pending.value).toEqual([])
    expect(sent[0]).toMatchObject({ act: 'start', ago_ms: 0, tablet_ms: said + 1000 })
    expect(sent[0]!.key).toHaveLength(32)
  })

  it('wait for the network, in order, and tell how long', async () => {
    const clocks = made()
    await clocks.refresh()
    online = false
    await clocks.press('d', station(), 'start')
    mono += 5000
    await clocks.press('d', station(), 'pause', '设备故障')
    await clocks.refresh() // quietly nothing
    expect(clocks.pending.value.map((p) => p.act)).toEqual(['start', 'pause'])
    mono += 1000
    online = true
    await clocks.flush()
    expect(sent.map((s) => [s.act, s.ago_ms])).toEqual([
      ['start', 6000],
      ['pause', 1000],
    ])
    expect(clocks.pending.value).toEqual([])
    expect(clocks.divisions.value[0]!.clocks[0]!.state).toBe('paused')
  })

  it('survive the page, with their keys', async () => {
    const first = made()
    await first.refresh()
    online = false
    await first.press('d', station(), 'start')
    const { key } = first.pending.value[0]!
    const second = made()
    await second.restore()
    expect(second.pending.value.map((p) => p.key)).toEqual([key])
    expect(second.divisions.value[0]!.clocks[0]!.code).toBe('A01') // shown without a network
    online = true
    await second.flush()
    expect(sent.map((s) => s.key)).toEqual([key])
    const third = made()
    await third.restore()
    expect(third.pending.value).toEqual([])
  })

  it('are dropped when somebody else was first, and the list is read anew', async () => {
    const clocks = made()
    await clocks.refresh()
    refuse = 'clock_state'
    state = 'running'
    await clocks.press('d', station(), 'start')
    expect(refused).toEqual([['start', 'clock_state']])
    expect(clocks.pending.value).toEqual([])
    expect(clocks.divisions.value[0]!.clocks[0]!.state).toBe('running')
  })

  it('wait for the next sign-in', async () => {
    const signedOut = vi.fn()
    const parts = { journal, judge: `j${judge}`, clock: new ServerClock(), onSignedOut: signedOut }
    const clocks = createClocks(parts)
    refuse = 'signed_out'
    await clocks.press('d', station(), 'stop')
    expect(signedOut).toHaveBeenCalled()
    expect(clocks.pending.value).toHaveLength(1)
  })
})
