import { expect, it } from 'vitest'
import zh from '../../../../locales/documents.zh-CN.json'
import { addressOf, checkPage, endOf, fits, groups, type Certificate } from './documents'

const choice = { module: 'B', code: 'A07', version: '2', skill: '07' }
const offers = groups.flatMap((g) => g.offers)

it('asks only for what concerns a document', () => {
  const of = (key: string) =>
    addressOf(
      'd 1',
      offers.find((o) => o.key === key)!,
      choice,
    )
  expect(of('blank_sheets')).toBe('/divisions/d%201/documents/blank-sheets.pdf?module=B&code=A07')
  expect(of('report')).toBe('/divisions/d%201/documents/report.pdf?version=2')
  expect(of('ceremony_best')).toBe('/divisions/d%201/documents/ceremony/Best_of_Nation.xlsx?skill=07')
  expect(of('archive')).toBe('/divisions/d%201/documents/archive.zip')
})

it('has words for every document: name, what it is, who signs', () => {
  for (const o of offers)
    for (const part of ['name', 'what', 'signs']) expect(zh).toHaveProperty([`documents.${o.key}.${part}`])
  expect(offers.map(endOf).filter((e) => !['pdf', 'xlsx', 'zip'].includes(e))).toEqual([])
})

it('finds certificates and their check page', () => {
  const c = {
    number: 'XL-2026-001',
    recipient: '仲衡宇',
    unit: '岱阳厂',
    award_name: '一等奖',
  } as Certificate
  expect(['xl-2026', '仲', '一等', '二等'].map((w) => fits(c, w))).toEqual([true, true, true, false])
  expect(checkPage('d', c)).toBe('/verify/d/XL-2026-001?name=%E4%BB%B2%E8%A1%A1%E5%AE%87')
})
