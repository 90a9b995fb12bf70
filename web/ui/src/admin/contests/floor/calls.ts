// What can be done with the people of a call, and how they are found.
import type { Call, Member, State } from './shapes'

/** What the call room may do next with somebody; `ask` asks the chief judge. */
export type NextMove = Exclude<State, 'expected'> | 'ask'

/** The look of a state: a shape and a tone beside its word. */
export const looks: Record<State, { mark: string; tone: 'plain' | 'good' | 'warn' | 'bad' | 'info' }> = {
  expected: { mark: '○', tone: 'plain' },
  waiting: { mark: '◔', tone: 'warn' },
  ready: { mark: '◑', tone: 'info' },
  competing: { mark: '▶', tone: 'good' },
  left: { mark: '■', tone: 'plain' },
  absent: { mark: '✕', tone: 'bad' },
}

/** The next moves, the usual one first. After the cutoff only the chief judge lets somebody in. */
export function nextMoves(m: Member, call: Call, now: number): NextMove[] {
  const late = now > Date.parse(call.cutoff_at)
  switch (m.state as State) {
    case 'expected':
      return late ? ['absent', ...asking(m)] : ['waiting', 'absent']
    case 'waiting':
      return ['ready', 'absent']
    case 'ready':
      return ['competing', 'absent']
    case 'competing':
      return ['left']
    case 'absent':
      return asking(m)
    case 'left':
      return []
  }
}

/** Nobody is asked twice while the chief judge has not answered. */
function asking(m: Member): NextMove[] {
  return m.asked && !m.asked.decided ? [] : ['ask']
}

/** Whether the latest check of identity has found the right person. */
export const identified = (m: Member): boolean => m.identity.at(-1)?.finding === 'match'

/** Whether an identity has to be checked before the usual next move. */
export const wantsCheck = (m: Member, call: Call): boolean =>
  call.identity && m.state === 'waiting' && !identified(m)

/** Whether an absence needs a reason in words: before the time of the rules, or of somebody who has come. */
export const absenceNeedsReason = (m: Member, call: Call, now: number): boolean =>
  m.state !== 'expected' || now <= Date.parse(call.cutoff_at)

/** The last step that can be taken back. */
export const lastStep = (m: Member): Member['steps'][number] | undefined =>
  m.steps.filter((s) => !s.undone).at(-1)

/** Members in whose name, unit or entry code every word occurs. */
export function matching(members: Member[], words: string, state: State | ''): Member[] {
  const parts = words.toLowerCase().split(/\s+/).filter(Boolean)
  return members.filter((m) => {
    if (state && m.state !== state) return false
    const text = `${m.entry} ${m.name} ${m.unit} ${m.people.map((p) => p.name).join(' ')}`.toLowerCase()
    return parts.every((p) => text.includes(p))
  })
}

/** Those of a call whom one press takes on together: ready people go in, and people leave. */
export function together(members: Member[], to: 'competing' | 'left'): Member[] {
  const from: State = to === 'competing' ? 'ready' : 'competing'
  return members.filter((m) => m.state === from)
}

/** The member whom a typed or scanned text means without asking the server: an entry code, or the only match. */
export function meant(members: Member[], text: string): Member | undefined {
  const code = text.trim().toLowerCase()
  const exact = members.find((m) => m.entry.toLowerCase() === code || m.competitor.toLowerCase() === code)
  if (exact || !code) return exact
  const found = matching(members, text, '')
  return found.length === 1 ? found[0] : undefined
}
