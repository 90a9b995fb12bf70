import { beforeAll, describe, expect, it } from 'vitest'
import { addMessages } from '../../shared/i18n'
import zh from '../../../locales/hall.zh-CN.json'
import type { ReconciledAttempt } from '../types'
import { remarksOf } from './reconcile'

const row = (over: Partial<ReconciledAttempt>): ReconciledAttempt =>
  ({ findings: [], pending: 0, zero: false, evidence: 0, ...over }) as ReconciledAttempt

beforeAll(() => addMessages(zh, () => Promise.resolve({ default: zh })))

describe('remarks', () => {
  it('are none where seat and ledger agree', () => expect(remarksOf(row({}))).toEqual([]))

  it('name the question and the answer that was lost', () => {
    const found = remarksOf(row({ findings: [{ code: 'lost', question: 'q7', seq: 3, fence: 1 }] }))
    expect(found).toHaveLength(1)
    expect(found[0]).toContain('q7')
    expect(found[0]).toContain('3')
  })

  it('tell of answers left, of none at all, of evidence and of files', () => {
    expect(remarksOf(row({ pending: 2, zero: true, evidence: 1, via: 'rescue' }))).toHaveLength(4)
  })
})
