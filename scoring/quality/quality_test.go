package quality_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/quality"
)

// about compares figures that went through divisions.
var about = cmp.Options{cmpopts.EquateApprox(1e-9, 1e-6)}

// input collects judges and competitors from marks; every aspect has 10.00.
func input(marks ...quality.Mark) quality.Input {
	in := quality.Input{Marks: marks}
	for _, m := range marks {
		if !slices.ContainsFunc(in.Judges, func(j quality.Judge) bool { return j.ID == m.Judge }) {
			in.Judges = append(in.Judges, quality.Judge{ID: m.Judge})
		}
		if !slices.ContainsFunc(in.Entrants, func(e quality.Entrant) bool { return e.Code == m.Code }) {
			in.Entrants = append(in.Entrants, quality.Entrant{Code: m.Code})
		}
		if !slices.ContainsFunc(in.Aspects, func(a quality.Aspect) bool { return a.ID == m.Aspect }) {
			in.Aspects = append(in.Aspects, quality.Aspect{ID: m.Aspect, Max: 1000})
		}
	}
	return in
}

func mark(judge scoring.JudgeID, code scoring.Code, aspect scoring.AspectID, marks scoring.Marks) quality.Mark {
	return quality.Mark{Judge: judge, Code: code, Aspect: aspect, Marks: marks}
}

// timed is a mark that took a time.
func timed(m quality.Mark, ms int64) quality.Mark {
	m.UsedMS = &ms
	return m
}

// level is a level 0 to 3 of an aspect of 3.00.
func level(judge scoring.JudgeID, code scoring.Code, aspect scoring.AspectID, l int) quality.Mark {
	return quality.Mark{Judge: judge, Code: code, Aspect: aspect, Marks: scoring.Marks(100 * l), Level: &l}
}

