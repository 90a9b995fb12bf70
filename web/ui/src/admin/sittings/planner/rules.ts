// The rules of a sitting in the units of the form (minutes, seconds, per cent), and as the server takes them. Both ways
// keep everything: what the form does not show is not lost by a copy.
import type { Rules } from '../../types'
import { defaultGrading, gradingOf, gradingPlanOf, type GradingPlan } from './grading'
import { defaultSEB, sebOf, sebPlanOf, type SEBPlan } from './lockdown'
import { misconductOf, misconductPlanOf, type MisconductPlan } from './misconduct'

/** The rules of the form. Times are minutes, and seconds where people think in seconds. */
export interface RulesPlan {
  version: string
  limit: number
  entryOpens: number
  lastEntry: number
  earliestHandIn: number
  graceSeconds: number
  earlyStart: number
  /** From how long before the start the papers can be released. */
  releaseBefore: number
  jitterSeconds: number
  absentAfter: number
  overdue: 'hand_in' | 'abandon'
  /** Time that may be given back is bounded by extendUpTo; beyond it, beyond says what is to be done. */
  bounded: boolean
  extendUpTo: number
  beyond: NonNullable<Rules['contingency']>['beyond']
  /** Per cent of all seats of a room that stay free. */
  spareShare: number
  shuffle: boolean
  multiple: string
  /** Per cent of the question's score, for the policy partial_if_subset. */
  partial: number
  fillIn: string
  ordering: string
  matching: string
  activity: 'report' | 'ignore'
  bindIP: boolean
  seb: SEBPlan
  /** A machine may compare faces; above faceThreshold per cent they are one person's. */
  face: boolean
  faceThreshold: number
  misconduct: MisconductPlan
  grading: GradingPlan
}

/** What the trade uses most; every value can be changed (domain notes: entry 30 min, late 30 min, hand-in 30 min). */
export function defaultRules(origin = ''): RulesPlan {
  return {
    version: '2026-1',
    limit: 90,
    entryOpens: 30,
    lastEntry: 30,
    earliestHandIn: 30,
    graceSeconds: 5,
    earlyStart: 0,
    releaseBefore: 30,
    jitterSeconds: 2,
    absentAfter: 30,
    overdue: 'hand_in',
    bounded: false,
    extendUpTo: 30,
    beyond: 'reschedule',
    spareShare: 10,
    shuffle: true,
    multiple: 'all',
    partial: 50,
    fillIn: 'per_blank',
    ordering: 'all',
    matching: 'all',
    activity: 'report',
    bindIP: false,
    seb: defaultSEB(origin),
    face: false,
    faceThreshold: 80,
    misconduct: misconductPlanOf(),
    grading: defaultGrading(),
  }
}

const minute = 60_000
const minutes = (n: number): number => Math.round((n || 0) * minute)

/** The rules of the form in the server's units. */
export function rulesOf(plan: RulesPlan): Rules {
  const seb = sebOf(plan.seb)
  const misconduct = misconductOf(plan.misconduct)
  return {
    version: plan.version.trim(),
    limit_ms: minutes(plan.limit),
    entry_opens_ms: minutes(plan.entryOpens),
    last_entry_ms: minutes(plan.lastEntry),
    earliest_hand_in_ms: minutes(plan.earliestHandIn),
    grace_ms: Math.round((plan.graceSeconds || 0) * 1000),
    early_start_ms: minutes(plan.earlyStart),
    release_before_ms: minutes(plan.releaseBefore),
    start_jitter_ms: Math.round((plan.jitterSeconds || 0) * 1000),
    absent_after_ms: minutes(plan.absentAfter),
    overdue: plan.overdue,
    ...(plan.bounded && {
      contingency: { extend_up_to_ms: minutes(plan.extendUpTo), beyond: plan.beyond },
    }),
    spare_share_bp: Math.round((plan.spareShare || 0) * 100),
    shuffle_options: plan.shuffle,
    multiple: plan.multiple,
    multiple_partial_bp: plan.multiple === 'partial_if_subset' ? Math.round((plan.partial || 0) * 100) : 0,
    fill_in: plan.fillIn,
    ordering: plan.ordering,
    matching: plan.matching,
    activity: plan.activity,
    bind_ip: plan.bindIP,
    ...(seb && { seb }),
    ...(plan.face && { face: { threshold: Math.round((plan.faceThreshold || 0) * 10) } }),
    ...(misconduct && { misconduct }),
    grading: gradingOf(plan.grading),
  }
}

/** The other way: the rules of an older sitting in the form. What they leave to the server is named. */
export function rulesPlanOf(rules: Rules, origin = ''): RulesPlan {
  const usual = defaultRules(origin)
  return {
    version: rules.version,
    limit: rules.limit_ms / minute,
    entryOpens: rules.entry_opens_ms / minute,
    lastEntry: rules.last_entry_ms / minute,
    earliestHandIn: rules.earliest_hand_in_ms / minute,
    graceSeconds: rules.grace_ms / 1000,
    earlyStart: rules.early_start_ms / minute,
    releaseBefore: (rules.release_before_ms ?? 0) / minute,
    jitterSeconds: (rules.start_jitter_ms ?? 0) / 1000,
    absentAfter: (rules.absent_after_ms ?? 0) / minute,
    overdue: rules.overdue || 'hand_in',
    bounded: !!rules.contingency,
    extendUpTo: rules.contingency ? rules.contingency.extend_up_to_ms / minute : usual.extendUpTo,
    beyond: rules.contingency?.beyond ?? usual.beyond,
    spareShare: (rules.spare_share_bp ?? 0) / 100,
    shuffle: rules.shuffle_options,
    multiple: rules.multiple,
    partial: rules.multiple_partial_bp > 0 ? rules.multiple_partial_bp / 100 : usual.partial,
    fillIn: rules.fill_in || 'per_blank',
    ordering: rules.ordering || 'all',
    matching: rules.matching || 'all',
    activity: rules.activity || 'report',
    bindIP: rules.bind_ip ?? false,
    seb: sebPlanOf(rules.seb, origin),
    face: !!rules.face,
    faceThreshold: rules.face ? rules.face.threshold / 10 : usual.faceThreshold,
    misconduct: misconductPlanOf(rules.misconduct),
    grading: gradingPlanOf(rules.grading),
  }
}
