import { describe, expect, it } from 'vitest'
import type { SeatProgress } from '../types'
import { isSilent, roomsOf, silence } from './seats'

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

describe('silence', () => {
  const now = '2026-11-23T01:00:40.000Z'

  it('is counted from the last frame', () => {
    expect(silence(candidate({ seen_at: '2026-11-23T01:00:00.000Z' }), now)).toBe(40_000)
    expect(silence(candidate({}), now)).toBeNull()
  })

  it('matters only while the candidate writes', () => {
    const seen_at = '2026-11-23T01:00:00.000Z'
    expect(isSilent(candidate({ seen_at }), now)).toBe(true)
    expect(isSilent(candidate({ seen_at: '2026-11-23T01:00:30.000Z' }), now)).toBe(false)
    expect(isSilent(candidate({ seen_at, state: 'submitted' }), now)).toBe(false)
    expect(isSilent(candidate({}), now)).toBe(false)
  })
})
