package engine_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/scoring"
)

// Deleting every projection and rebuilding gives the same (law 7): a node
// that has seen nothing folds the ledger to the same results and board.
func TestRebuildGivesTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	id := n.division(t, 12, judges(3), 3)
	n.open(t, id)
	rng := rand.New(rand.NewPCG(1, 2))
	for _, j := range []access.AccountID{"j1", "j2", "j3"} {
		for _, s := range n.sheets(t, id, j) {
			if _, err := n.submit(t, id, j, s, entries(rng.IntN(4), scoring.Marks(rng.IntN(9)*50))); err != nil {
				t.Fatal(err)
			}
		}
	}
	want, err := n.Results(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	wantRows := w.publicRows(id)

	w.bus = live.NewMemory(live.Options{}) // every board is gone
	fresh := w.node()
	got, err := fresh.Results(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(engine.Standing{})); diff != "" {
		t.Errorf("results differ after a rebuild (-before +after):\n%s", diff)
	}
	if err := fresh.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantRows, w.publicRows(id)); diff != "" {
		t.Errorf("board differs after a rebuild (-before +after):\n%s", diff)
	}
}

func TestOpeningFreezes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	id := n.division(t, 3, judges(1), 1)
	n.open(t, id)
	if err := n.Open(t.Context(), "org", id, 43); !errors.Is(err, engine.ErrFrozen) {
		t.Errorf("a second opening: %v, want division_frozen", err)
	}
	if err := n.Enter(t.Context(), id, []engine.Competitor{{Candidate: "late", Name: "迟到"}}); !errors.Is(err, engine.ErrFrozen) {
		t.Errorf("a late entry: %v, want division_frozen", err)
	}
	if err := n.SetPanels(t.Context(), id, nil); !errors.Is(err, engine.ErrFrozen) {
		t.Errorf("a new panel: %v, want division_frozen", err)
	}
	codes := map[string]bool{}
	for _, s := range n.sheets(t, id, "j1") {
		codes[s.Code] = true
	}
	if len(codes) != 3 || codes[""] {
		t.Errorf("codes %v, want three different", codes)
	}
}

func TestStatusGoesForwardOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	id := n.division(t, 1, judges(1), 1)
	n.open(t, id)
	for _, step := range []struct {
		to   engine.Status
		want error
	}{
		{engine.Final, engine.ErrStatus}, {engine.Review, nil}, {engine.Running, nil},
		{engine.Review, nil}, {engine.Final, nil}, {engine.Running, engine.ErrStatus}, {engine.Setup, engine.ErrStatus},
	} {
		if err := n.SetStatus(t.Context(), "org", id, step.to); !errors.Is(err, step.want) {
			t.Fatalf("to %s: %v, want %v", step.to, err, step.want)
		}
	}
	sheet := n.sheets(t, id, "j1")[0]
	if _, err := n.submit(t, id, "j1", sheet, entries(1, 100)); !errors.Is(err, engine.ErrNotRunning) {
		t.Errorf("a mark after the end: %v, want division_not_running", err)
	}
}

func TestHiddenBoardShowsProgressOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ctx := t.Context()
	c, err := n.CreateContest(ctx, engine.ContestDraft{Name: text("大赛"), Event: text("电工")})
	if err != nil {
		t.Fatal(err)
	}
	d, err := n.CreateDivision(ctx, engine.DivisionDraft{
		Contest: c.ID, Name: text("组"), Scheme: scheme(), Rules: rules(1), Panels: []engine.Panel{{Module: "P", Judges: judges(1)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Enter(ctx, d.ID, []engine.Competitor{{Candidate: "a", Name: "甲", Unit: "保密单位"}}); err != nil {
		t.Fatal(err)
	}
	n.open(t, d.ID)
	if _, err := n.submit(t, d.ID, "j1", n.sheets(t, d.ID, "j1")[0], entries(3, 400)); err != nil {
		t.Fatal(err)
	}
	for _, row := range w.publicRows(d.ID) {
		if row.Total != nil || row.Parts[1].Marks != nil || row.Unit != "" {
			t.Errorf("hidden board shows %+v", row)
		}
		if row.Parts[1].State != engine.PartMarked {
			t.Errorf("progress %s, want marked", row.Parts[1].State)
		}
	}
	for _, to := range []engine.Status{engine.Review, engine.Final} {
		if err := n.SetStatus(ctx, "org", d.ID, to); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range w.publicRows(d.ID) {
		if row.Total == nil || *row.Total != 7000 {
			t.Errorf("final board shows %v, want 70.00", row.Total)
		}
	}
}

func TestWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	id := n.division(t, 2, judges(1), 1)
	n.open(t, id)
	list := n.sheets(t, id, "j1")
	for i, s := range list {
		if _, err := n.submit(t, id, "j1", s, entries(3-i, 400)); err != nil {
			t.Fatal(err)
		}
	}
	a, b := list[0].Code, list[1].Code
	x, err := n.Why(t.Context(), id, b, a)
	if err != nil {
		t.Fatal(err)
	}
	if string(x.Ahead) != list[0].Code || x.Step != 0 || x.Text.ZH != "总成绩 56.00 < 70.00" {
		t.Errorf("why = %+v", x)
	}
	if _, err := n.Why(t.Context(), id, a, "nobody"); !errors.Is(err, engine.ErrNoRow) {
		t.Errorf("unknown row: %v", err)
	}
}
