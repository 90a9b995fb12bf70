package engine_test

import (
	"testing"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
)

// TestADutyTellsThePhase: an officer sees how far the division is by what has
// been done, not by what an organiser has pressed.
func TestADutyTellsThePhase(t *testing.T) {
	t.Parallel()
	c := newCeremony(t, 4)
	is := func(want engine.Phase) {
		t.Helper()
		d, err := c.n.Duty(t.Context(), access.Account{ID: entryCoder, Roles: []access.Role{access.CodingOffice}}, c.id)
		c.must(err)
		if d.Phase != want || d.Status != engine.Running {
			t.Errorf("phase %s, status %s; want %s of a running division", d.Phase, d.Status, want)
		}
	}
	c.drawAll()
	is(engine.PhaseRunning)
	c.markAll()
	c.lockAll()
	is(engine.PhaseLocked)
	c.recheck()
	is(engine.PhaseRechecked)
}
