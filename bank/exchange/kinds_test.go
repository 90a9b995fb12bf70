package exchange_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/bank/exchange"
	"github.com/xinglu/xinglu/bank/richtext"
)

// wide is the national layout with the columns of the newer kinds.
var wide = append(slices.Clone(nationalHeader), "左列", "小题")

// wideRow builds a row of it; prompts and part stand in the last columns.
func wideRow(kind, stem, answer string, options [5]string, prompts, part string) []any {
	point := fuse
	if part != "" {
		point = [4]string{}
	}
	return append(row(kind, stem, answer, options, point, "", "", "", "", ""), prompts, part)
}

// say writes what is asked and what is right, without ids, as a reader would.
func say(q *bank.Question) string {
	text := func(id bank.OptionID) string {
		for _, o := range q.Options {
			if o.ID == id {
				return o.Text
			}
		}
		return "?"
	}
	var right []string
	for i, k := range q.Key {
		if q.Kind == bank.Matching && i < len(q.Prompts) {
			right = append(right, q.Prompts[i].Text+"="+text(k))
			continue
		}
		right = append(right, text(k))
	}
	var all []string
	for _, o := range q.Options {
		all = append(all, fmt.Sprint(o.Text, o.Fixed))
	}
	slices.Sort(all)
	s := fmt.Sprintf("%s|%s|%s|%s|%v|%v|%s|%s|%d %d %d|%s", q.Kind, q.Markup, q.GUID, q.Stem, all, right, q.Reference, q.Explanation,
		q.Difficulty, q.Consistency, q.Score, q.Source)
	for _, b := range q.Blanks {
		s += fmt.Sprintf("|%q %t %d", b.Accept, b.CaseMatters, b.Share)
		if b.Numeric != nil {
			s += fmt.Sprintf(" %+v", *b.Numeric)
		}
	}
	for i := range q.Parts {
		s += "\n  " + say(&q.Parts[i])
	}
	return s
}

// short is say with only stem, right answers and blanks.
func short(q *bank.Question) string {
	fields := strings.SplitN(say(q), "|", 9)
	rest := ""
	if i := strings.Index(fields[8], "|"); i >= 0 {
		_, rest, _ = strings.Cut(fields[8][i+1:], "|")
	}
	return strings.TrimSuffix(fields[0]+" "+fields[3]+" "+fields[5]+" "+fields[6]+" "+rest, " ")
}

