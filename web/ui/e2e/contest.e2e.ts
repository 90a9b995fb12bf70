// Judges with tablets and the board on a wall, at the same time, against the real program.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import type { Row } from '../src/board/wire'
import type { Module } from '../src/judge/wire'
import { openBrowser, person, screenshot, seriousFaults, signInLogin, staffAPI, type Person } from './browser'
import {
  bestEntries,
  CrowdJudge,
  fillSheet,
  handIn,
  noteRowChange,
  noteText,
  openSheet,
  publicBoard,
  rowSelector,
  sheetOf,
} from './judging'
import { Site } from './site'

const kind = inject('site')
/** The second practical module: six aspects, two of them judgement. */
const module = 'C'

let site: Site
let browser: Browser
let first: Person
let second: Person
let board: Person
let scheme: Module
let works: Row[] // in the order of the empty board
const crowd: CrowdJudge[] = [] // the other three of the panel

beforeAll(async () => {
  site = await Site.start(kind)
  browser = await openBrowser()
  works = (await publicBoard(site.main)).rows
  const judges = site.guide.judges
  first = await tablet(0, 'tablet')
  second = await tablet(1, 'landscape')
  scheme = (await sheetOf(first.page, module, works[0]!.b.code)).module_scheme
  for (const who of judges.slice(2, 5)) crowd.push(await CrowdJudge.signIn(browser, site.main, who))
  board = await person(browser, site.other, '/board', 'wall')
  await board.page.locator(rowSelector(works[0]!.id)).waitFor()
})

afterAll(async () => {
  await browser?.close()
  await site?.stop()
})

/** A tablet with a judge of the panel signed in. */
async function tablet(judge: number, size: 'tablet' | 'landscape'): Promise<Person> {
  const opened = await person(browser, site.main, '/judge', size)
  await signInLogin(opened.page, site.guide.judges[judge]!)
  await opened.page.getByRole('navigation', { name: '模块' }).waitFor()
  return opened
}

/** Marks a work on a tablet and hands it in. Returns when the last tap was, ms since 1970. */
async function mark(page: Page, code: string, level: number): Promise<number> {
  await openSheet(page, module, code)
  await fillSheet(page, scheme, level)
  return handIn(page, code.slice(-2))
}

const rowText = (row: Row): Promise<string> => board.page.locator(rowSelector(row.id)).innerText()

/** The board's words about the module. */
const cell = (row: Row): Promise<string> =>
  board.page
    .locator(`${rowSelector(row.id)} .part`)
    .nth(2)
    .innerText()

const tile = (page: Page, code: string) => page.locator('[data-sheet]', { hasText: code })

it('shows a submitted mark on the board within a second', async () => {
  expect(await seriousFaults(first.page)).toEqual([])
  expect(await seriousFaults(board.page)).toEqual([])
  await screenshot(first.page, 'judge-list-tablet')
  const delays: number[] = []
  for (const work of works.slice(0, 3)) {
    const { code } = work.b
    const before = await rowText(work)
    const acked = await noteText(first.page, `${code} 模块 ${module}：服务器已收到`)
    const shown = await noteRowChange(board.page, work.id)
    const tap = await mark(first.page, code, 3)
    delays.push(Math.round((await shown()) - tap))
    await acked()
    expect(await rowText(work)).not.toBe(before)
    expect(await cell(work)).toContain('1/5')
  }
  console.log(`${kind}: on the board after the judge's tap, ms: ${delays.join(', ')}`)
  expect(Math.min(...delays)).toBeLessThan(1_000)
  await screenshot(board.page, 'board-first-marks-wall')
})

it('refuses a wrong end of the code, at the tablet and at the server', async () => {
  const work = works[3]!
  const { code } = work.b
  const before = await cell(work)
  const wrong = code.endsWith('00') ? '01' : '00'
  await openSheet(first.page, module, code)
  await fillSheet(first.page, scheme, 3)
  await handIn(first.page, wrong)
  await first.page.getByText(`“${wrong}”与本表的代码不符`).waitFor()
  expect(await seriousFaults(first.page)).toEqual([])
  await screenshot(first.page, 'judge-wrong-tail-tablet')
  await first.page.getByRole('button', { name: '返回检查' }).click()
  await first.page.getByRole('button', { name: '返回列表' }).click()
  await expect.poll(() => tile(first.page, code).innerText()).toContain('已打 6 / 6')

  const sheet = await sheetOf(first.page, module, code)
  const reply = await crowd[0]!.submit(sheet, bestEntries(scheme, 3), { tail: wrong })
  expect(reply).toMatchObject({ t: 'refused', code: 'wrong_code' })
  expect(await cell(work)).toBe(before)
})

