// How this screen shows the board: wall or not, full screen, whom it follows.
import { onScopeDispose, ref, watch } from 'vue'
import { marks } from '../shared/format'
import { text } from '../shared/i18n'
import type { BoardModule } from './wire'

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

/** What the total is made of, "A 30% + (B+C) 70%"; empty where it is the plain sum of one part. */
export function shares(modules: BoardModule[]): string {
  const parts = new Map<string, BoardModule[]>()
  for (const m of modules) {
    const share = `${text(m.part)}|${m.weight_bp}`
    parts.set(share, [...(parts.get(share) ?? []), m])
  }
  if (parts.size < 2) return ''
  const one = (list: BoardModule[]): string => {
    const ids = list.map((m) => m.id).join('+')
    return `${list.length > 1 ? `(${ids})` : ids} ${marks(list[0]?.weight_bp)}%`
  }
  return [...parts.values()].map(one).join(' + ')
}

/** Marks with both places, so that a column lines up: 8750 → "87.50", null → "—". */
export function figure(hundredths: number | null | undefined): string {
  const [whole, places] = marks(hundredths).split('.')
  return hundredths === null || hundredths === undefined ? '—' : `${whole}.${(places ?? '').padEnd(2, '0')}`
}
