package results_test

import (
	"fmt"
	"testing"

	"github.com/xinglu/xinglu/engine/results"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// cost is what f reads of the ledger.
func cost(w *world, f func()) (pages, records int64) {
	p, r := w.reads.pages.Load(), w.reads.records.Load()
	f()
	return w.reads.pages.Load() - p, w.reads.records.Load() - r
}

// A decision on a key and the lists around it ask the ledger a small, fixed
// number of times a candidate, and read none of the answers again: the work
// grows with the candidates and with nothing else. How long it takes is in
// the benchmarks.
func TestRegressionSlowRegrade(t *testing.T) {
	t.Parallel()
	const crowd = 30
	answers := make([]string, crowd)
	for i := range answers {
		answers[i] = []string{"ABCA", "ACAD", "DDDD"}[i%3]
	}
	w := newWorld(t, answers...)
	ctx := t.Context()
	var p results.Proposal
	for _, step := range []struct {
		name           string
		do             func()
		pages, records int64 // at most, a candidate
	}{
		{"first list", func() { table(t, w, 0) }, 1, 0},
		{"second list", func() { table(t, w, 0) }, 1, 0},
		{"items", func() {
			_, _, err := w.Items(ctx, "s", 0)
			w.must(err)
		}, 1, 0},
		{"proposal with its dry run", func() {
			var err error
			p, err = w.Propose(ctx, "s", draft("k", 1, q2c), "a1")
			w.must(err)
		}, 1, 0},
		{"signature with new marks", func() {
			_, err := w.Sign(ctx, "s", p.ID, "a2")
			w.must(err)
		}, 8, 1}, // twice: the repeated delivery may run beside it
		{"list of the new version", func() { table(t, w, 0) }, 1, 0},
		{"list of the old version", func() { table(t, w, 1) }, 1, 0},
	} {
		const besides = 60 // pages and records of the sitting, and of attempts that are still being delivered
		pages, records := cost(w, step.do)
		t.Logf("%s: %d pages, %d records", step.name, pages, records)
		if pages > crowd*step.pages+besides || records > crowd*step.records+besides {
			t.Errorf("%s read %d pages with %d records for %d candidates", step.name, pages, records, crowd)
		}
	}
}

// What a regrade marks is the paper as it was sat. Decisions name its items
// and options by their ids, never by a place, so an item or option of another
// version of the question is refused with its place, and nothing changes.
func TestRegressionRegradeAgainstNewVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "ABCA", "ACAD")
	before := table(t, w, 0)
	for _, d := range []scoring.Decision{
		{Item: "q2", Action: scoring.ActionChangeKey, Key: []string{"q2-E"}},               // a fifth option
		{Item: "q2", Action: scoring.ActionAcceptAlso, Key: []string{"C"}},                 // a letter
		{Item: "q2-v2", Action: scoring.ActionVoidFull},                                    // a new version of the question
		{Item: "q1", Action: scoring.ActionChangeKey, Key: []string{string(option(2, 1))}}, // another question's option
	} {
		_, err := w.Propose(t.Context(), "s", draft(fmt.Sprint(d), 1, []scoring.Decision{d}), "a1")
		if f := fault.As(err); f == nil || len(f.Fields) != 1 || f.Fields[0].Code != "unknown" {
			t.Errorf("%+v: %v", d, err)
		}
	}
	if after := table(t, w, 0); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("refused decisions changed\n%v to\n%v", before, after)
	}
}
