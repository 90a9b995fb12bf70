// One of the contest's tablets through a day: paired, a judge's card, station clocks with and without a network, a page
// that opens without one, and the end of its use.
import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import type { ClockDivision, StationClock } from '../src/judge/stationClock'
import { openBrowser, person, screenshot, seriousFaults, staffAPI, type Person } from './browser'
import { bestEntries, fillSheet, handIn, openSheet, sheetOf } from './judging'
import { Site } from './site'

const module = 'C'
/** The second tap of a double tap confirms nothing, so that a test has to wait as people do. */
const breath = 450

let site: Site
let browser: Browser
let tablet: Person
let organiser: Awaited<ReturnType<typeof staffAPI>>
let paired: { code: string; tablet: string }

beforeAll(async () => {
  site = await Site.start(inject('site'))
  browser = await openBrowser()
  organiser = await staffAPI(site.other, site.staff('organiser'))
  tablet = await person(browser, site.main, '/judge', 'tablet')
  await tablet.page.emulateMedia({ reducedMotion: 'reduce' }) // a button half faded in fails the check of contrast
})

afterAll(async () => {
  await browser?.close()
  await site?.stop()
})

/** The fragment of a QR code, as a camera app opens it. */
const opens = (fragment: string): Promise<string> =>
  tablet.page.evaluate((hash) => (location.hash = hash), fragment.replace('/judge', ''))

const clockOf = (code: string): Locator => tablet.page.locator(`[data-clock="${code}.${module}"]`)

/** Presses a clock's button and what is asked about it. */
async function press(code: string, act: string, confirm?: string): Promise<void> {
  await clockOf(code).locator(`[data-act=${act}]`).click()
  if (!confirm) return
  await tablet.page.getByRole('dialog').waitFor()
  await tablet.page.waitForTimeout(breath)
  await tablet.page.getByRole('dialog').locator(confirm).first().click()
}

const isState = (code: string, state: string): Promise<void> =>
  tablet.page.locator(`[data-clock="${code}.${module}"][data-state=${state}]`).waitFor()

/** A clock as the server has it. */
async function served(code: string): Promise<StationClock> {
  const answer = await tablet.page.request.get('/api/judge/clocks')
  const { divisions } = (await answer.json()) as { divisions: ClockDivision[] }
  return divisions[0]!.clocks.find((c) => c.module === module && c.code === code)!
}

it('is paired by the code of the console, once', async () => {
  const { page } = tablet
  paired = await organiser('POST', '/tablet-pairings', { number: '07', name: '七号平板', hall: '甲馆' })
  await page.getByRole('link', { name: '本机' }).click()
  await page.locator('[data-pairing=unpaired]').waitFor()
  await page.fill('input[name=pairing_code]', 'AAAA-AAAA')
  await page.getByRole('button', { name: '配对', exact: true }).click()
  await page.getByText('配对码不对').waitFor()
  expect(await seriousFaults(page)).toEqual([])
  await page.fill('input[name=pairing_code]', paired.code.replace('-', '').toLowerCase())
  await page.getByRole('button', { name: '配对', exact: true }).click()
  await page.locator('[data-pairing=paired]').waitFor()
  await page.getByText('七号平板 · 甲馆').waitFor()
  expect(await seriousFaults(page)).toEqual([])
  await screenshot(page, 'judge-own-tablet')
})

it('signs a judge in by the card and the PIN', async () => {
  const { page } = tablet
  const who = site.guide.judges[0]!
  const { items } = await organiser<{ items: { id: string; login: string }[] }>('GET', '/accounts')
  const { id } = items.find((a) => a.login === who.login)!
  const cards = await organiser<{ items: { fragment: string }[] }>('POST', '/cards', {
    accounts: [id],
    once: false,
  })
  await page.getByRole('link', { name: '去登录' }).click()
  await page.getByRole('button', { name: '裁判证登录' }).click()
  await page.fill('input[name=card]', 'no-such.card')
  await page.press('input[name=card]', 'Enter')
  await page.fill('input[name=pin]', who.password)
  await page.press('input[name=pin]', 'Enter')
  await page.getByText('这张裁判证不能在本机登录').waitFor()
  expect(await seriousFaults(page)).toEqual([])
  await opens(cards.items[0]!.fragment)
  await page.fill('input[name=pin]', who.password)
  expect(await seriousFaults(page)).toEqual([])
  await page.press('input[name=pin]', 'Enter')
  await page.getByRole('navigation', { name: '模块' }).waitFor()
  expect(page.url()).not.toContain('card')
})

