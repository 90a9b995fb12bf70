// Every kind of question in a real browser against the real program: at 200 % text, by the keyboard alone.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import {
  answerStates,
  browserOptions,
  enterByKeys,
  enterExam,
  openBrowser,
  person,
  screenshot,
  seriousFaults,
  signInCandidate,
  sizes,
  staffAPI,
  tabTo,
} from './browser'
import type { components } from '../src/shared/api.gen'
import { letters, rightAnswers, type Right } from './keys'
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

async function order(page: Page, right: Right): Promise<void> {
  const shown = (): Promise<string[]> =>
    page
      .locator('.question.current li[data-option]')
      .evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset.option!))
  const focused = (): Promise<number> =>
    page.evaluate(() =>
      [...document.querySelectorAll('.question.current .handle')].indexOf(document.activeElement!),
    )
  for (const [place, id] of right.options.entries()) {
    const from = (await shown()).indexOf(id)
    for (let at = await focused(); at !== from; at = await focused())
      await page.keyboard.press(at < from ? 'ArrowDown' : 'ArrowUp')
    if (place % 2) for (let at = from; at > place; at--) await page.keyboard.press('Alt+ArrowUp')
    else await page.keyboard.press(String(place + 1))
    await expect.poll(shown).toEqual(expect.arrayContaining([id]))
    expect((await shown())[place]).toBe(id)
  }
}

/** Answers the question in front without a mouse, and goes on. */
async function answer(page: Page, right: Right): Promise<void> {
  const { question, blanks, text } = right
  await page.locator(`#q-${question.id}`).waitFor()
  if (question.kind.endsWith('choice') || question.kind === 'true_false') {
    for (const letter of letters(right)) await page.keyboard.press(letter)
  } else {
    await page
      .locator(`#q-${question.id} [data-answer] :is(input, textarea, select, .handle)`)
      .first()
      .waitFor()
    await page.keyboard.press('Enter')
  }
  if (question.kind === 'ordering') await order(page, right)
  for (const [i, blank] of blanks.entries()) {
    await tabTo(page, `.question.current .gap:nth-of-type(n) input[aria-label^="第 ${i + 1} 空"]`)
    await page.keyboard.type(blank)
  }
  if (question.kind === 'matching')
    for (const [i, option] of right.options.entries()) {
      await tabTo(page, `#pair-${question.id}-${i}`)
      await page.keyboard.press('abcdefgh'[question.options.findIndex((o) => o.id === option)]!)
    }
  if (text) await page.keyboard.type(text.slice(0, 60))
  await page.keyboard.press('Escape')
  await page.keyboard.press('ArrowRight')
}

it('is completed and handed in at 200 % text by the keyboard alone, every kind of question', async () => {
  const { page, faults } = await person(browser, site.main, '/exam')
  await enterByKeys(page, site.guide.allKinds[0]!)
  await page.locator('.question').waitFor({ timeout: 60_000 })
  await tabTo(page, '[aria-label^="A+"]', 80)
  for (let i = 0; i < 4; i++) await page.keyboard.press('Enter')
  await page.locator('[data-scale]').getByText('200%').waitFor()
  const me = (await (await page.request.get('/api/exam/me')).json()) as components['schemas']['ExamMe']
  const all = await rightAnswers(page)
  expect(new Set(all.map((r) => r.question.kind)).size).toBe(9)

  await page.reload() // no focus anywhere, as after a click beside everything
  await page.locator('.question').waitFor()
  for (const right of all) {
    await answer(page, right)
    if (right.question.no % 4 === 0) expect(await seriousFaults(page)).toEqual([])
  }
  await expect.poll(() => answerStates(page), { timeout: 15_000 }).toEqual({ saved: all.length })
  await screenshot(page, 'kinds-end-200')

  // What the server holds is what is right: a reload starts from it.
  const frames: string[] = []
  page.on('websocket', (ws) => ws.on('framereceived', (f) => frames.push(String(f.payload))))
  await page.reload()
  await page.locator('.question').waitFor()
  const welcome = JSON.parse(frames.find((f) => f.includes('"welcome"'))!) as {
    answers: { question: string; value: string[] }[]
  }
  const held = new Map(welcome.answers.map((a) => [a.question, a.value]))
  for (const { question, options, blanks, text } of all) {
    const value = held.get(question.id)!
    if (question.kind === 'multiple_choice') expect([...value].sort()).toEqual([...options].sort())
    else if (text) expect(value).toEqual([text.slice(0, 60)])
    else expect(value).toEqual(options.length > 0 ? options : blanks)
  }

  await tabTo(page, '[data-sheet]', 80)
  await page.keyboard.press('Enter')
  await tabTo(page, '[data-hand-in=open]', 60)
  await page.keyboard.press('Enter')
  await tabTo(page, '[data-hand-in=review]')
  await page.keyboard.press('Enter')
  await tabTo(page, '[data-hand-in=confirm]')
  await page.keyboard.press('Enter')
  await page.locator('[data-receipt]').waitFor({ timeout: 20_000 })
  await page.getByText(`已作答 ${all.length} 题，共 ${all.length} 题`).waitFor()
  expect(await seriousFaults(page)).toEqual([])
  expect(faults).toEqual([])

  // Full marks for everything that a machine marks; texts wait for people.
  const organiser = await staffAPI(site.other, site.staff('organiser'))
  const list = await organiser<components['schemas']['ResultsList']>(
    'GET',
    `/sittings/${me.sitting.id}/results`,
  )
  const result = list.rows.find((row) => row.attempt === me.attempt.id)!
  const sum = (some: Right[]): number => some.reduce((total, r) => total + r.question.score, 0)
  expect(result.score).toEqual({ state: 'value', marks: sum(all.filter((r) => !r.text)) })
  expect(result.to_mark).toBe(sum(all.filter((r) => r.text)))
})

