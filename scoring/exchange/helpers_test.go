package exchange_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strconv"
	"testing"

	"github.com/xinglu/xinglu/scoring/exchange"
	"github.com/xuri/excelize/v2"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sheet is one sheet of a workbook made by hand: texts, numbers, nil for an
// empty cell and formulas with their stored result.
type sheet struct {
	name   string
	rows   [][]any
	merged [][2]string
	hidden []int // rows
}

// formula is a formula and what the spreadsheet program stored as its result.
type formula struct {
	text   string
	result any
}

// workbook makes a workbook of the given sheets, in order.
func workbook(t testing.TB, sheets ...sheet) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, s := range sheets {
		if i == 0 {
			must(t, f.SetSheetName("Sheet1", s.name))
		} else if _, err := f.NewSheet(s.name); err != nil {
			t.Fatal(err)
		}
		for r, row := range s.rows {
			for c, v := range row {
				put(t, f, s.name, c, r, v)
			}
		}
		for _, m := range s.merged {
			must(t, f.MergeCell(s.name, m[0], m[1]))
		}
		for _, row := range s.hidden {
			must(t, f.SetRowVisible(s.name, row, false))
		}
	}
	var buf bytes.Buffer
	must(t, f.Write(&buf))
	return buf.Bytes()
}

func put(t testing.TB, f *excelize.File, sheet string, c, r int, v any) {
	t.Helper()
	name, err := excelize.CoordinatesToCellName(c+1, r+1)
	must(t, err)
	switch v := v.(type) {
	case nil:
	case formula:
		if v.result != nil {
			must(t, f.SetCellValue(sheet, name, v.result))
		}
		must(t, f.SetCellFormula(sheet, name, v.text))
	default:
		must(t, f.SetCellValue(sheet, name, v))
	}
}

// found lists the problems of a report as "place severity code".
func found(r exchange.Report) []string {
	list := []string{}
	for _, p := range r.Problems {
		list = append(list, fmt.Sprintf("%s %s %s", p.Place(), p.Severity, p.Code))
	}
	return list
}

// zipped makes an archive of one part that declares n bytes.
func zipped(t testing.TB, name string, n uint64) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	_, err := w.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, UncompressedSize64: n})
	must(t, err)
	must(t, w.Close())
	return buf.Bytes()
}

// replacePart copies an archive with one part replaced.
func replacePart(t testing.TB, data []byte, name string, content []byte) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	must(t, err)
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, f := range r.File {
		if f.Name != name {
			must(t, w.Copy(f))
			continue
		}
		part, err := w.Create(name)
		must(t, err)
		_, err = part.Write(content)
		must(t, err)
	}
	must(t, w.Close())
	return buf.Bytes()
}

// withoutColumns empties columns of the first sheet of a workbook.
func withoutColumns(t testing.TB, data []byte, columns ...string) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	must(t, err)
	defer f.Close()
	name := f.GetSheetName(0)
	rows, err := f.GetRows(name)
	must(t, err)
	for i := range rows {
		for _, c := range columns {
			must(t, f.SetCellValue(name, c+strconv.Itoa(i+1), nil))
		}
	}
	var buf bytes.Buffer
	must(t, f.Write(&buf))
	return buf.Bytes()
}
