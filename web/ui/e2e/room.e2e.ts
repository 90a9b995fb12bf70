// A day in the exam room with everybody at their own screen: invigilators, candidates, custodians, organiser, chief.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest'
import {
  answerStates,
  enterExam,
  openBrowser,
  person,
  screenshot,
  seriousFaults,
  signInCandidate,
  signInLogin,
  type Person,
} from './browser'
import { letters, rightAnswers, type Right } from './keys'
import { Site } from './site'

let site: Site
let browser: Browser
const people: Person[] = []
let desk: Page // the invigilator's
let first: Page // a candidate's
let papers: Right[] // of the first candidate

beforeAll(async () => {
  site = await Site.start(inject('site'))
  browser = await openBrowser()
})

afterAll(async () => {
  await browser?.close()
  await site?.stop()
})

afterEach(async (context) => {
  if (context.task.result?.state !== 'fail') return
  for (const [i, { page }] of people.entries()) await screenshot(page, `room-failed-${i}`)
})

/** A member of staff with an own browser, at the other node where there is one. */
async function staff(login: string, path = '/admin'): Promise<Page> {
  const opened = await person(browser, site.other, path)
  people.push(opened)
  await signInLogin(opened.page, site.staff(login))
  await opened.page.getByRole('heading', { level: 1 }).first().waitFor()
  return opened.page
}

/** A candidate at the paper. */
async function seat(n: number): Promise<Page> {
  const opened = await person(browser, site.main, '/exam')
  people.push(opened)
  await signInCandidate(opened.page, site.guide.allKinds[n]!)
  await enterExam(opened.page)
  await opened.page.locator('.question').waitFor({ timeout: 60_000 })
  return opened.page
}

/** Confirms an important announcement. */
const confirm = (page: Page) => page.getByRole('button', { name: '我已知晓' }).click()

/** Nothing is wrong with the page as it stands, and a picture of it. */
async function look(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(350) // movements come to rest
  expect.soft(await seriousFaults(page)).toEqual([])
  await screenshot(page, `room-${name}-pc`)
}

const dialog = (page: Page) => page.getByRole('dialog')
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).last().click()
const pressIn = (page: Page, name: string) =>
  dialog(page).getByRole('button', { name, exact: true }).last().click()
const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true }).click()
const cell = (page: Page, n: number) =>
  page.locator('[data-seat]').filter({ hasText: site.guide.allKinds[n]!.name })
const openSitting = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('link', { name: '考试场次', exact: true }).first().click()
  await page.getByRole('link', { name }).first().click()
  await page.getByRole('heading', { name, level: 1 }).waitFor()
}
/** Chooses an option of a list that opens below its field. */
async function choose(page: Page, label: string, option: string | RegExp): Promise<void> {
  await page.getByRole('combobox', { name: label }).last().click({ force: true })
  await page.getByRole('option', { name: option }).locator('visible=true').first().click()
}

const sittingName = '全题型理论知识考试（演示场次）'

it('shows the room live to its invigilator', async () => {
  desk = await staff('invigilator1')
  await openSitting(desk, sittingName)
  await desk.locator('[data-live=live]').waitFor()
  await expect.poll(() => cell(desk, 0).innerText()).toContain('未到')
  first = await seat(0)
  papers = await rightAnswers(first)
  await expect.poll(() => cell(desk, 0).innerText()).toContain('答题中')
  for (let i = 0; i < 3; i++) {
    await first.keyboard.press(letters(papers[i]!)[0]!)
    await first.keyboard.press('ArrowRight')
  }
  await expect.poll(() => cell(desk, 0).innerText()).toContain('3/')
  await look(desk, 'live')
  await cell(desk, 0).click()
  await dialog(desk).getByText('连接良好').waitFor()
  await dialog(desk).getByText('尚未核验').waitFor()
  await look(desk, 'seat')
})

