// Reading from the server for a page: first load, reload, regular refresh while somebody looks.
import { onBeforeUnmount, onMounted, ref, shallowRef, type Ref, type ShallowRef } from 'vue'

/** What was read, or why not. Old data stay on screen when a refresh fails; `error` tells that they are old. */
export interface Loaded<T> {
  data: ShallowRef<T | undefined>
  error: ShallowRef<unknown>
  busy: Ref<boolean>
  /** When the data on screen came (milliseconds since 1970). */
  at: Ref<number | null>
  reload: () => Promise<void>
}

/** Loads when the component is mounted, and then every so many milliseconds while the page is in sight. */
export function useLoad<T>(load: () => Promise<T>, options: { every?: number } = {}): Loaded<T> {
  const data = shallowRef<T>()
  const error = shallowRef<unknown>(null)
  const busy = ref(false)
  const at = ref<number | null>(null)
  let last = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let gone = false

  async function reload(): Promise<void> {
    const mine = ++last
    clearTimeout(timer)
    busy.value = true
    try {
      const found = await load()
      if (mine !== last) return // a later reload has been asked for
      data.value = found
      error.value = null
      at.value = Date.now()
    } catch (e) {
      if (mine === last) error.value = e
    } finally {
      if (mine === last) {
        busy.value = false
        plan()
      }
    }
  }

  function plan(): void {
    if (gone || !options.every) return
    clearTimeout(timer)
    timer = setTimeout(() => (document.hidden ? plan() : void reload()), options.every)
  }

  onMounted(() => void reload())
  onBeforeUnmount(() => {
    gone = true
    last++
    clearTimeout(timer)
  })
  return { data, error, busy, at, reload }
}

/** One deed that changes something: whether it runs, and why it failed. */
export interface Deed<A extends unknown[]> {
  busy: Ref<boolean>
  error: ShallowRef<unknown>
  /** Runs it; true when it succeeded. A second call while one runs does nothing. */
  run: (...args: A) => Promise<boolean>
}

/** Wraps a change so that it runs once at a time and its failure stays on screen. */
export function useDeed<A extends unknown[]>(act: (...args: A) => Promise<void>): Deed<A> {
  const busy = ref(false)
  const error = shallowRef<unknown>(null)
  async function run(...args: A): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    error.value = null
    try {
      await act(...args)
      return true
    } catch (e) {
      error.value = e
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, error, run }
}
