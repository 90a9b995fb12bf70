package web_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/web"
)

// The desk of draws says who waits for which code, and names nobody but the
// supervisors who may witness.
func TestDrawDesk(t *testing.T) {
	t.Parallel()
	h := newWorld(t).layered()
	look := func() web.DrawDeskView {
		var d web.DrawDeskView
		h.people["coder_station"].get(h.path("/draw-desk")).want(200).into(&d)
		return d
	}
	before := look()
	want := []engine.DrawWaiting{{Layer: "entry", People: 5}, {Layer: "station", Module: "A"}, {Layer: "station", Module: "B"}, {Layer: "work", Module: "B"}}
	if diff := cmp.Diff(want, before.Waiting); diff != "" {
		t.Error(diff)
	}
	if got := before.Layers; !cmp.Equal(got, []engine.Layer{"entry", "station", "work"}) {
		t.Errorf("layers %v", got)
	}
	if len(before.Modules) != 2 || before.Modules[0].Work || !before.Modules[1].Work || before.Names[string(h.account0("the_supervisor"))] == "" {
		t.Errorf("%+v", before)
	}
	h.draw("entry", nil)
	want[0].People, want[1].People, want[2].People = 0, 5, 5
	if diff := cmp.Diff(want, look().Waiting); diff != "" {
		t.Error(diff)
	}
	h.people["the_call"].get(h.path("/draw-desk")).problem(403, "forbidden")
}
