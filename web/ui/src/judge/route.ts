// Where the judge is, as the address says it after #: the tablet's own "back" returns to the list, a reload stays.

/** A screen of a signed-in judge. `id` is a sheet's or a module's. */
export interface Route {
  screen: 'list' | 'sheet' | 'sign' | 'matrix'
  division: string
  id: string
}

const screens = ['sheet', 'sign', 'matrix'] as const

export const listRoute: Route = { screen: 'list', division: '', id: '' }

/** Reads an address; whatever is none is the list. */
export function readRoute(hash: string): Route {
  const [name, division, id] = hash.replace(/^#/, '').split('/')
  const screen = screens.find((s) => s === name)
  if (!screen || !division || !id) return listRoute
  try {
    return { screen, division: decodeURIComponent(division), id: decodeURIComponent(id) }
  } catch {
    return listRoute // not what encodeURIComponent makes
  }
}

/** The address of a screen. */
export function hashOf({ screen, division, id }: Route): string {
  return screen === 'list' ? '' : `#${[screen, ...[division, id].map(encodeURIComponent)].join('/')}`
}
