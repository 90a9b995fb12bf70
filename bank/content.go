package bank

// Markup says how the texts of a question are written.
type Markup string

// The ways to write a text.
const (
	Plain Markup = ""     // characters and line breaks
	HTML  Markup = "html" // the safe subset that bank/richtext lets through
)

// Blank is one gap of a fill-in question with what is accepted in it: SECRET.
type Blank struct {
	// Accept are the accepted texts, the model answer first. They are compared
	// after folding width and white space, and case unless CaseMatters.
	Accept      []string `json:"accept"`
	CaseMatters bool     `json:"case_matters,omitempty"`
	// Numeric, if set, accepts numbers instead of Accept's texts.
	Numeric *Numeric `json:"numeric,omitempty"`
	// Share of the question's score in basis points; the shares of a question
	// sum to 10000. All 0: equal shares, the remainder to the first.
	Share int64 `json:"share_bp,omitempty"`
}

// Numeric accepts every number within Tolerance of Value. Numbers are decimal
// texts ("0.707", "-1.5e3") and compared exactly.
type Numeric struct {
	Value     string   `json:"value"`
	Tolerance string   `json:"tolerance,omitempty"` // absolute, or a share of Value: "2%"
	Units     []string `json:"units,omitempty"`     // accepted units, the usual one first
	// UnitRequired: a number without a unit is wrong.
	UnitRequired bool `json:"unit_required,omitempty"`
}

// FigureID names a picture; it is the digest of its bytes.
type FigureID string

// Figure is a picture of a question. HTML texts show it by
// <img data-figure="ID" alt="…">.
type Figure struct {
	ID     FigureID `json:"id"`
	Type   string   `json:"type"` // image/png or image/jpeg
	Width  int      `json:"width"`
	Height int      `json:"height"`
	Data   []byte   `json:"data"`
}

// Content is a paper with everything that it needs, keys included: SECRET
// until its sitting's key is released, and never for a candidate.
type Content struct {
	Paper     Paper      `json:"paper"`
	Questions []Question `json:"questions"`
	Figures   []Figure   `json:"figures"`
}

// Shape is what may be known of a paper before its release: how it is built,
// but no text and no key. Seats, forms and option orders are fixed by it.
type Shape struct {
	ID         PaperID        `json:"id"`
	Title      string         `json:"title"`
	Occupation Occupation     `json:"occupation"`
	Level      Level          `json:"level"`
	Total      int64          `json:"total"` // hundredths of a mark
	Limit      int64          `json:"limit_seconds"`
	Sections   []ShapeSection `json:"sections"`
}

// ShapeSection is a run of questions of one kind and score.
type ShapeSection struct {
	Kind      Kind        `json:"kind"`
	Title     string      `json:"title"`
	ScoreEach int64       `json:"score_each"` // hundredths of a mark
	Items     []ShapeItem `json:"items"`
}

// ShapeItem is one question, or one part of a case.
type ShapeItem struct {
	ID      QuestionID    `json:"id"`
	Version int           `json:"version"`
	Kind    Kind          `json:"kind"`
	Score   int64         `json:"score"`             // hundredths of a mark, of this item or part
	Options []ShapeOption `json:"options,omitempty"` // choice, ordering; matching: the right column
	Prompts []OptionID    `json:"prompts,omitempty"` // matching: the left column
	Blanks  int           `json:"blanks,omitempty"`  // fill-in
	Parts   []ShapeItem   `json:"parts,omitempty"`   // case: what is answered; the case itself is not
}

// ShapeOption is an option without its text.
type ShapeOption struct {
	ID    OptionID `json:"id"`
	Fixed bool     `json:"fixed,omitempty"`
}
