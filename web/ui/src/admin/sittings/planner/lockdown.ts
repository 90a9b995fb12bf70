// Safe Exam Browser as the planner's form holds it, and as the server takes it. Both ways keep everything.
import type { Rules } from '../../types'
import { sha256 } from './sha256'

type SEBRules = NonNullable<Rules['seb']>
type Settings = SEBRules['settings']

/** What the browser may do beside the exam; all is forbidden unless it is named. */
export const freedoms = [
  'allow_quit',
  'allow_spell_check',
  'allow_dictionary',
  'allow_downloads',
  'allow_print_screen',
  'allow_dictation',
  'allow_screen_sharing',
  'allow_virtual_machine',
  'allow_wlan_control',
  'shared_clipboard',
] as const

/** One of them. */
export type Freedom = (typeof freedoms)[number]

/** A password that is sent as its digest only. */
export interface SecretPlan {
  /** The digest that is set; "": none. */
  hash: string
  /** A new password; it replaces the digest. */
  typed: string
}

/** A program that may run beside the exam. */
export interface ProcessPlan {
  os: 'macos' | 'windows'
  title: string
  executable: string
  path: string
  identifier: string
  autostart: boolean
}

/** The locked browser of the form. */
export interface SEBPlan {
  /** none: no such browser; offered: there is a file but nobody has to; required: without it no paper. */
  mode: 'none' | 'offered' | 'required'
  startURL: string
  quitURL: string
  quitPassword: SecretPlan
  adminPassword: SecretPlan
  /** One a line. */
  allowedURLs: string
  processes: ProcessPlan[]
  /** Base64. */
  salt: string
  freedoms: Freedom[]
  displays: number
  /** One a line. */
  configKeys: string
  examKeys: string
}

/** No lockdown, with the address that the console itself was reached by as the exam's. */
export function defaultSEB(origin = ''): SEBPlan {
  return {
    mode: 'none',
    startURL: origin && `${origin}/exam`,
    quitURL: '',
    quitPassword: { hash: '', typed: '' },
    adminPassword: { hash: '', typed: '' },
    allowedURLs: '',
    processes: [],
    salt: '',
    freedoms: [],
    displays: 1,
    configKeys: '',
    examKeys: '',
  }
}

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
const secret = (plan: SecretPlan): string => (plan.typed ? sha256(plan.typed) : plan.hash)

function processOf(p: ProcessPlan): NonNullable<Settings['processes']>[number] {
  return {
    os: p.os,
    title: p.title.trim(),
    executable: p.executable.trim(),
    ...(p.path.trim() && { path: p.path.trim() }),
    ...(p.identifier.trim() && { identifier: p.identifier.trim() }),
    ...(p.autostart && { autostart: true }),
  }
}

function settingsOf(plan: SEBPlan): Settings {
  const quit = secret(plan.quitPassword)
  const admin = secret(plan.adminPassword)
  const urls = lines(plan.allowedURLs)
  return {
    start_url: plan.startURL.trim(),
    ...(plan.quitURL.trim() && { quit_url: plan.quitURL.trim() }),
    ...(quit && { quit_password_sha256: quit }),
    ...(admin && { admin_password_sha256: admin }),
    ...(urls.length > 0 && { allowed_urls: urls }),
    ...(plan.processes.length > 0 && { processes: plan.processes.map(processOf) }),
    ...(plan.salt.trim() && { exam_key_salt: plan.salt.trim() }),
    ...Object.fromEntries(plan.freedoms.map((f) => [f, true])),
    ...(plan.displays > 1 && { displays: plan.displays }),
  }
}

/** The lockdown in the server's shape; undefined for none. */
export function sebOf(plan: SEBPlan): SEBRules | undefined {
  if (plan.mode === 'none') return undefined
  const config = lines(plan.configKeys)
  const exam = lines(plan.examKeys)
  return {
    required: plan.mode === 'required',
    settings: settingsOf(plan),
    ...(config.length > 0 && { config_keys: config }),
    ...(exam.length > 0 && { browser_exam_keys: exam }),
  }
}

/** The other way. */
export function sebPlanOf(rules: SEBRules | undefined, origin = ''): SEBPlan {
  if (!rules) return defaultSEB(origin)
  const s = rules.settings
  return {
    mode: rules.required ? 'required' : 'offered',
    startURL: s.start_url,
    quitURL: s.quit_url ?? '',
    quitPassword: { hash: s.quit_password_sha256 ?? '', typed: '' },
    adminPassword: { hash: s.admin_password_sha256 ?? '', typed: '' },
    allowedURLs: (s.allowed_urls ?? []).join('\n'),
    processes: (s.processes ?? []).map((p) => ({
      os: p.os,
      title: p.title,
      executable: p.executable,
      path: p.path ?? '',
      identifier: p.identifier ?? '',
      autostart: p.autostart ?? false,
    })),
    salt: s.exam_key_salt ?? '',
    freedoms: freedoms.filter((f) => s[f]),
    displays: Math.max(1, s.displays ?? 1),
    configKeys: (rules.config_keys ?? []).join('\n'),
    examKeys: (rules.browser_exam_keys ?? []).join('\n'),
  }
}

/** 32 random bytes in base64, for Browser Exam Keys. */
export function newSalt(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))
}
