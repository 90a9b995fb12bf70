package engine_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// keying keys j1's paper for the sheet in.
func (c *court) keyIn(by access.AccountID, sheet engine.SheetID, e []scoring.AspectEntry, change ...func(*engine.Keyed)) (engine.KeyedResult, error) {
	k := engine.Keyed{Sheet: sheet, Judge: "j1", Round: 1, Entries: e}
	for _, f := range change {
		f(&k)
	}
	return c.KeyPaper(c.t.Context(), by, c.id, c.next(), k)
}

// Two people's equal keyings are the judge's sheet. Where they differ both are
// told in what, not how.
func TestPaperIsKeyedTwice(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court()
	ctx, all := t.Context(), c.ids("j1")
	for _, x := range []struct {
		name   string
		by     access.AccountID
		e      []scoring.AspectEntry
		change func(*engine.Keyed)
		want   *fault.Error
	}{
		{"a judge", "j2", entries(2, 300), nil, engine.ErrOffice},
		{"no such sheet", tab1, entries(2, 300), func(k *engine.Keyed) { k.Sheet = "Z99.P" }, engine.ErrNoSheet},
		{"a judge of no panel", tab1, entries(2, 300), func(k *engine.Keyed) { k.Judge = "j3" }, engine.ErrWrongPanel},
		{"above the maximum", tab1, entries(2, 450), nil, scoring.ErrEntry},
		{"half a sheet", tab1, entries(2, 300)[:1], nil, scoring.ErrEntry},
		{"another round", tab1, entries(2, 300), func(k *engine.Keyed) { k.Round = 2 }, engine.ErrStaleRound},
		{"another version", tab1, entries(2, 300), func(k *engine.Keyed) { k.Expect = 1 }, engine.ErrMarkVersion},
		{"an oversize note", tab1, entries(2, 300), func(k *engine.Keyed) { k.Note = strings.Repeat("记", 2001) }, engine.ErrNote},
	} {
		change := x.change
		if change == nil {
			change = func(*engine.Keyed) {}
		}
		_, err := c.keyIn(x.by, all[0], x.e, change)
		c.want(x.name, err, x.want)
	}
	got, err := c.keyIn(tab1, all[0], entries(2, 300))
	c.must(err)
	if diff := cmp.Diff(engine.KeyedResult{State: engine.PaperOnce}, got); diff != "" {
		t.Errorf("the first (-want +got):\n%s", diff)
	}
	if v := c.view("j1", all[0]); v.State != engine.SheetNotStarted {
		t.Errorf("one keying made it %s", v.State)
	}
	if got, err = c.keyIn(tab1, all[0], entries(2, 300)); err != nil || got.State != engine.PaperOnce {
		t.Errorf("the same person twice: %+v %v", got, err)
	}
	got, err = c.keyIn(tab2, all[0], entries(2, 350))
	c.must(err)
	want := engine.KeyedResult{State: engine.PaperDiffers, Differs: []scoring.AspectID{"R"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the second (-want +got):\n%s", diff)
	}
	for _, by := range []access.AccountID{tab1, tab2} {
		list, err := c.PaperSheets(ctx, by, c.id, "P")
		c.must(err)
		i := slices.IndexFunc(list, func(b engine.PaperBrief) bool { return b.Sheet == all[0] && b.Judge == "j1" })
		if len(list) != 8 || list[i].State != engine.PaperDiffers || !list[i].Mine || !slices.Equal(list[i].Differs, []scoring.AspectID{"R"}) {
			t.Errorf("%s sees %+v of %d", by, list[i], len(list))
		}
		if own := map[access.AccountID]scoring.Marks{tab1: 300, tab2: 350}[by]; list[i].Seat != 1 || list[i].Panel != 1 || len(list[i].SubCriteria) != 1 || *list[i].Own[1].Points != own {
			t.Errorf("%s reads again %+v at seat %d", by, list[i].Own, list[i].Seat)
		}
	}
	modules, err := c.PaperModules(ctx, tab3, c.id)
	c.must(err)
	if diff := cmp.Diff(map[engine.KeyedState]int{engine.PaperDiffers: 1, engine.PaperNone: 7}, modules[0].Counts); diff != "" || modules[0].Module != "P" {
		t.Errorf("modules (-want +got):\n%s", diff)
	}
	// A third decides by agreeing with one of them.
	got, err = c.keyIn(tab3, all[0], entries(2, 350))
	c.must(err)
	if got.State != engine.PaperCounts || got.Version != 1 {
		t.Errorf("the third: %+v", got)
	}
	v := c.view("j1", all[0])
	if v.State != engine.SheetSubmitted || v.Mine.Source != engine.FromPaper || *v.Mine.Entries[1].Points != 350 {
		t.Errorf("the judge's sheet: %+v", v.Mine)
	}
	_, err = c.keyIn(tab2, all[0], entries(2, 350))
	c.want("after it counts", err, engine.ErrMarkVersion)
	_, err = c.PaperSheets(ctx, "j1", c.id, "P")
	c.want("a judge reads the list", err, engine.ErrOffice)
	_, err = c.PaperModules(ctx, "j1", c.id)
	c.want("a judge reads the modules", err, engine.ErrOffice)
	// Paper and tablet together.
	if v := c.mark("j2", all[0], 2, 250); v.State != engine.SheetAgreed || *v.AgreedTotal != 700 {
		t.Errorf("with the tablet's: %s %v", v.State, v.AgreedTotal)
	}
	c.same()
}

// A tablet that came first makes a keyed paper old.
func TestPaperMeetsATablet(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court()
	sheet := c.ids("j1")[0]
	_, err := c.keyIn(tab1, sheet, entries(2, 300))
	c.must(err)
	c.mark("j1", sheet, 1, 100)
	_, err = c.keyIn(tab2, sheet, entries(2, 300))
	c.want("the second keying", err, engine.ErrMarkVersion)
	if v := c.view("j1", sheet); v.Version != 1 || *v.Mine.Entries[0].Level != 1 {
		t.Errorf("the tablet's stands: %+v", v.Mine)
	}
	// Keyed for the version that is there now, an older keying of it is no half.
	over := func(k *engine.Keyed) { k.Expect = 1 }
	got, err := c.keyIn(tab2, sheet, entries(2, 300), over)
	c.must(err)
	if got.State != engine.PaperOnce {
		t.Errorf("first for version 1: %+v", got)
	}
	if got, err = c.keyIn(tab1, sheet, entries(2, 300), over); err != nil || got.State != engine.PaperCounts || got.Version != 2 {
		t.Errorf("second for version 1: %+v %v", got, err)
	}
	c.same()
}
