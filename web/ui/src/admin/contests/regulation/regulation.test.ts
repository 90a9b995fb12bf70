import { describe, expect, it } from 'vitest'
import zh from '../../../../locales/regulation.zh-CN.json'
import admin from '../../../../locales/admin.zh-CN.json'
import { addMessages } from '../../../shared/i18n'
import { hundredths, millis, writtenHundredths, writtenMillis } from './marksField'
import { differences, placeText, valueText } from './places'
import {
  addAspect,
  addModule,
  addSub,
  fitParts,
  kindsOf,
  removeModule,
  setKind,
  setMethod,
  sumOf,
  sumUp,
} from './scheme'
import type { Regulation } from './shapes'
import { aspectKinds, starter } from './starter'

addMessages({ ...admin, ...zh }, async () => ({ default: {} }))
const whole = (): Regulation => ({ ...starter(true), procedure: {}, honours: {} }) as unknown as Regulation

describe('amounts in fields', () => {
  it.each([
    ['12.5', 1250],
    ['0.05', 5],
    ['100', 10000],
    ['-1', -100],
  ])('%s is %i hundredths', (w, n) => {
    expect(hundredths(w)).toBe(n)
    expect(writtenHundredths(n)).toBe(w)
  })
  it.each(['', '1.234', 'a', '1,5'])('"%s" is none', (w) => expect(hundredths(w)).toBeNull())
  it('has times in minutes and seconds', () => {
    expect(millis('12:30')).toBe(750_000)
    expect(writtenMillis(750_000)).toBe('12:30')
    expect(writtenMillis(5_400_000)).toBe('90')
    expect(millis('1:75')).toBeNull()
  })
})

describe('a scheme that is changed', () => {
  it('starts with a regulation whose parts hold every module', () => {
    const r = whole()
    expect(r.rules.parts.flatMap((p) => p.modules)).toEqual(['A', 'B'])
    expect(Object.keys(r.rules.agreement).sort()).toEqual([...aspectKinds].sort())
  })
  it('keeps rules and modules together', () => {
    const r = whole()
    const m = addModule(r)
    expect([m.id, r.rules.parts[1]!.modules]).toEqual(['C', ['B', 'C']])
    r.rules.tie_chain.push({ by: 'module', module: 'C', name: { zh: '', en: '' } })
    removeModule(r, 'C')
    expect(r.rules.parts[1]!.modules).toEqual(['B'])
    expect(r.rules.tie_chain).toHaveLength(1)
  })
  it('fits the rules to a scheme from a workbook', () => {
    const r = whole()
    r.scheme.modules[1]!.id = 'X'
    fitParts(r.rules, r.scheme)
    expect(r.rules.parts.map((p) => p.modules)).toEqual([['A'], ['X']])
  })
  it('gives new nodes ids of their own and sums up', () => {
    const r = whole()
    const m = r.scheme.modules[1]!
    const sub = addSub(r.scheme, m)
    addAspect(r.scheme, sub)
    expect([sub.id, sub.aspects.map((a) => a.id)]).toEqual(['B2', ['B2-1', 'B2-2']])
    sumUp(m)
    expect([sub.max, m.max, sumOf(m)]).toEqual([200, 10200, 10200])
  })
  it('asks for what the kind needs, and for nothing of the old one', () => {
    const a = whole().scheme.modules[1]!.sub_criteria[0]!.aspects[0]!
    for (const kind of aspectKinds) setKind(a, kind)
    expect(Object.keys(a).sort()).toEqual(['description', 'id', 'kind', 'max', 'name', 'time_table'])
    expect(a.max).toBe(0) // it was a penalty on the way
    setKind(a, 'judgement')
    expect(a.descriptors).toHaveLength(4)
  })
  it('lists its kinds', () => expect(kindsOf(whole().scheme)).toEqual(['points']))
  it('has methods with what they need', () => {
    const a = { method: 'mean', spread_max: 1, bands: [] }
    setMethod(a, 'drop_mean')
    expect(a).toMatchObject({ drop_high: 1, drop_low: 1, spread_max: 1 })
    setMethod(a, 'equal')
    expect(a).toEqual({ method: 'equal' })
  })
})

describe('places', () => {
  it('are told by names', () => {
    expect(placeText('scheme.modules[1].sub_criteria[0].aspects[0].max', whole())).toBe(
      '评分标准 › 模块 B 技能操作 › 评分子项 B1 操作 › 评分点 B1-1 操作评分 › 分值',
    )
    expect(placeText('rules.agreement.judgement.method', whole())).toBe(
      '评分规则 › 合议办法 › 评价 0–3 › 办法',
    )
    expect(placeText('nowhere[3].x', {})).toBe('nowhere 4 › x')
  })
})

describe('what differs', () => {
  it('is nothing between equals, whatever their versions', () => {
    const b = whole()
    b.scheme.version = 9
    expect(differences(whole(), b)).toEqual([])
  })
  it('is found by the ids of members', () => {
    const b = whole()
    const [theory] = b.scheme.modules.splice(0, 1)
    b.scheme.modules[0]!.max = 9000
    expect(differences(whole(), b)).toEqual([
      { path: 'scheme.modules[0]', before: theory, after: undefined },
      { path: 'scheme.modules[0].max', before: 10000, after: 9000 },
    ])
  })
  it('is written as people read it', () => {
    expect(valueText(3000, 'rules.parts[0].weight')).toBe('30%')
    expect(valueText(1250, 'scheme.modules[0].max')).toBe('12.5')
    expect(valueText(7_200_000, 'procedure.appeal.window_ms')).toBe('120 分')
    expect(valueText(undefined, 'x')).toBe('—')
    expect(valueText('points', 'a.kind')).toBe('直接给分')
  })
})
