// How this screen shows the board: wall or not, full screen, whom it follows.
import { onScopeDispose, ref, watch } from 'vue'
import { marks } from '../shared/format'

/** Seconds that a page of the wall stays, unless the address says ?page=SECONDS. */
const pageSeconds = 12

/** Whether the page is on a wall (?wall=1, key W). */
export const wall = ref(new URLSearchParams(location.search).get('wall') === '1')

watch(wall, (on) => {
  const address = new URL(location.href)
  if (on) address.searchParams.set('wall', '1')
  else address.searchParams.delete('wall')
  history.replaceState(null, '', address)
})

/** How long a page of the wall stays, in ms. */
export function pageTime(): number {
  const asked = Number(new URLSearchParams(location.search).get('page'))
  return 1000 * (asked >= 3 && asked <= 300 ? asked : pageSeconds)
}

/** Enters or leaves full screen; browsers allow it only on a key or tap. */
export function toggleFullScreen(): void {
  const change = document.fullscreenElement
    ? document.exitFullscreen()
    : document.documentElement.requestFullscreen?.()
  change?.catch((error: unknown) => console.error('full screen was refused', error))
}

/** Whether the user asked for less movement. */
export function reducedMotion(): boolean {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches
}

/** The size of the window, followed. */
export function useWindowSize() {
  const size = ref({ width: window.innerWidth, height: window.innerHeight })
  const read = (): void => void (size.value = { width: window.innerWidth, height: window.innerHeight })
  window.addEventListener('resize', read)
  onScopeDispose(() => window.removeEventListener('resize', read))
  return size
}

/** Marks with both places, so that a column lines up: 8750 → "87.50", null → "—". */
export function figure(hundredths: number | null | undefined): string {
  const [whole, places] = marks(hundredths).split('.')
  return hundredths === null || hundredths === undefined ? '—' : `${whole}.${(places ?? '').padEnd(2, '0')}`
}
