// Reads a pasted or loaded list of candidates: tab- or comma-separated, with or without a head, as spreadsheets
// give it. What cannot be read is named line by line; what the server knows better (checksums, names known under the
// ID number, seats) is left to it.
import type { Needs, Registration } from '../types'

/** The columns in the order that a list without a head must have. */
export const columns = ['name', 'unit', 'id_type', 'id_number', 'factor', 'centre', 'needs'] as const

type Column = (typeof columns)[number]

/** A line of the list, as it was read. */
export interface Line {
  /** 1-based, as an editor shows it; the head counts. */
  line: number
  registration: Registration
  /** Codes of what cannot be read: "error.<code>" in the strings. */
  problems: { column: Column; code: string; value: string }[]
}

/** A read list. `unknown` are columns of the head that are not used. */
export interface ReadList {
  lines: Line[]
  unknown: string[]
  /** The head lacks this column, so nothing was read. */
  missing: Column[]
}

const heads: Record<string, Column> = {
  姓名: 'name',
  考生姓名: 'name',
  name: 'name',
  单位: 'unit',
  工作单位: 'unit',
  单位名称: 'unit',
  unit: 'unit',
  证件类型: 'id_type',
  idtype: 'id_type',
  证件号码: 'id_number',
  证件号: 'id_number',
  身份证号: 'id_number',
  身份证号码: 'id_number',
  身份证: 'id_number',
  idnumber: 'id_number',
  加时系数: 'factor',
  合理便利: 'factor',
  用时系数: 'factor',
  factor: 'factor',
  考点: 'centre',
  考点代码: 'centre',
  考点名称: 'centre',
  centre: 'centre',
  特殊需求: 'needs',
  便利安排: 'needs',
  考试便利: 'needs',
  needs: 'needs',
}

const idTypes: Record<string, string> = {
  '': 'resident_card',
  居民身份证: 'resident_card',
  身份证: 'resident_card',
  residentcard: 'resident_card',
  护照: 'passport',
  passport: 'passport',
  港澳居民来往内地通行证: 'hk_macao_permit',
  港澳通行证: 'hk_macao_permit',
  hkmacaopermit: 'hk_macao_permit',
  台湾居民来往大陆通行证: 'taiwan_permit',
  台胞证: 'taiwan_permit',
  taiwanpermit: 'taiwan_permit',
  外国人永久居留身份证: 'foreign_residence',
  外国人永久居留证: 'foreign_residence',
  foreignresidence: 'foreign_residence',
  其他: 'other',
  other: 'other',
}

/** The words by which a list names what a sitting arranges; those of a plan's registration (engine/plan). */
const needWords: Record<keyof Needs, string[]> = {
  accessible_seat: ['无障碍', '轮椅', 'accessible', 'wheelchair'],
  large_type: ['大字', '放大', 'large type', 'large print'],
  high_contrast: ['高对比', 'high contrast'],
  read_aloud: ['朗读', '读屏', '语音', 'read aloud', 'screen reader'],
  rest_breaks: ['休息', 'rest'],
}

/** What is to be arranged, by words between commas; null when a part names nothing that can be. */
export function needsOf(text: string): Needs | null {
  const needs: Needs = {}
  for (const part of text.split(/[,，、;；/]/).map((p) => p.trim().toLowerCase())) {
    if (!part) continue
    const found = (Object.keys(needWords) as (keyof Needs)[]).filter((need) =>
      needWords[need].some((w) => part.includes(w)),
    )
    if (!found.length) return null
    for (const need of found) needs[need] = true
  }
  return needs
}

/** Head and type words compare without spaces, marks and case: "ID number*" is "idnumber". */
const word = (text: string): string => text.replace(/[\s*_()（）:：-]/g, '').toLowerCase()

/** Splits text into cells. Tabs win over commas; quoted cells may hold both, and line breaks. */
export function cellsOf(text: string): string[][] {
  const plain = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n')
  const tabs = plain.includes('\t')
  const isBreak = (c: string): boolean => (tabs ? c === '\t' : c === ',' || c === '，')
  const rows: string[][] = [[]]
  let cell = ''
  let quoted = false
  for (let i = 0; i < plain.length; i++) {
    const c = plain[i]!
    if (quoted) {
      if (c !== '"') cell += c
      else if (plain[i + 1] === '"') cell += plain[++i]
      else quoted = false
    } else if (c === '"' && cell === '') quoted = true
    else if (isBreak(c) || c === '\n') {
      rows[rows.length - 1]!.push(cell.trim())
      cell = ''
      if (c === '\n') rows.push([])
    } else cell += c
  }
  rows[rows.length - 1]!.push(cell.trim())
  return rows
}