/** The process of the browser that works on a profile. */
function browserProcess(profile: string): number {
  const found = readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      return command.includes(profile) && !command.includes('--type=')
    } catch {
      return false // it ended just now
    }
  })
  return Number(found[0])
}

it('has the text after the browser was killed in the middle of a sentence', async () => {
  const profile = mkdtempSync(join(tmpdir(), 'xinglu-profile-'))
  const options = { ...browserOptions(), viewport: sizes.pc, baseURL: site.main.url, locale: 'zh-CN' }
  const start = async () => {
    const context = await chromium.launchPersistentContext(profile, options)
    context.setDefaultTimeout(15_000)
    const page = context.pages()[0] ?? (await context.newPage())
    await page.goto('/exam')
    return { context, page }
  }
  const who = site.guide.allKinds[1]! // a restart prints tickets that are still free
  const before = await start()
  await signInCandidate(before.page, who)
  await enterExam(before.page)
  await before.page.locator('.question').waitFor({ timeout: 60_000 })
  const all = await rightAnswers(before.page)
  const essay = all.find((r) => r.question.kind === 'essay')!
  await before.page.locator(`.sheet [data-question="${essay.question.no}"]`).click()
  await before.page.locator('textarea').click()
  const sentence = '先断开电源并验明确无电压，再装设接地线，'
  await before.page.keyboard.type(sentence)
  await before.page.waitForTimeout(1_500) // a pause to think
  await site.main.kill9()
  await before.page.keyboard.type('最后悬挂标示牌。') // the network is gone too: only the journal has it
  await before.page.waitForTimeout(1_500)
  process.kill(browserProcess(profile), 'SIGKILL')
  await before.context.close().catch(() => {})

  await site.main.up()
  const after = await start() // the login died with the browser, as session cookies do
  await signInCandidate(after.page, who)
  await enterExam(after.page)
  await after.page.locator('.question').waitFor()
  await after.page.locator(`.sheet [data-question="${essay.question.no}"]`).click()
  expect(await after.page.locator('textarea').inputValue()).toBe(`${sentence}最后悬挂标示牌。`)
  await expect.poll(() => answerStates(after.page)).toMatchObject({ saved: 1 })
  await after.context.close()
  rmSync(profile, { recursive: true, force: true })
})

it('stands still in a pause, shows announcements, and goes on', async () => {
  const { page, faults } = await person(browser, site.main, '/exam')
  await signInCandidate(page, site.guide.allKinds[2]!)
  await enterExam(page)
  await page.locator('.question').waitFor({ timeout: 60_000 })
  const me = (await (await page.request.get('/api/exam/me')).json()) as { sitting: { id: string } }
  const invigilator = await staffAPI(site.other, site.staff('invigilator1'))
  const sitting = `/sittings/${me.sitting.id}`
  const say = (key: string, level: string, zh: string) =>
    invigilator('POST', `${sitting}/announcements`, { key, scope: 'sitting', level, text: { zh, en: zh } })

  await say('a1', 'info', '饮水点设在三楼东侧。')
  await page.getByText('饮水点设在三楼东侧。').waitFor()
  await say('a2', 'important', '第 20 题的控制角以试卷为准。')
  await page.getByRole('button', { name: '我已知晓' }).waitFor()
  expect(await seriousFaults(page)).toEqual([])
  await screenshot(page, 'exam-announcement-pc')
  await page.getByRole('button', { name: '我已知晓' }).click()

  const { seq } = await invigilator<{ seq: number }>('POST', `${sitting}/pauses`, {
    key: 'p1',
    kind: 'incident',
    scope: 'sitting',
    reason: { zh: '配电房检修', en: 'Work on the mains' },
  })
  await page.locator('[data-paused]').getByText('配电房检修').waitFor()
  expect(await seriousFaults(page)).toEqual([])
  await screenshot(page, 'exam-paused-pc')
  await page.keyboard.press('a') // nothing can be answered in a pause
  const clock = (): Promise<string | null> => page.locator('[data-remaining]').textContent()
  const stood = await clock()
  await page.waitForTimeout(2_500)
  expect(await clock()).toBe(stood)
  await page.reload()
  await page.locator('[data-paused]').getByText('配电房检修').waitFor()
  await invigilator('POST', `${sitting}/pauses/${seq}/resume`, {})
  await page.locator('[data-paused]').waitFor({ state: 'detached' })
  expect(await answerStates(page)).toEqual({ blank: 25 })
  await page.keyboard.press('a')
  await expect.poll(() => answerStates(page)).toMatchObject({ saved: 1 })
  await page.getByRole('button', { name: /考场通知/ }).click()
  await page.getByText('第 20 题的控制角以试卷为准。').waitFor()
  expect(faults).toEqual([])
})
