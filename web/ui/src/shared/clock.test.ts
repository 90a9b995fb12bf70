import { describe, expect, it } from 'vitest'
import { ServerClock } from './clock'

const noon = Date.parse('2026-11-23T04:00:00.000Z')
const at = (ms: number): string => new Date(noon + ms).toISOString()

function clock(): { clock: ServerClock; mono: { now: number } } {
  const mono = { now: 1_000 }
  return { clock: new ServerClock(() => mono.now), mono }
}

describe('ServerClock', () => {
  it('takes half of the round trip as the way back', () => {
    const { clock: c, mono } = clock()
    mono.now = 1_200
    c.observe(at(0), 1_000)
    expect(c.now()).toBe(noon + 100)
    mono.now += 5_000
    expect(c.now()).toBe(noon + 5_100)
  })

  it('believes the sample with the shortest round trip', () => {
    const { clock: c, mono } = clock()
    mono.now = 1_010
    c.observe(at(0), 1_000) // 10 ms: truth is noon + 5 at 1 010
    mono.now = 2_010
    c.observe(at(600), 1_610) // 400 ms round trip, 200 ms off
    expect(c.now()).toBe(noon + 1_005)
  })

  it('prefers any answered sample to a pushed one', () => {
    const { clock: c, mono } = clock()
    c.observe(at(0))
    expect(c.now()).toBe(noon)
    mono.now = 1_100
    c.observe(at(80), 1_060)
    expect(c.now()).toBe(noon + 100)
  })

  it('starts again after the machine slept', () => {
    const { clock: c, mono } = clock()
    mono.now = 1_002
    c.observe(at(0), 1_000)
    // Ten minutes pass outside, the monotonic clock stands still.
    mono.now = 1_102
    c.observe(at(600_000), 1_002)
    expect(c.now()).toBe(noon + 600_050)
  })

  it('ignores a time that is none', () => {
    const { clock: c } = clock()
    c.observe('soon')
    expect(c.known).toBe(false)
  })
})
