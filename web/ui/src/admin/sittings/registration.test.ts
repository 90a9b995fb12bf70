import { describe, expect, it } from 'vitest'
import { cellsOf, decodeList, factorOf, needsOf, readList, registrationPlace } from './registration'

const centres = [
  { code: '01', name: '济南考评中心' },
  { code: '02', name: '青岛考评站' },
]

describe('readList', () => {
  it('reads cells pasted from a spreadsheet with a head in any order', () => {
    const text =
      '身份证号\t姓名\t工作单位\t考点\n370199199910210659\t柳承岳\t泺源湾电气有限公司\t济南考评中心\n'
    const { lines, unknown, missing } = readList(text, centres)
    expect({ unknown, missing }).toEqual({ unknown: [], missing: [] })
    expect(lines).toEqual([
      {
        line: 2,
        problems: [],
        registration: {
          name: '柳承岳',
          unit: '泺源湾电气有限公司',
          id_type: 'resident_card',
          id_number: '370199199910210659',
          factor: 0,
          centre: '01',
        },
      },
    ])
  })

  it('reads a list without a head, with and without the ID type', () => {
    const with6 = readList('甲,单位,护照,E12345678,1.3,02', centres).lines[0]?.registration
    expect(with6).toMatchObject({ id_type: 'passport', id_number: 'E12345678', factor: 1300, centre: '02' })
    const with3 = readList('乙,单位,370199199910210659', centres).lines[0]?.registration
    expect(with3).toMatchObject({ name: '乙', id_type: 'resident_card', id_number: '370199199910210659' })
  })

  it('names the columns that a head lacks or that nobody uses', () => {
    expect(readList('姓名\t单位\n甲\t乙', centres)).toEqual({
      lines: [],
      unknown: [],
      missing: ['id_number'],
    })
    expect(readList('姓名\t身份证号\t电话\n甲\t370199199910210659\t1', centres).unknown).toEqual(['电话'])
  })

  it('names every cell that cannot be read, at its line', () => {
    const text = '姓名,证件类型,证件号码,加时系数,考点\n\n,驾照,3.70199E+17,快,烟台\n'
    const [line] = readList(text, centres).lines
    expect(line?.line).toBe(3)
    expect(line?.problems.map((p) => [p.column, p.code, p.value])).toEqual([
      ['name', 'name_length', ''],
      ['id_number', 'id_scientific', '3.70199E+17'],
      ['id_type', 'id_type_unknown', '驾照'],
      ['factor', 'factor_form', '快'],
      ['centre', 'centre_unknown', '烟台'],
    ])
  })

  it('finds nothing in nothing', () => {
    expect(readList(' \n\n', centres)).toEqual({ lines: [], unknown: [], missing: [] })
  })
})

describe('cellsOf', () => {
  it('keeps commas and line breaks in quoted cells', () => {
    expect(cellsOf('甲,"单位, 二部\n西区","说""好"""\r\n乙,c')).toEqual([
      ['甲', '单位, 二部\n西区', '说"好"'],
      ['乙', 'c'],
    ])
  })

  it('takes commas for text when there are tabs', () => {
    expect(cellsOf('\ufeff甲\t一,二')).toEqual([['甲', '一,二']])
  })
})

describe('factorOf', () => {
  it.each([
    ['', 0],
    ['1', 1000],
    ['1.3', 1300],
    ['130%', 1300],
    ['1300', 1300],
    ['1.25', 1250],
    ['1.2345', null],
    ['-1', null],
    ['多', null],
  ])('reads %j as %j thousandths', (text, want) => expect(factorOf(text)).toBe(want))
})

describe('needsOf', () => {
  it.each([
    ['', {}],
    ['轮椅座位、大字号', { accessible_seat: true, large_type: true }],
    ['高对比度；朗读', { high_contrast: true, read_aloud: true }],
    ['Large type, rest breaks', { large_type: true, rest_breaks: true }],
    ['大字号、靠窗', null], // nothing of it may be lost
  ])('reads %j as %j', (text, want) => expect(needsOf(text)).toEqual(want))

  it('is a column of the list like the others', () => {
    const read = readList(
      '姓名\t身份证号\t便利安排\n甲\t11010519491231002X\t大字号\n乙\t11010519491231002X\t靠窗',
      [],
    )
    expect(read.lines[0]?.registration.needs).toEqual({ large_type: true })
    expect(read.lines[1]?.problems).toEqual([{ column: 'needs', code: 'needs_unknown', value: '靠窗' }])
  })
})

describe('registrationPlace', () => {
  it('takes a path apart', () => {
    expect(registrationPlace('registrations[3].id_number')).toEqual({ index: 3, field: 'id_number' })
    expect(registrationPlace('registrations')).toBeNull()
  })
})

describe('decodeList', () => {
  it('reads UTF-8', () => {
    expect(decodeList(new TextEncoder().encode('姓名').buffer as ArrayBuffer)).toBe('姓名')
  })

  it('reads what Excel writes on Chinese machines', () => {
    expect(decodeList(new Uint8Array([0xd0, 0xd5, 0xc3, 0xfb]).buffer)).toBe('姓名')
  })
})
