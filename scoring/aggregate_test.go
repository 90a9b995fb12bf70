package scoring_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
)

// panelRules are rules for a panel of n with one agreement for every kind.
func panelRules(n int, a scoring.Agreement) scoring.Rules {
	r := scoring.Rules{
		ID: "r", Version: 1, Panel: scoring.PanelRule{Size: n, MinJudges: n},
		Agreement:        map[scoring.Kind]scoring.Agreement{},
		Rounding:         scoring.Rounding{Step: 1, Where: scoring.RoundAspect},
		ProvisionalMarks: scoring.ProvisionalEach,
	}
	for _, k := range scoring.Kinds() {
		r.Agreement[k] = a
	}
	return r
}

func panelOf(n int) scoring.Panel {
	p := scoring.Panel{}
	for i := range n {
		p.Judges = append(p.Judges, scoring.JudgeID(fmt.Sprintf("j%d", i+1)))
	}
	return p
}

func marksOf(obs ...scoring.Observation) []scoring.JudgeMark {
	var out []scoring.JudgeMark
	for i, o := range obs {
		out = append(out, scoring.JudgeMark{Judge: scoring.JudgeID(fmt.Sprintf("j%d", i+1)), Observation: o})
	}
	return out
}

func each[T any](f func(T) scoring.Observation, vs ...T) []scoring.Observation {
	var out []scoring.Observation
	for _, v := range vs {
		out = append(out, f(v))
	}
	return out
}

func TestAgree(t *testing.T) {
	t.Parallel()
	judgement := scoring.Aspect{ID: "J", Kind: scoring.KindJudgement, Max: 1000}
	raw := scoring.Aspect{ID: "R", Kind: scoring.KindPoints, Max: 1000, Points: &scoring.Points{Step: 10}}
	length := scoring.Aspect{ID: "M", Kind: scoring.KindTolerance, Max: 100,
		Tolerance: &scoring.Tolerance{Nominal: 8000, Minus: new(int64(20)), Plus: new(int64(20)), Decimals: 2}}
	pot := scoring.Aspect{ID: "V", Kind: scoring.KindPot, Max: 500,
		Deductions: []scoring.Deduction{{ID: "a", Marks: 100}, {ID: "b", Marks: 100}}}

	mean := scoring.Agreement{Method: scoring.MethodMean}
	spread1 := scoring.Agreement{Method: scoring.MethodMean, SpreadMax: new(1)}
	drop11 := scoring.Agreement{Method: scoring.MethodDropMean, DropHigh: 1, DropLow: 1}
	equal := scoring.Agreement{Method: scoring.MethodEqual}

	agreed := func(m scoring.Marks) scoring.Outcome {
		return scoring.Outcome{State: scoring.Settled, Marks: scoring.Of(m)}
	}
	waiting := func(v scoring.Value) scoring.Outcome {
		return scoring.Outcome{State: scoring.Waiting, Marks: v}
	}
	unequal := scoring.Outcome{State: scoring.Conference, Marks: scoring.None(), Reason: scoring.ReasonUnequal}
	tooWide := func(n int) scoring.Outcome {
		return scoring.Outcome{State: scoring.Conference, Marks: scoring.None(),
			Reason: scoring.ReasonSpread, Spread: n, SpreadMax: 1}
	}
	tests := []struct {
		name   string
		aspect scoring.Aspect
		policy scoring.Agreement
		size   int
		marks  []scoring.Observation
		want   scoring.Outcome
	}{
		// contest sheet: mean ÷ 3 × max, two decimals, half up
		{"2 2 3 of 10", judgement, spread1, 3, each(level, 2, 2, 3), agreed(778)},
		{"1 1 2 of 10", judgement, spread1, 3, each(level, 1, 1, 2), agreed(444)},
		{"2 3 3 of 10", judgement, spread1, 3, each(level, 2, 3, 3), agreed(889)},
		{"0 0 0 is zero, not blank", judgement, spread1, 3, each(level, 0, 0, 0), agreed(0)},
		{"spread 2", judgement, spread1, 3, each(level, 1, 3, 2), tooWide(2)},
		{"spread 3", judgement, spread1, 3, each(level, 0, 3, 3), tooWide(3)},
		{"spread is not called early", judgement, spread1, 3, each(level, 0, 3), waiting(scoring.Of(500))},
		{"spread without a limit", judgement, mean, 3, each(level, 0, 3, 3), agreed(667)},
		// five judges, drop one high and one low, mean of the rest
		{"8 9 9.5 7 8.5", raw, drop11, 5, each(points, 800, 900, 950, 700, 850), agreed(850)},
		{"thirds", raw, drop11, 5, each(points, 800, 900, 950, 700, 810), agreed(837)},
		{"equal highest", raw, drop11, 5, each(points, 900, 900, 900, 500, 600), agreed(800)},
		{"all equal", raw, drop11, 5, each(points, 730, 730, 730, 730, 730), agreed(730)},
		{"too few to drop yet", raw, drop11, 5, each(points, 900, 500), waiting(scoring.Of(700))},
		{"enough to drop", raw, drop11, 5, each(points, 900, 500, 600), waiting(scoring.Of(600))},
		{"drop works on levels", judgement, drop11, 5, each(level, 0, 3, 2, 2, 3), agreed(778)},
		// two judges at a station, mean of the two
		{"mean of two", raw, mean, 2, each(points, 850, 860), agreed(855)},
		// a group agrees one measured value
		{"one value", length, equal, 3, each(measured, 8015, 8015, 8015), agreed(100)},
		{"two values in tolerance", length, equal, 3, each(measured, 8015, 8015, 8018), unequal},
		{"two values so far", length, equal, 3, each(measured, 8015, 8018), waiting(scoring.Of(100))},
		{"same sum for other reasons", pot, equal, 2, each(deducted, counts{"a": 1}, counts{"b": 1}), unequal},
		{"none taken is not listed", pot, equal, 2, each(deducted, counts{"a": 1, "b": 0}, counts{"a": 1}), agreed(400)},
		{"nothing yet", length, equal, 3, nil, waiting(scoring.None())},
		{"blank is not a mark", judgement, spread1, 3, append(each(level, 2, 3), scoring.Observation{}), waiting(scoring.Of(833))},
		{"penalty", penalty, mean, 2, each(deducted, counts{"late": 1}, counts{"late": 2}), agreed(-750)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.want.Aspect, tt.want.Need = tt.aspect.ID, tt.size
			for _, o := range tt.marks {
				if !o.Blank() {
					tt.want.Have++
				}
			}
			marks := marksOf(tt.marks...)
			for range 2 { // the order of marks does not matter
				got, err := scoring.Agree(tt.aspect, panelRules(tt.size, tt.policy), panelOf(tt.size), marks)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				slices.Reverse(marks)
			}
		})
	}
}

