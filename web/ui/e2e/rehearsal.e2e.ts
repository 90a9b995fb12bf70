// 联调: one division with the full procedure, from the draws to the second publication, on tablets, by everybody whom it
// takes. The welders of the demonstration are registered; everything after that is done here on the screens.
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import type { Module } from '../src/judge/wire'
import { openBrowser, person, screenshot, seriousFaults, signInLogin, type Person } from './browser'
import { fillSheet, handIn, openSheet, sheetOf } from './judging'
import { Site } from './site'

const kind = inject('site')

let site: Site
let browser: Browser
const desks = new Map<string, Person>()
let panel: Person[] // the three judges, the leader first

beforeAll(async () => {
  site = await Site.start(kind)
  browser = await openBrowser()
})

afterAll(async () => {
  await browser?.close()
  await site?.stop()
})

/** The page of a member of staff, signed in on a tablet at the welders' division. */
async function desk(login: string): Promise<Page> {
  const known = desks.get(login)
  if (known) return known.page
  const opened = await person(browser, site.main, '/admin', 'landscape')
  desks.set(login, opened)
  const { page } = opened
  await signInLogin(page, site.staff(login))
  await page.getByRole('link', { name: /^(大赛|我的岗位)$/ }).click()
  await page.getByRole('heading', { name: /^(大赛|我的岗位)$/, level: 1 }).waitFor()
  const places = page.getByRole('listitem').filter({ hasText: '焊工' }).or(page.getByRole('row'))
  await places.getByRole('link', { name: '职工组' }).first().click()
  await page.getByText(/焊工（三级\/高级工）赛项 ·/).waitFor()
  return page
}

/** Opens a desk of the division by the two rows of tabs. */
async function section(page: Page, group: string, name: string): Promise<void> {
  const tabs = page.getByRole('navigation', { name: '工作台分组' })
  const row = tabs.getByRole('link', { name: group, exact: true })
  await tabs.waitFor()
  if (await row.count()) await row.first().click() // who has desks of one group only sees no groups
  await tabs.getByRole('link', { name, exact: true }).last().click()
}

/** Presses a button and confirms the step that opens, whose button has the same words unless `last` says otherwise. */
async function confirm(page: Page, button: Locator, last: string, fill?: () => Promise<void>): Promise<void> {
  await button.click()
  await fill?.()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: last, exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
}

/** Waits until what moves has come to rest: half a fading is no fault of contrast. */
async function rest(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const late = new Promise((done) => setTimeout(done, 250))
    await Promise.race([late, Promise.allSettled(document.getAnimations().map((a) => a.finished))])
  })
}

/** Nothing serious is wrong with the page, and it is kept as a picture in both positions of a tablet. */
async function look(page: Page, name: string): Promise<void> {
  await rest(page)
  expect(await seriousFaults(page)).toEqual([])
  await screenshot(page, `rehearsal-${name}-landscape`)
  await page.setViewportSize({ width: 820, height: 1180 })
  await screenshot(page, `rehearsal-${name}-tablet`)
  await page.setViewportSize({ width: 1180, height: 820 })
}

/** The coding officer of a layer announces a draw, hears the word, draws, shows the codes and takes the receipts. */
async function draw(
  coder: string,
  shot: string,
  works?: { module: string; statement: string },
): Promise<void> {
  const page = await desk(coder)
  await section(page, '抽签与解密', '抽签加密')
  await confirm(page, page.getByRole('button', { name: '公布抽签' }), '公布', async () => {
    if (works) await page.getByRole('radio', { name: new RegExp(`^${works.module} `) }).check()
    if (works) await page.getByLabel(/^作品收齐声明/).fill(works.statement)
    if (shot !== 'draw-station') await look(page, `${shot}-announce`)
  })
  await confirm(page, page.getByRole('button', { name: '记录公开词' }), '记录', async () => {
    await page.getByLabel('公开词', { exact: true }).fill('泰山日出')
    await page.getByLabel('由谁说出').fill('烟台市代表队')
  })
  if (shot === 'draw-station') await look(page, `${shot}-announced`)
  await page.getByRole('button', { name: '开始抽签' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '开始抽签' }).click()
  await page.getByText('6 个号码已抽定').waitFor()
  if (shot === 'draw-entry') await look(page, `${shot}-drawn`)
  if (!works) {
    await page.getByRole('button', { name: '逐个揭晓' }).click()
    await page.getByRole('button', { name: '全部显示' }).click()
    if (shot === 'draw-station') await look(page, `${shot}-revealed`)
  }
  await page.getByRole('button', { name: /^退出大屏/ }).click()
  if (!works) await receipts(page, shot)
}

