package exchange

import (
	"math/big"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

var (
	emptyBrackets = regexp.MustCompile(`[(（][ \n]*[)）]`)
	spaces        = regexp.MustCompile(` {2,}`)
	lines         = regexp.MustCompile(` *\n[ \n]*`)
	keyInBrackets = regexp.MustCompile(`[(（] *([A-H]{1,8}|[√×✓✔✗✘]) *[)）]`)
)

// carriageReturn is how a workbook escapes one.
const carriageReturn = "_x000D_"

// Text normalises a cell that people read: letters and digits to half width,
// spaces of all kinds to single ones, invisible signs away, a blank to answer
// in to "( )". Punctuation stays as it was written. Text(Text(s)) = Text(s).
func Text(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\r' || r == '\u2028' || r == '\u2029':
			return '\n'
		case unicode.IsSpace(r) || r == '\u00a0':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1 // zero-width spaces, marks of direction, byte order marks
		case r >= '０' && r <= '９' || r >= 'Ａ' && r <= 'Ｚ' || r >= 'ａ' && r <= 'ｚ':
			return r - '０' + '0'
		}
		return r
	}, s)
	for strings.Contains(s, carriageReturn) {
		s = strings.ReplaceAll(s, carriageReturn, "")
	}
	s = lines.ReplaceAllString(spaces.ReplaceAllString(s, " "), "\n")
	return strings.TrimSpace(emptyBrackets.ReplaceAllString(s, "( )"))
}

// Compact reduces a cell that is a code or a word to its signs: half width,
// upper case, no spaces at all.
func Compact(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, width.Fold.String(Text(s)))
}

var prefix = regexp.MustCompile(`^(?:[(（]([A-Ha-h])[)）]|([A-Ha-h])[)）])[、.．,，:： ]*|^([A-Ha-h])[、.．,，:：] *`)

// StripOption removes an option's own letter in front of its text: "A、",
// "(A)", "A.", "A．". other is the letter found when it is not the column's;
// such text is left as it is.
func StripOption(text string, column rune) (stripped string, other rune) {
	m := prefix.FindStringSubmatch(text)
	if m == nil || len(m[0]) == len(text) {
		return text, 0 // nothing would be left: the letter is the text
	}
	found := []rune(strings.ToUpper(m[1] + m[2] + m[3]))[0]
	if found != column {
		return text, found
	}
	return text[len(m[0]):], 0
}

// parseHundredths reads a decimal number as hundredths. ok is false when it
// is no number ≥ 0 with at most two decimals, or over a million.
func parseHundredths(s string) (n int64, ok bool) {
	s = strings.TrimSuffix(Compact(s), "分")
	whole, frac, _ := strings.Cut(s, ".")
	frac = strings.TrimRight(frac, "0")
	if whole == "" || len(whole) > 7 || len(frac) > 2 {
		return 0, false
	}
	for _, d := range whole + (frac + "00")[:2] {
		if d < '0' || d > '9' {
			return 0, false
		}
		n = n*10 + int64(d-'0')
	}
	return n, true
}

// parsePercent reads a weight as hundredths of a percent: "25", "2.5", "25%".
// stored is the unformatted value of the cell: a cell in percent format may
// show fewer digits than it holds.
func parsePercent(shown, stored string) (n int64, ok bool) {
	text, percent := strings.CutSuffix(Compact(shown), "%")
	if !percent || strings.HasSuffix(Compact(stored), "%") {
		return parseHundredths(text)
	}
	ratio, ok := new(big.Rat).SetString(strings.TrimSpace(stored))
	if !ok || len(stored) > 40 || ratio.Sign() < 0 || ratio.Cmp(big.NewRat(1, 1)) > 0 {
		return 0, false
	}
	ratio.Mul(ratio, big.NewRat(10000, 1))
	// The stored value is a binary fraction: take the whole number it means,
	// and refuse what is not near one.
	near := new(big.Rat).Add(ratio, big.NewRat(1, 2))
	whole := new(big.Int).Quo(near.Num(), near.Denom())
	off := new(big.Rat).Sub(ratio, new(big.Rat).SetInt(whole))
	if off.Abs(off).Cmp(big.NewRat(1, 1_000_000)) > 0 {
		return 0, false
	}
	return whole.Int64(), true
}
