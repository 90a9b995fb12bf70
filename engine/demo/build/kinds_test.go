package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/bank/exchange"
	"github.com/xinglu/xinglu/bank/richtext"
)

// importKinds reads the workbook of the other kinds as the program does.
func importKinds(t *testing.T, src source, outline bank.Outline) bank.QuestionFile {
	t.Helper()
	data := bytesOf(t, kindsBook, src)
	file, report, err := exchange.ReadQuestions(bytes.NewReader(data), int64(len(data)), kindsFile, outline)
	checkReport(t, report, err)
	for i := range file.Rows {
		file.Rows[i].Question.Version, file.Rows[i].Question.Status = 1, bank.Active
	}
	return file
}

// TestKindsAreThere holds the numbers of questions, figures, tables, formulas
// and scripts against what the demonstration is to show.
func TestKindsAreThere(t *testing.T) {
	t.Parallel()
	src := load(t)
	outline, _ := importAll(t, src)
	file := importKinds(t, src, outline)
	counts := map[string]int{}
	for i := range file.Rows {
		q := &file.Rows[i].Question
		counts[string(q.Kind)]++
		all := q.Stem + q.Reference + q.Explanation
		for _, o := range append(q.Options, q.Prompts...) {
			all += o.Text
		}
		for feature, sign := range map[string]string{"formula": `class="katex"`, "table": "<table>", "sub": "<sub>", "sup": "<sup>", "figure": "data-figure"} {
			if strings.Contains(all, sign) {
				counts[feature]++
			}
		}
		for _, b := range q.Blanks {
			if b.Numeric != nil {
				counts["numeric"]++
			}
		}
		if len(q.Blanks) > 1 {
			counts["several blanks"]++
		}
		if n := len(q.Parts); q.Kind == bank.Case && (n < 3 || n > 4) {
			t.Errorf("%s has %d parts", q.GUID, n)
		}
	}
	for what, least := range map[string]int{"fill_in": 12, "ordering": 8, "matching": 8, "short_answer": 6, "calculation": 6, "essay": 4, "case": 4,
		"figure": 6, "formula": 10, "table": 4, "sub": 4, "sup": 1, "numeric": 12, "several blanks": 8} {
		if counts[what] < least {
			t.Errorf("%d with %s, at least %d are wanted", counts[what], what, least)
		}
	}
	if len(file.Figures) < 6 {
		t.Errorf("%d figures", len(file.Figures))
	}
	for _, f := range file.Figures {
		if f.Type != "image/png" || f.Width < 700 || f.Height < 300 || len(f.Data) > 30<<10 {
			t.Errorf("figure of %d × %d pixels and %d bytes", f.Width, f.Height, len(f.Data))
		}
	}
}

// TestKindsAreTheSources compares what was imported with kinds.tsv: stems as
// they are read, and the right order of what is ordered.
func TestKindsAreTheSources(t *testing.T) {
	t.Parallel()
	src := load(t)
	outline, _ := importAll(t, src)
	got := map[string]*bank.Question{}
	file := importKinds(t, src, outline)
	for i := range file.Rows {
		q := &file.Rows[i].Question
		got[q.GUID] = q
		for j := range q.Parts {
			got[q.Parts[j].GUID] = &q.Parts[j]
		}
	}
	if len(got) != len(src.items) {
		t.Errorf("%d questions and parts, %d in the source", len(got), len(src.items))
	}
	seen := map[string]bool{}
	for _, it := range src.items {
		q := got[it.id]
		if q == nil || q.Score != int64(it.score)*100 || q.Difficulty != it.difficulty || q.Explanation == "" {
			t.Errorf("%s: %+v", it.id, q)
			continue
		}
		seen[it.id] = true
		if want, read := bank.Fingerprint(bare(it.stem)), bank.Fingerprint(shownStem(q)); it.figure == "" && !strings.Contains(read, want) {
			t.Errorf("%s: stem %s, not %s", it.id, read, want)
		}
		if it.figure != "" && (len(q.Figures()) != 1 || it.alt == "") {
			t.Errorf("%s shows %v", it.id, q.Figures())
		}
		if q.Kind == bank.Ordering {
			order := ""
			for _, k := range q.Key {
				for _, o := range q.Options {
					for letters, text := range it.options {
						if o.ID == k && bank.Fingerprint(o.Text) == bank.Fingerprint(exchange.Text(text)) {
							order += letter(letters)
						}
					}
				}
			}
			if diff := cmp.Diff(it.answer, order); diff != "" {
				t.Errorf("%s order (-source +import):\n%s", it.id, diff)
			}
		}
	}
	if len(seen) != len(src.items) {
		t.Error("two lines have one id")
	}
}

// bare is a text of the source without tags; shownStem what a reader sees.
func bare(text string) string {
	return richtext.Text(exchange.Text(strings.ReplaceAll(text, "\n", "<br>")))
}

func shownStem(q *bank.Question) string {
	if q.Markup == bank.HTML {
		return richtext.Text(q.Stem)
	}
	return q.Stem
}

// TestFullPaperCanBeDrawn draws the paper of every kind with many seeds.
func TestFullPaperCanBeDrawn(t *testing.T) {
	t.Parallel()
	src := load(t)
	outline, questions := importAll(t, src)
	for _, row := range importKinds(t, src, outline).Rows {
		questions = append(questions, row.Question)
	}
	plan := bank.Blueprint{ID: "full", Version: 1, Title: "全题型", Outline: outline.ID, Limit: 2400, Pass: 6000, Depth: 1}
	for _, kind := range bank.Kinds() {
		plan.Sections = append(plan.Sections, bank.SectionPlan{Kind: kind, Count: 2, ScoreEach: 500})
		plan.Total += 1000
	}
	for seed := range uint64(30) {
		if _, err := bank.Compose(outline, questions, plan, seed); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}
