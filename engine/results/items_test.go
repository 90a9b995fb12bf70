package results_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine/results"
	"github.com/xinglu/xinglu/scoring"
)

// What people see before they decide: the key, and who answered what.
func TestItemsTellKeysAndAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "ABCD", "ABCD", "BBCD", "BBC-")
	version, items, err := w.Items(t.Context(), "s", 0)
	w.must(err)
	if version != 1 || len(items) != 4 {
		t.Fatalf("version %d with %d items", version, len(items))
	}
	first, last := items[0], items[3]
	if diff := cmp.Diff([]results.AnswerCount{
		{Value: []string{string(option(1, 0))}, Count: 2, Right: true},
		{Value: []string{string(option(1, 1))}, Count: 2},
	}, first.Answers); diff != "" {
		t.Error(diff)
	}
	if first.Right != 2 || first.Blank != 0 || last.Right != 3 || last.Blank != 1 {
		t.Errorf("first: %d right, %d blank; last: %d right, %d blank", first.Right, first.Blank, last.Right, last.Blank)
	}

	_, err = w.Propose(t.Context(), "s", draft("k", 1, []scoring.Decision{
		{Item: "q1", Action: scoring.ActionChangeKey, Key: []string{string(option(1, 1))}}}), "jia")
	w.must(err)
	state, err := w.Decisions(t.Context(), "s")
	w.must(err)
	_, err = w.Sign(t.Context(), "s", state.Proposals[0].ID, "yi")
	w.must(err)
	for version, right := range map[int]bool{1: true, 2: false} {
		_, items, err := w.Items(t.Context(), "s", version)
		w.must(err)
		if items[0].Answers[0].Right != right {
			t.Errorf("version %d: the answer A counts as right: %v", version, items[0].Answers[0].Right)
		}
	}
}
