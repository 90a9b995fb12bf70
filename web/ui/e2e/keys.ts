// The keys of the demonstration's questions, from the sources they are generated from: what no page ever gets.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { components } from '../src/shared/api.gen'
import { root } from './program'

const source = join(root, 'engine/demo/data/src')

// The importer evens out widths and spaces.
const plain = (s: string): string => s.normalize('NFKC').replace(/\s/g, '')

/** Stem → text of the right option, of every single choice question. */
function rightTexts(): Map<string, string> {
  const right = new Map<string, string>()
  for (const file of readdirSync(source).filter((name) => name.startsWith('questions-')))
    for (const line of readFileSync(join(source, file), 'utf8').trim().split('\n').slice(1)) {
      const [, kind, stem, answer, ...options] = line.split('\t')
      if (kind === '单选') right.set(plain(stem!), plain(options['ABCDE'.indexOf(answer!)]!))
    }
  return right
}

/** The keys on the keyboard that are right for the signed-in candidate's single choice questions, in the paper's order. */
export async function rightLetters(page: Page): Promise<string[]> {
  const paper = (await (
    await page.request.get('/api/exam/paper')
  ).json()) as components['schemas']['ExamSeatPaper']
  const right = rightTexts()
  return paper.sections
    .flatMap((section) => section.questions)
    .filter((question) => question.kind === 'single_choice')
    .map(({ stem, options }) => 'abcde'[options.findIndex((o) => plain(o.text) === right.get(plain(stem)))]!)
}