func TestAgreeWithAClosedPanel(t *testing.T) {
	t.Parallel()
	a := scoring.Aspect{ID: "J", Kind: scoring.KindJudgement, Max: 300}
	r := panelRules(5, scoring.Agreement{Method: scoring.MethodMean})
	r.Panel.MinJudges = 3
	p := panelOf(5)
	p.Closed = true
	got, err := scoring.Agree(a, r, p, marksOf(each(level, 2, 3, 3)...))
	if err != nil || got.State != scoring.Settled || got.Marks != scoring.Of(267) {
		t.Errorf("three of five in a closed panel: %+v, %v", got, err)
	}
	got, err = scoring.Agree(a, r, p, marksOf(each(level, 2, 3)...))
	if err != nil || got.State != scoring.Waiting || got.Reason != scoring.ReasonTooFew {
		t.Errorf("two of five in a closed panel: %+v, %v", got, err)
	}
	p.Closed = false
	got, err = scoring.Agree(a, r, p, marksOf(each(level, 2, 3, 3, 3)...))
	if err != nil || got.State != scoring.Waiting || got.Reason != "" {
		t.Errorf("four of five in an open panel: %+v, %v", got, err)
	}
}

func TestAgreeRefuses(t *testing.T) {
	t.Parallel()
	a := scoring.Aspect{ID: "J", Kind: scoring.KindJudgement, Max: 300}
	r := panelRules(3, scoring.Agreement{Method: scoring.MethodMean})

	marks := marksOf(each(level, 1, 2)...)
	marks[0].Judge, marks[1].Judge = "stranger", "j2"
	marks = append(marks, marks[1])
	_, err := scoring.Agree(a, r, panelOf(3), marks)
	want := []string{"marks[0].judge not_on_panel", "marks[2].judge duplicate"}
	if diff := cmp.Diff(want, places(t, err, scoring.ErrPanel)); diff != "" {
		t.Error(diff)
	}

	_, err = scoring.Agree(a, r, scoring.Panel{Judges: []scoring.JudgeID{"a", "a"}}, nil)
	want = []string{"panel.judges wrong_count", "panel.judges[1] duplicate"}
	if diff := cmp.Diff(want, places(t, err, scoring.ErrPanel)); diff != "" {
		t.Error(diff)
	}

	_, err = scoring.Agree(a, r, panelOf(3), marksOf(level(1), level(4)))
	if diff := cmp.Diff([]string{"marks[1].level out_of_range"}, places(t, err, scoring.ErrEntry)); diff != "" {
		t.Error(diff)
	}
}

