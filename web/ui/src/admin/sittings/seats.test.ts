import { describe, expect, it } from 'vitest'
import type { SeatProgress } from '../types'
import { roomsOf, silence } from './seats'
import { signalsOf } from './signals'

const candidate = (over: Partial<SeatProgress>): SeatProgress =>
  ({
    attempt: 'a1',
    ticket: '1',
    name: '甲',
    id_masked: '',
    unit: '',
    assigned: { centre: '01', room: '01', seat: '01' },
    place: { centre: '01', room: '01', seat: '01' },
    form: 'A',
    state: 'in_progress',
    answered: 3,
    questions: 100,
    granted_ms: 0,
    ...over,
  }) as SeatProgress
const centres = [
  { code: '01', name: '济南', rooms: [{ code: '01', name: '一', seats: ['01', '02'], spare: ['03'] }] },
]

describe('roomsOf', () => {
  it('shows a moved candidate at the spare seat and leaves the old one free', () => {
    const moved = candidate({ place: { centre: '01', room: '01', seat: '03' } })
    const [room] = roomsOf({ centres }, { seats: [moved] })
    expect(room?.seats.map((s) => [s.code, s.spare, s.taken?.attempt ?? null])).toEqual([
      ['01', false, null],
      ['02', false, null],
      ['03', true, 'a1'],
    ])
  })
})

it('counts silence from the last frame', () => {
  const now = Date.parse('2026-11-23T01:00:40.000Z')
  expect(silence(candidate({ seen_at: '2026-11-23T01:00:00.000Z' }), now)).toBe(40_000)
  expect(silence(candidate({}), now)).toBeNull()
})

describe('signalsOf', () => {
  const away = { count: 0, ms: 0, events: 0, records: 0 }
  const keys = (over: Partial<SeatProgress>): string[] =>
    signalsOf(candidate({ away, link: 'good', ...over }), 40_000).map((x) => x.key)

  it('says nothing where all is well, nor after hand-in', () => {
    expect(keys({ noted: true })).toEqual([])
    expect(keys({ state: 'finished', link: 'lost', noted: false })).toEqual([])
  })

  it('puts what is most urgent first', () => {
    expect(keys({ link: 'lost', away: { ...away, count: 2 }, noted: false })).toEqual([
      'lost',
      'away',
      'unnoted',
    ])
  })

  it('says that a page is out of sight now rather than how often it was', () => {
    expect(keys({ hidden: true, away: { ...away, count: 2 } })).toEqual(['hidden'])
  })
})
