package scoring_test

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
)

// drawInt draws small numbers, and some near the ends of 64 bits.
func drawInt(t *rapid.T, label string) int64 {
	n := rapid.Int64Range(-1_000_000, 1_000_000).Draw(t, label)
	switch rapid.IntRange(0, 5).Draw(t, label+" size") {
	case 0:
		return n << 42
	case 1:
		return n << 30
	}
	return n
}

// Whatever the size of the numbers, a Ratio is what math/big says.
func TestRatioIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var sum scoring.Ratio
		want := new(big.Rat)
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			num, den := drawInt(t, "num"), drawInt(t, "den")
			if den == 0 {
				den = 3
			}
			r, w := scoring.NewRatio(scoring.Marks(num), den), big.NewRat(num, den)
			if rapid.Bool().Draw(t, "add") {
				sum, want = sum.Add(r), want.Add(want, w)
			} else {
				sum, want = sum.Mul(num, den), want.Mul(want, w)
			}
			if sum.String() != want.RatString() {
				t.Fatalf("%s, want %s", sum, want.RatString())
			}
			if sum.Cmp(r) != want.Cmp(w) || r.Cmp(sum) != w.Cmp(want) {
				t.Fatalf("%s and %s: %d, want %d", sum, r, sum.Cmp(r), want.Cmp(w))
			}
		}
		if big := new(big.Rat).SetInt64(1 << 55); want.Cmp(big) > 0 || want.Cmp(big.Neg(big)) < 0 {
			return // beyond any marks
		}
		step := rapid.Int64Range(1, 1000).Draw(t, "step")
		// floor(sum ÷ step + ½) × step
		q := new(big.Rat).Add(new(big.Rat).Quo(want, big.NewRat(step, 1)), big.NewRat(1, 2))
		n := new(big.Int).Div(q.Num(), q.Denom())
		if got := sum.Round(scoring.Marks(step)); int64(got) != n.Int64()*step {
			t.Fatalf("%s rounded to %d is %d, want %d", sum, step, int64(got), n.Int64()*step)
		}
	})
}
