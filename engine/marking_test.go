package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

func TestAMarkReachesTheBoard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	id := n.division(t, 3, judges(2), 2)
	n.open(t, id)
	sheet := n.sheets(t, id, "j1")[0]

	got, err := n.submit(t, id, "j1", sheet, entries(2, 300))
	if err != nil {
		t.Fatal(err)
	}
	if got.Total != 700 || got.Version != 1 || got.Sheet.State != engine.SheetSubmitted {
		t.Errorf("first judge: total %v version %d state %s, want 7.00, 1, submitted", got.Total, got.Version, got.Sheet.State)
	}
	row := w.rowOf(id, sheet.Code)
	if p := row.Parts[1]; p.State != engine.PartPartial || p.Marks == nil || *p.Marks != 700 || p.In != 1 || p.Of != 2 {
		t.Errorf("after one of two judges the board shows %+v, want partial 7.00 1/2", p)
	}
	if _, err := n.submit(t, id, "j2", n.sheets(t, id, "j2")[0], entries(3, 300)); err != nil {
		t.Fatal(err)
	}
	row = w.rowOf(id, sheet.Code)
	// J: mean level 2.5 of 3 × 6.00 = 5.00; R: 3.00; of 10.00 at 70 % of 100.
	if p := row.Parts[1]; p.State != engine.PartMarked || *p.Marks != 800 {
		t.Errorf("agreed part = %+v, want 8.00", p)
	}
	if row.Total == nil || *row.Total != 5600 || row.Rank == nil || *row.Rank != 1 {
		t.Errorf("total %v rank %v, want 56.00 and 1", row.Total, row.Rank)
	}
}

// rowOf is the public row with the code.
func (w *world) rowOf(id engine.DivisionID, code string) engine.PublicRow {
	w.t.Helper()
	for _, r := range w.publicRows(id) {
		if r.Code == code {
			return r
		}
	}
	w.t.Fatalf("no row %s", code)
	return engine.PublicRow{}
}

func TestSpreadCallsAConference(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	id := n.division(t, 2, judges(2), 2)
	n.open(t, id)
	s1, s2 := n.sheets(t, id, "j1")[0], n.sheets(t, id, "j2")[0]
	if _, err := n.submit(t, id, "j1", s1, entries(1, 200)); err != nil {
		t.Fatal(err)
	}
	before := w.rowOf(id, s1.Code)
	got, err := n.submit(t, id, "j2", s2, entries(3, 400))
	if err != nil {
		t.Fatal(err)
	}
	if got.Sheet.State != engine.SheetConference {
		t.Fatalf("levels 1 and 3: state %s, want conference", got.Sheet.State)
	}
	row := w.rowOf(id, s1.Code)
	if row.Status != engine.ProgressReview || row.Parts[1].State != engine.PartReview {
		t.Errorf("public row in conference: %s %s, want review", row.Status, row.Parts[1].State)
	}
	if *row.Parts[1].Marks != *before.Parts[1].Marks {
		t.Errorf("the public amount moved in conference: %v, was %v", *row.Parts[1].Marks, *before.Parts[1].Marks)
	}
	view, err := n.Sheet(t.Context(), "j1", id, s1.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := []scoring.ConferenceView{{Aspect: "J", Reason: scoring.ReasonSpread, Spread: 2, SpreadMax: 1}}
	if diff := cmp.Diff(want, view.Conferences); diff != "" {
		t.Errorf("conference (-want +got):\n%s", diff)
	}
	if view.Mine.Entries[0].Level == nil || *view.Mine.Entries[0].Level != 1 {
		t.Error("the original marks are gone")
	}
	// Marked again after the talk.
	s1.Version, s1.Round = 1, 2
	again, err := n.submit(t, id, "j1", s1, entries(2, 200))
	if err != nil {
		t.Fatal(err)
	}
	if again.Sheet.State != engine.SheetAgreed || again.Version != 2 {
		t.Errorf("after the conference: %s version %d, want agreed, 2", again.Sheet.State, again.Version)
	}
}

func TestSubmitRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	id := n.division(t, 2, judges(3), 2)
	n.open(t, id)
	sheet := n.sheets(t, id, "j1")[0]
	cases := []struct {
		name   string
		judge  access.AccountID
		change func(*engine.Submission)
		want   *fault.Error
		path   string
	}{
		{"another panel's judge", "j3", nil, engine.ErrWrongPanel, ""},
		{"nobody", "stranger", nil, engine.ErrWrongPanel, ""},
		{"no such sheet", "j1", func(s *engine.Submission) { s.Sheet = "x.P" }, engine.ErrNoSheet, ""},
		{"a module without panel", "j1", func(s *engine.Submission) {
			s.Sheet = engine.SheetID(strings.TrimSuffix(string(s.Sheet), ".P") + ".T")
		}, engine.ErrNoSheet, ""},
		{"wrong code", "j1", func(s *engine.Submission) { s.CodeTail = "99" }, engine.ErrWrongCode, "code_tail"},
		{"old version", "j1", func(s *engine.Submission) { s.Expect = 4 }, engine.ErrMarkVersion, ""},
		{"above the maximum", "j1", func(s *engine.Submission) { s.Entries = entries(2, 450) }, scoring.ErrEntry, "entries[1].points"},
		{"off the step", "j1", func(s *engine.Submission) { s.Entries = entries(2, 333) }, scoring.ErrEntry, "entries[1].points"},
		{"level 4", "j1", func(s *engine.Submission) { s.Entries = entries(4, 100) }, scoring.ErrEntry, "entries[0].level"},
		{"an aspect missing", "j1", func(s *engine.Submission) { s.Entries = s.Entries[:1] }, scoring.ErrEntry, "entries"},
		{"nothing", "j1", func(s *engine.Submission) { s.Entries = nil }, scoring.ErrEntry, "entries"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			change := c.change
			if change == nil {
				change = func(*engine.Submission) {}
			}
			_, err := n.submit(t, id, c.judge, sheet, entries(2, 300), change)
			if !errors.Is(err, c.want) {
				t.Fatalf("err = %v, want %s", err, c.want.Code)
			}
			if c.path != "" {
				if f := fault.As(err).Fields; len(f) == 0 || f[0].Path != c.path {
					t.Errorf("fields = %+v, want path %s", f, c.path)
				}
			}
		})
	}
	head, err := n.led.Head(t.Context(), "division/"+"")
	if err != nil || head.Seq != 0 {
		t.Errorf("a stream without name: %+v %v", head, err)
	}
	if list := n.sheets(t, id, "j1"); list[0].Version != 0 || list[0].State != engine.SheetNotStarted {
		t.Errorf("after refusals the sheet is %+v, want untouched", list[0])
	}
}

