import { describe, expect, it } from 'vitest'
import { panelGaps } from './panels'

const panel = {
  module: 'B',
  judges: [
    { judge: 'j1', unit: '甲厂' },
    { judge: 'j2', unit: '乙院' },
    { judge: 'j3', unit: '' },
  ],
}

describe('panelGaps', () => {
  it('names the units whose own judges are missed', () => {
    expect(panelGaps(panel, [{ unit: '甲厂' }, { unit: '丙站' }, { unit: '甲厂' }], 3)).toEqual([
      { unit: '甲厂', have: 2, need: 3 },
    ])
  })

  it('finds none when one judge is spare', () => {
    expect(panelGaps(panel, [{ unit: '甲厂' }, { unit: '乙院' }], 2)).toEqual([])
  })
})
