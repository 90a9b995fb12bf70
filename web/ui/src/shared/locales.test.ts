// Both languages of every page have the same keys and the same placeholders, and keys sit in their page's file.
import { describe, expect, it } from 'vitest'
import type { Messages } from './i18n'

const files = import.meta.glob<Messages>('../../locales/*.json', { eager: true, import: 'default' })
const pages = [
  'common',
  'home',
  'exam',
  'room',
  'judge',
  'judge_sheets', // the parts of the judge's page that come later
  'judge_hall',
  'board',
  'admin',
  'custody',
  'desk',
  'documents',
  'entries',
  'floor',
  'hall',
  'identity',
  'paper',
  'plans',
  'regulation',
  'results',
  'schemes',
  'secret',
  'sittings',
  'structure',
  'tablets',
]

function table(page: string, lang: string): Messages {
  return files[`../../locales/${page}.${lang}.json`] ?? {}
}

const placeholders = (message: string | undefined): string[] => [...(message?.match(/\{\w+\}/g) ?? [])].sort()

describe.each(pages)('strings of %s', (page) => {
  const zh = table(page, 'zh-CN')
  const en = table(page, 'en')

  it('exist', () => {
    expect(Object.keys(zh).length).toBeGreaterThan(0)
  })

  it('have the same keys in both languages', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort())
  })

  it('have the same placeholders in both languages', () => {
    for (const key of Object.keys(zh))
      expect([key, placeholders(en[key])]).toEqual([key, placeholders(zh[key])])
  })

  it('are filled and named after their page', () => {
    const name = page.split('_')[0]
    for (const [key, message] of [...Object.entries(zh), ...Object.entries(en)]) {
      expect(key).toMatch(new RegExp(`^(${name}|error${page === 'admin' ? '|import' : ''})\\.[a-z0-9_.-]+$`))
      expect(message.trim(), key).not.toBe('')
    }
  })
})
