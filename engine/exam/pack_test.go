package exam_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
)

// A paper that is put together from pieces is the paper that is laid out
// whole, for every candidate, the first time and again.
func TestPaperBody(t *testing.T) {
	bubble(t, func(t *testing.T, w *stores) {
		w.papers = unsealed(every()) // questions of every kind, a case among them
		n, ctx := w.serve(t, exam.Options{}), t.Context()
		s := sitting(4)
		s.Papers = []bank.PaperID{"paper"}
		list, tails := opened(t, n, s, 4)
		must(t, n.Start(ctx, "s1", "staff"))
		different := map[string]bool{}
		for range 2 {
			for _, ticket := range list {
				id, _, err := n.SignIn(ctx, ticket.No, tails[ticket.No])
				must(t, err)
				fence, _, err := n.Admit(ctx, id, exam.Seat{Device: "pc", Pledge: true})
				must(t, err)
				plain, err := n.PaperBody(ctx, id, fence)
				must(t, err)
				whole, err := n.SeatPaper(ctx, id, fence)
				must(t, err)
				var got exam.SeatPaper
				must(t, json.Unmarshal(plain, &got))
				if diff := cmp.Diff(whole, got); diff != "" {
					t.Errorf("the pieces make another paper (-whole +pieces):\n%s", diff)
				}
				different[string(plain)] = true
			}
		}
		if len(different) != 4 {
			t.Errorf("%d different papers for 4 candidates", len(different))
		}
	})
}
