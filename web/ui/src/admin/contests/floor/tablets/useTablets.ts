// The tablets as they are, read again when something is new about one.
import { computed, onScopeDispose, type ComputedRef } from 'vue'
import { openLive, type LinkState } from '../../../../shared/live'
import { get } from '../../../server'
import { useLoad, type Loaded } from '../../../useLoad'
import type { TabletList, TabletStatus } from './shapes'

export interface Tablets {
  load: Loaded<TabletList>
  items: ComputedRef<TabletStatus[]>
  link: ComputedRef<LinkState>
}

/** Reads the list while the component lives: by hints, and gently beside them. */
export function useTablets(): Tablets {
  const load = useLoad(() => get<TabletList>('/tablets'), { every: 15_000 })
  let timer: ReturnType<typeof setTimeout> | undefined
  const live = openLive({
    path: '/api/admin/tablets/ws',
    hello: () => ({ t: 'beat' }),
    onFrame: (frame) => {
      if (frame.t === 'tablets') timer ??= setTimeout(() => ((timer = undefined), void load.reload()), 600)
    },
  })
  onScopeDispose(() => {
    clearTimeout(timer)
    live.close()
  })
  return {
    load,
    items: computed(() => (load.data.value?.items ?? []) as TabletStatus[]),
    link: computed(() => live.state.value),
  }
}
