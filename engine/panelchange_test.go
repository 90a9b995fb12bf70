package engine_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// A judge is replaced: open sheets go to the successor, agreed ones stay, and
// a recall withdraws the judge's marks everywhere.
func TestPanelChange(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court(signed)
	ctx, all := t.Context(), c.ids("j1")
	c.agree(all[0])
	c.mark("j1", all[1], 3, 400)
	c.mark("j2", all[1], 0, 400) // in conference
	c.mark("j2", all[2], 1, 100)
	change := func(who access.AccountID, x engine.PanelChange) error {
		x.Module = "P"
		return c.ChangePanel(ctx, who, c.id, c.next(), x)
	}
	in := func(id access.AccountID, unit string) *engine.PanelJudge {
		return &engine.PanelJudge{Judge: id, Unit: unit}
	}
	c.want("by a judge", change("j1", engine.PanelChange{Out: "j2", Why: "x"}), engine.ErrOffice)
	c.want("no reason", change(chief, engine.PanelChange{Out: "j2"}), engine.ErrReason)
	c.want("who is on no panel", change(chief, engine.PanelChange{Out: "j9", Why: "x"}), engine.ErrNoJudge)
	c.want("for one who is on it", change(chief, engine.PanelChange{Out: "j2", In: in("j3", ""), Why: "x"}), engine.ErrNoJudge)
	err := change(chief, engine.PanelChange{Out: "j3", Why: "备用裁判离场"})
	c.must(err) // a spare who marks nothing
	err = change(chief, engine.PanelChange{Out: "j2", Why: "x"})
	c.want("nobody left", err, engine.ErrPanelShort)
	if n := len(fault.As(err).Fields); n != 3 {
		t.Errorf("%d sheets are named, want the 3 that are not agreed", n)
	}
	unit := c.unitOf(all[1])
	c.want("a successor of the competitor's unit", change(chief, engine.PanelChange{Out: "j2", In: in("j4", unit), Why: "x"}), engine.ErrPanelShort)
	c.must(change(chief, engine.PanelChange{Out: "j2", In: in("j4", "别处"), Why: "突发疾病"}))
	if v := c.view("j1", all[1]); v.State != engine.SheetSubmitted || v.Have != 1 {
		t.Errorf("out of conference: %+v", v.SheetBrief)
	}
	if got := c.ids("j4"); !slices.Equal(got, all[1:]) {
		t.Errorf("the successor has %v", got)
	}
	if got := c.ids("j2"); !slices.Equal(got, all[:1]) {
		t.Errorf("the one who left has %v", got)
	}
	row := c.row(all[0])
	if row.State != engine.DeskAgreed || !slices.Equal(row.Unsigned, []access.AccountID{"j1"}) {
		t.Errorf("the agreed sheet: %s, unsigned %v", row.State, row.Unsigned)
	}
	if f := c.row(all[2]).Files; len(f) != 1 || f[0].Judge != "j2" || f[0].Panel {
		t.Errorf("evidence: %+v", f)
	}
	c.mark("j4", all[1], 3, 400)
	if v := c.view("j1", all[1]); v.State != engine.SheetAgreed || *v.AgreedTotal != 1000 {
		t.Errorf("with the successor: %s", v.State)
	}
	c.want("marks of who left", func() error {
		_, err := c.submit(t, c.id, "j2", engine.SheetBrief{ID: all[1], Code: row.Code, Version: 1, Round: 2}, entries(1, 100))
		return err
	}(), engine.ErrWrongPanel)
	// Found to be partial: the marks go everywhere.
	round := c.row(all[1]).Round
	c.must(change(chief, engine.PanelChange{Out: "j1", In: in("j5", "别处"), Recall: true, Why: "与选手有利害关系"}))
	if v := c.view("j5", all[1]); v.State != engine.SheetNotStarted || v.Have != 1 || v.Round != round+1 {
		t.Errorf("recalled: %+v", v.SheetBrief)
	}
	if row := c.row(all[0]); row.State != engine.DeskWaiting || row.Round != 2 {
		t.Errorf("the first sheet, of which both have left: %s in round %d", row.State, row.Round)
	}
	c.same()
}

// unitOf is the unit of a sheet's competitor, which the test knows from the
// results once they are named.
func (c *court) unitOf(sheet engine.SheetID) string {
	c.t.Helper()
	for i := range 4 {
		unit := "单位" + string(rune('0'+i))
		err := c.ChangePanel(c.t.Context(), chief, c.id, c.next(), engine.PanelChange{
			Module: "P", Out: "j2", In: &engine.PanelJudge{Judge: "j4", Unit: unit}, Why: "x",
		})
		f := fault.As(err)
		if errors.Is(err, engine.ErrPanelShort) && slices.ContainsFunc(f.Fields, func(f fault.Field) bool { return f.Params["sheet"] == string(sheet) }) {
			return unit
		}
		if errors.Is(err, engine.ErrPanelShort) {
			continue // another open sheet's
		}
		c.must(err)
		// The change took place: j4's unit has the agreed sheet. Take it back.
		c.must(c.ChangePanel(c.t.Context(), chief, c.id, c.next(), engine.PanelChange{
			Module: "P", Out: "j4", In: &engine.PanelJudge{Judge: "j2", Unit: "裁判单位2"}, Why: "x",
		}))
	}
	c.t.Fatal("no unit")
	return ""
}

