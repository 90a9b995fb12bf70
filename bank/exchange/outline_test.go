package exchange_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/bank/exchange"
)

func readOutline(t testing.TB, data []byte) (bank.OutlineFile, bank.Report) {
	t.Helper()
	file, report, err := exchange.ReadOutline(bytes.NewReader(data), int64(len(data)), "细目表.xlsx", electrician, bank.Advanced)
	must(t, err)
	return file, report
}

// outlineRows is outline() as the national layout shows it, below three
// header rows; blank cells are merged ones.
var outlineRows = [][]any{
	{"A", "基本要求", "A", "职业道德", "5", "", "", "", "", "", "", "001", "职业道德的含义", "X"},
	{"", "", "", "", "", "", "", "", "", "", "", "002", "安全要求", "Ｙ"},
	{"", "", "B", "基础知识", "20", "", "", "", "", "", "", "001", "欧姆定律", "x"},
	{"B", "相关知识", "A", "继电控制", "75%", "A", "低压电器选用", "2.5", "", "", "", "014", "熔断器额定电流的选择", "核心要素"},
	{"", "", "", "", "", "B", "线路检修", "72.50", "", "", "", "015", "安全要求", "Z"},
}

func headed(header [][]any, rows ...[]any) sheet {
	return sheet{name: "Sheet1", rows: append(append([][]any{}, header...), rows...)}
}

var (
	plainHeader = [][]any{{"电工 三级/高级工 鉴定要素细目表"}, {"说明"}, {"x"}}
	namedHeader = [][]any{{"电工 三级/高级工 鉴定要素细目表"},
		{"一级鉴定范围", "", "二级鉴定范围", "", "", "三级鉴定范围", "", "", "四级鉴定范围", "", "", "鉴定点"},
		{"代码", "名称", "代码", "名称", "鉴定比重(%)", "代码", "名称", "鉴定比重", "代码", "名称", "比重", "代码", "名称", "重要程度"}}
)

