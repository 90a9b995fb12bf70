// Strings of the screens in Chinese and English. Chinese comes with the page; English is fetched when it is wanted,
// and otherwise quietly after the page has settled, so that switching works without a network too.
import { computed, ref, shallowRef } from 'vue'
import commonZh from '../../locales/common.zh-CN.json'

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
const tables = shallowRef<Record<Lang, Messages>>({ 'zh-CN': commonZh, en: {} })
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

/** Gives the English strings of a page when they are wanted: `() => import('../../locales/exam.en.json')`. */
export type LoadMessages = () => Promise<{ default: Messages }>

let loadEnglish: () => Promise<void> = async () => {}

function add(language: Lang, messages: Messages): void {
  tables.value = { ...tables.value, [language]: { ...tables.value[language], ...messages } }
}

/** Adds a page's strings; call it before mounting. English missing so far is shown in Chinese. */
export function installMessages(zh: Messages, en: LoadMessages): void {
  install(zh, () => Promise.all([import('../../locales/common.en.json'), en()]))
}

/** Adds the strings of a part of a page that came later. */
export function addMessages(zh: Messages, en: LoadMessages): void {
  const before = loadEnglish
  install(zh, async () => [await en()])
  const own = loadEnglish
  loadEnglish = async () => void (await Promise.all([before(), own()]))
}

function install(zh: Messages, en: () => Promise<{ default: Messages }[]>): void {
  add('zh-CN', zh)
  let loading: Promise<void> | undefined
  const load = async (): Promise<void> => {
    try {
      for (const table of await en()) add('en', table.default)
    } catch {
      // No network just now; Chinese is shown until it is back.
      await new Promise((resolve) => setTimeout(resolve, 5_000))
      await load()
    }
  }
  loadEnglish = () => (loading ??= load())
  document.documentElement.lang = current.value
  if (current.value === 'en') void loadEnglish()
  else setTimeout(() => void loadEnglish(), 3_000)
}

/** Switches the language and remembers it for this browser. */
export function setLang(next: Lang): void {
  if (next === 'en') void loadEnglish()
  current.value = next
  localStorage.setItem(stored, next)
  document.documentElement.lang = next
}

/** Forgets the choice, so that the next user of a shared machine starts in Chinese. */
export function resetLang(): void {
  setLang('zh-CN')
  localStorage.removeItem(stored)
}

function message(key: string): string | undefined {
  return tables.value[current.value][key] ?? tables.value['zh-CN'][key]
}

/** Whether a key has a string. */
export function hasMessage(key: string): boolean {
  return message(key) !== undefined
}

/**
 * The string of a key with its {placeholders} filled. A missing key shows itself, so that the gap is seen; a
 * missing placeholder stays as written.
 */
export function t(key: string, params: Params = {}): string {
  return (message(key) ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole))
}

/** A server text in the language in use; the other language when that one is empty. */
export function text(value: Text | null | undefined): string {
  if (!value) return ''
  return current.value === 'en' ? value.en || value.zh : value.zh || value.en
}
