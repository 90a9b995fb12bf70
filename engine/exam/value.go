package exam

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/xinglu/xinglu/bank"
)

// Limits of an answer in characters. They bound frames and memory; they are
// no rule of any examination.
const (
	MaxBlankChars = 500  // one blank of a fill-in question
	MaxTextChars  = 8000 // short answer, calculation, essay
)

// check says why an answer cannot be taken ("" when it can) and gives its
// value the one form that equal answers share, so that equal answers are
// equal values; an answer that says nothing becomes the empty list.
func (f *Form) check(g *Given) string {
	it := f.byID[g.Question]
	switch {
	case it == nil:
		return CodeUnknownQuestion
	case g.Seq < 1 || g.Seq > maxSeq || g.RestoredFrom < 0 || g.RestoredFrom > maxSeq:
		return CodeBadSeq
	}
	if g.Fence < 0 {
		g.Fence = 0
	}
	value, code := it.normal(g.Value)
	if code == "" {
		g.Value = value
	}
	return code
}

// maxSeq is the highest whole number that a browser counts exactly.
const maxSeq = 1 << 53

// normal returns the value as it is kept, or the code of what is wrong.
func (it *formItem) normal(value []string) ([]string, string) {
	switch it.kind {
	case bank.Ordering:
		return it.ordering(value)
	case bank.Matching:
		return it.matching(value)
	case bank.FillIn:
		return it.blanksOf(value)
	case bank.ShortAnswer, bank.Calculation, bank.Essay:
		return textOf(value)
	case bank.SingleChoice, bank.MultipleChoice, bank.TrueFalse, bank.Case:
	}
	return it.choice(value)
}

// choice brings the chosen options into the paper's order.
func (it *formItem) choice(value []string) ([]string, string) {
	if len(value) > len(it.options) {
		return nil, CodeTooManyOptions
	}
	chosen := make([]string, 0, len(value))
	for _, o := range it.options {
		if slices.Contains(value, string(o.ID)) {
			chosen = append(chosen, string(o.ID))
		}
	}
	if len(chosen) != len(value) {
		return nil, CodeUnknownOption
	}
	if it.kind != bank.MultipleChoice && len(chosen) > 1 {
		return nil, CodeTooManyOptions
	}
	return chosen, ""
}

// ordering takes all options, each once, or none.
func (it *formItem) ordering(value []string) ([]string, string) {
	if len(value) == 0 {
		return []string{}, ""
	}
	if len(value) != len(it.options) {
		return nil, CodeNotPermutation
	}
	for i, v := range value {
		if !it.has(v) {
			return nil, CodeUnknownOption
		}
		if slices.Contains(value[:i], v) {
			return nil, CodeNotPermutation
		}
	}
	return slices.Clone(value), ""
}

// matching takes an option or "" for each prompt. Two prompts may have the
// same option: whether that is right is for the marking.
func (it *formItem) matching(value []string) ([]string, string) {
	if len(value) == 0 {
		return []string{}, ""
	}
	if len(value) != it.prompts {
		return nil, CodePairCount
	}
	if !slices.ContainsFunc(value, func(v string) bool { return v != "" }) {
		return []string{}, ""
	}
	for _, v := range value {
		if v != "" && !it.has(v) {
			return nil, CodeUnknownOption
		}
	}
	return slices.Clone(value), ""
}

func (it *formItem) has(option string) bool {
	return slices.ContainsFunc(it.options, func(o bank.ShapeOption) bool { return string(o.ID) == option })
}

// blanksOf takes one text a blank.
func (it *formItem) blanksOf(value []string) ([]string, string) {
	if len(value) == 0 {
		return []string{}, ""
	}
	if len(value) != it.blanks {
		return nil, CodeBlankCount
	}
	texts := make([]string, len(value))
	empty := true
	for i, v := range value {
		text, code := clean(v, MaxBlankChars, false)
		if code != "" {
			return nil, code
		}
		texts[i] = text
		empty = empty && text == ""
	}
	if empty {
		return []string{}, ""
	}
	return texts, ""
}

// textOf takes one text of several lines.
func textOf(value []string) ([]string, string) {
	if len(value) == 0 {
		return []string{}, ""
	}
	if len(value) > 1 {
		return nil, CodeTextCount
	}
	text, code := clean(value[0], MaxTextChars, true)
	if code != "" || text == "" {
		return []string{}, code
	}
	return []string{text}, ""
}

// lineBreaks are written as one character, whichever machine wrote them.
var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n")

// clean gives a text its normal form: NFC, one kind of line break, and "" for
// white space alone. Control characters are refused rather than removed:
// nothing that a candidate gave is changed unsaid.
func clean(text string, most int, lines bool) (string, string) {
	// Composed text is never longer than it was by more than a small factor;
	// what is far beyond need not be composed to be refused.
	if len(text) > 12*most {
		return "", CodeTooLong
	}
	text = norm.NFC.String(lineBreaks.Replace(strings.ToValidUTF8(text, "\uFFFD")))
	if utf8.RuneCountInString(text) > most {
		return "", CodeTooLong
	}
	for _, r := range text {
		if unicode.IsControl(r) && (!lines || r != '\n' && r != '\t') {
			return "", CodeBadText
		}
	}
	if strings.TrimSpace(text) == "" {
		return "", ""
	}
	return text, ""
}