it('grants ten minutes to one seat and sees that it was noticed', async () => {
  await pressIn(desk, '补时')
  await dialog(desk).getByText('1 名未交卷考生各增加 10 分钟').waitFor()
  await pressIn(desk, '计算机故障，更换机位')
  await look(desk, 'grant')
  await pressIn(desk, '确认补时')
  await first.getByText('已为您补时 10 分钟').waitFor()
  await first.getByText('计算机故障，更换机位').waitFor()
  await look(first, 'granted')
  await first.getByRole('button', { name: '知道了' }).click()
  await cell(desk, 0).click()
  await dialog(desk).getByText('考生已确认收到').waitFor()
  await dialog(desk).getByText('含补时', { exact: false }).waitFor()
  await look(desk, 'noted')
})

it('stops one clock and lets it go on', async () => {
  await pressIn(desk, '暂停')
  await dialog(desk).getByLabel('原因').fill('考生身体不适')
  await look(desk, 'pause')
  await pressIn(desk, '暂停计时')
  await first.locator('[data-paused]').getByText('考生身体不适').waitFor()
  await desk.getByText('考生身体不适').waitFor()
  await expect.poll(() => cell(desk, 0).innerText()).toContain('暂停')
  await look(desk, 'paused')
  await press(desk, '恢复计时')
  await look(desk, 'resume')
  await pressIn(desk, '恢复计时')
  await first.locator('[data-paused]').waitFor({ state: 'detached' })
  await expect.poll(() => cell(desk, 0).innerText()).toContain('答题中')
  await desk.getByText('考生身体不适').waitFor({ state: 'detached' })
})

it('announces something that has to be confirmed', async () => {
  await press(desk, '发通知')
  await desk.getByText('重要：考生须在屏幕上确认').click()
  await dialog(desk).getByLabel('通知内容').fill('第 3 题图中开关为断开状态。')
  await look(desk, 'announce')
  await pressIn(desk, '发出')
  await first.getByText('第 3 题图中开关为断开状态。').waitFor()
  await expect.poll(() => cell(desk, 0).innerText()).toContain('未确认通知')
  await look(desk, 'unconfirmed')
  await first.getByRole('button', { name: '我已知晓' }).click()
  await expect.poll(() => cell(desk, 0).innerText()).not.toContain('未确认通知')
})

it('checks identity', async () => {
  await cell(desk, 0).click()
  await pressIn(desk, '核验身份')
  await look(desk, 'identity')
  await pressIn(desk, '核验身份')
  await dialog(desk).getByText('相符（人工核对证件）').waitFor()
  await press(desk, '关闭')
})

it('moves a candidate to a spare seat with every answer', async () => {
  await cell(desk, 0).click()
  await pressIn(desk, '更换机位')
  const spare = dialog(desk).locator('option', { hasText: '备用' }).first()
  await dialog(desk)
    .getByLabel('新机位')
    .selectOption((await spare.getAttribute('value'))!)
  await dialog(desk).getByLabel('原因').fill('鼠标损坏')
  await look(desk, 'move')
  await pressIn(desk, '更换机位')
  await first.getByRole('heading', { name: '考试已转到另一台机器' }).waitFor()
  await look(first, 'replaced')
  await look(desk, 'moved')
  await press(desk, '关闭')
  first = await seat(0)
  await confirm(first) // at a new seat what was said is shown once more
  await expect.poll(() => answerStates(first)).toMatchObject({ saved: 3 })
})

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

