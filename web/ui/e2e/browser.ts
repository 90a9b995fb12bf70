// A headless Chromium, pages of the usual sizes, screenshots, accessibility checks, and the ways to sign in.
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import type { Login, Program, Ticket } from './program'

/** Window sizes that the screens are looked at. */
export const sizes = {
  pc: { width: 1366, height: 768 },
  tablet: { width: 820, height: 1180 },
  landscape: { width: 1180, height: 820 },
  wall: { width: 1920, height: 1080 },
  phone: { width: 390, height: 844 },
}

export type Size = keyof typeof sizes

/** CHROMIUM names another binary. */
export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium'

const shots = process.env.E2E_SHOTS ?? resolve(import.meta.dirname, '../../../.cache/shots')

/** Starts Chromium. */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch(browserOptions())
}

/** How Chromium is started; fails when it is not there. */
export function browserOptions() {
  if (!existsSync(chromiumPath))
    throw new Error(`${chromiumPath} is missing: install chromium, or set CHROMIUM`)
  return {
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  }
}

/** A fresh person: own cookies and storage. Errors of the page end up in `faults`. */
export interface Person {
  context: BrowserContext
  page: Page
  faults: string[]
}

/** Opens a page as a new person. Refusals of the network are no faults: tests cut it on purpose. */
export async function person(
  browser: Browser,
  program: Program,
  path: string,
  size: Size = 'pc',
): Promise<Person> {
  const context = await browser.newContext({ viewport: sizes[size], baseURL: program.url, locale: 'zh-CN' })
  const page = await context.newPage()
  context.setDefaultTimeout(15_000)
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => {
    const text = message.text()
    if (message.type() === 'error' && !/Failed to load resource|WebSocket connection/.test(text))
      faults.push(text)
  })
  await page.goto(path)
  return { context, page, faults }
}

/** Writes a picture to .cache/shots (or E2E_SHOTS) and returns its path. */
export async function screenshot(page: Page, name: string): Promise<string> {
  mkdirSync(shots, { recursive: true })
  const path = join(shots, `${name}.png`)
  await page.screenshot({ path })
  return path
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface AxeResult {
  violations: { id: string; impact: string; nodes: { target: string[] }[] }[]
}

// A text whose translation is missing shows its key.
const bareKey =
  /\b(?:admin|board|common|custody|error|exam|hall|home|import|judge|plans|results|room|sittings)\.[a-z0-9_]+(?:\.[a-z0-9_]+)*/g

/** What is wrong with the page as it stands, one line each: serious or critical accessibility faults, bare keys. */
export async function seriousFaults(page: Page): Promise<string[]> {
  const result = (await page.evaluate(`${axeSource}; axe.run()`)) as AxeResult
  const faults = result.violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .map((v) => `${v.impact} ${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)
  const text = await page.locator('body').innerText()
  return [...faults, ...(text.match(bareKey) ?? []).map((key) => `no text for ${key}`)]
}

/** Fills the candidate's sign-in and stops at the identity screen. */
export async function signInCandidate(page: Page, who: Ticket): Promise<void> {
  await page.fill('input[name=ticket]', who.ticket)
  await page.fill('input[name=id_tail]', who.tail)
  await page.click('button[type=submit]')
  await page.getByText(who.name, { exact: true }).last().waitFor()
}

/** From the identity screen through rules and pledge; ends in the waiting room or on the paper. */
export async function enterExam(page: Page): Promise<void> {
  await page.getByRole('button', { name: '信息无误' }).click()
  await page.check('input[name=pledge]')
  await page.getByRole('button', { name: '签署并进入考场' }).click()
  await page.locator('.waiting, .question').first().waitFor()
}

/** Presses Tab until an element that matches has the focus. */
export async function tabTo(page: Page, selector: string, most = 12): Promise<void> {
  for (let i = 0; i <= most; i++) {
    if (await page.evaluate((s) => document.activeElement?.matches(s), selector)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`${most} times Tab did not lead to ${selector}`)
}

/** From the candidate's sign-in through identity, rules and pledge without a mouse; ends as enterExam does. */
export async function enterByKeys(page: Page, who: Ticket): Promise<void> {
  await page.locator('input[name=ticket]').waitFor()
  await tabTo(page, 'input[name=ticket]')
  await page.keyboard.type(who.ticket)
  await page.keyboard.press('Tab')
  await page.keyboard.type(who.tail)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: '信息无误' }).waitFor()
  await page.getByText(who.name, { exact: true }).last().waitFor()
  await tabTo(page, 'main button.primary', 20)
  await page.keyboard.press('Enter')
  await page.locator('input[name=pledge]').waitFor()
  await tabTo(page, 'input[name=pledge]', 20)
  await page.keyboard.press('Space')
  await tabTo(page, 'main button.primary')
  await page.keyboard.press('Enter')
  await page.locator('.waiting, .question').first().waitFor()
}

/** How many questions of the answer sheet are in each state. */
export async function answerStates(page: Page): Promise<Record<string, number>> {
  return page.locator('.sheet [data-state]').evaluateAll((cells) => {
    const counts: Record<string, number> = {}
    for (const cell of cells) {
      const state = (cell as HTMLElement).dataset.state ?? ''
      counts[state] = (counts[state] ?? 0) + 1
    }
    return counts
  })
}

/** Signs in on a form with the fields login and pin or password (judge, console). */
export async function signInLogin(page: Page, who: Login): Promise<void> {
  await page.fill('input[name=login]', who.login)
  const secret = page.locator('input[name=pin], input[name=password]')
  await secret.fill(who.password)
  await secret.press('Enter')
}

/** Calls the console's API as a member of staff of the demonstration, with a cookie of its own. */
export async function staffAPI(program: Program, who: Login) {
  let cookie = ''
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const form = body instanceof FormData
    const response = await fetch(`${program.url}/api/admin${path}`, {
      method,
      headers: { ...(form ? {} : { 'Content-Type': 'application/json' }), 'X-Xinglu': '1', Cookie: cookie },
      body: form ? body : body === undefined ? undefined : JSON.stringify(body),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
    return (text ? JSON.parse(text) : undefined) as T
  }
  await call('POST', '/sign-in', { login: who.login, password: who.password })
  return call
}
