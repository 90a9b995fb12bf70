import 'fake-indexeddb/auto'
import { createHash } from 'node:crypto'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { openJournal } from '../shared/journal'
import { createAccount, type Account, type AccountData } from './account'
import { journalDigest } from './digest'
import type { Given } from './wire'

const given = (question: string, seq: number, fence = 1): Given => ({
  question,
  seq,
  value: ['a'],
  flagged: false,
  mono_ms: 1,
  wall: '',
  fence,
})
const ack = (question: string, seq: number) => ({ question, seq, sha256: `sum-${question}-${seq}` })
const held = (question: string, seq: number, fence = 1) => ({
  ...given(question, seq, fence),
  ...ack(question, seq),
})
const head = (seq: number) => ({ seq, hash: 'ff' })

/** A page of the same seat: a new account over the same store. */
async function page(): Promise<Account> {
  const account = createAccount('att-1', await openJournal<AccountData>('exam-account'))
  await account.load()
  return account
}

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
})

describe('digest', () => {
  it('is the beginning of SHA-512 over the sorted lines', () => {
    const want = createHash('sha512').update('a|2|y\nb|1|x\n').digest('hex').slice(0, 64)
    expect(journalDigest(['b|1|x', 'a|2|y'])).toBe(want)
  })
})

describe('account', () => {
  it('keeps the newest acknowledged answer to each question, and how many there were', async () => {
    const account = await page()
    account.acknowledged([ack('q1', 1), ack('q2', 1)], [given('q1', 1), given('q2', 1)], head(4))
    account.acknowledged([ack('q1', 2)], [given('q1', 2)], head(5))
    account.acknowledged([ack('q1', 2)], [given('q1', 2)], head(5)) // a replay
    const j = account.journal([], journalDigest)
    expect(j.lines).toEqual(['q1|2|sum-q1-2|1', 'q2|1|sum-q2-1|1'])
    expect([j.entries, j.pending, j.head]).toEqual([3, 0, head(5)])
    expect(j.digest).toBe(journalDigest(j.lines!))
  })

  it('survives a reload, and the server cannot talk it out of an answer', async () => {
    const first = await page()
    first.acknowledged([ack('q1', 3), ack('q2', 1)], [given('q1', 3), given('q2', 1)], head(9))
    await first.settled()
    const second = await page()
    second.held([held('q1', 2)]) // q2 is lost, q1 is older there
    const j = second.journal([], journalDigest)
    expect(j.lines).toEqual(['q1|3|sum-q1-3|1', 'q2|1|sum-q2-1|1'])
    expect([j.entries, j.head]).toEqual([2, head(9)])
  })

  it('follows the candidate to another seat and back', async () => {
    const account = await page()
    account.acknowledged([ack('q1', 8)], [given('q1', 8, 1)], head(3))
    account.held([held('q1', 2, 2)])
    expect(account.journal([], journalDigest).lines).toEqual(['q1|2|sum-q1-2|2'])
  })

  it('names what the server does not have', async () => {
    const account = await page()
    account.acknowledged([ack('q1', 1)], [given('q1', 1)], head(3))
    const kept = [given('q1', 1), given('q1', 2), given('q2', 1)]
    const j = account.journal(kept, journalDigest)
    expect([j.pending, j.waiting]).toEqual([2, ['q1|2|1', 'q2|1|1']])
  })

  it('leaves the lines out where a frame cannot hold them', async () => {
    const account = await page()
    const many = Array.from({ length: 900 }, (_, i) => `question-${i}`)
    const sum = 'f'.repeat(64)
    account.acknowledged(
      many.map((question) => ({ question, seq: 1, sha256: sum })),
      [],
      head(9),
    )
    const j = account.journal([], journalDigest)
    expect(j.lines).toBeUndefined()
    expect(j.digest).toBe(journalDigest(many.map((q) => `${q}|1|${sum}`)))
  })
})
