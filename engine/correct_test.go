package engine_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/scoring"
)

// Each kind of correction can be tried out, and leaves no trace.
func TestEveryKindOfCorrectionIsPreviewed(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court()
	ctx := t.Context()
	people, err := c.Competitors(ctx, c.id)
	c.must(err)
	for _, p := range people {
		c.must(c.ImportPart(ctx, "exam", c.id, engine.Import{Competitor: p.ID, Module: "T", Value: scoring.Of(5000), Source: "attempt/" + string(p.ID), Revision: 1}))
	}
	sheet := c.settle()[0]
	c.must(c.lock())
	before, err := c.Results(ctx, c.id)
	c.must(err)
	code := before.Standings[0].Code
	for _, x := range []struct {
		name string
		c    engine.Correction
	}{
		{"aspect", engine.Correction{Sheet: sheet, Aspect: &scoring.AspectEntry{Aspect: "J", Observation: level(0)}}},
		{"theory", engine.Correction{Code: code, Module: "T", Value: &scoring.Value{State: scoring.HasValue, Marks: 9000}}},
		{"zeroing", engine.Correction{Code: code, Zeroing: &scoring.Zeroing{Rule: "phone"}}},
	} {
		x.c.Reason, x.c.Source = "复查", engine.FromError
		shifts, err := c.PreviewCorrection(ctx, chief, c.id, x.c)
		c.must(err)
		if len(shifts) == 0 {
			t.Errorf("%s: nobody moves", x.name)
		}
		after, err := c.Results(ctx, c.id)
		c.must(err)
		if diff := cmp.Diff(before, after, cmpopts.IgnoreUnexported(engine.Standing{})); diff != "" {
			t.Errorf("%s: the preview stays (-before +after):\n%s", x.name, diff)
		}
	}
}

// A board that hides amounts until the end hides times too: neither its order
// nor an explanation follows from them.
func TestHiddenBoardTellsNoTimes(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court(func(d *engine.DivisionDraft) {
		d.Board.Live = false
		d.Rules.TieChain = []scoring.TieStep{{By: scoring.TieTime, Name: text("用时")}}
	})
	list := c.sheets(t, c.id, "j1")
	for i, s := range list {
		at := engine.Address{Layer: engine.LayerStation, Code: s.Code, Module: "P"}
		c.must(c.RecordTime(t.Context(), chief, c.id, c.next(), at, int64(1000*(len(list)-i)), engine.TimeOfChief, "秒表"))
	}
	x, err := c.Why(t.Context(), c.id, list[0].Code, list[1].Code)
	c.must(err)
	if x.Step != -1 || x.Ahead != "" {
		t.Errorf("a hidden board explains %+v", x)
	}
	c.w.publicRows(c.id)
	snap, err := c.w.bus.Snapshot(t.Context(), engine.PublicChannel(c.id))
	c.must(err)
	for i, r := range snap.Rows {
		if r.ID != list[i].Code {
			t.Errorf("line %d is %s, want the order of codes", i, r.ID)
		}
	}
}
