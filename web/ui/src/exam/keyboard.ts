// Keys of the answering screen: A–H or 1–8 choose, ← → move, ↓ or Enter goes into the answer, space marks for later,
// R reads aloud, ? shows the keys. In a field only Esc (out of it) and Ctrl+Enter (on to the next question) are ours.

/** What a key asks for. */
export type KeyAction =
  { do: 'choose'; index: number } | { do: 'move'; by: 1 | -1 } | { do: 'flag' | 'enter' | 'read' | 'help' }

/** The parts of a key event that matter. */
export interface KeyPress {
  key: string
  code: string
  ctrlKey: boolean
  altKey: boolean
  metaKey: boolean
  repeat: boolean
}

/**
 * The action of a key on a question with `options` options to choose, or nothing. `ownsSpace` is true when the focused
 * element was reached with the keyboard and uses the space bar itself (a button, a tabbed-to option), `onButton` when
 * it uses Enter.
 */
export function keyAction(
  press: KeyPress,
  options: number,
  ownsSpace: boolean,
  onButton = false,
): KeyAction | undefined {
  if (press.ctrlKey || press.altKey || press.metaKey) return undefined
  if (press.key === 'ArrowLeft') return { do: 'move', by: -1 }
  if (press.key === 'ArrowRight') return { do: 'move', by: 1 }
  if (press.repeat) return undefined // a key held down must not toggle an answer
  if (press.key === ' ' || press.code === 'Space') return ownsSpace ? undefined : { do: 'flag' }
  if (press.key === '?' || press.key === '？') return { do: 'help' }
  if (options === 0 && !onButton && (press.key === 'Enter' || press.key === 'ArrowDown'))
    return { do: 'enter' }
  // `code` names the key even while a Chinese input method is on.
  if (press.code === 'KeyR' || /^r$/i.test(press.key)) return { do: 'read' }
  const letter = /^Key([A-H])$/.exec(press.code)?.[1] ?? /^[a-hA-H]$/.exec(press.key)?.[0].toUpperCase()
  const digit = /^(?:Digit|Numpad)([1-8])$/.exec(press.code)?.[1]
  const index = letter ? letter.charCodeAt(0) - 65 : digit ? Number(digit) - 1 : -1
  return index >= 0 && index < options ? { do: 'choose', index } : undefined
}

/** What a key in a field asks for beyond typing. */
export function fieldKey(press: KeyPress & { isComposing?: boolean }): 'leave' | 'next' | undefined {
  if (press.isComposing) return undefined // Esc and Enter belong to the input method
  if (press.key === 'Escape') return 'leave'
  return press.key === 'Enter' && press.ctrlKey ? 'next' : undefined
}

/** Whether an element takes letters and arrows itself: texts and lists. */
export function isField(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !['radio', 'checkbox'].includes(target.type)
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}

/** The new value after choosing an option: radio or checkbox, in the order of the options. */
export function choose(value: string[], option: string, all: string[], multiple: boolean): string[] {
  if (!multiple) return [option]
  const next = value.includes(option) ? value.filter((id) => id !== option) : [...value, option]
  return all.filter((id) => next.includes(id))
}