/** Every competitor confirms the own code on the tablet. */
async function receipts(page: Page, shot: string): Promise<void> {
  await page.getByRole('button', { name: '选手确认' }).click()
  const tiles = page.getByRole('dialog').locator('.tile')
  await tiles.first().waitFor()
  for (let left = await tiles.count(); left > 0; left--) {
    await tiles.first().click()
    if (left === 6 && shot === 'draw-station') await look(page, `${shot}-receipt`)
    await page.getByRole('button', { name: '确认', exact: true }).click()
    await expect.poll(() => tiles.count()).toBe(left - 1)
  }
  await page.getByText('6 人全部确认').waitFor()
  await page.getByRole('button', { name: '结束确认' }).click()
}

it('draws entry numbers and stations in public, and everybody confirms the own', async () => {
  await draw('coding1', 'draw-entry')
  await draw('coding2', 'draw-station')
})

it('checks both batches in, by name and identity, until they compete', async () => {
  const page = await desk('callroom')
  await section(page, '现场', '检录')
  for (const [n, name] of ['上午第一场', '上午第二场'].entries()) {
    await page.getByRole('button', { name: '新建检录' }).click()
    await page.getByLabel('名称').fill(name)
    await page.getByLabel('检录对象').selectOption(`第 ${n + 1} 场`)
    if (n === 0) await look(page, 'call-new')
    await page.getByRole('dialog').getByRole('button', { name: '建立' }).click()
    await page.getByRole('heading', { name }).waitFor()
    const people = page.getByRole('region', { name: '选手名单' }).getByRole('listitem')
    await expect.poll(() => people.count()).toBe(3)
    for (let i = 0; i < 3; i++) {
      const one = people.nth(i)
      await one.getByRole('button').click()
      await page.getByRole('button', { name: '报到 → 候考' }).click()
      await one.getByText('候考').waitFor()
      await page.getByRole('button', { name: '✓ 本人' }).click()
      await page.getByText('身份已核验').waitFor()
      if (n + i === 0) await look(page, 'call-identity')
      await page.getByRole('button', { name: '核验通过 → 备考' }).click()
      await one.getByText('备考').waitFor()
    }
    await confirm(page, page.getByRole('button', { name: '备考者全部进场（3）' }), '备考者全部进场')
    await expect.poll(() => people.getByText('比赛中').count()).toBe(3)
    if (n === 0) await look(page, 'call-competing')
    await page.getByRole('button', { name: '全部场次' }).click()
  }
})

/** What the three judges see of a work, the levels of its judgement aspect by the work's place in the list. */
const levels = [
  [3, 3, 3],
  [3, 3, 2],
  [3, 2, 2],
  [2, 2, 2],
  [2, 2, 1],
  [2, 1, 1],
]

async function codesOf(page: Page, module: string): Promise<string[]> {
  await page.getByRole('navigation', { name: '模块' }).getByText(`模块 ${module} `).click()
  await page.getByRole('button', { name: /^全部/ }).click()
  return page.locator('[data-sheet] strong').allInnerTexts()
}

async function markAll(judge: number, module: string, levelOf: (work: number) => number): Promise<void> {
  const { page } = panel[judge]!
  for (const [i, code] of (await codesOf(page, module)).entries()) {
    await openSheet(page, module, code)
    await fillSheet(page, scheme.get(module)!, levelOf(i))
    await handIn(page, code.slice(-2))
  }
}

const scheme = new Map<string, Module>()

it('marks the process; a tablet without a network keeps a whole module and hands it in once', async () => {
  panel = []
  for (const judge of site.guide.judges.slice(6, 9)) {
    const opened = await person(browser, site.main, '/judge', 'landscape')
    await signInLogin(opened.page, judge)
    panel.push(opened)
  }
  const [leader, offline] = panel as [Person, Person]
  const codes = await codesOf(leader.page, 'A')
  expect(codes.length).toBe(6)
  scheme.set('A', (await sheetOf(leader.page, 'A', codes[0]!)).module_scheme)
  await look(leader.page, 'judge-list')

  await openSheet(offline.page, 'A', codes[0]!) // as everything the judge needs, it is on the tablet before
  await offline.page.getByRole('button', { name: '返回列表' }).click()
  await offline.context.setOffline(true)
  // On the second work the leader is two levels away from the others.
  await Promise.all([0, 1, 2].map((j) => markAll(j, 'A', (i) => (i === 1 && j > 0 ? 1 : levels[i]![j]!))))
  await offline.page.getByText('6 份评分表在本机等待发送').waitFor()
  await look(offline.page, 'judge-offline')
  await offline.page.reload()
  await offline.page.getByText('6 份评分表在本机等待发送').waitFor()
  await offline.context.setOffline(false)
  await expect.poll(() => offline.page.getByText('在本机等待发送').count(), { timeout: 30_000 }).toBe(0)
})

