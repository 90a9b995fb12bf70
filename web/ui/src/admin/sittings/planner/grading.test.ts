import { describe, expect, it } from 'vitest'
import type { Paper } from '../../types'
import {
  defaultGrading,
  gradingOf,
  gradingProblems,
  sectionsOf,
  weightsFor,
  type GradingPlan,
} from './grading'

const paper = (pass: number, counts = [80, 20]) =>
  ({
    pass,
    total: 10_000,
    sections: counts.map((n, i) => ({
      kind: i ? 'true_false' : 'single_choice',
      title: `第 ${i + 1} 大题`,
      score_each: 100,
      items: Array.from({ length: n }, () => ({})),
    })),
  }) as unknown as Paper

const problems = (change: Partial<GradingPlan>, papers = [paper(6000)]) =>
  gradingProblems({ ...defaultGrading(papers[0]), ...change }, papers.map(sectionsOf))

describe('the usual grading', () => {
  it.each([
    [6000, 60],
    [7250, 72.5],
    [0, 60], // the paper states none
  ])('of a paper that passes at %d has its line at %d per cent', (pass, want) => {
    const plan = defaultGrading(paper(pass))
    expect(plan.parts).toHaveLength(1)
    expect(plan.parts[0]).toMatchObject({ id: 'theory', sections: ['s1', 's2'], pass: want })
    expect(problems({}, [paper(pass)])).toEqual({})
  })

  it('is a line of 60 per cent before there is a paper', () => {
    expect(gradingOf(defaultGrading()).parts?.[0]).toMatchObject({ pass_bp: 6000, sections: [] })
  })
})

describe('weights', () => {
  it('go by marks, and add up to the whole whatever they are rounded to', () => {
    const three = sectionsOf(paper(6000, [1, 1, 1]))
    expect(weightsFor(three).map((w) => w.percent)).toEqual([33.33, 33.33, 33.34])
    expect(weightsFor(sectionsOf(paper(6000))).map((w) => w.percent)).toEqual([80, 20])
  })

  it('that were given stay, for the sections that are there', () => {
    const given = [
      { section: 's2', percent: 70 },
      { section: 's9', percent: 30 },
    ]
    expect(weightsFor(sectionsOf(paper(6000)), given)).toEqual([
      { section: 's1', percent: 0 },
      { section: 's2', percent: 70 },
    ])
  })
})

// The rules of scoring.Grading.Validate, with the server's paths.
describe('a grading that the papers do not fit', () => {
  const part = { id: 'a', nameZh: '甲', nameEn: '', sections: ['s1'], pass: 60 }
  it.each<[string, Partial<GradingPlan>, Record<string, string>]>([
    ['has no line at all', { parts: [] }, {}],
    [
      'names an unknown section',
      { parts: [{ ...part, sections: ['s1', 's3'] }] },
      { 'parts[0].sections': 'section_unknown' },
    ],
    [
      'has a part without sections',
      { parts: [{ ...part, sections: [] }] },
      { 'parts[0].sections': 'missing' },
    ],
    [
      'has a part without a name',
      { parts: [{ ...part, nameZh: ' ' }] },
      { 'parts[0].name.zh': 'name_missing' },
    ],
    ['has two parts of one code', { parts: [part, part] }, { 'parts[1].id': 'duplicate' }],
    ['has a part without a code', { parts: [{ ...part, id: '' }] }, { 'parts[0].id': 'missing' }],
    ['has full marks of nothing', { fixed: true, full: 0 }, { full_marks: 'missing' }],
    [
      'weighs to more than the whole',
      {
        weighted: true,
        weights: [
          { section: 's1', percent: 80 },
          { section: 's2', percent: 30 },
        ],
      },
      { sections: 'weights_differ' },
    ],
    [
      'forgets a section',
      { weighted: true, weights: [{ section: 's1', percent: 100 }] },
      { sections: 'weight_missing' },
    ],
    [
      'weighs a section that is not there, and one with nothing',
      {
        weighted: true,
        weights: [
          { section: 's1', percent: 100 },
          { section: 's2', percent: 0 },
          { section: 's3', percent: 0 },
        ],
      },
      {
        'sections[1].weight_bp': 'out_of_range',
        'sections[2].weight_bp': 'out_of_range',
        'sections[2].section': 'section_unknown',
      },
    ],
  ])('%s', (_what, change, want) => {
    const base = Object.fromEntries(Object.entries(want).map(([at, code]) => [`rules.grading.${at}`, code]))
    expect(problems(change)).toEqual(base)
  })

  it('is one that fits the first of two papers only', () => {
    expect(problems({}, [paper(6000), paper(6000, [100])])).toEqual({
      'rules.grading.parts[0].sections': 'section_unknown',
    })
  })
})
