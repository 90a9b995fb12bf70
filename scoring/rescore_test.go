package scoring_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
)

// exam is a paper of four single choice items of 25 marks in two sections.
func exam() []scoring.Item {
	var items []scoring.Item
	for i, key := range []string{"A", "B", "C", "D"} {
		it := item(scoring.ItemID(fmt.Sprintf("q%d", i+1)), scoring.ItemSingle, key, scoring.PolicyAll)
		it.Max, it.Section = 2500, scoring.SectionID(fmt.Sprintf("s%d", i/2+1))
		items = append(items, it)
	}
	return items
}

func answered(values ...string) map[scoring.ItemID][]string {
	out := map[scoring.ItemID][]string{}
	for i, v := range values {
		if v != "" {
			out[scoring.ItemID(fmt.Sprintf("q%d", i+1))] = []string{v}
		}
	}
	return out
}

func TestDecide(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		decisions []scoring.Decision
		answers   map[scoring.ItemID][]string
		total     scoring.Marks
		max       scoring.Marks
	}{
		{"as marked", nil, answered("A", "C", "", "D"), 5000, 10000},
		{"change key", []scoring.Decision{{Item: "q2", Action: scoring.ActionChangeKey, Key: []string{"C"}}}, answered("A", "C", "", "D"), 7500, 10000},
		{"change key costs who was right", []scoring.Decision{{Item: "q2", Action: scoring.ActionChangeKey, Key: []string{"C"}}}, answered("A", "B", "", "D"), 5000, 10000},
		{"accept also", []scoring.Decision{{Item: "q2", Action: scoring.ActionAcceptAlso, Key: []string{"C"}}}, answered("A", "C", "", "D"), 7500, 10000},
		{"accept also keeps the old", []scoring.Decision{{Item: "q2", Action: scoring.ActionAcceptAlso, Key: []string{"C"}}}, answered("A", "B", "", "D"), 7500, 10000},
		{"full marks, blank too", []scoring.Decision{{Item: "q3", Action: scoring.ActionVoidFull}}, answered("A", "C", "", "D"), 7500, 10000},
		{"removed", []scoring.Decision{{Item: "q2", Action: scoring.ActionVoidRemove}}, answered("A", "C", "", "D"), 5000, 7500},
		{"pro rata: the section's other item counts twice", []scoring.Decision{{Item: "q2", Action: scoring.ActionVoidProRata}}, answered("A", "C", "", "D"), 7500, 10000},
		{"two decisions in order", []scoring.Decision{
			{Item: "q2", Action: scoring.ActionVoidRemove}, {Item: "q2", Action: scoring.ActionChangeKey, Key: []string{"C"}}}, answered("A", "C", "", "D"), 7500, 10000},
	}
	for _, tt := range tests {
		before := exam()
		items, err := scoring.Decide(before, tt.decisions)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		got, err := scoring.MarkAnswers(items, tt.answers)
		if err != nil || got.Total != tt.total || got.Max != tt.max {
			t.Errorf("%s: %v of %v, want %v of %v: %v", tt.name, got.Total, got.Max, tt.total, tt.max, err)
		}
		if diff := cmp.Diff(exam(), before); diff != "" {
			t.Errorf("%s changed its input:\n%s", tt.name, diff)
		}
	}
}

