package exam

import (
	"slices"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/scoring"
)

// scoringItems takes over what marking needs of each question that is
// answered. The content fits the form.
func (f *Form) scoringItems(c *bank.Content) []scoring.Item {
	byID := make(map[bank.QuestionID]*bank.Question, len(f.items))
	for i := range c.Questions {
		q := &c.Questions[i]
		byID[q.ID] = q
		for j := range q.Parts {
			byID[q.Parts[j].ID] = &q.Parts[j]
		}
	}
	items := make([]scoring.Item, 0, len(f.items))
	for i := range f.items {
		items = append(items, itemOf(byID[f.items[i].id], f.items[i].score))
	}
	return items
}

func itemOf(q *bank.Question, score int64) scoring.Item {
	item := scoring.Item{ID: scoring.ItemID(q.ID), Kind: itemKind(q.Kind), Max: scoring.Marks(score)}
	for _, o := range q.Options {
		item.Options = append(item.Options, string(o.ID))
	}
	for _, k := range q.Key {
		item.Key = append(item.Key, string(k))
	}
	return item
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

// markingVersion names the arithmetic of objective marking as it stands
// here and in scoring.MarkAnswers; it changes when the arithmetic does.
const markingVersion = "objective-1"

// mark marks the attempt's answers that count.
func (r *Released) mark(a *Attempt, rules *Rules) (scoring.PaperResult, error) {
	items := slices.Clone(r.items)
	answers := make(map[scoring.ItemID][]string, len(items))
	for i := range items {
		it := &items[i]
		it.Policy = scoring.PolicyAll
		if it.Kind == scoring.ItemMultiple {
			it.Policy = rules.Multiple
			it.Partial = scoring.NewRatio(it.Max, 10000).Mul(rules.MultiplePartial, 1).Round(1)
		}
		if k, ok := a.Answer(bank.QuestionID(it.ID)); ok {
			answers[it.ID] = k.Value
		}
	}
	return scoring.MarkAnswers(items, answers)
}
