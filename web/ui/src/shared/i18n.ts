// Strings of the screens in Chinese and English. Each page installs its own table and the common one; both
// languages of a page are loaded together, so that switching works without a network.
import { computed, ref } from 'vue'
import commonZh from '../../locales/common.zh-CN.json'
import commonEn from '../../locales/common.en.json'

/** The languages of the screens. */
export type Lang = 'zh-CN' | 'en'

/** A table of strings; keys are flat: "exam.sign_in.title", "error.ticket_refused". */
export type Messages = Record<string, string>

/** Values for the {placeholders} of a string. */
export type Params = Record<string, string | number>

/** A text of the server that exists in both languages. */
export interface Text {
  zh: string
  en: string
}

const stored = 'xinglu.lang'
const tables: Record<Lang, Messages> = { 'zh-CN': { ...commonZh }, en: { ...commonEn } }
const current = ref<Lang>(initial())

/** The language in use; reading it in a template or computed makes that follow the switch. */
export const lang = computed(() => current.value)

function known(value: string | null): Lang | undefined {
  return value === 'zh-CN' || value === 'en' ? value : undefined
}

/** Address first (?lang=en), then what this user chose before, then Chinese. */
function initial(): Lang {
  const asked = new URLSearchParams(location.search).get('lang')
  return known(asked === 'zh' ? 'zh-CN' : asked) ?? known(localStorage.getItem(stored)) ?? 'zh-CN'
}

/** Adds a page's strings; call it before mounting. */
export function installMessages(zh: Messages, en: Messages): void {
  Object.assign(tables['zh-CN'], zh)
  Object.assign(tables.en, en)
  document.documentElement.lang = current.value
}

/** Switches the language and remembers it for this browser. */
export function setLang(next: Lang): void {
  current.value = next
  localStorage.setItem(stored, next)
  document.documentElement.lang = next
}

/** Forgets the choice, so that the next user of a shared machine starts in Chinese. */
export function resetLang(): void {
  setLang('zh-CN')
  localStorage.removeItem(stored)
}

/** Whether the language in use has this key. */
export function hasMessage(key: string): boolean {
  return tables[current.value][key] !== undefined
}

/**
 * The string of a key with its {placeholders} filled. A missing key shows itself, so that the gap is seen; a
 * missing placeholder stays as written.
 */
export function t(key: string, params: Params = {}): string {
  const message = tables[current.value][key] ?? key
  return message.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole))
}

/** A server text in the language in use; the other language when that one is empty. */
export function text(value: Text | null | undefined): string {
  if (!value) return ''
  return current.value === 'en' ? value.en || value.zh : value.zh || value.en
}
