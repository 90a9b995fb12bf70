package engine_test

import (
	"testing"
	"time"

	"github.com/xinglu/xinglu/engine"
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
