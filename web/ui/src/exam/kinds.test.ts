// The models behind the answers: order, pairs, gaps, texts, parts of a case.
import { describe, expect, it } from 'vitest'
import { normal, typedText } from './answers'
import { answerText } from './answerText'
import { paired } from './matching'
import { keyPlace, moved, shownOrder } from './ordering'
import { groupsOf, htmlOf, itemsOf } from './paper'
import { openGaps, plainText } from './rich'
import type { Question, SeatPaper } from './wire'

function question(id: string, kind: Question['kind'], more: Partial<Question> = {}): Question {
  const none = { options: [], prompts: [], parts: [], figures: [], blanks: 0, max_chars: 0, markup: '' }
  return { id, kind, no: 1, stem: id, score: 100, ...none, ...more }
}

describe('order', () => {
  it.each<[string, number, number, string]>([
    ['one down', 0, 1, 'bacd'],
    ['one up', 2, 1, 'acbd'],
    ['to the end', 0, 3, 'bcda'],
    ['beyond the end', 1, 9, 'acdb'],
    ['before the start', 3, -1, 'dabc'],
    ['nowhere', 2, 2, 'abcd'],
  ])('moves %s', (_name, from, to, want) => {
    expect(moved([...'abcd'], from, to).join('')).toBe(want)
  })

  it('shows the paper until there is a whole answer', () => {
    expect(shownOrder([], ['a', 'b'])).toEqual(['a', 'b'])
    expect(shownOrder(['b', 'a'], ['a', 'b'])).toEqual(['b', 'a'])
    expect(shownOrder(['b', 'gone'], ['a', 'b'])).toEqual(['a', 'b'])
  })

  it.each<[string, KeyboardEventInit, number | undefined]>([
    ['Alt+↑', { key: 'ArrowUp', altKey: true }, 1],
    ['Alt+↓', { key: 'ArrowDown', altKey: true }, 3],
    ['a number', { key: '1', code: 'Digit1' }, 0],
    ['a number on the block', { key: '4', code: 'Numpad4' }, 3],
    ['a number too high', { key: '5', code: 'Digit5' }, undefined],
    ['Ctrl and a number', { key: '1', code: 'Digit1', ctrlKey: true }, undefined],
    ['↓ alone', { key: 'ArrowDown' }, undefined],
  ])('takes %s', (_name, press, want) => {
    expect(keyPlace(new KeyboardEvent('keydown', press), 2, 4)).toBe(want)
  })
})

it('pairs one prompt after the other, and is unanswered when the last pair is gone', () => {
  const first = paired([], 3, 1, 'x')
  expect(first).toEqual(['', 'x', ''])
  expect(paired(first, 3, 0, 'y')).toEqual(['y', 'x', ''])
  expect(paired(first, 3, 1, '')).toEqual([])
})

describe('gaps', () => {
  function open(html: string, blanks: number): { texts: string; order: number[] } {
    const root = document.createElement('div')
    root.innerHTML = html
    const gaps = openGaps(root, blanks)
    for (const gap of gaps) gap.place.textContent = `[${gap.no}]`
    return { texts: root.textContent!, order: gaps.map((g) => g.no) }
  }

  it.each<[string, string, number, string]>([
    ['in a text', '电压 {{1}} V，电流 {{2}} A', 2, '电压 [1] V，电流 [2] A'],
    ['side by side', '{{1}}{{2}}', 2, '[1][2]'],
    ['within markup', '<p>U<sub>a</sub> = {{1}}</p><table><tr><td>{{2}}</td></tr></table>', 2, 'Ua = [1][2]'],
    ['out of order', '{{2}} before {{1}}', 2, '[2] before [1]'],
    ['not in formulas', '<span class="katex">\\frac{{1}}{2}</span> is {{1}}', 1, '\\frac{{1}}{2} is [1]'],
    ['after the text when it does not mention one', 'nothing', 1, 'nothing[1]'],
    ['never more than there are', '{{1}} {{7}}', 1, '[1] '],
  ])('%s', (_name, html, blanks, want) => {
    expect(open(html, blanks).texts).toBe(want)
  })
})

it('reads markup as it is spoken', () => {
  const html =
    '<p>图 <img alt="主电路" src="/x"> 中 {{1}}</p><p><span class="katex"><span class="katex-mathml"><math><mi>U</mi><annotation>U_1</annotation></math></span><span class="katex-html">drawn</span></span></p>'
  expect(plainText(html, true, (n) => `第${n}空`)).toBe('图 主电路 中 第1空 U')
  expect(plainText('a < b &amp; {{1}}', false)).toBe('a < b &amp; ____')
})

it('takes out what pasting brings along unseen, and knows space for no answer', () => {
  expect(typedText('a\u0007b\tc\nd\u2028', true)).toBe('ab\tc\nd\u2028')
  expect(typedText('a\tb\nc', false)).toBe('a b c')
  expect([normal(['  ', '']), normal(['', 'x'])]).toEqual([[], ['', 'x']])
})

describe('paper', () => {
  const parts = [question('p1', 'single_choice', { score: 300 }), question('p2', 'essay', { score: 700 })]
  const text = { zh: '', en: '' }
  const section = (id: string, kind: Question['kind'], ...questions: Question[]) => ({
    id,
    kind,
    title: text,
    note: text,
    score_each: 1000,
    questions,
  })
  const paper: SeatPaper = {
    id: 'p',
    form: '',
    title: text,
    total: 2000,
    sections: [
      section('s1', 'fill_in', question('q1', 'fill_in', { markup: 'html', stem: '<b>x</b>' })),
      section('s2', 'case', question('c1', 'case', { parts })),
    ],
  }

  it('counts the parts of a case as questions, with their own scores', () => {
    expect(itemsOf(paper).map((i) => [i.question.id, i.shared?.id, i.score])).toEqual([
      ['q1', undefined, 100],
      ['p1', 'c1', 300],
      ['p2', 'c1', 700],
    ])
    expect(groupsOf(itemsOf(paper)).map((g) => [g.key, g.items.length])).toEqual([
      ['q1', 1],
      ['c1', 2],
    ])
  })

  it('finds the texts with markup', () => {
    expect(htmlOf(paper)).toBe('<b>x</b>')
  })
})

it('writes an earlier answer as its candidate knows it', () => {
  const options = [
    { id: 'x', text: '断电' },
    { id: 'y', text: '验电' },
  ]
  const as = (kind: Question['kind'], ...value: string[]): string =>
    answerText(question('q', kind, { options }), value)
  expect(as('multiple_choice', 'x', 'y')).toBe('A. 断电\nB. 验电')
  expect(as('ordering', 'y', 'x')).toBe('1 → 验电\n2 → 断电')
  expect(as('matching', 'y', '')).toBe('1 → B. 验电\n2 → —')
  expect(as('fill_in', '5', '')).toBe('(1) 5　(2) —')
  expect(as('essay', 'text')).toBe('text')
  expect(as('essay')).toBe('exam.state.blank') // the page's strings are not loaded here
})