func TestReplayReturnsTheFirstResult(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	id := n.division(t, 1, judges(1), 1)
	n.open(t, id)
	sheet := n.sheets(t, id, "j1")[0]
	first, err := n.submit(t, id, "j1", sheet, entries(2, 300))
	if err != nil {
		t.Fatal(err)
	}
	// The panel of one has agreed and the sheet is locked; the replay of the
	// same submission must still get its receipt, on another node too.
	for _, m := range []node{n, w.node()} {
		again, err := m.submit(t, id, "j1", sheet, entries(2, 300))
		if err != nil {
			t.Fatalf("replay: %v", err)
		}
		if again.Version != first.Version || !again.At.Equal(first.At) {
			t.Errorf("replay = version %d at %v, want %d at %v", again.Version, again.At, first.Version, first.At)
		}
	}
	if _, err := n.submit(t, id, "j1", sheet, entries(3, 400), func(s *engine.Submission) { s.Key, s.Expect = "new", 1 }); !errors.Is(err, engine.ErrSheetLocked) {
		t.Errorf("a new sheet after agreement: %v, want sheet_locked", err)
	}
}

func TestTwoTabletsOfOneJudge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.node(), w.node()
	id := a.division(t, 1, judges(2), 2)
	a.open(t, id)
	sheet := a.sheets(t, id, "j1")[0]
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, n := range []node{a, b} {
		wg.Go(func() {
			_, errs[i] = n.submit(t, id, "j1", sheet, entries(i+1, 100), func(s *engine.Submission) { s.Key = fmt.Sprint("tablet", i) })
		})
	}
	wg.Wait()
	won, lost := 0, 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case errors.Is(err, engine.ErrMarkVersion):
			lost++
		default:
			t.Fatal(err)
		}
	}
	if won != 1 || lost != 1 {
		t.Errorf("%d accepted and %d told of the conflict, want 1 and 1", won, lost)
	}
	if v := b.sheets(t, id, "j1")[0].Version; v != 1 {
		t.Errorf("version %d, want 1", v)
	}
}

func TestRecusal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	panel := judges(3)
	panel[0].Unit = "单位0" // the unit of competitor 0
	id := n.division(t, 2, panel, 2)
	n.open(t, id)
	mine := n.sheets(t, id, "j1")
	if len(mine) != 1 {
		t.Fatalf("judge of 单位0 has %d sheets, want the 1 of another unit", len(mine))
	}
	if spare := n.sheets(t, id, "j3"); len(spare) != 1 {
		t.Errorf("the spare judge has %d sheets, want 1", len(spare))
	}

	short := n.division(t, 8, panel[:2], 2)
	err := n.Open(t.Context(), "org", short, 1)
	if !errors.Is(err, engine.ErrNotReady) || !strings.Contains(err.Error(), "单位0") {
		t.Errorf("opening with too few judges: %v, want division_not_ready naming the unit", err)
	}
}

func TestTheoryCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	id := n.division(t, 2, judges(1), 1)
	div, err := n.Division(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	carry := func(candidate, attempt string, v scoring.Value, seq ...int64) error {
		o := exam.Scored{
			Sitting: div.Theory.Sitting, Candidate: exam.CandidateID(candidate), Attempt: exam.AttemptID(attempt), Seq: 5, Void: true,
		}
		if len(seq) > 0 {
			o.Seq = seq[0]
		}
		if v.State == scoring.HasValue {
			o.Void, o.Marked, o.Grade = false, &exam.Marked{}, scoring.Grade{Score: v.Marks}
		}
		return n.TheoryScored(t.Context(), o)
	}
	if err := carry("cand0", "a0", scoring.Of(8050)); !errors.Is(err, engine.ErrNotRunning) {
		t.Errorf("before the opening: %v, want division_not_running so that it is tried again", err)
	}
	n.open(t, id)
	for range 2 { // delivered at least once
		if err := carry("cand0", "a0", scoring.Of(8050)); err != nil {
			t.Fatal(err)
		}
	}
	if err := carry("cand1", "a1", scoring.Absence()); err != nil {
		t.Fatal(err)
	}
	if err := carry("nobody", "a2", scoring.Of(100)); err != nil {
		t.Errorf("a candidate who is no competitor: %v, want nil", err)
	}
	if err := carry("cand0", "a3", scoring.Of(10001)); !errors.Is(err, scoring.ErrModules) {
		t.Errorf("marks above the paper: %v", err)
	}
	res, err := n.Results(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	top := res.Standings[0]
	if top.Total == nil || *top.Total != 2415 { // 80.5 × 30 %
		t.Errorf("total %v, want 24.15", top.Total)
	}
	if st := res.Standings[1]; st.Parts[0].State != engine.PartAbsent || st.Rank != nil {
		t.Errorf("absent: %+v rank %v, want absent and unranked", st.Parts[0], st.Rank)
	}

	// A void after the marking takes the marks back; a late delivery of the
	// older outcome does not bring them again.
	if err := carry("cand0", "a0", scoring.Absence(), 6); err != nil {
		t.Fatal(err)
	}
	if err := carry("cand0", "a0", scoring.Of(8050)); err != nil {
		t.Fatal(err)
	}
	if res, err = n.Results(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	for _, st := range res.Standings {
		if st.Total != nil {
			t.Errorf("after the void %s has a total of %v", st.Code, *st.Total)
		}
	}
	for _, to := range []engine.Status{engine.Review, engine.Final} {
		if err := n.SetStatus(t.Context(), "org", id, to); err != nil {
			t.Fatal(err)
		}
	}
	if err := carry("cand0", "a0", scoring.Of(100), 7); !errors.Is(err, engine.ErrNotRunning) {
		t.Errorf("marks after the results are final: %v, want division_not_running", err)
	}
}

// TestTheoryIsProvisional: what is not final shows no marks, is no absence and
// completes no total; the final marks then replace it, and a 0 is a 0.
func TestTheoryIsProvisional(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	id := n.division(t, 2, judges(1), 1)
	div, err := n.Division(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	n.open(t, id)
	toMark := &exam.Marked{Result: scoring.PaperResult{ToMark: 1000}}
	incomplete := scoring.Grade{Score: 7000, Outcome: scoring.GradeIncomplete}
	for i, c := range []struct {
		name  string
		o     exam.Scored
		state engine.PartState
	}{
		{"a part to mark", exam.Scored{Marked: toMark, Grade: incomplete}, engine.PartBlank},
		{"a part to mark, without lines", exam.Scored{Marked: toMark, Grade: scoring.Grade{Score: 7000, Outcome: scoring.GradeNone}}, engine.PartBlank},
		{"final", exam.Scored{Marked: &exam.Marked{}, Grade: scoring.Grade{Score: 0, Outcome: scoring.GradeFail}}, engine.PartMarked},
		{"abandoned", exam.Scored{Abandoned: true}, engine.PartBlank},
		{"abandoned, then void", exam.Scored{Abandoned: true, Void: true}, engine.PartAbsent},
		{"provisional marks, then void", exam.Scored{Marked: toMark, Grade: incomplete, Void: true}, engine.PartAbsent},
	} {
		c.o.Sitting, c.o.Candidate, c.o.Attempt, c.o.Seq = div.Theory.Sitting, "cand0", "a0", int64(i+1)
		if err := n.TheoryScored(t.Context(), c.o); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		res, err := n.Results(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(res.Standings, func(s engine.Standing) bool { return s.Parts[0].State == c.state }) {
			t.Errorf("%s: nobody is %s: %+v", c.name, c.state, res.Standings)
		}
		for _, s := range res.Standings {
			p := s.Parts[0]
			if c.state != engine.PartMarked && p.Marks != nil {
				t.Errorf("%s: %s shows %v", c.name, s.Code, *p.Marks)
			}
			if p.State == engine.PartMarked && (p.Marks == nil || *p.Marks != 0) || c.state == engine.PartBlank && (p.State != engine.PartBlank || s.Complete) {
				t.Errorf("%s: %s has %+v, complete %v", c.name, s.Code, p, s.Complete)
			}
		}
	}
}
