// Keys of the answering screen: A–H or 1–8 choose, ← → move, space marks for later.

/** What a key asks for. */
export type KeyAction = { do: 'choose'; index: number } | { do: 'move'; by: 1 | -1 } | { do: 'flag' }

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
 * The action of a key on a question with `options` options, or nothing. `ownsSpace` is true when the focused
 * element was reached with the keyboard and uses the space bar itself (a button, a tabbed-to option).
 */
export function keyAction(press: KeyPress, options: number, ownsSpace: boolean): KeyAction | undefined {
  if (press.ctrlKey || press.altKey || press.metaKey) return undefined
  if (press.key === 'ArrowLeft') return { do: 'move', by: -1 }
  if (press.key === 'ArrowRight') return { do: 'move', by: 1 }
  if (press.repeat) return undefined // a key held down must not toggle an answer
  if (press.key === ' ' || press.code === 'Space') return ownsSpace ? undefined : { do: 'flag' }
  // `code` names the key even while a Chinese input method is on.
  const letter = /^Key([A-H])$/.exec(press.code)?.[1] ?? /^[a-hA-H]$/.exec(press.key)?.[0].toUpperCase()
  const digit = /^(?:Digit|Numpad)([1-8])$/.exec(press.code)?.[1]
  const index = letter ? letter.charCodeAt(0) - 65 : digit ? Number(digit) - 1 : -1
  return index >= 0 && index < options ? { do: 'choose', index } : undefined
}

/** The new value after choosing an option: radio or checkbox, in the order of the options. */
export function choose(value: string[], option: string, all: string[], multiple: boolean): string[] {
  if (!multiple) return [option]
  const next = value.includes(option) ? value.filter((id) => id !== option) : [...value, option]
  return all.filter((id) => next.includes(id))
}
