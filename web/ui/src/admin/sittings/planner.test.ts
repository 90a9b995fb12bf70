import { describe, expect, it } from 'vitest'
import { centresOf, defaultRules, plansOf, rulesOf, seatCodes, seatTotals, ticketOf } from './planner'

const plans = [
  {
    code: '01',
    name: '济南考评中心',
    rooms: [
      { code: '01', name: '第一机房', seats: 3, spare: 1 },
      { code: '02', name: '第二机房', seats: 2, spare: 0 },
    ],
  },
]

describe('seats', () => {
  it('are numbered with spare ones last', () => {
    expect(centresOf(plans)[0]?.rooms[0]).toEqual({
      code: '01',
      name: '第一机房',
      seats: ['01', '02', '03'],
      spare: ['04'],
    })
    expect(seatTotals(plans)).toEqual({ seats: 5, spare: 1 })
  })

  it('have as many digits as the last one needs', () => {
    expect(seatCodes(1, 1, 120)).toEqual(['001'])
  })

  it('come back as the plan they were made from', () => {
    expect(plansOf(centresOf(plans))).toEqual(plans)
  })
})

describe('rules', () => {
  it('are turned into milliseconds', () => {
    expect(rulesOf(defaultRules())).toMatchObject({
      limit_ms: 5_400_000,
      entry_opens_ms: 1_800_000,
      grace_ms: 5_000,
      multiple: 'all',
      multiple_partial_bp: 0,
    })
  })

  it('carry the partial share only with its policy', () => {
    expect(rulesOf({ ...defaultRules(), multiple: 'partial_if_subset' }).multiple_partial_bp).toBe(5000)
  })
})

describe('ticketOf', () => {
  const values = { sitting: '1123', centre: '01', room: '02', seat: '7', serial: '12' }

  it.each([
    ['{sitting}{centre:2}{room:2}{seat:3}', '11230102007'],
    ['37{serial:4}', '370012'],
    ['{centre}{room}', null],
    ['{seat}{colour}', null],
    ['{seat:0}', null],
    ['{seat', null],
    ['{seat}}', null],
  ])('fills %s as the server does: %j', (template, want) => expect(ticketOf(template, values)).toBe(want))
})
