package exchange

import (
	"crypto/sha256"
	"errors"
	"slices"
	"strings"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/bank/richtext"
)

// body is what a row asks, in its final form, before there are ids.
type body struct {
	options []string // as written, A first
	prompts []string
	pairs   []int // matching written as 左=右: the option of each prompt
	swapped bool  // true/false: the first option means false
}

// field is a text of the row on its way to its final form.
type field struct {
	at    column
	src   source
	final string
}

// body reads the texts of the row. When one of them needs HTML, all are
// written in it.
func (r *rowReader) body() body {
	var b body
	stem := &field{at: colStem, src: r.stem()}
	explanation := &field{at: colExplanation, src: r.source(colExplanation)}
	reference := &field{at: colAnswer}
	if r.q.Kind.Written() || r.q.Kind == bank.Case {
		reference.src = r.source(colAnswer)
	}
	options, prompts := r.options(&b)
	all := append([]*field{stem, explanation, reference}, append(slices.Clone(options), prompts...)...)
	r.finish(all)
	r.q.Stem, r.q.Explanation, r.q.Reference = stem.final, explanation.final, reference.final
	b.options, b.prompts = finals(options), finals(prompts)
	return b
}

func finals(fields []*field) []string {
	var list []string
	for _, f := range fields {
		list = append(list, f.final)
	}
	return list
}

// stem is the text of the stem, with its blanks numbered or without the key
// that was written into it.
func (r *rowReader) stem() source {
	s := r.source(colStem)
	if r.q.Kind == bank.FillIn {
		return s.numberGaps()
	}
	if !r.q.Kind.Choice() {
		return s
	}
	answer := Compact(r.text(colAnswer))
	found, without := TakeKeyFromStem(s.text)
	switch {
	case found == "":
	case answer == "":
		s.text = without
		r.cells = withAnswer(r.cells, r.at[colAnswer], found)
		r.warn(colStem, "key_from_stem", "the answer was taken from the blank in the stem")
	case sameAnswer(r.q.Kind, found, answer):
		s.text = without
		r.warn(colStem, "key_in_stem", "the stem showed its answer; it was taken out")
	}
	return s
}

// options reads the option cells as the kind wants them, and for a matching
// question the left column.
func (r *rowReader) options(b *body) (options, prompts []*field) {
	options = r.optionCells()
	if r.q.Kind != bank.Matching && r.text(colPrompts) != "" {
		r.bad(colPrompts, "prompts_unwanted", "only a matching question has a left column; empty the cell")
	}
	switch {
	case r.q.Kind == bank.TrueFalse:
		b.swapped = r.truthOptions(options)
		return nil, nil
	case r.q.Kind == bank.FillIn || r.q.Kind.Written() || r.q.Kind == bank.Case:
		if len(options) > 0 {
			r.bad(options[0].at, "options_unwanted", "this kind of question has no options; empty the cells")
		}
		return nil, nil
	}
	for _, o := range options {
		if o.src.text == "" {
			r.bad(o.at, "option_gap", "the option is empty but a later one is filled")
		}
	}
	if r.q.Kind != bank.Matching {
		return options, nil
	}
	if r.text(colPrompts) == "" {
		return r.pairs(options, b)
	}
	for _, item := range r.source(colPrompts).items() {
		prompts = append(prompts, &field{at: colPrompts, src: item})
	}
	return options, prompts
}

// optionCells lists the option cells up to the last that is filled, without
// their letters.
func (r *rowReader) optionCells() []*field {
	var list []*field
	for i := range bank.MaxOptions {
		f := &field{at: colOption + column(i)}
		f.src = r.source(f.at)
		stripped, other := StripOption(f.src.text, rune('A'+i))
		if other != 0 {
			r.warn(f.at, "option_letter_other", "the option begins with another option's letter", "letter", string(other))
		}
		f.src.text = stripped
		list = append(list, f)
	}
	for len(list) > 0 && list[len(list)-1].src.text == "" {
		list = list[:len(list)-1]
	}
	return list
}

