import { describe, expect, it } from 'vitest'
import { found, inView, isLoopback, isOrigin, isSpare, nextNumber, stateOf } from './tablets'
import type { TabletStatus } from './shapes'

const tablet = { id: 't1', number: '07', name: '焊接 3 号', hall: '1 号馆', paired: '', revoked: null }
const presence = { app: 'v1', at: '', conn: '', device: 'd', judge: 'j1', node: '', outbox: 0 }
const idle: TabletStatus = { tablet, presence: null, online: false, flags: [] }
const busy: TabletStatus = {
  tablet,
  presence: { ...presence, armed: { division: 'd', sheet: 's', code: 'A07' } },
  online: true,
  flags: ['battery'],
}
const gone: TabletStatus = {
  tablet: { ...tablet, revoked: '2026-11-01' },
  presence,
  online: false,
  flags: [],
}
const stranger: TabletStatus = { tablet: null, presence, online: true, flags: ['unpaired'] }

describe('the list', () => {
  it('puts each line into its views', () => {
    const of = (s: TabletStatus) =>
      (['use', 'online', 'look', 'spare', 'unpaired', 'revoked'] as const).filter((v) => inView(s, v))
    expect(of(idle)).toEqual(['use', 'spare'])
    expect(of(busy)).toEqual(['use', 'online', 'look'])
    expect(of(gone)).toEqual(['revoked'])
    expect(of(stranger)).toEqual(['online', 'look', 'unpaired'])
  })

  it('finds by number, judge and code', () => {
    const names = { j1: '陈铭' }
    expect([' 07', '陈', 'a07', '1 号馆', '9'].map((w) => found(busy, names, w))).toEqual([
      true,
      true,
      true,
      true,
      false,
    ])
  })

  it('says how a tablet is', () => {
    expect([idle, busy, gone].map((s) => stateOf(s).name)).toEqual(['never', 'online', 'revoked'])
    expect(stateOf({ ...busy, online: false }).name).toBe('quiet')
    expect(stateOf({ ...busy, online: false, presence: { ...presence, over: true } }).name).toBe('over')
  })

  it('takes a signed-out tablet for a spare one, but no silent one', () => {
    expect(isSpare({ ...busy, online: false, presence: { ...presence, over: true } })).toBe(true)
    expect(isSpare({ ...busy, online: false })).toBe(false)
  })
})

it('counts numbers on', () => {
  expect(['07', '09', '99', 'H-9', 'x'].map(nextNumber)).toEqual(['08', '10', '100', 'H-10', ''])
})

it('knows addresses for tablets', () => {
  expect(isOrigin('https://10.0.0.2:8443')).toBe(true)
  expect(['https://10.0.0.2/judge', 'ftp://x', 'https://u@x', ''].map(isOrigin)).toEqual([
    false,
    false,
    false,
    false,
  ])
  expect(['http://127.0.0.1:8080', 'https://localhost', 'https://10.0.0.2'].map(isLoopback)).toEqual([
    true,
    true,
    false,
  ])
})
