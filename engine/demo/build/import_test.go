package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/bank/exchange"
)

// dataDir holds the demo data, as seen from this package.
const dataDir = "../data"

var electrician = bank.Occupation{Edition: "2022", Code: "6-31-01-03", Name: "电工"}

func load(t *testing.T) source {
	t.Helper()
	src, err := readSource(filepath.Join(dataDir, "src"))
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// bytesOf returns the file that the generator would save.
func bytesOf(t *testing.T, write func(source) (*excelize.File, error), src source) []byte {
	t.Helper()
	f, err := write(src)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// cells is all that a reader of a workbook sees: rows by sheet, and merges.
func cells(t *testing.T, data []byte) map[string][][]string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	seen := map[string][][]string{}
	for _, name := range f.GetSheetList() {
		rows, err := f.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		merged, err := f.GetMergeCells(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range merged {
			rows = append(rows, []string(m))
		}
		seen[name] = rows
	}
	return seen
}

func TestWorkbooksAreTheSourcesWorkbooks(t *testing.T) {
	t.Parallel()
	src := load(t)
	for name, write := range map[string]func(source) (*excelize.File, error){outlineFile: outlineBook, questionsFile: questionsBook, kindsFile: kindsBook} {
		stored, err := os.ReadFile(filepath.Join(dataDir, name))
		if err != nil {
			t.Fatal(err)
		}
		built := bytesOf(t, write, src)
		if diff := cmp.Diff(cells(t, built), cells(t, stored)); diff != "" {
			t.Errorf("%s is old; run go run ./engine/demo/build (-built +stored):\n%s", name, diff)
		}
		if again := bytesOf(t, write, src); !bytes.Equal(built, again) {
			t.Errorf("%s: the same sources gave other bytes", name)
		}
	}
}

// importAll reads both workbooks as the program does and fails on any problem.
func importAll(t *testing.T, src source) (bank.Outline, []bank.Question) {
	t.Helper()
	data := bytesOf(t, outlineBook, src)
	outline, report, err := exchange.ReadOutline(bytes.NewReader(data), int64(len(data)), outlineFile, electrician, 3)
	checkReport(t, report, err)
	data = bytesOf(t, questionsBook, src)
	file, report, err := exchange.ReadQuestions(bytes.NewReader(data), int64(len(data)), questionsFile, outline.Outline)
	checkReport(t, report, err)
	questions := make([]bank.Question, 0, len(file.Rows))
	for _, row := range file.Rows {
		row.Question.Version, row.Question.Status = 1, bank.Active
		questions = append(questions, row.Question)
	}
	return outline.Outline, questions
}

func checkReport(t *testing.T, report bank.Report, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Problems {
		t.Errorf("%s: %s: %s", report.File, p.Code, p.Message)
	}
	for _, row := range report.Rows {
		for _, p := range row.Problems {
			t.Errorf("%s row %d (%s): %s %s: %s", report.File, row.Row, row.Label, p.Severity, p.Code, p.Message)
		}
	}
}

// TestImportGivesTheSources holds what the importer read, with all the ways of
// writing that the generator mixes in, against the plain sources.
func TestImportGivesTheSources(t *testing.T) {
	t.Parallel()
	src := load(t)
	outline, questions := importAll(t, src)

	var got, want []string
	outline.Walk(func(path bank.PointPath, _ []*bank.Range, p *bank.Point) {
		if p != nil {
			got = append(got, fmt.Sprint(path, p.Name, p.Importance))
		}
	})
	for _, p := range src.points {
		path := p.rangeCode() + "-" + p.levels[2].code + "-" + p.code
		want = append(want, fmt.Sprint(path, p.name, p.importance))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("points (-source +import):\n%s", diff)
	}
	got, want = nil, nil
	for _, q := range questions {
		got = append(got, imported(q))
	}
	for _, q := range src.questions {
		want = append(want, written(q))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("questions (-source +import):\n%s", diff)
	}
}

func imported(q bank.Question) string {
	letters, texts := "", []string{}
	for i, o := range q.Options {
		if slices.Contains(q.Key, o.ID) {
			letters += letter(i)
		}
		texts = append(texts, o.Text)
	}
	return fmt.Sprint(q.GUID, q.Kind.Zh(), q.Stem, letters, texts, q.Point, q.Difficulty, q.Score, q.Explanation, q.Source)
}

func written(q question) string {
	answer, options := q.answer, []string{}
	for _, o := range q.options {
		options = append(options, exchange.Text(o))
	}
	if q.kind == truth {
		answer, options = map[string]string{"√": "A", "×": "B"}[q.answer], []string{"正确", "错误"}
	}
	path := bank.PointPath(q.point.rangeCode()).Join(q.point.levels[2].code).Join(q.point.code)
	return fmt.Sprint(q.id, q.kind+"题", exchange.Text(q.stem), answer, options, path, q.difficulty, int64(q.score)*100,
		exchange.Text(q.explanation), exchange.Text(q.source))
}

// TestPapersCanBeDrawn draws the two common papers by the weights of the
// level-2 ranges, with many seeds, and finds no point twice.
func TestPapersCanBeDrawn(t *testing.T) {
	t.Parallel()
	outline, questions := importAll(t, load(t))
	points := map[bank.QuestionRef]bank.PointPath{}
	for i := range questions {
		points[questions[i].Ref()] = questions[i].Point
	}
	for name, counts := range map[string][3]int{"80 + 20": {80, 0, 20}, "60 + 20 + 20": {60, 20, 20}} {
		plan := bank.Blueprint{ID: "demo", Version: 1, Title: name, Outline: outline.ID, Total: 100_00, Limit: 5400, Pass: 60_00, Depth: 2}
		for i, kind := range []bank.Kind{bank.SingleChoice, bank.MultipleChoice, bank.TrueFalse} {
			if counts[i] > 0 {
				plan.Sections = append(plan.Sections, bank.SectionPlan{Kind: kind, Count: counts[i], ScoreEach: 100})
			}
		}
		for seed := range uint64(20) {
			paper, err := bank.Compose(outline, questions, plan, seed)
			if err != nil {
				t.Fatalf("%s, seed %d: %v", name, seed, err)
			}
			drawn := map[string]bool{}
			for _, section := range paper.Sections {
				for _, ref := range section.Items {
					drawn[string(points[ref])] = true
				}
			}
			if len(drawn) != 100 {
				t.Errorf("%s, seed %d: %d different points, not 100", name, seed, len(drawn))
			}
		}
	}
}

func TestVariantsAreThere(t *testing.T) {
	t.Parallel()
	rows := cells(t, bytesOf(t, questionsBook, load(t)))[sheetName]
	all := ""
	for _, row := range rows {
		all += strings.Join(row, "\t") + "\n"
	}
	for _, want := range []string{"\tA、", "\t（B）", "\tＣ．", "\t√\t", "\t×\t", "\t对\t", "\t错\t", "\t正确\t", "\t错误\t",
		"A,", "、D", "\t单选\t", "\t单项选择题\t", "\t是非题\t", "(    )", "\tＡ\t"} {
		if !strings.Contains(all, want) {
			t.Errorf("no cell is written with %q", want)
		}
	}
}

func TestWrongSourcesAreNamed(t *testing.T) {
	t.Parallel()
	outline := strings.Join(outlineHeader, "\t") + "\nA\t基本\t100\tA\t基础\t100\tA\t电路\t100\t001\t欧姆定律\tX\n"
	head := strings.Join(questionHeader, "\t") + "\n"
	for name, tc := range map[string]struct{ questions, want string }{
		"cells":   {head + "a\tb\n", "questions-x.tsv:2: 2 cells, not 14"},
		"header":  {"id\n", "the header is"},
		"point":   {head + "i\t判断\ts\t√\t\t\t\t\t\t099\t3\t1\te\ts\n", `questions-x.tsv:2: the outline has no point "099"`},
		"numbers": {head + "i\t判断\ts\t√\t\t\t\t\t\t001\tx\t1\te\ts\n", "questions-x.tsv:2: difficulty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for file, body := range map[string]string{"outline.tsv": outline, "questions-x.tsv": tc.questions} {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(body), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			_, err := readSource(dir)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want an error with %q", err, tc.want)
			}
		})
	}
}