it('starts, pauses, resumes and finishes the clock of a station', async () => {
  const { page } = tablet
  await page.getByRole('link', { name: '计时' }).click()
  await page.getByRole('navigation', { name: '批次' }).getByText(`模块 ${module} `).click()
  await press('A01', 'start', '[data-go]')
  await isState('A01', 'running')
  await press('A01', 'pause', '[data-reason]')
  await isState('A01', 'paused')
  expect(await seriousFaults(page)).toEqual([])
  await screenshot(page, 'judge-clocks-tablet')
  await press('A01', 'resume')
  await isState('A01', 'running')
  await press('A01', 'stop', '[data-go]')
  await clockOf('A01').getByText('用时已计入').waitFor()
  expect(await served('A01')).toMatchObject({ state: 'stopped', told: 'taken' })
})

it('goes on without a network, and the page opens without one', async () => {
  const { page, context } = tablet
  const { module_scheme: scheme } = await sheetOf(page, module, 'A03')
  await page.waitForFunction(() => !!navigator.serviceWorker.controller)
  await context.setOffline(true)
  await press('A02', 'start', '[data-go]')
  await clockOf('A02').locator('[data-waits]').waitFor()
  await page.reload()
  await clockOf('A02').locator('[data-waits]').waitFor()
  await page.waitForTimeout(2_500) // the time used that only the tablet knows
  await press('A02', 'stop', '[data-go]')
  await isState('A02', 'stopped')
  await page.getByRole('link', { name: '评分' }).click()
  await openSheet(page, module, 'A03')
  await fillSheet(page, scheme, 3)
  await handIn(page, '03')
  await page.getByText('1 份评分表在本机等待发送').waitFor()
  await page.getByRole('link', { name: /^本机/ }).click()
  await page.getByText('3 项待同步，0 份草稿').waitFor()
  expect(await seriousFaults(page)).toEqual([])
  await screenshot(page, 'judge-own-offline-tablet')
})

it('sends everything once when the network is back, and records the time that it has measured', async () => {
  const { page, context } = tablet
  await context.setOffline(false)
  await page.getByText('0 项待同步，0 份草稿').waitFor({ timeout: 30_000 })
  const view = await sheetOf(page, module, 'A03')
  expect(view).toMatchObject({ version: 1, have: 1 })
  expect(view.mine!.entries).toHaveLength(bestEntries(view.module_scheme, 3).length)
  const { state, used_ms } = await served('A02')
  expect(state).toBe('stopped')
  expect(used_ms).toBeLessThan(2_000) // both presses came at once
  await page.getByRole('link', { name: /^计时/ }).click()
  await clockOf('A02').getByRole('button', { name: '按本机计时录入' }).click()
  await page.getByRole('dialog').locator('[data-go]').click()
  await clockOf('A02').locator('[data-measured]').waitFor({ state: 'detached' })
  await page.getByText('次计时操作待同步').waitFor({ state: 'detached' })
  expect(await page.getByText('没有被采纳').count()).toBe(0)
})

it('says what to do when it is taken out of use, and can be paired again', async () => {
  const { page } = tablet
  await organiser('POST', `/tablets/${paired.tablet}/revoke`, { why: '屏幕碎裂' })
  await page.getByRole('heading', { name: '本平板已停用' }).waitFor()
  expect(await seriousFaults(page)).toEqual([])
  await page.getByRole('button', { name: '查看怎么办' }).click()
  await page.locator('[data-pairing=revoked]').waitFor()
  expect(await seriousFaults(page)).toEqual([])
  await screenshot(page, 'judge-revoked-tablet')
  const again = await organiser<{ fragment: string }>('POST', '/tablet-pairings', {
    ...{ number: '08', name: '', hall: '甲馆' },
  })
  await opens(again.fragment)
  await page.locator('[data-pairing=paired]').waitFor()
  await page.getByRole('link', { name: '本机 08 号' }).waitFor()
  expect(tablet.faults).toEqual([])
})
