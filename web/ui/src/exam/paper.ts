// The paper as the candidate goes through it: a row of questions to answer, the parts of a case among them.
import type { ChoiceKind, Question, QuestionKind, SeatPaper, Section, TextKind } from './wire'

/** One question to answer. */
export interface Item {
  question: Question
  section: Section
  /** The case whose part it is. */
  shared?: Question
  /** Hundredths of a mark. */
  score: number
}

/** Questions that are shown together: the parts of one case, or one question alone. */
export interface Group {
  key: string
  shared?: Question
  items: Item[]
}

/** Everything that is answered and counted, in the paper's order. */
export function itemsOf(paper: SeatPaper): Item[] {
  return paper.sections.flatMap((section) =>
    section.questions.flatMap((question): Item[] =>
      question.kind === 'case'
        ? question.parts.map((part) => ({ question: part, section, shared: question, score: part.score }))
        : [{ question, section, score: question.score }],
    ),
  )
}

/** Neighbours of the same case together. */
export function groupsOf(items: Item[]): Group[] {
  const groups: Group[] = []
  for (const item of items) {
    const last = groups[groups.length - 1]
    if (last && item.shared && last.shared === item.shared) last.items.push(item)
    else groups.push({ key: item.shared?.id ?? item.question.id, shared: item.shared, items: [item] })
  }
  return groups
}

/** Whether options are chosen with A–H. */
export function isChoice(kind: QuestionKind): kind is ChoiceKind {
  return kind === 'single_choice' || kind === 'multiple_choice' || kind === 'true_false'
}

/** Whether the answer is one free text. */
export function isText(kind: QuestionKind): kind is TextKind {
  return kind === 'short_answer' || kind === 'calculation' || kind === 'essay'
}

/** All texts of a paper that are written in the safe subset of HTML. */
export function htmlOf(paper: SeatPaper): string {
  const texts = (q: Question): string[] => [
    ...(q.markup === 'html' ? [q.stem, ...[...q.options, ...q.prompts].map((o) => o.text)] : []),
    ...q.parts.flatMap(texts),
  ]
  return paper.sections.flatMap((s) => s.questions.flatMap(texts)).join('\n')
}
