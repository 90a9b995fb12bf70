import { describe, expect, it } from 'vitest'
import type { Centre } from '../../types'
import {
  capacity,
  centresOf,
  newRoom,
  plansOf,
  rowsOf,
  seatCodes,
  seatTotals,
  toggleAccessible,
} from './centres'

const plans = () => [
  {
    code: '01',
    name: '济南考评中心',
    rooms: [
      { ...newRoom('01'), name: '第一机房', seats: 3, spare: 1, columns: 2, accessible: ['02'] },
      { ...newRoom('02'), name: '第二机房', seats: 2, spare: 0, columns: 0 },
    ],
  },
]

describe('seats', () => {
  it('are numbered with spare ones last', () => {
    expect(centresOf(plans())[0]?.rooms).toEqual([
      {
        code: '01',
        name: '第一机房',
        seats: ['01', '02', '03'],
        spare: ['04'],
        columns: 2,
        accessible: ['02'],
      },
      { code: '02', name: '第二机房', seats: ['01', '02'], spare: [] },
    ])
  })

  it('have as many digits as the last one needs', () => {
    expect(seatCodes(1, 1, 120)).toEqual(['001'])
  })

  it('come back as the plan they were made from', () => {
    expect(plansOf(centresOf(plans()))).toEqual(plans())
  })

  it('stay accessible when their numbers get another digit', () => {
    const [centre] = plans()
    centre!.rooms[0]!.seats = 120
    expect(centresOf([centre!])[0]?.rooms[0]?.accessible).toEqual(['002'])
    toggleAccessible(centre!.rooms[0]!, '002')
    expect(centresOf([centre!])[0]?.rooms[0]).not.toHaveProperty('accessible')
  })

  it('with codes of their own keep them, their order and their rows', () => {
    const own: Centre[] = [
      {
        code: 'JN',
        name: '济南',
        rooms: [
          {
            code: 'A',
            name: '甲室',
            seats: ['A 1', 'B-2', '07'],
            spare: ['备1'],
            columns: 3,
            accessible: ['07', '备1'],
          },
        ],
      },
    ]
    expect(centresOf(plansOf(own))).toEqual(own)
    const plan = plansOf(own)[0]!.rooms[0]!
    expect(plan.own).toBe(true)
    toggleAccessible(plan, 'A 1')
    expect(centresOf(plansOf(own))).toEqual(own) // of another copy
    expect(plan.accessible).toEqual(['07', '备1', 'A 1'])
  })
})

describe('what a room takes', () => {
  // The table of exam.Room.usable: spare seats count towards the share, which is rounded up.
  it.each([
    [36, 4, 1000, 36],
    [40, 0, 1000, 36],
    [36, 4, 2000, 32],
    [9, 0, 1000, 8],
    [3, 1, 0, 3],
    [1, 0, 9999, 0],
  ])('%d seats and %d spare at %d basis points: %d', (seats, spare, share, want) => {
    expect(
      capacity({ seats: Array<string>(seats).fill('x'), spare: Array<string>(spare).fill('y') }, share),
    ).toBe(want)
  })

  it('is added up for all rooms', () => {
    expect(seatTotals(plans(), 1000)).toEqual({ seats: 5, spare: 1, people: 4 })
  })
})

it('rows follow the columns; none stands for one row', () => {
  const [one, two] = centresOf(plans())[0]!.rooms
  expect(rowsOf(one!).map((r) => r.map((s) => s.code))).toEqual([
    ['01', '02'],
    ['03', '04'],
  ])
  expect(rowsOf(one!)[1]).toEqual([
    { code: '03', spare: false },
    { code: '04', spare: true },
  ])
  expect(rowsOf(two!).map((r) => r.length)).toEqual([2])
})
