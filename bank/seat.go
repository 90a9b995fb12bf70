package bank

// SeatQuestion is everything of a question that a candidate may see. It is a
// type of its own, filled field by field: it never holds the key, what blanks
// accept, the reference answer, the explanation, the source, the difficulty or
// the point.
type SeatQuestion struct {
	ID      QuestionID     `json:"id"`
	Version int            `json:"version"` // of a part: its case's
	Kind    Kind           `json:"kind"`
	Markup  Markup         `json:"markup"`
	Stem    string         `json:"stem"` // of a case, the material
	Options []SeatOption   `json:"options"`
	Prompts []SeatPrompt   `json:"prompts"` // matching: the left column
	Blanks  int            `json:"blanks"`  // fill-in: how many gaps the stem has
	Score   int64          `json:"score"`   // hundredths of a mark, on this paper
	Parts   []SeatQuestion `json:"parts"`   // case: what is answered
	Figures []SeatFigure   `json:"figures"` // that its own texts show
}

// SeatOption is an option as a candidate sees it.
type SeatOption struct {
	ID    OptionID `json:"id"`
	Text  string   `json:"text"`
	Fixed bool     `json:"fixed,omitempty"` // keeps its place when options are shuffled
}

// SeatPrompt is a prompt of a matching question as a candidate sees it.
type SeatPrompt struct {
	ID   OptionID `json:"id"`
	Text string   `json:"text"`
}

// SeatFigure announces a figure; its bytes are fetched on their own.
type SeatFigure struct {
	ID     FigureID `json:"id"`
	Width  int      `json:"width"` // pixels
	Height int      `json:"height"`
}

// SeatSection is a section of a paper as a candidate sees it.
type SeatSection struct {
	Kind      Kind           `json:"kind"`
	Title     string         `json:"title"`
	ScoreEach int64          `json:"score_each"` // hundredths of a mark
	Questions []SeatQuestion `json:"questions"`
}

// SeatPaper is a paper as a candidate sees it. It does not hold the seed or
// the blueprint, from which another paper could be guessed.
type SeatPaper struct {
	ID         PaperID       `json:"id"`
	Title      string        `json:"title"`
	Occupation Occupation    `json:"occupation"`
	Level      Level         `json:"level"`
	Sections   []SeatSection `json:"sections"`
	Total      int64         `json:"total"` // hundredths of a mark
	Limit      int64         `json:"limit_seconds"`
}

// ForSeat returns what a candidate may see of the content, in the paper's
// order of questions and options. ErrQuestionUnknown names a question that the
// content lacks. The slices are the caller's own.
func (c *Content) ForSeat() (SeatPaper, error) {
	p := &c.Paper
	seat := SeatPaper{ID: p.ID, Title: p.Title, Occupation: p.Occupation, Level: p.Level,
		Total: p.Total, Limit: p.Limit, Sections: make([]SeatSection, 0, len(p.Sections))}
	err := c.walk(func(s *Section) {
		seat.Sections = append(seat.Sections, SeatSection{Kind: s.Kind, Title: s.Title, ScoreEach: s.ScoreEach,
			Questions: make([]SeatQuestion, 0, len(s.Items))})
	}, func(s *Section, q *Question) {
		last := &seat.Sections[len(seat.Sections)-1]
		last.Questions = append(last.Questions, q.forSeat(q.Version, s.ScoreEach, c.Figures))
	})
	if err != nil {
		return SeatPaper{}, err
	}
	return seat, nil
}

// ForSeat returns what a candidate may see of the question when it is worth
// score hundredths of a mark. figures holds those that it shows. The slices
// are the caller's own.
func (q *Question) ForSeat(score int64, figures []Figure) SeatQuestion {
	return q.forSeat(q.Version, score, figures)
}

func (q *Question) forSeat(version int, score int64, figures []Figure) SeatQuestion {
	s := SeatQuestion{ID: q.ID, Version: version, Kind: q.Kind, Markup: q.Markup, Stem: q.Stem,
		Blanks: len(q.Blanks), Score: score,
		Options: make([]SeatOption, 0, len(q.Options)), Prompts: make([]SeatPrompt, 0, len(q.Prompts)),
		Parts: make([]SeatQuestion, 0, len(q.Parts)), Figures: []SeatFigure{}}
	for _, o := range q.Options {
		s.Options = append(s.Options, SeatOption{ID: o.ID, Text: o.Text, Fixed: o.Fixed}) //nolint:staticcheck // field by field, so that a new field of Option stays out
	}
	for _, p := range q.Prompts {
		s.Prompts = append(s.Prompts, SeatPrompt{ID: p.ID, Text: p.Text})
	}
	scores := q.PartScores(score)
	for i := range q.Parts {
		s.Parts = append(s.Parts, q.Parts[i].forSeat(version, scores[i], figures))
	}
	for _, id := range q.shown() {
		for _, f := range figures {
			if f.ID == id {
				s.Figures = append(s.Figures, SeatFigure{ID: f.ID, Width: f.Width, Height: f.Height})
			}
		}
	}
	return s
}

// shown lists the figures that a candidate sees in the question's own texts,
// without its parts, each once.
func (q *Question) shown() []FigureID {
	return q.figuresIn(append([]string{q.Stem}, append(texts(q.Prompts), texts(q.Options)...)...)...)
}
