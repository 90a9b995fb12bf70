// What happens to the page itself is told to the invigilators: leaving it, hiding it, losing the focus. The rules of
// the room say so to the candidate. Facts for people, never a penalty.
import type { Frame } from '../shared/live'
import type { Stamp } from './answers'
import type { Activity } from './wire'

/** Without a network only this many of the latest are kept. */
const most = 200

export interface ActivityParts {
  send: (frame: Frame) => boolean
  number: () => number
  stamp: () => Stamp
  /** The page is being left or hidden: what is being typed is saved now. */
  leave: () => void
}

/** Watches the page from now on. An absence is told with its length when it ends, and its beginning at once. */
export function watchActivity(parts: ActivityParts) {
  let kept: Activity[] = []
  const away = new Map<string, number>() // what is going on → since, monotonic

  function flush(): void {
    if (kept.length === 0) return
    if (parts.send({ t: 'activity', n: parts.number(), events: kept } as Frame)) kept = []
  }

  function tell(kind: string, ms = 0): void {
    kept = [...kept, { kind, ms: Math.round(ms), ...parts.stamp() }].slice(-most)
    flush()
  }

  function begin(kind: string): void {
    if (away.has(kind)) return
    away.set(kind, performance.now())
    tell(kind)
  }

  function end(kind: string, back: string): void {
    const since = away.get(kind)
    if (since === undefined) return
    away.delete(kind)
    tell(back, performance.now() - since)
  }

  function onVisibility(): void {
    if (!document.hidden) return end('hidden', 'visible')
    parts.leave()
    begin('hidden')
  }
  function onBlur(): void {
    parts.leave()
    begin('blur')
  }
  const onFocus = (): void => end('blur', 'focus')
  function onLeave(): void {
    parts.leave()
    tell('leave')
  }

  document.addEventListener('visibilitychange', onVisibility)
  window.addEventListener('blur', onBlur)
  window.addEventListener('focus', onFocus)
  window.addEventListener('pagehide', onLeave)
  return {
    flush,
    stop: () => {
      document.removeEventListener('visibilitychange', onVisibility)
      window.removeEventListener('blur', onBlur)
      window.removeEventListener('focus', onFocus)
      window.removeEventListener('pagehide', onLeave)
    },
  }
}
