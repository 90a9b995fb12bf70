package quality

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/xinglu/xinglu/scoring"
)

// BiasTest asks whether a judge marks a group of competitors otherwise than
// the panel does: whether mark − median of the others is larger for the group
// than for everybody else. A severe judge is not a biased one: the severity is
// in both. The median keeps one judge's favour from looking like the disfavour
// of all the others.
//
// The test is a permutation test. The competitors' mean differences are dealt
// out to group and rest in every way (or in Draws random ones), and P is the
// share of arrangements that differ at least as much as the real one. Nothing
// is assumed about how marks are distributed. For a group that the judge
// belongs to, only more counts (favour); for others, more and less.
//
// It is evidence and no proof: a group that is all strong or all weak shows a
// difference too when the judge is lenient with the strong or the weak.
type BiasTest struct {
	Judge scoring.JudgeID `json:"judge"`
	Group Group           `json:"group"`
	Own   bool            `json:"own"` // the judge belongs to the group; a family of tests of its own
	In    int             `json:"in"`  // competitors of the group whom the judge marked beside others
	Out   int             `json:"out"` // and of the rest
	// DifferenceBP is by how much the judge is above the panel for the group more
	// than for the rest, in basis points of the maximum.
	DifferenceBP float64 `json:"difference_bp"`
	P            float64 `json:"p"`
	// Adjusted is P corrected for all tests of the family (Holm).
	Adjusted float64      `json:"adjusted"`
	Exact    bool         `json:"exact"` // all arrangements were counted
	Listed   bool         `json:"listed"`
	Text     scoring.Text `json:"text"`
}

func (c *cells) bias(in Input, cfg Config) []BiasTest {
	members := make(map[Group]map[scoring.Code]bool)
	for _, e := range in.Entrants {
		for _, g := range e.Groups {
			if members[g] == nil {
				members[g] = make(map[scoring.Code]bool)
			}
			members[g][e.Code] = true
		}
	}
	own := make(map[scoring.JudgeID][]Group)
	for _, j := range in.Judges {
		own[j.ID] = j.Groups
	}
	out := []BiasTest{}
	marks := by(c.marks, func(m compared) scoring.JudgeID { return m.Judge })
	for _, judge := range slices.Sorted(maps.Keys(marks)) {
		mean := differences(marks[judge])
		codes := slices.Sorted(maps.Keys(mean))
		for _, g := range slices.Sorted(maps.Keys(members)) {
			var inside, outside []float64
			for _, code := range codes {
				if members[g][code] {
					inside = append(inside, mean[code])
				} else {
					outside = append(outside, mean[code])
				}
			}
			if min(len(inside), len(outside)) < max(cfg.MinGroup, 1) {
				continue
			}
			t := BiasTest{Judge: judge, Group: g, Own: slices.Contains(own[judge], g), In: len(inside), Out: len(outside)}
			t.DifferenceBP, t.P, t.Exact = permute(inside, outside, t.Own, cfg, seedOf(cfg.Seed, judge, g))
			out = append(out, t)
		}
	}
	for _, family := range []bool{true, false} {
		var list []*BiasTest
		for i := range out {
			if out[i].Own == family {
				list = append(list, &out[i])
			}
		}
		holm(list, cfg.Alpha)
	}
	for i := range out {
		out[i].Text = out[i].words()
	}
	slices.SortStableFunc(out, func(a, b BiasTest) int {
		return cmp.Or(cmp.Compare(a.Adjusted, b.Adjusted), cmp.Compare(a.P, b.P), -cmp.Compare(math.Abs(a.DifferenceBP), math.Abs(b.DifferenceBP)))
	})
	return out
}

// differences are the mean differences by competitor, from the median of the
// other judges.
func differences(marks []compared) map[scoring.Code]float64 {
	out := make(map[scoring.Code]float64)
	for code, list := range by(marks, func(m compared) scoring.Code { return m.Code }) {
		var d []float64
		for _, m := range list {
			if len(m.others) > 0 {
				d = append(d, 10000*(float64(m.Marks)-m.median())/float64(m.max))
			}
		}
		if len(d) > 0 {
			out[code] = mean(d)
		}
	}
	return out
}

