// Who is signed in, what that person may do, and the heartbeat that keeps both true.
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { Problem } from '../shared/api'
import { get, link, onSignedOut, post, tick } from './server'
import type { StaffMe } from './types'

/** The actions that pages ask for; the server checks them again at every call. */
export type Action =
  | 'account.manage'
  | 'advance.confirm'
  | 'attempt.void'
  | 'bank.content'
  | 'bank.import'
  | 'bank.read'
  | 'contest.manage'
  | 'contest.read'
  | 'custody.read'
  | 'document.print'
  | 'entry.read'
  | 'entry.review'
  | 'identity.check'
  | 'incident.record'
  | 'key.decide'
  | 'result.read'
  | 'similarity.read'
  | 'ledger.verify'
  | 'custody.read'
  | 'paper.assemble'
  | 'paper.release'
  | 'paper.seal'
  | 'paper.view'
  | 'plan.manage'
  | 'rehearsal.run'
  | 'room.control'
  | 'sitting.manage'
  | 'sitting.read'
  | 'time.grant'
  | 'call_room.keep'
  | 'clock.run'
  | 'draw.hold'
  | 'draw.watch'
  | 'entry.file'
  | 'layer.ask'
  | 'layer.open'
  | 'paper.key'
  | 'regulation.review'
  | 'regulation.write'
  | 'tablet.manage'
  | 'lock.override'
  | 'story.read'
  | 'second.sign'
  | 'recheck.do'
  | 'quality.read'
  | 'desk.read'
  | 'desk.act'
  | 'correct.propose'
  | 'contest.document'
  | 'appeal.rule'
  | 'appeal.read'
  | 'appeal.file'

const beatEvery = 15_000
const beatWhenLost = 3_000

export const useSession = defineStore('session', () => {
  const me = ref<StaffMe | null>(null)
  const loaded = ref(false)
  const error = ref<unknown>(null)
  /** The login ended while somebody worked; the sign-in says so. */
  const expired = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined

  const may = computed(() => {
    const actions = new Set(me.value?.actions ?? [])
    return (action: Action | undefined): boolean => action === undefined || actions.has(action)
  })

  function beat(): void {
    clearTimeout(timer)
    timer = setTimeout(
      async () => {
        tick()
        // A failed beat shows in the link state, a login that is over ends the session: nothing else to do here.
        if (me.value) await get<StaffMe>('/me').catch(() => {})
        beat()
      },
      link.value.kind === 'live' ? beatEvery : beatWhenLost,
    )
  }

  /** Finds out who is signed in. */
  async function load(): Promise<void> {
    error.value = null
    try {
      me.value = await get<StaffMe>('/me')
      beat()
    } catch (e) {
      if (!(e instanceof Problem && e.status === 401)) error.value = e
    } finally {
      loaded.value = true
    }
  }

  async function signIn(login: string, password: string): Promise<void> {
    me.value = await post<StaffMe>('/sign-in', { login, password })
    expired.value = false
    beat()
  }

  async function signOut(): Promise<void> {
    await post('/sign-out')
    clearTimeout(timer)
    me.value = null
  }

  onSignedOut(() => {
    if (!me.value) return
    clearTimeout(timer)
    me.value = null
    expired.value = true
  })

  return { me, loaded, error, expired, may, load, signIn, signOut }
})
