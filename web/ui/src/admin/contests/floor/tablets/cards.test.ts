import { expect, it } from 'vitest'
import { cardState } from './cards'
import type { Card } from './shapes'

it('says what has become of a card', () => {
  const card: Card = {
    id: 'c',
    account: 'j1',
    name: '陈铭',
    once: false,
    tablet: '',
    issued: '2026-11-01T00:00:00Z',
    expires: '2026-11-02T00:00:00Z',
    used: null,
    revoked: null,
  }
  const at = Date.parse('2026-11-01T12:00:00Z')
  const of = (c: Partial<Card>, now = at) => cardState({ ...card, ...c }, now)
  expect(of({}).good).toBe(true)
  expect(of({ used: '2026-11-01T01:00:00Z' }).good).toBe(true)
  expect(of({ used: '2026-11-01T01:00:00Z', once: true }).name).toBe('used')
  expect(of({ revoked: '2026-11-01T01:00:00Z' }).name).toBe('revoked')
  expect(of({}, Date.parse('2026-11-02T00:00:00Z')).name).toBe('over')
})
