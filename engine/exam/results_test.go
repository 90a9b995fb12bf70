package exam_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/scoring"
)

// marked runs a sitting of three: the first answers the first question and
// hands in, the second only opens the paper, the third does not come.
func marked(t *testing.T) (*stores, *node, []exam.Ticket) {
	t.Helper()
	now := start
	w := openStores(t)
	n := w.serve(t, exam.Options{Now: func() time.Time { return now }})
	s := sitting(4)
	s.Rules.EarliestHandInMS = 0
	tickets, tails := opened(t, n, s, 3)
	must(t, n.Start(t.Context(), "s1", "staff"))
	id, fence := seated(t, n, tickets[0], tails[tickets[0].No])
	_, err := n.Save(t.Context(), id, fence, frame(1, give("s0", 1, 0)))
	must(t, err)
	seated(t, n, tickets[1], tails[tickets[1].No])
	_, err = n.HandIn(t.Context(), id, fence, 2, "done")
	must(t, err)
	eventually(t, "an outcome", func() bool { return len(n.outcomes()) > 0 })
	return w, n, tickets
}

func TestScriptsAndKeys(t *testing.T) {
	t.Parallel()
	_, n, tickets := marked(t)
	scripts, err := n.Scripts(t.Context(), "s1")
	must(t, err)
	if len(scripts) != 3 || scripts[0].State != exam.Finished || scripts[1].State != exam.InProgress || scripts[2].State != exam.NotStarted {
		t.Fatalf("%+v", scripts)
	}
	first := scripts[0]
	if diff := cmp.Diff(map[scoring.ItemID][]string{"s0": {string(option("s0", 0))}}, first.Answers); diff != "" {
		t.Error(diff)
	}
	if first.Ticket != tickets[0].No || first.Name == "" || !first.Started || scripts[2].Started || first.Marked.Result.Total != 100 || !first.Changed["s0"].Equal(start) {
		t.Errorf("%+v", first)
	}
	keys, err := n.Keys(t.Context(), "s1")
	must(t, err)
	if items := keys.Papers["paper"]; len(keys.Papers) != 2 || len(items) != 15 || items[0].Section != "s1" || items[14].Section != "s3" || len(items[5].Key) != 2 {
		t.Errorf("%+v", keys)
	}
	_, err = n.Keys(t.Context(), "nowhere")
	wantCode(t, err, "sitting_not_found")
}

func TestRescoreAttempt(t *testing.T) {
	t.Parallel()
	w, n, tickets := marked(t)
	id := tickets[0].Attempt
	result := n.outcomes()[0].Marked.Result
	result.Total = 5555
	was := n.outcomes()[0]
	for range 2 { // the second changes nothing
		out, err := n.Rescore(t.Context(), id, 2, result, "chief")
		must(t, err)
		if out.Seq != was.Seq+1 || out.Marked.Result.Total != 5555 || out.Marked.KeyVersion != 2 || out.Marked.RulesVersion != "2026-1" {
			t.Fatalf("%+v", out)
		}
	}
	if folded := w.fold(t, id); folded.State != exam.Finished || folded.Score.Result.Total != 5555 {
		t.Errorf("%+v", folded.Score)
	}
	if was.Marked.Result.Total == 5555 {
		t.Error("the outcome that was delivered changed")
	}
	out, err := n.Rescore(t.Context(), tickets[2].Attempt, 2, result, "chief")
	if err != nil || out != nil {
		t.Errorf("an attempt without a result was rescored: %+v %v", out, err)
	}
	must(t, n.Void(t.Context(), id, "staff", "作弊"))
	out, err = n.Rescore(t.Context(), id, 3, result, "chief")
	must(t, err)
	if !out.Void || out.Marked.KeyVersion != 2 {
		t.Errorf("a void attempt was rescored: %+v", out)
	}
}
