package exam_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
)

// sealed keeps the content of papers back until it is opened.
type sealed struct {
	exam.Unsealed
	open *bool
}

func (s sealed) Content(ctx context.Context, id exam.SittingID, p bank.PaperID) (bank.Content, error) {
	if !*s.open {
		return bank.Content{}, exam.ErrSealed
	}
	return s.Unsealed.Content(ctx, id, p)
}

// Everything up to the start goes by the shape; the start and the paper need
// the content.
func TestSealedPapers(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := openStores(t)
	var open bool
	w.papers = sealed{unsealed(every()), &open}
	n := w.serve(t, exam.Options{Now: func() time.Time { return start }})
	s := sitting(3)
	s.Papers = []bank.PaperID{"paper"}
	list, tails := opened(t, n, s, 2)
	id, _, err := n.SignIn(ctx, list[0].No, tails[list[0].No])
	must(t, err)
	fence, _, err := n.Admit(ctx, id, exam.Seat{Device: "pc", Pledge: true})
	must(t, err)
	_, err = n.SeatPaper(ctx, id, fence)
	wantCode(t, err, "sitting_not_started")
	wantCode(t, n.Start(ctx, s.ID, "staff"), "papers_sealed")
	if info, err := n.Sitting(ctx, s.ID); err != nil || info.State != exam.Open {
		t.Fatalf("after a refused start: %s, %v", info.State, err)
	}
	open = true
	_, err = n.Figure(ctx, id, fence, "f1")
	wantCode(t, err, "sitting_not_started")
	must(t, n.Start(ctx, s.ID, "staff"))
	paper, err := n.SeatPaper(ctx, id, fence)
	must(t, err)
	checkEvery(t, paper, w.fold(t, id).Ticket.Orders)

	f, err := n.Figure(ctx, id, fence, "f1")
	must(t, err)
	if string(f.Data) != "png" || f.Type != "image/png" {
		t.Errorf("figure %+v", f)
	}
	_, err = n.Figure(ctx, id, fence, "f2")
	wantCode(t, err, "figure_not_found")
	_, err = n.Figure(ctx, id, fence+1, "f1")
	wantCode(t, err, "replaced")
}

// checkEvery looks at the paper with one question of each kind.
func checkEvery(t *testing.T, paper exam.SeatPaper, orders []string) {
	t.Helper()
	text, err := json.Marshal(paper)
	must(t, err)
	if strings.Contains(string(text), secret) || strings.Contains(string(text), `"key"`) {
		t.Errorf("the paper holds a secret: %s", text)
	}
	var nos []int
	var kinds []string
	for _, s := range paper.Sections {
		for _, q := range s.Questions {
			nos, kinds = append(nos, q.No), append(kinds, string(q.Kind))
			for _, p := range q.Parts {
				nos, kinds = append(nos, p.No), append(kinds, "-"+string(p.Kind))
			}
		}
	}
	if d := cmp.Diff([]int{1, 2, 3, 4, 5, 6, 7, 8, 8, 9}, nos); d != "" {
		t.Errorf("numbers (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"single_choice", "multiple_choice", "true_false", "fill_in", "ordering", "matching", "short_answer", "case", "-single_choice", "-essay"}, kinds); d != "" {
		t.Errorf("kinds (-want +got):\n%s", d)
	}
	q := func(i int) exam.SeatQuestion { return paper.Sections[i].Questions[0] }
	wantStem := `看图 <img src="/api/exam/figures/f1" width="20" height="10" alt="&lt;表&gt;"> 与 旧图，x<sub>1</sub>`
	if q(0).Stem != wantStem || len(q(0).Figures) != 1 {
		t.Errorf("stem %s with figures %v", q(0).Stem, q(0).Figures)
	}
	if q(3).Blanks != 2 || q(3).MaxChars != exam.MaxBlankChars || q(6).MaxChars != exam.MaxTextChars || q(0).MaxChars != 0 {
		t.Errorf("limits of texts: %d blanks of %d, %d, %d", q(3).Blanks, q(3).MaxChars, q(6).MaxChars, q(0).MaxChars)
	}
	if len(q(5).Prompts) != 2 || len(q(5).Options) != 3 {
		t.Errorf("matching %+v", q(5))
	}
	if q(7).Score != 1000 || q(7).Parts[0].Score != 300 || q(7).Parts[1].Score != 700 {
		t.Errorf("scores of the case: %+v", q(7))
	}
	if len(orders) != 9 || orders[2] != "ab" || orders[3] != "" || len(orders[4]) != 3 || len(orders[7]) != 4 {
		t.Errorf("orders %q", orders)
	}
	for i, letter := range orders[7] {
		if q(7).Parts[0].Options[i].ID != option("part1", int(letter-'a')) {
			t.Errorf("part 1 shows %v by order %s", q(7).Parts[0].Options, orders[7])
		}
	}
}

// A released paper must be the one by whose shape answers were checked.
func TestReleasedPaperMustFit(t *testing.T) {
	t.Parallel()
	f := formOf(t, every())
	other := every()
	other.Questions[0].Options = other.Questions[0].Options[:3]
	_, err := exam.NewReleased(f, &other)
	wantCode(t, err, "paper_differs")
	other.Questions = other.Questions[1:]
	_, err = exam.NewReleased(f, &other)
	wantCode(t, err, "question_unknown")
}
