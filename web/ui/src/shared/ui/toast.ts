// Short messages that go away by themselves. Anything that must not be missed is a banner or a dialog instead.
import { ref } from 'vue'

/** One message on screen. */
export interface Toast {
  id: number
  message: string
  kind: 'info' | 'good' | 'bad'
}

/** The messages on screen, oldest first; XToasts draws them. */
export const toasts = ref<Toast[]>([])

let last = 0

/** Shows a message for some seconds. */
export function showToast(message: string, kind: Toast['kind'] = 'info', milliseconds = 5_000): void {
  const id = ++last
  toasts.value = [...toasts.value.filter((x) => x.message !== message), { id, message, kind }].slice(-3)
  setTimeout(() => {
    toasts.value = toasts.value.filter((x) => x.id !== id)
  }, milliseconds)
}