it('holds a conference that names nobody', async () => {
  const { page } = panel[0]!
  const urgent = page.locator('.urgent button')
  await urgent.getByText('需要合议').waitFor()
  const code = await urgent.locator('strong').innerText()
  await urgent.click()
  await page.getByText('裁判组评分相差 2 级，规定不超过 1 级').waitFor()
  await look(page, 'judge-conference')
  await page.getByRole('button', { name: '开始重新评分' }).click()
  await fillSheet(page, scheme.get('A')!, 2, ['A-J1'])
  await handIn(page, code.slice(-2))
  await expect.poll(() => page.locator('.urgent').count()).toBe(0)
})

it('codes the works, and marks them by their code', async () => {
  await draw('coding3', 'draw-work', { module: 'B', statement: '模块 B 结束，6 件试件已收齐' })
  for (const { page } of panel)
    await page.getByRole('navigation', { name: '模块' }).getByText('模块 B ').waitFor()
  const { page } = panel[0]!
  const codes = await codesOf(page, 'B')
  expect(codes.length).toBe(6)
  scheme.set('B', (await sheetOf(page, 'B', codes[0]!)).module_scheme)
  await Promise.all([0, 1, 2].map((j) => markAll(j, 'B', (i) => levels[i]![j]!)))
})

it('signs what the panel agreed, the leader too', async () => {
  for (const module of ['A', 'B'])
    await Promise.all(
      panel.map(async ({ page }, j) => {
        await page.getByRole('navigation', { name: '模块' }).getByText(`模块 ${module} `).click()
        await page.getByRole('button', { name: '签字（6）' }).click()
        const all = page.getByRole('button', { name: '全部签字（6 份）' })
        await all.waitFor()
        if (j === 0 && module === 'A') await look(page, 'judge-sign')
        await all.click()
        if (j === 0 && module === 'A') await look(page, 'judge-sign-step')
        await page.getByRole('dialog').getByRole('button', { name: '签署 6 份' }).click()
        await page.getByText('本模块您已签字 6 份').waitFor()
        await page.getByRole('button', { name: '返回列表' }).click()
      }),
    )
})

it('locks what is signed', async () => {
  const page = await desk('chief')
  await section(page, '评判', '裁判长席')
  await look(page, 'desk')
  await page.getByRole('button', { name: / A / }).first().click()
  await page
    .getByRole('dialog')
    .getByText('各裁判的评分')
    .or(page.getByText('裁判本人总分'))
    .first()
    .waitFor()
  await look(page, 'desk-sheet')
  await page.keyboard.press('Escape')
  for (const module of ['A', 'B']) {
    const lock = page.getByRole('button', { name: `锁定模块 ${module}` })
    await lock.click()
    if (module === 'A') await look(page, 'desk-lock')
    await page.getByRole('dialog').getByRole('button', { name: '锁定', exact: true }).click()
    await lock.waitFor({ state: 'hidden' })
  }
  await look(page, 'desk-locked')
})

it('checks the drawn sheets again', async () => {
  const page = await desk('supervisor')
  await section(page, '成绩', '复核')
  await confirm(page, page.getByRole('button', { name: '抽取复核样本' }), '抽取复核样本', () =>
    look(page, 'recheck-draw'),
  )
  const fine = page.getByRole('button', { name: /无误$/ })
  await fine.first().waitFor()
  await look(page, 'recheck')
  for (let left = await fine.count(); left > 0; left--) {
    await confirm(page, fine.first(), '无误')
    await expect.poll(() => fine.count()).toBe(left - 1)
  }
  await confirm(page, page.getByRole('button', { name: '结束复核' }), '结束复核')
  await page.getByText('复核已结束。').waitFor()
  await look(page, 'recheck-closed')
})

it('opens the layers in reverse, each by two', async () => {
  const supervisor = await desk('supervisor')
  await section(supervisor, '抽签与解密', '解密')
  for (const [coder, layer] of [
    ['coding3', '评审号'],
    ['coding2', '赛位号'],
    ['coding1', '参赛号'],
  ] as const) {
    const page = await desk(coder)
    await section(page, '抽签与解密', '解密')
    const ask = `申请解密${layer}`
    await confirm(page, page.getByRole('button', { name: ask }), ask)
    const open = `开启${layer}`
    await confirm(supervisor, supervisor.getByRole('button', { name: open }), open, async () => {
      if (coder === 'coding3') await look(supervisor, 'decryption')
    })
  }
  await supervisor.getByText('全部号码已解密').waitFor()
  await look(supervisor, 'decrypted')
})

