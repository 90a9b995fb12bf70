// Hints of a division's desk: reads again soon after something is new, not for each of many records.
import { computed, onScopeDispose, type ComputedRef } from 'vue'
import { openLive, type LinkState } from '../../../shared/live'
import { path } from '../../server'

const gather = 600

/** Calls `look` shortly after news of the desk, while the component lives. Pages poll gently beside it. */
export function useHints(division: string, look: () => Promise<void>): ComputedRef<LinkState> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const live = openLive({
    path: '/api/admin' + path`/divisions/${division}/desk/ws`,
    hello: () => ({ t: 'beat' }), // the channel says nothing by itself while nothing happens
    onFrame: (frame) => {
      if (frame.t === 'desk') timer ??= setTimeout(() => ((timer = undefined), void look()), gather)
    },
  })
  onScopeDispose(() => {
    clearTimeout(timer)
    live.close()
  })
  return computed(() => live.state.value)
}
