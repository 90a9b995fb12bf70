package exam

import (
	"math/rand/v2"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/scoring"
)

// Form is the shape of a paper made ready for checking answers and drawing
// orders. It knows no text and no key, so it is there before the release; it
// is never changed once made.
type Form struct {
	id    bank.PaperID
	shape bank.Shape
	items []formItem // what is answered, in paper order: the parts of a case, not the case
	byID  map[bank.QuestionID]*formItem
}

// formItem is one question, or one part of a case.
type formItem struct {
	id      bank.QuestionID
	kind    bank.Kind
	score   int64 // hundredths
	options []bank.ShapeOption
	prompts int
	blanks  int
}

// maxOptions is how many options an order can name by a letter.
const maxOptions = 26

// NewForm makes a shape ready. Error: ErrSittingInvalid when a question is
// there twice, is of no known kind or has more options than an order can name.
func NewForm(shape *bank.Shape) (*Form, error) {
	f := &Form{id: shape.ID, shape: *shape, byID: map[bank.QuestionID]*formItem{}}
	for _, s := range shape.Sections {
		for i := range s.Items {
			it := &s.Items[i]
			if it.Kind != bank.Case {
				f.add(it)
				continue
			}
			for j := range it.Parts {
				f.add(&it.Parts[j])
			}
		}
	}
	for i := range f.items {
		it := &f.items[i]
		if f.byID[it.id] != nil || len(it.options) > maxOptions || !answerable(it.kind) {
			return nil, ErrSittingInvalid.Param("question", it.id)
		}
		f.byID[it.id] = it
	}
	return f, nil
}

// sections names the sections of the paper in order.
func (f *Form) sections() []scoring.SectionID {
	ids := make([]scoring.SectionID, len(f.shape.Sections))
	for i := range ids {
		ids[i] = SectionOf(i)
	}
	return ids
}

func (f *Form) add(it *bank.ShapeItem) {
	f.items = append(f.items, formItem{id: it.ID, kind: it.Kind, score: it.Score, options: it.Options,
		prompts: len(it.Prompts), blanks: it.Blanks})
}

func answerable(k bank.Kind) bool {
	switch k {
	case bank.SingleChoice, bank.MultipleChoice, bank.TrueFalse, bank.FillIn, bank.Ordering, bank.Matching,
		bank.ShortAnswer, bank.Calculation, bank.Essay:
		return true
	case bank.Case:
	}
	return false
}

// orders draws a candidate's option orders: one word per item in paper order,
// see Prepared.Orders. Without shuffling, and for options that are fixed, an
// option keeps its place; the options of true or false always do.
func (f *Form) orders(rng *rand.Rand, shuffle bool) []string {
	orders := make([]string, 0, len(f.items))
	for i := range f.items {
		it := &f.items[i]
		word := make([]byte, len(it.options))
		var loose []int
		for p, o := range it.options {
			word[p] = byte('a' + p)
			if shuffle && !o.Fixed && it.kind != bank.TrueFalse {
				loose = append(loose, p)
			}
		}
		rng.Shuffle(len(loose), func(i, j int) {
			word[loose[i]], word[loose[j]] = word[loose[j]], word[loose[i]]
		})
		orders = append(orders, string(word))
	}
	return orders
}
