// Whether the window is at least so wide, as it changes.
import { onBeforeUnmount, ref, type Ref } from 'vue'

/** Follows the width of the window, in CSS pixels. */
export function useWide(pixels: number): Ref<boolean> {
  const query = window.matchMedia(`(min-width: ${pixels}px)`)
  const wide = ref(query.matches)
  const read = (): void => void (wide.value = query.matches)
  window.addEventListener('resize', read)
  onBeforeUnmount(() => window.removeEventListener('resize', read))
  return wide
}
