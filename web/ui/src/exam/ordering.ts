// Putting options in order. An answer is a permutation of all options; none is no answer.

/** The order on the screen: the candidate's, or the paper's as long as there is none. */
export function shownOrder(value: string[], options: string[]): string[] {
  const whole = value.length === options.length && options.every((id) => value.includes(id))
  return whole ? value : options
}

/** The order after the entry at `from` went to the place `to` (both from 0); places beyond the ends are the ends. */
export function moved(order: string[], from: number, to: number): string[] {
  const place = Math.min(Math.max(0, to), order.length - 1)
  const next = order.filter((_, i) => i !== from)
  next.splice(place, 0, order[from]!)
  return next
}

/** Where a key sends the entry at `at` of `count`; nothing when the key is none for that. */
export function keyPlace(press: KeyboardEvent, at: number, count: number): number | undefined {
  if (press.ctrlKey || press.metaKey) return undefined
  if (press.altKey) {
    if (press.key === 'ArrowUp') return Math.max(0, at - 1)
    if (press.key === 'ArrowDown') return Math.min(count - 1, at + 1)
    return undefined
  }
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(press.code)?.[1]
  return digit && Number(digit) <= count ? Number(digit) - 1 : undefined
}