it('records an incident and a misconduct, which another one signs', async () => {
  await tab(desk, '情况记录')
  await press(desk, '记录情况')
  await desk.getByLabel('情况', { exact: true }).fill('14 号机鼠标失灵，已更换备用机位。')
  await desk.setInputFiles('input[type=file]', { name: '鼠标.png', mimeType: 'image/png', buffer: png })
  await dialog(desk).getByText('鼠标.png').waitFor()
  await look(desk, 'incident')
  await pressIn(desk, '记录并签名')
  await desk.getByText('14 号机鼠标失灵').waitFor()

  await press(desk, '记录情况')
  await dialog(desk).getByText('违纪违规').click()
  await choose(desk, '考生', new RegExp(site.guide.allKinds[1]!.name))
  await dialog(desk).locator('input[name=tier]').first().check()
  await dialog(desk).getByText('拒签', { exact: true }).click()
  await desk.getByLabel('情况', { exact: true }).fill('携带手机进入考场，当场收缴。')
  await look(desk, 'misconduct')
  await pressIn(desk, '记录并签名')
  await desk.getByText('携带手机进入考场').waitFor()
  await look(desk, 'incidents')

  const second = await staff('invigilator2')
  await openSitting(second, sittingName)
  await tab(second, '情况记录')
  const record = second.locator('article').filter({ hasText: '携带手机' })
  await record.getByRole('button', { name: '签名确认' }).click()
  await look(second, 'sign')
  await pressIn(second, '签名确认')
  await record.getByText('两人已签名').waitFor()
  await look(second, 'signed')
  const opened = await second.request.get(
    (await second.getByRole('link', { name: '鼠标.png' }).getAttribute('href'))!,
  )
  expect(await opened.body()).toEqual(png)
})

it('marks absentees and ends the sitting', async () => {
  const other = await seat(1)
  await confirm(other) // what was said before counts for who comes late
  for (const right of await rightAnswers(other)) {
    if (right.question.kind !== 'single_choice') continue
    await other.locator(`.sheet [data-question="${right.question.no}"]`).click()
    await other.keyboard.press(letters(right)[0]!)
  }
  await expect.poll(() => answerStates(other)).toMatchObject({ saved: 5 })
  await tab(desk, '考场实况')
  await press(desk, '登记缺考')
  await look(desk, 'absentees')
  await pressIn(desk, '登记缺考')
  await expect.poll(() => desk.locator('[data-seat]', { hasText: '缺考' }).count()).toBe(6)
  await look(desk, 'absent')
  await handIn(first)
  await handIn(other)
  await expect.poll(() => desk.locator('[data-seat]', { hasText: '已评分' }).count()).toBe(2)
  await look(desk, 'handed-in')
})

async function handIn(page: Page): Promise<void> {
  await page.click('[data-hand-in=open]')
  await page.click('[data-hand-in=review]').catch(() => {})
  await page.click('[data-hand-in=confirm]')
  await page.locator('[data-receipt]').waitFor({ timeout: 20_000 })
}

/** A sound ID number of nobody. */
function idNumber(n: number): string {
  const digits = `37010219900307${String(100 + n)}`
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  const sum = weights.reduce((all, w, i) => all + w * Number(digits[i]), 0)
  return digits + '10X98765432'[sum % 11]
}

/** Fills a field of the planner with the time that is ms from now, in the official zone, 8 h ahead. */
async function time(page: Page, label: string, ms: number): Promise<void> {
  const field = page.getByRole('combobox', { name: label })
  await field.fill(new Date(Date.now() + 8 * 3_600_000 + ms).toISOString().slice(0, 16).replace('T', ' '))
  await field.press('Enter')
}

