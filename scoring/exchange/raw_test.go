package exchange_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"html"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// rawWorkbook writes a workbook part by part, as a spreadsheet program does
// and our own writer does not: shared strings, numbers without a type, results
// beside their formulas, a hidden column. It is what our reader meets that our
// writer did not make.
func rawWorkbook(t testing.TB, s sheet, hiddenColumn int) []byte {
	t.Helper()
	strs, index := []string{}, map[string]int{}
	shared := func(text string) int {
		if _, ok := index[text]; !ok {
			index[text] = len(strs)
			strs = append(strs, text)
		}
		return index[text]
	}
	var rows strings.Builder
	for r, cells := range s.rows {
		fmt.Fprintf(&rows, `<row r="%d">`, r+1)
		for c, v := range cells {
			name, err := excelize.CoordinatesToCellName(c+1, r+1)
			must(t, err)
			switch v := v.(type) {
			case nil:
			case string:
				fmt.Fprintf(&rows, `<c r="%s" t="s"><v>%d</v></c>`, name, shared(v))
			case formula:
				fmt.Fprintf(&rows, `<c r="%s"><f>%s</f><v>%v</v></c>`, name, html.EscapeString(v.text), v.result)
			default:
				fmt.Fprintf(&rows, `<c r="%s"><v>%v</v></c>`, name, v)
			}
		}
		rows.WriteString(`</row>`)
	}
	var items, merged strings.Builder
	for _, text := range strs {
		fmt.Fprintf(&items, `<si><t xml:space="preserve">%s</t></si>`, html.EscapeString(text))
	}
	for _, m := range s.merged {
		fmt.Fprintf(&merged, `<mergeCell ref="%s:%s"/>`, m[0], m[1])
	}
	merges := ""
	if len(s.merged) > 0 {
		merges = fmt.Sprintf(`<mergeCells count="%d">%s</mergeCells>`, len(s.merged), merged.String())
	}
	const main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	const rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	return archive(t, [][2]string{
		{"[Content_Types].xml", head + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>`},
		{"_rels/.rels", head + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + rel + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", head + `<workbook ` + main + ` xmlns:r="` + rel + `"><sheets><sheet name="` + html.EscapeString(s.name) + `" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", head + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + rel + `/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="` + rel + `/sharedStrings" Target="sharedStrings.xml"/></Relationships>`},
		{"xl/sharedStrings.xml", head + `<sst ` + main + `>` + items.String() + `</sst>`},
		{"xl/worksheets/sheet1.xml", head + `<worksheet ` + main + `><cols><col min="` + fmt.Sprint(hiddenColumn) + `" max="` + fmt.Sprint(hiddenColumn) + `" width="9" hidden="1"/></cols><sheetData>` + rows.String() + `</sheetData>` + merges + `</worksheet>`},
	})
}

// archive packs parts in order, without times, so that bytes repeat.
func archive(t testing.TB, parts [][2]string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, p := range parts {
		f, err := w.Create(p[0])
		must(t, err)
		_, err = f.Write([]byte(p[1]))
		must(t, err)
	}
	must(t, w.Close())
	return buf.Bytes()
}
