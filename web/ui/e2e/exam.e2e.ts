// A candidate sits the demonstration's exam in a real browser against the real program.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import {
  answerStates,
  enterExam,
  openBrowser,
  person,
  screenshot,
  seriousFaults,
  signInCandidate,
  staffAPI,
} from './browser'
import { theoryMarks } from './judging'
import { rightLetters } from './keys'
import { Site } from './site'

let site: Site
let browser: Browser

beforeAll(async () => {
  site = await Site.start(inject('site'))
  browser = await openBrowser()
})

afterAll(async () => {
  await browser?.close()
  await site?.stop()
})

it('keeps every answer over kill -9, goes on by itself, gives a receipt and the right score', async () => {
  const who = site.guide.candidates[0]!
  const { page, faults } = await person(browser, site.main, '/exam')
  await signInCandidate(page, who)
  expect(await seriousFaults(page)).toEqual([])
  await screenshot(page, 'exam-confirm-pc')
  await enterExam(page)
  await page.locator('.question').waitFor({ timeout: 60_000 })
  expect(await seriousFaults(page)).toEqual([])

  const right = await rightLetters(page)
  const wrong = right.map((letter) => (letter === 'a' ? 'b' : 'a'))
  const answer = async (from: number, to: number): Promise<void> => {
    for (let i = from; i < to; i++) {
      await page.keyboard.press(i % 3 ? right[i]! : wrong[i]!)
      await page.keyboard.press('ArrowRight')
    }
  }
  await answer(0, 10)
  await expect.poll(() => answerStates(page), { timeout: 5_000 }).toMatchObject({ saved: 10 })
  await screenshot(page, 'exam-answering-pc')

  await site.main.kill9()
  await answer(10, 15)
  await page.getByText('网络中断').waitFor({ timeout: 30_000 })
  expect(await answerStates(page)).toMatchObject({ saved: 10, pending: 5 })
  expect(await seriousFaults(page)).toEqual([])
  await screenshot(page, 'exam-offline-pc')

  await site.main.up()
  await expect.poll(() => answerStates(page), { timeout: 30_000 }).toMatchObject({ saved: 15 })
  await page.locator('[data-link=live]').waitFor()

  // What the page shows is what the server holds: a reload starts from the server's answers.
  await page.reload()
  await page.locator('.question').waitFor()
  expect(await answerStates(page)).toMatchObject({ saved: 15 })

  await page.click('[data-hand-in=open]')
  await page.click('[data-hand-in=review]')
  await page.click('[data-hand-in=confirm]')
  await page.locator('[data-receipt]').waitFor({ timeout: 20_000 })
  const code = await page.locator('[data-receipt]').textContent()
  expect(code).toMatch(/\S{6,}/)
  expect(await seriousFaults(page)).toEqual([])
  await screenshot(page, 'exam-finished-pc')
  await page.reload()
  await page.locator('[data-receipt]').waitFor()
  expect(await page.locator('[data-receipt]').textContent()).toBe(code)

  // One mark for each right answer (10 of 15) is the first theory result on the board.
  await expect.poll(() => theoryMarks(site.other), { timeout: 10_000 }).toEqual([1000])
  expect(faults).toEqual([])
})

it('moves to another seat with every answer and tells the old one', async () => {
  const who = site.guide.candidates[1]!
  const before = await person(browser, site.main, '/exam')
  await signInCandidate(before.page, who)
  await enterExam(before.page)
  await before.page.locator('.question').waitFor({ timeout: 60_000 })
  await before.page.keyboard.press('c')
  await expect.poll(() => answerStates(before.page)).toMatchObject({ saved: 1 })

  const after = await person(browser, site.other, '/exam', 'tablet')
  await signInCandidate(after.page, who)
  await enterExam(after.page)
  await before.page.getByRole('heading', { name: '考试已转到另一台机器' }).waitFor()
  await after.page.locator('.question').waitFor()
  expect(await answerStates(after.page)).toMatchObject({ saved: 1 })
  await screenshot(after.page, 'exam-answering-tablet')
  await after.page.keyboard.press('d')
  await expect.poll(() => answerStates(after.page)).toMatchObject({ saved: 1 })
  expect([...before.faults, ...after.faults]).toEqual([])
})

it('says why a sign-in is refused', async () => {
  const { page, faults } = await person(browser, site.main, '/exam', 'phone')
  await page.fill('input[name=ticket]', '0000')
  await page.fill('input[name=id_tail]', '00000X')
  await page.click('button[type=submit]')
  await page.getByText('准考证号或证件后六位不正确').waitFor()
  expect(await seriousFaults(page)).toEqual([])
  expect(faults).toEqual([])
})

it('shows extra time as soon as it is granted, with its reason', async () => {
  const who = site.guide.candidates[2]!
  const { page } = await person(browser, site.main, '/exam')
  await signInCandidate(page, who)
  await enterExam(page)
  await page.locator('.question').waitFor({ timeout: 60_000 })
  const me = (await (await page.request.get('/api/exam/me')).json()) as { sitting: { id: string } }
  const invigilator = await staffAPI(site.other, site.staff('invigilator1'))
  await invigilator('POST', `/sittings/${me.sitting.id}/grants`, {
    key: 'power-cut-1',
    kind: 'incident',
    scope: 'sitting',
    ms: 600_000,
    reason: { zh: '全场停电十分钟', en: 'Power cut of ten minutes' },
  })
  await page.getByText('已为您补时 10 分钟').waitFor()
  await page.getByText('全场停电十分钟').waitFor()
  await page.getByText('补时 10 分钟', { exact: false }).first().waitFor()
})
