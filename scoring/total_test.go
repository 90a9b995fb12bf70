package scoring_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
)

type modules = map[scoring.ModuleID]scoring.Value

func TestSum(t *testing.T) {
	t.Parallel()
	of, none, absent := scoring.Of, scoring.None(), scoring.Absence()
	tests := []struct {
		name     string
		modules  modules
		total    scoring.Value
		complete bool
		parts    []scoring.Value // theory, practical: unweighted, weighted each
	}{
		// theory: paper ÷ 100 × 0.30, two decimals
		{"all", modules{"A": of(8350), "B": of(2389), "C": of(1550), "D": of(2200)},
			of(2505 + 6139), true, []scoring.Value{of(8350), of(2505), of(6139), of(6139)}},
		{"half a hundredth goes up", modules{"A": of(8355), "B": of(0), "C": of(0), "D": of(0)},
			of(2507), true, []scoring.Value{of(8355), of(2507), of(0), of(0)}}, // 25.065
		{"full", modules{"A": of(10000), "B": of(2500), "C": of(2000), "D": of(2500)},
			of(10000), true, []scoring.Value{of(10000), of(3000), of(7000), of(7000)}},
		{"nothing yet", nil, none, false, []scoring.Value{none, none, none, none}},
		{"zero is a mark", modules{"A": of(0)}, of(0), false, []scoring.Value{of(0), of(0), none, none}},
		{"theory only", modules{"A": of(8000), "B": none}, of(2400), false, []scoring.Value{of(8000), of(2400), none, none}},
		{"absent everywhere", modules{"A": absent, "B": absent, "C": absent, "D": absent},
			absent, true, []scoring.Value{absent, absent, absent, absent}},
		{"absent from theory", modules{"A": absent, "B": of(1000), "C": of(1000), "D": of(1000)},
			of(3000), true, []scoring.Value{absent, absent, of(3000), of(3000)}},
		{"absent from one module", modules{"A": of(5000), "B": absent, "C": of(1000), "D": of(1000)},
			of(3500), true, []scoring.Value{of(5000), of(1500), of(2000), of(2000)}},
		{"absent so far", modules{"A": absent}, none, false, []scoring.Value{absent, absent, none, none}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, r := pcb(t)
			got, err := scoring.Sum(s, r, tt.modules)
			if err != nil {
				t.Fatal(err)
			}
			var parts []scoring.Value
			for _, p := range got.Parts {
				parts = append(parts, p.Value, p.Weighted)
			}
			if got.Value != tt.total || got.Complete != tt.complete {
				t.Errorf("total %v complete %v, want %v %v", got.Value, got.Complete, tt.total, tt.complete)
			}
			if diff := cmp.Diff(tt.parts, parts); diff != "" {
				t.Errorf("parts (-want +got):\n%s", diff)
			}
			if got.Scheme != "pcb" || got.SchemeVersion != 1 || got.Rules != "pcb" || got.RulesVersion != 1 || len(got.Modules) != 4 {
				t.Errorf("the result does not name what it follows from: %+v", got)
			}
		})
	}
}

// A rotation contest: 0.3 × theory + 0.7 × the mean of three stations, two
// decimals half up.
func rotation() (scoring.Scheme, scoring.Rules) {
	s := scoring.Scheme{ID: "rail", Version: 1}
	for _, id := range []scoring.ModuleID{"T", "S1", "S2", "S3"} {
		s.Modules = append(s.Modules, scoring.Module{ID: id, Max: 10000, Source: scoring.SourceImported})
	}
	r := scoring.Rules{
		ID: "rail", Version: 1, FullMarks: 10000,
		TotalRounding: scoring.TotalRounding{Step: 1, Where: scoring.RoundTotal},
		Parts: []scoring.Part{
			{ID: "theory", Modules: []scoring.ModuleID{"T"}, Weight: 3000},
			{ID: "practical", Modules: []scoring.ModuleID{"S1", "S2", "S3"}, Weight: 7000},
		},
	}
	return s, r
}

func TestSumRoundsOnce(t *testing.T) {
	t.Parallel()
	s, r := rotation()
	marks := modules{"T": scoring.Of(8001), "S1": scoring.Of(8000), "S2": scoring.Of(8000), "S3": scoring.Of(8001)}
	// theory 24.003, practical 0.7 × 80.00333… = 56.002333…, together 80.005333…
	for where, want := range map[scoring.TotalRoundAt]scoring.Marks{scoring.RoundTotal: 8001, scoring.RoundPart: 8000} {
		r.TotalRounding.Where = where
		got, err := scoring.Sum(s, r, marks)
		if err != nil || got.Value != scoring.Of(want) {
			t.Errorf("rounded by %s: %v, %v, want %v", where, got.Value, err, want)
		}
	}
}

