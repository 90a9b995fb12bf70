package quality_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/quality"
)

// truth is a made contest whose measures are known.
type truth struct {
	judges, competitors, aspects []float64
	steps                        []float64 // of the levels from 1 on
}

func made(rng *rand.Rand, judges, competitors, aspects int) truth {
	draw := func(n int, sd float64, centred bool) []float64 {
		out := make([]float64, n)
		sum := 0.0
		for i := range out {
			out[i] = sd * rng.NormFloat64()
			sum += out[i]
		}
		for i := range out {
			if centred {
				out[i] -= sum / float64(n)
			}
		}
		return out
	}
	return truth{draw(judges, 0.6, true), draw(competitors, 1, false), draw(aspects, 0.7, true), []float64{-1.5, 0.2, 1.3}}
}

func judgeID(j int) scoring.JudgeID   { return scoring.JudgeID(fmt.Sprintf("j%02d", j)) }
func code(n int) scoring.Code         { return scoring.Code(fmt.Sprintf("c%03d", n)) }
func aspectID(i int) scoring.AspectID { return scoring.AspectID(fmt.Sprintf("a%02d", i)) }

// level draws a level by the model.
func (tr truth) level(rng *rand.Rand, j, n, i int) int {
	logit := tr.competitors[n] - tr.judges[j] - tr.aspects[i]
	weights, sum, exponent := []float64{1}, 1.0, 0.0
	for _, s := range tr.steps {
		exponent += logit - s
		weights = append(weights, math.Exp(exponent))
		sum += math.Exp(exponent)
	}
	u := rng.Float64() * sum
	for k, w := range weights {
		if u -= w; u < 0 {
			return k
		}
	}
	return len(tr.steps)
}

// ratings lets the panel of each competitor mark all aspects.
func (tr truth) ratings(rng *rand.Rand, panel func(n int) []int) []quality.Rating {
	var out []quality.Rating
	for n := range tr.competitors {
		for _, j := range panel(n) {
			for i := range tr.aspects {
				out = append(out, quality.Rating{Judge: judgeID(j), Code: code(n), Aspect: aspectID(i), Level: tr.level(rng, j, n, i)})
			}
		}
	}
	return out
}

