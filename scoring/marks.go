package scoring

import (
	"fmt"
	"strconv"
	"strings"
)

// Marks is an amount in hundredths of a mark: 87.5 marks are 8750. In JSON it
// is that integer. It is never a float.
type Marks int64

// marksLimit bounds every amount in a scheme (ten million marks), so that no
// product or sum in this package can overflow.
const marksLimit Marks = 1_000_000_000

// ParseMarks reads an exact decimal with at most two places: "87.5" is 8750,
// "-0.25" is -25. Signs other than a leading minus, blanks, exponents and
// more places are refused with ErrMarks: nothing is rounded on the way in.
func ParseMarks(s string) (Marks, error) {
	digits, negative := strings.CutPrefix(s, "-")
	whole, frac, dotted := strings.Cut(digits, ".")
	if !allDigits(whole) || dotted && !allDigits(frac) || len(frac) > 2 {
		return 0, ErrMarks.Param("text", s)
	}
	n, err := strconv.ParseInt(whole+(frac + "00")[:2], 10, 64)
	if err != nil {
		return 0, ErrMarks.Param("text", s).Wrap(err)
	}
	if negative {
		n = -n
	}
	return Marks(n), nil
}

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// String writes the amount with two places: "87.50".
func (m Marks) String() string {
	n, sign := uint64(m), ""
	if m < 0 {
		n, sign = -n, "-"
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}

// State tells a missing value from a value.
type State string

// The states of a Value. They are three different things: nobody has entered
// anything yet, an amount that may be zero, and a competitor who was absent.
const (
	Blank       State = "blank"
	HasValue    State = "value"
	DidNotStart State = "did_not_start"
)

// Value is an amount that may be missing. Marks is 0 unless State is
// HasValue. Make one with Of, None or Absence; a State other than the three
// counts as blank in arithmetic and is refused where values come in (Sum).
type Value struct {
	State State `json:"state"`
	Marks Marks `json:"marks"` // hundredths
}

// Of returns a present amount, which may be zero.
func Of(m Marks) Value { return Value{State: HasValue, Marks: m} }

// None returns a blank: nothing has been entered.
func None() Value { return Value{State: Blank} }

// Absence returns the value of a competitor who did not start.
func Absence() Value { return Value{State: DidNotStart} }

// String writes the amount, "blank" or "did_not_start".
func (v Value) String() string {
	switch v.State {
	case HasValue:
		return v.Marks.String()
	case DidNotStart:
		return string(DidNotStart)
	default:
		return string(Blank)
	}
}
