import { describe, expect, it } from 'vitest'
import type { SeatProgress, Sitting } from '../types'
import { freeSeats, measuresOf } from './measures'

const seat = (state: string, absent = false): SeatProgress => ({ state, absent }) as unknown as SeatProgress
const all = (): boolean => true

describe('measures', () => {
  it('follow the state', () => {
    expect(measuresOf(seat('notstarted'), { state: 'running' }, all)).toEqual([
      'identity',
      'admit',
      'move',
      'absent',
      'void',
    ])
    expect(measuresOf(seat('notstarted', true), { state: 'running' }, all)).toEqual([
      'identity',
      'move',
      'present',
      'void',
    ])
    expect(measuresOf(seat('in_progress'), { state: 'running' }, all)).toEqual(['identity', 'move', 'void'])
    expect(measuresOf(seat('finished'), { state: 'closed' }, all)).toEqual(['void'])
    expect(measuresOf(seat('void'), { state: 'closed' }, all)).toEqual([])
    expect(measuresOf(seat('notstarted'), { state: 'planned' }, all)).toEqual([])
  })

  it('let a seat pass that failed, or was asked for from elsewhere', () => {
    const locked = (lockdown: object) => ({ state: 'in_progress', lockdown }) as unknown as SeatProgress
    const offered = (lockdown: object): boolean =>
      measuresOf(locked(lockdown), { state: 'running' }, all).includes('lockdown')
    expect(offered({ state: 'verified', failures: 0 })).toBe(false)
    expect(offered({ state: 'failed', failures: 1 })).toBe(true)
    expect(offered({ state: 'verified', failures: 0, tried: 2 })).toBe(true)
    expect(offered({ state: 'overridden', failures: 0, tried: 2 })).toBe(false)
  })

  it('are those that the person may take', () => {
    expect(measuresOf(seat('in_progress'), { state: 'running' }, (a) => a === 'room.control')).toEqual([
      'move',
    ])
  })
})

describe('free seats', () => {
  it('are those where nobody sits, spare ones first', () => {
    const sitting = {
      centres: [
        { code: '01', name: '考点', rooms: [{ code: '1', name: '机房', seats: ['1', '2'], spare: ['9'] }] },
      ],
    } as unknown as Sitting
    const taken = [{ place: { centre: '01', room: '1', seat: '1' }, state: 'in_progress' }] as SeatProgress[]
    expect(freeSeats(sitting, taken).map((s) => [s.seat, s.spare])).toEqual([
      ['9', true],
      ['2', false],
    ])
  })
})
