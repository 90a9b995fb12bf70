// A picture asks to be shown in large.
import type { InjectionKey } from 'vue'

/** What is shown; the size as it is, in px. */
export interface Picture {
  src: string
  alt: string
  width: number
  height: number
}

/** Given by the answering screen. */
export const zoomKey: InjectionKey<(picture: Picture) => void> = Symbol('zoom')
