// The planner at work: what can be chosen, what follows from a choice, what is wrong, and making the sitting.
import { computed, nextTick, reactive, ref, shallowRef, watch } from 'vue'
import { codeText } from '../../../shared/api'
import { instantOf, levelName } from '../../../shared/format'
import { t } from '../../../shared/i18n'
import { newSeed } from '../../bank/blueprint'
import { get, path, post } from '../../server'
import type { List, OutlineBrief, Paper, Sitting } from '../../types'
import { useDeed, useLoad } from '../../useLoad'
import { centresOf, codesOf, seatTotals } from './centres'
import { defaultGrading, gradingProblems, sectionsOf } from './grading'
import { copyInto, draftOf, freeCode, newPlan, refusedFields, ticketOf } from './planner'

/** Of a plan whose accepted entries become the register: which of them. */
export interface Placing {
  plan?: string
  subject?: string
  level?: string
  centre?: string
  most?: string
}

/** The planner of one page. `made` is called when the sitting is there. */
export function usePlanner(placing: Placing, made: (id: string) => Promise<void>) {
  const load = useLoad(async () => {
    const [outlines, sittings] = await Promise.all([
      get<List<OutlineBrief>>('/bank/outlines'),
      get<List<Sitting>>('/sittings?limit=200'),
    ])
    const level = Number(placing.level)
    return {
      outlines: outlines.items.filter((o) => !placing.plan || o.level === level),
      sittings: sittings.items,
    }
  })
  const papers = shallowRef<Paper[]>([])
  const papersError = shallowRef<unknown>(null)
  const form = reactive(newPlan(Date.now(), Number(newSeed()), location.origin))
  const copied = ref('')

  // What the page itself fills in does not make the form dirty.
  const picture = (): string => JSON.stringify(form)
  const clean = ref(picture())
  const saved = ref(false)
  const dirty = computed(() => !saved.value && picture() !== clean.value)
  function fill(change: () => void): void {
    const was = dirty.value
    change()
    if (!was) clean.value = picture()
  }

  const outline = computed(() => load.data.value?.outlines.find((o) => o.id === form.outline))
  const chosen = computed(() =>
    form.papers.map((id) => papers.value.find((p) => p.id === id)).filter((p): p is Paper => !!p),
  )
  const sections = computed(() => (chosen.value[0] ? sectionsOf(chosen.value[0]) : []))

  watch(
    () => load.data.value?.outlines,
    (all) => {
      if (all?.length === 1 && !form.outline) fill(() => (form.outline = all[0]!.id))
    },
  )
  watch(
    () => load.data.value?.sittings,
    (all, before) => {
      if (all && !before)
        fill(
          () =>
            (form.code = freeCode(
              form.code,
              all.map((s) => s.code),
            )),
        )
    },
  )
  watch(outline, async (of) => {
    papers.value = []
    fill(() => (form.papers = []))
    papersError.value = null
    if (!of) return
    try {
      papers.value = (await get<List<Paper>>(path`/bank/outlines/${of.id}/papers`)).items
    } catch (error) {
      papersError.value = error
      return
    }
    const named = { occupation: of.occupation.name, level: levelName(of.level) }
    fill(() => (form.nameZh ||= t('admin.planner.default_name', named)))
  })

  // The limit and the line come from the first paper; they can be changed afterwards. A grading that somebody has
  // written or copied stays.
  let usual = JSON.stringify(form.rules.grading)
  function resetGrading(): void {
    form.rules.grading = defaultGrading(chosen.value[0])
    usual = JSON.stringify(form.rules.grading)
  }
  watch(
    () => chosen.value[0],
    (paper) => {
      if (paper) form.rules.limit = paper.limit_seconds / 60
      if (JSON.stringify(form.rules.grading) === usual) resetGrading()
    },
  )
  watch(copied, (id) => {
    const from = load.data.value?.sittings.find((s) => s.id === id)
    if (from) copyInto(form, from, location.origin)
  })

  const totals = computed(() => seatTotals(form.centres, Math.round(form.rules.spareShare * 100)))
  const sample = computed(() => {
    const centre = centresOf(form.centres)[0]
    const room = centre?.rooms[0]
    return ticketOf(form.ticket, {
      sitting: form.code.trim(),
      centre: centre?.code ?? '',
      room: room?.code ?? '',
      seat: room?.seats[0] ?? '',
      serial: '1',
    })
  })
  // Who comes at the last moment needs the whole limit before the close.
  const needsUntil = computed(() => {
    const start = Date.parse(instantOf(form.startsAt ?? ''))
    return Number.isNaN(start) ? null : start + (form.rules.lastEntry + form.rules.limit) * 60_000
  })
  const closesEarly = computed(() => {
    const closes = Date.parse(instantOf(form.closesAt ?? ''))
    return needsUntil.value !== null && closes < needsUntil.value
  })

  const deed = useDeed(async () => {
    if (!outline.value) return
    const sitting = draftOf(form, outline.value)
    if (!placing.plan) await post('/sittings', sitting)
    else
      await post(
        path`/plans/${placing.plan}/sittings`,
        {
          key: `place-${form.id}`,
          subject: placing.subject ?? '',
          level: Number(placing.level),
          centre: placing.centre ?? '',
          most: Number(placing.most ?? 0),
          sitting,
        },
        { timeout: 120_000 },
      )
    saved.value = true
    await nextTick() // the page is told before it is left
    await made(form.id)
  })
  watch(form, () => (deed.error.value = null)) // it spoke of other values

  const unfit = computed(() => gradingProblems(form.rules.grading, chosen.value.map(sectionsOf)))
  /** Messages by path: what the server refused, and what it would refuse only when it is too late. */
  const wrong = computed<Record<string, string>>(() => ({
    ...(chosen.value.length
      ? Object.fromEntries(Object.entries(unfit.value).map(([at, code]) => [at, codeText(code)]))
      : {}),
    ...refusedFields(deed.error.value),
  }))
  const complete = computed(
    () =>
      !!outline.value &&
      form.papers.length > 0 &&
      form.nameZh.trim() !== '' &&
      !!form.startsAt &&
      !!form.closesAt &&
      form.centres.every(
        (c) => c.name.trim() && c.rooms.every((r) => r.name.trim() && codesOf(r).seats.length),
      ),
  )
  const ready = computed(
    () => complete.value && sample.value !== null && Object.keys(unfit.value).length === 0,
  )

  return {
    load,
    form,
    copied,
    papers,
    papersError,
    outline,
    chosen,
    sections,
    totals,
    sample,
    needsUntil,
    closesEarly,
    deed,
    wrong,
    complete,
    ready,
    dirty,
    resetGrading,
  }
}
