package exchange

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/fault"
)

// rowReader reads the cells of one row.
type rowReader struct {
	*header
	*sheetReader
	number   int
	cells    []string
	q        bank.Question
	problems []bank.Problem
	shown    figures             // the pictures of the row
	marks    map[column][]string // figure marks that the texts lack
	used     []bank.Figure       // that the texts show
}

func (r *rowReader) text(c column) string { return Text(cell(r.cells, r.at[c])) }

// source is the text of a column as its author wrote it, with a mark for each
// picture that stands beside it.
func (r *rowReader) source(c column) source {
	s, ok := r.scripted(r.sheet, r.at[c], r.number)
	if !ok {
		s = written(r.text(c))
	}
	for _, mark := range r.marks[c] {
		s = s.join(mark)
	}
	return s
}

func (r *rowReader) bad(c column, code, message string, params ...string) {
	r.problems = append(r.problems, r.problem(c, bank.Error, code, message, params...))
}

func (r *rowReader) warn(c column, code, message string, params ...string) {
	r.problems = append(r.problems, r.problem(c, bank.Warning, code, message, params...))
}

// filled reports whether a known column has content.
func (r *rowReader) filled() bool {
	for c := range column(columns) {
		if r.text(c) != "" {
			return true
		}
	}
	return false
}

// question reads the row as a question of its own.
func (r *rowReader) question(pictures []picture) {
	r.q = bank.Question{Outline: r.outline.ID, Status: bank.Draft, GUID: r.text(colGUID), Source: r.text(colSource)}
	r.kind()
	r.place(pictures)
	body := r.body()
	r.numbers()
	r.point(r.knowledge)
	identity := []string{"guid", strings.ToLower(r.q.GUID)}
	if r.q.GUID == "" {
		identity = append([]string{"body", string(r.q.Kind), bank.Fingerprint(r.identity(r.q.Stem))}, body.identity(r)...)
	}
	r.q.ID = bank.NewQuestionID(r.q.Outline, identity...)
	r.answer(body)
	if r.q.Kind != bank.Case { // a case is complete with its parts
		r.validate()
	}
}

// part reads the row as the next part of a case.
func (r *rowReader) part(c *bank.Question, pictures []picture) {
	next := strconv.Itoa(len(c.Parts) + 1)
	if strings.Trim(Compact(r.text(colPart)), "().、") != next {
		r.bad(colPart, "part_number", "the parts of a case are numbered 1, 2, … as they stand", "next", next)
	}
	r.q = bank.Question{ID: bank.NewPartID(c.ID, len(c.Parts)), GUID: r.text(colGUID), Source: r.text(colSource)}
	r.kind()
	r.place(pictures)
	body := r.body()
	r.numbers()
	for i := colPoint; i <= colPointLast; i++ {
		if r.text(i) != "" {
			r.warn(i, "part_point_ignored", "the point of a part is that of its case; the cell was not read")
			break
		}
	}
	r.answer(body)
	alone := r.q
	if r.q.Kind == bank.Case {
		r.bad(colKind, "case_nested", "a part of a case is not a case itself")
		return
	}
	r.q.Point, r.q.Status = "of its case", bank.Draft // a part needs none of its own
	r.validate()
	r.q = alone
}

func (r *rowReader) kind() {
	code := ""
	if r.q.Kind, code = ParseKind(r.text(colKind)); code != "" {
		r.bad(colKind, code, kindMessages[code], "value", r.text(colKind))
	}
}

var kindMessages = map[string]string{
	"kind_missing":     "the kind of question is empty; write 单选题, 多选题, 判断题, 填空题, 排序题, 匹配题, 简答题, 计算题, 论述题 or 案例分析题",
	"kind_unsupported": "this kind of question cannot be imported; write it as one of the kinds of the template",
	"kind_unknown":     "the kind of question is not known; write 单选题, 多选题, 判断题, 填空题, 排序题, 匹配题, 简答题, 计算题, 论述题 or 案例分析题",
}

