package scoring

import (
	"math/big"
	"math/bits"
)

// Ratio is an exact fraction of hundredths of a mark. The zero Ratio is 0.
// Ratios are values: no operation changes its operands. Fractions of small
// numbers, which nearly all are, are two integers; what does not fit these is
// a math/big.Rat, so that nothing ever overflows.
type Ratio struct {
	num  int64
	less int64    // the denominator less 1, so that the zero value is 0/1
	rat  *big.Rat // the value where it is not null
}

// smallLimit bounds the integers of a small fraction.
const smallLimit = 1 << 62

// NewRatio returns num ÷ den hundredths. It panics when den is 0, like the
// division it stands for.
func NewRatio(num Marks, den int64) Ratio {
	if r, ok := small(int64(num), den); ok {
		return r
	}
	return Ratio{rat: big.NewRat(int64(num), den)}
}

// small returns num ÷ den in lowest terms, if it is small and den above 0.
func small(num, den int64) (Ratio, bool) {
	if den <= 0 || den >= smallLimit || num <= -smallLimit || num >= smallLimit {
		return Ratio{}, false
	}
	if den != 1 {
		g := gcd(num, den)
		num, den = num/g, den/g
	}
	return Ratio{num: num, less: den - 1}, true
}

// gcd returns the greatest common divisor of a and b; b is above 0.
func gcd(a, b int64) int64 {
	if a < 0 {
		a = -a
	}
	for a != 0 {
		a, b = b%a, a
	}
	return b
}

// times64 returns a × b, and whether it is small.
func times64(a, b int64) (int64, bool) {
	abs := func(n int64) uint64 {
		if n < 0 {
			return uint64(-n)
		}
		return uint64(n)
	}
	hi, lo := bits.Mul64(abs(a), abs(b))
	return a * b, hi == 0 && lo < smallLimit
}

func (r Ratio) den() int64 { return r.less + 1 }

func (r Ratio) big() *big.Rat {
	if r.rat != nil {
		return r.rat
	}
	return big.NewRat(r.num, r.den())
}

// Add returns r + s.
func (r Ratio) Add(s Ratio) Ratio {
	if r.rat == nil && s.rat == nil {
		if r.less == s.less {
			if sum, ok := small(r.num+s.num, r.den()); ok {
				return sum
			}
		}
		a, okA := times64(r.num, s.den())
		b, okB := times64(s.num, r.den())
		d, okD := times64(r.den(), s.den())
		if sum, ok := small(a+b, d); ok && okA && okB && okD {
			return sum
		}
	}
	return Ratio{rat: new(big.Rat).Add(r.big(), s.big())}
}

// sub returns r − s.
func (r Ratio) sub(s Ratio) Ratio {
	if s.rat == nil {
		s.num = -s.num
		return r.Add(s)
	}
	return Ratio{rat: new(big.Rat).Sub(r.big(), s.big())}
}

// times returns r × s, for a share s of something.
func (r Ratio) times(s Ratio) Ratio {
	if r.rat == nil && s.rat == nil {
		n, okN := times64(r.num, s.num)
		d, okD := times64(r.den(), s.den())
		if product, ok := small(n, d); ok && okN && okD {
			return product
		}
	}
	return Ratio{rat: new(big.Rat).Mul(r.big(), s.big())}
}

// over returns r ÷ s; s is not 0.
func (r Ratio) over(s Ratio) Ratio { return Ratio{rat: new(big.Rat).Quo(r.big(), s.big())} }

// Mul returns r × num ÷ den. It panics when den is 0.
func (r Ratio) Mul(num, den int64) Ratio { return r.times(NewRatio(Marks(num), den)) }

// Cmp returns -1, 0 or 1 as r is below, equal to or above s.
func (r Ratio) Cmp(s Ratio) int {
	if r.rat == nil && s.rat == nil {
		a, okA := times64(r.num, s.den())
		b, okB := times64(s.num, r.den())
		if okA && okB {
			switch {
			case a < b:
				return -1
			case a > b:
				return 1
			}
			return 0
		}
	}
	return r.big().Cmp(s.big())
}

func least(a, b Ratio) Ratio {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}

func greatest(a, b Ratio) Ratio {
	if a.Cmp(b) > 0 {
		return a
	}
	return b
}

// Round returns the multiple of step next to r, half up: towards positive
// infinity when r lies in the middle. Step is in hundredths (1 = 0.01 marks,
// 10 = 0.1, 100 = 1) and above 0. The result differs from r by at most half a
// step. It is the only rounding in this package.
func (r Ratio) Round(step Marks) Marks {
	if r.rat == nil {
		// floor((2·num + den·step) ÷ (2·den·step))
		twice, okN := times64(r.num, 2)
		unit, okU := times64(r.den(), int64(step))
		whole, okW := times64(unit, 2)
		if okN && okU && okW && twice+unit < smallLimit {
			n := (twice + unit) / whole
			if (twice+unit)%whole < 0 {
				n--
			}
			return Marks(n) * step
		}
	}
	q := new(big.Rat).Quo(r.big(), big.NewRat(int64(step), 1))
	q.Add(q, big.NewRat(1, 2))
	// Div is Euclidean: with the positive denominator of a Rat it is the floor.
	n := new(big.Int).Div(q.Num(), q.Denom())
	return Marks(n.Int64()) * step
}

// String writes the fraction in lowest terms, for logs and tests: "2000/3".
func (r Ratio) String() string { return r.big().RatString() }
