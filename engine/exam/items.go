package exam

import (
	"fmt"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/scoring"
)

// SectionOf names the section at an index from 0, as papers, rules and
// results name it: "s1" is the first.
func SectionOf(index int) scoring.SectionID {
	return scoring.SectionID(fmt.Sprintf("s%d", index+1))
}

// ItemsOf returns what marking needs of a paper: one item a question or part
// of a case, in paper order, with the policies of the rules. The items hold
// keys: SECRET. The error is bank.ErrQuestionUnknown when the content lacks a
// question of the paper.
func ItemsOf(c *bank.Content, r *Rules) ([]scoring.Item, error) {
	byRef := make(map[bank.QuestionRef]*bank.Question, len(c.Questions))
	for i := range c.Questions {
		byRef[c.Questions[i].Ref()] = &c.Questions[i]
	}
	var items []scoring.Item
	for i, s := range c.Paper.Sections {
		for _, ref := range s.Items {
			q := byRef[ref]
			if q == nil {
				return nil, fmt.Errorf("paper %s: %w", c.Paper.ID, bank.ErrQuestionUnknown.Param("id", ref.ID).Param("version", ref.Version))
			}
			if q.Kind != bank.Case {
				items = append(items, itemOf(q, SectionOf(i), s.ScoreEach, r))
				continue
			}
			for j, score := range q.PartScores(s.ScoreEach) {
				items = append(items, itemOf(&q.Parts[j], SectionOf(i), score, r))
			}
		}
	}
	return items, nil
}

// itemOf makes one item, worth score hundredths of a mark.
func itemOf(q *bank.Question, section scoring.SectionID, score int64, r *Rules) scoring.Item {
	it := scoring.Item{ID: scoring.ItemID(q.ID), Section: section, Kind: scoring.ItemManual, Prompts: len(q.Prompts),
		Max: scoring.Marks(score), Policy: scoring.PolicyAll}
	for _, o := range q.Options {
		it.Options = append(it.Options, string(o.ID))
	}
	for _, k := range q.Key {
		it.Key = append(it.Key, string(k))
	}
	switch q.Kind {
	case bank.SingleChoice:
		it.Kind = scoring.ItemSingle
	case bank.TrueFalse:
		it.Kind = scoring.ItemTrueFalse
	case bank.MultipleChoice:
		it.Kind, it.Policy = scoring.ItemMultiple, r.Multiple
		it.Partial = min(scoring.NewRatio(it.Max, 10000).Mul(r.MultiplePartial, 1).Round(1), it.Max-1) // rounding must not make it full marks
	case bank.FillIn:
		it.Kind, it.Policy = scoring.ItemFillIn, policyOr(r.FillIn, scoring.PolicyPerBlank)
		for _, b := range q.Blanks {
			it.Blanks = append(it.Blanks, gapOf(b))
		}
	case bank.Ordering:
		it.Kind, it.Policy = scoring.ItemOrdering, policyOr(r.Ordering, scoring.PolicyAll)
	case bank.Matching:
		it.Kind, it.Policy = scoring.ItemMatching, policyOr(r.Matching, scoring.PolicyAll)
	case bank.ShortAnswer, bank.Calculation, bank.Essay, bank.Case:
	}
	return it
}

func policyOr(p, otherwise scoring.Policy) scoring.Policy {
	if p == "" {
		return otherwise
	}
	return p
}

func gapOf(b bank.Blank) scoring.Gap {
	g := scoring.Gap{Accept: b.Accept, CaseMatters: b.CaseMatters, Share: b.Share}
	if n := b.Numeric; n != nil {
		g.Accept = nil
		g.Numbers = []scoring.Numeric{{Value: n.Value, Tolerance: n.Tolerance, Units: n.Units, UnitRequired: n.UnitRequired}}
	}
	return g
}
