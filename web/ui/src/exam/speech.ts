// Reading aloud by the browser's own voice, where it has one.
import { getCurrentScope, onScopeDispose, ref } from 'vue'
import { optionLetter } from '../shared/format'
import { t } from '../shared/i18n'
import { isText, type Item } from './paper'
import { plainText } from './rich'

/** Whether this browser can speak at all. */
export const canSpeak =
  typeof speechSynthesis !== 'undefined' && typeof SpeechSynthesisUtterance !== 'undefined'

const speaking = ref('') // the question that is being read

/** A voice for Chinese; the browser's own choice when it names none. */
function voice(): SpeechSynthesisVoice | undefined {
  const all = speechSynthesis.getVoices()
  return all.find((v) => v.lang.replace('_', '-') === 'zh-CN') ?? all.find((v) => v.lang.startsWith('zh'))
}

function stop(): void {
  speaking.value = ''
  if (canSpeak) speechSynthesis.cancel()
}

/** Reads the sentences one after the other: long utterances are cut off by some browsers. */
function read(question: string, sentences: string[]): void {
  stop()
  speaking.value = question
  sentences.forEach((sentence, i) => {
    const utterance = new SpeechSynthesisUtterance(sentence)
    utterance.lang = 'zh-CN'
    utterance.voice = voice() ?? null
    utterance.rate = 0.95
    const over = (): void => {
      if (speaking.value === question && i === sentences.length - 1) speaking.value = ''
    }
    utterance.onend = over
    utterance.onerror = over
    speechSynthesis.speak(utterance)
  })
}

/** The reading of one question at a time; it stops when the question leaves the screen. */
export function useSpeech() {
  let mine = ''
  if (getCurrentScope()) onScopeDispose(() => mine && speaking.value === mine && stop())
  return {
    speaking,
    stop,
    toggle: (question: string, sentences: () => string[]) => {
      mine = question
      if (speaking.value === question) stop()
      else read(question, sentences())
    },
  }
}

/** What is read of a question: where it stands, its text, what there is to choose, and the candidate's own answer. */
export function spokenQuestion({ question, shared }: Item, value: string[]): string[] {
  const html = question.markup === 'html'
  const blank = (no: string): string => t('room.aloud.blank', { n: no })
  const options = question.options
  const option = (id: string | undefined): string => {
    const at = options.findIndex((o) => o.id === id)
    return at < 0 ? t('room.aloud.nothing') : `${optionLetter(at)}, ${plainText(options[at]!.text, html)}`
  }
  const answer = (): string[] => {
    if (value.length === 0) return [t('room.aloud.unanswered')]
    const own = t('room.aloud.own')
    if (isText(question.kind)) return [own, value[0]!]
    if (question.kind === 'fill_in')
      return [own, ...value.map((x, i) => `${blank(String(i + 1))}: ${x || t('room.aloud.nothing')}`)]
    if (question.kind === 'matching') return [own, ...value.map((x, i) => `${i + 1}: ${option(x)}`)]
    return [own, ...value.map(option)]
  }
  return [
    ...(shared ? [t('room.aloud.material'), plainText(shared.stem, shared.markup === 'html')] : []),
    t('exam.sheet.question', { n: question.no }),
    plainText(question.stem, html, blank),
    ...question.prompts.map((p, i) => `${i + 1}: ${plainText(p.text, html)}`),
    ...options.map((o, i) => `${optionLetter(i)}: ${plainText(o.text, html)}`),
    ...answer(),
  ].filter((sentence) => sentence !== '')
}
