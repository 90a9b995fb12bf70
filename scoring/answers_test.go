package scoring_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
)

func item(id scoring.ItemID, kind scoring.ItemKind, key string, policy scoring.Policy) scoring.Item {
	options := []string{"A", "B", "C", "D"}
	if kind == scoring.ItemTrueFalse {
		options = options[:2]
	}
	return scoring.Item{ID: id, Kind: kind, Options: options, Key: strings.Split(key, ""), Max: 100, Policy: policy}
}

func TestMarkAnswers(t *testing.T) {
	t.Parallel()
	partial := item("q", scoring.ItemMultiple, "ABD", scoring.PolicyPartial)
	partial.Partial = 50
	half := item("q", scoring.ItemSingle, "B", scoring.PolicyAll)
	half.Max = 50
	all := item("q", scoring.ItemMultiple, "ABD", scoring.PolicyAll)
	share := item("q", scoring.ItemMultiple, "ABD", scoring.PolicyPerOption)
	truth := item("q", scoring.ItemTrueFalse, "A", scoring.PolicyAll)
	const (
		blank, right = scoring.ItemBlank, scoring.ItemRight
		wrong, part  = scoring.ItemWrong, scoring.ItemPartial
	)
	tests := []struct {
		name   string
		item   scoring.Item
		answer string
		state  scoring.ItemState
		marks  scoring.Marks
	}{
		{"single right", half, "B", right, 50},
		{"single wrong", half, "C", wrong, 0},
		{"blank is not wrong", half, "", blank, 0},
		{"true", truth, "A", right, 100},
		{"false", truth, "B", wrong, 0},
		{"all: any order", all, "DBA", right, 100},
		{"all: incomplete earns nothing", all, "AB", wrong, 0},
		{"all: one too many", all, "ABCD", wrong, 0},
		{"partial: incomplete earns half", partial, "A", part, 50},
		{"partial: two of three earn the same", partial, "BD", part, 50},
		{"partial: complete", partial, "ABD", right, 100},
		{"partial: a wrong one spoils it", partial, "AC", wrong, 0},
		{"per option: one third", share, "A", part, 33},
		{"per option: two thirds, half up", share, "AD", part, 67},
		{"per option: a wrong one spoils it", share, "ABC", wrong, 0},
		{"per option: complete", share, "ABD", right, 100},
	}
	for _, tt := range tests {
		answers := map[scoring.ItemID][]string{}
		if tt.answer != "" {
			answers["q"] = strings.Split(tt.answer, "")
		}
		got, err := scoring.MarkAnswers([]scoring.Item{tt.item}, answers)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		want := scoring.PaperResult{Total: tt.marks, Max: tt.item.Max,
			Items: []scoring.ItemResult{{ID: "q", State: tt.state, Marks: tt.marks}}}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(scoring.PaperResult{}, "Sections")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestMarkAnswersRefuses(t *testing.T) {
	t.Parallel()
	items := []scoring.Item{
		item("q1", scoring.ItemSingle, "B", scoring.PolicyAll),
		item("q2", scoring.ItemMultiple, "AB", scoring.PolicyAll),
	}
	_, err := scoring.MarkAnswers(items, map[scoring.ItemID][]string{
		"q1": {"A", "B"}, "q2": {"A", "A", "Z"}, "q9": {"A"},
	})
	want := []string{"answers.q1 too_many", "answers.q2[1] duplicate", "answers.q2[2] unknown", "answers.q9 unknown"}
	if diff := cmp.Diff(want, places(t, err, scoring.ErrAnswers)); diff != "" {
		t.Error(diff)
	}

	items[0].Key = []string{"E"}
	items[0].Policy = scoring.PolicyPartial
	items[1].ID, items[1].Max, items[1].Key, items[1].Kind = "q1", 0, nil, "essay"
	items = append(items,
		scoring.Item{ID: "q3", Kind: scoring.ItemTrueFalse, Options: []string{"A", "A", ""}, Key: []string{"A", "B"}, Max: 100, Policy: scoring.PolicyAll},
		scoring.Item{ID: "q4", Kind: scoring.ItemMultiple, Options: []string{"A"}, Key: []string{"A"}, Max: 100, Policy: scoring.PolicyPartial, Partial: 100})
	_, err = scoring.MarkAnswers(items, nil)
	want = []string{
		"items[0].policy not_allowed", "items[0].key[0] unknown",
		"items[1].id duplicate", "items[1].kind unknown", "items[1].max out_of_range",
		"items[2].options wrong_count", "items[2].options[1] duplicate", "items[2].options[2] duplicate",
		"items[2].key[1] unknown", "items[2].key wrong_count",
		"items[3].partial out_of_range",
	}
	if diff := cmp.Diff(want, places(t, err, scoring.ErrItems)); diff != "" {
		t.Error(diff)
	}
}

// 80 single choice of half a mark and 20 true/false: the order of the items
// and of the options in an answer is nothing, and the total is the sum.
func TestMarkAnswersProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		options := []string{"A", "B", "C", "D", "E"}
		var items []scoring.Item
		answers := map[scoring.ItemID][]string{}
		for i := range rapid.IntRange(0, 12).Draw(t, "items") {
			it := scoring.Item{
				ID: scoring.ItemID(rune('a' + i)), Kind: scoring.ItemMultiple, Options: options,
				Key:    rapid.Permutation(options).Draw(t, "key")[:rapid.IntRange(1, 5).Draw(t, "right")],
				Max:    scoring.Marks(rapid.IntRange(1, 300).Draw(t, "max")),
				Policy: rapid.SampledFrom([]scoring.Policy{scoring.PolicyAll, scoring.PolicyPartial, scoring.PolicyPerOption}).Draw(t, "policy"),
			}
			it.Partial = it.Max / 2
			items = append(items, it)
			answers[it.ID] = rapid.Permutation(options).Draw(t, "answer")[:rapid.IntRange(0, 5).Draw(t, "chosen")]
		}
		got, err := scoring.MarkAnswers(items, answers)
		if err != nil {
			t.Fatal(err)
		}
		var sum scoring.Marks
		for i, r := range got.Items {
			sum += r.Marks
			if r.ID != items[i].ID || r.Marks < 0 || r.Marks > items[i].Max || (r.State == scoring.ItemRight) != (len(answers[r.ID]) == len(items[i].Key) && r.State != scoring.ItemWrong) {
				t.Fatalf("item %v answered %v: %+v", items[i], answers[r.ID], r)
			}
		}
		if sum != got.Total {
			t.Fatalf("the items add up to %v, the total is %v", sum, got.Total)
		}
		for id := range answers {
			answers[id] = slices.Clone(answers[id])
			slices.Reverse(answers[id])
		}
		again, err := scoring.MarkAnswers(items, answers)
		if err != nil || !cmp.Equal(got, again) {
			t.Fatalf("the order of options matters: %v", err)
		}
	})
}
