package exchange_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/exchange"
)

func readScheme(t testing.TB, data []byte, opts exchange.Options) (scoring.Scheme, exchange.Report) {
	t.Helper()
	s, report, err := exchange.ReadScheme(bytes.NewReader(data), int64(len(data)), "评分表.xlsx", opts)
	must(t, err)
	return s, report
}

// safety is the sheet of a module of 10 marks as it is handed out on paper
// (domain/contest.md §2.1, §6.2): labels above, merged groups, signatures.
func safety() sheet {
	return sheet{name: "M-4A", merged: [][2]string{{"A4", "A5"}, {"A1", "F1"}}, rows: [][]any{
		{"职业规范与安全生产评分表"},
		{"赛区：", nil, "评分模块：模块 M-4A：职业规范与安全生产", nil, "总配分：10", "赛位号："},
		{"一级指标", "二级指标", "评分标准", "评分方式", "配分（分）", "得分"},
		{"职业规范（5分）", "工位 5S", "整理、整顿、清扫、清洁、素养", "测量（分档）", "３．００", nil},
		{nil, "现场记录表", "每漏填一处扣 0.5 分，扣完为止", "扣分", 2, nil},
		{"安全生产", "违规操作", "任一项扣 5 分", "扣分（清单）", 5, nil},
		{"合计", nil, nil, nil, formula{"SUM(E4:E6)", 10}, nil},
		{"裁判签字：", nil, nil, "裁判长签字："},
	}}
}

func withParams(s sheet, texts ...any) sheet {
	for i, text := range texts {
		for len(s.rows[2+i]) < 7 {
			s.rows[2+i] = append(s.rows[2+i], nil)
		}
		s.rows[2+i] = append(s.rows[2+i], text)
	}
	return s
}

func fullSafety() sheet {
	return withParams(safety(), "评分参数", "0=未做\n1.5=部分做到\n3=全部做到 | all five", nil, "5×1=带电作业；5×1=未戴安全帽；[dirt] 5=干扰他人")
}

func TestReadScheme(t *testing.T) {
	t.Parallel()
	s, report := readScheme(t, workbook(t, fullSafety()), exchange.Options{ID: "safety", Version: 3, Total: 1000})
	want := []string{"M-4A!C5 warning rule_from_text", "M-4A!A8 warning row_not_read"}
	if d := cmp.Diff(want, found(report)); d != "" || report.Modules != 1 || report.Aspects != 3 {
		t.Errorf("%d modules, %d aspects, problems %s", report.Modules, report.Aspects, d)
	}
	text := func(zh string) scoring.Text { return scoring.Text{ZH: zh} }
	module := scoring.Module{ID: "M-4A", Name: text("职业规范与安全生产"), Max: 1000, Source: scoring.SourcePanel, SubCriteria: []scoring.SubCriterion{
		{ID: "M-4A1", Name: text("职业规范"), Max: 500, Aspects: []scoring.Aspect{
			{ID: "M-4A1.1", Kind: scoring.KindStepped, Name: text("工位 5S"), Description: text("整理、整顿、清扫、清洁、素养"), Max: 300, Steps: []scoring.Step{
				{ID: "1", Label: text("未做")}, {ID: "2", Label: text("部分做到"), Marks: 150}, {ID: "3", Label: scoring.Text{ZH: "全部做到", EN: "all five"}, Marks: 300}}},
			{ID: "M-4A1.2", Kind: scoring.KindLinear, Name: text("现场记录表"), Description: text("每漏填一处扣 0.5 分，扣完为止"), Max: 200, Linear: &scoring.Linear{PerError: 50}}}},
		{ID: "M-4A2", Name: text("安全生产"), Max: 500, Aspects: []scoring.Aspect{
			{ID: "M-4A2.1", Kind: scoring.KindPot, Name: text("违规操作"), Description: text("任一项扣 5 分"), Max: 500, Deductions: []scoring.Deduction{
				{ID: "1", Label: text("带电作业"), Marks: 500, MaxCount: 1}, {ID: "2", Label: text("未戴安全帽"), Marks: 500, MaxCount: 1},
				{ID: "dirt", Label: text("干扰他人"), Marks: 500}}}}},
	}}
	if d := cmp.Diff(scoring.Scheme{ID: "safety", Version: 3, Name: text("职业规范与安全生产评分表"), Modules: []scoring.Module{module}}, s); d != "" {
		t.Error(d)
	}
}

