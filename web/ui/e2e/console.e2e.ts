// An organiser at the console: a question workbook with faults, the same mended, a rehearsal, the ledger's proof.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { openBrowser, person, screenshot, seriousFaults, signInLogin, staffAPI, type Person } from './browser'
import { Site } from './site'
import { workbook } from './workbook'

let site: Site
let browser: Browser
let desk: Person
let api: Awaited<ReturnType<typeof staffAPI>>

beforeAll(async () => {
  site = await Site.start(inject('site'))
  browser = await openBrowser()
  desk = await person(browser, site.main, '/admin')
  api = await staffAPI(site.main, site.staff('province'))
})

afterAll(async () => {
  await browser?.close()
  await site?.stop()
})

const header = ['题型(必填)', '题干(必填)', '答案', '选项A', '选项B', '选项C', '选项D', '知识点一级']
const point = '电工职业守则'
const sound = ['单选题', '电工到岗后首先应（ ）。', 'B', '合闸', '核对工作票', '离岗', '拆除接地线', point]
const outside = ['单选题', '发现他人触电应（ ）。', 'E', '切断电源', '用手拉开', '泼水', '等待', point]
const unknown = ['抢答题', '安全电压为（ ）伏。', 'A', '36', '220', '380', '660', point]
const noPoint = ['判断题', '电工可以无证上岗。', '×', '', '', '', '', '没有这个鉴定点']

const upload = (name: string, rows: string[][]) => ({
  name,
  mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  buffer: workbook('三级', [header, ...rows]),
})

/** Every number of questions that the bank's list tells. */
const counts = async (): Promise<string> => JSON.stringify(await api('GET', '/bank/outlines'))

it('lets an organiser in and nobody else', async () => {
  const { page } = desk
  await signInLogin(page, { ...site.staff('organiser'), password: 'not-it' })
  await page.getByRole('alert').first().waitFor()
  expect(await seriousFaults(page)).toEqual([])
  await screenshot(page, 'console-refused-pc')
  await signInLogin(page, site.staff('organiser'))
  await page.getByRole('heading', { name: '总览', level: 1 }).waitFor()
  expect(await seriousFaults(page)).toEqual([])
  await screenshot(page, 'console-overview-pc')
})

it('shows row, column and reason of every fault, and takes nothing of the workbook', async () => {
  const { page } = desk
  const before = await counts()
  await page.getByRole('link', { name: '题库', exact: true }).click()
  await page.getByRole('link', { name: /^电工/ }).first().click()
  await page.getByRole('link', { name: '导入试题' }).click()
  await page.setInputFiles('input[type=file]', upload('wrong.xlsx', [sound, outside, unknown, noPoint]))
  await page.getByText('3 行有错误，共 3 处。整个文件暂不能入库。').waitFor()
  const row = (text: string) => page.getByRole('row').filter({ hasText: text })
  const expected = [
    ['第 3 行', 'C 列', '答案中的选项在本行不存在'],
    ['第 4 行', 'A 列', '不认识的题型“抢答题”'],
    ['第 5 行', 'H 列', '细目表中没有“没有这个鉴定点”'],
  ]
  for (const words of expected)
    for (const word of words) await row(words[0]!).getByText(word).first().waitFor()
  expect(await page.getByRole('button', { name: '确认入库' }).isDisabled()).toBe(true)
  expect(await seriousFaults(page)).toEqual([])
  await screenshot(page, 'console-import-wrong-pc')

  await page.setInputFiles('input[type=file]', {
    ...upload('broken.xlsx', []),
    buffer: Buffer.from('this is no workbook'),
  })
  await page.getByRole('alert').first().waitFor()
  await screenshot(page, 'console-import-broken-pc')
  expect(await counts()).toBe(before)
})

it('takes the mended workbook once', async () => {
  const { page } = desk
  const key = [...outside.slice(0, 2), 'A', ...outside.slice(3)]
  const mended = upload('mended.xlsx', [sound, key, ['单选题', ...unknown.slice(1)]])
  await page.setInputFiles('input[type=file]', mended)
  await page.getByText('全部 3 行均可入库。').waitFor()
  expect(await seriousFaults(page)).toEqual([])
  await page.getByRole('button', { name: '确认入库' }).click()
  expect(await seriousFaults(page)).toEqual([])
  await page.getByRole('dialog').getByRole('button', { name: '确认入库' }).click()
  await page.getByText('已入库：新增 3 条，已有 0 条。').waitFor()
  await screenshot(page, 'console-import-accepted-pc')
  const after = await counts()

  await page.setInputFiles('input[type=file]', mended)
  await page.getByText('全部 3 行库中已有，没有新内容。').waitFor()
  expect(await counts()).toBe(after)
})

it('moves the board by a rehearsal', async () => {
  const { page } = desk
  await page.getByRole('link', { name: '总览', exact: true }).click()
  await page.getByLabel('模拟考生人数').fill('12')
  await page.getByRole('button', { name: '开始演练' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '开始演练' }).click()
  const watch = page.locator('.rehearsal-card a[href^="/board"]')
  await watch.waitFor({ timeout: 30_000 })
  expect(await seriousFaults(page)).toEqual([])
  const spectator = await person(browser, site.main, (await watch.getAttribute('href'))!, 'wall')
  await spectator.page.locator('[data-row]').nth(11).waitFor()
  await spectator.page.getByText('演练').first().waitFor()
  const marked = () => spectator.page.locator('[data-row] .total').filter({ hasText: /\d/ }).count()
  const order = () =>
    spectator.page.locator('[data-row]').evaluateAll((rows) => {
      const top = (row: Element) => row.getBoundingClientRect().top
      return rows.sort((a, b) => top(a) - top(b)).map((row) => (row as HTMLElement).dataset.row)
    })
  await expect.poll(marked, { timeout: 30_000 }).toBeGreaterThan(2)
  const then = await order()
  await expect.poll(order, { timeout: 30_000 }).not.toEqual(then)
  expect(await seriousFaults(spectator.page)).toEqual([])
  await screenshot(spectator.page, 'board-rehearsal-wall')
  expect(await seriousFaults(page)).toEqual([])
  await screenshot(page, 'console-rehearsal-pc')
  expect(spectator.faults).toEqual([])
})

it('proves the ledger while it grows', async () => {
  const { page } = desk
  await page.getByRole('link', { name: '账本验证', exact: true }).click()
  await page.getByRole('button', { name: '开始验证' }).click()
  await page.getByText('全部记录完整、未改动、顺序正确。').waitFor({ timeout: 30_000 })
  expect(await page.locator('.root').innerText()).toMatch(/^[0-9a-f ]{64,}$/)
  expect(await seriousFaults(page)).toEqual([])
  await screenshot(page, 'console-proof-pc')
  expect(desk.faults).toEqual([])
})
