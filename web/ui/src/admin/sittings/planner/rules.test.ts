import { describe, expect, it } from 'vitest'
import type { Rules } from '../../types'
import { completeRules } from './completeRules'
import { defaultRules, rulesOf, rulesPlanOf } from './rules'

describe('rules', () => {
  it('come back from the form as they went in, every one of them', () => {
    expect(rulesOf(rulesPlanOf(completeRules))).toEqual(completeRules)
  })

  it('that leave a choice to the server come back with that choice named', () => {
    const bare: Rules = {
      version: '1',
      limit_ms: 1,
      entry_opens_ms: 0,
      last_entry_ms: 0,
      earliest_hand_in_ms: 0,
      grace_ms: 0,
      early_start_ms: 0,
      shuffle_options: true,
      multiple: 'all',
      multiple_partial_bp: 0,
    }
    expect(rulesOf(rulesPlanOf(bare))).toEqual({
      ...bare,
      release_before_ms: 0,
      start_jitter_ms: 0,
      absent_after_ms: 0,
      overdue: 'hand_in',
      spare_share_bp: 0,
      fill_in: 'per_blank',
      ordering: 'all',
      matching: 'all',
      activity: 'report',
      bind_ip: false,
      grading: { rounding: { unit: 1, mode: 'half_up' } },
    })
  })

  it('of a new sitting are the usual ones', () => {
    expect(rulesOf(defaultRules())).toMatchObject({
      limit_ms: 5_400_000,
      grace_ms: 5_000,
      spare_share_bp: 1_000,
      multiple: 'all',
      multiple_partial_bp: 0,
    })
    expect(rulesOf(defaultRules())).not.toHaveProperty('seb')
    expect(rulesOf(defaultRules())).not.toHaveProperty('contingency')
  })

  it('carry the partial share only with its policy', () => {
    expect(rulesOf({ ...defaultRules(), multiple: 'partial_if_subset' }).multiple_partial_bp).toBe(5000)
  })

  it('survive every whole millisecond and basis point', () => {
    for (let n = 0; n < 20_000; n += 7) {
      const rules = { ...completeRules, limit_ms: n, spare_share_bp: n % 10_000, grace_ms: n }
      expect(rulesOf(rulesPlanOf(rules))).toEqual(rules)
    }
  })
})
