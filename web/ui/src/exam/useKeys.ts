// The keyboard of the answering screen.
import { onBeforeUnmount, onMounted } from 'vue'
import { answering } from './answering'
import { display } from './display'
import { choose, fieldKey, isField, keyAction } from './keyboard'
import { isChoice, type Item } from './paper'
import { canSpeak, spokenQuestion, useSpeech } from './speech'

/** Where an answer begins. */
const entrances = ['input', 'textarea', 'select', 'button'].map((name) => `[data-answer] ${name}`).join()

/** What the keys work on. */
export interface KeysParts {
  current: () => Item
  /** Whether answering is closed (time is up, a pause, hand-in under way). */
  locked: () => boolean
  /** Whether the paper is out of sight. */
  covered: () => boolean
  move: (by: 1 | -1) => void
  /** Shows the list of keys. */
  help: () => void
}

export function useKeys(parts: KeysParts): void {
  const { room } = answering()
  const speech = useSpeech()
  let byKeyboard = false // whether the focused element was reached with Tab

  function card(): HTMLElement | null {
    return document.getElementById(`q-${parts.current().question.id}`)
  }

  /** A button uses the space bar; an option only when it was tabbed to, since a click leaves focus on it. */
  function ownsSpace(target: EventTarget | null): boolean {
    if (!(target instanceof HTMLElement)) return false
    if (target.closest('button, select, a, [role="button"]')) return true
    return byKeyboard && target instanceof HTMLInputElement
  }

  function pick(index: number): void {
    const { id, kind, options } = parts.current().question
    const all = options.map((o) => o.id)
    const value = choose(room.book.value(id), all[index]!, all, kind === 'multiple_choice')
    void room.record(id, { value })
  }

  function enter(): void {
    byKeyboard = true
    card()?.querySelector<HTMLElement>(entrances)?.focus()
  }

  function readAloud(): void {
    if (!display.aloud || !canSpeak) return
    const item = parts.current()
    speech.toggle(item.question.id, () => spokenQuestion(item, room.book.value(item.question.id)))
  }

  function onField(event: KeyboardEvent): void {
    const action = fieldKey(event)
    if (!action) return
    event.preventDefault()
    if (action === 'next') parts.move(1)
    else card()?.focus()
  }

  function onKey(event: KeyboardEvent): void {
    if (event.key === 'Tab') byKeyboard = true
    if (event.key === 'Escape' && speech.speaking.value) speech.stop()
    if (parts.covered()) return
    if (isField(event.target)) return onField(event)
    const { kind, id, options } = parts.current().question
    const onButton = event.target instanceof HTMLElement && event.target.matches('button, [role="button"]')
    const action = keyAction(event, isChoice(kind) ? options.length : 0, ownsSpace(event.target), onButton)
    if (!action) return
    event.preventDefault()
    const asks = action.do
    if (asks === 'move') parts.move(action.by)
    else if (asks === 'help') parts.help()
    else if (asks === 'read') readAloud()
    else if (asks === 'enter') enter()
    else if (parts.locked()) return
    else if (asks === 'choose') pick(action.index)
    else void room.record(id, { flagged: !room.book.flagged(id) })
  }

  function onPointer(): void {
    byKeyboard = false
  }

  onMounted(() => {
    window.addEventListener('keydown', onKey)
    window.addEventListener('mousedown', onPointer)
    window.addEventListener('touchstart', onPointer, { passive: true })
  })
  onBeforeUnmount(() => {
    window.removeEventListener('keydown', onKey)
    window.removeEventListener('mousedown', onPointer)
    window.removeEventListener('touchstart', onPointer)
  })
}
