package exchange

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/xinglu/xinglu/bank"
)

// The answer of a fill-in question says what is accepted in each blank:
//
//	380；星形/Y 形；0.707±2% A/安
//
// Blanks are separated by ；or | or line breaks, what is accepted in one by /.
// A number with ± accepts every number within the tolerance, which is absolute
// or, with %, relative; ±0 is exact. Units follow, separated by /; with ! at
// the end a unit must be written. "Aa:" in front: case matters. @30% at the
// end: the blank's share of the score. A sign with a \ before it is meant as
// it stands.

// special are the signs that a \ takes their meaning from; A for "Aa:".
const special = `\/;；|±@!！A`

// token is a character; escaped ones are meant as they stand.
type token struct {
	r       rune
	escaped bool
}

func tokens(s string) []token {
	var list []token
	runes := []rune(s)
	for i := 0; i < len(runes); i++ {
		if runes[i] == '\\' && i+1 < len(runes) && strings.ContainsRune(special, runes[i+1]) {
			i++
			list = append(list, token{runes[i], true})
			continue
		}
		list = append(list, token{runes[i], false})
	}
	return list
}

// cut splits at signs that are not escaped.
func cut(list []token, at string) [][]token {
	var parts [][]token
	first := 0
	for i, t := range list {
		if !t.escaped && strings.ContainsRune(at, t.r) {
			parts = append(parts, list[first:i])
			first = i + 1
		}
	}
	return append(parts, list[first:])
}

func text(list []token) string {
	var b strings.Builder
	for _, t := range list {
		b.WriteRune(t.r)
	}
	return strings.TrimSpace(b.String())
}

func trim(list []token) []token {
	for len(list) > 0 && unicode.IsSpace(list[0].r) {
		list = list[1:]
	}
	for len(list) > 0 && unicode.IsSpace(list[len(list)-1].r) {
		list = list[:len(list)-1]
	}
	return list
}

// caseMark in front of a blank's texts: case matters.
const caseMark = "Aa:"

var shareForm = regexp.MustCompile(`^([0-9]{1,3})(?:\.([0-9]{1,2}))? *%$`)

// ParseBlanks reads the answer of a fill-in question. code is "" or what is
// wrong: key_missing, blank_empty, number_form, share_form.
func ParseBlanks(s string) (blanks []bank.Blank, code string) {
	parts := cut(tokens(s), ";；|\n")
	for len(parts) > 0 && text(parts[len(parts)-1]) == "" {
		parts = parts[:len(parts)-1] // a separator at the end
	}
	if len(parts) == 0 {
		return nil, "key_missing"
	}
	for _, part := range parts {
		b, code := parseBlank(trim(part))
		if code != "" {
			return nil, code
		}
		blanks = append(blanks, b)
	}
	return blanks, ""
}

func parseBlank(list []token) (b bank.Blank, code string) {
	if split := cut(list, "@"); len(split) > 1 {
		m := shareForm.FindStringSubmatch(text(split[len(split)-1]))
		if len(split) > 2 || m == nil {
			return b, "share_form"
		}
		n, err := strconv.Atoi(m[1] + (m[2] + "00")[:2])
		if err != nil {
			return b, "share_form"
		}
		b.Share, list = int64(n), split[0]
	}
	if split := cut(list, "±"); len(split) > 1 {
		if b.Numeric = parseNumeric(split); b.Numeric == nil {
			return b, "number_form"
		}
		return b, ""
	}
	if len(list) > len(caseMark) && !list[0].escaped && text(list[:len(caseMark)]) == caseMark {
		b.CaseMatters, list = true, list[len(caseMark):]
	}
	for _, alternative := range cut(list, "/") {
		if text(alternative) == "" {
			return b, "blank_empty"
		}
		b.Accept = append(b.Accept, text(alternative))
	}
	return b, ""
}

var toleranceForm = regexp.MustCompile(`^([0-9.]+(?:[eE][+-]?[0-9]+)? *%?) *(.*)$`)

// parseNumeric reads what stands before and after a ±; nil when it is no
// number with a tolerance.
func parseNumeric(split [][]token) *bank.Numeric {
	if len(split) != 2 {
		return nil
	}
	n := &bank.Numeric{Value: strings.NewReplacer("−", "-", "－", "-", "＋", "+", " ", "").Replace(text(split[0]))}
	after := trim(split[1])
	if len(after) > 0 && !after[len(after)-1].escaped && strings.ContainsRune("!！", after[len(after)-1].r) {
		n.UnitRequired, after = true, trim(after[:len(after)-1])
	}
	units := cut(after, "/")
	m := toleranceForm.FindStringSubmatch(text(units[0]))
	if m == nil {
		return nil
	}
	if n.Tolerance = strings.ReplaceAll(m[1], " ", ""); n.Tolerance == "0" {
		n.Tolerance = ""
	}
	if m[2] != "" {
		n.Units = append(n.Units, m[2])
	}
	for _, u := range units[1:] {
		n.Units = append(n.Units, text(u))
	}
	if _, _, ok := n.Range(); !ok {
		return nil
	}
	return n
}

// writeBlanks is what ParseBlanks reads.
func writeBlanks(blanks []bank.Blank) string {
	cells := make([]string, 0, len(blanks))
	for i := range blanks {
		b := &blanks[i]
		cell := strings.Join(escapeAll(b.Accept), "/")
		if b.CaseMatters {
			cell = caseMark + cell
		}
		if n := b.Numeric; n != nil {
			tolerance := n.Tolerance
			if tolerance == "" {
				tolerance = "0"
			}
			cell = n.Value + "±" + tolerance + " " + strings.Join(escapeAll(n.Units), "/")
			if n.UnitRequired {
				cell += "!"
			}
		}
		cell = strings.TrimSpace(cell)
		if b.Share != 0 {
			cell += "@" + bank.Weight(b.Share).String() + "%"
		}
		cells = append(cells, cell)
	}
	return strings.Join(cells, "；")
}

func escapeAll(list []string) []string {
	escaped := make([]string, 0, len(list))
	for _, s := range list {
		var b strings.Builder
		for i, r := range s {
			if strings.ContainsRune(special, r) && (r != 'A' || i == 0 && strings.HasPrefix(s, caseMark)) {
				b.WriteRune('\\')
			}
			b.WriteRune(r)
		}
		escaped = append(escaped, b.String())
	}
	return escaped
}