func TestEveryKindIsRead(t *testing.T) {
	t.Parallel()
	none := [5]string{}
	file, report := readQuestions(t, workbook(t, sheet{name: "三级", rows: [][]any{wide,
		wideRow("填空题", "线电压( )，频率（　　），周期____。", "380±5 V/伏；50/五十；0.02±2% s!", none, "", ""),
		wideRow("40", "接法{{2}}与{{1}}。", "Aa:kW@30%；Y\\/Δ/星三角@70%", none, "", ""),
		wideRow("排序题", "排序。", "C→A→B", [5]string{"A.甲", "B.乙", "C.丙"}, "", ""),
		wideRow("连线题", "匹配。", "", [5]string{"电压=V", "\\(U=IR\\)＝欧姆定律", "=W"}, "", ""),
		wideRow("匹配题", "归类。", "1-B，2-A，3-B", [5]string{"甲类", "乙类"}, "1. 一\n第二行\n2、二\n3．三", ""),
		wideRow("问答题", "简述。", "要点一\n要点二", none, "", ""),
		wideRow("组合题", "材料。", "", none, "", ""),
		wideRow("单选题", "小题一( )。", "B", [5]string{"甲", "乙"}, "", "1"),
		wideRow("填空题", "小题二( )。", "3", none, "", "(2)"),
		wideRow("判断题", "后面的题。", "√", none, "", ""),
	}}))
	if !report.OK() || report.Warnings != 0 || report.Total != 8 || report.Good != 8 {
		t.Fatalf("%+v %v", report.Total, found(report))
	}
	var got []string
	for i := range file.Rows {
		got = append(got, short(&file.Rows[i].Question))
	}
	want := []string{
		`fill_in 线电压{{1}}，频率{{2}}，周期{{3}}。 []  [] false 0 {Value:380 Tolerance:5 Units:[V 伏] UnitRequired:false}|["50" "五十"] false 0|[] false 0 {Value:0.02 Tolerance:2% Units:[s] UnitRequired:true}`,
		`fill_in 接法{{2}}与{{1}}。 []  ["kW"] true 3000|["Y/Δ" "星三角"] false 7000`,
		`ordering 排序。 [丙 甲 乙]`,
		`matching 匹配。 [电压=V`,
		`matching 归类。 [一`,
		"short_answer 简述。 [] 要点一\n要点二",
		"case 材料。",
		"true_false 后面的题。 [正确]",
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("question %d: %s\nnot: %s", i, got[i], want[i])
		}
	}
	match := file.Rows[4].Question
	if match.Prompts[0].Text != "一\n第二行" || len(match.Prompts) != 3 || match.Key[0] != match.Key[2] || len(match.Options) != 2 {
		t.Errorf("classes: %+v", match)
	}
	formula := file.Rows[3].Question
	if len(formula.Options) != 3 || len(formula.Key) != 2 || richtext.Source(formula.Prompts[1].Text) != `\(U=IR\)` || formula.Markup != bank.HTML {
		t.Errorf("pairs with a formula: %+v", formula)
	}
	parts := file.Rows[6].Question.Parts
	if len(parts) != 2 || parts[1].Blanks[0].Accept[0] != "3" || parts[1].ID != bank.NewPartID(file.Rows[6].Question.ID, 1) {
		t.Errorf("parts: %+v", parts)
	}
}

// TestOrderOfOptionsTellsNothing: authors list the things to order in the right
// order; the ids that a candidate sees must not follow it.
func TestOrderOfOptionsTellsNothing(t *testing.T) {
	t.Parallel()
	rows := [][]any{wide}
	for i := range 40 {
		o := [5]string{}
		for j := range o {
			o[j] = fmt.Sprintf("第%d题的步骤%d", i, j)
		}
		rows = append(rows, wideRow("排序题", fmt.Sprintf("排序%d。", i), "ABCDE", o, "", ""))
	}
	file, _ := readQuestions(t, workbook(t, sheet{name: "三级", rows: rows}))
	straight := 0
	for _, r := range file.Rows {
		ids := []bank.OptionID{}
		for _, o := range r.Question.Options {
			ids = append(ids, o.ID)
		}
		if slices.Equal(ids, r.Question.Key) {
			straight++
		}
	}
	if len(file.Rows) != 40 || straight > 3 {
		t.Errorf("%d of %d questions have their options in the right order", straight, len(file.Rows))
	}
	again, _ := readQuestions(t, workbook(t, sheet{name: "三级", rows: [][]any{wide, wideRow("排序题", "排序0。", "EDCBA",
		[5]string{"第0题的步骤4", "第0题的步骤3", "第0题的步骤2", "第0题的步骤1", "第0题的步骤0"}, "", "")}}))
	if diff := cmp.Diff(file.Rows[0].Question, again.Rows[0].Question); diff != "" {
		t.Errorf("the same question written the other way round (-want +got):\n%s", diff)
	}
}

