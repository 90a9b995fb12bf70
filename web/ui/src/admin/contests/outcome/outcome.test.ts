import { beforeAll, describe, expect, it } from 'vitest'
import zh from '../../../../locales/admin.zh-CN.json'
import { installMessages } from '../../../shared/i18n'
import { draftOf, emptyForm } from './draft'
import { decimal, left, share, valueText, waits } from './say'
import type { RecheckSheet } from './shapes'

beforeAll(() => installMessages(zh, async () => ({ default: {} })))

describe('valueText', () => {
  it('tells blank, zero and did-not-start apart', () => {
    expect(valueText({ state: 'blank', marks: 0 })).toBe('—')
    expect(valueText({ state: 'value', marks: 0 })).toBe('0')
    expect(valueText({ state: 'did_not_start', marks: 0 })).toBe('缺考')
  })
})

describe('share', () => {
  it.each([
    [1250, '12.5%'],
    [33.4, '0.33%'],
    [-100, '−1%'],
    [null, '—'],
  ])('writes %j as %s', (bp, want) => expect(share(bp)).toBe(want))
})

describe('decimal', () => {
  it.each([
    [1.005, '1.00'],
    [-0.456, '−0.46'],
    [-0.001, '0.00'],
    [null, '—'],
  ])('writes %j as %s', (x, want) => expect(decimal(x)).toBe(want))
})

describe('waits', () => {
  const sheet = (...results: ('fine' | 'error')[]): RecheckSheet => ({
    sheet: 'W1.B',
    module: 'B',
    for: 'sample',
    checks: results.map((result) => ({ result, by: 'a', at: '' })),
  })
  it('until the newest check is fine', () => {
    expect(waits(sheet())).toBe(true)
    expect(waits(sheet('error'))).toBe(true)
    expect(waits(sheet('error', 'fine'))).toBe(false)
  })
})

describe('left', () => {
  const now = Date.parse('2026-11-29T08:00:00Z')
  it('counts hours and minutes down, rounded up, and ends', () => {
    expect(left('2026-11-29T10:00:30Z', now)).toEqual({ h: 2, m: 1 })
    expect(left('2026-11-29T08:00:00Z', now)).toBeNull()
  })
})

describe('draftOf', () => {
  const base = { ...emptyForm(), reason: ' 漏计一处 ' }

  it('names exactly one change', () => {
    expect(
      draftOf({ ...base, sheet: 'W1.B', aspect: 'B1', observation: { errors: 0 }, code: 'x', rule: 'y' }),
    ).toEqual({
      sheet: 'W1.B',
      aspect: { aspect: 'B1', errors: 0 },
      reason: '漏计一处',
      source: 'error',
    })
    expect(draftOf({ ...base, what: 'zeroing', code: 'E1', rule: 'cheat' })).toEqual({
      code: 'E1',
      zeroing: { rule: 'cheat' },
      reason: '漏计一处',
      source: 'error',
    })
  })

  it('names an absence or a time of a module', () => {
    const form = { ...base, code: 'E1', module: 'A' }
    const why = { code: 'E1', module: 'A', reason: '漏计一处', source: 'error' }
    expect(draftOf({ ...form, what: 'absence' })).toEqual({ ...why, absence: 'withdrawn' })
    expect(draftOf({ ...form, what: 'time', time: '1:05' })).toEqual({ ...why, time_ms: 65_000 })
    expect(draftOf({ ...form, what: 'time', time: '65' })).toBeNull()
  })

  it('keeps zero and absent apart', () => {
    const form = { ...base, what: 'value' as const, code: 'E1', module: 'A' }
    expect(draftOf({ ...form, marks: '0' })?.value).toEqual({ state: 'value', marks: 0 })
    expect(draftOf({ ...form, absent: true })?.value).toEqual({ state: 'did_not_start', marks: 0 })
    expect(draftOf({ ...form, marks: '' })).toBeNull()
  })

  it('needs a reason, and the appeal that it follows', () => {
    const form = { ...base, what: 'zeroing' as const, code: 'E1', rule: 'cheat' }
    expect(draftOf({ ...form, reason: ' ' })).toBeNull()
    expect(draftOf({ ...form, source: 'appeal' })).toBeNull()
    expect(draftOf({ ...form, source: 'appeal', appeal: '2' })).toMatchObject({ appeal: 2 })
  })
})
