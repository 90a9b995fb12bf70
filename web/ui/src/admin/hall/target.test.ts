import { describe, expect, it } from 'vitest'
import type { SeatProgress, Sitting } from '../types'
import { coveredBy, isChosen, newTarget, targetBody, targetName } from './target'

const sitting = {
  centres: [{ code: '01', name: '第一考点', rooms: [{ code: '02', name: '机房二', seats: ['1'] }] }],
} as unknown as Sitting

function seat(attempt: string, room: string, state = 'in_progress'): SeatProgress {
  return {
    attempt,
    name: `考生${attempt}`,
    state,
    assigned: { centre: '01', room, seat: '1' },
  } as SeatProgress
}

describe('a target', () => {
  it('names somebody only when its scope is filled in', () => {
    expect(isChosen(newTarget(sitting, 'candidate'))).toBe(false)
    expect(isChosen(newTarget(sitting, 'candidate', 'a1'))).toBe(true)
    expect(isChosen(newTarget(sitting, 'room'))).toBe(false)
    expect(isChosen(newTarget(sitting, 'sitting'))).toBe(true)
  })

  it('sends only the fields of its scope', () => {
    const target = { scope: 'centre' as const, attempt: 'a1', centre: '01', room: '02' }
    expect(targetBody(target)).toEqual({ scope: 'centre', centre: '01' })
    expect(targetBody({ ...target, scope: 'candidate' })).toEqual({ scope: 'candidate', attempt: 'a1' })
  })

  it('covers the room of the ticket, and nobody who has finished', () => {
    const seats = [
      seat('a1', '02'),
      seat('a2', '02', 'submitted'),
      seat('a3', '03'),
      seat('a4', '02', 'paused'),
    ]
    const target = { scope: 'room' as const, attempt: '', centre: '01', room: '02' }
    expect(coveredBy(target, seats).map((s) => s.attempt)).toEqual(['a1', 'a4'])
  })

  it('is written for people', () => {
    const name = (scope: string): string =>
      targetName({ scope, attempt: 'a1', centre: '01', room: '02' }, sitting, [seat('a1', '02')], '全场')
    expect(['candidate', 'room', 'centre', 'sitting'].map(name)).toEqual([
      '考生a1',
      '第一考点 机房二',
      '第一考点',
      '全场',
    ])
  })
})
