// Takes pictures of every surface at every size, with a rehearsal running, into .cache/shots. Nothing is asserted but
// that the pages come up: the pictures are for people.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, it } from 'vitest'
import {
  enterExam,
  openBrowser,
  person,
  screenshot,
  signInCandidate,
  signInLogin,
  sizes,
  staffAPI,
  type Size,
} from './browser'
import { rightLetters } from './keys'
import { bestEntries, CrowdJudge, fillSheet, openSheet, publicBoard, sheetOf } from './judging'
import { Child } from './processes'
import { binary } from './program'
import { Site } from './site'

let site: Site
let browser: Browser

beforeAll(async () => {
  site = await Site.start('embedded')
  browser = await openBrowser()
})

afterAll(async () => {
  await browser?.close()
  await site?.stop()
})

/** The page at every size, or at some. */
async function everySize(page: Page, name: string, only = Object.keys(sizes) as Size[]): Promise<void> {
  for (const size of only) {
    await page.setViewportSize(sizes[size])
    await page.waitForTimeout(600) // movements come to rest
    await screenshot(page, `${name}-${size}`)
  }
  await page.setViewportSize(sizes.pc)
}

it('home', async () => {
  const { page } = await person(browser, site.main, '/')
  await everySize(page, 'look-home')
})

it('exam', async () => {
  const { page, context } = await person(browser, site.main, '/exam')
  await everySize(page, 'look-exam-sign-in')
  await signInCandidate(page, site.guide.candidates[0]!)
  await everySize(page, 'look-exam-confirm')
  await enterExam(page)
  await page.locator('.question').waitFor()
  const letters = await rightLetters(page)
  for (let i = 0; i < 23; i++) {
    if (i % 7 !== 5) await page.keyboard.press(letters[i]!)
    if (i % 9 === 4) await page.locator('.flag').first().click()
    await page.keyboard.press('ArrowRight')
  }
  await page.keyboard.press(letters[23]!)
  await everySize(page, 'look-exam-answering')
  await page.click('[data-hand-in=open]')
  await everySize(page, 'look-exam-hand-in')
  await context.close()
})

it('judge', async () => {
  const { page, context } = await person(browser, site.main, '/judge')
  await everySize(page, 'look-judge-sign-in')
  await signInLogin(page, site.guide.judges[0]!)
  const { rows } = await publicBoard(site.main)
  const [first, second] = rows.map((row) => row.b.code)
  const wait = page.getByRole('navigation', { name: '模块' })
  await wait.waitFor()
  const list = await sheetOf(page, 'B', first!)
  for (const [i, who] of site.guide.judges.slice(1, 5).entries()) {
    const judge = await CrowdJudge.signIn(browser, site.main, who)
    await judge.submit(list, bestEntries(list.module_scheme, i === 0 ? 0 : 2))
  }
  await everySize(page, 'look-judge-list')
  await openSheet(page, 'B', second!)
  await everySize(page, 'look-judge-blank')
  await page.setViewportSize(sizes.pc)
  await fillSheet(page, list.module_scheme, 2, ['B-M1', 'B-M2', 'B-J1', 'B-L1', 'B-J2', 'B-M3'])
  await page.locator('[data-aspect="B-M2"]').evaluate((card) => card.scrollIntoView())
  await everySize(page, 'look-judge-sheet')
  await page.locator('[data-aspect="B-M4"] input[type=text]').click()
  await everySize(page, 'look-judge-pad', ['tablet', 'landscape', 'phone'])
  await page.getByRole('button', { name: '提交评分' }).click()
  await everySize(page, 'look-judge-blanks', ['tablet', 'phone'])
  await context.close()
})

it('console', async () => {
  const { page, context } = await person(browser, site.main, '/admin')
  await everySize(page, 'look-console-sign-in', ['pc', 'tablet'])
  await signInLogin(page, site.staff('organiser'))
  const api = await staffAPI(site.main, site.staff('province'))
  const first = async (path: string) =>
    encodeURIComponent((await api<{ items: { id: string }[] }>('GET', path)).items[0]!.id)
  const outline = await first('/bank/outlines')
  const { id: division } = await publicBoard(site.main)
  const pages: Record<string, string> = {
    overview: '/admin',
    outline: `/admin/bank/${outline}`,
    import: `/admin/bank/${outline}/import`,
    assemble: `/admin/bank/${outline}/assemble`,
    sitting: `/admin/sittings/${await first('/sittings')}`,
    contests: '/admin/contests',
    division: `/admin/divisions/${division}`,
    accounts: '/admin/accounts',
    proof: '/admin/proof',
  }
  await page.getByRole('heading', { level: 1 }).waitFor()
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(path)
    await page.getByRole('heading', { level: 1 }).first().waitFor()
    await everySize(page, `look-console-${name}`, ['pc', 'tablet', 'wall', 'phone'])
  }
  await context.close()
})

it('board', async () => {
  const { page, context } = await person(browser, site.main, '/board', 'wall')
  await page.locator('[data-row]').first().waitFor()
  await everySize(page, 'look-board-start')
  const crowd = new Child(binary, ['demo', '--url', site.main.url, '--crowd', '60', '--length', '60s'])
  await crowd.until(() => crowd.output.includes('running'))
  await page.locator('.rehearsal').waitFor({ timeout: 30_000 })
  await page.waitForTimeout(15_000)
  await everySize(page, 'look-board-running')
  await page.setViewportSize(sizes.wall)
  for (let i = 0; i < 6; i++) {
    await page.waitForTimeout(700)
    await screenshot(page, `look-board-moving-${i}`)
  }
  await page.keyboard.press('w')
  await everySize(page, 'look-board-wall')
  await page.keyboard.press('w')
  await page.locator('[data-row]').nth(1).click()
  await everySize(page, 'look-board-why')
  await crowd.end()
  await context.close()
})
