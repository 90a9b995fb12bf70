// How the states of sittings, attempts, divisions and modules look: a shape and a tone; the word is in the strings.
type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'info'

const looks: Record<string, Record<string, [mark: string, tone: Tone]>> = {
  sitting: { planned: ['○', 'plain'], open: ['◐', 'info'], running: ['▶', 'good'], closed: ['■', 'plain'] },
  attempt: {
    notstarted: ['○', 'plain'],
    admitted: ['◐', 'info'],
    in_progress: ['▶', 'good'],
    paused: ['‖', 'warn'],
    overdue: ['!', 'warn'],
    submitted: ['✓', 'info'],
    finished: ['✓', 'info'],
    abandoned: ['—', 'warn'],
    void: ['✕', 'bad'],
  },
  incident: { open: ['◐', 'warn'], signed: ['✓', 'good'], withdrawn: ['✕', 'plain'] },
  outcome: { pass: ['✓', 'good'], fail: ['✕', 'bad'], incomplete: ['◐', 'warn'], none: ['—', 'plain'] },
  proposal: { open: ['◐', 'warn'], signed: ['✓', 'good'], withdrawn: ['✕', 'plain'] },
  verdict: {
    proven: ['✓', 'good'],
    pending: ['!', 'bad'],
    differs: ['✕', 'bad'],
    silent: ['?', 'warn'],
    running: ['▶', 'info'],
    notstarted: ['○', 'plain'],
    absent: ['—', 'plain'],
    void: ['✕', 'plain'],
  },
  plan: {
    draft: ['○', 'plain'],
    open: ['▶', 'good'],
    closed: ['◐', 'info'],
    arranged: ['✓', 'info'],
    archived: ['■', 'plain'],
  },
  entry: { pending: ['◐', 'warn'], accepted: ['✓', 'good'], returned: ['!', 'warn'], rejected: ['✕', 'bad'] },
  eligibility: { eligible: ['✓', 'good'], not_eligible: ['✕', 'bad'], needs_evidence: ['!', 'warn'] },
  truth: { yes: ['✓', 'good'], no: ['✕', 'plain'], unknown: ['?', 'warn'] },
  custody: {
    none: ['○', 'warn'],
    sealed: ['■', 'info'],
    half: ['◐', 'warn'],
    released: ['✓', 'good'],
  },
  division: { setup: ['○', 'plain'], running: ['▶', 'good'], review: ['◐', 'warn'], final: ['■', 'info'] },
  part: {
    blank: ['○', 'plain'],
    partial: ['◐', 'plain'],
    review: ['!', 'bad'],
    marked: ['✓', 'good'],
    absent: ['—', 'warn'],
  },
  progress: {
    waiting: ['○', 'plain'],
    running: ['◐', 'info'],
    review: ['!', 'bad'],
    complete: ['✓', 'good'],
    absent: ['—', 'warn'],
  },
  row: { good: ['✓', 'good'], bad: ['✕', 'bad'], same: ['=', 'plain'] },
}

/** The shape and tone of a state; an unknown state shows as "?". */
export function lookOf(family: string, state: string): { mark: string; tone: Tone } {
  const [mark, tone] = looks[family]?.[state] ?? ['?', 'plain']
  return { mark, tone }
}

/** The states of a family in order. */
export function statesOf(family: string): string[] {
  return Object.keys(looks[family] ?? {})
}
