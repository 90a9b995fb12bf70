package scoring

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// FoldText brings a text into the form in which fill-in answers are compared:
// full-width letters, digits and signs become the usual ones, letters that
// Unicode holds twice become one (the ohm sign and Ω, ℃ and °C, the micro sign
// and μ), runs of white space become one space, none at the ends and none next
// to a Han character, and unless caseMatters capital letters become small.
func FoldText(s string, caseMatters bool) string {
	s = sameSigns.Replace(norm.NFC.String(width.Fold.String(s)))
	if !caseMatters {
		s = cases.Fold().String(s)
	}
	words := strings.Fields(s)
	var b strings.Builder
	for i, w := range words {
		if i > 0 && !endsHan(words[i-1]) && !beginsHan(w) {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

var sameSigns = strings.NewReplacer(
	"µ", "μ", "℃", "°C", "℉", "°F", "㎜", "mm", "㎝", "cm", "㎞", "km", "㎡", "m²", "㎏", "kg", "㎎", "mg",
	"−", "-", "‐", "-", "‑", "-", "–", "-", "—", "-", "✕", "×", "⨯", "×", "⋅", "·", "∙", "·", "•", "·",
	"\u200b", "", "\ufeff", "")

func beginsHan(w string) bool {
	for _, r := range w {
		return unicode.Is(unicode.Han, r)
	}
	return false
}

func endsHan(w string) bool {
	last := rune(0)
	for _, r := range w {
		last = r
	}
	return unicode.Is(unicode.Han, last)
}

// foldUnit brings a unit into the form in which units are compared: as
// FoldText with the case kept (mW is not MW), without white space, and with
// exponents and products written in one way ("m^2" and "m²", "N*m" and "N·m").
func foldUnit(s string) string {
	return unitSigns.Replace(strings.ReplaceAll(FoldText(s, true), " ", ""))
}

var unitSigns = strings.NewReplacer("^", "", "*", "·", "×", "·",
	"⁰", "0", "¹", "1", "²", "2", "³", "3", "⁴", "4", "⁵", "5", "⁶", "6", "⁷", "7", "⁸", "8", "⁹", "9", "⁻", "-", "⁺", "")
