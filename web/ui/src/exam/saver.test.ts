import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { openJournal, type Journal } from '../shared/journal'
import type { Frame } from '../shared/live'
import { AnswerBook } from './answers'
import { createSaver, type Saver } from './saver'
import type { Given, Held, ServerFrame } from './wire'

type Save = Frame & { n: number; answers: Given[] }

let journal: Journal<Given>
let book: AnswerBook
let saver: Saver
let online: boolean
let sent: Save[]

/** A page of the same attempt on the same machine: a new book over the same journal. */
function open(): void {
  let n = 0
  sent = []
  book = new AnswerBook()
  saver = createSaver({
    attempt: 'att-1',
    book,
    journal,
    number: () => ++n,
    stamp: () => ({ mono_ms: 5, wall: '2026-11-23T01:00:00.000Z' }),
    send: (frame) => {
      if (online) sent.push(frame as Save)
      return online
    },
  })
}

function ack(frame: Save | undefined): void {
  const answers = frame!.answers.map(({ question, seq }) => ({ question, seq }))
  saver.receive({ t: 'ack', n: frame!.n, answers, server_time: '' } as Extract<ServerFrame, { t: 'ack' }>)
}

const kept = async (): Promise<number> => (await journal.all('att-1')).length

beforeEach(async () => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  journal = await openJournal<Given>('exam')
  online = true
  open()
})