// A closed panel counts with what is at hand; too little waits for the chief.
func TestPanelClosing(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court()
	ctx, all := t.Context(), c.ids("j1")
	c.mark("j1", all[0], 2, 300)
	closing := engine.PanelClosing{Module: "P", Sheet: all[0], Why: "裁判突发疾病"}
	c.want("by a judge", c.ClosePanel(ctx, "j1", c.id, c.next(), closing), engine.ErrOffice)
	c.want("no such module", c.ClosePanel(ctx, chief, c.id, c.next(), engine.PanelClosing{Module: "T", Why: "x"}), engine.ErrNoSheet)
	c.want("not closed", c.ReopenPanel(ctx, chief, c.id, c.next(), closing), engine.ErrNothing)
	c.must(c.ClosePanel(ctx, chief, c.id, c.next(), closing))
	if v := c.view("j1", all[0]); v.State != engine.SheetAgreed || *v.AgreedTotal != 700 {
		t.Errorf("one sheet counts: %s", v.State)
	}
	c.want("agreed already", c.ClosePanel(ctx, chief, c.id, c.next(), closing), engine.ErrNothing)
	c.want("reopening what is agreed", c.ReopenPanel(ctx, chief, c.id, c.next(), closing), engine.ErrNothing)
	c.must(c.ClosePanel(ctx, chief, c.id, c.next(), engine.PanelClosing{Module: "P", Why: "停电，评分中止"}))
	if m := c.desk().Modules[0]; m.Counts[engine.DeskTooFew] != 3 || m.Counts[engine.DeskSigned] != 1 {
		t.Errorf("the desk counts %+v", m.Counts)
	}
	v := c.view("j2", all[1])
	if v.State != engine.SheetClosed {
		t.Errorf("the judge sees %s", v.State)
	}
	_, err := c.submit(t, c.id, "j2", v.SheetBrief, entries(2, 300))
	c.want("a first sheet after the closing", err, engine.ErrPanelClosed)
	c.must(c.ReopenPanel(ctx, chief, c.id, c.next(), engine.PanelClosing{Module: "P", Sheet: all[1], Why: "来电"}))
	c.agree(all[1])
	if m := c.desk().Modules[0]; m.Counts[engine.DeskTooFew] != 2 || m.Counts[engine.DeskSigned] != 2 {
		t.Errorf("the desk counts %+v", m.Counts)
	}
	for _, a := range []scoring.Override{{Aspect: "J", Observation: level(1), Why: "裁判长评定"}, {Aspect: "R", Observation: points(100), Why: "裁判长评定"}} {
		c.must(c.DecideAspect(ctx, chief, c.id, c.next(), all[2], a))
	}
	if row := c.row(all[2]); row.State != engine.DeskSigned {
		t.Errorf("decided by the chief alone: %s", row.State)
	}
	c.same()
}

// One more judge comes where nobody goes, and can then stand in.
func TestOneMoreJudge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.court(func(d *engine.DivisionDraft) { d.Panels[0].Judges = d.Panels[0].Judges[:2] })
	ctx := t.Context()
	change := func(x engine.PanelChange) error {
		x.Module, x.Why = "P", "临时增派"
		return c.ChangePanel(ctx, chief, c.id, c.next(), x)
	}
	c.want("nobody comes or goes", change(engine.PanelChange{}), engine.ErrNoJudge)
	c.want("to a panel that is not there", change(engine.PanelChange{In: &engine.PanelJudge{Judge: "j3"}, Panel: 2}), engine.ErrNoJudge)
	c.want("without a name", change(engine.PanelChange{In: &engine.PanelJudge{}}), engine.ErrNoJudge)
	c.want("no spare yet", change(engine.PanelChange{Out: "j2"}), engine.ErrPanelShort)
	c.must(change(engine.PanelChange{In: &engine.PanelJudge{Judge: "j3", Spare: true}}))
	if n := len(c.ids("j3")); n != 0 {
		t.Errorf("the new spare marks %d sheets", n)
	}
	c.must(change(engine.PanelChange{Out: "j2"}))
	if n := len(c.ids("j3")); n != 4 {
		t.Errorf("the spare marks %d sheets, want 4", n)
	}
	c.same()
}

// A judge who steps in must be one.
func TestASuccessorIsAJudge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.accounts = map[access.AccountID][]access.Role{"j4": {access.Judge}, tab1: {access.Tabulator}, tab2: {access.Tabulator}, tab3: {access.Tabulator},
		chief: {access.ChiefJudge}, deputy: {access.ChiefJudge}, super: {access.Supervisor}, caller: {access.CallRoom}, floor: {access.Judge}}
	for _, j := range judges(3) {
		w.accounts[j.Judge] = []access.Role{access.Judge}
	}
	c := w.court()
	change := func(in access.AccountID) error {
		return c.ChangePanel(t.Context(), chief, c.id, c.next(), engine.PanelChange{Module: "P", Out: "j2", In: &engine.PanelJudge{Judge: in}, Why: "x"})
	}
	c.want("a tabulator", change(tab1), engine.ErrContest)
	c.want("nobody", change("nobody"), engine.ErrContest)
	c.want("a judge", change("j4"), nil)
}
