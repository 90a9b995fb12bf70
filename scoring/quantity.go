package scoring

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// Quantity is a number as a candidate wrote it, with its unit.
type Quantity struct {
	Value *big.Rat // exact
	Unit  string   // "" for none; folded, see Numeric.Units
}

// Limits of a written number; they bound memory, they are no rule of any
// examination.
const (
	maxDigits   = 100
	maxExponent = 400 // of ten, either sign
)

// ParseQuantity reads a decimal number and what follows it as its unit:
//
//	12.5   -0.5   .5   １２．５   1,234.5   6.02e23   6.02×10^23   6.02 x 10²³   10^-3   220 V   50%
//
// A comma only parts groups of three digits. An exponent is written after e or
// E, or as a power of ten with ^ or raised digits. What begins like a number
// again after the number ("1.2.3", "1 2", "1,5") is refused. ok is false for
// whatever is no number, and for one too long to be a measurement.
func ParseQuantity(text string) (q Quantity, ok bool) {
	c := &cursor{rest: FoldText(text, true)}
	negative := c.sign()
	digits, ok := c.mantissa()
	if !ok || len(digits) > maxDigits {
		return q, false
	}
	exponent := c.exponent(digits == "10")
	if exponent < -maxExponent || exponent > maxExponent {
		return q, false
	}
	c.space()
	if c.rest != "" && strings.ContainsRune("0123456789.,+-", rune(c.rest[0])) {
		return q, false
	}
	if negative {
		digits = "-" + digits
	}
	value, ok := new(big.Rat).SetString(digits + "e" + strconv.Itoa(exponent))
	return Quantity{Value: value, Unit: foldUnit(c.rest)}, ok
}

// cursor reads a folded text from the front.
type cursor struct{ rest string }

func (c *cursor) space() { c.rest = strings.TrimLeft(c.rest, " ") }

func (c *cursor) take(prefixes ...string) bool {
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(c.rest, p); ok {
			c.rest = rest
			return true
		}
	}
	return false
}

// sign reads a sign and reports whether it is a minus.
func (c *cursor) sign() bool {
	negative := c.take("-")
	if !negative {
		c.take("+")
	}
	c.space()
	return negative
}

func (c *cursor) digits() string {
	n := 0
	for n < len(c.rest) && '0' <= c.rest[n] && c.rest[n] <= '9' {
		n++
	}
	d := c.rest[:n]
	c.rest = c.rest[n:]
	return d
}

// mantissa reads "1,234.5" as "1234.5".
func (c *cursor) mantissa() (string, bool) {
	whole := c.digits()
	if len(whole) >= 1 && len(whole) <= 3 {
		for len(c.rest) >= 4 && c.rest[0] == ',' {
			group := cursor{rest: c.rest[1:]}
			d := group.digits()
			if len(d) != 3 {
				return "", false
			}
			whole, c.rest = whole+d, group.rest
		}
	}
	if !c.take(".") {
		return whole, whole != ""
	}
	frac := c.digits()
	if frac == "" {
		return whole, whole != ""
	}
	return whole + "." + frac, true
}

// exponent reads "e5", "×10^5" or, after a bare 10, "^5"; none is 0. An e
// without digits belongs to the unit.
func (c *cursor) exponent(bareTen bool) int {
	before := c.rest
	if c.take("e", "E") {
		if n, ok := c.integer(); ok {
			return n
		}
		c.rest = before
		return 0
	}
	if bareTen {
		if n, ok := c.power(); ok {
			return n - 1 // the mantissa is the ten itself
		}
		c.rest = before
	}
	c.space()
	if c.take("×", "x", "X", "*", "·") {
		c.space()
		if c.take("10") {
			if n, ok := c.power(); ok {
				return n
			}
		}
	}
	c.rest = before
	return 0
}

// power reads "^5", "^(-5)" or raised digits.
func (c *cursor) power() (int, bool) {
	if c.take("^") {
		open := c.take("(")
		n, ok := c.integer()
		return n, ok && (!open || c.take(")"))
	}
	var plain []byte
	end := 0
	for i, r := range c.rest {
		digit := strings.IndexRune(raised, r)
		if digit < 0 {
			break
		}
		plain = append(plain, "0123456789+-"[len([]rune(raised[:digit]))])
		end = i + len(string(r))
	}
	n := cursor{rest: string(plain)}
	v, ok := n.integer()
	if !ok || n.rest != "" {
		return 0, false
	}
	c.rest = c.rest[end:]
	return v, true
}

// raised are the raised digits from 0 on, and the raised signs.
const raised = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"

// integer reads a whole number with an optional sign. Ten digits are more than
// any exponent that is allowed.
func (c *cursor) integer() (int, bool) {
	negative := c.sign()
	d := c.digits()
	if d == "" || len(d) > 10 {
		return 0, false
	}
	n, err := strconv.Atoi(d)
	if negative {
		n = -n
	}
	return n, err == nil
}

// number is a compiled Numeric.
type number struct {
	low, high *big.Rat // bounds, included
	units     []string // folded
	required  bool
}

// compileNumeric is ok when value and tolerance are numbers.
func compileNumeric(n Numeric) (number, bool) {
	v, ok := ParseQuantity(n.Value)
	if !ok || v.Unit != "" {
		return number{}, false
	}
	tolerance := new(big.Rat)
	if n.Tolerance != "" {
		t, ok := ParseQuantity(n.Tolerance)
		if !ok || t.Value.Sign() < 0 || t.Unit != "" && t.Unit != "%" {
			return number{}, false
		}
		tolerance.Set(t.Value)
		if t.Unit == "%" {
			tolerance.Mul(tolerance, new(big.Rat).Abs(v.Value))
			tolerance.Quo(tolerance, big.NewRat(100, 1))
		}
	}
	out := number{low: new(big.Rat).Sub(v.Value, tolerance), high: new(big.Rat).Add(v.Value, tolerance), required: n.UnitRequired}
	for _, u := range n.Units {
		out.units = append(out.units, foldUnit(u))
	}
	return out, true
}

func (n number) accepts(q Quantity) bool {
	switch {
	case q.Value.Cmp(n.low) < 0 || q.Value.Cmp(n.high) > 0:
		return false
	case q.Unit == "":
		return !n.required
	default:
		return slices.Contains(n.units, q.Unit)
	}
}
