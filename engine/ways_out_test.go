package engine_test

import (
	"errors"
	"testing"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

// sanctioned gives a scheme every way in which conduct is punished.
func sanctioned(s *scoring.Scheme) {
	s.Zeroing = []scoring.ZeroRule{{ID: "phone", Label: text("携带通信设备"), Scope: scoring.ZeroWhole}}
	s.Violations = []scoring.Violation{
		{ID: "cheat", Label: text("作弊"), Ladder: []scoring.Sanction{{Kind: scoring.SanctionDisqualify}}},
		{ID: "noise", Label: text("干扰他人"), Ladder: []scoring.Sanction{{Kind: scoring.SanctionDeduct, Marks: 100}}},
	}
}

// correct proposes a correction as the chief judge and signs it as the
// supervisor.
func (n node) correct(t *testing.T, id engine.DivisionID, key string, c engine.Correction) {
	t.Helper()
	c.Reason, c.Source = "复核发现", engine.FromError
	must(t, n.ProposeCorrection(t.Context(), "chief", id, "propose/"+key, c))
	list, err := n.Corrections(t.Context(), id)
	must(t, err)
	must(t, n.SignCorrection(t.Context(), "supervisor", id, "sign/"+key, list[0].No))
}

// The organiser does not do alone what the chief judge and the supervisor do
// together: being final shows names.
func TestTheOrganiserMakesNothingFinalAlone(t *testing.T) {
	t.Parallel()
	c := newCeremony(t, 4)
	must(t, c.n.SetStatus(t.Context(), "org", c.id, engine.Review))
	wants(t, "final by the organiser", c.n.SetStatus(t.Context(), "org", c.id, engine.Final), engine.ErrStatus)
	if known, err := c.n.NamesKnown(t.Context(), c.id); err != nil || known {
		t.Errorf("names are known: %v, %v", known, err)
	}
	must(t, c.n.SetStatus(t.Context(), "org", c.id, engine.Running))

	n := newWorld(t).node()
	id := n.performed(t, 2)
	must(t, n.SetStatus(t.Context(), "org", id, engine.Review))
	wants(t, "final beside a chief judge", n.SetStatus(t.Context(), "org", id, engine.Final), engine.ErrStatus)
}

// Who was disqualified before anybody marked keeps nothing from going on.
func TestOneDisqualifiedWithoutMarks(t *testing.T) {
	t.Parallel()
	n := newWorld(t).node()
	ctx := t.Context()
	id := n.performedBy(t, 4, sanctioned, func(i int) bool { return i != 1 })
	out := n.sheets(t, id, "j1")[1]
	must(t, n.RecordViolation(ctx, "chief", id, "v", engine.Address{Layer: engine.LayerStation, Code: out.Code, Module: "P"}, "cheat", "替考", true))
	n.lock(t, id)
	n.rechecked(t, id)
	p := n.publish(t, id)
	if len(p.Lines) != 4 {
		t.Fatalf("%d lines", len(p.Lines))
	}
	for _, l := range p.Lines {
		if l.Disqualified != (l.Rank == nil) {
			t.Errorf("line %+v", l)
		}
	}
}

// A module that is zeroed may be locked without a work: there is then no code
// by which the work could be checked again, and the recheck ends without it.
func TestRecheckWithoutAWork(t *testing.T) {
	t.Parallel()
	c := newCeremony(t, 4, func(d *engine.DivisionDraft) {
		sanctioned(&d.Scheme)
		d.Scheme.Zeroing[0].Scope = scoring.ZeroModule
		d.Procedure.Recheck = scoring.RecheckRule{TopShareBP: 10000, SampleShareBP: 10000}
	})
	ctx := t.Context()
	c.draw(engine.DrawRequest{Layer: engine.LayerEntry, Method: engine.ByMachine})
	c.draw(engine.DrawRequest{Layer: engine.LayerStation, Method: engine.ByMachine})
	station := c.n.sheets(t, c.id, "j1")[0]
	must(t, c.n.RecordZeroing(ctx, chief, c.id, "zero", engine.Address{Layer: engine.LayerStation, Code: station.Code, Module: "B"}, "phone", "没有作品"))
	c.draw(engine.DrawRequest{
		Layer: engine.LayerWork, Method: engine.ByMachine, Modules: []scoring.ModuleID{"B"}, Statement: "作品收齐", Absent: []string{station.Code},
	})
	for _, s := range c.n.sheets(t, c.id, "j1") {
		e := entries(2, 100)
		if s.Module == "B" {
			points := scoring.Marks(500)
			e = []scoring.AspectEntry{{Aspect: "K", Observation: scoring.Observation{Points: &points}}}
		}
		_, err := c.n.submit(t, c.id, "j1", s, e, func(x *engine.Submission) { x.CodeTail = s.Code[len(s.Code)-2:] })
		must(t, err)
	}
	people, err := c.n.Competitors(ctx, c.id)
	must(t, err)
	for _, p := range people {
		must(t, c.n.ImportPart(ctx, "exam", c.id, engine.Import{Competitor: p.ID, Module: "T", Value: scoring.Of(7000), Source: "attempt/" + string(p.ID), Revision: 1}))
	}
	desk, err := c.n.Desk(ctx, c.id)
	must(t, err)
	for _, m := range desk.Modules {
		must(t, c.n.LockModule(ctx, chief, c.id, "lock/"+string(m.Module), m.Module, m.Digest))
	}
	must(t, c.n.DrawRecheck(ctx, super, c.id, "draw", seed))
	v, err := c.n.Recheck(ctx, c.id)
	must(t, err)
	for _, s := range v.Sheets {
		must(t, c.n.CheckSheet(ctx, super, c.id, "check/"+string(s.Sheet), s.Sheet, engine.CheckFine, ""))
	}
	must(t, c.n.CloseRecheck(ctx, super, c.id, "close"))
}

// What two have corrected nobody takes back alone; two can, and a violation
// that was recorded in error too.
func TestConductIsCorrectedByTwo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ctx := t.Context()
	id := n.performedBy(t, 4, sanctioned, func(int) bool { return true })
	sheets := n.sheets(t, id, "j1")
	must(t, n.RecordViolation(ctx, "chief", id, "v", engine.Address{Layer: engine.LayerStation, Code: sheets[0].Code, Module: "P"}, "noise", "喧哗", true))
	n.lock(t, id)
	total := func(code string) scoring.Marks {
		t.Helper()
		res, err := n.Results(ctx, id)
		must(t, err)
		for _, st := range res.Standings {
			if st.Code == code && st.Total != nil {
				return *st.Total
			}
		}
		t.Fatalf("no total of %s", code)
		return 0
	}
	record := func(code string) int64 {
		t.Helper()
		work, err := n.DeskSheet(ctx, id, engine.SheetID(code+".P"))
		must(t, err)
		return work.Conducts[len(work.Conducts)-1].Seq
	}
	before := total(sheets[0].Code)
	violation := record(sheets[0].Code)
	shifts, err := n.PreviewCorrection(ctx, "chief", id, engine.Correction{Conduct: violation, Reason: "误记", Source: engine.FromError})
	if err != nil || len(shifts) == 0 || total(sheets[0].Code) != before {
		t.Errorf("preview %+v, %v", shifts, err)
	}
	n.correct(t, id, "back", engine.Correction{Conduct: violation})
	if after := total(sheets[0].Code); after != before+1000 { // 1.00 of 10 in 100
		t.Errorf("%v after the violation was taken back, %v before", after, before)
	}
	wants(t, "taking it back twice", n.ProposeCorrection(ctx, "chief", id, "twice", engine.Correction{Conduct: violation, Reason: "再来", Source: engine.FromError}), engine.ErrNothing)

	n.correct(t, id, "zero", engine.Correction{Code: sheets[1].Code, Zeroing: &scoring.Zeroing{Rule: "phone"}})
	if got := total(sheets[1].Code); got != 0 {
		t.Errorf("%v after the zeroing", got)
	}
	corrections, err := n.Corrections(ctx, id)
	must(t, err)
	asked, err := n.AskUnlock(ctx, "chief", id, "ask", "P", "", "再看一次")
	must(t, err)
	must(t, n.GrantUnlock(ctx, "supervisor", id, "grant", asked))
	// The correction's record is the one that signed it: try all.
	for seq := int64(1); seq < 60; seq++ {
		err := n.WithdrawConduct(ctx, "chief", id, "w"+string(rune(seq)), seq, "我说不算")
		if err == nil {
			t.Errorf("the chief judge took record %d back alone; corrections %+v", seq, corrections)
		}
	}
	if _, err := w.node().Results(ctx, id); err != nil {
		t.Fatal(err)
	}
}

