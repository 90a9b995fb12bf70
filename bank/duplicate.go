package bank

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"github.com/xinglu/xinglu/bank/richtext"
)

// QuestionFile is what was read from one file of questions: the good rows.
// The same bytes and the same outline version give the same value.
type QuestionFile struct {
	Name    string
	SHA256  string // of the file's bytes, hex
	Outline OutlineID
	Rows    []QuestionRow
	Figures []Figure // that the questions show, each once
}

// QuestionRow is a question and where it stands in the file.
type QuestionRow struct {
	Sheet    string
	Row      int
	Question Question // without version and batch
}

// OutlineFile is what was read from one file of an outline.
type OutlineFile struct {
	Name    string
	SHA256  string  // of the file's bytes, hex
	Outline Outline // without version and batch
}

// Fingerprint reduces a text to what makes it different from another: width
// is folded and space, and a stop at the end, are dropped. Case and all other
// signs count, as in "mA" and "MA" or "−5" and "5".
func Fingerprint(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, width.Fold.String(text))
	return strings.TrimRight(text, "。.")
}

// body fingerprints kind and texts of what is asked, in any order of options.
func (q *Question) body() string {
	parts := []string{string(q.Kind), Fingerprint(q.Stem), sortedTexts(q.Options)}
	for _, p := range q.Prompts {
		parts = append(parts, Fingerprint(p.Text))
	}
	for i := range q.Parts {
		parts = append(parts, q.Parts[i].body())
	}
	return digest(parts...)
}

// keyTexts fingerprints the right answers, in any order of options. What only
// people read, the reference answer, is not part of it.
func (q *Question) keyTexts() string {
	var parts []string
	for _, k := range q.Key {
		for _, o := range q.Options {
			if o.ID == k {
				parts = append(parts, Fingerprint(o.Text))
			}
		}
	}
	if q.Kind.Choice() {
		slices.Sort(parts)
	}
	for i := range q.Blanks {
		parts = append(parts, fmt.Sprintf("%q %t %d", q.Blanks[i].Accept, q.Blanks[i].CaseMatters, q.Blanks[i].Share))
		if n := q.Blanks[i].Numeric; n != nil {
			parts = append(parts, fmt.Sprintf("%q %q %q %t", n.Value, n.Tolerance, n.Units, n.UnitRequired))
		}
	}
	for i := range q.Parts {
		parts = append(parts, q.Parts[i].keyTexts())
	}
	return digest(parts...)
}

func sortedTexts(options []Option) string {
	texts := make([]string, 0, len(options))
	for _, o := range options {
		texts = append(texts, Fingerprint(o.Text))
	}
	slices.Sort(texts)
	return digest(texts...)
}

// sameVersion reports whether two versions of a question differ only in
// version, batch and status.
func sameVersion(a, b *Question) bool {
	x, y := *a, *b
	for _, q := range []*Question{&x, &y} {
		q.Version, q.Batch, q.Status = 0, "", ""
		if len(q.Options) == 0 {
			q.Options = nil
		}
		if len(q.Key) == 0 {
			q.Key = nil
		}
	}
	return sameJSON(x, y)
}

// index finds questions by what can clash.
type index struct {
	byID, byBody, byStem map[string]entry
}

// entry is a question and where it stands: "row 12 of 三级" or "the bank".
type entry struct {
	q      *Question
	place  string
	inFile bool
}

func newIndex(existing []Question) *index {
	x := &index{map[string]entry{}, map[string]entry{}, map[string]entry{}}
	for i := range existing {
		x.add(&existing[i], "the bank", false)
	}
	return x
}

func (x *index) add(q *Question, place string, inFile bool) {
	e := entry{q, place, inFile}
	x.byID[string(q.ID)] = e
	x.byBody[q.body()] = e
	x.byStem[Fingerprint(q.Stem)] = e
}