func TestSumRefuses(t *testing.T) {
	t.Parallel()
	s, r := pcb(t)
	_, err := scoring.Sum(s, r, modules{
		"A": scoring.Of(10001), "B": scoring.Of(-1), "C": {State: "lost"},
		"D": {State: scoring.DidNotStart, Marks: 5}, "Z": scoring.Of(1),
	})
	want := []string{
		"modules.A.marks above_max", "modules.B.marks below_zero", "modules.C.state unknown",
		"modules.D.marks inconsistent", "modules.Z unknown",
	}
	if diff := cmp.Diff(want, places(t, err, scoring.ErrModules)); diff != "" {
		t.Error(diff)
	}
}

// No competitor gains or loses more than half a step per rounding, better
// marks never make a worse total, and full marks are full marks.
func TestSumProperties(t *testing.T) {
	t.Parallel()
	s, r := rotation()
	rapid.Check(t, func(t *rapid.T) {
		r := r
		r.TotalRounding.Where = rapid.SampledFrom([]scoring.TotalRoundAt{scoring.RoundPart, scoring.RoundTotal}).Draw(t, "where")
		r.TotalRounding.Step = rapid.SampledFrom([]scoring.Marks{1, 10, 100}).Draw(t, "step")
		m := modules{}
		exact := scoring.Ratio{}
		for _, mod := range s.Modules {
			v := scoring.Marks(rapid.IntRange(0, 10000).Draw(t, string(mod.ID)))
			m[mod.ID] = scoring.Of(v)
			weight, of := int64(3000), int64(10000)
			if mod.ID != "T" {
				weight, of = 7000, 30000
			}
			exact = exact.Add(scoring.NewRatio(v, 1).Mul(weight, of))
		}
		total := func() scoring.Marks {
			got, err := scoring.Sum(s, r, m)
			if err != nil || !got.Complete {
				t.Fatal(got, err)
			}
			return got.Value.Marks
		}
		got := total()
		roundings := scoring.Marks(1)
		if r.TotalRounding.Where == scoring.RoundPart {
			roundings = 2
		}
		slack := roundings * r.TotalRounding.Step
		if exact.Cmp(scoring.NewRatio(2*got-slack, 2)) < 0 || exact.Cmp(scoring.NewRatio(2*got+slack, 2)) > 0 {
			t.Fatalf("%v became %v", exact, got)
		}
		id := rapid.SampledFrom(s.Modules).Draw(t, "raised").ID
		m[id] = scoring.Of(min(10000, m[id].Marks+scoring.Marks(rapid.IntRange(0, 500).Draw(t, "by"))))
		if total() < got {
			t.Fatalf("raising module %s lowers the total", id)
		}
	})
}

func TestPass(t *testing.T) {
	t.Parallel()
	of, absent := scoring.Of, scoring.Absence()
	theory := scoring.PassLine{Part: "theory", Min: 6000}
	practical := scoring.PassLine{Part: "practical", Min: 4200}
	tests := []struct {
		name    string
		modules modules
		want    scoring.PassResult
	}{
		{"both on the line", modules{"A": of(6000), "B": of(1400), "C": of(1400), "D": of(1400)},
			scoring.PassResult{Verdict: scoring.Passed, Missed: []scoring.PassLine{}}},
		{"a hundredth short", modules{"A": of(5999), "B": of(2500), "C": of(2000), "D": of(2500)},
			scoring.PassResult{Verdict: scoring.Failed, Missed: []scoring.PassLine{theory}}},
		{"practical open", modules{"A": of(9000), "B": of(2500)},
			scoring.PassResult{Verdict: scoring.Pending, Missed: []scoring.PassLine{}}},
		{"theory failed, practical open", modules{"A": of(100)},
			scoring.PassResult{Verdict: scoring.Failed, Missed: []scoring.PassLine{theory}}},
		{"absent", modules{"A": absent, "B": absent, "C": absent, "D": absent},
			scoring.PassResult{Verdict: scoring.Failed, Missed: []scoring.PassLine{theory, practical}}},
	}
	for _, tt := range tests {
		s, r := pcb(t)
		total, err := scoring.Sum(s, r, tt.modules)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, scoring.Pass(total, r)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
