import { describe, expect, it } from 'vitest'
import { shares } from './show'
import type { BoardModule } from './wire'

const module = (id: string, part: string, weight_bp: number): BoardModule => ({
  id,
  name: { zh: id, en: id },
  max: 10_000,
  part: { zh: part, en: part },
  weight_bp,
})

describe('shares', () => {
  it('says the percentage of each part, with its modules together', () => {
    const list = [module('A', '理论', 3000), module('B', '操作', 7000), module('C', '操作', 7000)]
    expect(shares(list)).toBe('A 30% + (B+C) 70%')
  })
  it('is silent about a plain sum', () => {
    expect(shares([module('A', '操作', 10_000), module('B', '操作', 10_000)])).toBe('')
  })
})
