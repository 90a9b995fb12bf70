import 'fake-indexeddb/auto'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ServerClock } from '../shared/clock'
import { openJournal, type Journal } from '../shared/journal'
import { createClocks, type Waits } from './clockView'
import type { StationClock } from './stationClock'
import { minute, said, station } from './testStation'

describe('presses', () => {
  interface Sent {
    path: string
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
  let used: number // that the server answers
  const statuses: Record<string, number> = { signed_out: 401, tablet_revoked: 403 }
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
    used = 0
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
      const body = JSON.parse(init.body as string) as Omit<Sent, 'path'>
      sent.push({ ...body, path })
      if (refuse) return json(statuses[refuse] ?? 409, { code: refuse })
      if (path.endsWith('/times')) return new Response(null, { status: 204 })
      if (path.endsWith('/clock-batches')) {
        state = 'running'
        return json(200, { items: [station({ state })] })
      }
      expect(path).toBe('/api/judge/divisions/d/clocks')
      state = after[body.act]!
      return json(200, station({ state, used_ms: used }))
    })
  })

  const made = () =>
    createClocks({
      journal,
      judge: `j${judge}`,
      clock: new ServerClock(() => mono),
      mono: () => mono,
      wall: () => said + mono,
      onRefused: (p: Waits, problem) => refused.push([p.act, problem.code]),
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

  it('wait for the judge to look when somebody else was first, and the list is read anew', async () => {
    const clocks = made()
    await clocks.refresh()
    refuse = 'clock_state'
    state = 'running'
    await clocks.press('d', station(), 'start')
    expect(refused).toEqual([['start', 'clock_state']])
    expect(clocks.pending.value).toEqual([])
    expect(clocks.divisions.value[0]!.clocks[0]!.state).toBe('running')
    const later = made()
    await later.restore()
    expect(later.pending.value).toEqual([])
    expect(later.refused.value).toMatchObject([{ code: 'A01', refused: { code: 'clock_state' } }])
    await later.dismiss(later.refused.value[0]!)
    const last = made()
    await last.restore()
    expect(last.refused.value).toEqual([])
  })

  it('stay when the device is taken out of use', async () => {
    const device: string[] = []
    const clocks = createClocks({
      ...{ journal, judge: `j${judge}`, clock: new ServerClock(() => mono) },
      onDevice: (problem) => device.push(problem.code),
    })
    refuse = 'tablet_revoked'
    await clocks.press('d', station(), 'start')
    expect(device).toEqual(['tablet_revoked'])
    expect(clocks.pending.value).toHaveLength(1)
    refuse = undefined
    await clocks.flush()
    expect(clocks.pending.value).toEqual([])
    expect(sent[0]!.key).toBe(sent[1]!.key)
  })

  it('start a batch at once, also later', async () => {
    const clocks = made()
    await clocks.refresh()
    online = false
    await clocks.startBatch('d', 'B', 1)
    const idle = clocks.divisions.value[0]!.clocks[0]!
    expect(clocks.pendingOf('d', idle).map((p) => p.act)).toEqual(['start'])
    expect(clocks.pendingOf('d', { ...idle, batch: 2 })).toEqual([])
    expect(clocks.pendingOf('d', { ...idle, absent: true })).toEqual([])
    online = true
    await clocks.flush()
    expect(sent[0]).toMatchObject({ path: '/api/judge/divisions/d/clock-batches', module: 'B', batch: 1 })
    expect(clocks.divisions.value[0]!.clocks[0]!.state).toBe('running')
  })

  it('keep the time measured here where the server has another, until the judge decides', async () => {
    const clocks = made()
    await clocks.refresh()
    online = false
    await clocks.press('d', station(), 'start')
    mono += 45 * minute
    await clocks.press('d', station(), 'stop')
    online = true
    used = 30 // both arrive at once
    await clocks.flush()
    const name = { division: 'd', module: 'B', code: 'A01' }
    expect(clocks.measured.value).toEqual([{ ...name, used_ms: 45 * minute, server_ms: 30 }])
    const later = made()
    await later.restore()
    expect(later.measured.value).toHaveLength(1)
    await later.recordTime(name, 45 * minute, '断网')
    expect(sent[2]).toMatchObject({
      ...{ path: '/api/judge/divisions/d/times', layer: 'station', module: 'B', code: 'A01' },
      ...{ ms: 45 * minute, note: '断网' },
    })
    expect(later.measured.value).toEqual([])
    const last = made()
    await last.restore()
    expect([last.measured.value, last.pending.value]).toEqual([[], []])
  })

  it('keep no time that differs by the way only', async () => {
    const clocks = made()
    await clocks.refresh()
    await clocks.press('d', station(), 'start')
    mono += minute
    used = minute + 900
    await clocks.press('d', station(), 'stop')
    expect(clocks.measured.value).toEqual([])
  })

  it('know the server time on a page that starts without a network', async () => {
    const first = made()
    await first.refresh() // the server is 1 s behind this device's clock
    const second = createClocks({
      ...{ journal, judge: `j${judge}`, clock: new ServerClock(() => mono), wall: () => said + 61_000 },
    })
    await second.restore()
    expect(second.now()).toBe(said + minute)
  })

  it('are not undone by an older answer', async () => {
    const clocks = made()
    await clocks.refresh()
    await clocks.press('d', station(), 'start')
    const running = { ...clocks.divisions.value[0]!.clocks[0]!, server_time: '2026-11-23T08:00:05Z' }
    clocks.divisions.value = [{ ...clocks.divisions.value[0]!, clocks: [running] }]
    state = 'idle'
    await clocks.refresh()
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
