// The contest as its people see it: the public board, judges on tablets, and judges without a screen who hand in
// through the API like the rehearsal's crowd.
import type { Browser, Locator, Page } from 'playwright-core'
import type { Row } from '../src/board/wire'
import type {
  Aspect,
  AspectEntry,
  Hit,
  HitList,
  Hits,
  Module,
  Observation,
  SheetBrief,
  SheetList,
  SheetView,
} from '../src/judge/wire'
import { stepsOf } from '../src/shared/marking/entries'
import { decimal } from '../src/shared/marking/marking'
import type { Login, Program } from './program'

/** The newest board's division and rows. */
export async function publicBoard(program: Program): Promise<{ id: string; rows: Row[] }> {
  const get = async <T>(path: string) => (await (await fetch(`${program.url}/api/board${path}`)).json()) as T
  const { items } = await get<{ items: { id: string }[] }>('/boards')
  const id = items[0]!.id
  return { id, rows: (await get<{ rows: Row[] }>(`/${id}`)).rows }
}

/** Every amount of the theory module on the newest board, hundredths. */
export async function theoryMarks(program: Program): Promise<number[]> {
  const { rows } = await publicBoard(program)
  return rows.flatMap((row) => row.b.parts.find((p) => p.of === 0)?.marks ?? [])
}

/** What the best work would show; judgement aspects get `level`. */
function observe(aspect: Aspect, level: number): Observation {
  switch (aspect.kind) {
    case 'measurement_binary':
      return { met: true }
    case 'measurement_stepped':
      return { step: aspect.steps!.reduce((best, s) => (s.marks > best.marks ? s : best)).id }
    case 'measurement_tolerance':
      return { measured: aspect.tolerance!.nominal }
    case 'linear_deduction':
      return { errors: 0 }
    case 'points':
      return { points: aspect.max }
    case 'judgement':
      return { level }
    case 'hit_list':
      return { hits: bestHits(aspect.hit_list!) }
    case 'time_table':
      return { time_ms: aspect.time_table!.rows[0]!.up_to_ms }
    default:
      return { deductions: {} }
  }
}

function bestHits(list: HitList): Hits {
  const best = (hit: Hit): string => stepsOf(list, hit).reduce((a, b) => (b.marks > a.marks ? b : a)).id
  return { steps: Object.fromEntries(list.items.map((h) => [h.id, best(h)])), false_alarms: 0 }
}

const aspects = (module: Module): Aspect[] => module.sub_criteria.flatMap((s) => s.aspects)

/** A whole sheet of the best work, with one level for all judgement aspects. */
export function bestEntries(module: Module, level: number): AspectEntry[] {
  return aspects(module).map((a) => ({ aspect: a.id, ...observe(a, level) }))
}

/** What a reply to a submission says. */
export interface Reply {
  /** ack or refused */
  t: string
  code?: string
  version?: number
  total?: number
  sheet?: SheetBrief
}

/** A judge without a screen: signed in, with a socket of its own for every sheet. */
export class CrowdJudge {
  private readonly page: Page

  private constructor(page: Page) {
    this.page = page
  }

  static async signIn(browser: Browser, program: Program, who: Login): Promise<CrowdJudge> {
    const context = await browser.newContext({ baseURL: program.url, bypassCSP: true })
    const answer = await context.request.post('/api/judge/sign-in', {
      headers: { 'X-Xinglu': '1' },
      data: { login: who.login, password: who.password },
    })
    if (!answer.ok()) throw new Error(`${who.login}: ${answer.status()} ${await answer.text()}`)
    const page = await context.newPage()
    await page.goto('/healthz')
    return new CrowdJudge(page)
  }

  /** Hands a sheet in, the judge's first of the work unless `expect` says otherwise; returns the server's reply. */
  async submit(
    sheet: Pick<SheetBrief, 'id' | 'division' | 'code' | 'round'>,
    entries: AspectEntry[],
    more: { expect?: number; tail?: string; key?: string } = {},
  ): Promise<Reply> {
    const { expect = 0, tail = sheet.code.slice(-2), key = `e2e-${Math.random()}` } = more
    const { id, division, round } = sheet
    const frame = { t: 'submit', key, division, sheet: id, code_tail: tail, expect, round, entries, note: '' }
    return this.say({ n: 1, ...frame })
  }

  /** Signs what the panel agreed on a sheet; `signer` is the sheet as this judge sees it. */
  async sign(signer: SheetBrief): Promise<Reply> {
    const sheets = [{ sheet: signer.id, digest: signer.to_sign }]
    return this.say({ t: 'sign', n: 1, key: `e2e-${Math.random()}`, division: signer.division, sheets })
  }

  /** The sheet of a work as this judge sees it. */
  async sheet(module: string, code: string): Promise<SheetView> {
    return sheetOf(this.page, module, code)
  }

  private say(frame: { key: string; [member: string]: unknown }): Promise<Reply> {
    return this.page.evaluate(
      (submit) =>
        new Promise<Reply>((done, fail) => {
          const ws = new WebSocket(`${location.origin.replace('http', 'ws')}/api/judge/ws`)
          ws.onopen = () => ws.send(JSON.stringify({ t: 'hello', device: 'crowd' }))
          ws.onclose = (event) => fail(new Error(`closed: ${event.code} ${event.reason}`))
          ws.onmessage = (event: MessageEvent<string>) => {
            const reply = JSON.parse(event.data) as Reply & { key?: string }
            if (reply.t === 'welcome') ws.send(JSON.stringify(submit))
            if (reply.key !== submit.key) return
            ws.onclose = null
            ws.close()
            done(reply)
          }
        }),
      frame,
    )
  }
}