// TestBadRowsOfKinds: every mistake is named at its cell.
func TestBadRowsOfKinds(t *testing.T) {
	t.Parallel()
	none, abc := [5]string{}, [5]string{"甲", "乙", "丙"}
	_, report := readQuestions(t, workbook(t, sheet{name: "S", rows: [][]any{wide,
		wideRow("填空题", "一( )( )。", "甲", none, "", ""),
		wideRow("填空题", "二( )。", "", none, "", ""),
		wideRow("填空题", "三( )。", "甲//乙", none, "", ""),
		wideRow("填空题", "四( )。", "约±2 V", none, "", ""),
		wideRow("填空题", "五( )。", "甲@x", none, "", ""),
		wideRow("填空题", "六( )( )。", "甲@30%；乙", none, "", ""),
		wideRow("填空题", "七( )。", "甲", abc, "", ""),
		wideRow("排序题", "八。", "CA", abc, "", ""),
		wideRow("排序题", "九。", "CABD", abc, "", ""),
		wideRow("排序题", "十。", "先甲后乙", abc, "", ""),
		wideRow("匹配题", "十一。", "", abc, "", ""),
		wideRow("匹配题", "十二。", "A", [5]string{"左=右", "上=下"}, "", ""),
		wideRow("匹配题", "十三。", "AB", abc, "1. 一\n2. 二\n3. 三", ""),
		wideRow("简答题", "十四。", "", none, "", ""),
		wideRow("简答题", "十五。", "答", none, "1. 一", ""),
		wideRow("单选题", "十六( )。", "A", abc, "", "1"),
		wideRow("案例分析题", "十七。", "", none, "", ""),
		wideRow("案例分析题", "十八。", "", none, "", ""),
		wideRow("单选题", "小题( )。", "D", abc, "", "1"),
		wideRow("案例分析题", "小题。", "", none, "", "3"),
		wideRow("简答题", "十九\\(\\foo\\)。", "答\\(x", none, "", ""),
		wideRow("简答题", "二十[图1]。", "<script>x</script><p onclick='x'>答</p>", none, "", ""),
	}}))
	want := []string{
		"S!C2 error blanks_marks", "S!D3 error key_missing", "S!D4 error blank_empty", "S!D5 error number_form", "S!D6 error share_form",
		"S!D7 error shares_sum", "S!E8 error options_unwanted", "S!D9 error key_no_order", "S!D10 error key_outside_options", "S!D11 error key_form",
		"S!E12 error pair_form", "S!F12 error pair_form", "S!G12 error pair_form", "S!D12 error key_missing", "S!U12 error prompts_few",
		"S!D13 error answer_unwanted", "S!D14 error key_no_match", "S!D15 error reference_missing", "S!U16 error prompts_unwanted",
		"S!V17 error part_without_case", "S!V18 error parts_missing", "S!D20 error key_outside_options", "S!V21 error part_number",
		"S!B21 error case_nested", "S!C22 error formula_invalid", "S!D22 error formula_invalid",
		"S!C23 error figure_mark_unknown", "S!D23 warning markup_removed",
	}
	got := slices.DeleteFunc(found(report), func(s string) bool { return strings.Contains(s, "options_few") })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, r := range report.Rows {
		for _, p := range r.Problems {
			if p.Message == "" {
				t.Errorf("%s says nothing", p.Code)
			}
		}
	}
}

func TestScriptsOfCells(t *testing.T) {
	t.Parallel()
	f, err := excelize.OpenReader(bytes.NewReader(workbook(t, sheet{name: "三级", rows: [][]any{wide,
		wideRow("单选题", "x", "A", [5]string{"甲<乙", "乙"}, "", "")}})))
	must(t, err)
	must(t, f.SetCellRichText("三级", "C2", []excelize.RichTextRun{{Text: "若U"}, {Text: "BE", Font: &excelize.Font{VertAlign: "subscript"}},
		{Text: "<0.7V\n则I"}, {Text: "2", Font: &excelize.Font{VertAlign: "superscript", Bold: true}}, {Text: "为（ ）。"}}))
	file, report := readQuestions(t, saved(t, f))
	if !report.OK() || report.Warnings > 0 {
		t.Fatal(found(report))
	}
	q := file.Rows[0].Question
	if q.Stem != "若U<sub>BE</sub>&lt;0.7V<br/>则I<sup>2</sup>为( )。" || q.Options[0].Text != "甲&lt;乙" || q.Markup != bank.HTML {
		t.Errorf("%+v", q)
	}
}

// dot draws a small PNG of a width.
func dot(t testing.TB, width int) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, width, 9))))
	return b.Bytes()
}

