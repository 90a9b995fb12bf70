// What a locked browser (Safe Exam Browser) proves about itself, at the start, on each connection and at the hand-in
// (exam-systems.md §2.6). New builds offer a JavaScript interface; its values belong to the address of the last real
// navigation, so that address goes with them. Old builds send headers with requests, but none with a WebSocket.
import { api } from '../shared/api'
import type { CandidateMe } from './wire'

interface Security {
  configKey: string
  browserExamKey: string
  updateKeys: (done: () => void) => void
}

interface SafeExamBrowser {
  version?: string
  security?: Security
}

/** Both keys, each already hashed with `url` by the browser. */
export interface LockdownProof {
  url: string
  config_key: string
  exam_key: string
  client: string
}

/** When a seat has to prove itself beside the frames of the socket. */
export type LockdownStep = 'resume' | 'submit'

/** The address that was really navigated to; this page never navigates by itself. */
const landed = location.href.split('#')[0]!

function browser(): SafeExamBrowser | undefined {
  return (window as { SafeExamBrowser?: SafeExamBrowser }).SafeExamBrowser
}

/** The page's proof of now, or nothing in other browsers. Keys that do not come within two seconds prove nothing. */
export async function lockdownProof(): Promise<LockdownProof | undefined> {
  const security = browser()?.security
  if (!security) return undefined
  await new Promise<void>((done) => {
    setTimeout(done, 2_000)
    security.updateKeys(done)
  })
  const { configKey, browserExamKey } = security
  const client = (browser()?.version ?? '').slice(0, 200)
  return { url: landed, config_key: configKey, exam_key: browserExamKey, client }
}

/** The way to the paper: with the proof of the page, or with the nonce for browsers that prove by headers. */
export async function paperRequest(
  me: CandidateMe,
): Promise<{ path: string; headers: Record<string, string> }> {
  const proof = await lockdownProof()
  const nonce = startNonce(me)
  return {
    path: `/api/exam/paper${nonce ? `?start=${nonce}` : ''}`,
    headers: proof
      ? {
          'X-Xinglu-Seb-Url': proof.url,
          'X-Xinglu-Seb-Config-Key': proof.config_key,
          'X-Xinglu-Seb-Exam-Key': proof.exam_key,
        }
      : {},
  }
}

/** The proof for a frame of the socket. Where the page has none, the headers of a call of its own go before it. */
export async function socketProof(me: CandidateMe, step: LockdownStep): Promise<LockdownProof | undefined> {
  const proof = await lockdownProof()
  const nonce = startNonce(me)
  if (!proof && nonce && locked()) await api.post(`/api/exam/lockdown?start=${nonce}`, { step })
  return proof
}

/** The nonce of this login, where the sitting asks for a locked browser. */
function startNonce(me: CandidateMe): string | null {
  if (!me.lockdown?.required) return null
  return new URL(me.lockdown.start_url, location.href).searchParams.get('start')
}

/** Whether this is Safe Exam Browser. */
function locked(): boolean {
  return browser() !== undefined || /\bSEB\//.test(navigator.userAgent)
}

/**
 * Opens the page again by the address that carries this login's nonce, where the sitting asks for it; true when it is
 * on its way there. Other browsers stay: the server's refusal tells them what to do.
 */
export function openLocked(
  me: CandidateMe,
  go: (url: string) => void = (url) => location.replace(url),
): boolean {
  if (!me.lockdown?.required || !locked() || landed === me.lockdown.start_url) return false
  go(me.lockdown.start_url)
  return true
}
