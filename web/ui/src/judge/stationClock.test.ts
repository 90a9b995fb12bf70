import { describe, expect, it } from 'vitest'
import { acts, clockText, presumedClock, runningClock, startable, type Pressed } from './stationClock'
import { minute, said, station } from './testStation'

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

describe('a clock with presses on their way', () => {
  const press = (act: Pressed['act'], after: number, reason = ''): Pressed => ({
    act,
    at: said + after,
    reason,
  })

  it('goes on by the time of the tablet', () => {
    const presses = [
      press('start', minute),
      press('pause', 11 * minute, '设备故障'),
      press('resume', 14 * minute),
      press('stop', 20 * minute),
    ]
    const at = (n: number, after: number) => {
      const c = presumedClock(station(), presses.slice(0, n))
      return { ...c, ...runningClock(c, said + after) }
    }
    expect(at(1, 6 * minute)).toMatchObject({ state: 'running', used_ms: 5 * minute })
    expect(at(2, 13 * minute)).toMatchObject({
      ...{ state: 'paused', used_ms: 10 * minute, paused_ms: 2 * minute },
      pauses: [{ reason: '设备故障' }],
    })
    expect(at(3, 15 * minute)).toMatchObject({
      state: 'running',
      used_ms: 11 * minute,
      paused_ms: 3 * minute,
    })
    expect(at(4, 60 * minute)).toMatchObject({
      ...{ state: 'stopped', used_ms: 16 * minute, remaining_ms: 74 * minute },
      stopped_at: '2026-11-23T08:20:00.000Z',
    })
  })

  it('passes over what does not fit, and never goes back behind the server', () => {
    const running = station({ state: 'running', used_ms: minute, remaining_ms: 89 * minute })
    expect(presumedClock(running, [press('start', minute)])).toEqual(running)
    expect(presumedClock(running, [press('pause', -minute)])).toMatchObject({
      state: 'paused',
      used_ms: minute,
    })
    expect(presumedClock(running, [])).toBe(running)
  })

  it('can be pressed as its state allows', () => {
    expect(acts).toEqual({
      idle: ['start'],
      running: ['pause', 'stop'],
      paused: ['resume', 'stop'],
      stopped: [],
    })
  })
})

it('a batch starts who is there and has not started', () => {
  const clocks = [
    station(),
    station({ code: 'A02', absent: true }),
    station({ code: 'A03', state: 'paused' }),
    station({ code: 'A04', batch: 2 }),
    station({ code: 'A05', module: 'C' }),
  ]
  expect(startable(clocks, 'B', 1).map((c) => c.code)).toEqual(['A01'])
})