func assess(t interface {
	Helper()
	Fatal(args ...any)
}, in quality.Input, cfg quality.Config) quality.Report {
	t.Helper()
	r, err := quality.Assess(in, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Three judges, two competitors, one aspect of 10.00, worked out by hand.
//
//	      c1    c2
//	A   8.00  6.00
//	B   7.00  5.00
//	C   9.00  4.00
func TestFiguresByHand(t *testing.T) {
	t.Parallel()
	r := assess(t, input(
		timed(mark("A", "c1", "a", 800), 4000), mark("A", "c2", "a", 600),
		timed(mark("B", "c1", "a", 700), 10000), mark("B", "c2", "a", 500),
		mark("C", "c1", "a", 900), timed(mark("C", "c2", "a", 400), 7000),
		mark("C", "c3", "a", 100), // nobody beside it
	), quality.Config{ToleranceBP: 1000})
	// A − others: 8 − 8 = 0 and 6 − 4.5 = 1.5, mean 0.75 of 10: 750 bp.
	// Its standard deviation and, with two competitors, √2 times its standard
	// error: 1.5 ÷ √2.
	a := quality.Figures{
		Marks: 2, Compared: 2,
		DifferenceBP: new(750.), DifferenceSE: new(750.), SpreadBP: new(1000 * math.Sqrt2), PanelSpreadBP: new(1750 * math.Sqrt2), ScatterBP: new(750 * math.Sqrt2),
		// Pairs: 8-7, 8-9, 6-5, 6-4; a gap of just 10 % is within it.
		Agreement: quality.Agreement{Marks: 4, WithinBP: new(int64(7500))},
		Time:      quality.Time{Known: 1, MedianMS: new(4000.), LowMS: new(4000.), HighMS: new(4000.), PanelMedianMS: new(10000.)},
	}
	if diff := cmp.Diff(a, r.Judges[0].Figures, about); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(a, r.Judges[0].Aspects[0].Figures, about); diff != "" {
		t.Error(diff)
	}
	// C: 9 − 7.5 = 1.5 and 4 − 5.5 = −1.5; the mark alone counts as a mark only.
	c := r.Judges[2]
	if c.Marks != 3 || c.Compared != 2 || !near(*c.DifferenceBP, 0, 1e-9) || !near(*c.SpreadBP, 2500*math.Sqrt2, 1e-6) {
		t.Errorf("%+v", c.Figures)
	}
	// All judges together have nothing above or below one another; their
	// differences are 0, 1.5, −1.5, 0 (7 − 8.5 = −1.5, 5 − 5 = 0), 1.5, −1.5.
	if s := r.Aspects[0]; s.Marks != 7 || s.Compared != 6 || s.Agreement.Marks != 12 || !near(*s.ScatterBP, 1500*math.Sqrt(4./5), 1e-6) {
		t.Errorf("%+v", s)
	}
	if r.Rasch != nil || len(r.Notes) != 1 || !strings.Contains(r.Notes[0].ZH, "无法拟合") {
		t.Errorf("%+v", r.Notes)
	}
}

func TestAgreementOfLevels(t *testing.T) {
	t.Parallel()
	in := input(
		level("A", "c1", "a", 2), level("B", "c1", "a", 2), level("C", "c1", "a", 3),
		level("A", "c2", "a", 0), level("B", "c2", "a", 2), level("C", "c2", "a", 1),
	)
	in.Aspects[0].Max = 300
	r := assess(t, in, quality.Config{})
	// A: 2-2 the same, 2-3 next to it, 0-2 apart, 0-1 next to it.
	want := quality.Agreement{Levels: 4, ExactBP: new(int64(2500)), AdjacentBP: new(int64(7500))}
	if diff := cmp.Diff(want, r.Judges[0].Agreement); diff != "" {
		t.Error(diff)
	}
	if got := *r.Judges[0].DifferenceBP; !near(got, -3333.3333, 1e-3) { // −0.5 and −1.5 levels of 3
		t.Error(got)
	}
}

func TestOutliersAreListed(t *testing.T) {
	t.Parallel()
	in := input(
		mark("A", "c1", "m", 900), mark("B", "c1", "m", 500), mark("C", "c1", "m", 590),
		mark("A", "c2", "m", 500), mark("B", "c2", "m", 501), mark("C", "c2", "m", 502),
		level("A", "c3", "l", 3), level("B", "c3", "l", 1), level("C", "c3", "l", 1),
		level("A", "c4", "l", 2), level("B", "c4", "l", 1), level("C", "c4", "l", 0),
	)
	in.Aspects[1].Max = 300
	r := assess(t, in, quality.Config{})
	var got []string
	for _, o := range r.Outliers {
		got = append(got, fmt.Sprintf("%s %s %.0f %s", o.Judge, o.Code, *o.DistanceBP, o.Text.ZH))
	}
	want := []string{
		"A c3 6667 评为 3 级，其他裁判中位数 1.0 级",
		"A c1 3550 评为 9.00，其他裁判中位数 5.45",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// One judge is thrown off once among many ratings: the model finds the rating
// although the distance in levels is not enough for the other list.
func TestOutliersOfTheModel(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(2, 2))
	tr := made(rng, 3, 60, 8)
	tr.competitors[0] = 4
	list := tr.ratings(rng, func(int) []int { return []int{0, 1, 2} })
	var marks []quality.Mark
	for _, x := range list {
		l := x.Level
		if x.Code == code(0) {
			l = 3
			if x.Judge == judgeID(1) && x.Aspect == aspectID(3) {
				l = 1
			}
		}
		marks = append(marks, level(x.Judge, x.Code, x.Aspect, l))
	}
	r := assess(t, input(marks...), quality.Config{OutlierLevels: 3, ResidualZ: 4})
	at := slices.IndexFunc(r.Outliers, func(o quality.Outlier) bool {
		return o.Judge == judgeID(1) && o.Code == code(0) && o.Aspect == aspectID(3)
	})
	if at < 0 || r.Outliers[at].Residual == nil || *r.Outliers[at].Residual > -4 || !strings.Contains(r.Outliers[at].Text.EN, "standardised residual -") {
		t.Errorf("%+v", r.Outliers)
	}
	if len(r.Outliers) > 5 {
		t.Errorf("%d of %d ratings are listed", len(r.Outliers), len(marks))
	}
}

func TestInputIsChecked(t *testing.T) {
	t.Parallel()
	in := input(mark("A", "c1", "a", 1), mark("B", "c1", "a", 1), mark("A", "c1", "a", 2))
	in.Judges = append(in.Judges[:1], in.Judges[0])
	in.Entrants = append(in.Entrants, in.Entrants[0])
	in.Aspects = append(in.Aspects, quality.Aspect{ID: "a"})
	in.Marks = append(in.Marks, quality.Mark{Judge: "A", Code: "c9", Aspect: "z", Level: new(-1), UsedMS: new(int64(-1))})
	_, err := quality.Assess(in, quality.Config{})
	f := fault.As(err)
	if f == nil || f.Code != quality.ErrInput.Code {
		t.Fatal(err)
	}
	var got []string
	for _, p := range f.Fields {
		got = append(got, p.Path+" "+p.Code)
	}
	want := []string{
		"aspects[1].max out_of_range", "aspects[1].id duplicate", "judges[1] duplicate", "entrants[1] duplicate",
		"marks[1].judge unknown", "marks[2] duplicate",
		"marks[3].code unknown", "marks[3].aspect unknown", "marks[3].level out_of_range", "marks[3].used_ms out_of_range",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// drawInput is a small contest with everything in it.
func drawInput(t *rapid.T) quality.Input {
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 3))
	var marks []quality.Mark
	for j := range rapid.IntRange(1, 4).Draw(t, "judges") {
		for n := range 6 {
			for i := range 3 {
				m := mark(judgeID(j), code(n), aspectID(i), scoring.Marks(rng.IntN(11)*100))
				if i < 2 {
					m = level(judgeID(j), code(n), aspectID(i), rng.IntN(4))
				}
				if rng.IntN(2) == 0 {
					m = timed(m, int64(rng.IntN(60000)))
				}
				if rng.IntN(5) > 0 {
					marks = append(marks, m)
				}
			}
		}
	}
	in := input(marks...)
	for i := range in.Entrants {
		in.Entrants[i].Groups = []quality.Group{quality.Group(fmt.Sprintf("city:%d", i%2)), quality.Group(fmt.Sprintf("unit_type:%d", i%3))}
	}
	for i := range in.Judges {
		in.Judges[i].Groups = []quality.Group{"city:0"}
	}
	return in
}

// The order of everything is nothing, and the report can be written as JSON.
func TestAssessProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		cfg := quality.Config{Seed: 7, Exact: rapid.SampledFrom([]int{1, 20000}).Draw(t, "exact"), Draws: 99}
		r := assess(t, in, cfg)
		if _, err := json.Marshal(r); err != nil {
			t.Fatal(err)
		}
		mixed := quality.Input{
			Aspects: rapid.Permutation(in.Aspects).Draw(t, "aspects"), Judges: rapid.Permutation(in.Judges).Draw(t, "judges"),
			Entrants: rapid.Permutation(in.Entrants).Draw(t, "entrants"), Marks: rapid.Permutation(in.Marks).Draw(t, "marks"),
		}
		if again := assess(t, mixed, cfg); !cmp.Equal(r, again) {
			t.Fatal(cmp.Diff(r, again))
		}
		for _, b := range r.Bias {
			if b.P <= 0 || b.P > 1 || b.Adjusted < b.P || b.Adjusted > 1 || b.Text.ZH == "" {
				t.Fatalf("%+v", b)
			}
		}
	})
}

// A judge who takes one mark off everybody is that much more severe, and just
// as even-handed as before.
func TestSeverityIsNoBias(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		cfg := quality.Config{Seed: 1, Draws: 99}
		before := assess(t, in, cfg)
		if len(before.Judges) == 0 || before.Judges[0].DifferenceBP == nil {
			return
		}
		judge := before.Judges[0].Judge
		changed := in
		changed.Marks = slices.Clone(in.Marks)
		for i := range changed.Marks {
			if changed.Marks[i].Judge == judge {
				changed.Marks[i].Marks -= 100
			}
		}
		after := assess(t, changed, cfg)
		if d := *after.Judges[0].DifferenceBP - *before.Judges[0].DifferenceBP; !near(d, -1000, 1e-6) {
			t.Fatalf("one mark of ten changed the severity by %v", d)
		}
		p := map[string]float64{}
		for _, b := range before.Bias {
			p[string(b.Judge)+string(b.Group)] = b.P
		}
		for _, b := range after.Bias {
			if b.Judge == judge && b.P != p[string(b.Judge)+string(b.Group)] {
				t.Fatalf("severity changed the test of bias: %+v, before %v", b, p[string(b.Judge)+string(b.Group)])
			}
		}
	})
}
