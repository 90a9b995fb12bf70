// Tables as CSV for spreadsheets (RFC 4180).
import { saveFile } from './download'

/** What a cell can hold; null and undefined become empty cells. */
export type CsvCell = string | number | null | undefined

// A spreadsheet runs a cell that begins like a formula; a leading apostrophe keeps it text (OWASP, CSV injection).
// Plain negative numbers stay numbers.
const formula = /^[=+@\t\r]|^-(?!\d+(\.\d+)?$)/

function cell(value: CsvCell): string {
  const raw = value === null || value === undefined ? '' : String(value)
  const text = formula.test(raw) ? `'${raw}` : raw
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text
}

/** Writes rows as CSV, with the byte order mark by which spreadsheets know UTF-8. */
export function csv(rows: CsvCell[][]): string {
  return '\ufeff' + rows.map((row) => row.map(cell).join(',') + '\r\n').join('')
}

/** A long digit string, such as a ticket number, as a spreadsheet must read it to keep all its digits. */
export function textCell(digits: string): string {
  return `${digits}\t`
}

/** Offers a text as a file. */
export function download(name: string, content: string, type = 'text/csv;charset=utf-8'): void {
  saveFile(new Blob([content], { type }), name)
}
