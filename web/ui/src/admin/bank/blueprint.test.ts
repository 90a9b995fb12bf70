import { describe, expect, it } from 'vitest'
import type { Range } from '../types'
import { apportion, depthOf, needs, newSeed, nextVersion, shares, totals } from './blueprint'
import { treeLines } from './outline'

const tree: Range[] = [
  {
    code: 'A',
    name: '基本要求',
    weight: 3000,
    ranges: [
      { code: 'A', name: '职业道德', weight: 500, points: [{ code: '001', name: 'p1', importance: 'X' }] },
      { code: 'B', name: '基础知识', weight: 2500, points: [{ code: '002', name: 'p2', importance: 'Y' }] },
    ],
  },
  {
    code: 'B',
    name: '相关知识',
    weight: 7000,
    ranges: [
      {
        code: 'A',
        name: '不再分配比重',
        weight: 0,
        points: [
          { code: '003', name: 'p3', importance: 'X' },
          { code: '004', name: 'p4', importance: 'Z' },
        ],
      },
    ],
  },
]
const coverage = {
  'A-A-001': { single_choice: 1, multiple_choice: 0, true_false: 0 },
  'B-A-003': { single_choice: 2, multiple_choice: 1, true_false: 1 },
}

describe('totals', () => {
  it('sums half points exactly', () => {
    const sections = [
      { count: 160, score_each: 50 },
      { count: 40, score_each: 50 },
    ]
    expect(totals(sections)).toEqual({ items: 200, marks: 10000 })
  })

  it('of nothing are zero', () => expect(totals([])).toEqual({ items: 0, marks: 0 }))
})

describe('apportion', () => {
  it.each([
    [[500, 2000, 4250, 3250], 100, [5, 20, 43, 32]], // 42.5 and 32.5: the larger weight first
    [[1, 1, 1], 100, [34, 33, 33]],
    [[2500, 7500], 200, [50, 150]],
    [[0, 5], 3, [0, 3]],
    [[0, 0], 3, [0, 0]],
    [[], 5, []],
  ])('shares %j of %i as the server does', (weights, n, want) => {
    expect(apportion(weights, n)).toEqual(want)
  })
})

describe('shares', () => {
  it('are the ranges at the depth, or where the weights end above it', () => {
    expect(shares(tree, 1).map((s) => s.path)).toEqual(['A', 'B'])
    expect(shares(tree, 2).map((s) => s.path)).toEqual(['A-A', 'A-B', 'B'])
    expect(shares(tree, 0).map((s) => s.path)).toEqual(['A-A', 'A-B', 'B'])
    expect(depthOf(tree)).toBe(2)
  })
})

describe('needs', () => {
  const lines = treeLines({ tree, coverage })
  const sections = [{ kind: 'single_choice', count: 4, score_each: 100 }]

  it('counts points, each once', () => {
    const got = needs(tree, lines, { depth: 1, sections })
    expect(got.map((n) => [n.path, n.items, n.available])).toEqual([
      ['A', 1, 1],
      ['B', 3, 1],
    ])
  })

  it('counts questions of the wanted kinds where points may repeat', () => {
    const got = needs(tree, lines, { depth: 1, sections, repeat_points: true })
    expect(got.map((n) => n.available)).toEqual([1, 2])
  })
})

describe('treeLines', () => {
  it('carries counts and bare points up', () => {
    const lines = treeLines({ tree, coverage })
    const b = lines.find((line) => line.path === 'B')
    expect(b).toMatchObject({ total: 4, points: 2, bare: 1 })
    expect(lines.map((line) => line.path)).toEqual([
      ...['A', 'A-A', 'A-A-001', 'A-B', 'A-B-002'],
      ...['B', 'B-A', 'B-A-003', 'B-A-004'],
    ])
  })
})

describe('newSeed', () => {
  it('is a whole number that a double holds', () => {
    for (let i = 0; i < 50; i++) expect(Number.isSafeInteger(Number(newSeed()))).toBe(true)
  })
})

describe('nextVersion', () => {
  const content = {
    title: '试卷',
    outline: 'o',
    sections: [{ kind: 'single_choice', count: 80, score_each: 100 }],
    total: 8000,
    limit_seconds: 5400,
    pass: 4800,
    depth: 2,
  }
  const old = { version: 3, id: 'b', ...content, difficulty: [{ difficulty: 3, weight: 10000 }] }

  it('is the first under a new id', () => {
    expect(nextVersion(content, undefined, 'new')).toEqual({ id: 'new', version: 1, ...content })
  })

  it('stays while nothing differs, whatever the order of the fields', () => {
    const { depth, ...rest } = content
    expect(nextVersion({ depth, ...rest }, old, 'new')).toEqual(old)
  })

  it('is the next when something differs, with the mixes kept', () => {
    const made = nextVersion({ ...content, pass: 5000 }, old, 'new')
    expect(made).toMatchObject({ id: 'b', version: 4, pass: 5000, difficulty: old.difficulty })
  })
})
