import { describe, expect, it } from 'vitest'
import type { ArrangedSeat, Arrangement, SeatPlace, Sitting } from '../../types'
import { formPairs, letterOf, pick, picturesOf, swapEffect, unitMarks, unitPairs } from './arrangement'
import { stepOf } from './seatKeys'

const place = (seat: string, room = '01'): SeatPlace => ({ centre: '01', room, seat })
const sitting = {
  papers: ['a', 'b'],
  centres: [
    {
      code: '01',
      name: '济南',
      rooms: [
        {
          code: '01',
          name: '一号',
          seats: ['01', '02', '03', '04'],
          spare: ['05'],
          columns: 2,
          accessible: ['01'],
        },
        { code: '02', name: '二号', seats: ['01', '02'], columns: 0 },
      ],
    },
  ],
} as unknown as Sitting

// 01 甲 | 02 甲      the second room: 01 乙 | 02 free
// 03 乙 | 04 丙
const people: [SeatPlace, string, string][] = [
  [place('01'), '甲', 'A'],
  [place('02'), '甲', 'B'],
  [place('03'), '乙', 'B'],
  [place('04'), '丙', 'A'],
  [place('01', '02'), '乙', 'A'],
]
const view = {
  seats: people.map(([at, unit, form], i) => ({
    place: at,
    unit,
    form,
    name: `考生${i}`,
    needs: {},
  })) as ArrangedSeat[],
  score: {
    units: [{ a: place('01'), b: place('02'), shared: '甲' }],
    forms: [
      { a: place('01'), b: place('04'), shared: 'A' },
      { a: place('02'), b: place('03'), shared: 'B' },
    ],
    rooms: [{ centre: '01', room: '01', seats: 5, taken: 4, free_bp: 2000, wanted_bp: 1000 }],
  },
} as unknown as Arrangement

describe('pictures', () => {
  const [first, second] = picturesOf(sitting, view)

  it('have everybody in the right row, with what is wrong there', () => {
    expect(first!.rows.map((r) => r.map((c) => c.taken?.name ?? (c.spare ? 'spare' : 'free')))).toEqual([
      ['考生0', '考生1'],
      ['考生2', '考生3'],
      ['spare'],
    ])
    expect(first!.rows.flat().map((c) => [c.accessible, c.unitClash, c.formClash])).toEqual([
      [true, true, false],
      [false, true, false],
      [false, false, false],
      [false, false, false],
      [false, false, false],
    ])
    expect(first).toMatchObject({ people: 4, unitClashes: 1, formClashes: 0, free: 2000, wanted: 1000 })
    expect(second).toMatchObject({ people: 1, unitClashes: 0, free: undefined })
  })

  it('leave diagonal forms alone: with two papers they cannot be helped', () => {
    expect(formPairs(sitting, view)).toEqual({ direct: [], diagonal: 2 })
    const behind = { a: place('01'), b: place('03'), shared: 'A' }
    const worse = { ...view, score: { ...view.score, forms: [behind] } }
    expect(formPairs(sitting, worse)).toEqual({ direct: [behind], diagonal: 0 })
    expect(formPairs({ ...sitting, papers: ['a'] }, worse)).toEqual({ direct: [], diagonal: 0 })
  })
})

describe('swaps', () => {
  const rooms = picturesOf(sitting, view)

  it('are judged by the pairs before and after', () => {
    expect(unitPairs(rooms, (c) => c.taken?.unit ?? '')).toBe(1)
    expect(swapEffect(rooms, place('02'), place('01', '02'))).toEqual({ before: 1, after: 1 }) // 乙 comes beside 乙
    expect(swapEffect(rooms, place('02'), place('02', '02'))).toEqual({ before: 1, after: 0 })
    expect(swapEffect(rooms, place('02'), place('04'))).toEqual({ before: 1, after: 1 }) // still diagonal
  })

  it('are of the last two seats that were pressed', () => {
    const one = pick([], place('01'))
    const two = pick(one, place('02'))
    expect(two).toEqual([place('01'), place('02')])
    expect(pick(two, place('03'))).toEqual([place('02'), place('03')])
    expect(pick(two, place('01'))).toEqual([place('02')])
  })
})

describe('units', () => {
  it('have letters when two or more come from them, the largest first', () => {
    expect([...unitMarks(view.seats)]).toEqual([
      ['乙', { letter: 'A', tone: 0, people: 2 }],
      ['甲', { letter: 'B', tone: 1, people: 2 }],
    ])
    expect([0, 25, 26, 701, 702].map(letterOf)).toEqual(['A', 'Z', 'AA', 'ZZ', 'AAA'])
  })
})

describe('arrow keys', () => {
  const rows = [3, 3, 1]
  it.each([
    ['ArrowRight', 0, 0, { row: 0, column: 1 }],
    ['ArrowRight', 0, 2, { row: 0, column: 2 }],
    ['ArrowDown', 1, 2, { row: 2, column: 0 }],
    ['ArrowUp', 0, 1, { row: 0, column: 1 }],
    ['End', 1, 0, { row: 1, column: 2 }],
    ['Home', 1, 2, { row: 1, column: 0 }],
    ['a', 0, 0, undefined],
  ])('%s from row %d, column %d', (key, row, column, want) =>
    expect(stepOf(key, { row, column }, rows)).toEqual(want),
  )
})
