// The keys of the demonstration's questions, from the sources they are generated from: what no page ever gets.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { components } from '../src/shared/api.gen'
import { root } from './program'

const source = join(root, 'engine/demo/data/src')

type Question = components['schemas']['ExamSeatQuestion']

/** A question to answer, with what is right. Which of the last three is filled goes by the kind. */
export interface Right {
  question: Question
  /** Choice: option ids. Ordering: all of them in the right order. Matching: one for each prompt. */
  options: string[]
  /** Fill-in: the model answer of each blank. */
  blanks: string[]
  /** The reference answer of what people mark. */
  text: string
}

// The importer evens out widths and spaces; formulas and line breaks are written in several ways.
const plain = (s: string): string =>
  s
    .replace(/<[^>]*>|\$\$|\\[()]/g, '')
    .normalize('NFKC')
    .replace(/\s/g, '')
    .replace(/^[0-9]\.(?![0-9])/, '')

interface Row {
  kind: string
  answer: string
  options: string[]
  left: string[]
}

/** Stem → the row that a question came from. */
function rows(): Map<string, Row> {
  const all = new Map<string, Row>()
  const lines = (file: string): string[][] =>
    readFileSync(join(source, file), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t'))
  for (const file of readdirSync(source).filter((name) => name.startsWith('questions-')))
    for (const [, kind, stem, answer, ...options] of lines(file))
      all.set(plain(stem!), { kind: kind!, answer: answer!, options, left: [] })
  for (const [, kind, , stem, answer, ...rest] of lines('kinds.tsv'))
    all.set(plain(stem!), {
      kind: kind!,
      answer: answer!,
      options: rest.slice(0, 6),
      left: rest[6] ? rest[6].split('⏎') : [],
    })
  return all
}

/** The texts of a paper with its formulas as they were written. */
async function written(page: Page, texts: string[]): Promise<string[]> {
  return page.evaluate((list) => {
    const holder = document.createElement('template')
    return list.map((text) => {
      holder.innerHTML = text
      for (const formula of holder.content.querySelectorAll('.katex'))
        formula.replaceWith(formula.querySelector('annotation')?.textContent ?? '')
      return holder.content.textContent ?? ''
    })
  }, texts)
}

/** The questions of the signed-in candidate in the paper's order, parts of a case among them, with their keys. */
export async function rightAnswers(page: Page): Promise<Right[]> {
  const paper = (await (
    await page.request.get('/api/exam/paper')
  ).json()) as components['schemas']['ExamSeatPaper']
  const known = rows()
  const leaves = paper.sections.flatMap((s) => s.questions.flatMap((q) => (q.parts.length ? q.parts : [q])))
  return Promise.all(leaves.map((question) => rightOf(page, question, known)))
}

async function rightOf(page: Page, question: Question, known: Map<string, Row>): Promise<Right> {
  const html = question.markup === 'html'
  const read = async (texts: string[]): Promise<string[]> =>
    (html ? await written(page, texts) : texts).map(plain)
  const [stem] = await read([question.stem])
  const row = known.get(stem!)
  if (!row) throw new Error(`question ${question.no} is not in the sources: ${stem}`)
  const options = await read(question.options.map((o) => o.text))
  const prompts = await read(question.prompts.map((o) => o.text))
  const id = (text: string): string => {
    const at = options.indexOf(plain(text))
    if (at < 0) throw new Error(`question ${question.no} has no option ${text}: ${options.join(' | ')}`)
    return question.options[at]!.id
  }
  const lettered = (): string[] => [...row.answer].map((letter) => id(row.options['ABCDEF'.indexOf(letter)]!))
  const right: Right = { question, options: [], blanks: [], text: '' }
  if (row.kind === '判断') right.options = [id(row.answer === '√' ? '正确' : '错误')]
  else if (row.kind === '填空') right.blanks = row.answer.split('；').map(modelAnswer)
  else if (row.kind === '匹配') right.options = prompts.map((p) => id(partner(row, p)))
  else if (['单选', '多选', '排序'].includes(row.kind)) right.options = lettered()
  else right.text = row.answer
  return right
}

/** "220±1% V/伏@40%" → "220 V", "Aa:kW·h/kWh" → "kW·h". */
function modelAnswer(accepted: string): string {
  const [first] = accepted
    .replace(/@[0-9.]+%$/, '')
    .replace(/^Aa:/, '')
    .split(/(?<!\\)\//)
  const numeric = /^(-?[0-9.]+)±[0-9.]+%?(?: (.+))?$/.exec(first!)
  return (numeric ? `${numeric[1]} ${numeric[2] ?? ''}` : first!).replace(/\\/g, '').trim()
}

/** The right side of a prompt: written beside it, or by the letters of the answer. */
function partner(row: Row, prompt: string): string {
  const at = row.left.map(plain).indexOf(prompt)
  if (at >= 0) return row.options['ABCDEF'.indexOf(row.answer[at]!)]!
  const pair = row.options.find((o) => plain(o.split('=')[0]!) === prompt)
  if (!pair) throw new Error(`no pair for ${prompt}`)
  return pair.slice(pair.indexOf('=') + 1)
}

/** The keys on the keyboard that choose the right options. */
export function letters({ question, options }: Right): string[] {
  return question.options.flatMap((o, i) => (options.includes(o.id) ? ['abcdefgh'[i]!] : []))
}

/** The right letters of the signed-in candidate's single choice questions, in the paper's order. */
export async function rightLetters(page: Page): Promise<string[]> {
  const all = await rightAnswers(page)
  return all.filter((r) => r.question.kind === 'single_choice').map((r) => letters(r)[0]!)
}
