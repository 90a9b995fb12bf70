package engine_test

import (
	"testing"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/scoring"
)

// An absence and a time that were recorded in error are corrected by two after
// the recheck, and a preview leaves everything as it was.
func TestAbsenceAndTimeAreCorrected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ctx := t.Context()
	id := n.performedBy(t, 4, func(*scoring.Scheme) {}, func(int) bool { return true })
	code := n.sheets(t, id, "j1")[0].Code
	at := engine.Address{Layer: engine.LayerStation, Code: code, Module: "P"}
	must(t, n.RecordTime(ctx, "chief", id, "time", at, 5000, engine.TimeOfChief, "秒表"))
	must(t, n.RecordAbsence(ctx, "chief", id, "away", engine.Absentee{Layer: at.Layer, Code: code, Modules: []scoring.ModuleID{"P"}, Desk: true}))
	n.lock(t, id)
	n.rechecked(t, id)
	state := func(n node) (scoring.Marks, bool, int64) {
		t.Helper()
		res, err := n.Results(ctx, id)
		must(t, err)
		work, err := n.DeskSheet(ctx, id, engine.SheetID(code+".P"))
		must(t, err)
		for _, st := range res.Standings {
			if st.Code == code {
				ms := work.Times[len(work.Times)-1].MS
				if st.Total == nil {
					return 0, true, ms
				}
				return *st.Total, false, ms
			}
		}
		t.Fatalf("no standing of %s", code)
		return 0, false, 0
	}
	back := engine.Correction{Code: code, Module: "P", Absence: engine.AbsenceWithdrawn, Reason: "误记缺考", Source: engine.FromError}
	before, _, _ := state(n)
	shifts, err := n.PreviewCorrection(ctx, "chief", id, back)
	if now, _, _ := state(n); err != nil || len(shifts) == 0 || now != before {
		t.Errorf("preview %+v, %v; total %d, was %d", shifts, err, now, before)
	}
	away := back
	away.Absence = engine.AbsenceRecorded
	wants(t, "absent already", n.ProposeCorrection(ctx, "chief", id, "again", away), engine.ErrNothing)
	away.Absence = "perhaps"
	wants(t, "no such change", n.ProposeCorrection(ctx, "chief", id, "again", away), engine.ErrContest)
	wrong := int64(-1)
	wants(t, "no such time", n.ProposeCorrection(ctx, "chief", id, "again", engine.Correction{Code: code, Module: "P", TimeMS: &wrong, Reason: "x", Source: engine.FromError}), engine.ErrTime)
	n.correct(t, id, "back", back)
	total, _, _ := state(n)
	if total <= before {
		t.Errorf("total %d after the absence was taken back, %d before", total, before)
	}
	ms := int64(7000)
	n.correct(t, id, "time", engine.Correction{Code: code, Module: "P", TimeMS: &ms})
	if _, _, got := state(n); got != ms {
		t.Errorf("time %d", got)
	}
	if again, _, got := state(w.node()); again != total || got != ms {
		t.Errorf("folded anew: total %d, time %d", again, got)
	}
	n.correct(t, id, "away", engine.Correction{Code: code, Module: "P", Absence: engine.AbsenceRecorded})
	if now, _, _ := state(n); now != before {
		t.Errorf("total %d after the absence was recorded, want %d", now, before)
	}
}
