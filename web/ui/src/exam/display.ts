// Text size and contrast, chosen by the candidate for this attempt and kept over a reload.
import { ref, watchEffect } from 'vue'

/** Sizes of the question text in px. */
export const textSizes = [18, 20, 24]

const key = 'xinglu.exam.display'

function stored(): { size: number; contrast: boolean } {
  try {
    const value = JSON.parse(localStorage.getItem(key) ?? '{}') as { size?: number; contrast?: boolean }
    return { size: textSizes.includes(value.size ?? 0) ? value.size! : 20, contrast: value.contrast === true }
  } catch {
    return { size: 20, contrast: false }
  }
}

const first = stored()

/** Size of the question text in px. */
export const textSize = ref(first.size)

/** Whether the strong contrast set is on. */
export const highContrast = ref(first.contrast)

/** Applies the choice to the document; call it once at the root. */
export function useDisplay(): void {
  watchEffect(() => {
    const root = document.documentElement
    root.style.setProperty('--exam-text', `${textSize.value}px`)
    root.dataset.contrast = highContrast.value ? 'high' : 'normal'
    localStorage.setItem(key, JSON.stringify({ size: textSize.value, contrast: highContrast.value }))
  })
}

/** Forgets the choice: the next candidate on this machine starts afresh. */
export function resetDisplay(): void {
  textSize.value = 20
  highContrast.value = false
}
