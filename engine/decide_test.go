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

func level(n int) scoring.Observation            { return scoring.Observation{Level: &n} }
func points(n scoring.Marks) scoring.Observation { return scoring.Observation{Points: &n} }

// The chief judge's value takes the panel's place; the panel's stay on record.
func TestTheChiefDecides(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court()
	ctx, sheet := t.Context(), c.ids("j1")[0]
	c.mark("j1", sheet, 0, 200)
	c.mark("j2", sheet, 3, 400)
	for _, x := range []struct {
		name string
		who  access.AccountID
		o    scoring.Override
		want *fault.Error
	}{
		{"a judge", "j1", scoring.Override{Aspect: "J", Observation: level(2), Why: "x"}, engine.ErrOffice},
		{"no reason", chief, scoring.Override{Aspect: "J", Observation: level(2)}, engine.ErrReason},
		{"a long reason", chief, scoring.Override{Aspect: "J", Observation: level(2), Why: strings.Repeat("因", 2001)}, engine.ErrNote},
		{"no such aspect", chief, scoring.Override{Aspect: "Z", Observation: level(2), Why: "x"}, scoring.ErrOverride},
		{"level 4", chief, scoring.Override{Aspect: "J", Observation: level(4), Why: "x"}, scoring.ErrOverride},
		{"above the maximum", chief, scoring.Override{Aspect: "R", Observation: points(450), Why: "x"}, scoring.ErrOverride},
		{"nothing", chief, scoring.Override{Aspect: "J", Why: "x"}, scoring.ErrOverride},
	} {
		c.want(x.name, c.DecideAspect(ctx, x.who, c.id, c.next(), sheet, x.o), x.want)
	}
	c.must(c.DecideAspect(ctx, chief, c.id, c.next(), sheet, scoring.Override{Aspect: "J", Observation: level(3), Why: "录像可见"}))
	row := c.row(sheet)
	if row.State != engine.DeskSigned || len(row.Decisions) != 1 || *row.Files[0].Versions[0].Entries[0].Level != 0 {
		t.Errorf("decided: %s %+v", row.State, row.Decisions)
	}
	if p := c.standing(row.Code).Parts[1]; *p.Marks != 900 { // 6.00 decided, 3.00 the mean of 2 and 4
		t.Errorf("the module is worth %v", *p.Marks)
	}
	c.want("what was not decided", c.WithdrawDecision(ctx, chief, c.id, c.next(), sheet, "R", "x"), engine.ErrNothing)
	c.must(c.WithdrawDecision(ctx, chief, c.id, c.next(), sheet, "J", "另行合议"))
	if row := c.row(sheet); row.State != engine.DeskConference || row.Round != 3 || len(row.Conferences) != 1 || row.Conferences[0].Spread != 3 {
		t.Errorf("given back: %+v", row.DeskRow)
	}
	c.same()
}

// Where the rules do not let the chief judge decide, the chief cannot.
func TestTheRulesForbidDeciding(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court(func(d *engine.DivisionDraft) {
		d.Rules.Agreement[scoring.KindPoints] = scoring.Agreement{Method: scoring.MethodMean}
	})
	sheet := c.ids("j1")[0]
	c.agree(sheet)
	err := c.DecideAspect(t.Context(), chief, c.id, c.next(), sheet, scoring.Override{Aspect: "R", Observation: points(100), Why: "x"})
	c.want("points", err, scoring.ErrOverride)
	if row := c.row(sheet); !slices.Equal(row.MayDecide, []scoring.AspectID{"J"}) {
		t.Errorf("the desk offers %v", row.MayDecide)
	}
}