// A module of the published sheet as it fills: nothing, one judge, all judges
// with a spread of 2, and after the conference.
func TestJudgeModule(t *testing.T) {
	t.Parallel()
	s, r := pcb(t)
	b := s.Modules[1]
	panel := panelOf(3)
	sheets := []scoring.Sheet{fullSheet(b, "j1"), fullSheet(b, "j2"), fullSheet(b, "j3")}
	run := func(r scoring.Rules, sheets ...scoring.Sheet) scoring.ModuleOutcome {
		t.Helper()
		o, err := scoring.JudgeModule(b, r, panel, sheets)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	type short struct {
		State       scoring.Agreed
		Marks       scoring.Value
		Provisional bool
		Have        int
		Conferences []scoring.ConferenceView
	}
	check := func(name string, o scoring.ModuleOutcome, want short) {
		t.Helper()
		if want.Conferences == nil {
			want.Conferences = []scoring.ConferenceView{}
		}
		got := short{o.State, o.Marks, o.Provisional, o.Have, o.Conferences()}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if o.Need != 3 || len(o.Aspects) != 6 || o.Module != "B" {
			t.Errorf("%s: %+v", name, o)
		}
	}
	hidden := r
	hidden.ProvisionalMarks = scoring.ProvisionalComplete

	check("nothing", run(r), short{State: scoring.Waiting, Marks: scoring.None(), Provisional: true})
	check("one judge", run(r, sheets[0]), short{scoring.Waiting, scoring.Of(2500), true, 1, nil})
	check("one judge, hidden", run(hidden, sheets[0]), short{scoring.Waiting, scoring.None(), true, 1, nil})

	sheets[2].Entries[0].Observation = level(1) // B-J1: 3 3 1
	open := []scoring.ConferenceView{{Aspect: "B-J1", Reason: scoring.ReasonSpread, Spread: 2, SpreadMax: 1}}
	check("spread", run(r, sheets...), short{scoring.Conference, scoring.Of(1500), true, 3, open})
	check("spread, hidden", run(hidden, sheets...), short{scoring.Conference, scoring.None(), true, 3, open})

	sheets[2].Entries[0].Observation = level(2) // B-J1: 3 3 2 → 8.89
	check("agreed", run(hidden, sheets...), short{scoring.Settled, scoring.Of(2389), false, 3, nil})

	sheets[1].Entries = sheets[1].Entries[1:]
	check("incomplete sheet", run(r, sheets...), short{scoring.Waiting, scoring.Of(2333), true, 2, nil})

	sheets[1].Entries[0].Observation = points(5)
	_, err := scoring.JudgeModule(b, r, panel, sheets)
	if places(t, err, scoring.ErrEntry); !strings.Contains(err.Error(), "judge j2") {
		t.Errorf("the sheet is not named: %v", err)
	}
}

// A judge who looks at a conference must not be able to tell who stands apart.
func TestConferenceNamesNobody(t *testing.T) {
	t.Parallel()
	s, r := pcb(t)
	b := s.Modules[1]
	panel := scoring.Panel{Judges: []scoring.JudgeID{"judge-zhang", "judge-li", "judge-wang"}}
	var sheets []scoring.Sheet
	for _, j := range panel.Judges {
		sheets = append(sheets, fullSheet(b, j))
	}
	seen := map[string]bool{}
	for i := range sheets { // whoever it is, judges see the same
		sheets[i].Entries[0].Observation = level(0)
		o, err := scoring.JudgeModule(b, r, panel, sheets)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(o.Conferences())
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw), "judge-") || strings.Contains(string(raw), "marks") {
			t.Errorf("a conference view tells too much: %s", raw)
		}
		seen[string(raw)] = true
		sheets[i].Entries[0].Observation = level(3)
	}
	if len(seen) != 1 {
		t.Errorf("the view depends on who stands apart: %v", seen)
	}
}

