package scoring_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/scoring"
)

func codes(ws []scoring.Warning) []string {
	out := []string{}
	for _, w := range ws {
		out = append(out, w.Path+" "+w.Code)
	}
	return out
}

func TestSimulate(t *testing.T) {
	t.Parallel()
	s, r := pcb(t)
	got, err := scoring.Simulate(s, r, 7, 200)
	if err != nil {
		t.Fatal(err)
	}
	again, err := scoring.Simulate(s, r, 7, 200)
	if err != nil || cmp.Diff(got, again) != "" {
		t.Errorf("the same seed gives something else: %v\n%s", err, cmp.Diff(got, again))
	}
	other, err := scoring.Simulate(s, r, 8, 200)
	if err != nil || cmp.Diff(got, other) == "" {
		t.Errorf("another seed gives the same: %v", err)
	}
	if !got.FullReachable || got.Full != 10000 || !got.ZeroReachable || got.Zero != 0 || got.Competitors != 200 {
		t.Errorf("%+v", got)
	}
	if got.Total.Count != 200 || got.Total.Min >= got.Total.Mean || got.Total.Mean >= got.Total.Max || got.Total.Max > 10000 {
		t.Errorf("totals: %+v", got.Total)
	}
	conferences := 0
	for i, m := range got.Modules {
		if m.Module != s.Modules[i].ID || m.Count != 200 || m.Min < 0 || m.Max < m.Mean || m.Amounts.Max > s.Modules[i].Max {
			t.Errorf("%+v", m)
		}
		conferences += m.Conferences
	}
	if conferences == 0 {
		t.Error("three judges with a spread limit never confer")
	}
	if got.PanelRounding.Changed == 0 || got.TotalRounding.Changed == 0 {
		t.Errorf("rounding: %+v, %+v", got.PanelRounding, got.TotalRounding)
	}
	for _, n := range []int{0, 10_001} {
		if _, err := scoring.Simulate(s, r, 1, n); len(places(t, err, scoring.ErrSimulation)) != 1 {
			t.Errorf("%d competitors: %v", n, err)
		}
	}
	r.Agreement[scoring.KindPoints] = scoring.Agreement{Method: scoring.MethodDropMean, DropHigh: 2, DropLow: 1}
	if _, err := scoring.Simulate(s, r, 1, 1); len(places(t, err, scoring.ErrRules)) == 0 {
		t.Error("drops that leave no judge are simulated")
	}
}

// Every policy settles in a simulation, whatever the judges see.
func TestSimulateEveryPolicy(t *testing.T) {
	t.Parallel()
	for _, a := range []scoring.Agreement{
		{Method: scoring.MethodEqual}, {Method: scoring.MethodMean}, {Method: scoring.MethodDropMean, DropHigh: 1},
		{Method: scoring.MethodMedian}, clamp(1), {Method: scoring.MethodMajority, Majority: 2},
		{Method: scoring.MethodDouble}, {Method: scoring.MethodChief},
	} {
		s := withAspect(named(linear(1000, 30)), defects(), cityRail(), judgementOf(700))
		_, r := pcb(t)
		for _, k := range scoring.Kinds() {
			r.Agreement[k] = a
		}
		r.Panel.TotalGap = &scoring.TotalGap{Limit: 100, Blocks: true}
		r.Parts = []scoring.Part{{ID: "p", Name: scoring.Text{ZH: "实操"}, Modules: []scoring.ModuleID{"M"}, Weight: 10000}}
		r.PassLines, r.TieChain = nil, nil
		got, err := scoring.Simulate(s, r, 3, 40)
		if err != nil {
			t.Errorf("%s: %v", a.Method, err)
			continue
		}
		if got.Total.Count != 40 || !got.FullReachable || !got.ZeroReachable {
			t.Errorf("%s: %+v", a.Method, got)
		}
	}
}

func judgementOf(most scoring.Marks) scoring.Aspect {
	return scoring.Aspect{ID: "J", Kind: scoring.KindJudgement, Name: scoring.Text{ZH: "评价"}, Max: most,
		Descriptors: []scoring.Text{{ZH: "0"}, {ZH: "1"}, {ZH: "2"}, {ZH: "3"}}}
}