func fit(t interface {
	Helper()
	Fatal(args ...any)
}, ratings []quality.Rating) quality.Rasch {
	t.Helper()
	r, err := quality.Fit(ratings)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func logits(list []quality.Measure) []float64 {
	var out []float64
	for _, m := range list {
		out = append(out, m.Logit)
	}
	return out
}

func rmse(a, b []float64) float64 {
	var sum float64
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return math.Sqrt(sum / float64(len(a)))
}

func near(a, b, within float64) bool { return math.Abs(a-b) <= within }

// Three competitors, two aspects, one right each: aspect 1 by two of them,
// aspect 2 by one. All abilities are equal, 2/3 and 1/3 are the chances, so the
// aspects are ∓log 2 (twice the true distance: the known worst case of joint
// maximum likelihood with two observations each). Every variance is 2/9;
// aspect 1 has residuals 1/3, 1/3, −2/3, so both mean squares are 1.
func TestHandComputedDichotomy(t *testing.T) {
	t.Parallel()
	r := fit(t, []quality.Rating{
		{"j", "c1", "a1", 1}, {"j", "c1", "a2", 0},
		{"j", "c2", "a1", 1}, {"j", "c2", "a2", 0},
		{"j", "c3", "a1", 0}, {"j", "c3", "a2", 1},
	})
	if !r.Converged || !r.Connected || r.Used != 6 {
		t.Fatalf("%+v", r)
	}
	for i, want := range []float64{-math.Ln2, math.Ln2} {
		a := r.Aspects[i]
		if !near(a.Logit, want, 1e-5) || !near(a.SE, math.Sqrt(3./2), 1e-5) || !near(*a.Infit, 1, 1e-5) || !near(*a.Outfit, 1, 1e-5) {
			t.Errorf("%+v, want %v", a, want)
		}
	}
	// Competitor 3: residuals −2/3 and 2/3 of variance 2/9.
	if c := r.Competitors[2]; !near(c.Logit, 0, 1e-5) || !near(*c.Outfit, 2, 1e-4) || !near(*c.Infit, 2, 1e-4) || !near(c.SE, 1.5, 1e-5) || !near(*c.Fair, 0.5, 1e-5) {
		t.Errorf("%+v, outfit %v", c, *c.Outfit)
	}
	if j := r.Judges[0]; !near(j.Logit, 0, 1e-9) || j.Mean != 0.5 {
		t.Errorf("%+v", j)
	}
	// χ² of two measures ∓ln 2 with variance 3/2: 2 (ln 2)² ÷ (3/2).
	if s := r.AspectSpread; !near(s.ChiSquare, 2*math.Ln2*math.Ln2/1.5, 1e-4) || s.DF != 1 || s.Reliability != 0 {
		t.Errorf("%+v", s)
	}
}

// The same with judges in the place of aspects: severity has the same size.
func TestHandComputedSeverity(t *testing.T) {
	t.Parallel()
	r := fit(t, []quality.Rating{
		{"mild", "c1", "a", 1}, {"harsh", "c1", "a", 0},
		{"mild", "c2", "a", 1}, {"harsh", "c2", "a", 0},
		{"mild", "c3", "a", 0}, {"harsh", "c3", "a", 1},
	})
	if r.Judges[0].ID != "harsh" || !near(r.Judges[0].Logit, math.Ln2, 1e-5) || !near(r.Judges[1].Logit, -math.Ln2, 1e-5) {
		t.Errorf("%+v", r.Judges)
	}
}

// Every row and column of a square has the levels 0, 1, 1, 2, so all measures
// are 0 and the levels' chances are their shares, 1/4, 1/2, 1/4: the steps are
// ∓log 2.
func TestHandComputedSteps(t *testing.T) {
	t.Parallel()
	var list []quality.Rating
	for n := range 4 {
		for i := range 4 {
			list = append(list, quality.Rating{Judge: "j", Code: code(n), Aspect: aspectID(i), Level: []int{0, 1, 2, 1}[(n+i)%4]})
		}
	}
	r := fit(t, list)
	for _, m := range slices.Concat(r.Judges, r.Competitors, r.Aspects) {
		if !near(m.Logit, 0, 1e-6) {
			t.Errorf("%+v", m)
		}
	}
	if !near(*r.Categories[1].Step, -math.Ln2, 1e-5) || !near(*r.Categories[2].Step, math.Ln2, 1e-5) || r.Categories[0].Step != nil || r.Categories[1].Count != 8 {
		t.Errorf("%+v", r.Categories)
	}
	// 16 ratings with P(≥1) = 3/4.
	if !near(*r.Categories[1].SE, 1/math.Sqrt(16*3./16), 1e-5) {
		t.Errorf("%+v", r.Categories[1])
	}
}

// Known measures come back: 120 competitors, 6 judges of whom 3 mark each, 10
// aspects of four levels. Tolerances are what the standard errors promise; the
// errors of many measures must be as large as they say, not smaller.
func TestRecovery(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		rng := rand.New(rand.NewPCG(seed, 7))
		tr := made(rng, 6, 120, 10)
		r := fit(t, tr.ratings(rng, func(n int) []int { return []int{n % 6, (n + 1 + n/6%2) % 6, (n + 3) % 6} }))
		if !r.Converged || !r.Connected {
			t.Fatalf("seed %d: %d rounds, connected %v", seed, r.Iterations, r.Connected)
		}
		t.Logf("seed %d, %d rounds: off by %.3f (judges), %.3f (aspects), %.3f (competitors)", seed, r.Iterations,
			rmse(logits(r.Judges), tr.judges), rmse(logits(r.Aspects), tr.aspects), rmse(logits(r.Competitors), tr.competitors))
		if e := rmse(logits(r.Judges), tr.judges); e > 0.12 {
			t.Errorf("seed %d: judges are off by %.3f", seed, e)
		}
		if e := rmse(logits(r.Aspects), tr.aspects); e > 0.16 {
			t.Errorf("seed %d: aspects are off by %.3f", seed, e)
		}
		if e := rmse(logits(r.Competitors), tr.competitors); e > 0.35 {
			t.Errorf("seed %d: competitors are off by %.3f", seed, e)
		}
		for k, want := range tr.steps {
			if got := *r.Categories[k+1].Step; !near(got, want, 0.2) {
				t.Errorf("seed %d: step %d is %.3f, want %.3f", seed, k+1, got, want)
			}
		}
		// Errors in standard errors have a mean square of about 1.
		var z2, n float64
		for i, m := range r.Competitors {
			if m.Extreme == quality.NotExtreme {
				z := (m.Logit - tr.competitors[i]) / m.SE
				z2, n = z2+z*z, n+1
			}
		}
		if ms := z2 / n; ms < 0.7 || ms > 1.5 {
			t.Errorf("seed %d: mean square of errors in standard errors %.2f", seed, ms)
		}
		for _, m := range slices.Concat(r.Judges, r.Aspects) {
			if *m.Infit < 0.8 || *m.Infit > 1.25 || math.Abs(*m.InfitZ) > 4 {
				t.Errorf("seed %d: %s fits as %.2f (%.1f)", seed, m.ID, *m.Infit, *m.InfitZ)
			}
		}
		if s := r.JudgeSpread; s.Reliability < 0.9 || s.P > 0.001 || r.CompetitorSpread.Separation < 2 {
			t.Errorf("seed %d: %+v", seed, s)
		}
	}
}

