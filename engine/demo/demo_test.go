package demo_test

import (
	"encoding/json"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/custody"
	"github.com/xinglu/xinglu/engine/demo"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store/sqlite"
	"github.com/xinglu/xinglu/scoring"
)

// house is the services that a demonstration fills, with a clock to set.
type house struct {
	demo.Services
	now time.Time
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return h.now }
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "d.db"), sqlite.Options{
		Collections: slices.Concat(access.Collections, bank.Collections(), exam.Collections(), custody.Collections(), engine.Collections), Log: slog.New(slog.DiscardHandler),
	})
	must(t, err)
	led, bus := ledger.Open(db.Ledger(), ledger.Options{}), live.NewMemory(live.Options{})
	h.Now = clock
	h.Access = access.New(db, led, access.Options{Now: clock, MinPassword: 6})
	sealer, err := seal.New(make([]byte, seal.KeySize))
	must(t, err)
	h.Contest = engine.New(db, led, bus, engine.Options{Now: clock, Log: slog.New(slog.DiscardHandler), Sealer: sealer, Account: h.Access.Account})
	h.Bank = bank.New(db, led, sealer, clock)
	signer, err := seal.NewSigner(make([]byte, seal.KeySize))
	must(t, err)
	keeping := custody.DefaultRules()
	keeping.WorkFactor = 2 // passphrases of tests need not be dear to guess
	h.Custody = custody.New(db, led, custody.Options{
		Now: clock, Steady: func() time.Duration { return time.Duration(h.now.UnixNano()) }, Node: "test", Sealer: sealer, Signer: signer, Rules: keeping, Paper: h.Bank.Content, Name: h.Access.Name,
	})
	h.Exam, err = exam.New(db, led, bus, engine.SealedPapers{Vault: h.Custody, Bank: h.Bank, Ledger: led}, sealer, exam.Options{Now: clock})
	must(t, err)
	t.Cleanup(func() { h.Exam.Close(); h.Contest.Close(); bus.Close(); led.Close(); db.Close() })
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) load(t *testing.T) demo.Guide {
	t.Helper()
	g, err := demo.Load(t.Context(), h.Services)
	must(t, err)
	return g
}

func (h *house) sittings(t *testing.T) []exam.SittingInfo {
	t.Helper()
	list, _, err := h.Exam.Sittings(t.Context(), "", 50)
	must(t, err)
	return list
}

// TestLoad is the demonstration as the issue wants it, brought in through the
// same doors as real data, and used as a visitor would.
func TestLoad(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	g := h.load(t)

	outlines, err := h.Bank.Outlines(ctx)
	must(t, err)
	if len(outlines) != 1 {
		t.Fatalf("%d outlines", len(outlines))
	}
	questions, err := h.Bank.Questions(ctx, outlines[0].ID)
	must(t, err)
	kinds := map[bank.Kind]int{}
	for _, q := range questions {
		kinds[q.Kind]++
	}
	if len(questions) < 300 || kinds[bank.SingleChoice] == 0 || kinds[bank.MultipleChoice] == 0 || kinds[bank.TrueFalse] == 0 {
		t.Errorf("%d questions: %v, want at least 300 of three kinds", len(questions), kinds)
	}
	list := h.sittings(t)
	if len(list) != 2 || list[0].Prepared != 60 || len(list[0].Centres) != 3 || len(list[0].Papers) != 2 || list[0].State != exam.Running {
		t.Fatalf("sittings: %+v", list)
	}
	divisions, err := h.Contest.Opened(ctx)
	must(t, err)
	if len(divisions) != 2 || g.Board != divisions[1].ID {
		t.Fatalf("%d open divisions, board %s: the electricians are the newest", len(divisions), g.Board)
	}
	electricians := divisions[1]
	aspects := 0
	for _, m := range electricians.Scheme.Modules {
		aspects += len(m.Aspects())
	}
	if aspects < 18 || aspects > 25 {
		t.Errorf("%d aspects, want about 20", aspects)
	}
	for _, p := range electricians.Panels {
		if size := electricians.Rules.Panel.Size; size != 5 || len(p.Judges) < size {
			t.Errorf("panel %+v of %d", p, size)
		}
	}

	if len(g.Candidates) == 0 || len(g.Judges) != 2 || len(g.Staff) == 0 {
		t.Fatalf("guide %+v", g)
	}
	for _, c := range g.Candidates {
		if _, me, err := h.Exam.SignIn(ctx, exam.TicketNo(c.Ticket), c.IDTail); err != nil || me.Candidate.Name != c.Name {
			t.Errorf("candidate %+v: %q %v", c, me.Candidate.Name, err)
		}
	}
	busy := 0
	for _, j := range g.Judges[0].Logins {
		acc, _, err := h.Access.SignIn(ctx, access.Judging, j.Login, g.Judges[0].Password)
		must(t, err)
		sheets, err := h.Contest.Sheets(ctx, acc.ID, electricians.ID)
		must(t, err)
		if len(sheets) > 0 {
			busy++
		}
	}
	if busy < 5 {
		t.Errorf("%d judges have sheets, want the panel of five", busy)
	}
	roles := map[access.Role]bool{access.Judge: true} // who signs in elsewhere
	for _, group := range g.Staff {
		for _, s := range group.Logins {
			if _, _, err := h.Access.SignIn(ctx, access.Console, s.Login, group.Password); err != nil {
				t.Errorf("staff %s: %v", s.Login, err)
			}
			for _, r := range s.Roles {
				roles[r] = true
			}
		}
	}
	for _, r := range access.Roles {
		if !roles[r] {
			t.Errorf("nobody to sign in as %s", r)
		}
	}
}

