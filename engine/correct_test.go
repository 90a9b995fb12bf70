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

// An answer that was lost is asked for again with the same key, also when the
// results have changed since.
func TestProposalAgainWithItsKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ctx := t.Context()
	id := n.performed(t, 3)
	n.lock(t, id)
	n.rechecked(t, id)
	first := n.publish(t, id)
	must(t, n.ProposePublication(ctx, "chief", id, "publish0", "")) // the key of the first
	wants(t, "the key with another note", n.ProposePublication(ctx, "chief", id, "publish0", "另一说明"), engine.ErrKeyReused)
	desk, err := n.Publications(ctx, id)
	must(t, err)
	if desk.Proposed != nil || len(desk.Versions) != 1 || desk.Versions[0].Digest != first.Digest {
		t.Errorf("after the replay: %+v", desk)
	}
}

// The exam delivers until it is told that the marks are there: one that was
// not told before the results became final is told afterwards.
func TestImportAgainAfterTheEnd(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court(func(d *engine.DivisionDraft) { d.Officers = nil }) // a small contest
	people, err := c.Competitors(t.Context(), c.id)
	c.must(err)
	in := engine.Import{Competitor: people[0].ID, Module: "T", Value: scoring.Of(5000), Source: "attempt/1", Revision: 1}
	c.must(c.ImportPart(t.Context(), "exam", c.id, in))
	for _, to := range []engine.Status{engine.Review, engine.Final} {
		c.must(c.SetStatus(t.Context(), "org", c.id, to))
	}
	c.must(c.ImportPart(t.Context(), "exam", c.id, in))
	in.Revision = 2
	c.want("another after the end", c.ImportPart(t.Context(), "exam", c.id, in), engine.ErrNotRunning)
}

// Who is disqualified needs no marks for the lock, nor for the publication:
// there is no rank that they could change.
func TestDisqualifiedWithoutMarksIsPublished(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ctx := t.Context()
	id := n.performed(t, 3)
	sheet := n.sheets(t, id, "j1")[0]
	asked, err := n.AskUnlock(ctx, "chief", id, "ask", "P", sheet.ID, "串通")
	must(t, err)
	must(t, n.GrantUnlock(ctx, "supervisor", id, "grant", asked)) // nothing counts now
	at := engine.Address{Layer: engine.LayerStation, Code: sheet.Code, Module: "P"}
	must(t, n.RecordViolation(ctx, "chief", id, "v", at, "collusion", "", true))
	n.lock(t, id)
	n.rechecked(t, id)
	p := n.publish(t, id)
	if last := p.Lines[2]; !last.Disqualified || last.Rank != nil || last.EntryCode != sheet.Code {
		t.Errorf("the last line is %+v", last)
	}
}