// A value that no total can be added up from is never stored.
func TestAValueThatIsNone(t *testing.T) {
	t.Parallel()
	n := newWorld(t).node()
	ctx := t.Context()
	id := n.performedBy(t, 2, func(s *scoring.Scheme) {
		s.Modules = append(s.Modules, scoring.Module{ID: "T", Name: text("理论"), Max: 10000, Source: scoring.SourceImported, SubCriteria: []scoring.SubCriterion{}})
	}, func(int) bool { return true })
	n.lock(t, id)
	code := n.sheets(t, id, "j1")[0].Code
	for _, v := range []scoring.Value{{State: scoring.DidNotStart, Marks: 5}, {State: scoring.Blank, Marks: 1}, {State: "odd"}, {}, scoring.Of(-1), scoring.Of(10001)} {
		c := engine.Correction{Code: code, Module: "T", Value: &v, Reason: "更正", Source: engine.FromError}
		wants(t, string(v.State), n.ProposeCorrection(ctx, "chief", id, "k", c), engine.ErrContest)
	}
	for name, c := range map[string]engine.Correction{
		"theory": {Code: code, Module: "T", Value: &scoring.Value{State: scoring.HasValue, Marks: 8000}},
		"nobody": {Code: code, Module: "T", Value: &scoring.Value{State: scoring.DidNotStart}},
	} {
		c.Reason, c.Source = "更正", engine.FromError
		_, err := n.PreviewCorrection(ctx, "chief", id, c) // a preview is undone, whatever it is of
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	people, err := n.Competitors(ctx, id)
	must(t, err)
	err = n.ImportPart(ctx, "exam", id, engine.Import{Competitor: people[0].ID, Module: "T", Value: scoring.Value{State: scoring.DidNotStart, Marks: 5}, Source: "x", Revision: 1})
	wants(t, "an import", err, scoring.ErrModules)
}

// Marks that come again from elsewhere after the publication are not final
// before they are published.
func TestNothingUnpublishedBecomesFinal(t *testing.T) {
	t.Parallel()
	n := newWorld(t).node()
	ctx := t.Context()
	id := n.performedBy(t, 2, func(s *scoring.Scheme) {
		s.Modules = append(s.Modules, scoring.Module{ID: "T", Name: text("理论"), Max: 10000, Source: scoring.SourceImported, SubCriteria: []scoring.SubCriterion{}})
	}, func(int) bool { return true })
	people, err := n.Competitors(ctx, id)
	must(t, err)
	theory := func(revision int64, m scoring.Marks) {
		t.Helper()
		for _, p := range people {
			must(t, n.ImportPart(ctx, "exam", id, engine.Import{Competitor: p.ID, Module: "T", Value: scoring.Of(m), Source: "a/" + string(p.ID), Revision: revision}))
		}
	}
	theory(1, 7000)
	n.lock(t, id)
	n.rechecked(t, id)
	n.publish(t, id)
	theory(2, 8000)
	time.Sleep(2 * time.Millisecond)
	wants(t, "final with marks that nobody has seen", n.Finalise(ctx, "chief", id, "f1"), engine.ErrCorrectionOpen)
	n.publish(t, id)
	time.Sleep(2 * time.Millisecond)
	must(t, n.Finalise(ctx, "chief", id, "f2"))
}

// Who keeps codes marks nothing, also when panels and offices change on the
// way.
func TestCustodiansStayApartOnTheWay(t *testing.T) {
	t.Parallel()
	c := newCeremony(t, 4)
	ctx := t.Context()
	in := engine.PanelJudge{Judge: entryCoder, Unit: "编码单位"}
	err := c.n.ChangePanel(ctx, chief, c.id, "in", engine.PanelChange{Module: "A", Out: "j1", In: &in, Why: "生病"})
	wants(t, "a custodian on a panel", err, engine.ErrContest)
	for who, office := range map[access.AccountID]engine.Office{"j1": engine.OfficeEntryCoder, entryCoder: engine.OfficeSupervisor} {
		err := c.n.ChangeOffice(ctx, "org", c.id, "o/"+string(who), engine.Officer{Office: office, Account: who}, true, "缺人")
		if !errors.Is(err, engine.ErrContest) {
			t.Errorf("%s as %s: %v", who, office, err)
		}
	}
}