// TestReadPlainScheme: the official columns alone, which leave open how a line
// is marked, and several modules in one sheet.
func TestReadPlainScheme(t *testing.T) {
	t.Parallel()
	data := workbook(t, sheet{name: "Sheet1", merged: [][2]string{{"A3", "A5"}, {"C3", "C4"}}, rows: [][]any{
		{"养老护理员评分表"},
		{"评分模块", "总配分", "一级指标", "二级指标", "配分", "得分"},
		{"A 跌倒应急", 30, "评估", "环境观察", 10},
		{nil, nil, nil, "意识判断", 12},
		{nil, nil, "处置", "固定", 8},
		{"B 沟通", 20, "沟通", "语言", 20},
		{"总计", nil, nil, nil, 50},
	}})
	s, report := readScheme(t, data, exchange.Options{ID: "care", Step: 50})
	if d := cmp.Diff([]string{"Sheet1!3 warning step_default"}, found(report)); d != "" {
		t.Error(d)
	}
	if len(s.Modules) != 2 || s.Modules[0].ID != "A" || s.Modules[0].Name.ZH != "跌倒应急" || s.Modules[0].Max != 3000 ||
		len(s.Modules[0].SubCriteria) != 2 || s.Modules[0].SubCriteria[0].Max != 2200 || s.Modules[1].Aspects()[0].Points.Step != 50 {
		t.Errorf("%+v", s.Modules)
	}
}

// TestSchemeErrors: each fault of a sheet is named with its place, all at once,
// and nothing is imported.
func TestSchemeErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		edit func(s *sheet)
		opts exchange.Options
		want []string
	}{
		{name: "the lines add up to more than is stated", edit: set(5, "E", 3), want: []string{"M-4A!E2 error sum_differs", "M-4A!A4 error sum_differs", "M-4A!E7 error sum_differs"}},
		{name: "another total is wanted", edit: func(*sheet) {}, opts: exchange.Options{Total: 10000}, want: []string{"M-4A!3 error total_differs"}},
		{name: "marks of two lines in one cell", edit: func(s *sheet) { set(5, "E", nil)(s); s.merged = append(s.merged, [2]string{"E4", "E5"}) },
			want: []string{"M-4A!E2 error sum_differs", "M-4A!A4 error sum_differs", "M-4A!E5 error marks_merged", "M-4A!E7 error sum_differs"}},
		{name: "no marks", edit: set(6, "E", nil), want: []string{"M-4A!E2 error sum_differs", "M-4A!E6 error marks_missing", "M-4A!E7 error sum_differs"}},
		{name: "three decimals", edit: set(6, "E", 5.125), want: []string{"M-4A!E2 error sum_differs", "M-4A!E6 error marks_decimals", "M-4A!E7 error sum_differs"}},
		{name: "a formula without a result", edit: set(6, "E", formula{text: "2+3"}), want: []string{"M-4A!E2 error sum_differs", "M-4A!E6 error formula_without_value", "M-4A!E7 error sum_differs"}},
		{name: "an unknown way of marking", edit: set(4, "D", "目测"), want: []string{"M-4A!D4 error method_unknown"}},
		{name: "no steps", edit: set(4, "H", nil), want: []string{"M-4A!H4 error params_malformed"}},
		{name: "a step without marks", edit: set(4, "H", "0=未做\n做到"), want: []string{"M-4A!H4 error params_malformed"}},
		{name: "no step is worth the maximum", edit: set(4, "H", "0=未做\n2=做到"), want: []string{"M-4A!H4 error scheme_max_unreachable"}},
		{name: "three levels", edit: func(s *sheet) { set(4, "D", "评价")(s); set(4, "H", "0=a\n1=b\n2=c")(s) }, want: []string{"M-4A!H4 error params_malformed"}},
		{name: "five levels", edit: func(s *sheet) { set(4, "D", "评价")(s); set(4, "H", "0=a\n1=b\n2=c\n3=d\n4=e")(s) }, want: []string{"M-4A!H4 error params_malformed"}},
		{name: "levels for a measurement", edit: func(s *sheet) { set(4, "D", "是否")(s) }, want: []string{"M-4A!H4 error params_malformed"}},
		{name: "a hidden row", edit: func(s *sheet) { s.hidden = []int{6} }, want: []string{"M-4A!E2 error sum_differs", "M-4A!6 error row_hidden", "M-4A!E7 error sum_differs"}},
		{name: "a row without a line", edit: set(6, "B", nil), want: []string{"M-4A!E2 error sum_differs", "M-4A!E6 error sum_differs", "M-4A!E7 error sum_differs"}},
		{name: "no lines at all", edit: func(s *sheet) { s.rows = s.rows[:3] }, want: []string{"M-4A!3 error lines_missing"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := fullSafety()
			c.edit(&s)
			got, report := readScheme(t, workbook(t, s), c.opts)
			if d := cmp.Diff(c.want, errorsOf(report)); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(scoring.Scheme{}, got); d != "" {
				t.Error("half imported", d)
			}
		})
	}
}