// A ladder of violations, zeroings of a module and of everything, and their
// withdrawal.
func TestConduct(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court()
	ctx, all := t.Context(), c.ids("j1")
	for _, s := range all {
		c.agree(s) // 4.00 + 3.00
	}
	code := c.view("j1", all[0]).Code
	at := engine.Address{Layer: engine.LayerStation, Code: code, Module: "P"}
	for what, x := range map[string]struct {
		err  error
		want *fault.Error
	}{
		"an unknown violation":    {c.RecordViolation(ctx, chief, c.id, c.next(), at, "z", "", true), scoring.ErrConduct},
		"an unknown rule":         {c.RecordZeroing(ctx, chief, c.id, c.next(), at, "z", "x"), scoring.ErrConduct},
		"a stranger":              {c.RecordViolation(ctx, "stranger", c.id, c.next(), at, "noise", "", false), engine.ErrOffice},
		"a judge at the desk":     {c.RecordViolation(ctx, "j1", c.id, c.next(), at, "noise", "", true), engine.ErrOffice},
		"a zeroing by a judge":    {c.RecordZeroing(ctx, "j1", c.id, c.next(), at, "phone", "x"), engine.ErrOffice},
		"a zeroing, no reason":    {c.RecordZeroing(ctx, chief, c.id, c.next(), at, "phone", ""), engine.ErrReason},
		"no such code":            {c.RecordViolation(ctx, chief, c.id, c.next(), engine.Address{Layer: engine.LayerStation, Code: "Z99", Module: "P"}, "noise", "", true), engine.ErrNoCode},
		"no such module":          {c.RecordViolation(ctx, chief, c.id, c.next(), engine.Address{Layer: engine.LayerStation, Code: code, Module: "T"}, "noise", "", true), engine.ErrNoSheet},
		"an oversize note":        {c.RecordViolation(ctx, chief, c.id, c.next(), at, "noise", strings.Repeat("记", 2001), true), engine.ErrNote},
		"withdrawing what is not": {c.WithdrawConduct(ctx, chief, c.id, c.next(), 1, "x"), engine.ErrNothing},
	} {
		c.want(what, x.err, x.want)
	}
	module := func() scoring.Marks { return *c.standing(code).Parts[1].Marks }
	for i, want := range []scoring.Marks{700, 200, 200} { // a warning, less 5.00, disqualified
		by := []access.AccountID{"j1", floor, chief}[i]
		c.must(c.RecordViolation(ctx, by, c.id, c.next(), at, "noise", "", by == chief))
		if got := module(); got != want {
			t.Errorf("after violation %d the module is worth %v, want %v", i+1, got, want)
		}
	}
	if st := c.standing(code); st.Rank != nil {
		t.Errorf("disqualified with rank %d", *st.Rank)
	}
	list := c.row(all[0]).Conducts
	if len(list) != 3 || list[1].By != floor {
		t.Fatalf("the desk shows %+v", list)
	}
	c.must(c.WithdrawConduct(ctx, chief, c.id, c.next(), list[1].Seq, "误记"))
	if st := c.standing(code); st.Rank == nil || *st.Parts[1].Marks != 200 { // the third is now the second
		t.Errorf("after a withdrawal: %v %v", st.Rank, *st.Parts[1].Marks)
	}
	c.want("twice", c.WithdrawConduct(ctx, chief, c.id, c.next(), list[1].Seq, "x"), engine.ErrNothing)
	c.must(c.RecordZeroing(ctx, chief, c.id, c.next(), at, "prefab", "使用预制文件"))
	if got := module(); got != 0 {
		t.Errorf("zeroed: %v", got)
	}
	zeroed := c.row(all[0]).Conducts[3].Seq
	c.must(c.WithdrawConduct(ctx, chief, c.id, c.next(), zeroed, "经查文件为现场制作"))
	c.must(c.RecordZeroing(ctx, chief, c.id, c.next(), at, "phone", "携带手机"))
	if st := c.standing(code); *st.Total != 0 || *st.Rank != 4 {
		t.Errorf("everything zeroed: %v rank %v", *st.Total, st.Rank)
	}
	if v := c.view("j1", all[0]); *v.AgreedTotal != 700 {
		t.Errorf("what the panel agreed is %v, want 7.00 as before", *v.AgreedTotal)
	}
	c.same()
}

