// Which question is in front and how the paper is shown.
import { computed, nextTick, ref, watch } from 'vue'
import { answering } from './answering'
import { narrow } from './layout'
import { groupsOf, itemsOf, type Group } from './paper'

/** One question at a time or a whole section. */
export type Mode = 'one' | 'section'

/** Position and movement on the paper; kept over a reload. */
export function usePosition() {
  const { room } = answering()
  const items = itemsOf(room.paper.value!)
  const stored = `xinglu.exam.at.${room.id}`
  const [savedIndex, savedMode] = (localStorage.getItem(stored) ?? '0,one').split(',')
  const index = ref(Math.min(Math.max(0, Number(savedIndex) || 0), items.length - 1))
  const mode = ref<Mode>(savedMode === 'section' ? 'section' : 'one')
  const current = computed(() => items[index.value]!)
  const groups = groupsOf(items)

  /** What is on the screen; a case comes with its material. */
  const shown = computed<Group[]>(() => {
    const here = groups.filter((g) => g.items[0]!.section === current.value.section)
    if (mode.value === 'section') return here
    const group = here.find((g) => g.items.includes(current.value))!
    return [{ ...group, items: [current.value] }]
  })

  watch([index, mode], () => localStorage.setItem(stored, `${index.value},${mode.value}`))

  function element(question: string): HTMLElement | null {
    return document.getElementById(`q-${question}`)
  }

  /** Brings a question to the front; `focus` moves the reading position there too. */
  async function go(to: number, focus = false): Promise<void> {
    const next = items[to]
    if (!next) return
    const before = current.value
    const inside = element(before.question.id)?.contains(document.activeElement)
    room.autosave.flush()
    index.value = to
    await nextTick()
    const target = element(next.question.id)
    // Within a case the material stays where it is, and the next part comes into view below it.
    const samePlace = mode.value === 'section' || (next.shared && next.shared === before.shared)
    if (narrow.value) (samePlace ? target : document.querySelector('[data-pane] > *'))?.scrollIntoView()
    else if (samePlace) target?.scrollIntoView({ block: 'nearest' })
    else document.querySelector('[data-pane]')?.scrollTo?.(0, 0)
    if (focus || inside) target?.focus({ preventScroll: true })
  }

  return { items, groups, index, mode, current, shown, go }
}
