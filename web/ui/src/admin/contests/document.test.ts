import { describe, expect, it } from 'vitest'
import { readDocument, shown, valueAt } from './document'

const document = { modules: [{ id: 'A', max: 10000 }], agreement: { judgement: { method: 'mean' } } }

describe('readDocument', () => {
  it('reads an object, also behind a byte order mark', () => {
    expect(readDocument('\ufeff{"id":"x"}')).toEqual({ ok: true, value: { id: 'x' } })
  })

  it('refuses what is no object', () => {
    for (const text of ['[]', '3', 'null', '"x"']) expect(readDocument(text).ok).toBe(false)
  })

  it('refuses what is no JSON', () => {
    const read = readDocument('{\n  "id": x\n}')
    expect(read.ok).toBe(false)
  })
})

describe('valueAt', () => {
  it('follows names and indexes', () => {
    expect(valueAt(document, 'modules[0].max')).toBe(10000)
    expect(valueAt(document, 'agreement.judgement.method')).toBe('mean')
    expect(valueAt(document, 'modules[4].max')).toBeUndefined()
    expect(valueAt(document, 'modules[0].max.more')).toBeUndefined()
  })
})

describe('shown', () => {
  it('is short', () => {
    expect(shown(document, 20)).toBe('{"modules":[{"id":"A…')
    expect(shown(undefined)).toBe('')
    expect(shown(null)).toBe('null')
  })
})
