package exam

import (
	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/scoring"
)

// markingVersion names the arithmetic of marking by machine as it stands in
// ItemsOf and in package scoring; it changes when the arithmetic does.
const markingVersion = "objective-2"

// mark marks the attempt's answers that count.
func (r *Released) mark(a *Attempt, rules *Rules) (scoring.PaperResult, error) {
	items, err := ItemsOf(r.content, rules)
	if err != nil {
		return scoring.PaperResult{}, err
	}
	return scoring.MarkAnswers(items, a.scriptAnswers(items))
}

// scriptAnswers returns the attempt's answers that count to the items.
func (a *Attempt) scriptAnswers(items []scoring.Item) map[scoring.ItemID][]string {
	answers := make(map[scoring.ItemID][]string, len(items))
	for i := range items {
		if k, ok := a.Answer(bank.QuestionID(items[i].ID)); ok {
			answers[items[i].ID] = k.Value
		}
	}
	return answers
}
