package engine_test

import (
	"testing"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// An appeal that was upheld is not forgotten: results are final only when a
// correction that names it was signed, or dropped for a reason by the chief
// judge or the arbiter.
func TestAnUpheldAppealIsFollowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	w.now = func() time.Time { return now }
	n := w.node()
	ctx := t.Context()
	id := n.performed(t, 2, func(p *engine.Procedure, _ *scoring.Rules) { p.Appeal.WindowMS = 3_600_000 })
	n.lock(t, id)
	n.rechecked(t, id)
	n.publish(t, id)
	own, err := n.OwnResults(ctx, id, "team_leader")
	must(t, err)
	code := own[0].EntryCode
	must(t, n.FileAppeal(ctx, "team_leader", id, "a", engine.Appeal{Code: code, Text: "请求复查"}))
	must(t, n.RuleAppeal(ctx, "arbiter", id, "r", 1, engine.Upheld, "应予更正"))
	now = now.Add(2 * time.Hour)
	wants(t, "final with nothing done", n.Finalise(ctx, "chief", id, "f1"), engine.ErrAppealUnmet)
	two := 2
	propose := func(key string) {
		t.Helper()
		must(t, n.ProposeCorrection(ctx, "arbiter", id, key, engine.Correction{
			Sheet: engine.SheetID(code + ".P"), Aspect: &scoring.AspectEntry{Aspect: "J", Observation: scoring.Observation{Level: &two}},
			Reason: "依据裁决", Source: engine.FromAppeal, Appeal: 1,
		}))
	}
	propose("c1")
	wants(t, "final while the correction waits", n.Finalise(ctx, "chief", id, "f2"), engine.ErrCorrectionOpen)
	must(t, n.DropCorrection(ctx, "arbiter", id, "d1", 1, ""))
	wants(t, "final after a drop that says nothing", n.Finalise(ctx, "chief", id, "f3"), engine.ErrAppealUnmet)
	propose("c2")
	must(t, n.DropCorrection(ctx, "supervisor", id, "d2", 2, "有误"))
	wants(t, "final after a drop by the supervisor", n.Finalise(ctx, "chief", id, "f4"), engine.ErrAppealUnmet)
	propose("c3")
	must(t, n.DropCorrection(ctx, "arbiter", id, "d3", 3, "复核后与原判定一致，无须更正"))
	list, err := n.Corrections(ctx, id)
	must(t, err)
	if list[0].Why != "复核后与原判定一致，无须更正" {
		t.Errorf("the drop says %q", list[0].Why)
	}
	must(t, n.Finalise(ctx, "chief", id, "f5"))
}

// What two have signed is not overwritten by marks that come from elsewhere
// afterwards: these are kept and shown, and count by another correction only.
func TestAnImportAfterACorrection(t *testing.T) {
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
	res, err := n.Results(ctx, id)
	must(t, err)
	code := res.Standings[0].Code
	value := func(v scoring.Marks) engine.Correction {
		return engine.Correction{Code: code, Module: "T", Value: &scoring.Value{State: scoring.HasValue, Marks: v}}
	}
	part := func(want scoring.Marks) {
		t.Helper()
		res, err := n.Results(ctx, id)
		must(t, err)
		for _, st := range res.Standings {
			for _, p := range st.Parts {
				if st.Code == code && p.Module == "T" && (p.Marks == nil || *p.Marks != want) {
					t.Errorf("theory is %+v, want %d", p, want)
				}
			}
		}
	}
	n.correct(t, id, "one", value(7500))
	theory(3, 8000)
	theory(2, 6000)
	part(7500)
	list, err := n.Corrections(ctx, id)
	must(t, err)
	if v := list[0].Later; v == nil || *v != scoring.Of(8000) {
		t.Errorf("what came later is %v", v)
	}
	n.correct(t, id, "two", value(8000))
	part(8000)
	if list, err = n.Corrections(ctx, id); err != nil || list[0].Later != nil || list[1].Later != nil {
		t.Errorf("%+v, %v", list, err)
	}
}

// Where the leader signs, a change that leaves sheets without one is refused,
// as at the opening.
func TestALeaderIsReplacedByOne(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court(signed, func(d *engine.DivisionDraft) {
		d.Procedure.Signing.Leader = true
		d.Panels[0].Judges[0].Leader = true
	})
	change := func(leader bool) error {
		in := engine.PanelJudge{Judge: "j4", Unit: "别处", Leader: leader}
		return c.ChangePanel(t.Context(), chief, c.id, c.next(), engine.PanelChange{Module: "P", Out: "j1", In: &in, Why: "生病"})
	}
	err := change(false)
	c.want("nobody leads", err, engine.ErrPanelShort)
	if f := fault.As(err).Fields; len(f) == 0 || f[0].Code != "leader_missing" {
		t.Errorf("fields %+v", f)
	}
	c.must(change(true))
	c.same()
}
