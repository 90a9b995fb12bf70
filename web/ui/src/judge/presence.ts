// What this device tells of itself with its heartbeats, for those who look after the hall: battery, link, what is open
// on it, what has not left it yet. Nothing of it decides anything; the server keeps it in memory only.
//
// One per page: `presence.frame()` in the hello, `presence.beat` as the `beat` of openLive, and `presence.arm(sheet)`
// whenever a sheet is opened or closed.
import { shallowRef, type ShallowRef } from 'vue'
import type { Frame } from '../shared/live'

/** The sheet that is open on this device. */
export interface Armed {
  division: string
  sheet: string
  code: string
}

/** The `presence` of a hello or beat frame. Times are milliseconds, the battery is in percent. */
export interface PresenceFrame {
  presence: {
    battery?: number
    charging?: boolean
    app: string
    outbox: number
    round_trip_ms?: number
    /** By this device's own clock, since 1970: shows how far it is off. */
    tablet_ms: number
    armed?: Armed
  }
}

/** A hello with presence. */
export type HelloFrame = Frame & PresenceFrame & { device: string }

/** What browsers that tell of the battery give (Chromium); others have no navigator.getBattery. */
export interface Battery {
  readonly level: number
  readonly charging: boolean
  addEventListener?: (event: 'levelchange' | 'chargingchange', changed: () => void) => void
}

/** The battery as it is told and shown. */
export interface Charge {
  percent: number
  charging: boolean
}

type BatterySource = () => Promise<Battery>

export interface PresenceParts {
  /** How many sheets and errands have not been acknowledged. */
  outbox: () => number
  /** Milliseconds since 1970 by the device's clock. */
  wall?: () => number
  battery?: BatterySource
  app?: string
}

export interface Presence {
  /** Members for a hello frame. */
  frame: () => PresenceFrame
  /** Members for a beat; `roundTrip` is of the last one. */
  beat: (roundTrip: number | undefined) => PresenceFrame
  /** The battery; nothing where the browser does not tell. */
  charge: ShallowRef<Charge | undefined>
  /** Says which sheet is open; nothing: none. */
  arm: (sheet?: Armed) => void
}

/** The version of this page: the hash in the name of its own script, as the server finds it in the page that it sends. */
export function pageVersion(page: ParentNode = document): string {
  for (const script of page.querySelectorAll('script[type="module"][src]')) {
    const hash = /\/assets\/judge-([\w-]+)\.js$/.exec(script.getAttribute('src') ?? '')?.[1]
    if (hash) return hash
  }
  return '' // the development server
}

function batterySource(): BatterySource | undefined {
  const nav = navigator as Navigator & { getBattery?: BatterySource }
  return nav.getBattery?.bind(nav)
}

export function createPresence(parts: PresenceParts): Presence {
  const wall = parts.wall ?? Date.now
  const app = parts.app ?? pageVersion()
  const charge = shallowRef<Charge>()
  let battery: Battery | undefined // the browser keeps its values up to date
  let armed: Armed | undefined

  function read(): void {
    if (battery) charge.value = { percent: Math.round(battery.level * 100), charging: battery.charging }
  }

  // Refused by policy or missing: then nothing is said of it.
  void (parts.battery ?? batterySource())?.()
    .then((b) => {
      battery = b
      read()
      b.addEventListener?.('levelchange', read)
      b.addEventListener?.('chargingchange', read)
    })
    .catch(() => {})

  function beat(roundTrip: number | undefined): PresenceFrame {
    read()
    return {
      presence: {
        ...(charge.value && { battery: charge.value.percent, charging: charge.value.charging }),
        app,
        outbox: parts.outbox(),
        ...(roundTrip !== undefined && { round_trip_ms: Math.round(roundTrip) }),
        tablet_ms: Math.round(wall()),
        ...(armed && { armed }),
      },
    }
  }

  const arm = (sheet?: Armed): void => void (armed = sheet)
  return { frame: () => beat(undefined), beat, charge, arm }
}
