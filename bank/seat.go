package bank

// SeatQuestion is everything of a question that a candidate may see. It is a
// type of its own, filled field by field: it never holds the key, the
// explanation, the source, the difficulty or the point.
type SeatQuestion struct {
	ID      QuestionID   `json:"id"`
	Version int          `json:"version"`
	Kind    Kind         `json:"kind"`
	Stem    string       `json:"stem"`
	Options []SeatOption `json:"options"`
}

// SeatOption is an option as a candidate sees it.
type SeatOption struct {
	ID    OptionID `json:"id"`
	Text  string   `json:"text"`
	Fixed bool     `json:"fixed,omitempty"` // keeps its place when options are shuffled
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

// ForSeat returns what a candidate may see of the question. The slices are
// the caller's own.
func (q *Question) ForSeat() SeatQuestion {
	s := SeatQuestion{ID: q.ID, Version: q.Version, Kind: q.Kind, Stem: q.Stem,
		Options: make([]SeatOption, 0, len(q.Options))}
	for _, o := range q.Options {
		s.Options = append(s.Options, SeatOption{ID: o.ID, Text: o.Text, Fixed: o.Fixed}) //nolint:staticcheck // field by field, so that a new field of Option stays out
	}
	return s
}

// ForSeat returns what a candidate may see of the paper, in the paper's order
// of questions and options. questions holds every question of the paper;
// ErrQuestionUnknown names one that is not there.
func (p *Paper) ForSeat(questions []Question) (SeatPaper, error) {
	byRef := make(map[QuestionRef]*Question, len(questions))
	for i := range questions {
		byRef[questions[i].Ref()] = &questions[i]
	}
	seat := SeatPaper{ID: p.ID, Title: p.Title, Occupation: p.Occupation, Level: p.Level,
		Total: p.Total, Limit: p.Limit, Sections: make([]SeatSection, 0, len(p.Sections))}
	for _, s := range p.Sections {
		section := SeatSection{Kind: s.Kind, Title: s.Title, ScoreEach: s.ScoreEach,
			Questions: make([]SeatQuestion, 0, len(s.Items))}
		for _, ref := range s.Items {
			q := byRef[ref]
			if q == nil {
				return SeatPaper{}, ErrQuestionUnknown.Param("id", ref.ID).Param("version", ref.Version)
			}
			section.Questions = append(section.Questions, q.ForSeat())
		}
		seat.Sections = append(seat.Sections, section)
	}
	return seat, nil
}
