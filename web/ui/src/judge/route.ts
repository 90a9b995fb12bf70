// Where the judge is, as the address says it after #: the tablet's own "back" returns to the list, a reload stays.

/** A screen. `division` and `id` (a sheet's or a module's) are of the first kind; `tablet` needs no judge. */
export interface Route {
  screen: 'sheet' | 'sign' | 'matrix' | 'list' | 'clocks' | 'tablet'
  division: string
  id: string
}

const screens = ['sheet', 'sign', 'matrix'] as const
const pages = ['clocks', 'tablet'] as const

/** The screens that stand beside one another in the bar. */
export const listRoute: Route = { screen: 'list', division: '', id: '' }
export const clocksRoute: Route = { screen: 'clocks', division: '', id: '' }
export const tabletRoute: Route = { screen: 'tablet', division: '', id: '' }

/** Reads an address; whatever is none is the list. */
export function readRoute(hash: string): Route {
  const [name, division, id] = hash.replace(/^#/, '').split('/')
  const page = pages.find((p) => p === name)
  if (page && division === undefined) return { screen: page, division: '', id: '' }
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
  if (screen === 'list') return ''
  return division === '' ? `#${screen}` : `#${[screen, ...[division, id].map(encodeURIComponent)].join('/')}`
}