// A hidden board shows no 0 for a zeroing before the end.
func TestAZeroingDoesNotShowOnAHiddenBoard(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court(func(d *engine.DivisionDraft) { d.Board.Live = false })
	sheet := c.ids("j1")[0]
	c.agree(sheet)
	code := c.view("j1", sheet).Code
	c.must(c.RecordZeroing(t.Context(), chief, c.id, c.next(), engine.Address{Layer: engine.LayerStation, Code: code, Module: "P"}, "phone", "x"))
	if row := c.w.rowOf(c.id, code); row.Total != nil || row.Parts[1].Marks != nil || row.Rank != nil {
		t.Errorf("hidden board: %+v", row)
	}
}

// Did not start is neither a blank nor a 0.
func TestAbsence(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court()
	ctx, all := t.Context(), c.sheets(t, c.id, "j1")
	by := func(code string, desk bool, modules ...scoring.ModuleID) engine.Absentee {
		return engine.Absentee{Layer: engine.LayerStation, Code: code, Modules: modules, Desk: desk}
	}
	c.want("by a judge", c.RecordAbsence(ctx, "j1", c.id, c.next(), by(all[0].Code, false)), engine.ErrOffice)
	c.want("no such code", c.RecordAbsence(ctx, caller, c.id, c.next(), by("Z99", false)), engine.ErrNoCode)
	c.want("an imported module", c.RecordAbsence(ctx, caller, c.id, c.next(), by(all[0].Code, false, "T")), engine.ErrNoSheet)
	c.must(c.RecordAbsence(ctx, caller, c.id, c.next(), by(all[0].Code, false)))
	c.want("twice", c.RecordAbsence(ctx, caller, c.id, c.next(), by(all[0].Code, false)), engine.ErrNothing)
	if p := c.standing(all[0].Code).Parts[1]; p.State != engine.PartAbsent || p.Marks != nil {
		t.Errorf("absent: %+v", p)
	}
	if v := c.view("j1", all[0].ID); v.State != engine.SheetAbsent {
		t.Errorf("the judge sees %s", v.State)
	}
	_, err := c.submit(t, c.id, "j1", all[0], entries(0, 0))
	c.want("marks for who did not start", err, engine.ErrAbsent)
	c.must(c.WithdrawAbsence(ctx, caller, c.id, c.next(), by(all[0].Code, false)))
	c.want("twice", c.WithdrawAbsence(ctx, caller, c.id, c.next(), by(all[0].Code, false)), engine.ErrNothing)
	if p := c.standing(all[0].Code).Parts[1]; p.State != engine.PartBlank || p.Marks != nil {
		t.Errorf("not absent after all: %+v", p)
	}
	// A 0 is a mark.
	c.mark("j1", all[0].ID, 0, 0)
	c.mark("j2", all[0].ID, 0, 0)
	if p := c.standing(all[0].Code).Parts[1]; p.State != engine.PartMarked || *p.Marks != 0 {
		t.Errorf("a 0: %+v", p)
	}
	c.want("the call room against marks", c.RecordAbsence(ctx, caller, c.id, c.next(), by(all[0].Code, false)), engine.ErrMarked)
	c.must(c.RecordAbsence(ctx, chief, c.id, c.next(), by(all[0].Code, true)))
	if p := c.standing(all[0].Code).Parts[1]; p.State != engine.PartAbsent {
		t.Errorf("the chief's word: %+v", p)
	}
	// Who has no code yet is named by the call room, who knows people.
	people, err := c.Competitors(ctx, c.id)
	c.must(err)
	c.must(c.RecordAbsence(ctx, caller, c.id, c.next(), engine.Absentee{Competitor: people[3].ID}))
	if n := c.desk().Modules[0].Counts[engine.DeskAbsent]; n < 1 || n > 2 {
		t.Errorf("%d absent at the desk", n)
	}
	c.want("nobody", c.RecordAbsence(ctx, caller, c.id, c.next(), engine.Absentee{Competitor: "x"}), engine.ErrNoCode)
	c.same()
}

