package exchange

import (
	"slices"

	"github.com/xinglu/xinglu/bank"
)

var keyMessages = map[string]string{
	"key_missing":         "the answer is empty",
	"key_form":            "the answer is not understood; write option letters such as A or ABD, or √ or ×",
	"key_letter_repeated": "the answer names an option twice",
	"key_outside_options": "the answer names an option that the row does not have",
	"blank_empty":         "one of the blanks accepts nothing; write 答案1；答案2, and alternatives with / between them",
	"number_form":         "the number is not understood; write it as 0.707±2% A/安, or 220±0 V for an exact one",
	"share_form":          "the share of a blank is not understood; write @30% at the end of the blank",
}

// answer gives options and prompts their ids and reads the key.
func (r *rowReader) answer(b body) {
	if r.q.Kind == bank.TrueFalse {
		r.q.Options = bank.TrueFalseOptions(r.q.ID)
		r.truth(b.swapped)
		return
	}
	order := b.neutral(r)
	fixed := make([]bool, len(b.options))
	if r.q.Kind.Choice() {
		fixed = fixedOptions(b.options)
	}
	ids := make([]bank.OptionID, len(b.options)) // by place as written
	for i, o := range order {
		ids[o] = bank.NewOptionID(r.q.ID, i)
		r.q.Options = append(r.q.Options, bank.Option{ID: ids[o], Text: b.options[o], Fixed: fixed[o]})
	}
	for i, text := range b.prompts {
		r.q.Prompts = append(r.q.Prompts, bank.Option{ID: bank.NewPromptID(r.q.ID, i), Text: text})
	}
	switch r.q.Kind {
	case bank.SingleChoice, bank.MultipleChoice:
		positions, code := ParseLetters(r.text(colAnswer), len(b.options))
		r.key(ids, positions, code)
	case bank.Ordering:
		positions, code := ParseSequence(r.text(colAnswer), len(b.options))
		r.key(ids, positions, code)
	case bank.Matching:
		positions, code := b.pairs, ""
		if positions == nil {
			positions, code = ParseSequence(r.text(colAnswer), len(b.options))
		}
		r.key(ids, positions, code)
	case bank.FillIn:
		blanks, code := ParseBlanks(r.text(colAnswer))
		if code != "" {
			r.bad(colAnswer, code, keyMessages[code])
		}
		r.q.Blanks = blanks
	default: // the others have no key among options
	}
}

func (r *rowReader) truth(swapped bool) {
	truth, code := ParseTruth(r.text(colAnswer), swapped)
	position := 0
	if !truth {
		position = 1
	}
	r.key([]bank.OptionID{r.q.Options[0].ID, r.q.Options[1].ID}, []int{position}, code)
}

// key names the options at the positions as right. The answer itself is not
// put into the report.
func (r *rowReader) key(ids []bank.OptionID, positions []int, code string) {
	if code != "" {
		r.bad(colAnswer, code, keyMessages[code])
		return
	}
	for _, p := range positions {
		r.q.Key = append(r.q.Key, ids[p])
	}
	if r.q.Kind == bank.MultipleChoice && len(positions) == 1 {
		r.warn(colAnswer, "key_single", "a multiple choice question with one right option; make sure it is meant")
	}
}

func sameAnswer(kind bank.Kind, a, b string) bool {
	if kind == bank.TrueFalse {
		x, codeX := ParseTruth(a, false)
		y, codeY := ParseTruth(b, false)
		return codeX == "" && codeY == "" && x == y
	}
	return a == b
}

// withAnswer returns the cells with the answer filled in.
func withAnswer(cells []string, at int, answer string) []string {
	filled := slices.Clone(cells)
	for len(filled) <= at {
		filled = append(filled, "")
	}
	filled[at] = answer
	return filled
}
