package engine_test

import (
	"testing"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/scoring/quality"
)

// What judges did can be looked at while they mark; groups of competitors only
// when it may be known whose code is whose.
func TestQualityOfJudges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	id := n.performed(t, 6)
	r, err := n.Quality(t.Context(), "chief", id, quality.Config{Seed: 1})
	must(t, err)
	if len(r.Judges) != 1 || r.Judges[0].Marks != 12 || len(r.Aspects) != 2 {
		t.Errorf("report %+v", r)
	}
}

func TestHonoursNeedAPublication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	id := n.performed(t, 6)
	_, err := n.Awards(t.Context(), id)
	wants(t, "before the publication", err, engine.ErrPhase)
	n.lock(t, id)
	n.rechecked(t, id)
	p := n.publish(t, id)
	h, err := n.Awards(t.Context(), id)
	must(t, err)
	if h.Version != p.Version || len(h.Lines) != 6 || len(h.Allocation.Awards) != 0 {
		t.Errorf("honours without rules of awards: %+v", h)
	}
}
