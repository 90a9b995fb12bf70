package engine_test

import (
	"testing"

	"github.com/xinglu/xinglu/engine"
)

// TestCorrectable: who proposes corrections learns of no sheet before the
// lock, and whose a sheet is only when every layer is open.
func TestCorrectable(t *testing.T) {
	t.Parallel()
	c := newCeremony(t, 4, func(d *engine.DivisionDraft) {
		d.Officers = append(d.Officers, engine.Officer{Office: engine.OfficeArbiter, Account: "arbiter"})
	})
	ctx := t.Context()
	all := func() engine.Correctable {
		t.Helper()
		x, err := c.n.Correctable(ctx, c.id)
		c.must(err)
		return x
	}
	c.drawAll()
	sheet := c.n.sheets(t, c.id, "j1")[0].ID
	if x := all(); len(x.Sheets) != 0 || len(x.Modules) != 3 {
		t.Errorf("before the lock %d sheets, %d modules", len(x.Sheets), len(x.Modules))
	}
	_, err := c.n.CorrectableSheet(ctx, "arbiter", c.id, sheet)
	wantError(t, "before the lock", err, engine.ErrPhase)
	c.markAll()
	c.lockAll()
	x := all()
	if len(x.Sheets) != 8 {
		t.Errorf("%d sheets, want those of 4 people in 2 modules", len(x.Sheets))
	}
	for _, s := range x.Sheets {
		if s.Of != "" {
			t.Errorf("%s is tied to %s before decryption", s.Sheet, s.Of)
		}
	}
	_, err = c.n.CorrectableSheet(ctx, caller, c.id, sheet)
	wantError(t, "the call room", err, engine.ErrOffice)
	v, err := c.n.CorrectableSheet(ctx, "arbiter", c.id, sheet)
	c.must(err)
	if len(v.Aspects) == 0 || len(v.Aspects) != len(v.Module.Aspects()) {
		t.Errorf("the sheet has %d amounts of %d aspects", len(v.Aspects), len(v.Module.Aspects()))
	}
	c.recheck()
	for _, l := range []engine.Layer{engine.LayerWork, engine.LayerStation, engine.LayerEntry} {
		_, err := c.n.AskLayer(ctx, coderOf(l), c.id, l, c.key())
		c.must(err)
		_, err = c.n.OpenLayer(ctx, super, c.id, l, c.key())
		c.must(err)
	}
	of := map[string]int{}
	for _, s := range all().Sheets {
		of[string(s.Of)]++
	}
	if len(of) != 4 || of[""] != 0 {
		t.Errorf("sheets by entry code %v, want two of each", of)
	}
}