// Judges of one severity are not told apart: over many contests the test of
// equal severities fires about as often as it should.
func TestEqualJudgesAreEqual(t *testing.T) {
	t.Parallel()
	fired := 0
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 8))
		tr := made(rng, 4, 25, 6)
		clear(tr.judges)
		r := fit(t, tr.ratings(rng, func(int) []int { return []int{0, 1, 2, 3} }))
		if r.JudgeSpread.P < 0.05 {
			fired++
		}
	}
	t.Logf("equal judges were told apart %d times of 60", fired)
	if fired > 9 { // 3 expected; more than 9 has a chance below 1 in 1000
		t.Errorf("equal judges were told apart %d times of 60", fired)
	}
}

// A judge who marks by the throw of a die does not fit; the others do.
func TestErraticJudge(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 9))
	tr := made(rng, 5, 40, 8)
	list := tr.ratings(rng, func(int) []int { return []int{0, 1, 2, 3, 4} })
	for i := range list {
		if list[i].Judge == judgeID(2) {
			list[i].Level = rng.IntN(4)
		}
	}
	for j, m := range fit(t, list).Judges {
		if (j == 2) != (*m.Outfit > 1.3 && *m.OutfitZ > 3 && *m.InfitZ > 3) {
			t.Errorf("%s: outfit %.2f (%.1f)", m.ID, *m.Outfit, *m.OutfitZ)
		}
	}
}

func TestExtremeElements(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 10))
	tr := made(rng, 3, 20, 5)
	list := tr.ratings(rng, func(int) []int { return []int{0, 1, 2} })
	for i := range list {
		switch list[i].Code {
		case code(4):
			list[i].Level = 3
		case code(9):
			list[i].Level = 0
		}
	}
	r := fit(t, list)
	top, low := r.Competitors[4], r.Competitors[9]
	if top.Extreme != quality.Highest || low.Extreme != quality.Lowest || top.Infit != nil || r.Used > len(list)-30 {
		t.Fatalf("%+v %+v", top, low)
	}
	for i, m := range r.Competitors {
		if i != 4 && i != 9 && m.Extreme == quality.NotExtreme && (m.Logit >= top.Logit || m.Logit <= low.Logit) {
			t.Errorf("%s at %.2f is not between %.2f and %.2f", m.ID, m.Logit, low.Logit, top.Logit)
		}
	}
	if math.IsInf(top.SE, 0) || top.SE < r.Competitors[0].SE || top.Set != 1 || *top.Fair <= 2 || *low.Fair >= 1 {
		t.Errorf("%+v", top)
	}
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}

	// A level that only an extreme competitor got has no step.
	for i := range list {
		if list[i].Code != code(4) && list[i].Level == 3 {
			list[i].Level = 2
		}
	}
	r = fit(t, list)
	if len(r.Categories) != 3 || r.Competitors[4].Extreme != quality.Highest {
		t.Errorf("%+v", r.Categories)
	}
}

