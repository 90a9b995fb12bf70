package scoring

import (
	"fmt"
	"slices"
)

type (
	// ItemID names one question on a paper, or one part of a case.
	ItemID string
	// SectionID names a section of a paper.
	SectionID string
)

// ItemKind is the form of a question as marking sees it.
type ItemKind string

// The kinds of item.
const (
	ItemSingle    ItemKind = "single"     // one of several options
	ItemMultiple  ItemKind = "multiple"   // one or more of several options
	ItemTrueFalse ItemKind = "true_false" // one of two options
	ItemFillIn    ItemKind = "fill_in"    // one text for each blank
	ItemOrdering  ItemKind = "ordering"   // all options, put in order
	ItemMatching  ItemKind = "matching"   // for each prompt an option
	ItemManual    ItemKind = "manual"     // a text that people mark
)

// Policy says what an answer earns that is right in part. Marks are never
// negative, and a choice with a wrong option in it earns nothing.
type Policy string

// The policies.
const (
	PolicyAll       Policy = "all"               // wholly right, or nothing; the only one for single, true_false and manual
	PolicyPartial   Policy = "partial_if_subset" // multiple: some of the key and nothing else earns Item.Partial
	PolicyPerOption Policy = "per_option"        // multiple: some of the key and nothing else earns its share of Max
	PolicyPerBlank  Policy = "per_blank"         // fill_in: each right blank earns its share of Max
	// PolicyPerPair of a matching item: each right pair earns its share of Max.
	// Of an ordering item: of the n−1 pairs that follow one another in the key,
	// those that follow one another directly in the answer earn their share.
	// That is the simplest rule that does not punish one displaced option for
	// all that come after it (Moodle calls it "relative to the next item").
	PolicyPerPair Policy = "per_pair"
)

// policies lists what each kind allows.
var policies = map[ItemKind][]Policy{
	ItemSingle:    {PolicyAll},
	ItemMultiple:  {PolicyAll, PolicyPartial, PolicyPerOption},
	ItemTrueFalse: {PolicyAll},
	ItemFillIn:    {PolicyAll, PolicyPerBlank},
	ItemOrdering:  {PolicyAll, PolicyPerPair},
	ItemMatching:  {PolicyAll, PolicyPerPair},
	ItemManual:    {PolicyAll},
}

// Allows reports whether items of the kind can be marked by the policy.
func (k ItemKind) Allows(p Policy) bool { return slices.Contains(policies[k], p) }

// Void says what became of an item that was declared void (作废).
type Void string

// The ways to void an item.
const (
	NotVoid     Void = ""
	VoidFull    Void = "full_marks" // everybody who sat the paper gets Max
	VoidRemoved Void = "removed"    // the item counts neither in the marks nor in the maximum
	// VoidProRata spreads Max over the rest of the item's section: the section's
	// marks grow in proportion, rounded half up to 0.01, and its maximum stays.
	VoidProRata Void = "pro_rata"
)

// Item is what marking needs of one question: its key, so an Item never
// leaves the server.
type Item struct {
	ID      ItemID    `json:"id"`
	Section SectionID `json:"section,omitempty"`
	Kind    ItemKind  `json:"kind"`
	Options []string  `json:"options"`           // option ids: choice, ordering; matching: the right column
	Prompts int       `json:"prompts,omitempty"` // matching: how many prompts
	// Key of a choice: the right options in any order. Ordering: all options in
	// the right order. Matching: for each prompt its option.
	Key    []string   `json:"key"`
	Also   [][]string `json:"also,omitempty"`   // further keys; the one that earns most counts
	Blanks []Gap      `json:"blanks,omitempty"` // fill_in
	Max    Marks      `json:"max"`              // hundredths
	Policy Policy     `json:"policy"`
	// Partial is what partial_if_subset gives, in hundredths; below Max.
	Partial Marks `json:"partial"`
	Void    Void  `json:"void,omitempty"`
}

// Gap is one blank of a fill-in item with what is right in it. An answer is
// right when it equals one of Accept, folded by FoldText, or fits one of
// Numbers.
type Gap struct {
	Accept      []string  `json:"accept,omitempty"`
	CaseMatters bool      `json:"case_matters,omitempty"`
	Numbers     []Numeric `json:"numbers,omitempty"`
	// Share of the item's Max in basis points. The shares of an item add up to
	// 10000; all 0 means equal shares, the remainder to the first blank.
	Share int64 `json:"share_bp,omitempty"`
}

// Numeric accepts the numbers within Tolerance of Value, bounds included. The
// comparison is exact.
type Numeric struct {
	Value     string `json:"value"`               // a number without unit, see ParseQuantity
	Tolerance string `json:"tolerance,omitempty"` // absolute, or a share of Value: "2%"; empty: exactly Value
	// Units are the accepted units; a number without a unit is right too
	// unless UnitRequired. Units are not converted.
	Units        []string `json:"units,omitempty"`
	UnitRequired bool     `json:"unit_required,omitempty"`
}