// judge compares the rows of a file with the outline, with the questions of
// the bank and with one another, files what it finds in the report, and
// returns the questions that the file adds, with their versions.
func judge(file *QuestionFile, outline *Outline, existing []Question, report *Report) []Question {
	points := map[PointPath]bool{}
	outline.Walk(func(path PointPath, _ []*Range, p *Point) { points[path] = p != nil })
	rows := make(map[string]int, len(report.Rows))
	for i, r := range report.Rows {
		rows[place(r.Sheet, r.Row)] = i
	}
	figures := map[FigureID]bool{}
	for i := range file.Figures {
		figures[file.Figures[i].ID] = true
	}
	x := newIndex(existing)
	var added []Question
	for i := range file.Rows {
		q, here := file.Rows[i].Question, place(file.Rows[i].Sheet, file.Rows[i].Row)
		at, listed := rows[here]
		if !listed {
			at = len(report.Rows)
			report.AddRow(file.Rows[i].Sheet, file.Rows[i].Row, q.Label(), nil)
		}
		if p := stale(&q, file.Outline, points); p != nil {
			report.Mark(at, *p)
		}
		for _, id := range q.Figures() {
			if !figures[id] {
				report.Mark(at, Problem{Severity: Error, Code: "figure_missing", Params: map[string]string{"figure": string(id)},
					Message: "the row shows a picture that the file does not hold"})
			}
		}
		if report.Rows[at].State == Bad {
			continue
		}
		problem, same := x.clash(&q)
		if problem != nil {
			report.Mark(at, *problem)
		}
		if same {
			report.settle(&report.Rows[at], Same)
		}
		if report.Rows[at].State != Good {
			continue
		}
		q.Version = 1
		if old, ok := x.byID[string(q.ID)]; ok {
			q.Version = old.q.Version + 1
		}
		added = append(added, q)
		x.add(&q, here, true)
	}
	return added
}

func place(sheet string, row int) string { return fmt.Sprintf("row %d of %s", row, sheet) }

// stale finds rows that the reader would refuse now: the file was read with
// another version of the outline, or not by the reader at all.
func stale(q *Question, outline OutlineID, points map[PointPath]bool) *Problem {
	err := q.Validate()
	if err == nil && q.Outline == outline && points[q.Point] {
		return nil
	}
	p := Problem{Severity: Error, Code: "row_stale",
		Message: "the row does not fit the outline as it is now; read the file again",
		Params:  map[string]string{"point": string(q.Point)}}
	if err != nil {
		p.Message += ": " + err.Error()
	}
	return &p
}

// clash looks for a question that q repeats or contradicts. same means that q
// adds nothing.
func (x *index) clash(q *Question) (p *Problem, same bool) {
	found := func(severity Severity, code, message string, e entry) *Problem {
		return &Problem{Severity: severity, Code: code, Message: fmt.Sprintf(message, e.place),
			Params: map[string]string{"place": e.place, "question": string(e.q.ID)}}
	}
	if e, ok := x.byBody[q.body()]; ok {
		switch {
		case e.q.keyTexts() != q.keyTexts():
			return found(Error, "key_conflict", "the same question with another key is in %s; one of the keys is wrong", e), false
		case e.q.ID == q.ID && !e.inFile && !sameVersion(e.q, q):
			return nil, false // only its point, difficulty or notes changed: a new version
		default:
			return found(Warning, "question_repeated", "the same question is in %s; this row adds nothing", e), true
		}
	}
	if e, ok := x.byID[string(q.ID)]; ok && e.inFile {
		return found(Error, "guid_repeated", "another question with the same GUID is in %s", e), false
	}
	if e, ok := x.byStem[Fingerprint(q.Stem)]; ok && e.q.ID != q.ID {
		return found(Warning, "stem_repeated", "a question with the same stem is in %s; make sure it is another question", e), false
	}
	return nil, false
}

// Label is the beginning of the stem, as plain characters on one line, to
// recognise the question by.
func (q *Question) Label() string {
	if q.Markup != HTML {
		return Label(q.Stem)
	}
	return Label(strings.ReplaceAll(richtext.Text(q.Stem), "\n", " "))
}

// Label is the beginning of a text, to recognise a row by.
func Label(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
