package quality_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/quality"
)

// panel lets every judge mark every competitor with some noise; favour is
// added to the marks that judge 0 gives to competitors of city 0.
func panel(seed uint64, judges, competitors, aspects int, favour scoring.Marks) quality.Input {
	rng := rand.New(rand.NewPCG(seed, 4))
	var marks []quality.Mark
	for n := range competitors {
		for i := range aspects {
			worth := 300 + rng.IntN(500)
			for j := range judges {
				m := mark(judgeID(j), code(n), aspectID(i), scoring.Marks(worth+rng.IntN(101)-50-20*j))
				if j == 0 && n%5 == 0 {
					m.Marks += favour
				}
				marks = append(marks, m)
			}
		}
	}
	in := input(marks...)
	for n := range in.Entrants {
		in.Entrants[n].Groups = []quality.Group{quality.Group(fmt.Sprintf("city:%d", n%5))}
	}
	for j := range in.Judges {
		in.Judges[j].Groups = []quality.Group{quality.Group(fmt.Sprintf("city:%d", j%5))}
	}
	return in
}

// Five competitors of whom two are of the judge's city: ten ways to choose two.
// The judge gives these two 1.00 and 2.00 more than the panel, the others
// nothing, so only the actual way is so extreme: 1 of 10. The other judge sees
// the mirror image, and for it less is no favour: all ways are at least so high.
func TestBiasByHand(t *testing.T) {
	t.Parallel()
	in := input(
		mark("A", "c1", "a", 600), mark("B", "c1", "a", 500),
		mark("A", "c2", "a", 700), mark("B", "c2", "a", 500),
		mark("A", "c3", "a", 500), mark("B", "c3", "a", 500),
		mark("A", "c4", "a", 500), mark("B", "c4", "a", 500),
		mark("A", "c5", "a", 500), mark("B", "c5", "a", 500),
	)
	in.Entrants[0].Groups, in.Entrants[1].Groups = []quality.Group{"city:x"}, []quality.Group{"city:x"}
	for j := range in.Judges {
		in.Judges[j].Groups = []quality.Group{"city:x"}
	}
	r := assess(t, in, quality.Config{})
	want := []quality.BiasTest{
		{Judge: "A", Group: "city:x", Own: true, In: 2, Out: 3, DifferenceBP: 1500, P: 0.1, Adjusted: 0.2, Exact: true},
		{Judge: "B", Group: "city:x", Own: true, In: 2, Out: 3, DifferenceBP: -1500, P: 1, Adjusted: 1, Exact: true},
	}
	got := r.Bias
	for i := range got {
		got[i].Text = scoring.Text{}
	}
	if diff := cmp.Diff(want, got, about); diff != "" {
		t.Error(diff)
	}

	// A group that is not the judges' own is tested both ways.
	in.Judges[0].Groups, in.Judges[1].Groups = nil, nil
	for _, b := range assess(t, in, quality.Config{}).Bias {
		if b.Own || !near(b.P, 0.1, 1e-12) || !near(b.Adjusted, 0.2, 1e-12) {
			t.Errorf("%+v", b)
		}
	}
	// Three are too many to ask for.
	if r := assess(t, in, quality.Config{MinGroup: 3}); len(r.Bias) != 0 {
		t.Errorf("%+v", r.Bias)
	}
}

// A favour of 6 % of the maximum is found, and it is the only one named.
func TestFavourIsFound(t *testing.T) {
	t.Parallel()
	r := assess(t, panel(1, 5, 40, 6, 60), quality.Config{Seed: 5})
	b := r.Bias[0]
	if b.Judge != judgeID(0) || b.Group != "city:0" || !b.Own || !b.Listed || b.Exact || b.DifferenceBP < 400 || b.DifferenceBP > 800 {
		t.Fatalf("%+v", b)
	}
	if !strings.HasPrefix(b.Text.ZH, "对 city:0 的 8 名选手，相对同组裁判比对其余 32 名选手高 ") {
		t.Error(b.Text.ZH)
	}
	found, others := 0, 0
	for seed := range uint64(20) {
		for _, b := range assess(t, panel(seed, 5, 40, 6, 60), quality.Config{Seed: 5}).Bias {
			switch {
			case !b.Own || !b.Listed:
			case b.Judge == judgeID(0):
				found++
			default:
				others++
			}
		}
	}
	t.Logf("found %d of 20, others named %d times", found, others)
	if found < 19 || others > 4 {
		t.Errorf("found %d of 20, others named %d times", found, others)
	}
}

// Among even-handed judges somebody is named in no more contests than alpha
// says, per family: of 100 at 0.05, 5 are expected at most, and more than 13
// have a chance below 1 in 1000.
func TestEvenHandedJudgesAreRarelyNamed(t *testing.T) {
	t.Parallel()
	named := map[bool]int{}
	for seed := range uint64(100) {
		r := assess(t, panel(100+seed, 4, 20, 2, 0), quality.Config{Seed: seed, Draws: 499})
		for _, own := range []bool{true, false} {
			for _, b := range r.Bias {
				if b.Own == own && b.Listed {
					named[own]++
					break
				}
			}
		}
	}
	t.Logf("named: %v", named)
	for own, n := range named {
		if n > 13 {
			t.Errorf("own %v: somebody was named in %d of 100 contests", own, n)
		}
	}
}

// The drawn chance agrees with the counted one, and a seed repeats it.
func TestDrawnIsLikeCounted(t *testing.T) {
	t.Parallel()
	in := panel(9, 3, 15, 2, 20)
	counted := assess(t, in, quality.Config{})
	drawn := assess(t, in, quality.Config{Exact: 1, Draws: 20000, Seed: 3})
	if again := assess(t, in, quality.Config{Exact: 1, Draws: 20000, Seed: 3}); !cmp.Equal(drawn, again) {
		t.Error("a seed does not repeat")
	}
	p := map[string]float64{}
	for _, b := range counted.Bias {
		if !b.Exact {
			t.Errorf("%+v was not counted", b)
		}
		p[string(b.Judge)+string(b.Group)] = b.P
	}
	for _, b := range drawn.Bias {
		if want := p[string(b.Judge)+string(b.Group)]; b.Exact || !near(b.P, want, 0.02) {
			t.Errorf("drawn %+v, counted %v", b, want)
		}
	}
}