// seedOf gives each test chance of its own, so that no test depends on which
// others there are.
func seedOf(seed uint64, judge scoring.JudgeID, g Group) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprintf(h, "%q %q", judge, g)
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// sameSum is how far apart two sums of differences may be, in parts of the
// largest possible one, and still be the same: less than rounding can make.
const sameSum = 1e-9

// permute compares the means of two lists with those of all other ways to
// divide their values up.
func permute(inside, outside []float64, above bool, cfg Config, rng *rand.Rand) (difference, p float64, exact bool) {
	difference = mean(inside) - mean(outside)
	values := append(slices.Clone(inside), outside...)
	centre, size := mean(values), 0.0
	for i := range values {
		values[i] -= centre
		size += math.Abs(values[i])
	}
	// With all values centred the sum over the group says everything: the
	// difference of the means is a multiple of it.
	actual := total(values[:len(inside)])
	extreme := func(sum float64) bool {
		if above {
			return sum >= actual-sameSum*size
		}
		return math.Abs(sum) >= math.Abs(actual)-sameSum*size
	}
	if n := arrangements(len(values), len(inside), cfg.Exact); n > 0 {
		return difference, float64(countExtreme(values, len(inside), 0, extreme)) / float64(n), true
	}
	hits := 1 // the actual arrangement is one of them
	for range cfg.Draws {
		// The first places of a shuffle are enough.
		for i := range inside {
			j := i + rng.IntN(len(values)-i)
			values[i], values[j] = values[j], values[i]
		}
		if extreme(total(values[:len(inside)])) {
			hits++
		}
	}
	return difference, float64(hits) / float64(cfg.Draws+1), false
}

func total(v []float64) (sum float64) {
	for _, x := range v {
		sum += x
	}
	return sum
}

// arrangements is the number of ways to choose k of n, 0 if more than limit.
func arrangements(n, k, limit int) int {
	ways := 1
	for i := range min(k, n-k) {
		ways = ways * (n - i) / (i + 1)
		if ways > limit {
			return 0
		}
	}
	return ways
}

// countExtreme counts the choices of k values whose sum is extreme.
func countExtreme(values []float64, k int, sum float64, extreme func(float64) bool) int {
	if k == 0 {
		if extreme(sum) {
			return 1
		}
		return 0
	}
	n := 0
	for i := 0; i+k <= len(values); i++ {
		n += countExtreme(values[i+1:], k-1, sum+values[i], extreme)
	}
	return n
}

// holm corrects the tests of a family: the smallest P by their number, the
// next by one less, none below one before it.
func holm(tests []*BiasTest, alpha float64) {
	slices.SortStableFunc(tests, func(a, b *BiasTest) int { return cmp.Compare(a.P, b.P) })
	least := 0.0
	for i, t := range tests {
		least = max(least, min(t.P*float64(len(tests)-i), 1))
		t.Adjusted, t.Listed = least, least <= alpha
	}
}

func (t BiasTest) words() scoring.Text {
	zh, en := "高", "higher"
	if t.DifferenceBP < 0 {
		zh, en = "低", "lower"
	}
	gap := math.Abs(t.DifferenceBP) / 100
	return scoring.Text{
		ZH: fmt.Sprintf("对 %s 的 %d 名选手，相对同组裁判比对其余 %d 名选手%s %.2f%%（满分的百分比），校正后概率 %.3g", t.Group, t.In, t.Out, zh, gap, t.Adjusted),
		EN: fmt.Sprintf("compared with the panel, %.2f %% of the maximum %s for the %d competitors of %s than for the other %d; corrected probability %.3g", gap, en, t.In, t.Group, t.Out, t.Adjusted),
	}
}
