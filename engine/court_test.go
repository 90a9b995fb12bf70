package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// court is an open division with everybody who acts at its desk.
type court struct {
	node
	w   *world
	t   *testing.T
	id  engine.DivisionID
	key int
	now time.Time // of the node's clock
}

// The people of a court.
const (
	chief, deputy, super     = access.AccountID("chief"), access.AccountID("deputy"), access.AccountID("super")
	tab1, tab2, tab3, caller = access.AccountID("tab1"), access.AccountID("tab2"), access.AccountID("tab3"), access.AccountID("caller")
	floor                    = access.AccountID("floor")
)

// court opens a division of four competitors and two judges, j1 and j2, with
// j3 as spare. The rules let the chief judge decide; the scheme has rules of
// zeroing and a ladder.
func (w *world) court(change ...func(*engine.DivisionDraft)) *court {
	w.t.Helper()
	c := &court{w: w, t: w.t, now: time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)}
	w.now = func() time.Time { return c.now }
	c.node = w.node()
	head, err := c.CreateContest(w.t.Context(), engine.ContestDraft{Name: text("大赛"), Event: text("电工"), Organiser: "组委会"})
	if err != nil {
		w.t.Fatal(err)
	}
	d := deskDraft(head.ID)
	for _, f := range change {
		f(&d)
	}
	div, err := c.CreateDivision(w.t.Context(), d)
	if err != nil {
		w.t.Fatal(err)
	}
	c.id = div.ID
	var list []engine.Competitor
	for i := range 4 {
		list = append(list, engine.Competitor{
			Candidate: exam.CandidateID(fmt.Sprintf("cand%d", i)), Name: fmt.Sprintf("选手%d", i), Unit: fmt.Sprintf("单位%d", i), City: "济南",
		})
	}
	if err := c.Enter(w.t.Context(), c.id, list); err != nil {
		w.t.Fatal(err)
	}
	c.open(w.t, c.id)
	return c
}

func deskDraft(contest engine.ContestID) engine.DivisionDraft {
	s, r := scheme(), rules(2)
	s.Zeroing = []scoring.ZeroRule{{ID: "phone", Label: text("携带通信设备"), Scope: scoring.ZeroWhole}}
	s.Modules[1].Zeroing = []scoring.ZeroRule{{ID: "prefab", Label: text("使用预制文件"), Scope: scoring.ZeroModule}}
	s.Violations = []scoring.Violation{{ID: "noise", Label: text("干扰他人"), Ladder: []scoring.Sanction{
		{Kind: scoring.SanctionWarning}, {Kind: scoring.SanctionDeduct, Marks: 500}, {Kind: scoring.SanctionDisqualify},
	}}}
	r.Panel.MinJudges = 1
	for k, a := range r.Agreement {
		a.ChiefDecides = true
		r.Agreement[k] = a
	}
	panel := judges(3)
	panel[2].Spare = true
	p := engine.OrdinaryProcedure()
	return engine.DivisionDraft{
		Contest: contest, Name: text("职工组"), Scheme: s, Rules: r, Procedure: &p, Panels: []engine.Panel{{Module: "P", Judges: panel}},
		Board: engine.BoardPolicy{Live: true, Units: true},
		Officers: []engine.Officer{
			{Office: engine.OfficeChief, Account: chief}, {Office: engine.OfficeDeputy, Account: deputy}, {Office: engine.OfficeSupervisor, Account: super},
			{Office: engine.OfficeTabulator, Account: tab1}, {Office: engine.OfficeTabulator, Account: tab2}, {Office: engine.OfficeTabulator, Account: tab3},
			{Office: engine.OfficeCallRoom, Account: caller}, {Office: engine.OfficeFloor, Account: floor},
		},
	}
}

// signed makes every judge sign.
func signed(d *engine.DivisionDraft) { d.Procedure.Signing.Judges = true }

// next is a fresh idempotency key.
func (c *court) next() string { c.key++; return fmt.Sprint("key", c.key) }

// mark hands a sheet in and returns the judge's view of it.
func (c *court) mark(j access.AccountID, sheet engine.SheetID, level int, points scoring.Marks) engine.SheetView {
	c.t.Helper()
	if _, err := c.submit(c.t, c.id, j, c.view(j, sheet).SheetBrief, entries(level, points), func(s *engine.Submission) { s.Key = c.next() }); err != nil {
		c.t.Fatalf("%s marks %s: %v", j, sheet, err)
	}
	return c.view(j, sheet)
}

func (c *court) view(j access.AccountID, sheet engine.SheetID) engine.SheetView {
	c.t.Helper()
	v, err := c.Sheet(c.t.Context(), j, c.id, sheet)
	if err != nil {
		c.t.Fatal(err)
	}
	return v
}

// ids are the sheets that the judge has, in the order of codes.
func (c *court) ids(j access.AccountID) (out []engine.SheetID) {
	c.t.Helper()
	for _, s := range c.sheets(c.t, c.id, j) {
		out = append(out, s.ID)
	}
	return out
}

// agree lets the panel mark a sheet alike.
func (c *court) agree(sheet engine.SheetID) {
	c.t.Helper()
	c.mark("j1", sheet, 2, 300)
	c.mark("j2", sheet, 2, 300)
}

func (c *court) desk() engine.Desk {
	c.t.Helper()
	d, err := c.Desk(c.t.Context(), c.id)
	if err != nil {
		c.t.Fatal(err)
	}
	return d
}

// row is a sheet at the desk.
func (c *court) row(sheet engine.SheetID) engine.DeskSheet {
	c.t.Helper()
	d, err := c.DeskSheet(c.t.Context(), c.id, sheet)
	if err != nil {
		c.t.Fatal(err)
	}
	return d
}

// standing is the jury's line of a code.
func (c *court) standing(code string) engine.Standing {
	c.t.Helper()
	r, err := c.Results(c.t.Context(), c.id)
	if err != nil {
		c.t.Fatal(err)
	}
	i := slices.IndexFunc(r.Standings, func(s engine.Standing) bool { return s.Code == code })
	if i < 0 {
		c.t.Fatalf("no standing of %s", code)
	}
	return r.Standings[i]
}

// want fails unless the error is the wanted one, or none.
func (c *court) want(what string, err error, want *fault.Error) {
	c.t.Helper()
	if want == nil && err != nil || want != nil && !errors.Is(err, want) {
		c.t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// must fails at once on an error.
func (c *court) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// settle agrees and signs every sheet, and returns their ids.
func (c *court) settle() []engine.SheetID {
	c.t.Helper()
	all := c.ids("j1")
	for _, s := range all {
		c.agree(s)
	}
	for _, j := range []access.AccountID{"j1", "j2"} {
		c.signAll(j)
	}
	return all
}

// signAll signs everything that is wanted of the judge.
func (c *court) signAll(j access.AccountID) {
	c.t.Helper()
	var list []engine.Agreement
	for _, s := range c.sheets(c.t, c.id, j) {
		if s.ToSign != "" {
			list = append(list, engine.Agreement{Sheet: s.ID, Digest: s.ToSign})
		}
	}
	if len(list) > 0 {
		c.must(c.Sign(c.t.Context(), j, c.id, c.next(), list))
	}
}

// lock locks the practical module as the desk shows it.
func (c *court) lock() error {
	c.t.Helper()
	return c.LockModule(c.t.Context(), chief, c.id, c.next(), "P", c.desk().Modules[0].Digest)
}

// same fails unless a node that has seen nothing folds to the same desk and
// results.
func (c *court) same() {
	c.t.Helper()
	sameFold(c.t, c.node, c.w.node(), c.id)
}
