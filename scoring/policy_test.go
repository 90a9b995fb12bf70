package scoring_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
)

var raw = scoring.Aspect{ID: "R", Kind: scoring.KindPoints, Max: 1000, Points: &scoring.Points{Step: 1}}

func clamp(k scoring.Marks) scoring.Agreement {
	return scoring.Agreement{Method: scoring.MethodClamp, Clamp: &k}
}

// bands are those of a gymnastics sheet: the better, the closer.
func bands(a scoring.Agreement) scoring.Agreement {
	a.Bands = []scoring.Band{{FromMarks: 0, MaxGap: 100}, {FromMarks: 700, MaxGap: 50}, {FromMarks: 950, MaxGap: 20}}
	return a
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	median := scoring.Agreement{Method: scoring.MethodMedian}
	majority := scoring.Agreement{Method: scoring.MethodMajority, Majority: 2}
	double := scoring.Agreement{Method: scoring.MethodDouble}
	chief := scoring.Agreement{Method: scoring.MethodChief}
	drop22 := scoring.Agreement{Method: scoring.MethodDropMean, DropHigh: 2, DropLow: 2}
	mean := scoring.Agreement{Method: scoring.MethodMean}
	met := func(b bool) scoring.Observation { return scoring.Observation{Met: &b} }
	binary := scoring.Aspect{ID: "B", Kind: scoring.KindBinary, Max: 100}

	agreed := func(m scoring.Marks) scoring.Outcome {
		return scoring.Outcome{State: scoring.Settled, Marks: scoring.Of(m)}
	}
	waiting := func(m scoring.Marks) scoring.Outcome {
		return scoring.Outcome{State: scoring.Waiting, Marks: scoring.Of(m)}
	}
	confer := func(r scoring.Reason) scoring.Outcome {
		return scoring.Outcome{State: scoring.Conference, Marks: scoring.None(), Reason: r}
	}
	gap := func(gap, most scoring.Marks) scoring.Outcome {
		o := confer(scoring.ReasonGap)
		o.Gap, o.GapMax = gap, most
		return o
	}
	forChief := waiting(500)
	forChief.Reason = scoring.ReasonChief
	tests := []struct {
		name   string
		aspect scoring.Aspect
		policy scoring.Agreement
		size   int
		marks  []scoring.Observation
		want   scoring.Outcome
	}{
		{"median of three", raw, median, 3, each(points, 900, 100, 800), agreed(800)},
		{"median of four", raw, median, 4, each(points, 900, 100, 801, 700), agreed(751)}, // 750.5
		{"median so far", raw, median, 3, each(points, 900, 100), waiting(500)},
		{"nine judges, two high and two low dropped", raw, drop22, 9,
			each(points, 1000, 990, 800, 810, 820, 830, 840, 10, 20), agreed(820)},
		{"clamped to ±10 of 800", raw, clamp(10), 3, each(points, 900, 100, 800), agreed(800)}, // 810, 790, 800
		{"clamped on one side", raw, clamp(10), 3, each(points, 900, 795, 800), agreed(802)},   // 810, 795, 800
		{"clamped to the median", raw, clamp(0), 5, each(points, 1, 2, 700, 900, 900), agreed(700)},
		{"majority", binary, majority, 3, each(met, true, false, true), agreed(100)},
		{"majority against", binary, majority, 3, each(met, false, false, true), agreed(0)},
		{"no majority", raw, majority, 3, each(points, 100, 200, 300), confer(scoring.ReasonNoMajority)},
		{"majority is not called early", binary, majority, 3, each(met, true, true), waiting(100)},
		{"two entries are enough", binary, double, 3, each(met, true, true), agreed(100)},
		{"two entries differ", binary, double, 3, each(met, true, false), confer(scoring.ReasonUnequal)},
		{"a third entry must agree too", binary, double, 3, each(met, true, true, false), confer(scoring.ReasonUnequal)},
		{"one entry", binary, double, 3, each(met, true), waiting(100)},
		{"the chief is asked when all have marked", raw, chief, 2, each(points, 400, 600), forChief},
		{"before that nothing is said", raw, chief, 3, each(points, 400, 600), waiting(500)},
		{"low band", raw, bands(mean), 2, each(points, 500, 600), agreed(550)},
		{"low band, too far", raw, bands(mean), 2, each(points, 500, 601), gap(101, 100)},
		{"middle band", raw, bands(mean), 2, each(points, 680, 730), agreed(705)},
		{"middle band starts at 700", raw, bands(mean), 2, each(points, 670, 730), gap(60, 50)},
		{"just below 700", raw, bands(mean), 2, each(points, 669, 730), agreed(700)}, // 699.5 is in the low band
		{"top band", raw, bands(mean), 2, each(points, 940, 961), gap(21, 20)},
		{"top band fits", raw, bands(mean), 2, each(points, 941, 961), agreed(951)},
		{"dropped marks do not count", raw, bands(scoring.Agreement{Method: scoring.MethodDropMean, DropHigh: 1, DropLow: 1}), 5,
			each(points, 0, 960, 965, 970, 1000), agreed(965)},
		{"bands are not called early", raw, bands(mean), 3, each(points, 0, 1000), waiting(500)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.want.Aspect, tt.want.Have, tt.want.Need = tt.aspect.ID, len(tt.marks), tt.size
			if tt.policy.Method == scoring.MethodDouble {
				tt.want.Need = 2
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

func TestValidatePolicies(t *testing.T) {
	t.Parallel()
	mean := scoring.Agreement{Method: scoring.MethodMean}
	tests := []struct {
		name   string
		policy scoring.Agreement
		want   []string
	}{
		{"median", scoring.Agreement{Method: scoring.MethodMedian}, nil},
		{"majority of three", scoring.Agreement{Method: scoring.MethodMajority, Majority: 2}, nil},
		{"double entry", scoring.Agreement{Method: scoring.MethodDouble}, nil},
		{"chief", scoring.Agreement{Method: scoring.MethodChief}, nil},
		{"clamp", clamp(2), nil},
		{"bands", bands(mean), nil},
		{"unknown", scoring.Agreement{Method: "guess"}, []string{"method unknown"}},
		{"clamp to nothing", scoring.Agreement{Method: scoring.MethodClamp}, []string{"clamp inconsistent"}},
		{"clamp below zero", clamp(-1), []string{"clamp out_of_range"}},
		{"clamp of a mean", scoring.Agreement{Method: scoring.MethodMean, Clamp: new(scoring.Marks(1))}, []string{"clamp inconsistent"}},
		{"majority of nobody", scoring.Agreement{Method: scoring.MethodMajority}, []string{"majority inconsistent", "majority too_few"}},
		{"one of three", scoring.Agreement{Method: scoring.MethodMajority, Majority: 1}, []string{"majority too_few"}},
		{"four of three", scoring.Agreement{Method: scoring.MethodMajority, Majority: 4}, []string{"majority too_many"}},
		{"majority of a mean", scoring.Agreement{Method: scoring.MethodMean, Majority: 2}, []string{"majority inconsistent"}},
		{"drop 2 and 2 of three", scoring.Agreement{Method: scoring.MethodDropMean, DropHigh: 2, DropLow: 2}, []string{"drop_high too_many"}},
		{"bands of equal entries", bands(scoring.Agreement{Method: scoring.MethodEqual}), []string{"bands not_allowed"}},
		{"bands upside down", scoring.Agreement{Method: scoring.MethodMean,
			Bands: []scoring.Band{{FromMarks: 10, MaxGap: -1}, {FromMarks: 10}}},
			[]string{"bands[0].from_marks out_of_range", "bands[0].max_gap out_of_range", "bands[1].from_marks out_of_order"}},
	}
	for _, tt := range tests {
		s, r := pcb(t)
		r.Agreement[scoring.KindPoints] = tt.policy
		err := r.Validate(s)
		if tt.want == nil {
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		var got []string
		for _, p := range places(t, err, scoring.ErrRules) {
			got = append(got, strings.TrimPrefix(p, "agreement.points."))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	s, r := pcb(t)
	r.Agreement[scoring.KindPenalty] = bands(mean)
	r.Panel.TotalGap = &scoring.TotalGap{}
	got := places(t, r.Validate(s), scoring.ErrRules)
	if diff := cmp.Diff([]string{"panel.total_gap.limit out_of_range", "agreement.penalty.bands not_allowed"}, got); diff != "" {
		t.Error(diff)
	}
	r.Panel = scoring.PanelRule{Size: 4, MinJudges: 4}
	r.Agreement[scoring.KindPenalty] = scoring.Agreement{Method: scoring.MethodMajority, Majority: 2}
	got = places(t, r.Validate(s), scoring.ErrRules)
	if diff := cmp.Diff([]string{"agreement.penalty.majority too_few"}, got); diff != "" {
		t.Errorf("half is no majority: %s", diff)
	}
	r.Panel = scoring.PanelRule{Size: 1, MinJudges: 1}
	r.Agreement[scoring.KindPenalty] = scoring.Agreement{Method: scoring.MethodDouble}
	got = places(t, r.Validate(s), scoring.ErrRules)
	if diff := cmp.Diff([]string{"agreement.penalty.method too_few"}, got); diff != "" {
		t.Error(diff)
	}
}

// drawPolicy draws a policy that always settles, and the amount by hand in
// hundredths × den.
func drawPolicy(t *rapid.T, n int) (scoring.Agreement, func([]scoring.Marks) (num, den scoring.Marks)) {
	sorted := func(m []scoring.Marks) []scoring.Marks { return slices.Sorted(slices.Values(m)) }
	middle := func(m []scoring.Marks) scoring.Marks { // twice the median
		s := sorted(m)
		return s[(len(s)-1)/2] + s[len(s)/2]
	}
	switch rapid.SampledFrom([]scoring.Method{scoring.MethodMean, scoring.MethodMedian, scoring.MethodClamp}).Draw(t, "method") {
	case scoring.MethodMedian:
		return scoring.Agreement{Method: scoring.MethodMedian}, func(m []scoring.Marks) (scoring.Marks, scoring.Marks) { return middle(m), 2 }
	case scoring.MethodClamp:
		k := scoring.Marks(rapid.IntRange(0, 300).Draw(t, "clamp"))
		return clamp(k), func(m []scoring.Marks) (scoring.Marks, scoring.Marks) {
			var sum scoring.Marks
			for _, x := range m {
				sum += min(max(2*x, middle(m)-2*k), middle(m)+2*k)
			}
			return sum, scoring.Marks(2 * n)
		}
	}
	return scoring.Agreement{Method: scoring.MethodMean}, func(m []scoring.Marks) (scoring.Marks, scoring.Marks) {
		var sum scoring.Marks
		for _, x := range m {
			sum += x
		}
		return sum, scoring.Marks(n)
	}
}

// The amount lies within the marks, is the definition's, does not depend on the
// order of judges, and never falls when a mark is raised.
func TestPolicyProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 9).Draw(t, "judges")
		policy, byHand := drawPolicy(t, n)
		given := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 1000), func(n int) scoring.Marks { return scoring.Marks(n) }), n, n).Draw(t, "marks")
		run := func(given []scoring.Marks) scoring.Marks {
			o, err := scoring.Agree(raw, panelRules(n, policy), panelOf(n), marksOf(each(points, given...)...))
			if err != nil || o.State != scoring.Settled {
				t.Fatalf("%+v, %v", o, err)
			}
			return o.Marks.Marks
		}
		got := run(given)
		num, den := byHand(given)
		if want := (2*num + den) / (2 * den); got != want { // half up; all amounts are above 0
			t.Fatalf("%s of %v is %v, by hand %v", policy.Method, given, got, want)
		}
		if got < slices.Min(given) || got > slices.Max(given) {
			t.Fatalf("%v is outside %v", got, given)
		}
		if shuffled := rapid.Permutation(given).Draw(t, "shuffled"); run(shuffled) != got {
			t.Fatalf("the order of judges matters: %v, %v", given, shuffled)
		}
		raised := slices.Clone(given)
		i := rapid.IntRange(0, n-1).Draw(t, "raised")
		raised[i] = min(1000, raised[i]+scoring.Marks(rapid.IntRange(0, 300).Draw(t, "by")))
		if run(raised) < got {
			t.Fatalf("raising a mark lowers the result: %v → %v", given, raised)
		}
	})
}

