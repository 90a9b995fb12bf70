package exchange_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/bank/exchange"
)

var electrician = bank.Occupation{Edition: "2022", Code: "6-31-01-03", Name: "电工"}

// outline is a small outline with what makes knowledge cells hard: codes that
// repeat at every level, and a point name that occurs twice.
func outline() bank.Outline {
	return bank.Outline{
		ID: bank.OutlineFor(electrician, bank.Advanced), Occupation: electrician, Level: bank.Advanced,
		Ranges: []bank.Range{
			{Code: "A", Name: "基本要求", Weight: 2500, Ranges: []bank.Range{
				{Code: "A", Name: "职业道德", Weight: 500, Points: []bank.Point{
					{Code: "001", Name: "职业道德的含义", Importance: bank.Core},
					{Code: "002", Name: "安全要求", Importance: bank.General}}},
				{Code: "B", Name: "基础知识", Weight: 2000, Points: []bank.Point{
					{Code: "001", Name: "欧姆定律", Importance: bank.Core}}},
			}},
			{Code: "B", Name: "相关知识", Weight: 7500, Ranges: []bank.Range{
				{Code: "A", Name: "继电控制", Weight: 7500, Ranges: []bank.Range{
					{Code: "A", Name: "低压电器选用", Weight: 250, Points: []bank.Point{
						{Code: "014", Name: "熔断器额定电流的选择", Importance: bank.Core}}},
					{Code: "B", Name: "线路检修", Weight: 7250, Points: []bank.Point{
						{Code: "015", Name: "安全要求", Importance: bank.Auxiliary}}},
				}},
			}},
		},
	}
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
				name, err := excelize.CoordinatesToCellName(c+1, r+1)
				must(t, err)
				if v != "" {
					must(t, f.SetCellValue(s.name, name, v))
				}
			}
		}
		for _, m := range s.merged {
			must(t, f.MergeCell(s.name, m[0], m[1]))
		}
	}
	return saved(t, f)
}

func saved(t testing.TB, f *excelize.File) []byte {
	t.Helper()
	var buf bytes.Buffer
	must(t, f.Write(&buf))
	return buf.Bytes()
}

type sheet struct {
	name   string
	rows   [][]any
	merged [][2]string
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func readQuestions(t testing.TB, data []byte) (bank.QuestionFile, bank.Report) {
	t.Helper()
	file, report, err := exchange.ReadQuestions(bytes.NewReader(data), int64(len(data)), "题库.xlsx", outline())
	must(t, err)
	return file, report
}

// found lists the problems of a report as "place code".
func found(r bank.Report) []string {
	list := []string{}
	for _, p := range r.Problems {
		list = append(list, fmt.Sprintf("%s %s %s", p.Place(), p.Severity, p.Code))
	}
	for _, row := range r.Rows {
		for _, p := range row.Problems {
			list = append(list, fmt.Sprintf("%s %s %s", p.Place(), p.Severity, p.Code))
		}
	}
	return list
}

var nationalHeader = []any{"试题GUID", "题型(必填)", "题干(必填)", "答案", "选项A", "B", "C", "D", "E",
	"知识点一级", "知识点二级", "知识点三级", "知识点四级", "知识点五级", "知识点六级", "难度", "一致性", "分数", "解析", "出处"}

// row builds a row of the national layout.
func row(kind, stem, answer string, options [5]string, point [4]string, rest ...any) []any {
	r := []any{"", kind, stem, answer}
	for _, o := range options {
		r = append(r, o)
	}
	for _, p := range point {
		r = append(r, p)
	}
	return append(append(r, "", ""), rest...)
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