it('plans a sitting with the rules and rooms of an earlier one, and gives a locked browser its settings', async () => {
  const organiser = await staff('organiser')
  await organiser.getByRole('link', { name: '考试场次', exact: true }).first().click()
  await organiser.getByRole('link', { name: '安排场次' }).first().click()
  await choose(organiser, '沿用已有场次', new RegExp(sittingName))
  await organiser.getByText('已填入该场次的全部规则和考点').waitFor()
  expect(await organiser.getByLabel('规则版本').inputValue()).toBe('demo-1')
  await choose(organiser, '试卷', /电工（三级\/高级工）理论知识试卷 /)
  await organiser.keyboard.press('Escape')

  // The earlier paper had ten sections, this one has three: said before it is too late, and mended.
  const grading = organiser.locator('[data-group=grading]')
  await grading.getByText('含有所选试卷没有的大题').waitFor()
  expect(await organiser.getByRole('button', { name: '建立场次' }).isDisabled()).toBe(true)
  await look(organiser, 'planner-unfit')
  await grading.getByRole('button', { name: '按试卷重设' }).click()
  await grading.getByText('含有所选试卷没有的大题').waitFor({ state: 'detached' })
  expect(await grading.getByRole('spinbutton', { name: '合格线（占满分）' }).inputValue()).toBe('60')

  // A key that is none is refused by the server, and said at its field.
  const lockdown = organiser.locator('[data-group=lockdown]')
  await lockdown.locator('summary').press('Enter')
  await lockdown.getByText('必须使用考试浏览器').last().click()
  await lockdown.getByLabel('退出口令').fill('监考 2026')
  await lockdown.getByLabel('准许的浏览器考试密钥').fill('not a key')
  await organiser.getByLabel('场次名称（中文）').fill(lockedName)
  // The earlier one is in the same seats for a day.
  await time(organiser, '场次结束', 3 * 86_400_000 + 3 * 3_600_000)
  await time(organiser, '计划开考', 3 * 86_400_000)
  await organiser.getByRole('spinbutton', { name: '每排机位' }).first().fill('6')
  await organiser.keyboard.press('Tab')
  await press(organiser, '建立场次')
  await lockdown.getByText('密钥应为 64 位小写十六进制').waitFor()
  await organiser.getByRole('alert').getByText('准许的浏览器考试密钥').waitFor()
  await look(organiser, 'planner-refused')
  await lockdown.getByLabel('准许的浏览器考试密钥').fill('')

  // What was entered is not lost by a click beside the form.
  await organiser.getByRole('link', { name: '总览', exact: true }).first().click()
  await dialog(organiser).getByText('填写的内容还没有保存', { exact: false }).waitFor()
  await look(organiser, 'planner-leave')
  await pressIn(organiser, '留在此页')
  await press(organiser, '建立场次')
  await organiser.getByRole('heading', { name: lockedName, level: 1 }).waitFor()

  await tab(organiser, '考试浏览器')
  await organiser.locator('[data-lockdown]').getByText('必须使用考试浏览器').waitFor()
  await look(organiser, 'lockdown')
  expect(await sebFile(organiser)).toBe('plnd')
  await organiser.getByLabel('打开口令').fill('考场')
  expect(await sebFile(organiser)).toBe('pswd')
})

const lockedName = '座位编排试验场次'

/** Downloads the settings; the four letters that say how they are packed. */
async function sebFile(page: Page): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent('download'), press(page, '下载 .seb 文件')])
  expect(file.suggestedFilename()).toMatch(/\.seb$/)
  return gunzipSync(readFileSync((await file.path())!))
    .subarray(0, 4)
    .toString()
}

it('shows who sits where, swaps two seats by the keyboard, takes it back, and holds the seal', async () => {
  const organiser = await staff('organiser')
  await openSitting(organiser, lockedName)
  const units = ['甲厂', '甲厂', '甲厂', '乙厂']
  const list = ['甘棠', '虞舟', '素明', '岳舒'].map((who, i) =>
    [who, units[i], '居民身份证', idNumber(200 + i), '', '', i ? '' : '大字号'].join('\t'),
  )
  await organiser.getByLabel('粘贴名单').fill(list.join('\n'))
  await press(organiser, '登记 4 人')
  await tab(organiser, '座位编排')
  const state = organiser.locator('.head')
  await state.getByText('未定稿').waitFor()
  const pairs = (): Promise<string> => state.getByText(/同单位相邻 \d+ 对/).innerText()
  const before = await pairs()
  expect(before).not.toContain(' 0 对')
  await look(organiser, 'arrangement')

  // One of a pair, and a free seat in the next row but one, without a mouse.
  await organiser.locator('[data-clashes] li button').first().press('Enter')
  await organiser.getByText('再选一个机位').waitFor()
  await organiser.locator('[data-seat]').first().focus()
  for (const key of ['ArrowDown', 'ArrowDown', 'End', 'Space']) await organiser.keyboard.press(key)
  await look(organiser, 'swap-picked')
  await organiser.getByRole('button', { name: '调换…' }).press('Enter')
  await dialog(organiser).getByText('同单位相邻由', { exact: false }).waitFor()
  await dialog(organiser).getByLabel('原因').fill('同单位分开')
  await look(organiser, 'swap')
  await pressIn(organiser, '调换')
  await expect.poll(pairs).not.toBe(before)
  await organiser.getByRole('row', { name: '同单位分开' }).getByText('有效').waitFor()
  await look(organiser, 'swapped')

  await organiser.getByRole('button', { name: '撤销第 1 次调换' }).click()
  await dialog(organiser).getByLabel('原因').fill('另有安排')
  await pressIn(organiser, '撤销')
  await expect.poll(pairs).toBe(before)
  await organiser.getByRole('row', { name: '同单位分开' }).getByText('已撤销').waitFor()

  await press(organiser, '编排座位与试卷')
  await pressIn(organiser, '编排座位与试卷')
  await tab(organiser, '座位编排')
  await state.getByText('与定稿时封存的一致').waitFor()
  await look(organiser, 'arrangement-sealed')
  expect(await organiser.getByRole('button', { name: '调换…' }).count()).toBe(0)
})

