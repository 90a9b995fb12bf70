package bank

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

// decimal is a number as Numeric writes it. The exponent is bounded, so that
// a number cannot be made of millions of digits.
var decimal = regexp.MustCompile(`^[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,2})?$`)

// ParseDecimal reads a decimal text ("0.707", "-1.5e3") exactly; ok is false
// for anything else.
func ParseDecimal(s string) (value *big.Rat, ok bool) {
	if !decimal.MatchString(s) {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// Range is the smallest and the largest number that n accepts, both included.
// ok is false when value or tolerance is no number.
func (n *Numeric) Range() (least, most *big.Rat, ok bool) {
	value, ok := ParseDecimal(n.Value)
	if !ok {
		return nil, nil, false
	}
	tolerance := new(big.Rat)
	if n.Tolerance != "" {
		text, share := strings.CutSuffix(n.Tolerance, "%")
		if tolerance, ok = ParseDecimal(text); !ok || tolerance.Sign() < 0 {
			return nil, nil, false
		}
		if share {
			tolerance.Mul(tolerance, new(big.Rat).Abs(value))
			tolerance.Quo(tolerance, big.NewRat(100, 1))
		}
	}
	return new(big.Rat).Sub(value, tolerance), new(big.Rat).Add(value, tolerance), true
}

// check files what is wrong with one blank: it accepts texts or numbers, not
// both.
func (b *Blank) check(c *fieldList, at string) {
	switch {
	case b.Numeric == nil && len(b.Accept) == 0:
		c.add(at, "blank_empty", "the blank accepts nothing; give a text or a number")
	case b.Numeric != nil && len(b.Accept) > 0:
		c.add(at, "blank_both", "a blank accepts texts or numbers, not both")
	case len(b.Accept) > MaxAccept:
		c.add(at, "blank_many", "a blank accepts at most %d texts", MaxAccept)
	}
	for i, text := range b.Accept {
		path := at + ".accept[" + strconv.Itoa(i) + "]"
		if strings.TrimSpace(text) == "" {
			c.add(path, "blank_text_empty", "an accepted text is empty")
		}
		c.length(path, "blank_text_too_long", text, MaxBlankText)
	}
	if b.Share < 0 || b.Share > 10000 {
		c.add(at+".share_bp", "share_range", "a share is between 0 and 10000 basis points")
	}
	if b.Numeric != nil {
		b.Numeric.check(c, at+".numeric")
	}
}

func (n *Numeric) check(c *fieldList, at string) {
	if _, ok := ParseDecimal(n.Value); !ok {
		c.add(at+".value", "number_form", "write a number such as 0.707 or -1.5e3")
	} else if _, _, ok := n.Range(); !ok {
		c.add(at+".tolerance", "tolerance_form", "write a tolerance such as 0.5 or 2%%, not below 0")
	}
	for i, u := range n.Units {
		if path := at + ".units[" + strconv.Itoa(i) + "]"; strings.TrimSpace(u) == "" || strings.ContainsAny(u[:1], "0123456789.+-") {
			c.add(path, "unit_form", "a unit is not empty and does not begin like a number")
		}
	}
	if n.UnitRequired && len(n.Units) == 0 {
		c.add(at+".units", "units_missing", "a unit is required but none is accepted")
	}
}
