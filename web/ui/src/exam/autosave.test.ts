import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { AnswerBook } from './answers'
import { createAutosave, type Autosave } from './autosave'

let book: AnswerBook
let autosave: Autosave
let near: boolean
let saved: string[]

/** What a candidate has in the field after each key. */
function type(...texts: string[]): void {
  for (const text of texts) autosave.type('q1', [text])
}

beforeEach(() => {
  vi.useFakeTimers()
  near = false
  saved = []
  book = new AnswerBook()
  autosave = createAutosave({
    book,
    hurry: () => near,
    save: (question) => {
      const given = book.change(question, {}, { mono_ms: 0, wall: '' })
      if (given) saved.push(given.value[0] ?? '')
    },
  })
})

afterEach(() => {
  vi.useRealTimers()
})

it('saves a second after the last key, and shows what is typed as not saved until then', () => {
  type('断')
  vi.advanceTimersByTime(900)
  type('断电')
  vi.advanceTimersByTime(999)
  expect([saved, book.state('q1'), book.value('q1'), book.unsentCount()]).toEqual([
    [],
    'pending',
    ['断电'],
    1,
  ])
  vi.advanceTimersByTime(1)
  expect(saved).toEqual(['断电'])
})

it('saves after five seconds though the candidate never stops typing', () => {
  for (let i = 1; i <= 60; i++) {
    type('a'.repeat(i))
    vi.advanceTimersByTime(100)
  }
  expect(saved).toHaveLength(1)
  expect(saved[0]!.length).toBeGreaterThanOrEqual(49)
  vi.advanceTimersByTime(1_000)
  expect(saved[1]).toBe('a'.repeat(60))
})

it('saves within a second near the end, whatever is being typed', () => {
  near = true
  for (let i = 1; i <= 25; i++) {
    type('a'.repeat(i))
    vi.advanceTimersByTime(100)
  }
  expect(saved).toHaveLength(2)
})

it('saves at once when a field, the question or the page is left', () => {
  type('x')
  autosave.type('q2', ['y'])
  autosave.flush('q1')
  expect(saved).toEqual(['x'])
  autosave.flush()
  expect(saved).toEqual(['x', 'y'])
  vi.advanceTimersByTime(10_000)
  expect(saved).toHaveLength(2)
})

it('does not save what was typed and taken back', () => {
  type('x')
  vi.advanceTimersByTime(1_000)
  type('xy', 'x')
  vi.advanceTimersByTime(1_000)
  expect(saved).toEqual(['x'])
  expect(book.drafted()).toEqual([])
})

it('keeps a draft over the server answers of a new connection', () => {
  type('my text')
  book.merge([{ question: 'q1', seq: 4, value: ['older'], flagged: false }])
  expect(book.value('q1')).toEqual(['my text'])
  vi.advanceTimersByTime(1_000)
  expect(book.unsent()[0]).toMatchObject({ seq: 5, value: ['my text'] })
})
