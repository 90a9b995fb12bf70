package exchange

import (
	"fmt"
	"strings"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/fault"
)

// rowReader reads the cells of one row.
type rowReader struct {
	*header
	cells    []string
	q        bank.Question
	problems []bank.Problem
}

func (r *rowReader) text(c column) string { return Text(cell(r.cells, r.at[c])) }

func (r *rowReader) bad(c column, code, message string, params ...string) {
	r.problems = append(r.problems, r.problem(c, bank.Error, code, message, params...))
}

func (r *rowReader) warn(c column, code, message string, params ...string) {
	r.problems = append(r.problems, r.problem(c, bank.Warning, code, message, params...))
}

// question reads one row. filled is false when no known column has content.
func (s *sheetReader) question(cells []string) (q bank.Question, problems []bank.Problem, filled bool) {
	r := &rowReader{header: s.header, cells: cells}
	for c := range column(columns) {
		filled = filled || r.text(c) != ""
	}
	if !filled {
		return q, nil, false
	}
	r.q = bank.Question{Outline: s.outline.ID, Status: bank.Draft, GUID: r.text(colGUID), Stem: r.text(colStem),
		Explanation: r.text(colExplanation), Source: r.text(colSource)}
	code := ""
	if r.q.Kind, code = ParseKind(r.text(colKind)); code != "" {
		r.bad(colKind, code, kindMessages[code], "value", r.text(colKind))
	}
	options, swapped := r.options()
	r.numbers()
	s.point(r)
	r.identify(options)
	if r.q.Kind != "" {
		r.key(len(options), swapped)
	}
	r.validate()
	return r.q, r.problems, true
}

var kindMessages = map[string]string{
	"kind_missing":     "the kind of question is empty; write 单选题, 多选题 or 判断题",
	"kind_unsupported": "this kind of question cannot be imported yet; only 单选题, 多选题 and 判断题 can",
	"kind_unknown":     "the kind of question is not known; write 单选题, 多选题 or 判断题",
}

// options reads the option texts up to the last that is filled. For true/false
// they may be left out; swapped says that the first of them means false.
func (r *rowReader) options() (texts []string, swapped bool) {
	for i := range bank.MaxOptions {
		text := r.text(colOption + column(i))
		stripped, other := StripOption(text, rune('A'+i))
		if other != 0 {
			r.warn(colOption+column(i), "option_letter_other", "the option begins with another option's letter",
				"letter", string(other))
		}
		texts = append(texts, stripped)
	}
	for len(texts) > 0 && texts[len(texts)-1] == "" {
		texts = texts[:len(texts)-1]
	}
	if r.q.Kind != bank.TrueFalse {
		for i, text := range texts {
			if text == "" {
				r.bad(colOption+column(i), "option_gap", "the option is empty but a later one is filled")
			}
		}
		return texts, false
	}
	if len(texts) == 0 {
		return nil, false
	}
	first, codeA := ParseTruth(texts[0], false)
	second, codeB := ParseTruth(texts[len(texts)-1], false)
	if len(texts) != 2 || codeA != "" || codeB != "" || first == second {
		r.bad(colOption, "options_true_false", "a true/false question needs no options; if given, they are 正确 and 错误")
	}
	return nil, !first
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

func (s *sheetReader) point(r *rowReader) {
	var cells []string
	for c := colPoint; c <= colPointLast; c++ {
		cells = append(cells, r.text(c))
	}
	found, deepest, code := s.knowledge.resolve(cells)
	if code != "" {
		r.bad(colPoint+column(deepest), code, pointMessages[code], "value", cells[deepest])
		return
	}
	r.q.Point, r.q.Importance = found.path, found.importance
}

// identify takes a key out of the stem and gives question and options their ids.
func (r *rowReader) identify(options []string) {
	answer := Compact(r.text(colAnswer))
	found, without := TakeKeyFromStem(r.q.Stem)
	switch {
	case found == "":
	case answer == "":
		r.q.Stem = without
		r.cells = withAnswer(r.cells, r.at[colAnswer], found)
		r.warn(colStem, "key_from_stem", "the answer was taken from the blank in the stem")
	case sameAnswer(r.q.Kind, found, answer):
		r.q.Stem = without
		r.warn(colStem, "key_in_stem", "the stem showed its answer; it was taken out")
	}
	identity := []string{"guid", strings.ToLower(r.q.GUID)}
	if r.q.GUID == "" {
		identity = append([]string{"body", string(r.q.Kind), bank.Fingerprint(r.q.Stem)}, options...)
	}
	r.q.ID = bank.NewQuestionID(r.q.Outline, identity...)
	if r.q.Kind == bank.TrueFalse {
		r.q.Options = bank.TrueFalseOptions(r.q.ID)
		return
	}
	fixed := fixedOptions(options)
	for i, text := range options {
		r.q.Options = append(r.q.Options, bank.Option{ID: bank.NewOptionID(r.q.ID, i), Text: text, Fixed: fixed[i]})
	}
}

func sameAnswer(kind bank.Kind, a, b string) bool {
	if kind == bank.TrueFalse {
		x, codeX := ParseTruth(a, false)
		y, codeY := ParseTruth(b, false)
		return codeX == "" && codeY == "" && x == y
	}
	return a == b
}

// withAnswer returns the cells with the answer filled in.
func withAnswer(cells []string, at int, answer string) []string {
	filled := make([]string, max(len(cells), at+1))
	copy(filled, cells)
	filled[at] = answer
	return filled
}

var keyMessages = map[string]string{
	"key_missing":         "the answer is empty",
	"key_form":            "the answer is not understood; write option letters such as A or ABD, or √ or ×",
	"key_letter_repeated": "the answer names an option twice",
	"key_outside_options": "the answer names an option that the row does not have",
}

func (r *rowReader) key(options int, swapped bool) {
	answer := r.text(colAnswer)
	var positions []int
	code := ""
	if r.q.Kind == bank.TrueFalse {
		var truth bool
		truth, code = ParseTruth(answer, swapped)
		positions = []int{0}
		if !truth {
			positions = []int{1}
		}
	} else {
		positions, code = ParseLetters(answer, options)
	}
	if code != "" {
		// The answer itself is not put into the report.
		r.bad(colAnswer, code, keyMessages[code])
		return
	}
	for _, p := range positions {
		r.q.Key = append(r.q.Key, r.q.Options[p].ID)
	}
	if r.q.Kind == bank.MultipleChoice && len(positions) == 1 {
		r.warn(colAnswer, "key_single", "a multiple choice question with one right option; make sure it is meant")
	}
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
		if field.Path == "status" || r.hasError(c) || field.Path == "key" && len(r.q.Key) == 0 && r.q.Kind == "" {
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
	if _, err := fmt.Sscanf(path, "options[%d]", &i); err == nil {
		return colOption + column(i)
	}
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
	}
	return colStem
}
