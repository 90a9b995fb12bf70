// The jury's table for screens, paper and spreadsheets.
import { marks } from '../../shared/format'
import { t, text } from '../../shared/i18n'
import { textCell, type CsvCell } from '../csv'
import type { Division, Module, Part, Standing } from '../types'

/** Marks in a table: always two places, so that a column can be read down; "—" for a blank. */
export function amount(hundredths: number | null | undefined): string {
  if (hundredths === null || hundredths === undefined) return '—'
  const digits = String(Math.abs(hundredths)).padStart(3, '0')
  return `${hundredths < 0 ? '−' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** What a module's cell says beside its amount. Blank, zero and absent are three different things. */
export function partText(part: Part | undefined): string {
  if (!part) return '—'
  switch (part.state) {
    case 'blank':
      return '—'
    case 'absent':
      return t('admin.part.absent')
    case 'sealed':
      return t('admin.part.sealed')
    case 'partial':
      return `${part.marks === null ? '' : `${amount(part.marks)} `}(${part.in}/${part.of})`
    case 'review':
      return `${part.marks === null ? '' : `${amount(part.marks)} `}${t('admin.part.review')}`
    default:
      return amount(part.marks)
  }
}

/** The head of a module's column: "B 继电控制 (60)". */
export function moduleHead(module: Module): string {
  return `${module.id} ${text(module.name)} (${marks(module.max)})`
}

/** The rank as it is written; equal ranks are marked. */
export function rankText(standing: Pick<Standing, 'rank' | 'shared'>): string {
  if (standing.rank === null) return '—'
  return standing.shared ? t('admin.results.shared_rank', { n: standing.rank }) : String(standing.rank)
}

/** The table for spreadsheets: amounts as numbers, states as words in a column of their own. */
export function resultTable(division: Division, standings: Standing[]): CsvCell[][] {
  const modules = division.scheme.modules
  const head = [
    t('admin.results.rank'),
    t('admin.results.code'),
    t('admin.results.unit'),
    t('admin.results.city'),
    ...modules.map(moduleHead),
    t('admin.results.total'),
    t('admin.col.state'),
  ]
  const plain = (value: number | null | undefined): CsvCell =>
    typeof value === 'number' ? amount(value) : ''
  return [
    head,
    ...standings.map((s) => [
      s.rank,
      textCell(s.code),
      s.unit,
      s.city,
      ...modules.map((m) => {
        const part = s.parts.find((p) => p.module === m.id)
        return part?.state === 'absent' ? t('admin.part.absent') : plain(part?.marks)
      }),
      plain(s.total),
      t(`admin.progress.${s.progress}`),
    ]),
  ]
}