it('keeps papers sealed until two custodians release them', async () => {
  const organiser = await staff('organiser')
  await organiser.getByRole('link', { name: '考试场次', exact: true }).first().click()
  await organiser.getByRole('link', { name: '安排场次' }).first().click()
  await choose(organiser, '试卷', /电工（三级\/高级工）理论知识试卷 /)
  await organiser.keyboard.press('Escape')
  const name = '启封试验场次'
  await organiser.getByLabel('场次名称（中文）').fill(name)
  await time(organiser, '计划开考', 0)
  await time(organiser, '场次结束', 5 * 3_600_000)
  await organiser.getByLabel('考点名称').fill('济南考点')
  await organiser.getByLabel('考场名称').fill('一号机房')
  await look(organiser, 'planner')
  await press(organiser, '建立场次')
  await organiser.getByRole('heading', { name, level: 1 }).waitFor()
  const list = ['甘棠', '虞舟'].map((who, i) =>
    [who, '试验单位', '居民身份证', idNumber(i), '', '01'].join('\t'),
  )
  await organiser.getByLabel('粘贴名单').fill(list.join('\n'))
  await look(organiser, 'register')
  await press(organiser, '登记 2 人')
  await organiser.getByText('2 人', { exact: true }).first().waitFor()

  await tab(organiser, '试卷保管')
  await organiser.getByText('未封存').waitFor()
  await press(organiser, '封存试卷')
  for (const login of ['custodian1', 'custodian2'])
    await dialog(organiser).getByLabel(site.staff(login).name).check()
  await look(organiser, 'seal')
  await pressIn(organiser, '封存试卷')
  await organiser.getByText('已封存', { exact: false }).first().waitFor()
  await look(organiser, 'sealed')
  await press(organiser, '编排座位与试卷')
  await pressIn(organiser, '编排座位与试卷')
  await press(organiser, '开放入场')
  await pressIn(organiser, '开放入场')
  await press(organiser, '开考')
  await pressIn(organiser, '开考')
  await organiser.getByText('试卷处于封存状态，须由两名保管员启封。').waitFor()
  await look(organiser, 'start-refused')
  await pressIn(organiser, '取消')

  const one = await staff('custodian1')
  await one.getByRole('link', { name: '试卷保管', exact: true }).click()
  await release(one, name, 'not the passphrase')
  await dialog(one).getByRole('alert').waitFor()
  await look(one, 'wrong-passphrase')
  await dialog(one).getByLabel('保管口令').fill(site.guide.passphrase)
  await pressIn(one, '启封')
  await one.getByRole('row', { name }).getByText('一人已启封，待第二人').waitFor()
  await look(one, 'half')
  expect(await one.getByRole('row', { name }).getByRole('button', { name: '启封' }).count()).toBe(0)
  await press(organiser, '开考')
  await pressIn(organiser, '开考')
  await organiser.getByText('试卷处于封存状态，须由两名保管员启封。').waitFor()
  await pressIn(organiser, '取消')

  const two = await staff('custodian2')
  await two.getByRole('link', { name: '试卷保管', exact: true }).click()
  await release(two, name, site.guide.passphrase)
  await two.getByRole('row', { name }).getByText('我已启封').waitFor()
  await press(organiser, '开考')
  await pressIn(organiser, '开考')
  await organiser.getByRole('button', { name: '结束场次' }).waitFor()
  await tab(organiser, '试卷保管')
  await organiser.getByText('试卷启封，保管员', { exact: false }).waitFor()
  await look(organiser, 'released')
})

