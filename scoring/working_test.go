package scoring_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/scoring"
)

// TestWork: two judges, a mean, and a deduction for conduct; the steps are
// computed by hand.
func TestWork(t *testing.T) {
	t.Parallel()
	words := func(zh string) scoring.Text { return scoring.Text{ZH: zh, EN: zh} }
	s := scoring.Scheme{ID: "s", Version: 1, Name: words("表"), Modules: []scoring.Module{{
		ID: "P", Name: words("站"), Max: 3000, Source: scoring.SourcePanel, SubCriteria: []scoring.SubCriterion{
			{ID: "P1", Name: words("工艺"), Max: 2000, Aspects: []scoring.Aspect{
				{ID: "a", Kind: scoring.KindPoints, Name: words("甲"), Max: 1000, Points: &scoring.Points{Step: 50}},
				{ID: "b", Kind: scoring.KindBinary, Name: words("乙"), Max: 1000},
			}},
			{ID: "P2", Name: words("差错"), Max: 1000, Aspects: []scoring.Aspect{
				{ID: "c", Kind: scoring.KindLinear, Name: words("丙"), Max: 1000, Linear: &scoring.Linear{PerError: 200}},
			}},
		},
	}}, Violations: []scoring.Violation{{ID: "v", Label: words("喧哗"), Ladder: []scoring.Sanction{{Kind: scoring.SanctionDeduct, Marks: 500}}}}}
	r := panelRules(2, scoring.Agreement{Method: scoring.MethodMean})
	r.Parts = []scoring.Part{{ID: "all", Name: words("实操"), Modules: []scoring.ModuleID{"P"}, Weight: 10000}}
	r.FullMarks, r.TotalRounding = 3000, scoring.TotalRounding{Step: 1, Where: scoring.RoundTotal}
	r.Ranking, r.Absent = scoring.RankShared, scoring.AbsentUnranked
	yes, no, points, fewer, errs := true, false, scoring.Marks(850), scoring.Marks(800), 2
	sheet := func(j scoring.JudgeID, p *scoring.Marks, met *bool) scoring.Sheet {
		return scoring.Sheet{Judge: j, Entries: []scoring.AspectEntry{
			{Aspect: "a", Observation: scoring.Observation{Points: p}}, {Aspect: "b", Observation: scoring.Observation{Met: met}},
			{Aspect: "c", Observation: scoring.Observation{Errors: &errs}},
		}}
	}
	sample := scoring.Sample{Calls: map[scoring.ModuleID]scoring.Call{"P": {
		Panel:  scoring.Panel{Judges: []scoring.JudgeID{"1", "2"}},
		Sheets: []scoring.Sheet{sheet("1", &points, &yes), sheet("2", &fewer, &no)},
	}}}
	got, err := scoring.Work(s, r, sample, scoring.Conduct{Offences: []scoring.Offence{{Violation: "v", Module: "P"}}})
	if err != nil {
		t.Fatal(err)
	}
	m := got.Modules[0]
	if d := cmp.Diff([]scoring.Marks{2450, 1400}, m.Totals); d != "" || m.Marks != scoring.Of(1925) {
		t.Errorf("module %+v %s", m, d)
	}
	if sc := m.SubCriteria; sc[0].Marks != scoring.Of(1325) || sc[1].Marks != scoring.Of(600) {
		t.Errorf("sub-criteria %+v", sc)
	}
	a := m.SubCriteria[0].Aspects[0]
	if d := cmp.Diff([]scoring.Value{scoring.Of(850), scoring.Of(800)}, a.Judges); d != "" || a.Method != scoring.MethodMean || a.Outcome.Marks != scoring.Of(825) {
		t.Errorf("aspect %+v %s", a, d)
	}
	if x := got.Total.Modules[0]; x.Value != scoring.Of(1425) || *x.Earned != scoring.Of(1925) || len(got.Total.Sanctions) != 1 {
		t.Errorf("total %+v", got.Total)
	}
	if _, err := scoring.Work(s, r, sample, scoring.Conduct{Offences: []scoring.Offence{{Violation: "w", Module: "P"}}}); !errors.Is(err, scoring.ErrConduct) {
		t.Errorf("unknown violation: %v", err)
	}
	sample.Calls["Q"] = scoring.Call{}
	if _, err := scoring.Work(s, r, sample, scoring.Conduct{}); !errors.Is(err, scoring.ErrSimulation) {
		t.Errorf("unknown module: %v", err)
	}
}
