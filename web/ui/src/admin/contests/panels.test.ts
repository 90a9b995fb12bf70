import { describe, expect, it } from 'vitest'
import { panelGaps, unmarked, type PanelRules } from './panels'
import { conflicts, numbersOf, officeRows, writtenNumbers } from './structure/posts'

const judge = (id: string, unit: string, more = {}) => ({ judge: id, unit, ...more })
const panel = {
  judges: [judge('a', '甲厂'), judge('b', '乙厂'), judge('c', ''), judge('d', '丙厂', { spare: true })],
}
const rules = (more: Partial<PanelRules> = {}): PanelRules => ({
  size: 3,
  relations: [],
  leader: false,
  drawn: false,
  ...more,
})

describe('panels after recusal', () => {
  it('suffice when spares step in for those who step aside', () => {
    expect(panelGaps(panel, [{ unit: '甲厂' }, { unit: '' }], rules())).toEqual([])
  })
  it('are short for a unit, by unit and by declaration', () => {
    const relations = [{ judge: 'c', unit: '甲厂', reason: '师徒' }]
    expect(panelGaps(panel, [{ unit: '甲厂' }, { unit: '丁厂' }], rules({ relations }))).toEqual([
      { unit: '甲厂', have: 2, need: 3, led: true },
    ])
  })
  it('need a leader who can sign where leaders do', () => {
    const led = { judges: [judge('a', '甲厂', { leader: true }), judge('b', ''), judge('c', '')] }
    expect(panelGaps(led, [{ unit: '甲厂' }, { unit: '乙厂' }], rules({ size: 2, leader: true }))).toEqual([
      { unit: '甲厂', have: 2, need: 2, led: false },
    ])
  })
  it('must do at every station, or at one where a draw keeps to it', () => {
    const at = { judges: [judge('a', '', { stations: [1] }), judge('b', '')] }
    expect(panelGaps(at, [{ unit: '甲厂' }], rules({ size: 2 }))).toMatchObject([{ have: 1 }])
    expect(panelGaps(at, [{ unit: '甲厂' }], rules({ size: 2, drawn: true }))).toEqual([])
  })
})

describe('sub-criteria without a panel', () => {
  const subs = [{ id: 'B1' }, { id: 'B2' }]
  it('are named unless a panel takes the rest', () => {
    expect(unmarked(subs, [{ sub_criteria: ['B1'] }])).toEqual(['B2'])
    expect(unmarked(subs, [{ sub_criteria: ['B1'] }, {}])).toEqual([])
    expect(unmarked(subs, [])).toEqual(['B1', 'B2'])
  })
})

describe('numbers of stations', () => {
  it.each([
    ['', []],
    ['1-3，5', [1, 2, 3, 5]],
    ['5 2、2', [2, 5]],
  ])('%s', (written, list) => expect(numbersOf(written)).toEqual(list))
  it.each(['0', '3-1', 'a', '1-'])('not %s', (written) => expect(numbersOf(written)).toBeNull())
  it('are written in short', () => expect(writtenNumbers([5, 1, 2, 3])).toBe('1-3,5'))
})

describe('offices', () => {
  const offices = [
    { office: 'chief', role: 'chief_judge' },
    { office: 'entry_coder', role: 'coding_office' },
    { office: 'arbiter', role: 'arbiter' },
  ]
  it('that three layers need are vacant until held', () => {
    const rows = officeRows(offices, [{ office: 'chief', account: 'x', unit: '' }], 'layered')
    expect(rows.map((r) => r.vacant)).toEqual(['', 'needed', 'open'])
  })
  it('of layers do not show where there are none', () => {
    expect(officeRows(offices, [], 'coded').map((r) => r.office)).toEqual(['chief', 'arbiter'])
  })
  it('conflict when a custodian holds another', () => {
    const held = [
      { office: 'entry_coder', account: 'x', unit: '' },
      { office: 'arbiter', account: 'x', unit: '' },
    ]
    expect(conflicts(held, 'layered')).toEqual(['x'])
    expect(conflicts(held, 'coded')).toEqual([])
  })
})
