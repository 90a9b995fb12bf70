package scoring_test

import (
	"fmt"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

func ExampleParseMarks() {
	m, _ := scoring.ParseMarks("87.5")
	fmt.Println(int64(m), m)

	_, err := scoring.ParseMarks("87.555")
	fmt.Println(err)
	// Output:
	// 8750 87.50
	// marks must be a decimal number with at most two places
}

// Rounding is half up to a step, of an exact fraction.
func ExampleRatio_Round() {
	twoThirds := scoring.NewRatio(1000, 3).Mul(2, 1) // 10 marks × 2 ÷ 3
	fmt.Println(twoThirds.Round(1), twoThirds.Round(10), twoThirds.Round(100))
	// Output: 6.67 6.70 7.00
}

// Blank, zero and absent are three values.
func ExampleValue() {
	fmt.Println(scoring.None(), scoring.Of(0), scoring.Absence())
	// Output: blank 0.00 did_not_start
}

func ExampleMarkEntry() {
	plus := int64(20)
	length := scoring.Aspect{
		ID: "M01", Kind: scoring.KindTolerance, Max: 100, // 80.00 ± 0.20 mm
		Tolerance: &scoring.Tolerance{Nominal: 8000, Minus: &plus, Plus: &plus, Decimals: 2, Unit: "mm"},
	}
	for _, v := range []int64{8020, 8021} {
		mark, _ := scoring.MarkEntry(length, scoring.Observation{Measured: &v})
		fmt.Println(mark)
	}
	blank, _ := scoring.MarkEntry(length, scoring.Observation{})
	fmt.Println(blank)
	// Output:
	// 1.00
	// 0.00
	// blank
}

// Three judges choose a level from 0 to 3; the mean ÷ 3 × the maximum counts,
// unless the judges are too far apart.
func ExampleAgree_judgement() {
	rules := scoring.Rules{
		Panel:     scoring.PanelRule{Size: 3, MinJudges: 3},
		Agreement: map[scoring.Kind]scoring.Agreement{scoring.KindJudgement: {Method: scoring.MethodMean, SpreadMax: new(1)}},
		Rounding:  scoring.Rounding{Step: 1, Where: scoring.RoundAspect},
	}
	panel := scoring.Panel{Judges: []scoring.JudgeID{"li", "wang", "zhao"}}
	layout := scoring.Aspect{ID: "B-J1", Kind: scoring.KindJudgement, Max: 1000}
	for _, levels := range [][]int{{2, 2}, {2, 2, 3}, {1, 2, 3}} {
		var marks []scoring.JudgeMark
		for i := range levels {
			marks = append(marks, scoring.JudgeMark{Judge: panel.Judges[i], Observation: scoring.Observation{Level: &levels[i]}})
		}
		out, _ := scoring.Agree(layout, rules, panel, marks)
		fmt.Printf("%v: %d of %d, %s %q, %v\n", levels, out.Have, out.Need, out.State, out.Reason, out.Marks)
	}
	// Output:
	// [2 2]: 2 of 3, waiting "", 6.67
	// [2 2 3]: 3 of 3, agreed "", 7.78
	// [1 2 3]: 3 of 3, conference "spread", blank
}

// Five judges, the highest and the lowest are dropped.
func ExampleAgree_dropHighLow() {
	rules := scoring.Rules{
		Panel:     scoring.PanelRule{Size: 5, MinJudges: 5},
		Agreement: map[scoring.Kind]scoring.Agreement{scoring.KindPoints: {Method: scoring.MethodDropMean, DropHigh: 1, DropLow: 1}},
		Rounding:  scoring.Rounding{Step: 1, Where: scoring.RoundAspect},
	}
	panel := scoring.Panel{Judges: []scoring.JudgeID{"a", "b", "c", "d", "e"}}
	style := scoring.Aspect{ID: "S", Kind: scoring.KindPoints, Max: 1000, Points: &scoring.Points{Step: 10}}
	var marks []scoring.JudgeMark
	for i, m := range []scoring.Marks{800, 900, 950, 700, 850} {
		marks = append(marks, scoring.JudgeMark{Judge: panel.Judges[i], Observation: scoring.Observation{Points: &m}})
	}
	out, _ := scoring.Agree(style, rules, panel, marks)
	fmt.Println(out.State, out.Marks)
	// Output: agreed 8.50
}

// Theory counts 30 %, the mean of three stations 70 %, rounded once.
func ExampleSum() {
	scheme := scoring.Scheme{Modules: []scoring.Module{
		{ID: "T", Max: 10000}, {ID: "S1", Max: 10000}, {ID: "S2", Max: 10000}, {ID: "S3", Max: 10000},
	}}
	rules := scoring.Rules{
		FullMarks:     10000,
		TotalRounding: scoring.TotalRounding{Step: 1, Where: scoring.RoundTotal},
		Parts: []scoring.Part{
			{ID: "theory", Modules: []scoring.ModuleID{"T"}, Weight: 3000},
			{ID: "practical", Modules: []scoring.ModuleID{"S1", "S2", "S3"}, Weight: 7000},
		},
	}
	total, _ := scoring.Sum(scheme, rules, map[scoring.ModuleID]scoring.Value{
		"T": scoring.Of(8200), "S1": scoring.Of(7500), "S2": scoring.Of(9050), "S3": scoring.Of(8000),
	})
	for _, p := range total.Parts {
		fmt.Println(p.Part, p.Value, "of", p.Max, "adds", p.Weighted)
	}
	fmt.Println("total", total.Value)
	// Output:
	// theory 82.00 of 100.00 adds 24.60
	// practical 245.50 of 300.00 adds 57.28
	// total 81.88
}

func ExampleRank() {
	rules := scoring.Rules{Ranking: scoring.RankShared, TieChain: []scoring.TieStep{
		{By: scoring.TiePart, Part: "practical", Name: scoring.Text{ZH: "实操成绩", EN: "Practical"}},
	}}
	competitor := func(code scoring.Code, total, practical scoring.Marks) scoring.Entry {
		return scoring.Entry{Code: code, Total: scoring.Of(total),
			Parts: map[scoring.PartID]scoring.Value{"practical": scoring.Of(practical)}}
	}
	a, b := competitor("07", 8000, 4150), competitor("12", 8000, 4100)
	ranked, _ := scoring.Rank([]scoring.Entry{competitor("03", 7000, 4000), b, competitor("21", 8000, 4100), a}, rules)
	for _, r := range ranked {
		fmt.Println(r.Rank, r.Code)
	}
	fmt.Println(scoring.Explain(a, b, rules).Text.ZH)
	// Output:
	// 1 07
	// 2 12
	// 2 21
	// 4 03
	// 实操成绩 41.50 > 41.00
}

func ExampleMarkAnswers() {
	items := []scoring.Item{
		{ID: "q1", Kind: scoring.ItemSingle, Options: []string{"A", "B", "C", "D"}, Key: []string{"B"}, Max: 50, Policy: scoring.PolicyAll},
		{ID: "q2", Kind: scoring.ItemMultiple, Options: []string{"A", "B", "C", "D"}, Key: []string{"A", "C"}, Max: 100, Policy: scoring.PolicyPartial, Partial: 50},
		{ID: "q3", Kind: scoring.ItemTrueFalse, Options: []string{"T", "F"}, Key: []string{"T"}, Max: 100, Policy: scoring.PolicyAll},
	}
	result, _ := scoring.MarkAnswers(items, map[scoring.ItemID][]string{"q1": {"B"}, "q2": {"C"}})
	for _, r := range result.Items {
		fmt.Println(r.ID, r.State, r.Marks)
	}
	fmt.Println(result.Total, "of", result.Max)
	// Output:
	// q1 right 0.50
	// q2 partial 0.50
	// q3 blank 0.00
	// 1.00 of 2.50
}

// Every inconsistency is named with its place.
func ExampleScheme_Validate() {
	text := scoring.Text{ZH: "工艺卡"}
	line := func(id scoring.AspectID, limit scoring.Marks) scoring.Aspect {
		return scoring.Aspect{ID: id, Kind: scoring.KindBinary, Name: text, Max: limit}
	}
	scheme := scoring.Scheme{ID: "s", Version: 1, Name: text, Modules: []scoring.Module{{
		ID: "C", Name: text, Max: 600, Source: scoring.SourcePanel,
		SubCriteria: []scoring.SubCriterion{{ID: "C14", Name: text, Max: 600, Aspects: []scoring.Aspect{
			line("a", 100), line("b", 100), line("c", 100), line("d", 200), line("e", 100), line("f", 100),
		}}},
	}}}
	for _, f := range fault.As(scheme.Validate()).Fields {
		fmt.Println(f.Path, f.Code)
		fmt.Println(f.Message)
	}
	// Output:
	// modules[0].sub_criteria[0].max sum_differs
	// sub-criterion C14 states 6.00, its aspects add up to 7.00
}
