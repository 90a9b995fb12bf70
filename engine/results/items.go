package results

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/scoring"
)

// ItemTally is one item of a sitting's papers, with its key by a version of
// the keys and how candidates answered it: what people need to decide on a
// key. SECRET as long as the question is in use.
type ItemTally struct {
	Item   scoring.Item   `json:"item"`
	Papers []bank.PaperID `json:"papers"` // on which it stands
	Blank  int            `json:"blank"`
	Right  int            `json:"right"` // with full marks
	// Answers are the commonest, each as it was given, by falling count.
	Answers []AnswerCount `json:"answers"`
}

// AnswerCount is how many candidates gave one answer.
type AnswerCount struct {
	Value []string `json:"value"`
	Count int      `json:"count"`
	Right bool     `json:"right"`
}

// maxAnswers bounds the answers that are listed of one item; texts of gaps
// can all differ.
const maxAnswers = 12

// Items returns the items of all papers of a sitting in paper order, each
// once. version 0 is the newest. Errors: exam.ErrSealed, ErrVersion,
// exam.ErrSittingNotFound.
func (s *Service) Items(ctx context.Context, id exam.SittingID, version int) (int, []ItemTally, error) {
	t, err := s.tableOf(ctx, id, version)
	if err != nil {
		return 0, nil, err
	}
	info, err := s.exam.Sitting(ctx, id)
	if err != nil {
		return 0, nil, err
	}
	tally := tallying{at: map[scoring.ItemID]int{}}
	for _, paper := range info.Papers {
		for _, item := range t.papers[scoring.PaperKey(paper)] {
			tally.add(item, paper)
		}
	}
	for i := range t.scripts {
		if m := t.standings[t.scripts[i].Attempt]; m != nil {
			tally.count(&t.scripts[i], m.Result.Items)
		}
	}
	return t.version, tally.items(), nil
}

// tallying counts answers by item.
type tallying struct {
	list    []ItemTally
	answers []map[string]*AnswerCount
	at      map[scoring.ItemID]int
}

func (t *tallying) add(item scoring.Item, paper bank.PaperID) {
	if i, ok := t.at[item.ID]; ok {
		t.list[i].Papers = append(t.list[i].Papers, paper)
		return
	}
	t.at[item.ID] = len(t.list)
	t.list = append(t.list, ItemTally{Item: item, Papers: []bank.PaperID{paper}})
	t.answers = append(t.answers, map[string]*AnswerCount{})
}

func (t *tallying) count(script *exam.Script, results []scoring.ItemResult) {
	for _, r := range results {
		i, ok := t.at[r.ID]
		if !ok {
			continue
		}
		value := script.Answers[r.ID]
		if len(value) == 0 {
			t.list[i].Blank++
			continue
		}
		right := r.State == scoring.ItemRight
		if right {
			t.list[i].Right++
		}
		key := strings.Join(value, "\x00")
		a := t.answers[i][key]
		if a == nil {
			a = &AnswerCount{Value: value, Right: right}
			t.answers[i][key] = a
		}
		a.Count++
	}
}

func (t *tallying) items() []ItemTally {
	for i := range t.list {
		list := make([]AnswerCount, 0, len(t.answers[i]))
		for _, a := range t.answers[i] {
			list = append(list, *a)
		}
		slices.SortFunc(list, func(a, b AnswerCount) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), slices.Compare(a.Value, b.Value))
		})
		t.list[i].Answers = list[:min(len(list), maxAnswers)]
	}
	return t.list
}