// TestSumNamesBoth: the answer to a sheet that does not add up says what it
// states, what its lines make, and where.
func TestSumNamesBoth(t *testing.T) {
	t.Parallel()
	s := fullSafety()
	set(5, "E", 3)(&s)
	_, report := readScheme(t, workbook(t, s), exchange.Options{})
	want := "M-4A1 职业规范 states 5.00, its lines add up to 6.00; correct the stated amount or the lines"
	if p := report.Problems[1]; p.Message != want || p.Params["stated"] != "5.00" || p.Params["sum"] != "6.00" || p.Header != "一级指标" {
		t.Errorf("%+v", p)
	}
	err := report.Err()
	if f := fault.As(err); f == nil || f.Code != "scheme_file_refused" || len(f.Fields) != 3 || f.Fields[1].Path != "M-4A!A4" {
		t.Error(err)
	}
}

func TestColumnsMissing(t *testing.T) {
	t.Parallel()
	data := workbook(t, sheet{name: "表", rows: [][]any{{"一级指标", "配分"}, {"甲", 1}}})
	_, _, err := exchange.ReadScheme(bytes.NewReader(data), -1, "x.xlsx", exchange.Options{})
	if f := fault.As(err); f == nil || f.Code != "scheme_file_columns_missing" || len(f.Fields) != 1 || f.Fields[0].Params["column"] != "二级指标" {
		t.Errorf("%v", err)
	}
	if _, _, err = exchange.ReadCIS(bytes.NewReader(data), -1, "x.xlsx", exchange.Options{}); fault.CodeOf(err) != "scheme_file_columns_missing" {
		t.Errorf("%v", err)
	}
}

// TestTemplate: the empty sheet is refused with a word, its examples are
// themselves a scheme with a line of every kind.
func TestTemplate(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	must(t, exchange.WriteTemplate(&buf))
	_, report := readScheme(t, buf.Bytes(), exchange.Options{})
	if d := cmp.Diff([]string{"模块A!4 error lines_missing"}, errorsOf(report)[:1]); d != "" {
		t.Error(d)
	}
	f, err := excelize.OpenReader(bytes.NewReader(buf.Bytes()))
	must(t, err)
	defer f.Close()
	if rows, err := f.GetRows("填写说明"); err != nil || len(rows) < 15 || !strings.Contains(rows[0][0], "模块") {
		t.Errorf("instructions %v %v", rows, err)
	}
	must(t, f.DeleteSheet("模块A"))
	must(t, f.SetSheetName("填写示例", "模块B"))
	var examples bytes.Buffer
	must(t, f.Write(&examples))
	s, report := readScheme(t, examples.Bytes(), exchange.Options{Total: 5000})
	kinds := map[scoring.Kind]bool{}
	for _, m := range s.Modules {
		for _, a := range m.Aspects() {
			kinds[a.Kind] = true
		}
	}
	if len(report.Problems) > 0 || len(kinds) != len(scoring.Kinds()) {
		t.Errorf("kinds %v, problems %v", kinds, found(report))
	}
}
