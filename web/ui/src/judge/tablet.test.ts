import 'fake-indexeddb/auto'
import { reactive } from 'vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { Tablet, type Draft, type Outgoing } from './tablet'
import type { Division, Module } from './wire'

const text = { zh: '模块', en: 'module' }
const draft: Draft = {
  id: 's1',
  division: 'd',
  rev: 1,
  expect: 0,
  round: 1,
  entries: { M1: { met: true } },
  unsure: ['M1'],
  note: '',
}
const scheme: Module = { id: 'B', name: text, max: 100, sub_criteria: [] }

function out(sheet: string, seq: number): Outgoing {
  const frame = {
    key: `k${seq}`,
    division: 'd',
    sheet,
    code_tail: '01',
    expect: 0,
    round: 1,
    entries: [],
    note: '',
  }
  return { seq, rev: 1, frame, tried: false }
}

let judges = 0
let judge: string
beforeEach(() => (judge = `j${++judges}`))

describe('the tablet', () => {
  it('keeps a whole module for work without a network, over a reload', async () => {
    const first = await Tablet.open(judge)
    expect(first.durable).toBe(true)
    const divisions: Division[] = [{ id: 'd', contest: text, event: text, division: text, sheets: [] }]
    await first.saveList(divisions)
    await first.saveScheme('d/B', scheme)
    await first.saveSeen('s1', { version: 2, conferences: [] })
    await first.saveDraft(draft)
    await first.saveOutgoing(out('s2', 1))
    first.close()

    const second = await Tablet.open(judge)
    expect(await second.list()).toEqual(divisions)
    expect((await second.schemes()).get('d/B')).toEqual(scheme)
    expect((await second.seen()).get('s1')).toEqual({ version: 2, conferences: [] })
    expect((await second.drafts()).get('d/s1')).toEqual(draft)
    expect(await second.outgoing()).toEqual([out('s2', 1)])
    second.close()
  })

  it('replaces the list and what was seen, and is empty at first', async () => {
    const tablet = await Tablet.open(judge)
    expect(await tablet.list()).toEqual([])
    await tablet.saveSeen('s1', { version: 1, conferences: [] })
    await tablet.saveSeen('s1', { version: 0, conferences: [] })
    expect((await tablet.seen()).get('s1')?.version).toBe(0)
    tablet.close()
  })

  it('keeps judges apart', async () => {
    const mine = await Tablet.open(judge)
    await mine.saveDraft(draft)
    const other = await Tablet.open(`${judge}x`)
    expect((await other.drafts()).size).toBe(0)
    mine.close()
    other.close()
  })

  it('drops a draft that was handed in, unless it was changed since', async () => {
    const tablet = await Tablet.open(judge)
    await tablet.saveDraft({ ...draft, rev: 3 })
    await tablet.dropDraft({ ...draft, rev: 2 })
    expect((await tablet.drafts()).size).toBe(1)
    await tablet.dropDraft({ ...draft, rev: 3 })
    expect((await tablet.drafts()).size).toBe(0)
    tablet.close()
  })

  it('gives what waits in the order of handing in and takes reactive values', async () => {
    const tablet = await Tablet.open(judge)
    await tablet.saveOutgoing(reactive(out('s2', 2)))
    await tablet.saveOutgoing(reactive(out('s1', 1)))
    expect((await tablet.outgoing()).map((i) => i.seq)).toEqual([1, 2])
    await tablet.dropOutgoing(out('s1', 1))
    expect((await tablet.outgoing()).map((i) => i.seq)).toEqual([2])
    tablet.close()
  })
})
