// A candidate sits the demonstration's exam in a real browser against the real program.
import { readFile } from 'node:fs/promises'
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
  await expect.poll(() => theoryMarks(site.other), { timeout: 30_000 }).toEqual([1000])
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

it('brings an earlier answer back as a new one', async () => {
  const { page, faults } = await person(browser, site.main, '/exam')
  await signInCandidate(page, site.guide.candidates[3]!)
  await enterExam(page)
  await page.locator('.question').waitFor({ timeout: 60_000 })
  await page.keyboard.press('a')
  await expect.poll(() => answerStates(page)).toMatchObject({ saved: 1 })
  await page.keyboard.press('b')
  await expect.poll(() => answerStates(page)).toMatchObject({ saved: 1 })
  await page.click('[data-history]')
  await page.locator('[data-version="2"]').getByText('当前作答').waitFor()
  expect(await seriousFaults(page)).toEqual([])
  await screenshot(page, 'exam-history-pc')
  await page.locator('[data-version="1"] button').click()
  await page.locator('.option.on .letter').getByText('A').waitFor()
  await expect.poll(() => answerStates(page)).toMatchObject({ saved: 1 })
  await page.click('[data-history]')
  await page.locator('[data-version="3"]').getByText('当前作答').waitFor()
  expect(faults).toEqual([])
})

it('goes on in one window of a machine only', async () => {
  const { page, context } = await person(browser, site.main, '/exam')
  await signInCandidate(page, site.guide.candidates[3]!)
  await enterExam(page)
  await page.locator('.question').waitFor({ timeout: 60_000 })
  await page.keyboard.press('c')
  await expect.poll(() => answerStates(page)).toMatchObject({ saved: 1 })
  const second = await context.newPage()
  await second.goto('/exam')
  await second.getByRole('heading', { name: '本场考试已在另一个窗口打开' }).waitFor()
  expect(await seriousFaults(second)).toEqual([])
  await second.getByRole('button', { name: '改在本窗口作答' }).click()
  await second.locator('.question').waitFor()
  expect(await answerStates(second)).toMatchObject({ saved: 1 })
  await page.getByRole('heading', { name: '本场考试已在另一个窗口打开' }).waitFor()
})

it('hands the answers out as a sealed file while the server is away, and takes them from it once', async () => {
  const { page, context } = await person(browser, site.main, '/exam')
  await signInCandidate(page, site.guide.candidates[4]!)
  await enterExam(page)
  await page.locator('.question').waitFor({ timeout: 60_000 })
  const me = (await (await page.request.get('/api/exam/me')).json()) as { sitting: { id: string } }
  await page.keyboard.press('a')
  await expect.poll(() => answerStates(page)).toMatchObject({ saved: 1 })
  await site.main.kill9()
  for (const key of ['b', 'c', 'd']) {
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press(key)
  }
  await page.locator('[data-rescue]').click({ timeout: 50_000 })
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('[data-rescue-save]')])
  const file = await readFile(await download.path())
  await page.locator('[data-rescue-file]').waitFor()
  expect(await seriousFaults(page)).toEqual([])
  await screenshot(page, 'exam-rescue-pc')
  expect(await answerStates(page)).toMatchObject({ saved: 1, pending: 3 })
  await page.evaluate(() => indexedDB.deleteDatabase('xinglu-exam')) // the machine is lost with all it kept
  await page.goto('about:blank')
  await site.main.up()

  const invigilator = await staffAPI(site.other, site.staff('invigilator1'))
  const bring = () => {
    const form = new FormData()
    form.set('file', new Blob([file]), 'rescue.json')
    return invigilator<{ taken: number; known: number; late: number }>(
      'POST',
      `/sittings/${me.sitting.id}/rescue`,
      form,
    )
  }
  expect(await bring()).toMatchObject({ taken: 3, known: 0 })
  expect(await bring()).toMatchObject({ taken: 0, known: 3 })
  await page.goto('/exam')
  await page.locator('.question').waitFor()
  expect(await answerStates(page)).toMatchObject({ saved: 4 })
  await context.close()
})