func TestArchiveWithPictures(t *testing.T) {
	t.Parallel()
	book := workbook(t, sheet{name: "三级", rows: [][]any{wide,
		wideRow("简答题", "看[图:电路1.PNG]。", "答[图:缺.png]", [5]string{}, "", ""),
		wideRow("简答题", "看［图：电路1.png］与[图:b.webp]。", "答", [5]string{}, "", ""),
		wideRow("简答题", "只看[图:电路1.png]。", "答", [5]string{}, "", "")}})
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for name, body := range map[string][]byte{"题/题库.xlsx": book, "题/电路1.png": dot(t, 30), "b.webp": []byte("RIFF....WEBP"), "__MACOSX/._题库.xlsx": {}} {
		part, err := w.Create(name)
		must(t, err)
		_, err = part.Write(body)
		must(t, err)
	}
	must(t, w.Close())
	file, report := readQuestions(t, buf.Bytes())
	if diff := cmp.Diff([]string{"三级!D2 error figure_mark_unknown", "三级!C3 error figure_type"}, found(report)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	id := bank.FigureIDOf(dot(t, 30))
	if len(file.Rows) != 1 || file.Rows[0].Question.Stem != `只看<img data-figure="`+string(id)+`" alt="图"/>。` || len(file.Figures) != 1 {
		t.Errorf("%+v", file.Rows)
	}
}

func TestPicturesOfARow(t *testing.T) {
	t.Parallel()
	f, err := excelize.OpenReader(bytes.NewReader(workbook(t, sheet{name: "三级", rows: [][]any{wide,
		wideRow("单选题", "先看[图2]再看( )。", "A", [5]string{"", "乙"}, "", "")}})))
	must(t, err)
	for cell, n := range map[string]int{"C2": 11, "D2": 12, "E2": 13} {
		must(t, f.AddPictureFromBytes("三级", cell, &excelize.Picture{Extension: ".png", File: dot(t, n), Format: &excelize.GraphicOptions{AltText: cell}}))
	}
	file, report := readQuestions(t, saved(t, f))
	if !report.OK() {
		t.Fatal(found(report))
	}
	img := func(n int, alt string) string {
		return `<img data-figure="` + string(bank.FigureIDOf(dot(t, n))) + `" alt="` + alt + `"/>`
	}
	q := file.Rows[0].Question
	if q.Stem != "先看"+img(12, "D2")+"再看( )。<br/>"+img(11, "C2") || q.Options[0].Text != img(13, "E2") || len(file.Figures) != 3 {
		t.Errorf("%s\n%s\n%d", q.Stem, q.Options[0].Text, len(file.Figures))
	}
}

// TestTemplateExamples: the examples of the template are read without a
// problem when an author copies them to the sheet of questions.
func TestTemplateExamples(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	must(t, exchange.Template(&buf, outline()))
	f, err := excelize.OpenReader(&buf)
	must(t, err)
	must(t, f.DeleteSheet("三级"))
	must(t, f.SetSheetName("填写示例", "三级"))
	file, report := readQuestions(t, saved(t, f))
	if !report.OK() || report.Warnings > 0 {
		t.Error(found(report))
	}
	kinds := map[bank.Kind]bool{}
	for _, r := range file.Rows {
		kinds[r.Question.Kind] = true
	}
	if len(kinds) != len(bank.Kinds()) {
		t.Errorf("examples of %v", kinds)
	}
}

// words is what random texts are made of: everything that cells and their
// signs could take for something else.
var words = []string{"电压", "U", "I=3", "a<b", "&", "\"", "'", "/", "；", ";", "|", "\\", "±", "@", "!", "Aa:", "=", "-1", " ", "\n", "1. ", "A、", "×", "m³", "{", "}"}

func randomText(r *rand.Rand, taken map[string]bool) string {
	for {
		s := "词"
		for range 1 + r.IntN(5) {
			s += words[r.IntN(len(words))]
		}
		if s = exchange.Text(s + "尾"); !taken[bank.Fingerprint(s)] {
			taken[bank.Fingerprint(s)] = true
			return s
		}
	}
}

// rich makes a text in HTML with something of each sort.
func rich(r *rand.Rand, plain string, figures []bank.Figure, set *richtext.Typesetter) string {
	text := richtext.Escape(plain)
	formula, err := set.Formula(`\frac{U}{R}<1`, r.IntN(2) == 0)
	if err != nil {
		panic(err)
	}
	for _, piece := range []string{"m<sup>2</sup>", "U<sub>BE</sub>", formula, "<b>粗</b>", "<table><tbody><tr><td colspan=\"2\">a &lt; b</td></tr></tbody></table>",
		`<img data-figure="` + string(figures[0].ID) + `" alt="电路图"/>`, `<img data-figure="` + string(figures[1].ID) + `" alt="图"/>`} {
		if r.IntN(3) == 0 {
			text += piece
		}
	}
	return text
}

// randomQuestion makes a valid question of a kind; its options stand in any
// order and its ids are arbitrary.
func randomQuestion(r *rand.Rand, kind bank.Kind, n int, figures []bank.Figure, set *richtext.Typesetter) bank.Question {
	taken := map[string]bool{}
	q := bank.Question{Kind: kind, GUID: fmt.Sprintf("g%d", n), Difficulty: r.IntN(6), Consistency: r.IntN(6), Score: int64(r.IntN(400)), Status: bank.Draft, Point: "B-A-A-014", Importance: bank.Core, Outline: outline().ID}
	q.ID = bank.NewQuestionID(q.Outline, "guid", q.GUID)
	text := func() string { return randomText(r, taken) }
	if r.IntN(2) == 0 {
		q.Markup = bank.HTML
		text = func() string { return rich(r, randomText(r, taken), figures, set) }
		q.Explanation = `a<sub>1</sub>` // so that the question needs HTML
	}
	q.Stem, q.Source = text(), randomText(r, taken)
	options := func(least int) {
		for i := range least + r.IntN(bank.MaxOptions-least+1) {
			q.Options = append(q.Options, bank.Option{ID: bank.NewOptionID(q.ID, i), Text: text()})
		}
	}
	switch {
	case kind == bank.TrueFalse:
		q.Options = bank.TrueFalseOptions(q.ID)
		q.Key = []bank.OptionID{q.Options[r.IntN(2)].ID}
	case kind == bank.SingleChoice || kind == bank.MultipleChoice:
		options(3)
		q.Key = []bank.OptionID{q.Options[1].ID}
		if kind == bank.MultipleChoice {
			q.Key = append(q.Key, q.Options[2].ID)
		}
	case kind == bank.Ordering:
		options(2)
		for _, i := range r.Perm(len(q.Options)) {
			q.Key = append(q.Key, q.Options[i].ID)
		}
	case kind == bank.Matching:
		options(2)
		for i := range 2 + r.IntN(7) {
			q.Prompts = append(q.Prompts, bank.Option{ID: bank.NewPromptID(q.ID, i), Text: strings.ReplaceAll(text(), "\n", "")})
			q.Key = append(q.Key, q.Options[r.IntN(len(q.Options))].ID)
		}
	case kind == bank.FillIn:
		for i := range 1 + r.IntN(4) {
			q.Stem += fmt.Sprintf("{{%d}}", i+1)
			b := bank.Blank{Accept: []string{strings.ReplaceAll(randomText(r, taken), "\n", "")}, CaseMatters: r.IntN(3) == 0}
			if r.IntN(2) == 0 {
				b.Accept = append(b.Accept, strings.TrimSpace(strings.ReplaceAll(randomText(r, taken), "\n", "")))
			}
			if r.IntN(3) == 0 {
				b = bank.Blank{Numeric: &bank.Numeric{Value: "-0.707e2", Tolerance: []string{"", "2%", "0.5"}[r.IntN(3)]}}
				if r.IntN(2) == 0 {
					b.Numeric.Units, b.Numeric.UnitRequired = []string{"r/min", "转每分"}, r.IntN(2) == 0
				}
			}
			q.Blanks = append(q.Blanks, b)
		}
		if r.IntN(2) == 0 {
			q.Blanks[0].Share = 10000 - int64(len(q.Blanks)-1)*1250
			for i := 1; i < len(q.Blanks); i++ {
				q.Blanks[i].Share = 1250
			}
		}
	case kind == bank.Case:
		kinds := bank.Kinds()
		q.Score = 0
		for i := range 1 + r.IntN(4) {
			p := randomQuestion(r, kinds[r.IntN(len(kinds)-1)], n*100+i, figures, set)
			p.ID, p.Point, p.Importance, p.Status, p.Outline = bank.NewPartID(q.ID, i), "", "", "", ""
			p.Score = int64(i+1) * 100
			q.Parts = append(q.Parts, p)
		}
	default:
		q.Reference = text()
	}
	return q
}

// TestEveryKindRoundTrips writes random questions of every kind and reads them
// back: nothing is lost, and reading what was read is the same to the byte.
func TestEveryKindRoundTrips(t *testing.T) {
	t.Parallel()
	var figures []bank.Figure
	for i := range 2 {
		f, err := bank.NewFigure(dot(t, 20+i))
		must(t, err)
		figures = append(figures, f)
	}
	set := richtext.NewTypesetter()
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 1))
		var questions []bank.Question
		for i, kind := range bank.Kinds() {
			q := randomQuestion(r, kind, i, figures, set)
			if err := q.Validate(); err != nil {
				t.Fatalf("the generator makes wrong questions: %v", err)
			}
			questions = append(questions, q)
		}
		var buf bytes.Buffer
		if err := exchange.WriteQuestions(&buf, outline(), questions, figures); err != nil {
			t.Fatal(err)
		}
		file, report := readQuestions(t, buf.Bytes())
		if !report.OK() {
			t.Fatal(found(report))
		}
		var read []bank.Question
		for i := range file.Rows {
			if diff := cmp.Diff(say(&questions[i]), say(&file.Rows[i].Question)); diff != "" {
				t.Fatalf("%s (-written +read):\n%s", questions[i].Kind, diff)
			}
			read = append(read, file.Rows[i].Question)
		}
		var second bytes.Buffer
		if err := exchange.WriteQuestions(&second, outline(), read, file.Figures); err != nil {
			t.Fatal(err)
		}
		again, _ := readQuestions(t, second.Bytes())
		if diff := cmp.Diff(file.Rows, again.Rows); diff != "" {
			t.Fatalf("read twice (-first +second):\n%s", diff)
		}
	}
}

