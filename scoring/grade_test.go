package scoring_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
)

// section makes a section's marks without anything void.
func section(id scoring.SectionID, sum, most, toMark scoring.Marks) scoring.SectionResult {
	return scoring.SectionResult{Section: id, Sum: sum, Counted: most, Marks: sum, Max: most, ToMark: toMark}
}

func paperOf(sections ...scoring.SectionResult) scoring.PaperResult {
	r := scoring.PaperResult{Sections: sections}
	for _, s := range sections {
		r.Total, r.Max, r.ToMark = r.Total+s.Marks, r.Max+s.Max, r.ToMark+s.ToMark
	}
	return r
}

// composite is the old 统考 structure: ethics 10 %, theory 90 %, each to be
// passed for itself.
func composite() scoring.Grading {
	return scoring.Grading{
		FullMarks: 10000,
		Sections:  []scoring.SectionWeight{{Section: "s1", WeightBP: 1000}, {Section: "s2", WeightBP: 9000}},
		Parts: []scoring.GradePart{
			{ID: "ethics", Name: scoring.Text{ZH: "职业道德", EN: "Ethics"}, Sections: []scoring.SectionID{"s1"}, PassBP: 6000},
			{ID: "theory", Name: scoring.Text{ZH: "理论知识", EN: "Theory"}, Sections: []scoring.SectionID{"s2"}, PassBP: 6000},
		},
		Rounding: scoring.GradeRounding{Unit: 10, Mode: "half_up"},
	}
}

func TestGradePaper(t *testing.T) {
	t.Parallel()
	plain := scoring.Grading{Parts: []scoring.GradePart{{ID: "all", Name: scoring.Text{ZH: "理论", EN: "Theory"}, Sections: []scoring.SectionID{"s1", "s2"}, PassBP: 6000}}}
	const pass, fail, incomplete, none = scoring.GradePass, scoring.GradeFail, scoring.GradeIncomplete, scoring.GradeNone
	tests := []struct {
		name    string
		g       scoring.Grading
		r       scoring.PaperResult
		score   scoring.Marks
		full    scoring.Marks
		outcome scoring.GradeOutcome
		parts   string
	}{
		{"no rules: the marks as they are", scoring.Grading{}, paperOf(section("s1", 1234, 2500, 0)), 1234, 2500, none, ""},
		{"60 of 100", plain, paperOf(section("s1", 3000, 4000, 0), section("s2", 3000, 6000, 0)), 6000, 10000, pass, "60.00 pass"},
		{"59.5 of 100", plain, paperOf(section("s1", 2950, 4000, 0), section("s2", 3000, 6000, 0)), 5950, 10000, fail, "59.50 fail"},
		{"weights: 20/25 and 70/100", composite(), paperOf(section("s1", 2000, 2500, 0), section("s2", 7000, 10000, 0)), 7100, 10000, pass, "80.00 pass, 70.00 pass"},
		{"no compensation", composite(), paperOf(section("s1", 1400, 2500, 0), section("s2", 10000, 10000, 0)), 9560, 10000, fail, "56.00 fail, 100.00 pass"},
		{"half up at one decimal", composite(), paperOf(section("s1", 2500, 2500, 0), section("s2", 5995, 10000, 0)), 6400, 10000, pass, "100.00 pass, 60.00 pass"},
		{"just below the half", composite(), paperOf(section("s1", 2500, 2500, 0), section("s2", 5994, 10000, 0)), 6390, 10000, fail, "100.00 pass, 59.90 fail"},
		{"to be marked", composite(), paperOf(section("s1", 2500, 2500, 0), section("s2", 3000, 10000, 4000)), 3700, 10000, incomplete, "100.00 pass, 30.00 incomplete"},
		{"thirds", scoring.Grading{FullMarks: 10000}, paperOf(section("s1", 100, 300, 0)), 3333, 10000, none, ""},
		{"a coarse unit does not exceed the full marks", scoring.Grading{Rounding: scoring.GradeRounding{Unit: 100}}, paperOf(section("s1", 250, 250, 0)), 250, 250, none, ""},
	}
	for _, tt := range tests {
		got, err := scoring.GradePaper(tt.r, tt.g)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		var parts []string
		for _, p := range got.Parts {
			parts = append(parts, p.Score.String()+" "+string(p.Outcome))
		}
		if got.Score != tt.score || got.Full != tt.full || got.Outcome != tt.outcome || strings.Join(parts, ", ") != tt.parts {
			t.Errorf("%s: %v of %v %s (%s), want %v of %v %s (%s)", tt.name,
				got.Score, got.Full, got.Outcome, strings.Join(parts, ", "), tt.score, tt.full, tt.outcome, tt.parts)
		}
	}
}