func TestReadOutline(t *testing.T) {
	t.Parallel()
	merged := headed(namedHeader, outlineRows...)
	merged.merged = [][2]string{{"A1", "N1"}, {"A2", "B2"}, {"C2", "E2"}, {"A4", "A6"}, {"B4", "B6"}, {"C4", "C5"}, {"D4", "D5"}, {"E4", "E5"}, {"D7", "D8"}}
	for name, s := range map[string]sheet{
		"by position": headed(plainHeader, outlineRows...),
		"by names":    headed(namedHeader, outlineRows...),
		"merged":      merged,
		"other columns": {name: "三级", rows: [][]any{
			{"鉴定点名称", "重要程度", "鉴定点代码", "一级范围名称", "一级范围代码", "一级比重", "二级名称", "二级代码", "二级权重", "三级名称", "三级编码", "三级权重"},
			{"职业道德的含义", "X", "001", "基本要求", "A", "25", "职业道德", "A-A", "5"},
			{"安全要求", "Y", "A-A-002", "基本要求", "A", "25", "职业道德", "A-A", "5"},
			{"欧姆定律", "X", "001", "基本要求", "A", "", "基础知识", "A-B", "20"},
			{"熔断器额定电流的选择", "X", "014", "B 相关知识", "", "75", "继电控制", "A", "75", "A低压电器选用", "", "2.5"},
			{"安全要求", "Z", "015", "B 相关知识", "", "", "", "", "", "线路检修", "B", "72.5"}}},
	} {
		file, report := readOutline(t, workbook(t, s))
		if !report.OK() || report.Good != 5 {
			t.Errorf("%s: %v", name, found(report))
		}
		if diff := cmp.Diff(outline(), file.Outline); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestPercentCells: a percent format may show less than the cell holds.
func TestPercentCells(t *testing.T) {
	t.Parallel()
	f, err := excelize.OpenReader(bytes.NewReader(workbook(t, headed(plainHeader, outlineRows...))))
	must(t, err)
	style, err := f.NewStyle(&excelize.Style{NumFmt: 9}) // 0%
	must(t, err)
	for at, v := range map[string]float64{"E4": 0.05, "E7": 0.75, "H7": 0.025, "H8": 0.725} {
		must(t, f.SetCellFloat("Sheet1", at, v, -1, 64))
		must(t, f.SetCellStyle("Sheet1", at, at, style))
	}
	file, report := readOutline(t, saved(t, f))
	if diff := cmp.Diff(outline(), file.Outline); diff != "" || !report.OK() {
		t.Errorf("%v (-want +got):\n%s", found(report), diff)
	}
}

func TestBadOutlines(t *testing.T) {
	t.Parallel()
	change := func(row, column int, value any) [][]any {
		rows := make([][]any, len(outlineRows))
		for i := range rows {
			rows[i] = append([]any{}, outlineRows[i]...)
		}
		rows[row][column] = value
		return rows
	}
	for name, c := range map[string]struct {
		rows [][]any
		want []string
	}{
		"sum of level 1":      {change(2, 4, "19"), []string{"细目表.xlsx error weights_sum"}},
		"sum of children":     {change(3, 7, "3"), []string{"Sheet1!E7 error weights_sum"}},
		"weight is a word":    {change(0, 4, "五"), []string{"细目表.xlsx error weights_sum", "Sheet1!E4 error weight_form"}},
		"weight below 0.01":   {change(3, 7, "2.505"), []string{"Sheet1!H7 error weight_form"}},
		"two weights":         {change(1, 4, "6"), []string{"Sheet1!E5 error weight_conflict"}},
		"point twice":         {change(1, 11, "001"), []string{"Sheet1!L5 error code_repeated"}},
		"code twice":          {change(4, 5, "A"), []string{"Sheet1!H8 error code_repeated"}},
		"importance":          {change(0, 13, "W"), []string{"Sheet1!N4 error importance_unknown"}},
		"no importance":       {change(0, 13, ""), []string{"Sheet1!N4 error importance_unknown"}},
		"no point code":       {change(0, 11, ""), []string{"Sheet1!L4 error point_code_missing"}},
		"no point name":       {change(0, 12, ""), []string{"Sheet1!M4 error point_name_missing"}},
		"no range code":       {change(3, 5, ""), []string{"Sheet1!F7 error range_code_missing"}},
		"hyphen in code":      {change(0, 11, "0-1"), []string{"Sheet1!L4 error code_form"}},
		"level is left out":   {change(0, 9, "四级范围"), []string{"Sheet1!J4 error range_orphan"}},
		"range without level": {append([][]any{{"", "", "A", "无上级"}}, outlineRows...), []string{"Sheet1!D4 error range_orphan"}},
	} {
		_, report := readOutline(t, workbook(t, headed(plainHeader, c.rows...)))
		if diff := cmp.Diff(c.want, found(report)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestNotAnOutline(t *testing.T) {
	t.Parallel()
	data := workbook(t, sheet{name: "三级", rows: [][]any{nationalHeader, row("单选题", "一( )", "D", four, fuse)}})
	_, _, err := exchange.ReadOutline(bytes.NewReader(data), -1, "f.xlsx", electrician, bank.Advanced)
	if !errors.Is(err, exchange.ErrColumns) {
		t.Errorf("questions read as outline: %v", err)
	}
	_, _, err = exchange.ReadOutline(bytes.NewReader(data), -1, "f.xlsx", bank.Occupation{}, bank.Advanced)
	if !errors.Is(err, bank.ErrOccupation) {
		t.Errorf("no occupation: %v", err)
	}
	_, _, err = exchange.ReadOutline(bytes.NewReader(data), -1, "f.xlsx", electrician, 0)
	if !errors.Is(err, bank.ErrOccupation) {
		t.Errorf("no level: %v", err)
	}
}

func TestOutlineRoundTrip(t *testing.T) {
	t.Parallel()
	deep := outline()
	leaf := &deep.Ranges[1].Ranges[0].Ranges[1]
	point := leaf.Points
	*leaf = bank.Range{Code: "B", Name: "线路检修", Weight: 7250, Ranges: []bank.Range{
		{Code: "A", Name: "四级", Weight: 7250, Ranges: []bank.Range{
			{Code: "A", Name: "五级", Weight: 7250, Ranges: []bank.Range{
				{Code: "A", Name: "六级", Weight: 7250, Points: point}}}}}}}
	for name, o := range map[string]bank.Outline{"three levels": outline(), "six levels": deep} {
		var buf bytes.Buffer
		must(t, exchange.WriteOutline(&buf, o))
		file, report := readOutline(t, buf.Bytes())
		if !report.OK() || report.Warnings != 0 {
			t.Errorf("%s: %v", name, found(report))
		}
		if diff := cmp.Diff(o, file.Outline); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		// The point cell of a full chain holds the whole path.
		q := bank.Question{ID: "q", Outline: o.ID, Kind: bank.TrueFalse, Stem: "一。", Options: bank.TrueFalseOptions("q"),
			Point: "B-A-B-A-A-A-015", Status: bank.Draft}
		if name == "six levels" {
			q.Key = []bank.OptionID{q.Options[1].ID}
			buf.Reset()
			must(t, exchange.WriteQuestions(&buf, o, []bank.Question{q}, nil))
			read, report, err := exchange.ReadQuestions(&buf, -1, "f.xlsx", o)
			must(t, err)
			if !report.OK() || read.Rows[0].Question.Point != q.Point {
				t.Errorf("point of six levels: %v", found(report))
			}
		}
	}
}
