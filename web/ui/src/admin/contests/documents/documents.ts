// The documents of a division: in which order, what may be chosen, and which addresses they have.
import type { components } from '../../../shared/api.gen'
import { path, query } from '../../server'

type Schemas = components['schemas']

export type Shelf = Schemas['ResultbookShelf']
export type Certificate = Schemas['ResultbookCertificateLine']
export type CertificateList = Schemas['CertificateList']

/** A document as the desk offers it; `key` names its strings. */
export interface Offer {
  key: string
  path: string
  /** What may be chosen before it is made. */
  choice?: 'sheets' | 'version' | 'skill'
}

export const groups: { name: string; offers: Offer[] }[] = [
  {
    name: 'blank',
    offers: [
      { key: 'blank_sheets', path: 'blank-sheets.pdf', choice: 'sheets' },
      { key: 'blank_tables', path: 'blank-tables.pdf', choice: 'sheets' },
    ],
  },
  {
    name: 'marks',
    offers: [
      { key: 'work_sheets', path: 'work-sheets.pdf', choice: 'sheets' },
      { key: 'judge_sheets', path: 'judge-sheets.pdf', choice: 'sheets' },
      { key: 'module_sheets', path: 'module-sheets.pdf', choice: 'sheets' },
      { key: 'marks', path: 'marks.xlsx', choice: 'sheets' },
    ],
  },
  {
    name: 'results',
    offers: [
      { key: 'report', path: 'report.pdf', choice: 'version' },
      { key: 'notice', path: 'notice.pdf', choice: 'version' },
      { key: 'corrections', path: 'corrections.pdf', choice: 'version' },
      { key: 'results', path: 'results.xlsx', choice: 'version' },
      { key: 'result_book', path: 'result-book.pdf' },
    ],
  },
  {
    name: 'honours',
    offers: [
      { key: 'awards', path: 'awards.xlsx' },
      { key: 'ceremony_results', path: 'ceremony/Competitor_results.xlsx', choice: 'skill' },
      { key: 'ceremony_best', path: 'ceremony/Best_of_Nation.xlsx', choice: 'skill' },
    ],
  },
  { name: 'archive', offers: [{ key: 'archive', path: 'archive.zip' }] },
]

/** What somebody has chosen at the top of the desk. */
export interface Choice {
  module: string
  code: string
  version: string
  skill: string
}

/** The address of a document below the console's API, with what of the choice concerns it. */
export function addressOf(division: string, offer: Offer, c: Choice): string {
  const chosen = {
    sheets: { module: c.module, code: c.code },
    version: { version: c.version },
    skill: { skill: c.skill },
  }
  return (
    path`/divisions/${division}/documents/` + offer.path + query(offer.choice ? chosen[offer.choice] : {})
  )
}

/** The end of a document's name: "pdf". */
export const endOf = (offer: Offer): string => offer.path.slice(offer.path.lastIndexOf('.') + 1)

/** Whether a certificate fits what was searched: number, name, unit or award. */
export function fits(c: Certificate, words: string): boolean {
  return (
    !words ||
    [c.number, c.recipient, c.unit, c.award_name].some((x) => x.toLowerCase().includes(words.toLowerCase()))
  )
}

/** How each state of a certificate looks. */
export const looks = {
  valid: { mark: '✓', tone: 'good' },
  superseded: { mark: '▲', tone: 'warn' },
  revoked: { mark: '✕', tone: 'plain' },
} as const

/** The public page that checks a certificate, by the name on it. */
export const checkPage = (division: string, c: Certificate): string =>
  path`/verify/${division}/${c.number}` + query({ name: c.recipient })
