// Which of the contest's tablets this device is: asked of the server, remembered for when there is no network.
import { ref, shallowRef } from 'vue'
import { Problem } from '../shared/api'
import { pairTablet, thisTablet, type ThisTablet } from './pairing'

/** `unknown` before the server has ever been asked. */
export type Pairing = 'unknown' | 'unpaired' | 'paired' | 'revoked'

const key = 'xinglu.judge.tablet'

interface Kept {
  state: Pairing
  tablet?: ThisTablet
}

function remembered(): Kept {
  const kept = localStorage.getItem(key)
  return kept ? (JSON.parse(kept) as Kept) : { state: 'unknown' }
}

export type OwnTablet = ReturnType<typeof createOwnTablet>

export function createOwnTablet() {
  const kept = remembered()
  const state = ref<Pairing>(kept.state)
  const tablet = shallowRef<ThisTablet | undefined>(kept.tablet)
  const heard = ref<number>() // when the server last answered here, by this device's clock

  function keep(next: Pairing, named: ThisTablet | undefined): void {
    heard.value = Date.now()
    state.value = next
    tablet.value = named
    localStorage.setItem(key, JSON.stringify({ state: next, tablet: named }))
  }

  /** Asks the server; without a network what is remembered stays. */
  async function check(): Promise<void> {
    try {
      const found = await thisTablet()
      keep(found ? 'paired' : 'unpaired', found)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.code === 'tablet_revoked') revoked()
      else if (!error.passing) throw error
    }
  }

  /** Makes this device a tablet by a code of the console; rejects with the Problem to show. */
  async function pair(code: string): Promise<ThisTablet> {
    const found = await pairTablet(code)
    keep('paired', found)
    return found
  }

  /** It was taken out of use, as the server has said; its number is still shown. */
  function revoked(): void {
    keep('revoked', tablet.value)
  }

  return { state, tablet, heard, check, pair, revoked }
}
