package award

import (
	"slices"

	"github.com/xinglu/xinglu/scoring"
)

// Scale makes totals of different events comparable (the 700 scale,
// contest.md §3.3 and §3.4). With M the median of the population and MAD the
// median of the distances from it,
//
//	points = Centre + Spread × (total − M) ÷ (Factor × MAD)
//
// rounded half up to whole points and kept within Min and Max.
//
// WorldSkills International publishes that the median competitor stands at
// 700 and that most stand between 600 and 800; its formula is not public. This
// one is an open re-implementation's. All its numbers are data, and whoever
// uses it says so beside the points.
//
// Points are never stored: one corrected total moves everybody's.
type Scale struct {
	Centre int64 `json:"centre"` // of the median competitor: 700
	Spread int64 `json:"spread"` // points per standard deviation: 30
	// Estimator is how middle and deviation are estimated.
	Estimator Estimator `json:"estimator"`
	// Factor makes the MAD an estimate of a standard deviation: 14826 ÷ 10000
	// for a normal population.
	Factor     Fraction   `json:"factor"`
	Min        int64      `json:"min"`
	Max        int64      `json:"max"`
	Population Population `json:"population"`
	MADZero    MADZero    `json:"mad_zero"`
}

// Estimator is how middle and deviation are estimated.
type Estimator string

// MedianMAD is by median and median absolute deviation. One wild total moves
// neither.
const MedianMAD Estimator = "median_mad"

// Fraction is an exact positive fraction.
type Fraction struct {
	Num int64 `json:"num"`
	Den int64 `json:"den"`
}

// Population is whose totals median and MAD are taken of.
type Population string

// The populations.
const (
	PopulationAll       Population = "all"        // the missing and the absent count as 0 in it, and get no points themselves
	PopulationWithMarks Population = "with_marks" // only totals that are there
)

// MADZero is what everybody gets when half the population has one total, so
// that there is no deviation to divide by.
type MADZero string

// MADZeroCentre gives everybody Centre.
const MADZeroCentre MADZero = "centre"

func (s Scale) check(p *problems, path string) {
	const limit = 1_000_000 // with it the numerators below stay within an int64
	within(p, path+".centre", s.Centre, -limit, limit)
	within(p, path+".spread", s.Spread, 1, limit)
	oneOf(p, path+".estimator", s.Estimator, MedianMAD)
	within(p, path+".factor.num", s.Factor.Num, 1, limit)
	within(p, path+".factor.den", s.Factor.Den, 1, limit)
	if s.Min > s.Centre || s.Max < s.Centre {
		p.add(path+".min", "out_of_range", "the centre %v is not between %v and %v", figure{"got", s.Centre}, figure{"least", s.Min}, figure{"most", s.Max})
	}
	oneOf(p, path+".population", s.Population, PopulationAll, PopulationWithMarks)
	oneOf(p, path+".mad_zero", s.MADZero, MADZeroCentre)
}

// Scores is a population on the scale.
type Scores struct {
	// MedianTwice is twice the median and MADFourfold four times the MAD, in
	// hundredths of a mark: both are whole numbers, since a median of an even
	// number of totals is a mean of two. Null without a population.
	MedianTwice *int64 `json:"median_twice"`
	MADFourfold *int64 `json:"mad_fourfold"`
	// Points are by competitor; who has no total is not in it.
	Points map[scoring.Code]int64 `json:"points"`
}

// Standardise puts totals on the scale, which must be valid. A total that is
// missing gets no points; 0 marks are a total. The arithmetic is exact and
// rounded once. Better marks never give fewer points.
func (s Scale) Standardise(totals map[scoring.Code]scoring.Value) Scores {
	out := Scores{Points: make(map[scoring.Code]int64, len(totals))}
	twice := make([]int64, 0, len(totals))
	for _, v := range totals {
		if v.State == scoring.HasValue {
			twice = append(twice, 2*int64(v.Marks))
		} else if s.Population == PopulationAll {
			twice = append(twice, 0)
		}
	}
	if len(twice) == 0 {
		return out
	}
	median := sumOfMiddle(twice) / 2 // of doubled totals: whole, and twice the median
	distances := make([]int64, len(twice))
	for i, x := range twice {
		distances[i] = max(x-median, median-x)
	}
	mad := sumOfMiddle(distances)
	out.MedianTwice, out.MADFourfold = &median, &mad
	for code, v := range totals {
		if v.State == scoring.HasValue {
			out.Points[code] = s.points(2*int64(v.Marks)-median, mad)
		}
	}
	return out
}

// points returns the points at a distance from the median, which comes twice,
// by the MAD, which comes fourfold.
func (s Scale) points(distance, mad int64) int64 {
	if mad == 0 {
		return s.Centre
	}
	exact := scoring.NewRatio(scoring.Marks(2*s.Spread), 1).Mul(distance, mad).Mul(s.Factor.Den, s.Factor.Num).
		Add(scoring.NewRatio(scoring.Marks(s.Centre), 1))
	whole := func(n int64) scoring.Ratio { return scoring.NewRatio(scoring.Marks(n), 1) }
	switch { // before rounding, which is in 64 bits
	case exact.Cmp(whole(s.Min)) <= 0:
		return s.Min
	case exact.Cmp(whole(s.Max)) >= 0:
		return s.Max
	}
	return int64(exact.Round(1))
}

// sumOfMiddle returns twice the median: the two middle numbers added up, or
// the one in the middle doubled.
func sumOfMiddle(numbers []int64) int64 {
	sorted := slices.Sorted(slices.Values(numbers))
	n := len(sorted)
	return sorted[(n-1)/2] + sorted[n/2]
}
