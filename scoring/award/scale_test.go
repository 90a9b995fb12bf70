package award_test

import (
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

// the700 are the numbers of the open re-implementation (contest.md §3.4).
func the700() award.Scale {
	return award.Scale{
		Centre: 700, Spread: 30, Estimator: award.MedianMAD, Factor: award.Fraction{Num: 14826, Den: 10000},
		Min: 0, Max: 1000, Population: award.PopulationAll, MADZero: award.MADZeroCentre,
	}
}

func totals(values ...scoring.Value) map[scoring.Code]scoring.Value {
	out := map[scoring.Code]scoring.Value{}
	for i, v := range values {
		out[codes(i+1, i+1)[0]] = v
	}
	return out
}

func points(s award.Scores, n int) []int64 {
	out := []int64{}
	for _, c := range codes(1, n) {
		if p, ok := s.Points[c]; ok {
			out = append(out, p)
		} else {
			out = append(out, -1)
		}
	}
	return out
}

// The worked check of contest.md §3.4: median 85, MAD 5.7.
func TestStandardiseWorkedCheck(t *testing.T) {
	t.Parallel()
	of := scoring.Of
	s := the700().Standardise(totals(of(9210), of(8840), of(8500), of(7930), of(7125)))
	same(t, "points", []int64{725, 712, 700, 680, 651}, points(s, 5))
	if *s.MedianTwice != 17000 || *s.MADFourfold != 2280 {
		t.Errorf("twice the median %d, fourfold MAD %d", *s.MedianTwice, *s.MADFourfold)
	}
}

func TestStandardise(t *testing.T) {
	t.Parallel()
	of, none, absent := scoring.Of, scoring.None(), scoring.Absence()
	withMarks, narrow := the700(), the700()
	withMarks.Population = award.PopulationWithMarks
	narrow.Min, narrow.Max = 690, 710
	tests := map[string]struct {
		scale award.Scale
		in    []scoring.Value
		want  []int64 // -1 = no points
	}{
		"one alone is the centre":             {the700(), []scoring.Value{of(5000)}, []int64{700}},
		"nobody":                              {the700(), nil, []int64{}},
		"MAD zero":                            {the700(), []scoring.Value{of(8000), of(8000), of(8000), of(100)}, []int64{700, 700, 700, 700}},
		"even number: middle of 80 and 81":    {the700(), []scoring.Value{of(8000), of(8100), of(8200), of(7900)}, []int64{690, 710, 730, 670}},
		"missing counts as 0 without points":  {the700(), []scoring.Value{of(8000), of(4000), none, absent}, []int64{761, 720, -1, -1}},
		"only totals that are there":          {withMarks, []scoring.Value{of(8000), of(4000), none, absent}, []int64{720, 680, -1, -1}},
		"kept within the bounds":              {narrow, []scoring.Value{of(9210), of(8840), of(8500), of(7930), of(7125)}, []int64{710, 710, 700, 690, 690}},
		"a zero is a total":                   {withMarks, []scoring.Value{of(0), of(1), of(2)}, []int64{680, 700, 720}},
		"a far point is bounded, not wrapped": {the700(), []scoring.Value{of(0), of(1), of(2), of(1_000_000_000)}, []int64{670, 690, 710, 1000}},
	}
	for name, tt := range tests {
		got := tt.scale.Standardise(totals(tt.in...))
		same(t, name, tt.want, points(got, len(tt.in)))
	}
}

// The exact arithmetic agrees with fractions worked out step by step, the
// median stands at the centre, and more marks never give fewer points.
func TestStandardiseProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.Int64Range(0, 10000), 1, 20).Draw(t, "totals")
		in := totals()
		for i, x := range list {
			in[codes(i+1, i+1)[0]] = scoring.Of(scoring.Marks(x))
		}
		got := points(the700().Standardise(in), len(list))
		for i, want := range pointsByHand(list) {
			if got[i] != want {
				t.Fatalf("%v: %d gives %d points, by hand %d", list, list[i], got[i], want)
			}
			for j := range list {
				if list[i] > list[j] && got[i] < got[j] {
					t.Fatalf("%v: %d has fewer points than %d", list, list[i], list[j])
				}
			}
		}
	})
}

func pointsByHand(list []int64) []int64 {
	median := func(v []*big.Rat) *big.Rat {
		v = slices.Clone(v)
		slices.SortFunc(v, (*big.Rat).Cmp)
		n := len(v)
		sum := new(big.Rat).Add(v[(n-1)/2], v[n/2])
		return sum.Quo(sum, big.NewRat(2, 1))
	}
	var xs, ds []*big.Rat
	for _, x := range list {
		xs = append(xs, big.NewRat(x, 100))
	}
	m := median(xs)
	for _, x := range xs {
		d := new(big.Rat).Sub(x, m)
		ds = append(ds, d.Abs(d))
	}
	mad := median(ds)
	out := make([]int64, len(list))
	for i, x := range xs {
		if mad.Sign() == 0 {
			out[i] = 700
			continue
		}
		z := new(big.Rat).Sub(x, m)
		z.Quo(z, mad)
		z.Quo(z, big.NewRat(14826, 10000))
		z.Mul(z, big.NewRat(30, 1))
		z.Add(z, big.NewRat(1401, 2)) // 700 and the half of half up
		out[i] = min(max(new(big.Int).Div(z.Num(), z.Denom()).Int64(), 0), 1000)
	}
	return out
}
