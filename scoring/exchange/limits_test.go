package exchange_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring/exchange"
)

// TestRefusedFiles: what is no workbook, or too much of one, is refused before
// it is unpacked.
func TestRefusedFiles(t *testing.T) {
	t.Parallel()
	rows := make([][]any, 5002)
	for i := range rows {
		rows[i] = []any{"x"}
	}
	wide := make([]any, 65)
	wide[64] = "x"
	sheets := make([]sheet, 65)
	for i := range sheets {
		sheets[i] = sheet{name: fmt.Sprint("s", i)}
	}
	for _, c := range []struct {
		name string
		data []byte
		size int64
		want string
	}{
		{"nothing", nil, -1, "scheme_file_wrong_type"},
		{"a text", []byte("一级指标,配分"), -1, "scheme_file_wrong_type"},
		{"an archive of something else", zipped(t, "word/document.xml", 0), -1, "scheme_file_wrong_type"},
		{"an old workbook", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 Workbook"), -1, "scheme_file_old_format"},
		{"a protected workbook", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"), -1, "scheme_file_encrypted"},
		{"an empty archive part", zipped(t, "xl/workbook.xml", 0), -1, "scheme_file_unreadable"},
		{"a bomb", zipped(t, "xl/sharedStrings.xml", 1<<40), -1, "scheme_file_too_large"},
		{"a bomb in a sheet", zipped(t, "xl/worksheets/sheet1.xml", 5<<20), -1, "scheme_file_too_large"},
		{"a small text that is large in memory", replacePart(t, workbook(t, safety()), "xl/worksheets/sheet1.xml",
			[]byte("<worksheet><sheetData><row>"+strings.Repeat("<c/>", 1<<20-1000)+"</row></sheetData></worksheet>")), -1, "scheme_file_too_large"},
		{"a large claim", nil, exchange.MaxUpload + 1, "scheme_file_too_large"},
		{"a large file", bytes.Repeat([]byte{0}, exchange.MaxUpload+1), -1, "scheme_file_too_large"},
		{"many rows", workbook(t, sheet{name: "s", rows: rows}), -1, "scheme_file_too_many_rows"},
		{"many columns", workbook(t, sheet{name: "s", rows: [][]any{wide}}), -1, "scheme_file_too_many_rows"},
		{"many sheets", workbook(t, sheets...), -1, "scheme_file_too_many_rows"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, _, err := exchange.ReadScheme(bytes.NewReader(c.data), c.size, "x.xlsx", exchange.Options{}); fault.CodeOf(err) != c.want {
				t.Errorf("ReadScheme: %v, want %s", err, c.want)
			}
			if _, _, err := exchange.ReadCIS(bytes.NewReader(c.data), c.size, "x.xlsx", exchange.Options{}); fault.CodeOf(err) != c.want {
				t.Errorf("ReadCIS: %v, want %s", err, c.want)
			}
		})
	}
}

// check holds what must be true of every answer.
func check(t *testing.T, report exchange.Report, empty bool, valid, err error) {
	t.Helper()
	switch {
	case err != nil && fault.KindOf(err) != fault.Invalid:
		t.Fatalf("unclassified: %v", err)
	case err != nil:
	case report.OK() && valid != nil:
		t.Fatalf("a scheme that is not valid: %v", valid)
	case !report.OK() && !empty:
		t.Fatalf("half imported beside %v", found(report))
	}
}

func readBoth(t *testing.T, data []byte) {
	t.Helper()
	s, report, err := exchange.ReadCIS(bytes.NewReader(data), -1, "f.xlsx", exchange.Options{})
	check(t, report, s.ID == "", s.Validate(), err)
	s, report, err = exchange.ReadScheme(bytes.NewReader(data), -1, "f.xlsx", exchange.Options{})
	check(t, report, s.ID == "", s.Validate(), err)
}

func FuzzRead(f *testing.F) {
	f.Add(workbook(f, electronics()))
	f.Add(workbook(f, fullSafety()))
	f.Add([]byte("PK\x03\x04"))
	f.Add(zipped(f, "xl/workbook.xml", 0))
	f.Fuzz(readBoth)
}

// FuzzSheet puts hostile worksheet XML into a sound archive.
func FuzzSheet(f *testing.F) {
	fine := workbook(f, fullSafety())
	f.Add([]byte(`<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>二级指标</t></is></c><c r="B1" t="inlineStr"><is><t>配分</t></is></c></row><row r="2" hidden="1"><c r="A2"><v>1</v></c></row></sheetData></worksheet>`))
	f.Add([]byte(`<worksheet><sheetData><row r="2000000000"><c r="A2"><v>1</v></c></row></sheetData></worksheet>`))
	f.Add([]byte(`<worksheet><sheetData><row r="-1"><c r="A0" t="inlineStr"><is><t>配分</t></is></c></row></sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>`))
	f.Add([]byte(`<worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>Sub Criterion ID</t></is></c><c t="inlineStr"><is><t>Aspect Type</t></is></c><c t="inlineStr"><is><t>Aspect - Description</t></is></c><c t="inlineStr"><is><t>Max Mark</t></is></c></row><row r="2"><c><v>A1</v></c></row><row r="3"><c r="B3"><v>J</v></c></row></sheetData></worksheet>`))
	f.Add([]byte(`<worksheet><sheetData><row r="5"/><row r="3"><c r="XFD3"><f>1/0</f><v>x</v></c></row><mergeCells/>`))
	f.Fuzz(func(t *testing.T, xml []byte) { readBoth(t, replacePart(t, fine, "xl/worksheets/sheet1.xml", xml)) })
}

// FuzzCells puts hostile texts into the cells of sound sheets.
func FuzzCells(f *testing.F) {
	f.Add(uint8(22), uint8(3), "M")
	f.Add(uint8(3), uint8(7), "0=a\n1=b")
	f.Add(uint8(20), uint8(17), `{"max":1e99}`)
	f.Add(uint8(0), uint8(17), `{"modules":[{}],"sections":null}`)
	f.Fuzz(func(t *testing.T, row, column uint8, text string) {
		for _, s := range []sheet{electronics(), fullSafety()} {
			r := int(row) % len(s.rows)
			cells := append([]any(nil), s.rows[r]...)
			for len(cells) <= int(column%20) {
				cells = append(cells, nil)
			}
			cells[column%20] = text
			s.rows[r] = cells
			readBoth(t, rawWorkbook(t, s, 10))
		}
	})
}
