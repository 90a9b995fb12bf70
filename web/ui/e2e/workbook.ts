// The smallest .xlsx: one sheet of text cells in an uncompressed archive, so that a test shows what it uploads.
import { crc32 } from 'node:zlib'

const escape = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
const letter = (column: number): string => String.fromCharCode('A'.charCodeAt(0) + column)

function sheetXML(rows: string[][]): string {
  const body = rows.map((cells, r) => {
    const written = cells.map((text, c) =>
      text ? `<c r="${letter(c)}${r + 1}" t="inlineStr"><is><t>${escape(text)}</t></is></c>` : '',
    )
    return `<row r="${r + 1}">${written.join('')}</row>`
  })
  return `<worksheet xmlns="${main}"><sheetData>${body.join('')}</sheetData></worksheet>`
}

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const parcel = 'http://schemas.openxmlformats.org/package/2006'
const sheets = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

const relation = (type: string, target: string): string =>
  `<Relationships xmlns="${parcel}/relationships"><Relationship Id="r1" Type="${office}/${type}" Target="${target}"/></Relationships>`

/** A workbook with one sheet; at most 26 columns. */
export function workbook(sheet: string, rows: string[][]): Buffer {
  const parts: Record<string, string> = {
    '[Content_Types].xml':
      `<Types xmlns="${parcel}/content-types">` +
      '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
      `<Override PartName="/xl/workbook.xml" ContentType="${sheets}.sheet.main+xml"/>` +
      `<Override PartName="/xl/sheet1.xml" ContentType="${sheets}.worksheet+xml"/></Types>`,
    '_rels/.rels': relation('officeDocument', 'xl/workbook.xml'),
    'xl/workbook.xml':
      `<workbook xmlns="${main}" xmlns:r="${office}">` +
      `<sheets><sheet name="${escape(sheet)}" sheetId="1" r:id="r1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relation('worksheet', 'sheet1.xml'),
    'xl/sheet1.xml': sheetXML(rows),
  }
  return archive(Object.entries(parts).map(([name, text]) => [name, Buffer.from(text)]))
}

/** A ZIP archive without compression (APPNOTE.TXT 4.3: local headers, central directory, its end). */
function archive(files: [string, Buffer][]): Buffer {
  const local: Buffer[] = []
  const central: Buffer[] = []
  let at = 0
  for (const [name, data] of files) {
    const common = Buffer.alloc(26) // version … length of the extra field, the same in both headers
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(0x0800, 2) // names are UTF-8
    common.writeUInt16LE(0x5a21, 8) // 2025-01-01; a date must be there
    common.writeUInt32LE(crc32(data), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(data.length, 18)
    common.writeUInt16LE(Buffer.byteLength(name), 22)
    const place = Buffer.alloc(14) // lengths and attributes nobody needs, then the offset
    place.writeUInt32LE(at, 10)
    local.push(Buffer.from('PK\x03\x04'), common, Buffer.from(name), data)
    central.push(Buffer.from('PK\x01\x02\x14\x00'), common, place, Buffer.from(name))
    at += 30 + Buffer.byteLength(name) + data.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(files.length, 4)
  end.writeUInt16LE(files.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(at, 12)
  return Buffer.concat([...local, directory, Buffer.from('PK\x05\x06'), end])
}