// A conference is called exactly when the marks are further apart than the band
// of their mean allows.
func TestBandProperties(t *testing.T) {
	t.Parallel()
	policy := bands(scoring.Agreement{Method: scoring.MethodMean})
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "judges")
		from := rapid.IntRange(0, 1000).Draw(t, "from")
		given := rapid.SliceOfN(rapid.Map(rapid.IntRange(from, min(1000, from+120)), func(n int) scoring.Marks { return scoring.Marks(n) }), n, n).Draw(t, "marks")
		o, err := scoring.Agree(raw, panelRules(n, policy), panelOf(n), marksOf(each(points, given...)...))
		if err != nil {
			t.Fatal(err)
		}
		var sum scoring.Marks
		for _, m := range given {
			sum += m
		}
		most := scoring.Marks(100)
		if sum >= 700*scoring.Marks(n) {
			most = 50
		}
		if sum >= 950*scoring.Marks(n) {
			most = 20
		}
		far := slices.Max(given)-slices.Min(given) > most
		if far != (o.State == scoring.Conference) {
			t.Fatalf("%v: %+v, allowed are %v", given, o, most)
		}
	})
}

// A judge who looks at a conference over marks learns no amounts.
func TestConferenceOverMarksTellsNone(t *testing.T) {
	t.Parallel()
	m := withAspect(raw).Modules[0]
	r := panelRules(2, bands(scoring.Agreement{Method: scoring.MethodMean}))
	sheets := []scoring.Sheet{
		{Judge: "j1", Entries: []scoring.AspectEntry{{Aspect: "R", Observation: points(123)}}},
		{Judge: "j2", Entries: []scoring.AspectEntry{{Aspect: "R", Observation: points(987)}}},
	}
	o, err := scoring.JudgeModule(m, r, panelOf(2), sheets)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(o.Conferences())
	want := `[{"aspect":"R","reason":"gap","spread":0,"spread_max":0}]`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}