// A judge who gives only the top level, to competitors of whom one saw nobody
// else: all are measured, and the one is tied to nothing.
func TestUnlinkedElement(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(6, 10))
	tr := made(rng, 3, 12, 4)
	list := tr.ratings(rng, func(n int) []int {
		if n == 11 {
			return []int{2}
		}
		return []int{0, 1, 2}
	})
	for i := range list {
		if list[i].Judge == judgeID(2) {
			list[i].Level = 3
		}
	}
	r := fit(t, list)
	if r.Judges[2].Extreme != quality.Highest || r.Competitors[11].Extreme == quality.NotExtreme {
		t.Errorf("%+v %+v", r.Judges[2], r.Competitors[11])
	}
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
}

// Two panels mark different modules of everybody. Within a panel severities are
// as true as ever; between panels they cannot be told from the modules.
func TestPanelsOfDifferentModules(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(11, 12))
	tr := made(rng, 6, 80, 12)
	list := slices.DeleteFunc(tr.ratings(rng, func(int) []int { return []int{0, 1, 2, 3, 4, 5} }), func(r quality.Rating) bool {
		return (r.Judge <= judgeID(2)) != (r.Aspect <= aspectID(5))
	})
	r := fit(t, list)
	setsOf := func(list []quality.Measure) (out []int) {
		for _, m := range list {
			out = append(out, m.Set)
		}
		return out
	}
	if diff := cmp.Diff([]int{1, 1, 1, 2, 2, 2}, setsOf(r.Judges)); diff != "" || r.Connected || r.JudgeSpread != nil || r.Judges[0].Fair != nil {
		t.Fatal(diff, r.Connected)
	}
	if diff := cmp.Diff([]int{1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2}, setsOf(r.Aspects)); diff != "" {
		t.Error(diff)
	}
	if s := setsOf(r.Competitors); slices.Max(s) != 1 || r.CompetitorSpread == nil {
		t.Error("competitors were marked by both panels and can be compared")
	}
	for from := 0; from < 6; from += 3 {
		centre := (tr.judges[from] + tr.judges[from+1] + tr.judges[from+2]) / 3
		for j := from; j < from+3; j++ {
			if m := r.Judges[j]; !near(m.Logit, tr.judges[j]-centre, 4*m.SE) {
				t.Errorf("judge %d: %.2f ± %.2f within the panel, want %.2f", j, m.Logit, m.SE, tr.judges[j]-centre)
			}
		}
	}
}

// Two halls without anybody in common: nothing of one can be compared with the
// other but the aspects, which both marked.
func TestTwoHalls(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(13, 12))
	tr := made(rng, 4, 40, 6)
	halls := func(n int) []int {
		if n < 20 {
			return []int{0, 1}
		}
		return []int{2, 3}
	}
	list := tr.ratings(rng, halls)
	r := fit(t, list)
	if r.Connected || r.Judges[0].Set != r.Judges[1].Set || r.Judges[1].Set == r.Judges[2].Set || r.Competitors[0].Set == r.Competitors[30].Set || r.Aspects[0].Set != r.Aspects[5].Set {
		t.Fatalf("%+v", r.Judges)
	}
	// One competitor whom all four saw ties them together.
	for _, j := range []int{2, 3} {
		for i := range tr.aspects {
			list = append(list, quality.Rating{Judge: judgeID(j), Code: code(0), Aspect: aspectID(i), Level: tr.level(rng, j, 0, i)})
		}
	}
	if r := fit(t, list); !r.Connected {
		t.Error("a common competitor did not connect the halls")
	}
}

