// Hints of a division's hall: reads again soon after somebody has acted, and at once when the network is back.
import { computed, onScopeDispose, type ComputedRef } from 'vue'
import { openLive, type LinkState } from '../../../shared/live'
import { path } from '../../server'

const gather = 400

/** Calls `look` shortly after news of the call room, while the component lives. Pages poll gently beside it. */
export function useHallHints(division: string, look: () => Promise<void>): ComputedRef<LinkState> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const live = openLive({
    path: '/api/admin' + path`/divisions/${division}/hall/ws`,
    hello: () => ({ t: 'beat' }), // the channel says nothing by itself while nothing happens
    onFrame: (frame) => {
      if (frame.t === 'hall') timer ??= setTimeout(() => ((timer = undefined), void look()), gather)
    },
  })
  const back = (): void => {
    live.retry()
    void look()
  }
  window.addEventListener('online', back)
  onScopeDispose(() => {
    window.removeEventListener('online', back)
    clearTimeout(timer)
    live.close()
  })
  return computed(() => live.state.value)
}