describe('saver', () => {
  it('keeps an answer on this machine before it sends it', async () => {
    const put = vi.spyOn(journal, 'put').mockImplementation(async () => {
      expect(sent).toHaveLength(0)
    })
    await saver.record('q1', { value: ['a'] })
    expect(put).toHaveBeenCalledOnce()
    expect(sent.map((f) => f.answers[0]?.value)).toEqual([['a']])
  })

  it('forgets it here once the server has it', async () => {
    await saver.record('q1', { value: ['a'] })
    expect([await kept(), book.unsentCount()]).toEqual([1, 1])
    ack(sent[0])
    await vi.waitFor(async () => expect(await kept()).toBe(0))
    expect([book.state('q1'), book.unsentCount()]).toEqual(['saved', 0])
  })

  it('sends one frame per question at a time, then only the latest choice', async () => {
    for (const option of ['a', 'b', 'c']) await saver.record('q1', { value: [option] })
    expect(sent).toHaveLength(1)
    ack(sent[0])
    expect(sent).toHaveLength(2)
    expect(sent[1]?.answers).toMatchObject([{ question: 'q1', seq: 3, value: ['c'] }])
  })

  it('grows the journal without a network and sends all of it after a reload', async () => {
    online = false
    for (let i = 1; i <= 90; i++) await saver.record(`q${i}`, { value: ['a'] })
    expect([await kept(), book.unsentCount(), sent.length]).toEqual([90, 90, 0])
    open() // reload
    online = true
    await saver.welcome([])
    expect(sent.map((f) => f.answers.length)).toEqual([40, 40, 10])
    sent.slice().forEach(ack)
    await vi.waitFor(async () => expect(await kept()).toBe(0))
    expect(book.unsentCount()).toBe(0)
  })

  it('sends again what was on its way when the connection broke', async () => {
    await saver.record('q1', { value: ['a'] })
    saver.lost()
    await saver.welcome([])
    expect(sent.map((f) => f.answers[0]?.seq)).toEqual([1, 1])
  })

  it('does not send what the server has already, and cleans its journal', async () => {
    await saver.record('q1', { value: ['a'] })
    open() // the ack was lost with the page
    const held: Held[] = [{ question: 'q1', seq: 1, value: ['a'], flagged: false }]
    await saver.welcome(held)
    expect(sent).toEqual([])
    expect(book.state('q1')).toBe('saved')
    await vi.waitFor(async () => expect(await kept()).toBe(0))
  })

  it('takes mixed replies: the good answers saved, the bad one named', async () => {
    online = false
    await saver.record('q1', { value: ['a'] })
    await saver.record('q2', { value: ['x'] })
    online = true
    saver.flush()
    const n = sent[0]!.n
    saver.receive({ t: 'ack', n, answers: [{ question: 'q1', seq: 1 }], server_time: '' })
    saver.receive({
      t: 'refused',
      n,
      code: 'answers_refused',
      answers: [{ question: 'q2', seq: 1, code: 'unknown_option' }],
    })
    expect([book.state('q1'), book.state('q2'), book.refusal('q2')]).toEqual([
      'saved',
      'refused',
      'unknown_option',
    ])
    expect(sent).toHaveLength(1)
  })

  it('tries again by itself when the server was only busy', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    await saver.record('q1', { value: ['a'] })
    saver.receive({ t: 'refused', n: sent[0]!.n, code: 'attempt_busy' })
    expect(book.state('q1')).toBe('pending')
    vi.advanceTimersByTime(2_000)
    vi.useRealTimers()
    expect(sent).toHaveLength(2)
  })

  it('says when this machine cannot keep an answer, and still sends it', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    vi.spyOn(journal, 'put').mockRejectedValue(new DOMException('full', 'QuotaExceededError'))
    await saver.record('q1', { value: ['a'] })
    expect(saver.broken.value).toBe(true)
    expect(sent).toHaveLength(1)
  })

  it('keeps frames below what the server takes, and does not send a text beyond that at all', async () => {
    online = false
    for (let i = 1; i <= 9; i++) await saver.record(`q${i}`, { value: ['字'.repeat(8_000)] })
    await saver.record('q10', { value: ['字'.repeat(25_000)] })
    online = true
    saver.flush()
    expect(sent.map((f) => f.answers.length)).toEqual([2, 2, 2, 2, 1])
    for (const frame of sent)
      expect(new TextEncoder().encode(JSON.stringify(frame)).length).toBeLessThan(64 << 10)
    expect([book.state('q10'), book.refusal('q10')]).toEqual(['refused', 'too_long'])
    expect((await journal.all('att-1')).length).toBe(10)
  })

  it('gives an answer a higher seq when another page of the attempt used its own', async () => {
    await saver.record('q1', { value: ['a'] })
    const n = sent[0]!.n
    const answers = [{ question: 'q1', seq: 1, code: 'seq_reused' }]
    saver.receive({ t: 'refused', n, code: 'seq_reused', answers })
    await vi.waitFor(() => expect(sent[1]?.answers).toMatchObject([{ question: 'q1', seq: 2, value: ['a'] }]))
  })

  it('keeps the latest signed acknowledgement of each question', async () => {
    await saver.record('q1', { value: ['a'] })
    const ack = (seq: number, sig: string) => ({ question: 'q1', seq, sig })
    const head = { seq: 5, hash: 'h' }
    saver.receive({ t: 'ack', n: sent[0]!.n, answers: [ack(1, 's1')], node: 'n1', head, server_time: '' })
    expect(saver.receipts()).toEqual({ receipts: [{ question: 'q1', seq: 1, sig: 's1', node: 'n1' }], head })
  })

  it('says where a brought back answer comes from, once', async () => {
    await saver.record('q1', { value: ['a'], restored_from: 3 })
    await saver.record('q1', { value: ['b'] })
    ack(sent[0])
    expect([sent[0]?.answers[0]?.restored_from, sent[1]?.answers[0]?.restored_from]).toEqual([3, undefined])
  })

  it('leaves frames of others alone', () => {
    expect(saver.receive({ t: 'refused', n: 99, code: 'hand_in_too_early' })).toBe(false)
  })

  it('never shows one attempt to the next candidate of the machine', async () => {
    online = false
    await saver.record('q1', { value: ['a'] })
    book = new AnswerBook()
    const next = createSaver({
      attempt: 'att-2',
      book,
      journal,
      number: () => 1,
      stamp: () => ({ mono_ms: 0, wall: '' }),
      send: () => true,
    })
    await next.welcome([])
    expect([book.answered('q1'), book.unsentCount()]).toEqual([false, 0])
  })
})
