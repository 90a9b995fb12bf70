import { describe, expect, it } from 'vitest'
import type { Contest } from '../../types'
import { pasted, sources } from './contest'
import { headBody, newHead, timesRight } from './head'
import { importedModules, regulationIn } from './source'

describe('pasted delegations', () => {
  it('come each once, with their city, and not those that are there', () => {
    const list = [{ id: '1', name: '济南队', city: '济南', leaders: [] }]
    expect(pasted('济南队\n青岛队，青岛\n\n 烟台队\t烟台\n青岛队', list)).toEqual([
      { name: '青岛队', city: '青岛', leaders: [] },
      { name: '烟台队', city: '烟台', leaders: [] },
    ])
  })
})

describe('where people may come from', () => {
  const division = (id: string, event: string, order: number, kind = 'preliminary') => ({
    id,
    event,
    name: { zh: id, en: '' },
    stage: { kind, order, name: { zh: '', en: '' } },
  })
  const contests = [
    {
      id: 'up',
      name: { zh: '省赛', en: '' },
      divisions: [division('a', 'e', 1), division('b', 'e', 2), division('c', 'x', 1)],
    },
    {
      id: 'low',
      name: { zh: '市赛', en: '' },
      feeds: 'up',
      divisions: [division('d', 'y', 1, 'final'), division('p', 'y', 1, 'practice')],
    },
    { id: 'far', name: { zh: '别的', en: '' }, divisions: [division('z', 'e', 1)] },
  ] as unknown as Contest[]
  it('are earlier stages of the event and contests that feed this one, no practice', () => {
    const found = sources(contests, { contest: 'up', event: 'e', order: 2, division: 'b' })
    expect(found.map((s) => s.id)).toEqual(['a', 'd'])
  })
})

describe('the head of a division', () => {
  it('leaves out what is not asked', () => {
    const form = newHead(' 职工组 ')
    form.head.theory = { module: 'A', sitting: '' }
    Object.assign(form.head.qualification, { min_age: 0, as_of: '2026-11-01', certificate: false })
    expect(headBody(form)).toEqual({
      name: { zh: '职工组', en: '' },
      stage: { kind: 'final', name: { zh: '', en: '' }, order: 1 },
      board: { live: true, units: true },
      qualification: { identities: [] },
    })
  })
  it('has a window that ends after it begins, in the official zone', () => {
    const form = { ...newHead('组'), files: true, from: '2026-11-02 09:00', until: '2026-11-01 09:00' }
    expect(timesRight(form)).toBe(false)
    form.until = '2026-11-03 09:00'
    expect(timesRight(form)).toBe(true)
    expect(headBody(form).registration).toEqual({
      from: '2026-11-02T01:00:00.000Z',
      until: '2026-11-03T01:00:00.000Z',
    })
  })
})

describe('a regulation in a file', () => {
  const inner = {
    scheme: {
      modules: [
        { id: 'A', source: 'imported', name: { zh: '理论' } },
        { id: 'B', source: 'panel' },
      ],
    },
    rules: {},
  }
  it('is read as it is or as the server answers it', () => {
    expect(regulationIn(JSON.stringify(inner))).toEqual(inner)
    expect(regulationIn(JSON.stringify({ version: 3, regulation: inner }))).toEqual(inner)
    expect(importedModules(regulationIn(JSON.stringify(inner)))).toEqual([{ id: 'A', name: '理论' }])
  })
  it('is none without scheme and rules', () => {
    expect(regulationIn('{"scheme":{}}')).toBeNull()
    expect(regulationIn('[]')).toBeNull()
    expect(regulationIn('{')).toBeNull()
  })
})
