import { describe, expect, it } from 'vitest'
import type { Frame } from '../shared/live'
import { createOutbox, isPassing } from './outbox'
import type { Outgoing } from './tablet'

function setUp(kept: Outgoing[] = []) {
  const sent: (Frame & { key?: string; n?: number })[] = []
  const disk = new Map<string, Outgoing>(kept.map((i) => [i.frame.sheet, i]))
  const world = { now: 0, online: true, sent, disk }
  const outbox = createOutbox({
    keep: async (item) => void disk.set(item.frame.sheet, JSON.parse(JSON.stringify(item)) as Outgoing),
    drop: async (item) => void disk.delete(item.frame.sheet),
    ready: () => world.online,
    send: (frame) => world.online && sent.push(frame) > 0,
    mono: () => world.now,
  })
  outbox.restore(kept)
  return { outbox, world }
}

function handIn(sheet: string, key: string): Omit<Outgoing, 'seq' | 'tried'> {
  const frame = { key, division: 'd', sheet, code_tail: '01', expect: 0, round: 1, entries: [], note: '' }
  return { rev: 1, frame }
}

describe('the outbox', () => {
  it('keeps a sheet before it leaves, and forgets it once answered', async () => {
    const { outbox, world } = setUp()
    await outbox.add(handIn('s1', 'k1'))
    expect(world.disk.get('s1')?.tried).toBe(true)
    expect(world.sent).toMatchObject([{ t: 'submit', key: 'k1', sheet: 's1' }])
    await outbox.done(outbox.find('k1')!)
    expect(outbox.items.value).toEqual([])
    expect(world.disk.size).toBe(0)
  })

  it('waits offline, then sends in the order of handing in', async () => {
    const { outbox, world } = setUp()
    world.online = false
    await outbox.add(handIn('s1', 'k1'))
    await outbox.add(handIn('s2', 'k2'))
    expect(world.sent).toEqual([])
    expect([...world.disk.values()].map((i) => i.tried)).toEqual([false, false])
    world.online = true
    await outbox.flush()
    expect(world.sent.map((f) => f.key)).toEqual(['k1', 'k2'])
  })

  it('survives a reload with the same key', async () => {
    const first = setUp()
    await first.outbox.add(handIn('s1', 'k1'))
    const second = setUp([...first.world.disk.values()])
    await second.outbox.flush()
    expect(second.world.sent.map((f) => f.key)).toEqual(['k1'])
  })

  it('sends again after a lost connection and after silence, not in between', async () => {
    const { outbox, world } = setUp()
    await outbox.add(handIn('s1', 'k1'))
    await outbox.flush()
    expect(world.sent).toHaveLength(1)
    outbox.lost()
    await outbox.flush()
    expect(world.sent).toHaveLength(2)
    world.now += 60_000
    await outbox.flush()
    expect(world.sent.map((f) => f.key)).toEqual(['k1', 'k1', 'k1'])
  })

  it('sends again after a refusal that may pass', async () => {
    const { outbox, world } = setUp()
    await outbox.add(handIn('s1', 'k1'))
    outbox.later('k1')
    world.now += 1_000
    await outbox.flush()
    expect(world.sent).toHaveLength(1)
    world.now += 5_000
    await outbox.flush()
    expect(world.sent).toHaveLength(2)
  })

  it('gives a sheet back only while it has never left', async () => {
    const { outbox, world } = setUp()
    world.online = false
    await outbox.add(handIn('s1', 'k1'))
    expect(await outbox.withdraw({ division: 'd', id: 's1' })).toBe(true)
    expect(world.disk.size).toBe(0)
    world.online = true
    await outbox.add(handIn('s1', 'k2'))
    expect(await outbox.withdraw({ division: 'd', id: 's1' })).toBe(false)
    expect(outbox.items.value).toHaveLength(1)
  })

  it('holds one sheet of a kind: a later hand-in replaces the earlier', async () => {
    const { outbox, world } = setUp()
    world.online = false
    await outbox.add(handIn('s1', 'k1'))
    await outbox.add(handIn('s1', 'k2'))
    expect(outbox.items.value.map((i) => i.frame.key)).toEqual(['k2'])
    expect(world.disk.get('s1')?.frame.key).toBe('k2')
  })

  it('knows no answer to a key that is not its own', () => {
    expect(setUp().outbox.find('k9')).toBeUndefined()
  })
})

it('tells refusals that may pass from final ones', () => {
  for (const code of ['internal', 'unavailable', 'signed_out', 'ledger_unavailable'])
    expect(isPassing(code)).toBe(true)
  for (const code of ['version_conflict', 'wrong_code', 'entry_invalid', 'sheet_locked'])
    expect(isPassing(code)).toBe(false)
})