func TestTooLongForACell(t *testing.T) {
	t.Parallel()
	q := bank.Question{ID: "q", Outline: outline().ID, Kind: bank.Essay, Markup: bank.HTML, Point: "B-A-A-014", Status: bank.Draft,
		Stem: strings.Repeat("<b>题</b>", 5000), Reference: "答"}
	if err := exchange.WriteQuestions(&bytes.Buffer{}, outline(), []bank.Question{q}, nil); err == nil || !strings.Contains(err.Error(), "does not fit into a cell") {
		t.Errorf("got %v", err)
	}
}

func FuzzParseBlanks(f *testing.F) {
	for _, s := range []string{"380；星形/Y 形；0.707±2% A/安", "Aa:kW@30%", `Y\/Δ`, "±", "1±0 V!", `\\;\@`, "1±2±3", "@", "；；甲", "-1e3±5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		blanks, code := exchange.ParseBlanks(exchange.Text(s))
		if code != "" {
			if code != "key_missing" && code != "blank_empty" && code != "number_form" && code != "share_form" {
				t.Errorf("code %q", code)
			}
			return
		}
		for _, b := range blanks {
			if b.Numeric == nil && len(b.Accept) == 0 {
				t.Errorf("%q accepts nothing", s)
			}
		}
	})
}
