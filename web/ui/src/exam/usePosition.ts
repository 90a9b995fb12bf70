// Which question is in front, how the paper is shown, and the keys that move through it.
import { computed, nextTick, onBeforeUnmount, onMounted, ref, watch } from 'vue'
import { choose, keyAction } from './keyboard'
import type { Question, Section } from './wire'
import { useExam } from './useExam'

/** One question with its section. */
export interface Item {
  question: Question
  section: Section
}

/** Position and movement on the paper. `locked` stops answering (time is up, hand-in under way). */
export function usePosition(locked: () => boolean) {
  const exam = useExam()
  const book = exam.book.value!
  const paper = exam.paper.value!
  const items: Item[] = paper.sections.flatMap((section) =>
    section.questions.map((question) => ({ question, section })),
  )
  const stored = `xinglu.exam.at.${exam.attempt.value!.id}`
  const [savedIndex, savedMode] = (sessionStorage.getItem(stored) ?? '0,one').split(',')
  const index = ref(Math.min(Math.max(0, Number(savedIndex) || 0), items.length - 1))
  const mode = ref<'one' | 'section'>(savedMode === 'section' ? 'section' : 'one')
  const current = computed(() => items[index.value]!)
  let byKeyboard = false // whether the focused element was reached with Tab

  watch([index, mode], () => sessionStorage.setItem(stored, `${index.value},${mode.value}`))

  function element(question: string): HTMLElement | null {
    return document.getElementById(`q-${question}`)
  }

  /** Brings a question to the front; `focus` moves the reading position there too. */
  async function go(to: number, focus = false): Promise<void> {
    if (to < 0 || to >= items.length) return
    const inside = element(current.value.question.id)?.contains(document.activeElement)
    index.value = to
    await nextTick()
    const target = element(current.value.question.id)
    if (mode.value === 'section') target?.scrollIntoView({ block: 'nearest' })
    else document.querySelector('[data-pane]')?.scrollTo?.(0, 0)
    if (focus || inside) target?.focus({ preventScroll: true })
  }

  function pick(item: Item, option: string): void {
    if (locked()) return
    const { id, kind, options } = item.question
    const all = options.map((o) => o.id)
    void exam.record(id, { value: choose(book.value(id), option, all, kind === 'multiple_choice') })
  }

  function clear(item: Item): void {
    if (!locked()) void exam.record(item.question.id, { value: [] })
  }

  function flag(item: Item): void {
    if (!locked()) void exam.record(item.question.id, { flagged: !book.flagged(item.question.id) })
  }

  /** A button uses the space bar; an option only when it was tabbed to, since a click leaves focus on it. */
  function ownsSpace(target: EventTarget | null): boolean {
    if (!(target instanceof HTMLElement)) return false
    if (target.closest('button, select, a, [role="button"]')) return true
    return byKeyboard && target instanceof HTMLInputElement
  }

  function onKey(event: KeyboardEvent): void {
    if (event.key === 'Tab') byKeyboard = true
    const target = event.target
    if (
      target instanceof HTMLTextAreaElement ||
      (target instanceof HTMLInputElement && target.type === 'text')
    )
      return
    const item = current.value
    const action = keyAction(event, item.question.options.length, ownsSpace(target))
    if (!action) return
    event.preventDefault()
    if (action.do === 'move') void go(index.value + action.by)
    else if (action.do === 'flag') flag(item)
    else pick(item, item.question.options[action.index]!.id)
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

  return { paper, book, items, index, mode, current, go, pick, clear, flag }
}
