// Whether there is room for two columns. Counted in letters, not pixels: at 200 % text a wide screen is a narrow one.
import { computed, onScopeDispose, ref } from 'vue'
import { display } from './display'

const width = ref(window.innerWidth)

/** Width of the window in rem. */
const rems = computed(() => width.value / (16 * (display.scale / 100)))

/** Below this the answer sheet opens on demand and the page scrolls as a whole. */
export const narrow = computed(() => rems.value < 56)

/** From here on the material of a case stands beside its parts. */
export const roomy = computed(() => rems.value >= 78)

/** Follows the window; call it once at the root. */
export function useLayout(): void {
  const measure = (): void => {
    width.value = window.innerWidth
  }
  window.addEventListener('resize', measure)
  onScopeDispose(() => window.removeEventListener('resize', measure))
}
