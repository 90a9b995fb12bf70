package exchange_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	_ "image/png" // excelize looks up the size of a picture
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/bank/exchange"
	"github.com/xinglu/xinglu/internal/fault"
)

var (
	four  = [5]string{"A、维护企业信誉", "(B) 增加职工福利", "C．注重经济效益", "Ｄ.开展员工培训"}
	fuse  = [4]string{"B相关知识", "A继电控制", "A低压电器选用A", "014熔断器额定电流的选择"}
	moral = [4]string{"A", "A", "职业道德的含义"}
)

// TestTolerant reads one question in many hands: all must mean the same.
func TestTolerant(t *testing.T) {
	t.Parallel()
	_, report := readQuestions(t, workbook(t, sheet{name: "三级", rows: [][]any{nationalHeader,
		row("单选题", "（　）是企业诚实守信的内在要求。", "A", four, fuse, 3, 5, 0.5, "解析", "教材"),
		row("20", "( Ａ )是企业诚实守信的基础。", " ａ ", four, [4]string{"", "", "", "014"}),
		row("多项选择题", "下列正确的有（ ）。", "A、 C，Ｄ", four, moral, "较难"),
		row("判断题", "电流方向不变。", "✗", [5]string{}, [4]string{"基础知识", "", "欧姆定律"}),
		row("判断", "电压不变。", "A", [5]string{"A.错误", "B.正确"}, [4]string{"", "基础知识", "B-欧姆定律"}),
		row("判断", "功率不变。（√）", "", [5]string{}, [4]string{"A-B-001"}),
	}}))
	if report.Bad != 1 || report.Good != 5 || report.Total != 6 {
		t.Errorf("counts %+v", report)
	}
	want := []string{"三级!C3 warning key_in_stem", "三级!L6 error point_unknown", "三级!C7 warning key_from_stem"}
	if diff := cmp.Diff(want, found(report)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestQuestionFields(t *testing.T) {
	t.Parallel()
	file, _ := readQuestions(t, workbook(t, sheet{name: "三级", rows: [][]any{nationalHeader,
		row("多选题", "（　）是企业诚实守信的内在要求。", "C,A", [5]string{"A、甲", "B、乙", "C、丙", "D、以上都对"}, fuse, 3, 5, "0.5", " 解析 ", "教材 第２章"),
	}}))
	id := file.Rows[0].Question.ID
	want := bank.Question{ID: id, Outline: outline().ID, Kind: bank.MultipleChoice, Stem: "( )是企业诚实守信的内在要求。",
		Options: []bank.Option{{ID: bank.NewOptionID(id, 0), Text: "甲"}, {ID: bank.NewOptionID(id, 1), Text: "乙"},
			{ID: bank.NewOptionID(id, 2), Text: "丙"}, {ID: bank.NewOptionID(id, 3), Text: "以上都对", Fixed: true}},
		Key:   []bank.OptionID{bank.NewOptionID(id, 0), bank.NewOptionID(id, 2)},
		Point: "B-A-A-014", Importance: bank.Core, Difficulty: 3, Consistency: 5, Score: 50,
		Explanation: "解析", Source: "教材 第2章", Status: bank.Draft}
	if diff := cmp.Diff(want, file.Rows[0].Question); diff != "" {
		t.Errorf("question (-want +got):\n%s", diff)
	}
}

func TestSwappedTrueFalse(t *testing.T) {
	t.Parallel()
	file, report := readQuestions(t, workbook(t, sheet{name: "三级", rows: [][]any{nationalHeader,
		row("判断", "电压不变。", "A", [5]string{"A.错误", "B.正确"}, moral),
		row("判断", "电流不变。", "√", [5]string{"错", "对"}, moral),
	}}))
	if report.Bad != 0 {
		t.Fatal(found(report))
	}
	for i, want := range []string{"错误", "正确"} {
		q := file.Rows[i].Question
		for _, o := range q.Options {
			if (o.ID == q.Key[0]) != (o.Text == want) {
				t.Errorf("row %d: key is not %s", i, want)
			}
		}
	}
}

// TestBadRows: every kind of mistake has its own code at its own cell.
func TestBadRows(t *testing.T) {
	t.Parallel()
	ok := [5]string{"甲", "乙", "丙", "丁"}
	long := strings.Repeat("长", bank.MaxStem+1)
	_, report := readQuestions(t, workbook(t, sheet{name: "Sheet1", rows: [][]any{nationalHeader,
		row("单选题", "一( )", "E", ok, fuse),
		row("单选题", "二( )", "AB", ok, fuse),
		row("多选题", "三( )", "A", ok, fuse),
		row("单选题", "四( )", "A", [5]string{"甲", "", "丙"}, fuse),
		row("绘图题", "五( )", "A", ok, fuse),
		row("猜谜题", "六( )", "A", ok, fuse),
		row("", "七( )", "A", ok, fuse),
		row("单选题", "", "A", ok, fuse),
		row("单选题", long, "A", ok, fuse),
		row("单选题", "九( )", "", ok, fuse),
		row("单选题", "十( )", "A", [5]string{"甲", "甲 "}, fuse),
		row("单选题", "十一( )", "A", [5]string{"甲"}, fuse),
		row("单选题", "十二( )", "A", ok, [4]string{}),
		row("单选题", "十三( )", "A", ok, [4]string{"B相关知识", "没有这一点"}),
		row("单选题", "十四( )", "A", ok, [4]string{"B相关知识", "A继电控制"}),
		row("单选题", "十五( )", "A", ok, [4]string{"A基本要求", "014"}),
		row("单选题", "十六( )", "A", ok, [4]string{"安全要求"}),
		row("单选题", "十七( )", "A", ok, fuse, 6),
		row("单选题", "十八( )", "A", ok, fuse, 3, "很好"),
		row("单选题", "十九( )", "A", ok, fuse, 3, 3, 0),
		row("单选题", "二十( )", "A", ok, fuse, 3, 3, -1),
		row("单选题", "廿一( )", "A", ok, fuse, 3, 3, 100.5),
		row("单选题", "廿二( )", "A", ok, fuse, 3, 3, 0.125),
		row("判断题", "廿三", "A", ok, fuse),
		row("判断题", "廿四", "也许", [5]string{}, fuse),
		row("单选题", "廿五( )", "A", [5]string{"B、甲", "乙"}, fuse),
	}}))
	want := []string{
		"Sheet1!D2 error key_outside_options", "Sheet1!D3 error key_many", "Sheet1!D4 warning key_single",
		"Sheet1!F5 error option_gap", "Sheet1!B6 error kind_unsupported", "Sheet1!B7 error kind_unknown",
		"Sheet1!B8 error kind_missing", "Sheet1!C9 error stem_missing", "Sheet1!C10 error stem_too_long",
		"Sheet1!D11 error key_missing", "Sheet1!F12 error option_repeated", "Sheet1!E13 error options_few",
		"Sheet1!J14 error point_missing", "Sheet1!K15 error point_unknown", "Sheet1!K16 error point_is_range",
		"Sheet1!K17 error point_path_wrong", "Sheet1!J18 error point_ambiguous", "Sheet1!P19 error difficulty_range",
		"Sheet1!Q20 error consistency_range", "Sheet1!R21 error score_range", "Sheet1!R22 error score_form",
		"Sheet1!R23 error score_range", "Sheet1!R24 error score_form", "Sheet1!E25 error options_true_false",
		"Sheet1!D26 error key_form", "Sheet1!E27 warning option_letter_other",
	}
	if diff := cmp.Diff(want, found(report)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if report.Total != 26 || report.Good != 2 || report.Bad != 24 || report.Errors != 24 || report.Warnings != 2 {
		t.Errorf("counts: %d rows, %d good, %d bad, %d errors, %d warnings", report.Total, report.Good, report.Bad, report.Errors, report.Warnings)
	}
	p := report.Rows[0].Problems[0]
	if p.File != "题库.xlsx" || p.Sheet != "Sheet1" || p.Row != 2 || p.Column != "D" || p.Header != "答案" || p.Message == "" {
		t.Errorf("place of the first problem: %+v", p)
	}
	if f := fault.As(report.Err()); f == nil || f.Code != "import_refused" || len(f.Fields) != 24 || f.Fields[0].Path != "Sheet1!D2" {
		t.Errorf("Err() = %+v", f)
	}
}

func TestHeaderVariants(t *testing.T) {
	t.Parallel()
	ok := []any{"A", "单选题", "甲", "乙", "一( )", "014", "多余"}
	for name, header := range map[string][]any{
		"spaces and stars": {"* 答 案", "题　型（必填）", "选项Ａ", "选项 B*", "题干\n(必填)", "知识点 一级", "备注"},
		"other names":      {"正确答案", "试题类型", "选项1", "选项2", "题目", "一级知识点", "备注"},
		"bare letters":     {"标准答案:", "题目类型", "A", "B选项", "试题内容", "知识点1", "备注"},
	} {
		_, report := readQuestions(t, workbook(t, sheet{name: "题", rows: [][]any{{"某某题库"}, {}, header, ok}}))
		if diff := cmp.Diff([]string{"题!G3 warning column_unknown"}, found(report)); diff != "" || report.Good != 1 {
			t.Errorf("%s: %d good, (-want +got):\n%s", name, report.Good, diff)
		}
	}
}

func TestSheetsOfLevels(t *testing.T) {
	t.Parallel()
	one := row("判断题", "电流方向不变。", "对", [5]string{}, moral)
	two := row("判断题", "电压方向不变。", "对", [5]string{}, moral)
	file, report := readQuestions(t, workbook(t, sheet{name: "电工高级技师", rows: [][]any{{"别的"}}},
		sheet{name: "电工高级工", rows: [][]any{nationalHeader, one, {}, two}}, sheet{name: "说明", rows: [][]any{{"x"}}}))
	if len(file.Rows) != 2 || file.Rows[1].Row != 4 || file.Rows[0].Sheet != "电工高级工" {
		t.Errorf("rows %+v", file.Rows)
	}
	want := []string{"电工高级技师 warning sheet_other_level", "说明 warning sheet_other_level"}
	if diff := cmp.Diff(want, found(report)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPictureRow(t *testing.T) {
	t.Parallel()
	f, err := excelize.OpenReader(bytes.NewReader(workbook(t, sheet{name: "三级", rows: [][]any{nationalHeader,
		row("判断题", "图中电流方向不变。", "对", [5]string{}, moral)}})))
	must(t, err)
	pixel, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")
	must(t, err)
	must(t, f.AddPictureFromBytes("三级", "C2", &excelize.Picture{Extension: ".png", File: pixel, Format: &excelize.GraphicOptions{}}))
	must(t, f.AddPictureFromBytes("三级", "B9", &excelize.Picture{Extension: ".png", File: pixel, Format: &excelize.GraphicOptions{}}))
	file, report := readQuestions(t, saved(t, f))
	if diff := cmp.Diff([]string{"三级!B9 warning picture_ignored"}, found(report)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want := `图中电流方向不变。<br/><img data-figure="` + string(bank.FigureIDOf(pixel)) + `" alt="图"/>`
	if q := file.Rows[0].Question; q.Stem != want || q.Markup != bank.HTML || len(file.Figures) != 1 || file.Figures[0].Width != 1 {
		t.Errorf("question %+v", q)
	}
}

func TestWrongFiles(t *testing.T) {
	t.Parallel()
	f, err := excelize.OpenReader(bytes.NewReader(workbook(t, sheet{name: "三级", rows: [][]any{{"x"}}})))
	must(t, err)
	var locked bytes.Buffer
	must(t, f.Write(&locked, excelize.Options{Password: "secret"}))
	fine := workbook(t, sheet{name: "三级", rows: [][]any{nationalHeader}})
	for name, c := range map[string]struct {
		data []byte
		size int64
		want error
	}{
		"empty":         {nil, 0, exchange.ErrNotWorkbook},
		"csv":           {[]byte("题型,题干\n单选,x\n"), -1, exchange.ErrNotWorkbook},
		"other zip":     {zipped(t, "word/document.xml", 10), -1, exchange.ErrNotWorkbook},
		"old xls":       {append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...), -1, exchange.ErrOldFormat},
		"password":      {locked.Bytes(), -1, exchange.ErrEncrypted},
		"claimed size":  {nil, exchange.MaxUpload + 1, exchange.ErrTooLarge},
		"real size":     {make([]byte, exchange.MaxUpload+1), -1, exchange.ErrTooLarge},
		"zip bomb":      {zipped(t, "xl/workbook.xml", 200<<20), -1, exchange.ErrTooLarge},
		"empty parts":   {zipped(t, "xl/workbook.xml", 0), -1, exchange.ErrUnreadable},
		"cut off":       {fine[:len(fine)/2], -1, exchange.ErrNotWorkbook},
		"no such sheet": {workbook(t, sheet{name: "初级工", rows: [][]any{nationalHeader}}), -1, exchange.ErrSheet},
		"no header":     {workbook(t, sheet{name: "x", rows: [][]any{{"a", "b"}}}), -1, exchange.ErrColumns},
	} {
		_, _, err := exchange.ReadQuestions(bytes.NewReader(c.data), c.size, "f.xlsx", outline())
		if !errors.Is(err, c.want) || fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestMissingColumnsAreNamed(t *testing.T) {
	t.Parallel()
	data := workbook(t, sheet{name: "三级", rows: [][]any{{"题型", "题干", "选项A", "选项B"}, {"单选", "x", "甲", "乙"}}})
	_, _, err := exchange.ReadQuestions(bytes.NewReader(data), -1, "f.xlsx", outline())
	f := fault.As(err)
	if f == nil || !errors.Is(err, exchange.ErrColumns) {
		t.Fatalf("got %v", err)
	}
	var got []string
	for _, field := range f.Fields {
		got = append(got, field.Params["sheet"]+" "+field.Params["column"])
	}
	if diff := cmp.Diff([]string{"三级 答案", "三级 知识点一级"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestQuestionsRoundTrip(t *testing.T) {
	t.Parallel()
	guid := row("单选题", "四( )", "B", four, fuse, 1)
	guid[0] = "7C9E6679-7425-40DE"
	file, report := readQuestions(t, workbook(t, sheet{name: "三级", rows: [][]any{nationalHeader,
		row("单选题", "一( )", "D", four, fuse, 3, 5, 0.5, "解析\n两行", "教材"),
		row("多选题", "=二( )", "AD", [5]string{"甲", "乙", "丙", "A和B都对", "戊"}, moral, 5),
		row("判断题", "三。", "×", [5]string{}, [4]string{"A", "B", "001"}, "", "", 1),
		guid,
	}}))
	if !report.OK() {
		t.Fatal(found(report))
	}
	var first []bank.Question
	for _, r := range file.Rows {
		first = append(first, r.Question)
	}
	var buf bytes.Buffer
	must(t, exchange.WriteQuestions(&buf, outline(), first, nil))
	again, report := readQuestions(t, buf.Bytes())
	if !report.OK() || report.Warnings != 0 {
		t.Fatal(found(report))
	}
	if diff := cmp.Diff(file.Rows, again.Rows, cmpopts.IgnoreFields(bank.QuestionRow{}, "Row")); diff != "" {
		t.Errorf("after writing and reading (-want +got):\n%s", diff)
	}
}

func TestTemplateHasNoRows(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	must(t, exchange.Template(&buf, outline()))
	_, report := readQuestions(t, buf.Bytes())
	if report.Total != 0 || len(report.Problems) != 0 {
		t.Errorf("template: %+v", report)
	}
}

func FuzzReadQuestions(f *testing.F) {
	f.Add(workbook(f, sheet{name: "三级", rows: [][]any{nationalHeader, row("单选题", "一( )", "D", four, fuse, 3, 5, 0.5)}}))
	f.Add([]byte("PK\x03\x04"))
	f.Add(zipped(f, "xl/workbook.xml", 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, report, err := exchange.ReadQuestions(bytes.NewReader(data), -1, "f.xlsx", outline())
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("unclassified: %v", err)
			}
			return
		}
		if report.Total != report.Good+report.Bad || report.Good != len(file.Rows) {
			t.Fatalf("%d rows, %d good, %d bad, %d read", report.Total, report.Good, report.Bad, len(file.Rows))
		}
		for _, r := range file.Rows {
			if err := r.Question.Validate(); err != nil {
				t.Fatalf("a good row is not valid: %v", err)
			}
		}
	})
}

// FuzzSheet puts hostile worksheet XML into a sound archive.
func FuzzSheet(f *testing.F) {
	fine := workbook(f, sheet{name: "三级", rows: [][]any{nationalHeader, row("单选题", "一( )", "D", four, fuse)}})
	f.Add([]byte(`<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="ZZZ1"><v>1</v></c></row></sheetData></worksheet>`))
	f.Add([]byte(`<worksheet><sheetData><row r="2000000000"><c r="A2"><v>1</v></c></row></sheetData></worksheet>`))
	f.Add([]byte(`<worksheet><sheetData><row r="-1"><c r="A0" t="inlineStr"><is><t>题型</t></is></c></row></sheetData></worksheet>`))
	f.Add([]byte(`<worksheet><sheetData><row r="5"/><row r="3"><c r="XFD3"><f>1/0</f><v>x</v></c></row><mergeCells/>`))
	f.Fuzz(func(t *testing.T, xml []byte) {
		data := replacePart(t, fine, "xl/worksheets/sheet1.xml", xml)
		_, _, err := exchange.ReadQuestions(bytes.NewReader(data), -1, "f.xlsx", outline())
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Fatalf("unclassified: %v", err)
		}
		_, _, err = exchange.ReadOutline(bytes.NewReader(data), -1, "f.xlsx", electrician, bank.Advanced)
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Fatalf("unclassified: %v", err)
		}
	})
}
