// What a preview of a workbook found, for reading and for download.
import { hasMessage, t } from '../../shared/i18n'
import type { CsvCell } from '../csv'
import { fieldText } from '../parts/refusal'
import type { Report, RowProblem } from '../types'

/**
 * The reason in the user's language: that of workbooks, else that of single entries; the server's English where there
 * is no translation.
 */
export function reason(problem: RowProblem): string {
  const key = `import.${problem.code}`
  if (!hasMessage(key)) return fieldText({ path: '', ...problem })
  const params = { ...problem.params }
  if (params.place) params.place = otherPlace(params.place)
  return t(key, params)
}

/** Where the other of two like questions is; the server writes "row 17 of 三级" or that the bank has it. */
function otherPlace(place: string): string {
  const found = /^row (\d+) of (.+)$/.exec(place)
  return found ? `${found[2]} ${t('admin.report.line', { n: found[1]! })}` : t('admin.report.in_bank')
}

/** Where a problem is, as a spreadsheet names it: "三级!C17", "三级", or the file's name. */
export function placeOf(problem: RowProblem): string {
  if (!problem.sheet) return problem.file
  if (!problem.row) return problem.sheet
  return `${problem.sheet}!${problem.column}${problem.row}`
}

/** What of a report is shown. */
export type RowFilter = 'all' | 'bad' | 'warning' | 'good' | 'same'

/** The filters in the order of the buttons. */
export const rowFilters: RowFilter[] = ['all', 'bad', 'warning', 'good', 'same']

/** The rows of a filter. A row with warnings only is good and in "warning" too. */
export function filterRows(report: Report, filter: RowFilter): Report['rows'] {
  switch (filter) {
    case 'all':
      return report.rows
    case 'warning':
      return report.rows.filter((row) => row.problems.some((p) => p.severity === 'warning'))
    default:
      return report.rows.filter((row) => row.state === filter)
  }
}

/** Every problem of the file, its sheets and its rows, as a table with a head. */
export function problemTable(report: Report): CsvCell[][] {
  const head = ['file', 'sheet', 'row', 'column', 'header', 'severity', 'content', 'reason', 'code'].map(
    (name) => t(`admin.report.${name}`),
  )
  const line = (p: RowProblem, label: string): CsvCell[] => [
    p.file,
    p.sheet,
    p.row || '',
    p.column,
    p.header,
    t(`admin.severity.${p.severity}`),
    label,
    reason(p),
    p.code,
  ]
  return [
    head,
    ...report.problems.map((p) => line(p, '')),
    ...report.rows.flatMap((row) => row.problems.map((p) => line(p, row.label))),
  ]
}
