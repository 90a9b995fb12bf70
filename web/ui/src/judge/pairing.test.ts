import { beforeEach, describe, expect, it, vi } from 'vitest'
import { cardOf, clearOpening, codeOf, pairTablet, readOpening, signInCard, thisTablet } from './pairing'

const asked: { path: string; body: unknown }[] = []
let answer: { status: number; body: unknown }

beforeEach(() => {
  asked.length = 0
  answer = { status: 200, body: {} }
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    asked.push({ path, body: init.body ? JSON.parse(init.body as string) : undefined })
    return new Response(JSON.stringify(answer.body), {
      status: answer.status,
      headers: { 'content-type': answer.status < 300 ? 'application/json' : 'application/problem+json' },
    })
  })
})

describe('openings', () => {
  it('are read from a fragment or a whole address', () => {
    expect(readOpening('#pair=7F3K-92QD')).toEqual({ kind: 'pair', code: '7F3K-92QD' })
    expect(readOpening(' https://10.0.0.2:8443/judge#card=01a2-b.Zx_y-9\n')).toEqual({
      kind: 'card',
      card: '01a2-b.Zx_y-9',
    })
  })

  it('are nothing else', () => {
    for (const text of [
      '',
      '#',
      '#A01.P',
      '#sheet/d/A01.P',
      '#pair=',
      '#pair=a b c d',
      '#card=<script>',
      'card=abcdef',
      'https://elsewhere.test/#card=abcdef',
      `#card=${'x'.repeat(201)}`,
    ])
      expect(readOpening(text), text).toBeUndefined()
  })

  it('are taken as they are scanned or typed', () => {
    for (const typed of ['7f3k-92qd', ' 7F3K92QD ', '７Ｆ３Ｋ 92QD', 'https://h/judge#pair=7F3K-92QD'])
      expect(codeOf(typed), typed).toBe('7F3K-92QD')
    for (const typed of ['', '7F3K', '7F3K-92Q!', 'https://h/judge#card=abcd.ef'])
      expect(codeOf(typed), typed).toBeUndefined()
    for (const typed of ['ab-1.c_d', ' ab-1.c_d\n', 'https://h/judge#card=ab-1.c_d'])
      expect(cardOf(typed), typed).toBe('ab-1.c_d')
    for (const typed of ['', 'abc', 'a b c d', 'https://h/judge#pair=7F3K-92QD'])
      expect(cardOf(typed), typed).toBeUndefined()
  })

  it('leave the address', () => {
    history.replaceState(null, '', '/judge?lang=en#card=secret')
    clearOpening()
    expect(location.href).toMatch(/\/judge\?lang=en$/)
  })
})

describe('pairing', () => {
  it('sends the code with the device', async () => {
    answer.body = { id: 't', number: '07', name: '', hall: '', paired: '' }
    expect(await pairTablet('7F3K-92QD')).toMatchObject({ number: '07' })
    expect(asked[0]).toMatchObject({ path: '/api/judge/pair', body: { code: '7F3K-92QD' } })
    expect((asked[0]!.body as { device: string }).device).toHaveLength(32)
  })

  it('tells a device that is none from a tablet that was taken out of use', async () => {
    answer = { status: 404, body: { code: 'tablet_unpaired' } }
    expect(await thisTablet()).toBeUndefined()
    answer = { status: 403, body: { code: 'tablet_revoked' } }
    await expect(thisTablet()).rejects.toMatchObject({ code: 'tablet_revoked' })
  })

  it('signs in by a card', async () => {
    answer.body = { id: 'j', name: '裁判', server_time: '' }
    expect(await signInCard('a.b', '271828')).toMatchObject({ id: 'j' })
    expect(asked[0]).toEqual({ path: '/api/judge/sign-in-card', body: { card: 'a.b', pin: '271828' } })
  })
})
