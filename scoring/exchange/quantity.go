package exchange

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"github.com/xinglu/xinglu/scoring"
)

const number = `([+-]?\d{1,15}(?:\.\d{1,6})?)`

// The ways to write a tolerance; the unit follows.
var (
	aroundForm = regexp.MustCompile(`^` + number + ` ?(?:±|\+/-) ?(\d{1,15}(?:\.\d{1,6})?)`)
	limitsForm = regexp.MustCompile(`^` + number + ` ?\(?\+ ?(∞|\d{1,15}(?:\.\d{1,6})?) ?[/,、] ?- ?(∞|\d{1,15}(?:\.\d{1,6})?)\)?`)
	rangeForm  = regexp.MustCompile(`^` + number + ` ?(?:~|至|–|—) ?` + number)
	leastForm  = regexp.MustCompile(`^(?:≥|>=|不小于|不低于|至少) ?` + number)
	mostForm   = regexp.MustCompile(`^(?:≤|<=|不大于|不超过|至多) ?` + number)
)

// parseTolerance reads "80.00 ±0.20 mm", "3.50 +0.10/-0.05 mm", "≥ 1.0 MΩ",
// "1.0~2.0 V". ok is false for whatever is no tolerance as a whole.
func parseTolerance(text string) (t scoring.Tolerance, ok bool) {
	s := strings.ReplaceAll(strings.Join(strings.Fields(width.Fold.String(clean(text))), " "), "−", "-")
	var numbers []string // nominal, minus, plus; "∞" for no limit
	var unit string
	switch {
	case aroundForm.MatchString(s):
		m := aroundForm.FindStringSubmatch(s)
		numbers, unit = []string{m[1], m[2], m[2]}, s[len(m[0]):]
	case limitsForm.MatchString(s):
		m := limitsForm.FindStringSubmatch(s)
		numbers, unit = []string{m[1], m[3], m[2]}, s[len(m[0]):]
	case leastForm.MatchString(s):
		m := leastForm.FindStringSubmatch(s)
		numbers, unit = []string{m[1], "0", "∞"}, s[len(m[0]):]
	case mostForm.MatchString(s):
		m := mostForm.FindStringSubmatch(s)
		numbers, unit = []string{m[1], "∞", "0"}, s[len(m[0]):]
	case rangeForm.MatchString(s):
		return parseRange(s)
	default:
		return t, false
	}
	return assemble(numbers, unit)
}

// assemble brings the numbers to one number of decimals.
func assemble(numbers []string, unit string) (t scoring.Tolerance, ok bool) {
	for _, n := range numbers {
		_, frac, _ := strings.Cut(n, ".")
		t.Decimals = max(t.Decimals, len(frac))
	}
	nominal, ok := scaled(numbers[0], t.Decimals)
	if !ok {
		return t, false
	}
	t.Nominal = *nominal
	if t.Minus, ok = scaled(numbers[1], t.Decimals); !ok {
		return t, false
	}
	if t.Plus, ok = scaled(numbers[2], t.Decimals); !ok {
		return t, false
	}
	t.Unit, ok = toleranceUnit(unit)
	return t, ok && (t.Minus != nil || t.Plus != nil)
}

func parseRange(s string) (t scoring.Tolerance, ok bool) {
	m := rangeForm.FindStringSubmatch(s)
	if t, ok = assemble([]string{m[1], "0", "∞"}, s[len(m[0]):]); !ok {
		return t, false
	}
	high, ok := assemble([]string{m[2], "0", "∞"}, "")
	if !ok || high.Decimals > t.Decimals {
		return t, false // "1~2.5": write the bounds alike
	}
	top, ok := scaled(m[2], t.Decimals)
	if !ok || *top < t.Nominal {
		return t, false
	}
	plus := *top - t.Nominal
	t.Plus = &plus
	return t, true
}

// toleranceUnit refuses what goes on like a number or a sentence.
func toleranceUnit(s string) (string, bool) {
	s = strings.TrimSpace(s)
	return s, len(s) <= 40 && !strings.ContainsAny(s, "\n。；;，,=") && strings.IndexAny(s, "0123456789.+-±~/∞(") != 0
}

// scaled reads a decimal as an integer with so many decimals; nil for ∞.
func scaled(s string, decimals int) (*int64, bool) {
	if s == "∞" {
		return nil, true
	}
	whole, frac, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole+frac+strings.Repeat("0", decimals-len(frac)), 10, 64)
	return &n, err == nil
}

// formatTolerance writes a tolerance so that parseTolerance reads it back.
func formatTolerance(t scoring.Tolerance) string {
	show := func(n *int64) string {
		if n == nil {
			return "∞"
		}
		return unscaled(*n, t.Decimals)
	}
	s := show(&t.Nominal)
	switch {
	case t.Minus != nil && t.Plus != nil && *t.Minus == *t.Plus:
		s += " ±" + show(t.Plus)
	case t.Minus != nil && *t.Minus == 0 && t.Plus == nil:
		s = "≥ " + s
	case t.Plus != nil && *t.Plus == 0 && t.Minus == nil:
		s = "≤ " + s
	default:
		s += " +" + show(t.Plus) + "/-" + show(t.Minus)
	}
	return strings.TrimSpace(s + " " + t.Unit)
}

func unscaled(n int64, decimals int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	digits := strconv.FormatInt(n, 10)
	if decimals <= 0 {
		return sign + digits
	}
	if len(digits) <= decimals {
		digits = strings.Repeat("0", decimals-len(digits)+1) + digits
	}
	return sign + digits[:len(digits)-decimals] + "." + digits[len(digits)-decimals:]
}

var perError = regexp.MustCompile(`^(?:每[^0-9，,。；;]{0,20}扣?|扣|-)? ?(\d{1,9}(?:\.\d{1,2})?) ?分?(?:/[处个次项])?$`)

// parsePerError reads what each error costs: "每处扣0.5分", "0.5", "-0.5".
func parsePerError(text string) (scoring.Marks, bool) {
	m := perError.FindStringSubmatch(width.Fold.String(clean(text)))
	if m == nil {
		return 0, false
	}
	marks, state := parseMarks(m[1])
	return marks, state == numberOK && marks > 0
}

func formatPerError(m scoring.Marks) string { return "每处扣" + m.String() + "分" }

// eachCosts finds the rule of a linear deduction in a sentence.
var eachCosts = regexp.MustCompile(`每[^0-9，,。；;]{0,20}扣 ?(\d{1,9}(?:\.\d{1,2})?) ?分`)

// perErrorIn finds what each error costs in the text of a standard (评分标准);
// ok is false where it says so never or more than once.
func perErrorIn(text string) (scoring.Marks, bool) {
	m := eachCosts.FindAllStringSubmatch(width.Fold.String(clean(text)), 2)
	if len(m) != 1 {
		return 0, false
	}
	marks, state := parseMarks(m[0][1])
	return marks, state == numberOK && marks > 0
}
