package scoring_test

import (
	"fmt"

	"github.com/xinglu/xinglu/scoring"
)

// Two defects to find; false alarms are paid from a pot of their own.
func ExampleMarkEntry_hitList() {
	steps := []scoring.Step{{ID: "no"}, {ID: "near", Marks: 50}, {ID: "exact", Marks: 100}}
	defects := scoring.Aspect{
		ID: "C", Kind: scoring.KindHitList, Max: 400,
		HitList: &scoring.HitList{
			Items: []scoring.Hit{{ID: "C1"}, {ID: "C2"}}, Steps: steps,
			FalseAlarms: &scoring.FalseAlarms{Max: 200, Each: 100},
		},
	}
	seen := scoring.Hits{Steps: map[scoring.HitID]scoring.StepID{"C1": "exact", "C2": "near"}, FalseAlarms: new(5)}
	mark, _ := scoring.MarkEntry(defects, scoring.Observation{Hits: &seen})
	fmt.Println(mark)

	delete(seen.Steps, "C2")
	_, err := scoring.MarkEntry(defects, scoring.Observation{Hits: &seen})
	fmt.Println(err)
	// Output:
	// 1.50
	// the mark does not fit the marking scheme; hits.steps.C2: aspect C: item C2 is not judged
}

// Fast but bad work earns little: above the base, the time's marks count in the
// share that the other aspects have earned.
func ExampleJudge_timeTable() {
	station := scoring.Module{ID: "S", Max: 10000, SubCriteria: []scoring.SubCriterion{{Aspects: []scoring.Aspect{
		{ID: "W", Kind: scoring.KindPoints, Max: 9000, Points: &scoring.Points{Step: 1}},
		{ID: "T", Kind: scoring.KindTimeTable, Max: 1000, TimeTable: &scoring.TimeTable{
			Rows:   []scoring.TimeRow{{UpToMS: 900_000, Marks: 1000}, {UpToMS: 1_200_000, Marks: 190}},
			Source: scoring.TimeByClock, Base: new(scoring.Marks(100)),
		}},
	}}}}
	rules := scoring.Rules{
		Panel:     scoring.PanelRule{Size: 1, MinJudges: 1},
		Agreement: map[scoring.Kind]scoring.Agreement{scoring.KindPoints: {Method: scoring.MethodMean}},
		Rounding:  scoring.Rounding{Step: 1, Where: scoring.RoundAspect},
	}
	for _, work := range []scoring.Marks{9000, 4500} {
		out, _ := scoring.Judge(station, rules, scoring.Call{
			Panel: scoring.Panel{Judges: []scoring.JudgeID{"li"}},
			Sheets: []scoring.Sheet{{Judge: "li", Entries: []scoring.AspectEntry{
				{Aspect: "W", Observation: scoring.Observation{Points: &work}}}}},
			ClockMS: new(int64(880_000)),
		})
		fmt.Println(work, "+", out.Aspects[1].Marks, "=", out.Marks)
	}
	// Output:
	// 90.00 + 10.00 = 100.00
	// 45.00 + 5.50 = 50.50
}

// The judges' totals are ten marks apart; the chief judge decides one aspect.
func ExampleJudge_override() {
	line := func(id scoring.AspectID) scoring.Aspect {
		return scoring.Aspect{ID: id, Kind: scoring.KindPoints, Max: 5000, Points: &scoring.Points{Step: 1}}
	}
	module := scoring.Module{ID: "B", Max: 10000, SubCriteria: []scoring.SubCriterion{{Aspects: []scoring.Aspect{line("X"), line("Y")}}}}
	rules := scoring.Rules{
		Panel:     scoring.PanelRule{Size: 2, MinJudges: 2, TotalGap: &scoring.TotalGap{Limit: 1000, Blocks: true}},
		Agreement: map[scoring.Kind]scoring.Agreement{scoring.KindPoints: {Method: scoring.MethodMean, ChiefDecides: true}},
		Rounding:  scoring.Rounding{Step: 1, Where: scoring.RoundAspect},
	}
	sheet := func(j scoring.JudgeID, x, y scoring.Marks) scoring.Sheet {
		return scoring.Sheet{Judge: j, Entries: []scoring.AspectEntry{
			{Aspect: "X", Observation: scoring.Observation{Points: &x}}, {Aspect: "Y", Observation: scoring.Observation{Points: &y}},
		}}
	}
	call := scoring.Call{
		Panel:  scoring.Panel{Judges: []scoring.JudgeID{"li", "wang"}},
		Sheets: []scoring.Sheet{sheet("li", 4000, 4500), sheet("wang", 4000, 3500)},
	}
	out, _ := scoring.Judge(module, rules, call)
	fmt.Println(out.State, out.Flag, out.Gap, out.Marks)

	call.Overrides = []scoring.Override{{Aspect: "Y", Observation: scoring.Observation{Points: new(scoring.Marks(4200))}, Why: "按录像核定"}}
	out, _ = scoring.Judge(module, rules, call)
	fmt.Println(out.State, out.Marks)
	// Output:
	// conference total_gap 10.00 blank
	// agreed 82.00
}

