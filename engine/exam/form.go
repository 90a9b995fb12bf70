package exam

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/scoring"
)

// PaperSource returns a paper and the questions, with keys, that it names. It
// must be safe for concurrent use.
type PaperSource func(ctx context.Context, id bank.PaperID) (bank.Paper, []bank.Question, error)

// Form is a paper made ready for checking, showing and marking answers. It
// holds keys and never leaves the server; it is never changed once made.
type Form struct {
	id        bank.PaperID
	seat      bank.SeatPaper // without keys
	items     []scoring.Item // with keys, in paper order; Policy by MarkRules
	questions map[bank.QuestionID]*formQuestion
}

type formQuestion struct {
	kind    bank.Kind
	options []bank.OptionID // in paper order
}

// NewForm makes a paper ready. The questions may come in any order. Errors:
// bank.ErrQuestionUnknown when one is not there, ErrSittingInvalid when one is
// there twice or has more options than an order can name.
func NewForm(p bank.Paper, questions []bank.Question) (*Form, error) {
	content := bank.Content{Paper: p, Questions: questions}
	seat, err := content.ForSeat()
	if err != nil {
		return nil, fmt.Errorf("paper %s: %w", p.ID, err)
	}
	byRef := make(map[bank.QuestionRef]*bank.Question, len(questions))
	for i := range questions {
		byRef[questions[i].Ref()] = &questions[i]
	}
	f := &Form{id: p.ID, seat: seat, questions: map[bank.QuestionID]*formQuestion{}}
	for _, s := range p.Sections {
		for _, ref := range s.Items {
			q := byRef[ref]
			if f.questions[q.ID] != nil || len(q.Options) > 26 {
				return nil, ErrSittingInvalid.Param("question", q.ID)
			}
			fq := &formQuestion{kind: q.Kind}
			item := scoring.Item{ID: scoring.ItemID(q.ID), Kind: itemKind(q.Kind), Max: scoring.Marks(s.ScoreEach)}
			for _, o := range q.Options {
				fq.options = append(fq.options, o.ID)
				item.Options = append(item.Options, string(o.ID))
			}
			for _, k := range q.Key {
				item.Key = append(item.Key, string(k))
			}
			f.questions[q.ID] = fq
			f.items = append(f.items, item)
		}
	}
	return f, nil
}

func itemKind(k bank.Kind) scoring.ItemKind {
	switch k {
	case bank.SingleChoice:
		return scoring.ItemSingle
	case bank.MultipleChoice:
		return scoring.ItemMultiple
	case bank.TrueFalse:
		return scoring.ItemTrueFalse
	}
	return scoring.ItemKind(k) // refused by MarkAnswers
}

// check says why an answer cannot be taken ("" when it can) and gives its
// value the paper's own order, so that equal choices are equal values.
func (f *Form) check(g *Given) string {
	q := f.questions[g.Question]
	switch {
	case q == nil:
		return CodeUnknownQuestion
	case g.Seq < 1 || g.Seq > 1<<53:
		return CodeBadSeq
	case len(g.Value) > len(q.options):
		return CodeTooManyOptions
	}
	value := make([]bank.OptionID, 0, len(g.Value))
	for _, o := range q.options {
		if slices.Contains(g.Value, o) {
			value = append(value, o)
		}
	}
	if len(value) != len(g.Value) {
		return CodeUnknownOption
	}
	if q.kind != bank.MultipleChoice && len(value) > 1 {
		return CodeTooManyOptions
	}
	g.Value = value
	return ""
}

// orders draws a candidate's option orders: one word per question, see
// Prepared.Orders. Without shuffling, and for options that are fixed, an
// option keeps its place.
func (f *Form) orders(rng *rand.Rand, shuffle bool) []string {
	var orders []string
	for _, s := range f.seat.Sections {
		for _, q := range s.Questions {
			word := make([]byte, len(q.Options))
			var loose []int
			for i, o := range q.Options {
				word[i] = byte('a' + i)
				if shuffle && !o.Fixed {
					loose = append(loose, i)
				}
			}
			rng.Shuffle(len(loose), func(i, j int) {
				word[loose[i]], word[loose[j]] = word[loose[j]], word[loose[i]]
			})
			orders = append(orders, string(word))
		}
	}
	return orders
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

// SeatQuestion is a question with its number on the paper, from 1.
type SeatQuestion struct {
	ID      bank.QuestionID `json:"id"`
	No      int             `json:"no"`
	Kind    bank.Kind       `json:"kind"`
	Stem    string          `json:"stem"`
	Options []SeatOption    `json:"options"`
}

// SeatOption is one option; the screen draws the letters A, B, … by position.
type SeatOption struct {
	ID   bank.OptionID `json:"id"`
	Text string        `json:"text"`
}

// forSeat lays the paper out for one candidate.
func (f *Form) forSeat(form string, orders []string) (SeatPaper, error) {
	p := SeatPaper{ID: f.id, Form: form, Total: f.seat.Total, Sections: make([]SeatSection, 0, len(f.seat.Sections)),
		Title: scoring.Text{ZH: f.seat.Title, EN: f.seat.Title}}
	no := 0
	for i, s := range f.seat.Sections {
		section := SeatSection{ID: fmt.Sprintf("s%d", i+1), Kind: s.Kind, ScoreEach: s.ScoreEach,
			Title: scoring.Text{ZH: s.Title, EN: s.Kind.En()}, Note: sectionNote(len(s.Questions), s.ScoreEach),
			Questions: make([]SeatQuestion, 0, len(s.Questions))}
		for _, q := range s.Questions {
			if no >= len(orders) || len(orders[no]) != len(q.Options) {
				return SeatPaper{}, ErrFold.Wrap(fmt.Errorf("the orders do not fit paper %s", f.id))
			}
			shown := SeatQuestion{ID: q.ID, No: no + 1, Kind: q.Kind, Stem: q.Stem, Options: make([]SeatOption, 0, len(q.Options))}
			for _, letter := range []byte(orders[no]) {
				o := q.Options[letter-'a']
				shown.Options = append(shown.Options, SeatOption{ID: o.ID, Text: o.Text})
			}
			section.Questions = append(section.Questions, shown)
			no++
		}
		p.Sections = append(p.Sections, section)
	}
	return p, nil
}

func sectionNote(questions int, each int64) scoring.Text {
	amount := strings.TrimSuffix(strings.TrimRight(scoring.Marks(each).String(), "0"), ".")
	return scoring.Text{
		ZH: fmt.Sprintf("共 %d 题，每题 %s 分", questions, amount),
		EN: fmt.Sprintf("%d questions, worth %s each", questions, amount),
	}
}

// markingVersion names the arithmetic of objective marking as it stands
// here and in scoring.MarkAnswers; it changes when the arithmetic does.
const markingVersion = "objective-1"

// mark marks the attempt's answers that count.
func (f *Form) mark(a *Attempt, rules *Rules) (scoring.PaperResult, error) {
	items := slices.Clone(f.items)
	answers := make(map[scoring.ItemID][]string, len(items))
	for i := range items {
		it := &items[i]
		it.Policy = scoring.PolicyAll
		if it.Kind == scoring.ItemMultiple {
			it.Policy = rules.Multiple
			it.Partial = scoring.NewRatio(it.Max, 10000).Mul(rules.MultiplePartial, 1).Round(1)
		}
		if k, ok := a.Answer(bank.QuestionID(it.ID)); ok {
			chosen := make([]string, len(k.Value))
			for j, o := range k.Value {
				chosen[j] = string(o)
			}
			answers[it.ID] = chosen
		}
	}
	return scoring.MarkAnswers(items, answers)
}
