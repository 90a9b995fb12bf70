import { describe, expect, it } from 'vitest'
import type { SeatProgress } from '../../types'
import { defaultSEB, newSalt, sebOf, sebPlanOf } from './lockdown'
import { lockCounts, troubled } from '../lockStates'
import { sha256 } from './sha256'

describe('the locked browser', () => {
  it('is not asked for unless somebody wants it', () => {
    expect(sebOf(defaultSEB('https://exam.example.cn'))).toBeUndefined()
    expect(defaultSEB('https://exam.example.cn').startURL).toBe('https://exam.example.cn/exam')
  })

  it('may be offered without being required', () => {
    const rules = { required: false, settings: { start_url: 'https://exam.example.cn/exam' } }
    expect(sebPlanOf(rules).mode).toBe('offered')
    expect(sebOf(sebPlanOf(rules))).toEqual(rules)
  })

  it('sends digests of passwords: a new one replaces what is kept, clearing takes it away', () => {
    const plan = { ...sebPlanOf({ required: true, settings: { start_url: 'https://x.cn/exam' } }) }
    plan.quitPassword = { hash: 'a'.repeat(64), typed: '' }
    expect(sebOf(plan)?.settings.quit_password_sha256).toBe('a'.repeat(64))
    plan.quitPassword.typed = '监考 2026'
    expect(sebOf(plan)?.settings.quit_password_sha256).toBe(sha256('监考 2026'))
    expect(JSON.stringify(sebOf(plan))).not.toContain('监考')
    plan.quitPassword = { hash: '', typed: '' }
    expect(sebOf(plan)?.settings).not.toHaveProperty('quit_password_sha256')
  })

  it('reads keys one a line, empty lines apart', () => {
    const plan = {
      ...defaultSEB(),
      mode: 'required' as const,
      examKeys: ` ${'d'.repeat(64)} \n\n${'e'.repeat(64)}`,
    }
    expect(sebOf(plan)?.browser_exam_keys).toEqual(['d'.repeat(64), 'e'.repeat(64)])
  })

  it('draws salts of 32 bytes', () => {
    expect(atob(newSalt())).toHaveLength(32)
    expect(newSalt()).not.toBe(newSalt())
  })
})

describe('states of seats', () => {
  const seats = ['verified', 'overridden', 'failed', undefined].map((state) => ({
    lockdown: state ? { state, failures: 0 } : undefined,
  })) as Pick<SeatProgress, 'lockdown'>[]

  it('are counted, and what needs a look comes first', () => {
    expect(lockCounts(seats)).toEqual({ verified: 1, failed: 1, overridden: 1, none: 1 })
    expect(troubled(seats).map((s) => s.lockdown?.state)).toEqual(['failed', 'overridden'])
  })
})
