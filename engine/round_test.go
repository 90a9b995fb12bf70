package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// sameFold compares what two nodes show of a division.
func sameFold(t *testing.T, a, b node, id engine.DivisionID) {
	t.Helper()
	want, err := a.Desk(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	got, err := b.Desk(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the desk differs after a rebuild (-before +after):\n%s", diff)
	}
	first, err := a.Results(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	second, err := b.Results(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, second, cmpopts.IgnoreUnexported(engine.Standing{})); diff != "" {
		t.Errorf("results differ after a rebuild (-before +after):\n%s", diff)
	}
}

// A conference is a round of its own: what it is not about stands, originals
// are kept, and a sheet of the round before is refused with both rounds.
func TestConferenceRounds(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court()
	sheet := c.ids("j1")[0]
	c.mark("j1", sheet, 0, 200)
	old := c.view("j2", sheet).SheetBrief
	v := c.mark("j2", sheet, 3, 400)
	if v.State != engine.SheetConference || v.Round != 2 || len(v.Conferences) != 1 {
		t.Fatalf("after 0 and 3: %+v", v.SheetBrief)
	}
	stale := func(s *engine.Submission) { s.Key, s.Expect, s.Round = c.next(), 1, old.Round }
	_, err := c.submit(t, c.id, "j2", old, entries(2, 400), stale)
	c.want("a sheet of round 1 in round 2", err, engine.ErrStaleRound)
	if p := fault.As(err).Params; p["round"] != "1" || p["current"] != "2" {
		t.Errorf("both rounds are told: %v", p)
	}
	_, err = c.submit(t, c.id, "j2", v.SheetBrief, entries(2, 350))
	c.want("an aspect that is not in conference", err, scoring.ErrEntry)
	if f := fault.As(err).Fields; len(f) != 1 || f[0].Path != "entries[1]" || f[0].Code != "not_in_conference" {
		t.Errorf("fields %+v", f)
	}
	// Still apart after everybody has marked again: a further round.
	c.mark("j2", sheet, 2, 400)
	if v := c.mark("j1", sheet, 0, 200); v.Round != 3 || v.State != engine.SheetConference {
		t.Errorf("round %d %s, want 3 in conference", v.Round, v.State)
	}
	// One who comes nearer ends it.
	if v := c.mark("j1", sheet, 1, 200); v.State != engine.SheetAgreed || v.Agreed[0].Marks != scoring.Of(300) {
		t.Errorf("agreed: %s %+v", v.State, v.Agreed)
	}
	files := c.row(sheet).Files
	if len(files) != 2 || len(files[0].Versions) != 3 || *files[0].Versions[0].Entries[0].Level != 0 || files[0].Versions[2].Round != 3 {
		t.Errorf("originals: %+v", files)
	}
	c.same()
}

// The refusal of a version names both, and the judge's own stored marks can be
// read beside it.
func TestVersionConflictShowsBoth(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court()
	s := c.sheets(t, c.id, "j1")[0]
	c.mark("j1", s.ID, 3, 400)
	_, err := c.submit(t, c.id, "j1", s, entries(1, 100), func(x *engine.Submission) { x.Key, x.Device = c.next(), "another tablet" })
	c.want("the first version again", err, engine.ErrMarkVersion)
	if p := fault.As(err).Params; p["expected"] != "0" || p["stored"] != "1" {
		t.Errorf("both versions are told: %v", p)
	}
	if v := c.view("j1", s.ID); *v.Mine.Entries[0].Level != 3 || v.Mine.Source != engine.FromTablet {
		t.Errorf("mine: %+v", v.Mine)
	}
}

// Nothing of another judge's is in what a judge sees before the panel agreed;
// what was agreed is, afterwards.
func TestOthersMarksAreHidden(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court()
	sheet := c.ids("j1")[0]
	c.mark("j1", sheet, 3, 350)
	if v := c.view("j2", sheet); v.Mine != nil || v.Agreed != nil || v.AgreedTotal != nil || v.Have != 1 {
		t.Errorf("before the second sheet: %+v", v)
	}
	v := c.mark("j2", sheet, 2, 300)
	want := []engine.AgreedMark{{Aspect: "J", Marks: scoring.Of(500)}, {Aspect: "R", Marks: scoring.Of(325)}}
	if diff := cmp.Diff(want, v.Agreed); diff != "" {
		t.Errorf("agreed (-want +got):\n%s", diff)
	}
	if *v.AgreedTotal != 825 {
		t.Errorf("total %v", *v.AgreedTotal)
	}
}

// A gap between the totals opens every aspect, and the chief judge may accept
// it; a judge who marks again takes the acceptance away.
func TestTotalGap(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court(func(d *engine.DivisionDraft) {
		d.Rules.Panel.TotalGap = &scoring.TotalGap{Limit: 300, Blocks: true}
		d.Rules.Agreement[scoring.KindJudgement] = scoring.Agreement{Method: scoring.MethodMean}
	})
	ctx, sheet := t.Context(), c.ids("j1")[0]
	c.mark("j1", sheet, 3, 400)
	v := c.mark("j2", sheet, 2, 200)
	if v.State != engine.SheetConference || len(v.Conferences) != 1 || v.Conferences[0].Reason != scoring.ReasonTotalGap {
		t.Fatalf("10.00 and 6.00: %+v", v)
	}
	row := c.row(sheet)
	if row.Gap == nil || *row.Gap != 400 || !row.GapBlocks {
		t.Errorf("the desk: %+v", row.DeskRow)
	}
	c.want("without a reason", c.AcceptGap(ctx, chief, c.id, c.next(), sheet, " "), engine.ErrReason)
	c.must(c.AcceptGap(ctx, chief, c.id, c.next(), sheet, "两位裁判各有依据"))
	if row := c.row(sheet); row.GapBlocks || !row.GapAccepted || row.State != engine.DeskSigned {
		t.Errorf("accepted: %+v", row.DeskRow)
	}
	c.want("twice", c.AcceptGap(ctx, chief, c.id, c.next(), sheet, "again"), engine.ErrNothing)
	// Everything is open in such a conference.
	other := c.ids("j1")[1]
	c.mark("j1", other, 3, 400)
	c.mark("j2", other, 2, 200)
	if v := c.mark("j2", other, 3, 350); v.State != engine.SheetAgreed {
		t.Errorf("after the totals met: %s", v.State)
	}
	c.same()
}

// Panels follow stations and batches, declared relations and spares.
func TestPanelsServe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	panel := judges(4)
	panel[3].Spare = true
	c := w.court(func(d *engine.DivisionDraft) {
		d.Panels = []engine.Panel{{Module: "P", Judges: panel}}
		d.Relations = []engine.Relation{{Judge: "j1", Unit: "单位0", Reason: "师徒"}, {Judge: "j2", Unit: "单位1", Reason: "亲属"}, {Judge: "j3", Unit: "单位1", Reason: "亲属"}}
	})
	count := map[access.AccountID]int{}
	for _, j := range []access.AccountID{"j1", "j2", "j3", "j4"} {
		count[j] = len(c.ids(j))
	}
	// Of 4: j1 and j2 mark all but those they step aside for, j3 stands in for
	// j1, and the spare for j2 and j3 together.
	want := map[access.AccountID]int{"j1": 3, "j2": 3, "j3": 1, "j4": 1}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Errorf("sheets (-want +got):\n%s", diff)
	}
	c.same()
}

