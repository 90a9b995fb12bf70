package bank

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/xinglu/xinglu/internal/fault"
)

// Kind is the type of a question (题型).
type Kind string

// The kinds that are marked by machine.
const (
	SingleChoice   Kind = "single_choice"   // 单选题
	MultipleChoice Kind = "multiple_choice" // 多选题
	TrueFalse      Kind = "true_false"      // 判断题
	FillIn         Kind = "fill_in"         // 填空题; blanks are {{1}}, {{2}}, … in the stem
	Ordering       Kind = "ordering"        // 排序题
	Matching       Kind = "matching"        // 匹配题
)

// The kinds that people mark.
const (
	ShortAnswer Kind = "short_answer" // 简答题
	Calculation Kind = "calculation"  // 计算题
	Essay       Kind = "essay"        // 论述题
)

// Case (案例分析题) is shared material with parts of the other kinds.
const Case Kind = "case"

// Valid reports whether k is one of the kinds.
func (k Kind) Valid() bool { return k == SingleChoice || k == MultipleChoice || k == TrueFalse }

// Zh is the Chinese name of the kind.
func (k Kind) Zh() string {
	switch k {
	case SingleChoice:
		return "单选题"
	case MultipleChoice:
		return "多选题"
	case TrueFalse:
		return "判断题"
	default:
		return string(k)
	}
}

// Status is where a question stands in its life.
type Status string

// The states of a question, in order.
const (
	Draft    Status = "draft"
	Review1  Status = "review1"
	Review2  Status = "review2"
	Approved Status = "approved"
	Active   Status = "active" // may be drawn into papers
	Retired  Status = "retired"
)

// Valid reports whether s is one of the states.
func (s Status) Valid() bool {
	switch s {
	case Draft, Review1, Review2, Approved, Active, Retired:
		return true
	}
	return false
}

// QuestionID names a question through all its versions. It is opaque and does
// not depend on the key.
type QuestionID string

// OptionID names an option of a question. It is opaque: it says neither the
// option's letter nor whether it is right.
type OptionID string

// QuestionRef is one immutable version of a question.
type QuestionRef struct {
	ID      QuestionID `json:"id"`
	Version int        `json:"version"`
}

// Limits of one question; they bound memory and screens, they are no rule of
// any examination. Lengths are in characters.
const (
	MaxStem    = 2000
	MaxOption  = 1000
	MaxOptions = 8
	MaxNote    = 4000  // explanation, source
	MaxScore   = 10000 // hundredths of a mark
)

// Question is one immutable version of a question, with its key. It must not
// be sent to a candidate: see ForSeat.
type Question struct {
	ID      QuestionID `json:"id"`
	Version int        `json:"version"`        // 1, 2, … as accepted
	Outline OutlineID  `json:"outline"`        // whose point it tests
	GUID    string     `json:"guid,omitempty"` // 试题GUID of the file it came from
	Kind    Kind       `json:"kind"`
	Markup  Markup     `json:"markup,omitempty"`
	Stem    string     `json:"stem"` // of a choice, the gap is written "( )"; of a case, the material
	Options []Option   `json:"options"`
	// Prompts are the left column of a matching question; Options the right.
	Prompts []Option `json:"prompts,omitempty"`
	// Key is SECRET. Choice: the right options, in the order of Options.
	// Ordering: all options in the right order. Matching: for each prompt its option.
	Key         []OptionID `json:"key"`
	Blanks      []Blank    `json:"blanks,omitempty"`    // fill-in: SECRET
	Reference   string     `json:"reference,omitempty"` // reference answer and marking points for people: SECRET
	Parts       []Question `json:"parts,omitempty"`     // of a case; their Score shares out the case's
	Point       PointPath  `json:"point"`
	Importance  Importance `json:"importance"`  // of the point, when the question was accepted
	Difficulty  int        `json:"difficulty"`  // 难度 1 (easy) to 5; 0: not given
	Consistency int        `json:"consistency"` // 一致性 1 to 5; 0: not given
	Score       int64      `json:"score"`       // hundredths of a mark; 0: not given, the paper decides
	Explanation string     `json:"explanation,omitempty"`
	Source      string     `json:"source,omitempty"` // 出处
	Status      Status     `json:"status"`
	Batch       string     `json:"batch,omitempty"` // of the import that brought it; see DESIGN.md
}

// Option is one answer to choose.
type Option struct {
	ID   OptionID `json:"id"`
	Text string   `json:"text"`
	// Fixed: the option keeps its place when options are shuffled, because its
	// text speaks of the others ("以上都对") or because it is true or false.
	Fixed bool `json:"fixed,omitempty"`
}

// Ref names this version of the question.
func (q *Question) Ref() QuestionRef { return QuestionRef{ID: q.ID, Version: q.Version} }

