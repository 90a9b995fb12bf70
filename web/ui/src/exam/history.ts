// Earlier states of one answer, as the server keeps them.
import { ref, shallowRef } from 'vue'
import type { Frame } from '../shared/live'
import type { Version } from './wire'

export interface HistoryParts {
  send: (frame: Frame) => boolean
  number: () => number
}

/** The history that the candidate is looking at; one question at a time. */
export function createHistory(parts: HistoryParts) {
  const question = ref('')
  const versions = shallowRef<Version[]>()
  const failed = ref(false)
  let asked = 0

  return {
    /** The question that is looked at; "" is none. */
    question,
    /** Newest first; nothing until the server has answered. */
    versions,
    /** The server did not answer. */
    failed,
    /** Asks for the history of a question and shows it. */
    open: (id: string) => {
      question.value = id
      versions.value = undefined
      asked = parts.number()
      failed.value = !parts.send({ t: 'history', n: asked, question: id } as Frame)
    },
    close: () => {
      question.value = ''
    },
    receive: (frame: { n: number; question: string; versions: Version[] }) => {
      if (frame.n !== asked) return
      versions.value = [...frame.versions].sort((a, b) => b.seq - a.seq)
    },
    refused: (n: number) => {
      if (n !== asked || n === 0) return false
      failed.value = true
      return true
    },
    lost: () => {
      if (question.value && !versions.value) failed.value = true
    },
  }
}