func (r *rowReader) numbers() {
	r.q.Difficulty = r.grade(colDifficulty, "difficulty_range", difficultyWords)
	r.q.Consistency = r.grade(colConsistency, "consistency_range", nil)
	if text := r.text(colScore); text != "" {
		n, ok := parseHundredths(text)
		switch {
		case !ok:
			r.bad(colScore, "score_form", "the score is a number with at most two decimals", "value", text)
		case n == 0 || n > bank.MaxScore:
			r.bad(colScore, "score_range", fmt.Sprintf("the score is more than 0 and at most %d", bank.MaxScore/100), "value", text)
		}
		r.q.Score = n
	}
}

var difficultyWords = map[string]int{"易": 1, "容易": 1, "简单": 1, "较易": 2, "中": 3, "中等": 3, "一般": 3, "较难": 4, "难": 5, "困难": 5}

// grade reads a whole number from 1 to 5 or a word; 0 when the cell is empty.
func (r *rowReader) grade(c column, code string, words map[string]int) int {
	text := Compact(r.text(c))
	if text == "" {
		return 0
	}
	if n, ok := words[text]; ok {
		return n
	}
	n, ok := parseHundredths(text)
	if !ok || n%100 != 0 || n < 100 || n > 500 {
		r.bad(c, code, "a whole number from 1 to 5 is needed", "value", text)
		return 0
	}
	return int(n / 100)
}

var pointMessages = map[string]string{
	"point_missing":    "no knowledge point is given",
	"point_unknown":    "the outline has no such point; compare name and code with the outline",
	"point_is_range":   "the deepest cell names a range; give a point below it",
	"point_path_wrong": "the outline has such a point, but not below the ranges given in this row",
	"point_ambiguous":  "the outline has several such points; give the code or the ranges above",
}

func (r *rowReader) point(k *knowledge) {
	var cells []string
	for c := colPoint; c <= colPointLast; c++ {
		cells = append(cells, r.text(c))
	}
	found, deepest, code := k.resolve(cells)
	if code != "" {
		r.bad(colPoint+column(deepest), code, pointMessages[code], "value", cells[deepest])
		return
	}
	r.q.Point, r.q.Importance = found.path, found.importance
}

// validate files what the rules of bank.Question find and the cells have not
// shown yet.
func (r *rowReader) validate() {
	f := fault.As(r.q.Validate())
	if f == nil {
		return
	}
	// A field that already has an error needs no second one.
	for _, field := range f.Fields {
		c := columnOf(field.Path)
		// Rows of parts show their own; only the case knows what it leaves them.
		if strings.HasPrefix(field.Path, "parts[") && field.Code != "part_score_zero" || field.Path == "status" || r.hasError(c) || field.Path == "key" && len(r.q.Key) == 0 && r.q.Kind == "" {
			continue
		}
		p := r.problem(c, bank.Error, field.Code, field.Message)
		p.Params = field.Params
		r.problems = append(r.problems, p)
	}
}

func (r *rowReader) hasError(c column) bool {
	first, last := c, c
	if c == colPoint {
		last = colPointLast
	}
	for _, p := range r.problems {
		for i := first; i <= last; i++ {
			if p.Severity == bank.Error && r.at[i] >= 0 && p.Column == letter(r.at[i]) {
				return true
			}
		}
	}
	return false
}

// columnOf maps a field of bank.Question to its column.
func columnOf(path string) column {
	var i int
	if _, err := fmt.Sscanf(path, "options[%d]", &i); err == nil && i < bank.MaxOptions {
		return colOption + column(i)
	}
	path, _, _ = strings.Cut(path, "[")
	switch path {
	case "kind":
		return colKind
	case "options":
		return colOption
	case "key":
		return colAnswer
	case "difficulty":
		return colDifficulty
	case "consistency":
		return colConsistency
	case "score":
		return colScore
	case "point":
		return colPoint
	case "explanation":
		return colExplanation
	case "source":
		return colSource
	case "prompts":
		return colPrompts
	case "reference", "blanks":
		return colAnswer
	case "parts":
		return colPart
	}
	return colStem
}
