// Fetches the second part of the page, however often that takes.
import { onMounted, shallowRef, type ShallowRef } from 'vue'
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

/** The second part of the page as soon as it is there; fetched once, whoever asks. */
export function useLater(): ShallowRef<Later | undefined> {
  const part = shallowRef<Later>()
  onMounted(async () => {
    loading ??= fetchPart()
    part.value = await loading
  })
  return part
}