// The latest time counts, all are kept, and it feeds a time table and the tie
// chain.
func TestTimes(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court(func(d *engine.DivisionDraft) {
		p := &d.Scheme.Modules[1]
		p.Max = 1500
		p.SubCriteria[0].Max = 1500
		p.SubCriteria[0].Aspects = append(p.SubCriteria[0].Aspects, scoring.Aspect{
			ID: "W", Kind: scoring.KindTimeTable, Name: text("用时"), Max: 500, TimeTable: &scoring.TimeTable{
				Rows: []scoring.TimeRow{{UpToMS: 900_000, Marks: 500}, {UpToMS: 1_200_000, Marks: 100}}, Source: scoring.TimeByClock,
			},
		})
		d.Rules.TieChain = []scoring.TieStep{{By: scoring.TieTime, Name: text("用时")}}
	})
	ctx, all := t.Context(), c.ids("j1")
	address := func(i int) engine.Address {
		return engine.Address{Layer: engine.LayerStation, Code: c.view("j1", all[i]).Code, Module: "P"}
	}
	for _, x := range []struct {
		name   string
		who    access.AccountID
		at     engine.Address
		ms     int64
		source engine.TimeSource
		note   string
		want   *fault.Error
	}{
		{"below zero", floor, address(0), -1, engine.TimeOfJudge, "", engine.ErrTime},
		{"eleven days", floor, address(0), 1_000_000_001, engine.TimeOfJudge, "", engine.ErrTime},
		{"no such source", floor, address(0), 1, "guess", "", engine.ErrTime},
		{"a stranger", "stranger", address(0), 1, engine.TimeOfJudge, "", engine.ErrOffice},
		{"the chief without a reason", chief, address(0), 1, engine.TimeOfChief, "", engine.ErrReason},
		{"a judge as chief", "j1", address(0), 1, engine.TimeOfChief, "x", engine.ErrOffice},
		{"no such code", floor, engine.Address{Layer: engine.LayerStation, Code: "Z99", Module: "P"}, 1, engine.TimeOfJudge, "", engine.ErrNoCode},
	} {
		c.want(x.name, c.RecordTime(ctx, x.who, c.id, c.next(), x.at, x.ms, x.source, x.note), x.want)
	}
	c.agree(all[0])
	if v := c.view("j1", all[0]); v.State != engine.SheetSubmitted || v.TimeMS != nil {
		t.Errorf("without a time the panel has %s", v.State)
	}
	c.must(c.RecordTime(ctx, "clock", c.id, c.next(), address(0), 1_000_000, engine.TimeOfClock, ""))
	if v := c.view("j1", all[0]); v.State != engine.SheetAgreed || *v.AgreedTotal != 800 || *v.TimeMS != 1_000_000 {
		t.Errorf("with 1000 s: %s %v", v.State, v.AgreedTotal)
	}
	c.must(c.RecordTime(ctx, chief, c.id, c.next(), address(0), 899_999, engine.TimeOfChief, "补时三分钟"))
	if v := c.view("j1", all[0]); *v.AgreedTotal != 1200 {
		t.Errorf("with 899.999 s: %v", v.AgreedTotal)
	}
	if h := c.row(all[0]).Times; len(h) != 2 || h[0].MS != 1_000_000 || h[1].Source != engine.TimeOfChief {
		t.Errorf("history: %+v", h)
	}
	// Less time is ahead among equals; who has none is behind.
	for i := range all {
		if i > 0 {
			c.agree(all[i])
		}
	}
	c.must(c.RecordTime(ctx, "j1", c.id, c.next(), address(1), 600_000, engine.TimeOfJudge, ""))
	c.must(c.RecordTime(ctx, floor, c.id, c.next(), address(2), 880_000, engine.TimeOfJudge, ""))
	var order []string
	r, err := c.Results(ctx, c.id)
	c.must(err)
	for _, st := range r.Standings {
		order = append(order, st.Code)
	}
	want := []string{address(1).Code, address(2).Code, address(0).Code, address(3).Code}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	c.same()
}
