package exam

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"strings"

	nethtml "golang.org/x/net/html"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/scoring"
)

// Released is a paper after its release, made ready for showing and marking.
// It holds keys and never leaves the server; it is never changed once made.
type Released struct {
	form     *Form
	sections []SeatSection // options in paper order
	content  *bank.Content // with keys
	figures  map[bank.FigureID]*bank.Figure
	encoded  []encodedSection
	size     int // of the sections, encoded
}

// NewReleased makes a paper ready. Error: ErrPaperDiffers when the content
// does not have the shape by which answers were checked.
func NewReleased(f *Form, c *bank.Content) (*Released, error) {
	if err := f.fits(c); err != nil {
		return nil, err
	}
	paper, err := c.ForSeat()
	if err != nil {
		return nil, err
	}
	r := &Released{form: f, sections: make([]SeatSection, 0, len(paper.Sections)),
		content: c, figures: map[bank.FigureID]*bank.Figure{}}
	for i := range c.Figures {
		r.figures[c.Figures[i].ID] = &c.Figures[i]
	}
	no := 0
	for i, s := range paper.Sections {
		section := SeatSection{ID: fmt.Sprintf("s%d", i+1), Kind: s.Kind, ScoreEach: s.ScoreEach,
			Title: scoring.Text{ZH: s.Title, EN: s.Kind.En()}, Questions: make([]SeatQuestion, 0, len(s.Questions))}
		for j := range s.Questions {
			section.Questions = append(section.Questions, r.lay(&s.Questions[j], &no))
		}
		section.Note = sectionNote(section.Questions)
		r.sections = append(r.sections, section)
	}
	if err := r.encodeSections(); err != nil {
		return nil, fmt.Errorf("encoding paper %s: %w", f.id, err)
	}
	return r, nil
}

// fits compares the content's shape with the form's.
func (f *Form) fits(c *bank.Content) error {
	shape, err := c.Shape()
	if err != nil {
		return err
	}
	mine, err := json.Marshal(f.shape)
	if err != nil {
		return err
	}
	its, err := json.Marshal(shape)
	if err != nil {
		return err
	}
	if !bytes.Equal(mine, its) {
		return ErrPaperDiffers.Param("paper", f.id)
	}
	return nil
}

// lay makes a question of the paper's view for seats ready for the screen. no
// counts the items before it.
func (r *Released) lay(q *bank.SeatQuestion, no *int) SeatQuestion {
	text := func(t string) string {
		if q.Markup != bank.HTML {
			return t
		}
		return r.withFigures(t)
	}
	s := SeatQuestion{ID: q.ID, No: *no + 1, Kind: q.Kind, Markup: q.Markup, Stem: text(q.Stem), Score: q.Score, Blanks: q.Blanks,
		Options: make([]SeatOption, 0, len(q.Options)), Prompts: make([]SeatOption, 0, len(q.Prompts)),
		Parts: make([]SeatQuestion, 0, len(q.Parts)), Figures: make([]SeatFigure, 0, len(q.Figures))}
	for _, o := range q.Options {
		s.Options = append(s.Options, SeatOption{ID: o.ID, Text: text(o.Text)})
	}
	for _, p := range q.Prompts {
		s.Prompts = append(s.Prompts, SeatOption{ID: p.ID, Text: text(p.Text)})
	}
	for _, f := range q.Figures {
		s.Figures = append(s.Figures, SeatFigure(f))
	}
	switch q.Kind {
	case bank.Case:
		for i := range q.Parts {
			s.Parts = append(s.Parts, r.lay(&q.Parts[i], no))
		}
		return s
	case bank.FillIn:
		s.MaxChars = MaxBlankChars
	case bank.ShortAnswer, bank.Calculation, bank.Essay:
		s.MaxChars = MaxTextChars
	case bank.SingleChoice, bank.MultipleChoice, bank.TrueFalse, bank.Ordering, bank.Matching:
	}
	*no++
	return s
}

// withFigures gives every <img data-figure> of the text the address and size
// of its picture. A picture that is not there leaves its description.
func (r *Released) withFigures(text string) string {
	if !strings.Contains(text, "<img") {
		return text
	}
	var b strings.Builder
	z := nethtml.NewTokenizer(strings.NewReader(text))
	for {
		switch z.Next() {
		case nethtml.ErrorToken: // the end: the reader has no other error
			return b.String()
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken:
			raw := string(z.Raw()) // Token would overwrite it
			if t := z.Token(); t.Data == "img" {
				r.image(&b, t.Attr)
			} else {
				b.WriteString(raw)
			}
		case nethtml.TextToken, nethtml.EndTagToken, nethtml.CommentToken, nethtml.DoctypeToken:
			b.Write(z.Raw())
		}
	}
}

func (r *Released) image(b *strings.Builder, attrs []nethtml.Attribute) {
	var id, alt string
	for _, a := range attrs {
		switch a.Key {
		case "data-figure":
			id = a.Val
		case "alt":
			alt = a.Val
		}
	}
	f := r.figures[bank.FigureID(id)]
	if f == nil {
		b.WriteString(html.EscapeString(alt))
		return
	}
	fmt.Fprintf(b, `<img src="/api/exam/figures/%s" width="%d" height="%d" alt="%s">`,
		html.EscapeString(id), f.Width, f.Height, html.EscapeString(alt))
}