it('stops a spread of two levels until the panel has met, and names nobody', async () => {
  const work = works[4]!
  const { code } = work.b
  const sheet = await sheetOf(first.page, module, code)
  const apart = bestEntries(scheme, 2).map((e) => (e.aspect === 'C-J1' ? { ...e, level: 1 } : e))
  await mark(first.page, code, 3)
  await mark(second.page, code, 2)
  for (const judge of crowd.slice(0, 2))
    expect(await judge.submit(sheet, bestEntries(scheme, 2))).toMatchObject({ t: 'ack' })
  await expect.poll(() => cell(work)).toContain('4/5')
  expect(await crowd[2]!.submit(sheet, apart)).toMatchObject({ t: 'ack' })

  for (const { page } of [first, second]) {
    await page.locator('.urgent', { hasText: code }).getByText('需要合议').waitFor()
    await page.locator('.urgent button', { hasText: code }).click()
    await page.getByText('裁判组评分相差 2 级，规定不超过 1 级').waitFor()
    expect(await seriousFaults(page)).toEqual([])
  }
  await expect.poll(() => cell(work)).toContain('复核')
  expect(await seriousFaults(board.page)).toEqual([])
  await screenshot(first.page, 'judge-conference-tablet')
  await screenshot(second.page, 'judge-conference-landscape')
  await screenshot(board.page, 'board-conference-wall')
  await namesNobody()

  // The first judge comes down by one level on that aspect: 2, 2, 2, 2, 1 stand within one level.
  await first.page.getByRole('button', { name: '开始重新评分' }).click()
  await fillSheet(first.page, scheme, 2, ['C-J1'])
  await handIn(first.page, code.slice(-2))
  // C-J1: mean 1.8 of 3 levels of 5.00 = 3.00; C-J2: levels 3, 2, 2, 2, 2 of 4.00 = 2.93; the rest is full: 31.00.
  await expect.poll(() => cell(work)).toBe('36.93')
  await second.page.getByText('裁判组意见一致').waitFor()
  await second.page.getByRole('button', { name: '返回列表' }).click()
  expect(await second.page.locator('.urgent').count()).toBe(0)
})

/** No page shows the name of a judge (but one's own) or of a competitor, in conference least of all. */
async function namesNobody(): Promise<void> {
  const judges = site.guide.judges.map((j) => j.name)
  const organiser = await staffAPI(site.main, site.staff('organiser'))
  const { id } = await publicBoard(site.main)
  const list = await organiser<{ items: { name: string }[] }>('GET', `/divisions/${id}/competitors`)
  expect(list.items.length).toBe(60)
  const secret = list.items.map((c) => c.name)
  for (const [open, own] of [
    [first, judges[0]],
    [second, judges[1]],
    [board, ''],
  ] as const) {
    const html = await open.page.content()
    for (const name of [...judges.filter((j) => j !== own), ...secret]) expect(html).not.toContain(name)
  }
}

it('keeps marking without a network, and hands in once', async () => {
  const [one, two] = [works[5]!, works[6]!]
  await second.context.setOffline(true)
  await mark(second.page, one.b.code, 3)
  await mark(second.page, two.b.code, 0)
  await second.page.locator('[data-link=offline]').waitFor({ timeout: 30_000 })
  await second.page.getByText('2 份评分表在本机等待发送').waitFor()
  expect(await seriousFaults(second.page)).toEqual([])
  await screenshot(second.page, 'judge-offline-landscape')
  expect(await cell(one)).not.toContain('/5')

  await second.page.reload()
  await second.page.getByText('2 份评分表在本机等待发送').waitFor()
  await second.context.setOffline(false)
  await expect.poll(() => cell(one), { timeout: 30_000 }).toContain('1/5')
  await expect.poll(() => cell(two), { timeout: 30_000 }).toContain('1/5')
  for (const [work, level] of [
    [one, 3],
    [two, 0],
  ] as const) {
    const view = await sheetOf(second.page, module, work.b.code)
    expect(view).toMatchObject({ version: 1, have: 1 })
    expect(view.mine!.entries.filter((e) => e.level !== undefined).map((e) => e.level)).toEqual([
      level,
      level,
    ])
  }
  await expect.poll(() => second.page.getByText('在本机等待发送').count()).toBe(0)
})

it('takes a sheet once that was handed in while the server was down', async () => {
  const work = works[7]!
  await site.main.kill9()
  await mark(first.page, work.b.code, 2)
  await site.main.up()
  await expect.poll(() => cell(work), { timeout: 30_000 }).toContain('1/5')
  expect(await sheetOf(first.page, module, work.b.code)).toMatchObject({ version: 1, have: 1 })
  for (const { page } of [first, second, board])
    await page.locator('[data-link=live]').waitFor({ timeout: 30_000 })
})

it('tells the first tablet when the judge signs in on a second one', async () => {
  const newer = await person(browser, site.other, '/judge', 'tablet')
  await signInLogin(newer.page, site.guide.judges[0]!)
  await first.page.getByRole('heading', { name: '已在另一台平板登录' }).waitFor({ timeout: 10_000 })
  expect(await seriousFaults(first.page)).toEqual([])
  await screenshot(first.page, 'judge-replaced-tablet')
  await newer.page.getByRole('navigation', { name: '模块' }).waitFor()
  expect(first.faults).toEqual([])
  await first.context.close()
  first = newer
})

if (kind !== 'embedded')
  it('moves on by itself after Redis lost everything', async () => {
    const work = works[8]!
    const rows = board.page.locator('[data-row]')
    const count = await rows.count()
    await site.flushRedis()
    await mark(first.page, work.b.code, 3)
    await expect.poll(() => cell(work), { timeout: 20_000 }).toContain('1/5')
    expect(await rows.count()).toBe(count)
    await board.page.locator('[data-link=live]').waitFor()
    // News for judges come again as well.
    const sheet = await sheetOf(second.page, module, work.b.code)
    expect(await crowd[0]!.submit(sheet, bestEntries(scheme, 3))).toMatchObject({ t: 'ack' })
    await first.page.getByRole('button', { name: /^全部/ }).click()
    await expect.poll(() => tile(first.page, work.b.code).innerText()).toContain('2/5')
  })

it('had no fault on any page', () => {
  expect([first, second, board].flatMap((p) => p.faults)).toEqual([])
})