// truthOptions checks the options of a true/false question, which may be left
// out; swapped says that the first of them means false.
func (r *rowReader) truthOptions(options []*field) (swapped bool) {
	if len(options) == 0 {
		return false
	}
	first, codeA := ParseTruth(options[0].src.text, false)
	second, codeB := ParseTruth(options[len(options)-1].src.text, false)
	if len(options) != 2 || codeA != "" || codeB != "" || first == second {
		r.bad(colOption, "options_true_false", "a true/false question needs no options; if given, they are 正确 and 错误")
	}
	return !first
}

// pairs reads option cells of the form 左=右, or =右 for one that nothing on
// the left matches.
func (r *rowReader) pairs(cells []*field, b *body) (options, prompts []*field) {
	if len(cells) > 0 && r.text(colAnswer) != "" {
		r.bad(colAnswer, "answer_unwanted", "pairs written as 左=右 are the answer themselves; empty the cell, or write the left column into 左列")
	}
	for _, c := range cells {
		if c.src.text == "" {
			continue // reported as a gap
		}
		left, right, ok := c.src.sides()
		if !ok || right.text == "" {
			r.bad(c.at, "pair_form", "write a pair as 左=右, or fill the column 左列 and write only the right side here")
			continue
		}
		at := slices.IndexFunc(options, func(o *field) bool { return o.src.text == right.text })
		if at < 0 {
			at = len(options)
			options = append(options, &field{at: c.at, src: right})
		}
		if left.text != "" {
			prompts = append(prompts, &field{at: c.at, src: left})
			b.pairs = append(b.pairs, at)
		}
	}
	return options, prompts
}

// finish writes the texts in their final form.
func (r *rowReader) finish(fields []*field) {
	for _, f := range fields {
		if f.src.rich() {
			r.q.Markup = bank.HTML
		}
	}
	for _, f := range fields {
		f.final = f.src.text
		if r.q.Markup == bank.HTML {
			f.final = r.html(f)
		}
	}
}

// html renders a text. What is wrong with it is filed at its column.
func (r *rowReader) html(f *field) string {
	var text string
	var err error
	if f.src.html {
		clean, removed := r.cleaner.Clean(r.show(f.at, f.src.text))
		if len(removed) > 0 {
			r.warn(f.at, "markup_removed", "the text holds HTML that is not allowed; it was taken out: "+strings.Join(removed, ", "),
				"removed", strings.Join(removed, ", "))
		}
		text, err = r.formulas.HTML(clean)
	} else {
		formulas := false
		if text, formulas, err = r.formulas.Plain(f.src.text); !formulas {
			text = richtext.Escape(text)
		}
		text = r.show(f.at, text)
	}
	if wrong := new(richtext.FormulaError); errors.As(err, &wrong) {
		r.bad(f.at, "formula_invalid", "a formula cannot be read: "+wrong.Error(), "formula", wrong.Formula, "reason", wrong.Reason)
	}
	return text
}

// identity is a text as far as it tells questions apart: formulas by their
// source, so that another way to render them makes no other question.
func (r *rowReader) identity(text string) string {
	if r.q.Markup == bank.HTML {
		return richtext.Source(text)
	}
	return text
}

// identity lists the options as far as they tell questions apart.
func (b *body) identity(r *rowReader) []string {
	if r.q.Kind == bank.TrueFalse {
		return nil
	}
	var list []string
	for _, o := range b.neutral(r) {
		list = append(list, r.identity(b.options[o]))
	}
	for _, p := range b.prompts {
		list = append(list, r.identity(p))
	}
	return list
}

// neutral is the order in which options are stored. Authors list the things to
// order, and the right sides of pairs, in the right order; ids are derived from
// positions, so that order would tell the key. For these kinds it follows from
// the texts alone.
func (b *body) neutral(r *rowReader) []int {
	order := make([]int, len(b.options))
	for i := range order {
		order[i] = i
	}
	if r.q.Kind == bank.Ordering || r.q.Kind == bank.Matching {
		slices.SortStableFunc(order, func(x, y int) int {
			a := sha256.Sum256([]byte(bank.Fingerprint(r.identity(b.options[x]))))
			c := sha256.Sum256([]byte(bank.Fingerprint(r.identity(b.options[y]))))
			return slices.Compare(a[:], c[:])
		})
	}
	return order
}
