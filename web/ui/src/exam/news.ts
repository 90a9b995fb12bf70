// What the invigilators tell this seat during the exam: extra time, announcements, pauses. The seat acknowledges what
// it has shown; an important announcement only when the candidate confirmed it.
import { computed, ref, shallowRef } from 'vue'
import type { Text } from '../shared/i18n'
import type { Frame } from '../shared/live'
import type { Attempt, Notice, Pause, Welcome } from './wire'

/** Extra time that has just come. */
export interface Granted {
  ms: number
  reason: Text
}

export interface NewsParts {
  send: (frame: Frame) => boolean
  number: () => number
}

function stored(key: string): number[] {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '[]') as number[]
  } catch {
    return []
  }
}

/** The news of one attempt. What was confirmed stays confirmed over a reload. */
export function createNews(attempt: string, parts: NewsParts) {
  const key = `xinglu.exam.noted.${attempt}`
  const notices = shallowRef<Notice[]>([]) // by rising seq
  const confirmed = ref(new Set(stored(key)))
  const grant = shallowRef<Granted>()
  const paused = shallowRef<Pause | null>(null)
  const due = new Set<number>() // shown here, not yet known to the server

  const open = computed(() => notices.value.filter((n) => !confirmed.value.has(n.seq)))

  /** "Noted up to here" goes only as far as the first important announcement that is not confirmed. */
  function tell(): void {
    const limit = open.value.find((n) => n.level === 'important')?.seq ?? Infinity
    const seq = Math.max(0, ...[...due].filter((s) => s < limit))
    if (seq > 0) parts.send({ t: 'noted', n: parts.number(), seq } as Frame)
  }

  function note(seq: number): void {
    due.add(seq)
    tell()
  }

  function announced(next: Notice[]): void {
    const known = new Map(notices.value.map((n) => [n.seq, n]))
    for (const notice of next) {
      if (!known.has(notice.seq)) due.add(notice.seq)
      known.set(notice.seq, notice)
    }
    notices.value = [...known.values()].sort((a, b) => a.seq - b.seq)
    tell()
  }

  /** The candidate has read it. */
  function confirm(notice: Notice): void {
    confirmed.value = new Set([...confirmed.value, notice.seq])
    localStorage.setItem(key, JSON.stringify([...confirmed.value]))
    tell()
  }

  /** Extra time; `before` is what was granted so far. */
  function granted(frame: { seq?: number; attempt: Attempt; reason: Text }, before: number): void {
    const ms = frame.attempt.granted_ms - before
    if (ms > 0) grant.value = { ms: ms + (grant.value?.ms ?? 0), reason: frame.reason }
    if (frame.seq !== undefined) note(frame.seq)
  }

  return {
    /** All announcements so far, and those the candidate has not put away. */
    notices,
    open,
    /** The important one that covers the paper until it is confirmed. */
    important: computed(() => open.value.find((n) => n.level === 'important')),
    info: computed(() => open.value.filter((n) => n.level === 'info')),
    grant,
    /** The open pause, if any. */
    paused,
    announced,
    confirm,
    granted,
    pause: (next: Pause | null) => {
      paused.value = next
    },
    noted: (seq: number) => {
      for (const one of due) if (one <= seq) due.delete(one)
    },
    /** A new connection tells everything again, and is told what the last one could not be. */
    welcome: (frame: Welcome) => {
      paused.value = frame.paused ?? null
      announced(frame.notices ?? [])
    },
  }
}