func TestGradeSteps(t *testing.T) {
	t.Parallel()
	got, err := scoring.GradePaper(paperOf(section("s1", 1400, 2500, 0), section("s2", 6667, 10000, 0)), composite())
	if err != nil {
		t.Fatal(err)
	}
	var zh []string
	for _, s := range got.Steps {
		zh = append(zh, s.What+" "+s.Of+" "+s.Text.ZH)
	}
	want := []string{
		"section s1 部分 s1：14.00 / 25.00 × 权重 10.00% × 100.00 = 5.60",
		"section s2 部分 s2：66.67 / 100.00 × 权重 90.00% × 100.00 = 60.003",
		"score  总成绩 65.603（满分 100.00），修约单位 0.10，四舍五入，得 65.60",
		"part ethics 职业道德：56.00，修约为 56.00 < 合格线 60.00",
		"part theory 理论知识：66.67，修约为 66.70 ≥ 合格线 60.00",
		"outcome  不合格：有部分未达到合格线（各部分不得互相补偿）",
	}
	if diff := cmp.Diff(want, zh); diff != "" {
		t.Error(diff)
	}
}

func TestGradingValidate(t *testing.T) {
	t.Parallel()
	bad := scoring.Grading{
		FullMarks: 0,
		Sections:  []scoring.SectionWeight{{Section: "s1", WeightBP: 5000}, {Section: "s1", WeightBP: 0}, {Section: "s9", WeightBP: 4000}},
		Parts:     []scoring.GradePart{{ID: "p", PassBP: 10001}, {ID: "p", Sections: []scoring.SectionID{"s9"}}},
		Rounding:  scoring.GradeRounding{Unit: -1, Mode: "even"},
	}
	want := []string{
		"rounding.unit out_of_range", "rounding.mode unknown",
		"sections[1].section unknown", "sections[1].weight_bp out_of_range", "sections[2].section unknown",
		"sections missing", "sections wrong_sum", "full_marks missing",
		"parts[0].pass_bp out_of_range", "parts[0].sections missing", "parts[1].id duplicate", "parts[1].sections[0] unknown",
	}
	if diff := cmp.Diff(want, places(t, bad.Validate([]scoring.SectionID{"s1", "s2"}), scoring.ErrGrading)); diff != "" {
		t.Error(diff)
	}
	if _, err := scoring.GradePaper(paperOf(section("s1", 1, 1, 0)), composite()); err == nil {
		t.Error("a grading of two sections was taken for a paper of one")
	}
}

// More marks never lower a score or turn a pass into a fail, and a score lies
// between 0 and the full marks.
func TestGradeProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := composite()
		w := rapid.Int64Range(1, 9999).Draw(t, "weight")
		g.Sections[0].WeightBP, g.Sections[1].WeightBP = w, 10000-w
		g.Rounding.Unit = scoring.Marks(rapid.SampledFrom([]int{1, 10, 50, 100}).Draw(t, "unit"))
		draw := func(name string) scoring.SectionResult {
			most := scoring.Marks(rapid.IntRange(1, 20000).Draw(t, name+" max"))
			return section(scoring.SectionID(name), scoring.Marks(rapid.IntRange(0, int(most)).Draw(t, name)), most, 0)
		}
		s1, s2 := draw("s1"), draw("s2")
		before, err := scoring.GradePaper(paperOf(s1, s2), g)
		if err != nil {
			t.Fatal(err)
		}
		s1.Sum += scoring.Marks(rapid.IntRange(0, int(s1.Max-s1.Sum)).Draw(t, "more"))
		s1.Marks = s1.Sum
		after, err := scoring.GradePaper(paperOf(s1, s2), g)
		if err != nil {
			t.Fatal(err)
		}
		if before.Score < 0 || after.Score > after.Full || after.Score < before.Score ||
			before.Outcome == scoring.GradePass && after.Outcome != scoring.GradePass {
			t.Fatalf("before %+v\nafter %+v", before, after)
		}
	})
}