// counts reports whether the item's own marks and maximum count.
func (it *Item) counts() bool { return it.Void == NotVoid || it.Void == VoidFull }

func checkItems(items []Item) error {
	var p problems
	seen := make(seenIDs)
	counted := map[SectionID]bool{}
	for i := range items {
		it := &items[i]
		path := fmt.Sprintf("items[%d]", i)
		seen.check(&p, path, "item", string(it.ID))
		p.under(path, it.check())
		counted[it.Section] = counted[it.Section] || it.counts()
	}
	for i := range items {
		if it := &items[i]; !counted[it.Section] {
			p.add(fmt.Sprintf("items[%d].void", i), "section_empty", "section %q has no item left that counts", it.Section)
		}
	}
	return p.err(ErrItems)
}

func (it *Item) check() (p problems) {
	if _, known := policies[it.Kind]; !known {
		p.add("kind", "unknown", "%q is no kind of item", it.Kind)
	} else if !it.Kind.Allows(it.Policy) {
		p.add("policy", "not_allowed", "an item of kind %s cannot be marked by %q", it.Kind, it.Policy)
	}
	oneOf(&p, "void", it.Void, NotVoid, VoidFull, VoidRemoved, VoidProRata)
	p.amount("max", it.Max, 1)
	if it.Policy == PolicyPartial && (it.Partial < 0 || it.Partial >= it.Max) {
		p.add("partial", "out_of_range", "%v is not between 0.00 and below %v", it.Partial, it.Max)
	}
	switch it.Kind {
	case ItemFillIn:
		p = append(p, it.checkBlanks()...)
	case ItemManual:
	case ItemSingle, ItemMultiple, ItemTrueFalse, ItemOrdering, ItemMatching:
		if it.Kind == ItemTrueFalse && len(it.Options) != 2 {
			p.add("options", "wrong_count", "a true/false item has two options, not %d", len(it.Options))
		}
		distinct(&p, "options", it.Options)
		it.checkKey(&p, "key", it.Key)
		for i, key := range it.Also {
			it.checkKey(&p, fmt.Sprintf("also[%d]", i), key)
		}
	}
	return p
}

// checkKey checks one key of a kind that has options. No message quotes it:
// messages may travel far.
func (it *Item) checkKey(p *problems, path string, key []string) {
	if it.Kind != ItemMatching {
		distinct(p, path, key)
	}
	for i, k := range key {
		if !slices.Contains(it.Options, k) {
			p.add(fmt.Sprintf("%s[%d]", path, i), "unknown", "a right option is not among the options")
		}
	}
	n := len(key)
	ok := n == 1
	switch it.Kind {
	case ItemMultiple:
		ok = n > 0
	case ItemOrdering:
		ok = n >= 2 && n == len(it.Options)
	case ItemMatching:
		ok = n > 0 && n == it.Prompts
	case ItemSingle, ItemTrueFalse, ItemFillIn, ItemManual:
	}
	if !ok {
		p.add(path, "wrong_count", "kind %s cannot have this number of right options", it.Kind)
	}
}

func (it *Item) checkBlanks() (p problems) {
	if len(it.Blanks) == 0 {
		p.add("blanks", "missing", "a fill-in item needs blanks")
	}
	shares := int64(0)
	for i, b := range it.Blanks {
		path := fmt.Sprintf("blanks[%d]", i)
		if len(b.Accept) == 0 && len(b.Numbers) == 0 {
			p.add(path, "missing", "nothing is accepted in the blank")
		}
		for j, text := range b.Accept {
			if FoldText(text, true) == "" {
				p.add(fmt.Sprintf("%s.accept[%d]", path, j), "empty", "an empty text cannot be accepted")
			}
		}
		for j, n := range b.Numbers {
			p.under(fmt.Sprintf("%s.numbers[%d]", path, j), n.check())
		}
		if b.Share < 0 || b.Share > basisPoints {
			p.add(path+".share_bp", "out_of_range", "a share is 0 to 10000 basis points")
		}
		shares += b.Share
	}
	if shares != 0 && shares != basisPoints {
		p.add("blanks", "wrong_sum", "the shares add up to %d, not to 10000 basis points", shares)
	}
	return p
}

func (n Numeric) check() (p problems) {
	if _, ok := compileNumeric(n); !ok {
		p.add("value", "malformed", "the value is a number without unit, the tolerance one that is not negative, in %% if so marked")
	}
	for i, u := range n.Units {
		if foldUnit(u) == "" {
			p.add(fmt.Sprintf("units[%d]", i), "empty", "an empty unit cannot be accepted")
		}
	}
	if n.UnitRequired && len(n.Units) == 0 {
		p.add("units", "missing", "a unit is required but none is accepted")
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
