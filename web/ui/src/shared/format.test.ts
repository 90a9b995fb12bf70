import { afterEach, describe, expect, it } from 'vitest'
import {
  countdown,
  dateTime,
  duration,
  fieldTime,
  instantOf,
  levelName,
  marks,
  optionLetter,
  timeSeconds,
} from './format'
import { resetLang, setLang } from './i18n'

describe('format', () => {
  afterEach(() => resetLang())

  it.each([
    [8750, '87.5'],
    [8705, '87.05'],
    [10000, '100'],
    [50, '0.5'],
    [0, '0'],
    [-150, '−1.5'],
    [null, '—'],
  ])('writes %s hundredths of a mark as %s', (value, want) => {
    expect(marks(value)).toBe(want)
  })

  it.each([
    [5_399_000, '01:29:59'],
    [5_398_001, '01:29:59'],
    [245_000, '04:05'],
    [1, '00:01'],
    [0, '00:00'],
    [-5, '00:00'],
  ])('counts %s ms down as %s', (value, want) => {
    expect(countdown(value)).toBe(want)
  })

  it('shows official times in one zone, in the form of the language', () => {
    expect(dateTime('2026-11-23T01:00:00.000Z')).toBe('2026年11月23日 09:00')
    expect(timeSeconds('2026-11-23T06:03:21.000Z')).toBe('14:03:21')
    setLang('en')
    expect(dateTime('2026-11-23T01:00:00.000Z')).toBe('23 Nov 2026 09:00')
  })

  it('names lengths and levels', () => {
    expect(duration(5_400_000)).toBe('90 分钟')
    expect(duration(90_000)).toBe('1 分 30 秒')
    expect(duration(5_000)).toBe('5 秒')
    expect(levelName(3)).toBe('三级/高级工')
    expect(optionLetter(3)).toBe('D')
  })

  it('reads the times of fields in the official zone', () => {
    expect(fieldTime('2026-11-23T01:00:00.000Z')).toBe('2026-11-23 09:00')
    expect(instantOf('2026-11-23 09:00')).toBe('2026-11-23T01:00:00.000Z')
    expect(instantOf('2026-11-23 9 o’clock')).toBe('')
  })
})