func TestPanelsAreChecked(t *testing.T) {
	t.Parallel()
	two := scheme()
	two.Modules[1].SubCriteria = []scoring.SubCriterion{
		{ID: "P1", Name: text("过程"), Max: 600, Aspects: two.Modules[1].SubCriteria[0].Aspects[:1]},
		{ID: "P2", Name: text("结果"), Max: 400, SeenAs: scoring.SeenAsWork, Aspects: two.Modules[1].SubCriteria[0].Aspects[1:]},
	}
	layered := engine.OrdinaryProcedure()
	layered.Identity.Mode = engine.IdentityLayered
	leaders := engine.OrdinaryProcedure()
	leaders.Signing = engine.SigningRule{Judges: true, Leader: true}
	atStation := judges(2)
	atStation[0].Stations = []int{3}
	fromZero := judges(2)
	fromZero[1].Batches = []int{0}
	for _, x := range []struct {
		name      string
		panels    []engine.Panel
		relations []engine.Relation
		procedure engine.Procedure
		code      string
	}{
		{"no panel", nil, nil, engine.OrdinaryProcedure(), "panel_missing"},
		{"half a module", []engine.Panel{{Module: "P", SubCriteria: []scoring.SubCriterionID{"P1"}, Judges: judges(2)}}, nil, engine.OrdinaryProcedure(), "panel_missing"},
		{"unknown sub-criterion", []engine.Panel{{Module: "P", SubCriteria: []scoring.SubCriterionID{"P1", "P2", "Z"}, Judges: judges(2)}}, nil, engine.OrdinaryProcedure(), "unknown"},
		{"marked by two panels", []engine.Panel{
			{Module: "P", SubCriteria: []scoring.SubCriterionID{"P1", "P2"}, Judges: judges(2)},
			{Module: "P", SubCriteria: []scoring.SubCriterionID{"P2"}, Judges: judges(4)[2:]},
		}, nil, engine.OrdinaryProcedure(), "duplicate"},
		{"too few once they step aside", []engine.Panel{{Module: "P", Judges: judges(2)}}, []engine.Relation{{Judge: "j2", Unit: "单位1", Reason: "亲属"}}, engine.OrdinaryProcedure(), "panel_too_small"},
		{"too few at other stations", []engine.Panel{{Module: "P", Judges: atStation}}, nil, engine.OrdinaryProcedure(), "panel_too_small"},
		{"batch 0", []engine.Panel{{Module: "P", Judges: fromZero}}, nil, engine.OrdinaryProcedure(), "out_of_range"},
		{"a panel of two layers", []engine.Panel{{Module: "P", Judges: judges(2)}}, nil, layered, "two_layers"},
		{"nobody leads", []engine.Panel{{Module: "P", Judges: judges(2)}}, nil, leaders, "leader_missing"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			n := newWorld(t).node()
			ct, err := n.CreateContest(t.Context(), engine.ContestDraft{Name: text("大赛"), Event: text("电工")})
			if err != nil {
				t.Fatal(err)
			}
			d, err := n.CreateDivision(t.Context(), engine.DivisionDraft{
				Contest: ct.ID, Name: text("组"), Scheme: two, Rules: rules(2), Panels: x.panels, Relations: x.relations, Procedure: &x.procedure,
			})
			if err != nil {
				t.Fatal(err)
			}
			var list []engine.Competitor
			for i := range 2 {
				list = append(list, engine.NewCompetitor(fmt.Sprint("c", i), fmt.Sprint("选手", i), fmt.Sprint("单位", i), "济南"))
			}
			if err := n.Enter(t.Context(), d.ID, list); err != nil {
				t.Fatal(err)
			}
			err = n.Open(t.Context(), "org", d.ID, 1)
			if f := fault.As(err); f == nil || !slices.ContainsFunc(f.Fields, func(f fault.Field) bool { return f.Code == x.code }) {
				t.Errorf("opening: %v, want a field %s", err, x.code)
			}
		})
	}
}

