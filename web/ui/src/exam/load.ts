// Fetches the second part of the page, however often that takes.
import type * as later from './later'

/** The second part of the page. */
export type Later = typeof later

let loading: Promise<Later> | undefined

async function fetchPart(): Promise<Later> {
  for (;;) {
    try {
      return await import('./later')
    } catch (error) {
      console.error('the second part of the page did not arrive; trying again', error)
      await new Promise((resolve) => setTimeout(resolve, 2_000))
    }
  }
}

/** The second part of the page; the same promise for every caller. */
export function loadLater(): Promise<Later> {
  loading ??= fetchPart()
  return loading
}
