// What happens to the page itself is told to the invigilators: leaving it, losing the focus. The rules of the room say
// so to the candidate. Facts for people, never a penalty.
import type { Frame } from '../shared/live'
import type { Activity } from './wire'

/** The server takes this many in one report. */
const perReport = 50

/** Without a network only this many of the latest are kept. */
const most = 200

export interface ActivityParts {
  send: (frame: Frame) => boolean
  number: () => number
  clocks: () => Pick<Activity, 'mono_ms' | 'wall'>
  /** The page is being left or hidden: what is being typed is saved now. */
  leave: () => void
}

/** Watches the page from now on. An absence is one event, told with its length when it is over. */
export function watchActivity(parts: ActivityParts) {
  let kept: Activity[] = []
  let report: { n: number; events: Activity[] } | undefined // on its way, not yet durable at the server
  let away: { kind: string; since: number; clocks: ReturnType<ActivityParts['clocks']> } | undefined

  function flush(): void {
    if (report || kept.length === 0) return
    const next = { n: parts.number(), events: kept.slice(0, perReport) }
    if (!parts.send({ t: 'activity', ...next } as Frame)) return
    report = next
    kept = kept.slice(perReport)
  }

  function tell(event: Activity): void {
    kept = [...kept, event].slice(-most)
    flush()
  }

  function begin(kind: string): void {
    parts.leave()
    away ??= { kind, since: performance.now(), clocks: parts.clocks() }
    if (kind === 'page_leave') away.kind = kind // a page that is hidden lost its focus a moment before
  }

  function end(): void {
    if (!away || document.hidden) return
    const { kind, since, clocks } = away
    away = undefined
    tell({ kind, ms: Math.round(performance.now() - since), ...clocks })
  }

  const onVisibility = (): void => (document.hidden ? begin('page_leave') : end())
  const onBlur = (): void => begin('focus_loss')
  function onClose(): void {
    parts.leave()
    tell({ kind: 'page_close', ms: 0, ...parts.clocks() })
  }

  document.addEventListener('visibilitychange', onVisibility)
  window.addEventListener('blur', onBlur)
  window.addEventListener('focus', end)
  window.addEventListener('pagehide', onClose)
  return {
    flush,
    /** The server has the report of that frame, or will not take it; returns whether it was one. */
    noted: (n: number) => {
      if (report?.n !== n) return false
      report = undefined
      flush()
      return true
    },
    /** The connection is gone: a report under way is told again; the server takes the same report once. */
    lost: () => {
      kept = [...(report?.events ?? []), ...kept]
      report = undefined
    },
    stop: () => {
      document.removeEventListener('visibilitychange', onVisibility)
      window.removeEventListener('blur', onBlur)
      window.removeEventListener('focus', end)
      window.removeEventListener('pagehide', onClose)
    },
  }
}