// TestWaitingDivisions finds something to do on every screen before the
// marking: entries filed, taken and sent back, and a division whose officers
// can draw.
func TestWaitingDivisions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	h.load(t)
	contests, err := h.Contest.Contests(ctx)
	must(t, err)
	divisions, err := h.Contest.Divisions(ctx, contests[0].ID)
	must(t, err)
	if len(contests) != 1 || len(contests[0].Delegations) != 3 || len(divisions) != 3 {
		t.Fatalf("%d contests, %d delegations, %d divisions", len(contests), len(contests[0].Delegations), len(divisions))
	}
	welders, students := divisions[0], divisions[1]

	if students.Status != engine.Setup {
		t.Errorf("students are %s", students.Status)
	}
	lines, err := h.Contest.Enlistment(ctx, engine.Filer{Everyone: true}, students.ID)
	must(t, err)
	states := map[engine.EnlistState]int{}
	for _, l := range lines {
		states[l.State]++
	}
	want := map[engine.EnlistState]int{engine.EnlistEntered: 2, engine.EnlistReturned: 1, engine.EnlistFiled: 9}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("entries of students (-want +got):\n%s", diff)
	}

	held := map[engine.Office]bool{engine.OfficeFloor: true} // nobody is needed for it
	for _, o := range welders.Officers {
		held[o.Office] = true
	}
	for _, o := range engine.Offices {
		if !held[o.Office] {
			t.Errorf("the welders have no %s", o.Office)
		}
	}
	coder := slices.IndexFunc(welders.Officers, func(o engine.Officer) bool { return o.Office == engine.OfficeEntryCoder })
	if _, err := h.Contest.AnnounceDraw(ctx, welders.Officers[coder].Account, welders.ID, engine.DrawRequest{Layer: engine.LayerEntry, Method: engine.ByMachine}, "draw"); err != nil {
		t.Errorf("the first draw of the welders: %v", err)
	}
}

func TestLoadAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	first := h.load(t)
	if diff := cmp.Diff(first, h.load(t)); diff != "" {
		t.Errorf("the second start differs (-first +second):\n%s", diff)
	}
	// Who has come in is not offered again.
	id, _, err := h.Exam.SignIn(ctx, exam.TicketNo(first.Candidates[0].Ticket), first.Candidates[0].IDTail)
	must(t, err)
	_, _, err = h.Exam.Admit(ctx, id, exam.Seat{Device: "pc", Pledge: true})
	must(t, err)
	for _, c := range h.load(t).Candidates {
		if c.Ticket == first.Candidates[0].Ticket {
			t.Errorf("%+v has been admitted already", c)
		}
	}
	// A contest that a visitor made and has not started is none of ours.
	outlines, err := h.Bank.Outlines(ctx)
	must(t, err)
	papers, err := h.Bank.Papers(ctx, outlines[0].ID)
	must(t, err)
	mine := h.sittings(t)[0].Sitting
	mine.ID, mine.Papers, mine.Ticket = "visitor", []bank.PaperID{papers[0].ID}, "99{serial:4}"
	must(t, h.Exam.CreateSitting(ctx, mine))
	h.visitorsContest(t, "visitor")
	if g := h.load(t); g.Board != first.Board || len(h.sittings(t)) != 3 {
		t.Errorf("%d sittings, board %s: a visitor's contest made a new round", len(h.sittings(t)), g.Board)
	}

	h.now = h.now.Add(21 * time.Hour)
	h.load(t)
	if n := len(h.sittings(t)); n != 3 {
		t.Errorf("%d sittings within the window", n)
	}
	h.now = h.now.Add(2 * time.Hour)
	next := h.load(t)
	if n := len(h.sittings(t)); n != 5 {
		t.Errorf("%d sittings after the window, want two new ones", n)
	}
	if len(next.Candidates) == 0 || next.Candidates[0].Ticket == first.Candidates[0].Ticket {
		t.Errorf("tickets of the new round: %+v", next.Candidates)
	}
	if _, _, err := h.Exam.SignIn(ctx, exam.TicketNo(next.Candidates[0].Ticket), next.Candidates[0].IDTail); err != nil {
		t.Errorf("the new round: %v", err)
	}
}

// visitorsContest opens a division on the sitting, as a visitor might in the
// console.
func (h *house) visitorsContest(t *testing.T, sitting exam.SittingID) {
	t.Helper()
	ctx := t.Context()
	open, err := h.Contest.Opened(ctx)
	must(t, err)
	model := open[len(open)-1]
	c, err := h.Contest.CreateContest(ctx, engine.ContestDraft{Name: scoring.Text{ZH: "别的大赛"}, Event: scoring.Text{ZH: "电工"}})
	must(t, err)
	d, err := h.Contest.CreateDivision(ctx, engine.DivisionDraft{
		Contest: c.ID, Name: scoring.Text{ZH: "组"}, Scheme: model.Scheme, Rules: model.Rules, Panels: model.Panels,
		Theory: &engine.Theory{Module: model.Theory.Module, Sitting: sitting},
	})
	must(t, err)
	must(t, h.Contest.Enter(ctx, d.ID, []engine.Competitor{engine.NewCompetitor("c", "某选手", "某单位", "济南")}))
	h.now = h.now.Add(time.Second)
	must(t, h.Contest.Open(ctx, "visitor", d.ID, 1))
}

// TestEveryKindCanBeSat signs in to the short sitting, and finds every kind of
// question on the seat, a figure that is delivered, a formula and a table.
func TestEveryKindCanBeSat(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	g := h.load(t)
	if len(g.AllKinds) != 3 {
		t.Fatalf("tickets %+v", g.AllKinds)
	}
	login := g.AllKinds[0]
	_, me, err := h.Exam.SignIn(ctx, exam.TicketNo(login.Ticket), login.IDTail)
	must(t, err)
	if me.Candidate.Name != login.Name {
		t.Errorf("%s signs in as %s", login.Name, me.Candidate.Name)
	}
	sitting := h.sittings(t)[1]
	if sitting.Rules.LimitMS != 40*60_000 || sitting.Prepared != 8 || sitting.State != exam.Running {
		t.Errorf("sitting %+v", sitting)
	}
	content, err := h.Bank.Content(ctx, sitting.Papers[0])
	must(t, err)
	shape, err := content.Shape()
	must(t, err)
	kinds, questions := map[bank.Kind]bool{}, 0
	for _, s := range shape.Sections {
		kinds[s.Kind] = true
		questions += len(s.Items)
	}
	if len(kinds) != len(bank.Kinds()) || questions < 20 || questions > 25 || shape.Total != 10000 {
		t.Errorf("%d kinds, %d questions, %d hundredths", len(kinds), questions, shape.Total)
	}
	paper, err := json.Marshal(content.Questions)
	must(t, err)
	for _, sign := range []string{`katex`, `data-figure`, `\u003ctable`, `\u003csub`} {
		if !strings.Contains(string(paper), sign) {
			t.Errorf("the paper shows no %s", sign)
		}
	}
	if len(content.Figures) < 2 {
		t.Errorf("%d figures", len(content.Figures))
	}
}