// A phone in the hall: everything becomes 0, what was earned stays visible.
func ExampleSumWith() {
	scheme := scoring.Scheme{
		Modules: []scoring.Module{{ID: "A", Max: 10000}},
		Zeroing: []scoring.ZeroRule{{ID: "phone", Label: scoring.Text{ZH: "携带通信设备"}, Scope: scoring.ZeroWhole}},
	}
	rules := scoring.Rules{
		FullMarks: 10000, TotalRounding: scoring.TotalRounding{Step: 1, Where: scoring.RoundTotal},
		Parts: []scoring.Part{{ID: "all", Modules: []scoring.ModuleID{"A"}, Weight: 10000}},
	}
	total, _ := scoring.SumWith(scheme, rules, map[scoring.ModuleID]scoring.Value{"A": scoring.Of(8150)},
		scoring.Conduct{Zeroings: []scoring.Zeroing{{Rule: "phone"}}})
	fmt.Println(total.Value, "earned", *total.Earned, total.Sanctions[0].Kind)
	// Output: 0.00 earned 81.50 zero_whole
}

// The chief judge orders two competitors whom marks cannot separate.
func ExampleTieDecision_Apply() {
	rules := scoring.Rules{Ranking: scoring.RankUnique, TieChain: []scoring.TieStep{
		{By: scoring.TieChief, Name: scoring.Text{ZH: "裁判长裁定"}},
	}}
	entries := []scoring.Entry{{Code: "07", Total: scoring.Of(8000)}, {Code: "12", Total: scoring.Of(8000)}}
	ranked, _ := scoring.Rank(entries, rules)
	fmt.Println(ranked[0].Rank, ranked[1].Rank, ranked[0].DecisionNeeded)

	entries, _ = scoring.TieDecision{Order: []scoring.Code{"12", "07"}, Why: "工艺更优"}.Apply(entries, rules)
	ranked, _ = scoring.Rank(entries, rules)
	fmt.Println(ranked[0].Code, ranked[1].Code)
	// Output:
	// 1 1 true
	// 12 07
}

// All of the first 30 %, a sample of 15 % of the rest, everyone when more than
// 5 % of the checked are wrong.
func ExampleRecheckSample() {
	rule := scoring.RecheckRule{TopShareBP: 3000, SampleShareBP: 1500, ErrorRateBP: 500}
	var ranked []scoring.Ranked
	for i := range 20 {
		ranked = append(ranked, scoring.Ranked{Code: scoring.Code(fmt.Sprintf("%02d", i+1)), Rank: i + 1})
	}
	recheck, _ := scoring.RecheckSample(ranked, rule, nil, []byte("published seed"))
	fmt.Println(recheck.Top, len(recheck.Sample), len(recheck.Rest))
	for _, errors := range []int{0, 1} {
		verdict, _ := scoring.RecheckVerdict(len(recheck.Top)+len(recheck.Sample), errors, rule)
		fmt.Println(errors, verdict)
	}
	// Output:
	// [01 02 03 04 05 06] 3 11
	// 0 fine
	// 1 widen
}

func ExampleScheme_SectionShares() {
	aspect := func(id scoring.AspectID, section string, m scoring.Marks) scoring.Aspect {
		return scoring.Aspect{ID: id, Section: section, Max: m}
	}
	scheme := scoring.Scheme{
		Sections:         []scoring.Section{{ID: "1", Weight: 4000}, {ID: "2", Weight: 6000}},
		SectionDeviation: 500,
		Modules: []scoring.Module{{ID: "A", SubCriteria: []scoring.SubCriterion{{
			Aspects: []scoring.Aspect{aspect("a", "1", 4300), aspect("b", "2", 5700)}}}}},
	}
	for _, s := range scheme.SectionShares() {
		fmt.Println(s.Section.ID, s.Marks, s.Variation, s.Fit)
	}
	// Output:
	// 1 43.00 300 within
	// 2 57.00 -300 within
}