/** The signed-in judge's sheet of a work; the page's own cookie is used. */
export async function sheetOf(page: Page, module: string, code: string): Promise<SheetView> {
  const list = (await (await page.request.get('/api/judge/sheets')).json()) as SheetList
  const brief = list.divisions[0]!.sheets.find((s) => s.module === module && s.code === code)!
  const path = `/api/judge/sheets/${brief.division}/${brief.id}`
  return (await (await page.request.get(path)).json()) as SheetView
}

/** Opens the sheet of a code from the list, by its search. */
export async function openSheet(page: Page, module: string, code: string): Promise<void> {
  await page.getByRole('navigation', { name: '模块' }).getByText(`模块 ${module} `).click()
  await page.getByRole('searchbox').fill(code)
  await page.locator('[data-sheet]', { hasText: code }).click()
  await page.locator('h1', { hasText: code }).waitFor()
}

/** Marks aspects of the open sheet as the best work, tap by tap. Without `only`: all. */
export async function fillSheet(page: Page, module: Module, level: number, only?: string[]): Promise<void> {
  for (const aspect of aspects(module).filter((a) => !only || only.includes(a.id))) {
    const card = page.locator(`[data-aspect="${aspect.id}"]`)
    const fields = card.locator('input[type=text]') // a card has the camera's input too
    const seen = observe(aspect, level)
    if (seen.met) await card.getByRole('button', { name: /^符合/ }).click()
    else if (seen.step) {
      const best = aspect.steps!.findIndex((s) => s.id === seen.step)
      await card.locator('.choice').nth(best).click()
    } else if (seen.measured !== undefined) {
      await fields.fill(decimal(seen.measured, aspect.tolerance!.decimals))
      await fields.press('Enter')
    } else if (seen.errors === 0) await card.getByRole('button', { name: '0 处，无错误' }).click()
    else if (seen.points !== undefined) await card.locator('.choice').last().click()
    else if (seen.level !== undefined) await card.locator('.choice').nth(seen.level).click()
    else if (seen.hits) await fillHits(card, aspect.hit_list!, seen.hits)
    else if (seen.time_ms !== undefined) {
      await fields.first().fill(String(Math.floor(seen.time_ms / 60_000)))
      await fields.last().fill(decimal((seen.time_ms % 60_000) / 10, 2))
    } else await card.getByRole('button', { name: '不扣分' }).click()
  }
}

async function fillHits(card: Locator, list: HitList, hits: Hits): Promise<void> {
  for (const hit of list.items) {
    const at = stepsOf(list, hit).findIndex((s) => s.id === hits.steps[hit.id])
    await card.locator(`[data-hit="${hit.id}"] button`).nth(at).click()
  }
  await card.getByRole('button', { name: '0 处，无误判' }).click()
}

/** Hands the open sheet in, typing `tail` for the code's end. Returns when the last tap was, ms since 1970. */
export async function handIn(page: Page, tail: string): Promise<number> {
  await page.getByRole('button', { name: /^(提交评分|重新提交)$/ }).click()
  await page.fill('input[name=code_tail]', tail)
  const tap = Date.now()
  await page.getByRole('dialog').getByRole('button', { name: '提交', exact: true }).last().click()
  return tap
}

type Noted = { __noted?: number }

async function noted(page: Page): Promise<number> {
  const at = await page.waitForFunction(() => (window as Noted).__noted, undefined, { timeout: 10_000 })
  return (await at.jsonValue())!
}

/** Begins to wait, inside the page, for a text to be in it; the result is the time, ms since 1970. */
export async function noteText(page: Page, text: string): Promise<() => Promise<number>> {
  await page.evaluate((wanted) => {
    const holder = window as Noted
    holder.__noted = undefined
    const look = (): void => {
      if (!document.body.innerText.includes(wanted)) return
      holder.__noted = performance.timeOrigin + performance.now()
      observer.disconnect()
    }
    const observer = new MutationObserver(look)
    observer.observe(document.body, { childList: true, subtree: true, characterData: true })
  }, text)
  return () => noted(page)
}

/** Begins to wait, inside the board page, for a competitor's row to read differently. */
export async function noteRowChange(page: Page, row: string): Promise<() => Promise<number>> {
  await page.evaluate((selector) => {
    const holder = window as Noted
    holder.__noted = undefined
    const read = (): string => document.querySelector(selector)?.textContent ?? ''
    const before = read()
    if (!before) throw new Error(`there is no row ${selector}`)
    const look = (): void => {
      const now = read()
      if (!now || now === before) return
      holder.__noted = performance.timeOrigin + performance.now()
      observer.disconnect()
    }
    const observer = new MutationObserver(look)
    observer.observe(document.body, { childList: true, subtree: true, characterData: true })
  }, rowSelector(row))
  return () => noted(page)
}

/** Where the board page shows a competitor. */
export function rowSelector(row: string): string {
  return `[data-row="${row}"]`
}
