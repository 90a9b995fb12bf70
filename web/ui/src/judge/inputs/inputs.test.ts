import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import type { Aspect, Observation } from '../wire'
import HitsInput from './HitsInput.vue'
import TimeInput from './TimeInput.vue'

const text = (zh: string) => ({ zh, en: zh })
const base = { name: text('项'), description: text(''), max: 400 }
const hitList: Aspect = {
  ...base,
  id: 'C',
  kind: 'hit_list',
  hit_list: {
    items: ['C1', 'C2', 'C3'].map((id) => ({ id, label: text(`缺陷 ${id}`) })),
    steps: [
      { id: 'no', label: text('未发现'), marks: 0 },
      { id: 'near', label: text('相近'), marks: 50 },
      { id: 'exact', label: text('正确'), marks: 100 },
    ],
    false_alarms: { max: 100, each: 50 },
  },
}
const table: Aspect = {
  ...base,
  id: 'T',
  kind: 'time_table',
  time_table: {
    rows: [
      { up_to_ms: 900_000, marks: 400 },
      { up_to_ms: 960_000, marks: 100 },
    ],
    above: 0,
    source: 'judge',
  },
}

type Shown = ReturnType<typeof show>
let shown: Shown | undefined
afterEach(() => shown?.unmount())

/** The input with its value kept, as the sheet keeps it. */
function show(component: typeof HitsInput | typeof TimeInput, aspect: Aspect, disabled = false) {
  const wrapper = mount(component, {
    attachTo: document.body,
    props: {
      aspect,
      value: undefined as Observation | undefined,
      open: false,
      disabled,
      onEnter: (value: Observation | undefined) => wrapper.setProps({ value }),
    },
  })
  shown = wrapper
  return wrapper
}

const hitsOf = (w: Shown) => w.props('value')?.hits
const focused = () => document.activeElement?.closest('[data-hit]')?.getAttribute('data-hit')

describe('a hit list', () => {
  it('is blank until something is chosen, and says how far it is', async () => {
    const w = show(HitsInput, hitList)
    expect(w.findAll('[aria-pressed="true"]')).toHaveLength(0)
    await w.find('[data-hit="C2"]').findAll('button')[1]!.trigger('click')
    expect(hitsOf(w)).toEqual({ steps: { C2: 'near' } })
    expect(w.find('[role="status"]').exists()).toBe(false)
  })

  it('is filled in by digits, and arrows go through the items', async () => {
    const w = show(HitsInput, hitList)
    const press = (key: string) => w.find(`[data-hit="${focused() ?? 'C1'}"]`).trigger('keydown', { key })
    await press('3')
    expect(focused()).toBe('C2')
    await press('1')
    await press('ArrowUp')
    expect(focused()).toBe('C2')
    await press('9') // there is no ninth step
    await press('ArrowDown')
    await press('2')
    expect(focused()).toBe('C3') // the last one stays
    expect(hitsOf(w)?.steps).toEqual({ C1: 'exact', C2: 'no', C3: 'near' })
  })

  it('marks the rest as not found, and leaves what is chosen', async () => {
    const w = show(HitsInput, hitList)
    expect(w.find('.top .none').exists()).toBe(false)
    await w.find('[data-hit="C1"]').findAll('button')[2]!.trigger('click')
    await w.find('.top .none').trigger('click')
    expect(hitsOf(w)?.steps).toEqual({ C1: 'exact', C2: 'no', C3: 'no' })
    expect(w.find('.top .none').exists()).toBe(false)
  })

  it('counts false alarms apart; none is an entry of its own', async () => {
    const w = show(HitsInput, hitList)
    expect(w.find('output').text()).toBe('—')
    await w.find('.alarms .none').trigger('click')
    expect(hitsOf(w)?.false_alarms).toBe(0)
    await w.findAll('.stepper button')[1]!.trigger('click')
    expect(hitsOf(w)?.false_alarms).toBe(1)
  })

  it('takes nothing while it is only shown', async () => {
    const w = show(HitsInput, hitList, true)
    await w.find('[data-hit="C1"]').trigger('keydown', { key: '1' })
    expect(w.props('value')).toBeUndefined()
    expect(w.findAll('button').every((b) => b.attributes('disabled') !== undefined)).toBe(true)
  })
})

describe('a time', () => {
  const type = (w: Shown, field: number, typed: string) => w.findAll('input')[field]!.setValue(typed)

  it('is entered as minutes and seconds; half of it is blank', async () => {
    const w = show(TimeInput, table)
    await type(w, 0, '15')
    expect(w.props('value')).toBeUndefined()
    expect(w.find('[role="status"]').text()).toBe('judge.time.half')
    await type(w, 1, '0')
    expect(w.props('value')).toEqual({ time_ms: 900_000 })
    await type(w, 1, '0.01')
    expect(w.props('value')).toEqual({ time_ms: 900_010 })
    await type(w, 1, '')
    expect(w.props('value')).toBeUndefined()
    expect(w.findAll('input')[0]!.element.value).toBe('15')
  })

  it('refuses sixty seconds', async () => {
    const w = show(TimeInput, table)
    await type(w, 0, '1')
    await type(w, 1, '60')
    expect(w.props('value')).toBeUndefined()
    expect(w.find('[aria-invalid="true"]').exists()).toBe(true)
  })

  it('shows what came from elsewhere, and what was cleared', async () => {
    const w = show(TimeInput, table)
    await w.setProps({ value: { time_ms: 905_500 } })
    expect(w.findAll('input').map((i) => i.element.value)).toEqual(['15', '5.50'])
    expect(w.findAll('li')[1]!.classes()).toContain('here')
    await w.setProps({ value: undefined })
    expect(w.findAll('input').map((i) => i.element.value)).toEqual(['', ''])
  })

  it('is not asked for where the station’s clock has it', () => {
    const byClock = { ...table, time_table: { ...table.time_table!, source: 'clock' as const } }
    expect(show(TimeInput, byClock).find('input').exists()).toBe(false)
  })
})