// Warnings name what is allowed but may not be meant.
func TestSimulationWarns(t *testing.T) {
	t.Parallel()
	s, r := pcb(t)
	if got, err := scoring.Simulate(s, r, 1, 1); err != nil || len(got.Warnings) != 0 {
		t.Errorf("the published sheet: %+v, %v", got.Warnings, err)
	}
	s.Modules[1].TimeLimitMS = 1_000_000
	a := cityRail()
	a.TimeTable.Base, a.TimeTable.Above = nil, 190
	a.Max, s.Modules[1].Max = 1000, 3500
	s.Modules[1].SubCriteria = append(s.Modules[1].SubCriteria,
		scoring.SubCriterion{ID: "B-T", Name: scoring.Text{ZH: "用时"}, Max: 1000, Aspects: []scoring.Aspect{a}})
	aspect(t, s, "B-J1").Agreement = &scoring.Agreement{Method: scoring.MethodDropMean, DropHigh: 1, DropLow: 1}
	aspect(t, s, "B-J2").Agreement = &scoring.Agreement{Method: scoring.MethodMean, Bands: []scoring.Band{{MaxGap: 1000}, {FromMarks: 1001, MaxGap: 0}}}
	r.TotalRounding.Step = 100
	got, err := scoring.Simulate(s, r, 1, 300)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"modules zero_unreachable",
		"modules[1].sub_criteria[0].aspects[0].agreement one_judge_left",
		"modules[1].sub_criteria[0].aspects[1].agreement band_unreachable",
		"rules.total_rounding rounding_ties",
	}
	for i := 8; i < 19; i++ { // the row to 1005 s is the last that can be reached
		want = append(want, "modules[1].sub_criteria[2].aspects[0].time_table row_beyond_limit")
	}
	all := codes(got.Warnings)
	for _, w := range want {
		if !slices.Contains(all, w) {
			t.Errorf("%s is missing in %v", w, all)
		}
	}
	beyond := 0
	for _, w := range all {
		if w == want[len(want)-1] {
			beyond++
		}
	}
	if beyond != 11 {
		t.Errorf("%d rows beyond the limit, want 11", beyond)
	}
}

// Three thirds of a mark by aspect: the rounding takes a hundredth, and puts
// two competitors level who are not.
func TestRoundingEffect(t *testing.T) {
	t.Parallel()
	third := func(id scoring.AspectID) scoring.Aspect {
		a := judgementOf(100)
		a.ID = id
		return a
	}
	s := withAspect(third("a"), third("b"), third("c"))
	r := panelRules(1, scoring.Agreement{Method: scoring.MethodMean})
	r.Parts = []scoring.Part{{ID: "p", Name: scoring.Text{ZH: "实操"}, Modules: []scoring.ModuleID{"M"}, Weight: 10000}}
	r.FullMarks, r.TotalRounding = 300, scoring.TotalRounding{Step: 1, Where: scoring.RoundTotal}
	r.Ranking, r.Absent = scoring.RankShared, scoring.AbsentLast
	sample := func(levels ...int) scoring.Sample {
		sheet := scoring.Sheet{Judge: "j1"}
		for i, l := range levels {
			sheet.Entries = append(sheet.Entries, entered(scoring.AspectID(rune('a'+i)), level(l)))
		}
		return scoring.Sample{Calls: map[scoring.ModuleID]scoring.Call{"M": {Panel: panelOf(1), Sheets: []scoring.Sheet{sheet}}}}
	}
	got, err := scoring.SimulateWith(s, r, []scoring.Sample{sample(1, 1, 1), sample(3, 0, 0), sample(3, 3, 3)})
	if err != nil {
		t.Fatal(err)
	}
	want := scoring.RoundingEffect{Changed: 1, Up: "0.00", Down: "-0.01"}
	if diff := cmp.Diff(want, got.PanelRounding); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.TotalRounding.Changed != 0 || got.Total != (scoring.Amounts{Count: 3, Min: 99, Max: 300, Mean: 166}) {
		t.Errorf("%+v", got)
	}
	r.TotalRounding.Step = 10
	got, err = scoring.SimulateWith(s, r, []scoring.Sample{sample(1, 1, 1), sample(3, 0, 0), sample(3, 3, 3)})
	if err != nil || got.TotalRounding.MadeEqual != 1 || got.Tied != 2 {
		t.Errorf("%+v, %v", got, err)
	}

	_, err = scoring.SimulateWith(s, r, []scoring.Sample{{
		Imported: map[scoring.ModuleID]scoring.Value{"M": scoring.Of(1)}, Calls: map[scoring.ModuleID]scoring.Call{"Z": {}}}})
	if diff := cmp.Diff([]string{"samples[0].calls.Z unknown", "samples[0].imported.M unknown"}, places(t, err, scoring.ErrSimulation)); diff != "" {
		t.Error(diff)
	}
	if _, err = scoring.SimulateWith(s, r, nil); err == nil {
		t.Error("nobody is simulated")
	}
}