/** The chief judge proposes a version, the supervisor reads it and signs. */
async function publish(version: number): Promise<void> {
  const chief = await desk('chief')
  await section(chief, '成绩', '公布')
  await confirm(chief, chief.getByRole('button', { name: '提出公布' }), '提出公布')
  await chief.getByText(`第 ${version} 版等待第二人签字`).waitFor()
  if (version === 1) await look(chief, 'publish-proposed')

  const page = await desk('supervisor')
  await section(page, '成绩', '公布')
  const sign = page.getByRole('button', { name: '签字公布' })
  await sign.click()
  const digest = await page.getByRole('dialog').locator('.mono').innerText()
  await page.getByLabel('核对上表后，输入摘要的前 8 位').fill(digest.slice(0, 8))
  if (version === 1) await look(page, 'publish-sign')
  await page.getByRole('dialog').getByRole('button', { name: '签字公布' }).click()
  await page
    .getByText(new RegExp(`第 ${version} 版.*签字`, 's'))
    .first()
    .waitFor()
  await page.getByText(/申诉期还剩/).waitFor()
  await look(page, `publish-${version}`)
}

it('publishes by two signatures', async () => {
  await publish(1)
})

/** What the appeal is about: who of 济南 is judged best. */
let appealed: string

it('takes an appeal of the team leader, and the arbiter rules', async () => {
  const leader = await desk('leader1')
  await section(leader, '成绩', '更正与申诉')
  const own = leader.getByRole('row').filter({ has: leader.getByRole('button', { name: '提出申诉' }) })
  expect(await own.count()).toBe(2) // of one's own delegation, nobody else
  appealed = (await own.first().getByRole('rowheader').innerText()).trim()
  await look(leader, 'appeal-own')
  await confirm(leader, own.first().getByRole('button'), '提出申诉', async () => {
    await leader.getByLabel('模块').selectOption('B')
    await leader.getByLabel(/^申诉内容/).fill('试件射线底片评级与检测报告不一致，请求复核。')
    await look(leader, 'appeal-file')
  })
  await leader.getByText('待仲裁').waitFor()

  const arbiter = await desk('arbiter')
  await section(arbiter, '成绩', '更正与申诉')
  await look(arbiter, 'appeal-arbiter')
  await confirm(arbiter, arbiter.getByRole('button', { name: '裁决：申诉成立' }), '裁决：申诉成立', () =>
    arbiter.getByLabel('裁决理由').fill('检测报告评为Ⅱ级，评分表记为Ⅰ级。'),
  )
  await arbiter.getByText('申诉成立', { exact: true }).waitFor()
})

it('corrects what the appeal was about, with a second person', async () => {
  const arbiter = await desk('arbiter')
  await arbiter.getByRole('button', { name: '据此提出更正' }).click()
  const form = arbiter.getByRole('dialog')
  await form.getByText(new RegExp(`${appealed} · \\w+\\.B`)).waitFor()
  await form.getByLabel('评分项', { exact: true }).click()
  await arbiter.getByRole('option', { name: /^B-S1/ }).click()
  await form.getByText('现在的结果：18').waitFor()
  await form.getByText('Ⅱ级').click()
  await form.getByLabel(/^更正理由/).fill('射线底片评级按检测报告更正为Ⅱ级')
  await form.getByRole('button', { name: '试算影响' }).click()
  await form.getByRole('row').filter({ hasText: appealed }).waitFor()
  await look(arbiter, 'correction')
  await form.getByRole('button', { name: '提出并签字' }).click()
  await form.waitFor({ state: 'hidden' })

  const supervisor = await desk('supervisor')
  await section(supervisor, '成绩', '更正与申诉')
  await look(supervisor, 'correction-sign')
  await confirm(supervisor, supervisor.getByRole('button', { name: '签字生效' }), '签字生效')
  await supervisor.getByText('已生效').waitFor()
})

it('publishes again and says what changed', async () => {
  await publish(2)
  const page = await desk('supervisor')
  const changed = page.getByRole('table', { name: '与上一版相比' })
  await changed
    .getByRole('row')
    .filter({ hasText: appealed })
    .getByText('射线底片评级按检测报告更正为Ⅱ级')
    .waitFor()
})

it('had no fault on any page', () => {
  expect([...desks.values(), ...(panel ?? [])].flatMap((p) => p.faults)).toEqual([])
})
