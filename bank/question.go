package bank

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
)

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
	MaxStem      = 2000
	MaxMaterial  = 8000 // stem of a case
	MaxOption    = 1000
	MaxOptions   = 8 // prompts as well
	MaxBlanks    = 20
	MaxAccept    = 20   // accepted texts of a blank
	MaxBlankText = 500  // one accepted text, and what a candidate may write into a blank
	MaxNote      = 4000 // explanation, source
	MaxReference = 8000
	MaxParts     = 20
	MaxMarkup    = 256 << 10 // bytes of a text in HTML, with its formulas
	MaxScore     = 10000     // hundredths of a mark
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
	// Score is in hundredths of a mark; 0: not given, the paper decides. Of a
	// part it is the part's weight in the case, see PartScores.
	Score       int64  `json:"score"`
	Explanation string `json:"explanation,omitempty"`
	Source      string `json:"source,omitempty"` // 出处
	Status      Status `json:"status"`
	Batch       string `json:"batch,omitempty"` // of the import that brought it; see DESIGN.md
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

// NewPromptID derives the id of the prompt at a position, counted from 0.
func NewPromptID(question QuestionID, position int) OptionID {
	return OptionID("m" + digest("prompt", string(question), strconv.Itoa(position))[:10])
}

// NewPartID derives the id of the part of a case at a position, counted from
// 0. A part has no version of its own: it is that of the case.
func NewPartID(parent QuestionID, position int) QuestionID {
	return QuestionID("q" + digest("part", string(parent), strconv.Itoa(position))[:20])
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
