// Every stable code by which the server refuses has a sentence where people can meet it.
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Messages } from './i18n'

const files = import.meta.glob<Messages>('../../locales/*.zh-CN.json', { eager: true, import: 'default' })
const root = resolve(process.cwd(), '../..') // tests run in web/ui

/** Never told to people: they end a program or are an answer between parts of it. */
const unseen = ['exam_fold', 'exam_read_on', 'hall_order', 'not_an_archive', 'plan_fold', 'results_fold']

/** Pages that are not the console's. */
const others = ['home', 'exam', 'room', 'judge', 'judge_sheets', 'judge_hall', 'board']

function goFiles(dir: string): string[] {
  return readdirSync(resolve(root, dir), { withFileTypes: true }).flatMap((f) => {
    const path = `${dir}/${f.name}`
    if (f.isDirectory()) return path === 'web/ui' || f.name === 'testdata' ? [] : goFiles(path)
    return f.name.endsWith('.go') && !f.name.endsWith('_test.go') ? [path] : []
  })
}

/** The codes that the Go files below a folder make, by the file. */
function codesIn(dir: string, but: (path: string) => boolean = () => false): string[] {
  const found = goFiles(dir)
    .filter((path) => !but(path))
    .flatMap((path) =>
      [...readFileSync(resolve(root, path), 'utf8').matchAll(/fault\.New\(\s*fault\.\w+,\s*"(\w+)"/g)].map(
        (m) => m[1]!,
      ),
    )
  return [...new Set(found)].filter((code) => !unseen.includes(code)).sort()
}

/** The codes that have a sentence on a page. */
function said(on: (page: string) => boolean): Set<string> {
  const pages = Object.entries(files).filter(([path]) => on(/([a-z_]+)\.zh-CN/.exec(path)![1]!))
  return new Set(pages.flatMap(([, table]) => Object.keys(table)).filter((key) => key.startsWith('error.')))
}

const missing = (codes: string[], on: Set<string>): string[] =>
  codes.filter((code) => !on.has(`error.${code}`))

describe('sentences for the codes of the server', () => {
  it('are on a page of the console, for contests', () => {
    const codes = [
      ...codesIn('engine', (p) => p.startsWith('engine/exam/')),
      ...codesIn('scoring'),
      ...codesIn('web'),
    ]
    expect(codes.length).toBeGreaterThan(200)
    expect(
      missing(
        codes,
        said((page) => !others.includes(page)),
      ),
    ).toEqual([])
  })

  it('are on some page, for exams and questions', () => {
    expect(
      missing(
        [...codesIn('engine/exam'), ...codesIn('bank')],
        said(() => true),
      ),
    ).toEqual([])
  })
})