// SeatPaper is the paper of one candidate: nothing in it tells a key, and the
// options stand in the candidate's own order. Amounts are hundredths.
type SeatPaper struct {
	ID       bank.PaperID  `json:"id"`
	Form     string        `json:"form"`
	Title    scoring.Text  `json:"title"`
	Total    int64         `json:"total"`
	Sections []SeatSection `json:"sections"`
}

// SeatSection is a run of questions of one kind and score.
type SeatSection struct {
	ID        string         `json:"id"`
	Title     scoring.Text   `json:"title"`
	Kind      bank.Kind      `json:"kind"`
	ScoreEach int64          `json:"score_each"`
	Note      scoring.Text   `json:"note"`
	Questions []SeatQuestion `json:"questions"`
}

// SeatQuestion is a question with its number on the paper, from 1. A case
// (Parts is not empty) is not answered itself and has the number of its first
// part.
type SeatQuestion struct {
	ID       bank.QuestionID `json:"id"`
	No       int             `json:"no"`
	Kind     bank.Kind       `json:"kind"`
	Markup   bank.Markup     `json:"markup" doc:"Empty: characters and line breaks; html: the safe subset"`
	Stem     string          `json:"stem"`
	Options  []SeatOption    `json:"options"`
	Prompts  []SeatOption    `json:"prompts"`   // matching: the left column
	Blanks   int             `json:"blanks"`    // fill-in: {{1}}, {{2}}, … in the stem
	Score    int64           `json:"score"`     // hundredths
	MaxChars int             `json:"max_chars"` // of one text; 0: the answer is no text
	Parts    []SeatQuestion  `json:"parts"`
	Figures  []SeatFigure    `json:"figures"` // of its own texts
}

// SeatOption is one option; the screen draws the letters A, B, … by position.
type SeatOption struct {
	ID   bank.OptionID `json:"id"`
	Text string        `json:"text"`
}

// SeatFigure is a picture of a question; its bytes have an address of their own.
type SeatFigure struct {
	ID     bank.FigureID `json:"id"`
	Width  int           `json:"width"`
	Height int           `json:"height"`
}

// cover is the paper without its sections.
func (r *Released) cover(form string) SeatPaper {
	shape := &r.form.shape
	return SeatPaper{ID: r.form.id, Form: form, Total: shape.Total, Title: scoring.Text{ZH: shape.Title, EN: shape.Title},
		Sections: make([]SeatSection, 0, len(r.sections))}
}

// forSeat lays the paper out for one candidate. What does not depend on the
// orders is shared with other candidates and must not be changed.
func (r *Released) forSeat(form string, orders []string) (SeatPaper, error) {
	p := r.cover(form)
	if len(orders) != len(r.form.items) {
		return SeatPaper{}, ErrFold.Wrap(fmt.Errorf("%d orders do not fit paper %s", len(orders), r.form.id))
	}
	for _, s := range r.sections {
		questions, err := reorder(s.Questions, orders)
		if err != nil {
			return SeatPaper{}, ErrFold.Wrap(fmt.Errorf("paper %s: %w", r.form.id, err))
		}
		s.Questions = questions
		p.Sections = append(p.Sections, s)
	}
	return p, nil
}

// reorder returns copies with the options in the candidate's order.
func reorder(list []SeatQuestion, orders []string) ([]SeatQuestion, error) {
	out := make([]SeatQuestion, len(list))
	for i, q := range list {
		var err error
		if len(q.Parts) > 0 {
			q.Parts, err = reorder(q.Parts, orders)
		} else {
			q.Options, err = permuted(q.Options, orders[q.No-1])
		}
		if err != nil {
			return nil, fmt.Errorf("question %s: %w", q.ID, err)
		}
		out[i] = q
	}
	return out, nil
}

func permuted(options []SeatOption, word string) ([]SeatOption, error) {
	if len(word) != len(options) {
		return nil, fmt.Errorf("an order of %d for %d options", len(word), len(options))
	}
	out := make([]SeatOption, 0, len(options))
	for _, letter := range []byte(word) {
		if i := int(letter) - 'a'; i >= 0 && i < len(options) {
			out = append(out, options[i])
		}
	}
	if len(out) != len(options) {
		return nil, fmt.Errorf("the order %q names no option", word)
	}
	return out, nil
}

// sectionNote tells how many questions there are and what they are worth.
func sectionNote(list []SeatQuestion) scoring.Text {
	var total, each int64
	equal := true
	for i := range list {
		total += list[i].Score
		equal = equal && list[i].Score == list[0].Score
		each = list[0].Score
	}
	if !equal {
		return scoring.Text{ZH: fmt.Sprintf("共 %d 题，共 %s 分", len(list), amount(total)),
			EN: fmt.Sprintf("%d questions, worth %s together", len(list), amount(total))}
	}
	return scoring.Text{ZH: fmt.Sprintf("共 %d 题，每题 %s 分", len(list), amount(each)),
		EN: fmt.Sprintf("%d questions, worth %s each", len(list), amount(each))}
}

func amount(hundredths int64) string {
	s := scoring.Marks(hundredths).String()
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