// Two panels of one module each have their own sheet and see their own
// sub-criteria; the module is done when both are.
func TestPanelsOfSubCriteria(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court(func(d *engine.DivisionDraft) {
		a := d.Scheme.Modules[1].SubCriteria[0].Aspects
		d.Scheme.Modules[1].SubCriteria = []scoring.SubCriterion{
			{ID: "P1", Name: text("过程"), Max: 600, Aspects: a[:1]}, {ID: "P2", Name: text("结果"), Max: 400, Aspects: a[1:]},
		}
		d.Panels = []engine.Panel{
			{Module: "P", Judges: judges(2)},
			{Module: "P", SubCriteria: []scoring.SubCriterionID{"P2"}, Judges: judges(4)[2:]},
		}
	})
	one, two := c.ids("j1")[0], c.ids("j3")[0]
	if !strings.HasSuffix(string(two), ".P~2") || string(two) != string(one)+"~2" {
		t.Fatalf("sheets %s and %s", one, two)
	}
	hand := func(j access.AccountID, id engine.SheetID, e ...scoring.AspectEntry) error {
		_, err := c.submit(t, c.id, j, c.view(j, id).SheetBrief, e, func(s *engine.Submission) { s.Key = c.next() })
		return err
	}
	all := entries(2, 300)
	c.want("the other panel's aspect", hand("j1", one, all...), scoring.ErrEntry)
	_, err := c.Sheet(t.Context(), "j1", c.id, two)
	c.want("the other panel's sheet", err, engine.ErrWrongPanel)
	for _, j := range []access.AccountID{"j1", "j2"} {
		c.must(hand(j, one, all[0]))
	}
	if v := c.view("j1", one); v.State != engine.SheetAgreed || len(v.ModuleScheme.SubCriteria) != 1 {
		t.Errorf("the first panel: %s %+v", v.State, v.ModuleScheme.SubCriteria)
	}
	if p := c.standing(c.view("j1", one).Code).Parts[1]; p.State != engine.PartPartial || p.In != 2 || p.Of != 4 {
		t.Errorf("half of the module: %+v", p)
	}
	for _, j := range []access.AccountID{"j3", "j4"} {
		c.must(hand(j, two, all[1]))
	}
	if p := c.standing(c.view("j1", one).Code).Parts[1]; p.State != engine.PartMarked || *p.Marks != 700 {
		t.Errorf("the module: %+v", p)
	}
	if m := c.desk().Modules[0]; len(m.Panels) != 2 || m.Counts[engine.DeskSigned] != 2 || m.Counts[engine.DeskWaiting] != 6 {
		t.Errorf("the desk counts %+v", m.Counts)
	}
	c.same()
}