// Three judgements of 1/3 mark each: rounded by aspect they lose a hundredth,
// rounded at the module they do not. Penalties stop at zero.
func TestModuleRoundingPointAndFloor(t *testing.T) {
	t.Parallel()
	m := scoring.Module{ID: "X", Source: scoring.SourcePanel, SubCriteria: []scoring.SubCriterion{{}}}
	for i := range 3 {
		m.SubCriteria[0].Aspects = append(m.SubCriteria[0].Aspects,
			scoring.Aspect{ID: scoring.AspectID(fmt.Sprint("J", i)), Kind: scoring.KindJudgement, Max: 100})
	}
	one := scoring.Sheet{Judge: "j1"}
	for _, a := range m.Aspects() {
		one.Entries = append(one.Entries, scoring.AspectEntry{Aspect: a.ID, Observation: level(1)})
	}
	r := panelRules(1, scoring.Agreement{Method: scoring.MethodMean})
	for where, want := range map[scoring.RoundAt]scoring.Marks{scoring.RoundAspect: 99, scoring.RoundModule: 100} {
		r.Rounding.Where = where
		o, err := scoring.JudgeModule(m, r, panelOf(1), []scoring.Sheet{one})
		if err != nil || o.Marks != scoring.Of(want) {
			t.Errorf("rounded by %s: %v, %v, want %v", where, o.Marks, err, want)
		}
	}
	m.SubCriteria[0].Aspects = append(m.SubCriteria[0].Aspects, penalty)
	one.Entries = append(one.Entries, scoring.AspectEntry{Aspect: "P", Observation: deducted(counts{"late": 1})})
	o, err := scoring.JudgeModule(m, r, panelOf(1), []scoring.Sheet{one})
	if err != nil || o.Marks != scoring.Of(0) || o.State != scoring.Settled {
		t.Errorf("1.00 less a penalty of 5.00: %+v, %v", o, err)
	}
}

func TestDropMeanProperties(t *testing.T) {
	t.Parallel()
	a := scoring.Aspect{ID: "R", Kind: scoring.KindPoints, Max: 1000, Points: &scoring.Points{Step: 1}}
	rapid.Check(t, func(t *rapid.T) {
		high, low := rapid.IntRange(0, 2).Draw(t, "high"), rapid.IntRange(0, 2).Draw(t, "low")
		n := rapid.IntRange(high+low+1, 9).Draw(t, "judges")
		policy := scoring.Agreement{Method: scoring.MethodDropMean, DropHigh: high, DropLow: low}
		given := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) scoring.Marks {
			return scoring.Marks(rapid.IntRange(0, 1000).Draw(t, "mark"))
		}), n, n).Draw(t, "marks")
		run := func(given []scoring.Marks) scoring.Marks {
			o, err := scoring.Agree(a, panelRules(n, policy), panelOf(n), marksOf(each(points, given...)...))
			if err != nil || o.State != scoring.Settled {
				t.Fatalf("%+v, %v", o, err)
			}
			return o.Marks.Marks
		}
		got := run(given)
		if got < slices.Min(given) || got > slices.Max(given) {
			t.Fatalf("%v is outside %v", got, given)
		}
		if shuffled := rapid.Permutation(given).Draw(t, "shuffled"); run(shuffled) != got {
			t.Fatalf("the order of judges matters: %v, %v", given, shuffled)
		}
		i := rapid.IntRange(0, n-1).Draw(t, "raised")
		raised := slices.Clone(given)
		raised[i] = min(1000, raised[i]+scoring.Marks(rapid.IntRange(0, 300).Draw(t, "by")))
		if run(raised) < got {
			t.Fatalf("raising a mark lowers the result: %v → %v", given, raised)
		}
		// against the definition: 2·kept·got − 2·sum is within (−kept, kept]
		sorted := slices.Sorted(slices.Values(given))[low : n-high]
		var sum scoring.Marks
		for _, m := range sorted {
			sum += m
		}
		kept := scoring.Marks(len(sorted))
		if d := 2*kept*got - 2*sum; d <= -kept || d > kept {
			t.Fatalf("%v is not the mean of %v half up", got, sorted)
		}
	})
}