func TestFitRefuses(t *testing.T) {
	t.Parallel()
	all := []quality.Rating{{"j", "c1", "a", 2}, {"j", "c2", "a", 2}}
	for name, list := range map[string][]quality.Rating{"nothing": nil, "one level": all, "only extremes": {{"j", "c1", "a", 2}, {"j", "c2", "a", 0}}} {
		if _, err := quality.Fit(list); !errors.Is(err, quality.ErrNoFit) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := quality.Fit([]quality.Rating{{"j", "c", "a", -1}, {"j", "c", "a", 1}, {"j", "c2", "a", 21}})
	if f := fault.As(err); !errors.Is(err, quality.ErrInput) || len(f.Fields) != 3 {
		t.Error(err)
	}
}

// drawn is a small contest in which anything can happen.
func drawn(t *rapid.T) []quality.Rating {
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	tr := made(rng, rapid.IntRange(1, 4).Draw(t, "judges"), rapid.IntRange(1, 8).Draw(t, "competitors"), rapid.IntRange(1, 4).Draw(t, "aspects"))
	keep := rapid.Float64Range(0.3, 1).Draw(t, "keep")
	return slices.DeleteFunc(tr.ratings(rng, func(int) []int {
		return rng.Perm(len(tr.judges))
	}), func(quality.Rating) bool { return rng.Float64() > keep })
}

// Whatever the ratings: their order is nothing, everything can be written as
// JSON (no NaN, no infinity), centres are 0, expected and actual scores agree,
// and every level turned round turns every measure round.
func TestFitProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := drawn(t)
		r, err := quality.Fit(list)
		if errors.Is(err, quality.ErrNoFit) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		again := fit(t, rapid.Permutation(list).Draw(t, "order"))
		if !cmp.Equal(r, again) {
			t.Fatal(cmp.Diff(r, again))
		}
		if _, err := json.Marshal(r); err != nil {
			t.Fatal(err)
		}
		if !r.Converged {
			return
		}
		checkScores(t, r)
		turned := slices.Clone(list)
		for i := range turned {
			turned[i].Level = 3 - turned[i].Level
		}
		back := fit(t, turned)
		for i, m := range r.Judges {
			if o := back.Judges[i]; m.Extreme == quality.NotExtreme && !near(m.Logit, -o.Logit, 1e-3) {
				t.Fatalf("judge %s: %v, turned round %v", m.ID, m.Logit, o.Logit)
			}
		}
	})
}

func checkScores(t *rapid.T, r quality.Rasch) {
	levels := map[int]float64{}
	for k, c := range r.Categories {
		levels[c.Level] = float64(k)
	}
	if len(levels) != r.Categories[len(r.Categories)-1].Level-r.Categories[0].Level+1 {
		return // a level is missing, so levels are no scores
	}
	sum := map[string]float64{}
	for _, x := range r.Residuals {
		d := float64(x.Level) - x.Expected
		sum["j"+string(x.Judge)] += d
		sum["c"+string(x.Code)] += d
		sum["a"+string(x.Aspect)] += d
	}
	for id, d := range sum {
		if math.Abs(d) > 1e-3 {
			t.Fatalf("%s: expected and actual score differ by %v", id, d)
		}
	}
}

// Everybody twice under another code: the same severities, surer by √2.
func TestTwiceTheData(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(21, 1))
	tr := made(rng, 4, 30, 6)
	list := tr.ratings(rng, func(int) []int { return []int{0, 1, 2, 3} })
	once := fit(t, list)
	for _, x := range list[:len(list):len(list)] {
		x.Code += "'"
		list = append(list, x)
	}
	twice := fit(t, list)
	for j := range once.Judges {
		a, b := once.Judges[j], twice.Judges[j]
		if !near(a.Logit, b.Logit, 1e-4) || !near(a.SE, b.SE*math.Sqrt2, 1e-4) {
			t.Errorf("%+v, twice %+v", a, b)
		}
	}
}
