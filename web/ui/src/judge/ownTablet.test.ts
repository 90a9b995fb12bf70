import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createOwnTablet } from './ownTablet'

const tablet = { id: 't', number: '07', name: '七号', hall: '甲馆', paired: '2026-11-23T08:00:00Z' }
/** What the server answers; nothing: no network. */
let answer: { status: number; body: object } | undefined

beforeEach(() => {
  localStorage.clear()
  vi.stubGlobal('fetch', async () => {
    if (!answer) throw new TypeError('network')
    return Response.json(answer.body, { status: answer.status })
  })
})

describe('this tablet', () => {
  it('is not known before the server was asked', async () => {
    answer = undefined
    const own = createOwnTablet()
    await own.check()
    expect(own.state.value).toBe('unknown')
  })

  it('is remembered without a network', async () => {
    answer = { status: 200, body: tablet }
    await createOwnTablet().pair('7F3K-92QD')
    answer = undefined
    const own = createOwnTablet()
    await own.check()
    expect([own.state.value, own.tablet.value]).toEqual(['paired', tablet])
  })

  it('keeps its number when it is taken out of use, and gets another when it is paired again', async () => {
    answer = { status: 200, body: tablet }
    const own = createOwnTablet()
    await own.check()
    answer = { status: 403, body: { code: 'tablet_revoked' } }
    await own.check()
    expect([own.state.value, own.tablet.value?.number]).toEqual(['revoked', '07'])
    expect(createOwnTablet().state.value).toBe('revoked')
    answer = { status: 200, body: { ...tablet, number: '08' } }
    await own.pair('7F3K-92QD')
    expect([own.state.value, own.tablet.value?.number]).toEqual(['paired', '08'])
  })

  it('is none any more when the server knows none', async () => {
    answer = { status: 200, body: tablet }
    const own = createOwnTablet()
    await own.check()
    answer = { status: 404, body: { code: 'tablet_unpaired' } }
    await own.check()
    expect([own.state.value, own.tablet.value]).toEqual(['unpaired', undefined])
  })

  it('stays what it is when a code is refused', async () => {
    answer = { status: 404, body: { code: 'pairing_refused' } }
    const own = createOwnTablet()
    await expect(own.pair('7F3K-92QD')).rejects.toMatchObject({ code: 'pairing_refused' })
    expect(own.state.value).toBe('unknown')
  })
})
