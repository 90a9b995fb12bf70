// The address under which tablets reach the server, for QR codes: asked once and kept on this machine.
import { ref, watch, type Ref } from 'vue'

const key = 'xinglu.tablet_address'
let kept: Ref<string> | undefined

/** The address; the console's own until somebody writes another. */
export function useAddress(): Ref<string> {
  if (!kept) {
    const address = ref(localStorage.getItem(key) ?? location.origin)
    watch(address, (now) => localStorage.setItem(key, now.trim()))
    kept = address
  }
  return kept
}
