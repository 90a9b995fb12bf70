import { describe, expect, it } from 'vitest'
import { batchesOf, isIn, isOpenBatch, shownBatch } from './clockGroups'
import type { ClockDivision, StationClock } from './stationClock'

function station(code: string, change: Partial<StationClock> = {}): StationClock {
  return {
    ...{ module: 'B', code, batch: 1, station: 1, state: 'idle', limit_ms: 0, used_ms: 0, remaining_ms: 0 },
    ...{ overtime_ms: 0, paused_ms: 0, compensation_ms: 0, pauses: [], grants: [], ends_at: null },
    ...{ started_at: null, stopped_at: null, absent: false, told: '', told_code: '' },
    server_time: '2026-11-23T08:00:00Z',
    ...change,
  }
}
const text = { zh: '', en: '' }
const division = (id: string, clocks: StationClock[]): ClockDivision => ({
  ...{ id, contest: text, division: text, modules: [], reasons: [], clocks },
})

describe('batches', () => {
  const done = { state: 'stopped' } as const
  const list = batchesOf([
    division('d', [
      station('A01', done),
      station('A02', { absent: true }),
      station('A03', { batch: 2 }),
      station('A04', { module: 'C' }),
    ]),
    division('e', [station('A01', { state: 'paused' })]),
  ])

  it('are of one division and module each, as the server orders them', () => {
    expect(list.map((b) => [b.key, b.clocks.map((c) => c.code)])).toEqual([
      ['d/B/1', ['A01', 'A02']],
      ['d/B/2', ['A03']],
      ['d/C/1', ['A04']],
      ['e/B/1', ['A01']],
    ])
  })

  it('are over when everybody has finished or did not come', () => {
    expect(list.map(isOpenBatch)).toEqual([false, true, true, true])
  })

  it('show the chosen one, else one that goes, else the first with something to do', () => {
    expect(shownBatch(list, 'd/C/1')?.key).toBe('d/C/1')
    expect(shownBatch(list, 'gone')?.key).toBe('e/B/1')
    expect(shownBatch(list.slice(0, 3), '')?.key).toBe('d/B/2')
    expect(shownBatch(list.slice(0, 1), '')?.key).toBe('d/B/1')
    expect(shownBatch([], '')).toBeUndefined()
  })
})

it('who did not come is no clock that could be started, but one that goes is shown as going', () => {
  const idle = station('A01')
  const absent = station('A02', { absent: true })
  const late = station('A03', { absent: true, state: 'running' })
  const of = (c: StationClock) =>
    (['all', 'idle', 'running', 'paused', 'stopped', 'absent'] as const).filter((f) => isIn(c, f))
  expect([idle, absent, late].map(of)).toEqual([
    ['all', 'idle'],
    ['all', 'absent'],
    ['all', 'running'],
  ])
})
