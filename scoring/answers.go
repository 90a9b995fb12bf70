package scoring

import (
	"fmt"
	"slices"
)

// ItemID names one question on a paper.
type ItemID string

// ItemKind is the form of an objective question.
type ItemKind string

// The kinds of objective question.
const (
	ItemSingle    ItemKind = "single"     // one of several options
	ItemMultiple  ItemKind = "multiple"   // one or more of several options
	ItemTrueFalse ItemKind = "true_false" // one of two options
)

// Policy says what an incomplete choice of a multiple item earns. A choice
// with a wrong option in it always earns nothing; marks are never negative.
type Policy string

// The policies for multiple choice.
const (
	PolicyAll       Policy = "all"               // exactly the key, or nothing
	PolicyPartial   Policy = "partial_if_subset" // some of the key and nothing else: Item.Partial
	PolicyPerOption Policy = "per_option"        // some of the key and nothing else: their share of Max, half up to 0.01
)

// Item is what marking needs of one question: its key, so an Item never
// leaves the server.
type Item struct {
	ID      ItemID   `json:"id"`
	Kind    ItemKind `json:"kind"`
	Options []string `json:"options"` // option ids
	Key     []string `json:"key"`     // the right options, in any order
	Max     Marks    `json:"max"`     // hundredths
	Policy  Policy   `json:"policy"`  // "all" unless the kind is multiple
	Partial Marks    `json:"partial"` // hundredths, for partial_if_subset; below Max
}

// ItemState says how a question was answered.
type ItemState string

// The states of a marked question.
const (
	ItemBlank   ItemState = "blank"
	ItemRight   ItemState = "right"
	ItemWrong   ItemState = "wrong"
	ItemPartial ItemState = "partial"
)

// ItemResult is the marking of one question.
type ItemResult struct {
	ID    ItemID    `json:"id"`
	State ItemState `json:"state"`
	Marks Marks     `json:"marks"` // hundredths
}

// PaperResult is the marking of a paper. Items are in the paper's order.
type PaperResult struct {
	Total Marks        `json:"total"` // hundredths
	Max   Marks        `json:"max"`   // hundredths
	Items []ItemResult `json:"items"`
}

// MarkAnswers marks the answers to a paper of objective questions. An item
// without an answer, or with an empty one, is blank. The order of options in
// an answer does not matter.
//
// Errors: ErrItems when the paper is inconsistent ("items[3].key[0]"),
// ErrAnswers when an answer names an unknown item or option, repeats one, or
// has more options than its kind takes ("answers.q7[1]"). Nothing is marked
// then.
func MarkAnswers(items []Item, answers map[ItemID][]string) (PaperResult, error) {
	if err := checkItems(items); err != nil {
		return PaperResult{}, err
	}
	if err := checkAnswers(items, answers); err != nil {
		return PaperResult{}, err
	}
	out := PaperResult{Items: []ItemResult{}}
	for _, it := range items {
		state, marks := it.mark(answers[it.ID])
		out.Items = append(out.Items, ItemResult{ID: it.ID, State: state, Marks: marks})
		out.Total += marks
		out.Max += it.Max
	}
	return out, nil
}

// mark values a checked answer: every option is known and there once.
func (it Item) mark(answer []string) (ItemState, Marks) {
	if len(answer) == 0 {
		return ItemBlank, 0
	}
	for _, o := range answer {
		if !slices.Contains(it.Key, o) {
			return ItemWrong, 0
		}
	}
	if len(answer) == len(it.Key) {
		return ItemRight, it.Max
	}
	switch it.Policy {
	case PolicyPartial:
		return ItemPartial, it.Partial
	case PolicyPerOption:
		return ItemPartial, NewRatio(it.Max, int64(len(it.Key))).Mul(int64(len(answer)), 1).Round(1)
	case PolicyAll:
	}
	return ItemWrong, 0
}

func checkItems(items []Item) error {
	var p problems
	seen := make(seenIDs)
	for i, it := range items {
		path := fmt.Sprintf("items[%d]", i)
		seen.check(&p, path, "item", string(it.ID))
		p.under(path, it.check())
	}
	return p.err(ErrItems)
}

func (it Item) check() (p problems) {
	oneOf(&p, "kind", it.Kind, ItemSingle, ItemMultiple, ItemTrueFalse)
	oneOf(&p, "policy", it.Policy, PolicyAll, PolicyPartial, PolicyPerOption)
	p.amount("max", it.Max, 1)
	if it.Kind != ItemMultiple && it.Policy != PolicyAll {
		p.add("policy", "not_allowed", "partial marks are for multiple choice only")
	}
	if it.Policy == PolicyPartial && (it.Partial < 0 || it.Partial >= it.Max) {
		p.add("partial", "out_of_range", "%v is not between 0.00 and below %v", it.Partial, it.Max)
	}
	if it.Kind == ItemTrueFalse && len(it.Options) != 2 {
		p.add("options", "wrong_count", "a true/false item has two options, not %d", len(it.Options))
	}
	distinct(&p, "options", it.Options)
	distinct(&p, "key", it.Key) // no message quotes the key: it may travel far
	for i, k := range it.Key {
		if !slices.Contains(it.Options, k) {
			p.add(fmt.Sprintf("key[%d]", i), "unknown", "a right option is not among the options")
		}
	}
	if len(it.Key) == 0 || it.Kind != ItemMultiple && len(it.Key) > 1 {
		p.add("key", "wrong_count", "kind %s cannot have this number of right options", it.Kind)
	}
	return p
}

func distinct(p *problems, path string, ids []string) {
	for i, id := range ids {
		if id == "" || slices.Contains(ids[:i], id) {
			p.add(fmt.Sprintf("%s[%d]", path, i), "duplicate", "an option is empty or there twice")
		}
	}
}

func checkAnswers(items []Item, answers map[ItemID][]string) error {
	byID := make(map[ItemID]Item, len(items))
	for _, it := range items {
		byID[it.ID] = it
	}
	var p problems
	for id, answer := range answers {
		path := fmt.Sprintf("answers.%s", id)
		it, ok := byID[id]
		if !ok {
			p.add(path, "unknown", "item %s is not on the paper", id)
			continue
		}
		distinct(&p, path, answer)
		for i, o := range answer {
			if !slices.Contains(it.Options, o) {
				p.add(fmt.Sprintf("%s[%d]", path, i), "unknown", "item %s has no option %q", id, o)
			}
		}
		if it.Kind != ItemMultiple && len(answer) > 1 {
			p.add(path, "too_many", "item %s takes one option, not %d", id, len(answer))
		}
	}
	slices.SortStableFunc(p, byPath)
	return p.err(ErrAnswers)
}