func TestDecideBlanks(t *testing.T) {
	t.Parallel()
	items := []scoring.Item{{ID: "q1", Kind: scoring.ItemFillIn, Blanks: gaps("短路", "10"), Max: 100, Policy: scoring.PolicyPerBlank}}
	items[0].Blanks[0].Share, items[0].Blanks[1].Share = 8000, 2000
	also := []scoring.Gap{{Accept: []string{"短接"}}, {Numbers: []scoring.Numeric{{Value: "9.5", Tolerance: "0.5"}}}}
	wider, err := scoring.Decide(items, []scoring.Decision{{Item: "q1", Action: scoring.ActionAcceptAlso, Blanks: also}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		items  []scoring.Item
		answer []string
		want   scoring.Marks
	}{
		{items, []string{"短接", "10"}, 20}, {wider, []string{"短接", "9.1"}, 100}, {wider, []string{"短路", "10"}, 100}, {wider, []string{"断路", "8.9"}, 0},
	} {
		got, err := scoring.MarkAnswers(tt.items, map[scoring.ItemID][]string{"q1": tt.answer})
		if err != nil || got.Total != tt.want {
			t.Errorf("%q: %v, want %v: %v", tt.answer, got.Total, tt.want, err)
		}
	}
}

func TestDecideRefuses(t *testing.T) {
	t.Parallel()
	items := append(exam(), scoring.Item{ID: "e", Section: "s3", Kind: scoring.ItemManual, Max: 100, Policy: scoring.PolicyAll},
		scoring.Item{ID: "f", Section: "s3", Kind: scoring.ItemFillIn, Blanks: gaps("a"), Max: 100, Policy: scoring.PolicyAll})
	_, err := scoring.Decide(items, []scoring.Decision{
		{Item: "q9", Action: scoring.ActionVoidFull},
		{Item: "q1", Action: "guess"},
		{Item: "q1", Action: scoring.ActionChangeKey, Key: []string{"A"}},
		{Item: "q1", Action: scoring.ActionChangeKey, Key: []string{"Z"}},
		{Item: "q1", Action: scoring.ActionAcceptAlso},
		{Item: "q1", Action: scoring.ActionVoidFull, Key: []string{"A"}},
		{Item: "e", Action: scoring.ActionChangeKey, Key: []string{"A"}},
		{Item: "f", Action: scoring.ActionChangeKey, Key: []string{"A"}},
		{Item: "f", Action: scoring.ActionAcceptAlso, Blanks: gaps("b", "c")},
		{Item: "f", Action: scoring.ActionChangeKey, Blanks: []scoring.Gap{{Accept: []string{"b"}, Share: 10000}}},
		{Item: "q4", Action: scoring.ActionVoidFull},
		{Item: "q4", Action: scoring.ActionAcceptAlso, Key: []string{"A"}},
		{Item: "q2", Action: scoring.ActionAcceptAlso, Key: []string{"B"}},
	})
	want := []string{
		"decisions[0].item unknown", "decisions[1].action unknown", "decisions[2] no_change", "decisions[3].key[0] unknown",
		"decisions[4].key missing", "decisions[5].key not_allowed", "decisions[6].action not_allowed", "decisions[7].key not_allowed",
		"decisions[8].blanks wrong_count", "decisions[9].blanks[0].share_bp not_allowed", "decisions[11].action item_void", "decisions[12] no_change",
	}
	if diff := cmp.Diff(want, places(t, err, scoring.ErrDecisions)); diff != "" {
		t.Error(diff)
	}
	_, err = scoring.Decide(exam(), []scoring.Decision{{Item: "q1", Action: scoring.ActionVoidProRata}, {Item: "q2", Action: scoring.ActionVoidRemove}})
	if diff := cmp.Diff([]string{"items[0].void section_empty", "items[1].void section_empty"}, places(t, err, scoring.ErrDecisions)); diff != "" {
		t.Error(diff)
	}
}

func TestRescore(t *testing.T) {
	t.Parallel()
	g := scoring.Grading{Parts: []scoring.GradePart{{ID: "all", Name: scoring.Text{ZH: "理论"}, Sections: []scoring.SectionID{"s1", "s2"}, PassBP: 6000}}}
	scripts := []scoring.Script{
		{ID: "first", Paper: "p", Answers: answered("A", "B", "C", "A")},
		{ID: "gains", Paper: "p", Answers: answered("A", "C", "", "D")},
		{ID: "loses", Paper: "p", Answers: answered("A", "B", "", "D")},
		{ID: "stays", Paper: "p", Answers: answered("A", "A", "A", "A")},
	}
	before := scoring.Papers{"p": exam()}
	after := scoring.Papers{}
	var err error
	if after["p"], err = scoring.Decide(exam(), []scoring.Decision{{Item: "q2", Action: scoring.ActionChangeKey, Key: []string{"C"}}}); err != nil {
		t.Fatal(err)
	}
	got, err := scoring.Rescore(before, after, scripts, g)
	if err != nil {
		t.Fatal(err)
	}
	placed := func(score scoring.Marks, outcome scoring.GradeOutcome, rank int) scoring.Placed {
		return scoring.Placed{Score: score, Full: 10000, Outcome: outcome, Rank: rank}
	}
	q2 := []scoring.ItemID{"q2"}
	want := []scoring.Change{
		{ID: "first", Items: q2, Before: placed(7500, scoring.GradePass, 1), After: placed(5000, scoring.GradeFail, 2)},
		{ID: "gains", Items: q2, Before: placed(5000, scoring.GradeFail, 3), After: placed(7500, scoring.GradePass, 1)},
		{ID: "loses", Items: q2, Before: placed(7500, scoring.GradePass, 1), After: placed(5000, scoring.GradeFail, 2)},
	}
	if diff := cmp.Diff(want, got.Changes); diff != "" {
		t.Error(diff)
	}
	if !got.Changes[0].OutcomeFlips() || !got.Changes[0].RankFlips() {
		t.Error("a pass became a fail and the first the second, and nothing flips")
	}
}

func TestRescoreRefuses(t *testing.T) {
	t.Parallel()
	after := exam()
	after[0].Options = after[0].Options[:3]
	after[1].Max = 100
	after[2].ID = "q5"
	after[3].Kind = scoring.ItemMultiple
	_, err := scoring.Rescore(scoring.Papers{"p": exam(), "q": exam()}, scoring.Papers{"p": after, "r": exam()}, nil, scoring.Grading{})
	want := []string{"p.q1.options options_changed", "p.q2.max max_changed", "p.q3 item_moved", "p.q4.kind kind_changed", "q items_changed", "r paper_new"}
	if diff := cmp.Diff(want, places(t, err, scoring.ErrRescore)); diff != "" {
		t.Error(diff)
	}
	if _, err := scoring.MarkScripts(scoring.Papers{}, []scoring.Script{{ID: "x", Paper: "p"}}, scoring.Grading{}); err == nil {
		t.Error("a script on an unknown paper was marked")
	}
}

// To accept another answer too, or to give full marks, never costs anybody
// marks; and a pro-rata void leaves a section between 0 and its maximum.
func TestDecisionsAreKind(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		letters := []string{"", "A", "B", "C", "D"}
		answers := answered(rapid.SliceOfN(rapid.SampledFrom(letters), 4, 4).Draw(t, "answers")...)
		old, err := scoring.MarkAnswers(exam(), answers)
		if err != nil {
			t.Fatal(err)
		}
		id := scoring.ItemID(rapid.SampledFrom([]string{"q1", "q2", "q3", "q4"}).Draw(t, "item"))
		d := scoring.Decision{Item: id, Action: rapid.SampledFrom([]scoring.Action{scoring.ActionAcceptAlso, scoring.ActionVoidFull, scoring.ActionVoidProRata}).Draw(t, "action")}
		if d.Action == scoring.ActionAcceptAlso {
			d.Key = []string{rapid.SampledFrom(letters[1:]).Draw(t, "also")}
		}
		items, err := scoring.Decide(exam(), []scoring.Decision{d})
		if err != nil {
			return // the old key again changes nothing
		}
		now, err := scoring.MarkAnswers(items, answers)
		switch {
		case err != nil:
			t.Fatal(err)
		case d.Action != scoring.ActionVoidProRata && now.Total < old.Total:
			t.Fatalf("%+v: %v became %v", d, old.Total, now.Total)
		}
		for _, s := range now.Sections {
			if s.Marks < 0 || s.Marks > s.Max || s.Max != 5000 {
				t.Fatalf("%+v: section %+v", d, s)
			}
		}
	})
}
