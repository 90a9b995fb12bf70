import { beforeEach, describe, expect, it } from 'vitest'
import { AnswerBook } from './answers'
import type { Given, Held } from './wire'

const stamp = { mono_ms: 1_000, wall: '2026-11-23T01:00:00.000Z' }
const given = (question: string, seq: number, ...value: string[]): Given => ({
  question,
  seq,
  value,
  flagged: false,
  ...stamp,
})
const held = (question: string, seq: number, ...value: string[]): Held => ({
  question,
  seq,
  value,
  flagged: false,
})

describe('AnswerBook', () => {
  let book: AnswerBook

  beforeEach(() => {
    book = new AnswerBook()
  })

  it('is saved only after the server said so', () => {
    expect(book.state('q1')).toBe('blank')
    const sent = book.change('q1', { value: ['a'] }, stamp)!
    expect(book.state('q1')).toBe('pending')
    book.acknowledge('q1', sent.seq)
    expect(book.state('q1')).toBe('saved')
  })

  it('stays pending when an older change is acknowledged', () => {
    book.change('q1', { value: ['a'] }, stamp)
    book.change('q1', { value: ['b'] }, stamp)
    book.acknowledge('q1', 1)
    expect(book.state('q1')).toBe('pending')
    expect(book.unsent()).toEqual([given('q1', 2, 'b')])
  })

  it('numbers changes upwards and leaves no-changes out', () => {
    expect(book.change('q1', { value: ['a'] }, stamp)?.seq).toBe(1)
    expect(book.change('q1', { value: ['a'] }, stamp)).toBeUndefined()
    expect(book.change('q1', { flagged: true }, stamp)).toMatchObject({ seq: 2, value: ['a'], flagged: true })
    expect(book.change('q1', { value: [] }, stamp)).toMatchObject({ seq: 3, value: [], flagged: true })
  })

  it('is blank again after an answer was taken back', () => {
    book.change('q1', { value: ['a'] }, stamp)
    book.change('q1', { value: [] }, stamp)
    book.acknowledge('q1', 2)
    expect(book.state('q1')).toBe('blank')
  })

  it('says which answer was refused until it is changed', () => {
    book.change('q1', { value: ['a'] }, stamp)
    book.refuse('q1', 1, 'unknown_option')
    expect([book.state('q1'), book.refusal('q1'), book.unsent().length]).toEqual([
      'refused',
      'unknown_option',
      0,
    ])
    book.change('q1', { value: ['a'] }, stamp)
    expect([book.state('q1'), book.unsent().length]).toEqual(['pending', 1])
  })

  it('does not let a late refusal hit a newer answer', () => {
    book.change('q1', { value: ['a'] }, stamp)
    book.change('q1', { value: ['b'] }, stamp)
    book.refuse('q1', 1, 'too_late')
    expect(book.state('q1')).toBe('pending')
  })

  describe('merge on welcome', () => {
    it.each<[string, Given[], Held[], string[], number[], string]>([
      ['takes what only the server has', [], [held('q1', 3, 'c')], ['c'], [], 'saved'],
      ['sends again what only this machine has', [given('q1', 1, 'a')], [], ['a'], [1], 'pending'],
      [
        'keeps an unsent answer that is newer',
        [given('q1', 4, 'b')],
        [held('q1', 3, 'c')],
        ['b'],
        [4],
        'pending',
      ],
      [
        'takes over what another seat changed since',
        [given('q1', 2, 'b')],
        [held('q1', 3, 'c')],
        ['c'],
        [],
        'saved',
      ],
      [
        'counts an equal seq as acknowledged',
        [given('q1', 3, 'c')],
        [held('q1', 3, 'c')],
        ['c'],
        [],
        'saved',
      ],
    ])('%s', (_name, journal, server, value, unsent, state) => {
      book.restore(journal)
      book.merge(server)
      expect(book.value('q1')).toEqual(value)
      expect(book.unsent().map((g) => g.seq)).toEqual(unsent)
      expect(book.state('q1')).toBe(state)
    })

    it.each<[string, number, number, number, number, string]>([
      ['takes what a later seat has, though its seq is lower', 1, 9, 2, 3, 'theirs'],
      ['keeps what was given at this seat, though its seq is lower', 2, 2, 1, 5, 'mine'],
      ['goes by seq at one seat', 2, 4, 2, 3, 'mine'],
      ['goes by seq at one seat, for the server', 2, 3, 2, 4, 'theirs'],
    ])('%s', (_name, fence, seq, serverFence, serverSeq, want) => {
      book.restore([{ ...given('q1', seq, 'mine'), fence }])
      book.merge([{ ...held('q1', serverSeq, 'theirs'), fence: serverFence }])
      expect(book.value('q1')).toEqual([want])
      expect(book.unsent().length).toBe(want === 'mine' ? 1 : 0)
    })

    it('goes on above every seq that was seen', () => {
      book.merge([held('q1', 7, 'a')])
      expect(book.change('q1', { value: ['b'] }, stamp)?.seq).toBe(8)
    })

    it('offers again what the server acknowledged once but no longer lists', () => {
      book.change('q1', { value: ['a'] }, stamp)
      book.acknowledge('q1', 1)
      book.merge([])
      expect(book.unsent()).toEqual([given('q1', 1, 'a')])
    })

    it('keeps marks for later', () => {
      book.merge([{ ...held('q1', 2), flagged: true }])
      expect([book.flagged('q1'), book.answered('q1'), book.state('q1')]).toEqual([true, false, 'blank'])
    })
  })
})
