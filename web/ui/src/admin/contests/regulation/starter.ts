// A small regulation to start from: everything that the server asks for, to be replaced by the contest's own.
import { t, type Text } from '../../../shared/i18n'
import type { components } from '../../../shared/api.gen'

type Schemas = components['schemas']
type Scheme = Schemas['ScoringScheme']
type Rules = Schemas['ScoringRules']

/** The kinds of aspect in the order of the server. */
export const aspectKinds = [
  'measurement_binary',
  'measurement_stepped',
  'measurement_tolerance',
  'linear_deduction',
  'points',
  'judgement',
  'deduction_pot',
  'penalty',
  'hit_list',
  'time_table',
] as const

const both = (key: string): Text => ({ zh: t(`regulation.starter.${key}`), en: '' })

/** One practical module of 100 marks with one aspect; before it a theory module of 100 where wanted. */
export function starter(theory: boolean): { scheme: Scheme; rules: Rules } {
  const practical = theory ? 'B' : 'A'
  const scheme: Scheme = {
    id: 'scheme',
    version: 1,
    name: both('scheme'),
    modules: [
      {
        id: practical,
        name: both('practical'),
        max: 10000,
        source: 'panel',
        sub_criteria: [
          {
            id: `${practical}1`,
            name: both('sub_criterion'),
            max: 10000,
            aspects: [
              {
                id: `${practical}1-1`,
                kind: 'points',
                name: both('aspect'),
                description: { zh: '', en: '' },
                max: 10000,
                points: { step: 100 },
              },
            ],
          },
        ],
      },
    ],
  }
  if (theory)
    scheme.modules.unshift({
      id: 'A',
      name: both('theory'),
      max: 10000,
      source: 'imported',
      sub_criteria: [],
    })
  const part = (id: string, module: string, weight: number): Rules['parts'][number] => ({
    id,
    name: both(id),
    modules: [module],
    weight,
  })
  return {
    scheme,
    rules: {
      id: 'rules',
      version: 1,
      panel: { size: 3, min_judges: 3 },
      agreement: Object.fromEntries(
        aspectKinds.map((kind) => [
          kind,
          kind === 'judgement'
            ? { method: 'mean', spread_max: 1 }
            : kind === 'points'
              ? { method: 'mean' }
              : { method: 'equal' },
        ]),
      ),
      rounding: { step: 1, where: 'aspect' },
      parts: theory
        ? [part('theory', 'A', 3000), part('practical', practical, 7000)]
        : [part('practical', practical, 10000)],
      full_marks: 10000,
      total_rounding: { step: 1, where: 'total' },
      pass_lines: [],
      tie_chain: theory ? [{ by: 'part', part: 'practical', name: both('practical') }] : [],
      ranking: 'shared',
      absent: 'last',
      provisional_marks: 'complete',
    },
  }
}