async function release(page: Page, name: string, passphrase: string): Promise<void> {
  await page.getByRole('row', { name }).getByRole('button', { name: '启封' }).click()
  await dialog(page).getByLabel('保管口令').fill(passphrase)
  await pressIn(page, '启封')
}

it('changes a key after the exam: who changes is shown before two people sign', async () => {
  const chief = await staff('chief')
  await openSitting(chief, sittingName)
  await tab(chief, '成绩')
  const row = (page: Page, n: number) =>
    page.getByRole('row').filter({ hasText: site.guide.allKinds[n]!.name })
  const score = (page: Page, n: number) => row(page, n).first().locator('td').nth(4).innerText()
  await row(chief, 0).first().waitFor()
  const before = await score(chief, 0)
  expect(before).toMatch(/^6\.00|^6\b/)
  await look(chief, 'results')

  await press(chief, '提出更正')
  const item = papers[0]! // right in the first one's paper
  await dialog(chief).getByLabel('题干或题号').waitFor()
  await look(chief, 'items')
  const stem = item.question.stem.replace(/<[^>]*>/g, '')
  await dialog(chief).getByLabel('题干或题号').fill(stem.slice(0, 8))
  await dialog(chief).getByRole('button', { name: '更正此题' }).first().click()
  const wrong = dialog(chief).locator('fieldset input[type=radio]')
  const chosen = await dialog(chief).locator('fieldset label').allInnerTexts()
  const right = item.question.options.find((o) => o.id === item.options[0])!.text
  await wrong.nth(chosen.findIndex((x) => !x.includes(right))).check()
  await dialog(chief).getByLabel('理由').fill('复核后答案有误')
  expect(await dialog(chief).getByRole('button', { name: '提出并签名' }).isDisabled()).toBe(true)
  await pressIn(chief, '看看谁会变')
  const effect = dialog(chief).getByRole('region', { name: '谁会变' })
  await effect.getByText(site.guide.allKinds[0]!.name).waitFor()
  await look(chief, 'dry-run')
  await pressIn(chief, '提出并签名')
  await chief.locator('.proposal .state-mark', { hasText: '待另一人签名' }).waitFor()
  expect(await chief.getByRole('button', { name: '签名生效' }).count()).toBe(0)
  expect(await score(chief, 0)).toBe(before)
  await look(chief, 'proposed')

  const province = await staff('province')
  await openSitting(province, sittingName)
  await tab(province, '成绩')
  await press(province, '签名生效')
  await dialog(province).getByText(site.guide.allKinds[0]!.name).waitFor()
  await look(province, 'sign-key')
  await pressIn(province, '签名生效')
  await province.getByText('已生效，第 2 版').waitFor()
  await expect.poll(() => score(province, 0)).toMatch(/^4\.00|^4\b/)
  await look(province, 'version-2')
  await province.getByLabel('评分标准版本').selectOption('1')
  await expect.poll(() => score(province, 0)).toBe(before)

  await province.getByLabel('比对原因').fill('例行检查')
  await press(province, '开始比对')
  await province.getByText('对考生中', { exact: false }).first().waitFor()
  await look(province, 'alike')
})

it('had no fault on any page', () => {
  expect(people.flatMap((p) => p.faults)).toEqual([])
})