// NewQuestionID derives the id of a question of an outline from what
// identifies it: the GUID of its file, or kind, stem and options.
func NewQuestionID(outline OutlineID, identity ...string) QuestionID {
	return QuestionID("q" + digest(append([]string{"question", string(outline)}, identity...)...)[:20])
}

// NewOptionID derives the id of the option at a position, counted from 0.
func NewOptionID(question QuestionID, position int) OptionID {
	return OptionID("o" + digest("option", string(question), strconv.Itoa(position))[:10])
}

// TrueFalseOptions returns the two fixed options of a true/false question:
// position 0 is true (正确), position 1 false (错误).
func TrueFalseOptions(question QuestionID) []Option {
	return []Option{
		{ID: NewOptionID(question, 0), Text: "正确", Fixed: true},
		{ID: NewOptionID(question, 1), Text: "错误", Fixed: true},
	}
}

// digest is the hex SHA-256 of the parts, each with its length before it so
// that parts cannot run into one another.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Validate reports every broken rule with ErrQuestion. Field paths are JSON
// names; options are "options[2]".
func (q *Question) Validate() error {
	fields := append(q.checkTexts(), q.checkKey()...)
	add := func(path, code, message string, args ...any) {
		fields = append(fields, fault.Field{Path: path, Code: code, Message: fmt.Sprintf(message, args...)})
	}
	if !q.Kind.Valid() {
		add("kind", "kind_unknown", "the kind of question is not known")
	}
	if q.Difficulty < 0 || q.Difficulty > 5 {
		add("difficulty", "difficulty_range", "the difficulty is a whole number from 1 to 5")
	}
	if q.Consistency < 0 || q.Consistency > 5 {
		add("consistency", "consistency_range", "the consistency is a whole number from 1 to 5")
	}
	if q.Score < 0 || q.Score > MaxScore {
		add("score", "score_range", "the score is more than 0 and at most %d", MaxScore/100)
	}
	if q.Point == "" {
		add("point", "point_missing", "the question names no point of the outline")
	}
	if !q.Status.Valid() {
		add("status", "status_unknown", "the status is not known")
	}
	if fields == nil {
		return nil
	}
	return ErrQuestion.With(fields...)
}

func (q *Question) checkTexts() []fault.Field {
	var fields []fault.Field
	length := func(path, code, text string, most int) {
		if n := utf8.RuneCountInString(text); n > most {
			fields = append(fields, fault.Field{Path: path, Code: code,
				Message: fmt.Sprintf("%d characters, at most %d are allowed", n, most),
				Params:  map[string]string{"length": strconv.Itoa(n), "max": strconv.Itoa(most)}})
		}
	}
	if q.Stem == "" {
		fields = append(fields, fault.Field{Path: "stem", Code: "stem_missing", Message: "the question has no stem"})
	}
	length("stem", "stem_too_long", q.Stem, MaxStem)
	length("explanation", "explanation_too_long", q.Explanation, MaxNote)
	length("source", "source_too_long", q.Source, MaxNote)
	seen := map[string]bool{}
	for i, o := range q.Options {
		path := fmt.Sprintf("options[%d]", i)
		length(path, "option_too_long", o.Text, MaxOption)
		switch text := Fingerprint(o.Text); {
		case o.Text == "":
			fields = append(fields, fault.Field{Path: path, Code: "option_empty", Message: "the option is empty"})
		case seen[text]:
			fields = append(fields, fault.Field{Path: path, Code: "option_repeated", Message: "two options have the same text"})
		default:
			seen[text] = true
		}
	}
	return fields
}

// checkKey holds the rules between kind, options and key.
func (q *Question) checkKey() []fault.Field {
	var fields []fault.Field
	add := func(path, code, message string) {
		fields = append(fields, fault.Field{Path: path, Code: code, Message: message})
	}
	switch {
	case q.Kind == TrueFalse && len(q.Options) != 2:
		add("options", "options_true_false", "a true/false question has exactly two options")
	case len(q.Options) < 2:
		add("options", "options_few", "a choice question has at least two options")
	case len(q.Options) > MaxOptions:
		add("options", "options_many", fmt.Sprintf("a question has at most %d options", MaxOptions))
	}
	switch {
	case len(q.Key) == 0:
		add("key", "key_missing", "the question has no key")
	case len(q.Key) > 1 && q.Kind != MultipleChoice:
		add("key", "key_many", "this kind of question has exactly one right option")
	}
	next := 0 // options before it are passed: keys stand in option order, each once
	for _, k := range q.Key {
		for next < len(q.Options) && q.Options[next].ID != k {
			next++
		}
		if next == len(q.Options) {
			add("key", "key_outside_options", "the key names an option that the question does not have")
			break
		}
		next++
	}
	return fields
}