/**
 * The accommodation factor in thousandths: "1.3", "130%" and "1300" are 1300, "" is 0 (none), anything else null. The
 * server checks the range.
 */
export function factorOf(text: string): number | null {
  if (text === '') return 0
  const found = /^(\d+(?:\.\d{1,3})?)\s*([%％]?)$/.exec(text)
  if (!found) return null
  const value = Number(found[1])
  if (found[2]) return Math.round(value * 10)
  return value >= 1000 ? Math.round(value) : Math.round(value * 1000)
}

interface KnownCentre {
  code: string
  name: string
}

/** Reads a list. `centres` are those of the sitting; a line may name one by code or name. */
export function readList(text: string, centres: KnownCentre[]): ReadList {
  const rows = cellsOf(text)
  const first = rows.findIndex((row) => row.some((c) => c !== ''))
  if (first < 0) return { lines: [], unknown: [], missing: [] }
  const head = rows[first]!.map((c) => heads[word(c)])
  const hasHead = head.filter(Boolean).length >= 2
  const order: (Column | undefined)[] = hasHead ? head : bareOrder(rows[first]!)
  const unknown = hasHead ? rows[first]!.filter((c, i) => c !== '' && !head[i]) : []
  const missing = (['name', 'id_number'] as const).filter((c) => !order.includes(c))
  if (missing.length) return { lines: [], unknown, missing: [...missing] }
  const lines = rows
    .map((cells, i) => ({ cells, line: i + 1 }))
    .filter(({ cells, line }) => line > first + (hasHead ? 1 : 0) && cells.some((c) => c !== ''))
    .map(({ cells, line }) => readLine(cells, line, order, centres))
  return { lines, unknown, missing: [] }
}

/** Without a head the ID type may be left out: the third cell is then the number itself. */
function bareOrder(cells: string[]): Column[] {
  const third = cells[2] ?? ''
  return /\d{6}/.test(third) ? columns.filter((c) => c !== 'id_type') : [...columns]
}

function readLine(
  cells: string[],
  line: number,
  order: (Column | undefined)[],
  centres: KnownCentre[],
): Line {
  const value = (column: Column): string => cells[order.indexOf(column)] ?? ''
  const problems: Line['problems'] = []
  const bad = (column: Column, code: string): void => {
    problems.push({ column, code, value: value(column) })
  }

  if (!value('name')) bad('name', 'name_length')
  // Excel turns long numbers into 3.70199E+17 and loses digits; that must not pass as a passport number.
  const number = value('id_number').replace(/^'/, '')
  if (!number) bad('id_number', 'id_length')
  else if (/^\d(\.\d+)?E\+\d+$/i.test(number)) bad('id_number', 'id_scientific')
  const type = order.includes('id_type') ? idTypes[word(value('id_type'))] : 'resident_card'
  if (!type) bad('id_type', 'id_type_unknown')
  const factor = factorOf(value('factor'))
  if (factor === null) bad('factor', 'factor_form')
  const needs = needsOf(value('needs'))
  if (!needs) bad('needs', 'needs_unknown')
  const wanted = value('centre')
  const centre = centres.find((c) => c.code === wanted || c.name === wanted)
  if (wanted && !centre) bad('centre', 'centre_unknown')

  return {
    line,
    problems,
    registration: {
      name: value('name'),
      unit: value('unit'),
      id_type: type ?? '',
      id_number: number,
      factor: factor ?? 0,
      centre: centre?.code ?? '',
      ...(needs && Object.keys(needs).length > 0 && { needs }),
    },
  }
}

/** The place of a server's field, "registrations[3].id_number"; null for other paths. */
export function registrationPlace(path: string): { index: number; field: string } | null {
  const found = /^registrations\[(\d+)\](?:\.(\w+))?$/.exec(path)
  return found ? { index: Number(found[1]), field: found[2] ?? '' } : null
}

/** The text of a list file: UTF-8, or else the encoding that Excel writes on Chinese machines. */
export function decodeList(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}
