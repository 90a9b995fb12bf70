// This device as one of the contest's tablets, and signing in by a judge's card. Both begin with a QR code that opens
// the page with a fragment: /judge#pair=7F3K-92QD, /judge#card=…. A fragment never reaches the server's log.
//
//   const opened = readOpening(location.hash)         // at the start of the page, and of what a camera has read
//   if (opened?.kind === 'pair') { await pairTablet(opened.code); clearOpening() }
//   if (opened?.kind === 'card') { clearOpening(); /* asks for the PIN */ enter(await signInCard(opened.card, pin)) }
import { api, Problem } from '../shared/api'
import { deviceID } from '../shared/ids'
import type { JudgeMe } from './wire'

/** What a QR code asks for. */
export type Opening = { kind: 'pair'; code: string } | { kind: 'card'; card: string }

/** A paired tablet as it knows itself. */
export interface ThisTablet {
  id: string
  /** On its back: 07. */
  number: string
  name: string
  hall: string
  paired: string
}

/** Reads a fragment, or the whole text of a QR code; nothing when it is no opening. */
export function readOpening(text: string): Opening | undefined {
  const fragment = /(?:^|\/judge)#(.*)$/.exec(text.trim())?.[1] ?? ''
  const match = /^(pair|card)=([A-Za-z0-9._~-]{4,200})$/.exec(fragment)
  if (!match) return undefined
  const [, kind, value] = match as unknown as [string, string, string]
  return kind === 'pair' ? { kind, code: value } : { kind: 'card', card: value }
}

/** What was scanned or typed for a judge's card: the whole address, or what is behind card= in it. */
export function cardOf(typed: string): string | undefined {
  const opened = readOpening(typed) ?? readOpening(`#card=${typed.trim()}`)
  return opened?.kind === 'card' ? opened.card : undefined
}

/** What was scanned or typed for a pairing code, without what input methods add; dashes need not be typed. */
export function codeOf(typed: string): string | undefined {
  const opened = readOpening(typed)
  if (opened) return opened.kind === 'pair' ? opened.code : undefined
  const code = typed.normalize('NFKC').replace(/[\s-]/g, '').toUpperCase()
  return /^[A-Z0-9]{8}$/.test(code) ? `${code.slice(0, 4)}-${code.slice(4)}` : undefined
}

/** Takes the secret out of the address, so that a reload or the history does not use it again. */
export function clearOpening(): void {
  history.replaceState(history.state, '', location.pathname + location.search)
}

/** Makes this device a paired tablet by the console's code, as shown or typed. Rejects with the Problem to show. */
export function pairTablet(code: string): Promise<ThisTablet> {
  return api.post<ThisTablet>('/api/judge/pair', { code, device: deviceID() })
}

/** Which tablet this device is; nothing when it is none. Rejects when it was taken out of use, or without a network. */
export async function thisTablet(): Promise<ThisTablet | undefined> {
  try {
    return await api.get<ThisTablet>('/api/judge/tablet')
  } catch (error) {
    if (error instanceof Problem && error.code === 'tablet_unpaired') return undefined
    throw error
  }
}

/** Signs a judge in by the secret of a card and the judge's own PIN. Rejects with the Problem to show. */
export function signInCard(card: string, pin: string): Promise<JudgeMe> {
  return api.post<JudgeMe>('/api/judge/sign-in-card', { card, pin })
}
