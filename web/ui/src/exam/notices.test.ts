import { describe, expect, it } from 'vitest'
import { createNotices } from './notices'

const minutes = (m: number): number => m * 60_000

describe('notices', () => {
  it('are given once each while the time runs down', () => {
    const due = createNotices()
    const given: number[] = []
    for (let left = minutes(31); left > 0; left -= 250) {
      const notice = due(left)
      if (notice !== undefined) given.push(notice)
    }
    expect(given).toEqual([30, 15, 5, 1])
  })

  it('are not given for what was past when the page opened', () => {
    const due = createNotices()
    expect(due(minutes(10))).toBeUndefined()
    expect(due(minutes(10) - 250)).toBeUndefined()
  })

  it('are given again after extra time', () => {
    const due = createNotices()
    due(minutes(5) + 100)
    expect(due(minutes(5) - 100)).toBe(5)
    expect(due(minutes(15))).toBeUndefined()
    expect(due(minutes(5) - 100)).toBe(5)
  })

  it('give only the latest after a pause', () => {
    const due = createNotices()
    due(minutes(40))
    expect(due(minutes(4))).toBe(5)
  })
})
