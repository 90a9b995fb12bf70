import { describe, expect, it } from 'vitest'
import { createPresence, pageVersion } from './presence'

const settled = (): Promise<void> => new Promise((done) => setTimeout(done))
const page = (html: string): Document => new DOMParser().parseFromString(html, 'text/html')

describe('presence', () => {
  it('tells battery, outbox, link, own time and the open sheet', async () => {
    const battery = { level: 0.456, charging: false }
    let unsent = 3
    const presence = createPresence({
      outbox: () => unsent,
      wall: () => 1_700_000_000_000.4,
      battery: async () => battery,
      app: 'abc',
    })
    await settled()
    presence.arm({ division: 'd', sheet: 'A01.P', code: 'A01' })
    expect(presence.beat(41.6)).toEqual({
      presence: {
        battery: 46,
        charging: false,
        app: 'abc',
        outbox: 3,
        round_trip_ms: 42,
        tablet_ms: 1_700_000_000_000,
        armed: { division: 'd', sheet: 'A01.P', code: 'A01' },
      },
    })
    battery.level = 0.2
    battery.charging = true
    unsent = 0
    presence.arm()
    expect(presence.frame().presence).toEqual({
      battery: 20,
      charging: true,
      app: 'abc',
      outbox: 0,
      tablet_ms: 1_700_000_000_000,
    })
  })

  it('says nothing of a battery that the browser does not tell', async () => {
    const refused = createPresence({ outbox: () => 0, battery: () => Promise.reject(new Error('policy')) })
    const none = createPresence({ outbox: () => 0 })
    await settled()
    for (const p of [refused, none]) expect(p.frame().presence).not.toHaveProperty('battery')
  })

  it('names the version of the page by its own script', () => {
    const built = '<script type="module" crossorigin src="/assets/judge-Bx_3-9.js"></script>'
    expect(pageVersion(page(`<script type="module" src="/assets/vue-1a.js"></script>${built}`))).toBe(
      'Bx_3-9',
    )
    expect(pageVersion(page('<script type="module" src="/src/judge/main.ts"></script>'))).toBe('')
  })
})
