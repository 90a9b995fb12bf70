package exchange

import (
	"math/big"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"github.com/xinglu/xinglu/scoring"
)

// carriageReturn is how a workbook escapes one.
const carriageReturn = "_x000D_"

// clean brings a text that people read into the form in which it is kept:
// lines parted by \n, no invisible signs, nothing at the ends. Full-width
// letters and punctuation stay as they were written.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
			return '\n'
		case unicode.IsSpace(r) && r != '\u3000':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\uFFFE' || r == '\uFFFF':
			return -1 // zero-width spaces, marks of direction, byte order marks
		}
		return r
	}, s)
	for strings.Contains(s, carriageReturn) {
		s = strings.ReplaceAll(s, carriageReturn, "")
	}
	return strings.TrimSpace(s)
}

// compact reduces a cell that is a code or a word to its signs: half width,
// upper case, no spaces at all.
func compact(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, width.Fold.String(clean(s)))
}

// half brings a code into half width and keeps its case.
func half(s string) string { return strings.TrimSpace(width.Fold.String(clean(s))) }

// decimal is a number as a cell may hold it: typed, or a binary fraction that
// a spreadsheet has stored with all its digits.
var decimal = regexp.MustCompile(`^[+-]?[0-9]{1,9}(?:\.[0-9]{0,25})?(?:E[+-]?[0-9]{1,2})?$`)

// numberState says what became of reading a number.
type numberState int

const (
	numberOK numberState = iota
	numberBlank
	numberMalformed
	numberTooFine // more than two decimals
)

// parseMarks reads an amount such as "1.5", "１．５ 分" or 0.30000000000000004,
// which a spreadsheet stores for 0.1 + 0.2. Nothing is rounded: an amount that
// is not within a millionth of a hundredth is numberTooFine.
func parseMarks(s string) (scoring.Marks, numberState) {
	s = strings.TrimSuffix(compact(s), "分")
	if s == "" {
		return 0, numberBlank
	}
	if !decimal.MatchString(s) {
		return 0, numberMalformed
	}
	v, ok := new(big.Rat).SetString(s)
	if !ok {
		return 0, numberMalformed
	}
	v.Mul(v, big.NewRat(100, 1))
	floor := new(big.Int).Div(new(big.Rat).Add(v, big.NewRat(1, 2)).Num(), new(big.Rat).Add(v, big.NewRat(1, 2)).Denom())
	off := new(big.Rat).Sub(v, new(big.Rat).SetInt(floor))
	if off.Abs(off).Cmp(big.NewRat(1, 1_000_000)) > 0 {
		return 0, numberTooFine
	}
	if !floor.IsInt64() || floor.BitLen() > 40 {
		return 0, numberMalformed
	}
	return scoring.Marks(floor.Int64()), numberOK
}

// parseCount reads a whole number from 0 to 99999.
func parseCount(s string) (int, bool) {
	m, state := parseMarks(s)
	if state != numberOK || m < 0 || m%100 != 0 || m > 99999_00 {
		return 0, false
	}
	return int(m / 100), true
}

// cell returns the cell of a column counted from 0, "" where the row or the
// column ends.
func cell(cells []string, column int) string {
	if column < 0 || column >= len(cells) {
		return ""
	}
	return cells[column]
}
