package engine_test

import (
	"encoding/json"
	"testing"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/scoring"
)

// TestJudgesHearOfDraws: what a draw gives judges to mark is in their lists
// without a reload.
func TestJudgesHearOfDraws(t *testing.T) {
	t.Parallel()
	c := newCeremony(t, 4)
	channel := engine.JuryChannel(c.id)
	from, err := c.w.bus.Position(t.Context(), channel)
	c.must(err)
	heard := func() (news []engine.SheetNews) {
		t.Helper()
		var pubs []live.Publication
		var ok bool
		pubs, from, ok, err = c.w.bus.Since(t.Context(), channel, from)
		c.must(err)
		if !ok {
			t.Fatal("news were lost")
		}
		for _, p := range pubs {
			c.must(json.Unmarshal(p.Data, &news))
		}
		return news
	}
	v := c.announce(engine.DrawRequest{Layer: engine.LayerEntry})
	c.word(v)
	if n := heard(); len(n) != 0 {
		t.Errorf("before anything is drawn judges hear %+v", n)
	}
	_, err = c.n.HoldDraw(t.Context(), coderOf(v.Layer), c.id, v.Draw, c.key())
	c.must(err)
	for _, req := range []engine.DrawRequest{
		{Layer: engine.LayerStation},
		{Layer: engine.LayerWork, Modules: []scoring.ModuleID{"B"}, Statement: "模块B已结束，作品收齐"},
	} {
		heard()
		c.draw(req)
		if n := heard(); len(n) != 1 || n[0].Judge != "" || n[0].Sheet.ID != "" {
			t.Errorf("after the draw of %ss judges hear %+v, want to be told to look again", req.Layer, n)
		}
	}
}
