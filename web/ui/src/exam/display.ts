// How the page looks and speaks, chosen by the candidate for this attempt and kept over a reload. What was arranged
// for a candidate beforehand is the first choice.
import { reactive, watchEffect } from 'vue'
import type { Needs } from './wire'

/** Text sizes in per cent. */
export const scales = [100, 125, 150, 175, 200]

/** Colours: the usual ones, strong on white, strong on black. */
export type Contrast = 'normal' | 'high' | 'dark'

/** Line heights of questions and answers. */
export const spacings = [1.6, 2, 2.4]

/** The choices. */
export interface Display {
  scale: number
  contrast: Contrast
  spacing: number
  /** Whether questions can be read aloud. */
  aloud: boolean
}

const key = 'xinglu.exam.display'
const usual: Display = { scale: 100, contrast: 'normal', spacing: 1.6, aloud: false }

function stored(): Partial<Display> {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Display>
  } catch {
    return {}
  }
}

/** A choice that this version of the page knows. */
function sane(wish: Partial<Display>): Display {
  return {
    scale: scales.includes(wish.scale!) ? wish.scale! : usual.scale,
    contrast: wish.contrast === 'high' || wish.contrast === 'dark' ? wish.contrast : 'normal',
    spacing: spacings.includes(wish.spacing!) ? wish.spacing! : usual.spacing,
    aloud: wish.aloud === true,
  }
}

/** The choice in force. */
export const display = reactive(sane(stored()))

/** Takes the next larger (1) or smaller (-1) text. */
export function stepScale(by: 1 | -1): void {
  display.scale = scales[scales.indexOf(display.scale) + by] ?? display.scale
}

/** Applies the choice to the document; call it once at the root. */
export function useDisplay(): void {
  watchEffect(() => {
    const root = document.documentElement
    root.style.fontSize = `${display.scale}%`
    root.style.setProperty('--exam-text', '1.25rem')
    root.style.setProperty('--exam-lines', String(display.spacing))
    root.dataset.contrast = display.contrast
    localStorage.setItem(key, JSON.stringify(display))
  })
}

/** Begins with what was arranged for the candidate; what was chosen on this page by hand stays. */
export function applyNeeds(needs: Needs = {}): void {
  if (needs.large_type && display.scale === usual.scale) display.scale = 150
  if (needs.high_contrast && display.contrast === 'normal') display.contrast = 'high'
  if (needs.read_aloud) display.aloud = true
}

/** Forgets the choice: the next candidate on this machine starts afresh. */
export function resetDisplay(): void {
  Object.assign(display, usual)
}
