package scoring

import (
	"fmt"
	"slices"
)

// ItemState says how an item was answered.
type ItemState string

// The states of a marked item.
const (
	ItemBlank   ItemState = "blank"
	ItemRight   ItemState = "right"
	ItemWrong   ItemState = "wrong"
	ItemPartial ItemState = "partial"
	ItemToMark  ItemState = "to_mark" // answered; people mark it
	ItemVoid    ItemState = "void"    // whatever was answered
)

// ItemResult is the marking of one item.
type ItemResult struct {
	ID    ItemID    `json:"id"`
	State ItemState `json:"state"`
	Marks Marks     `json:"marks"` // hundredths; 0 while to be marked
}

// SectionResult is the marking of one section.
type SectionResult struct {
	Section SectionID `json:"section"`
	Sum     Marks     `json:"sum"`     // hundredths, of the items that count
	Counted Marks     `json:"counted"` // hundredths, the maxima of the items that count
	// Marks and Max are what the section adds to the paper: Sum and Counted,
	// or, when items are void pro rata, Sum ÷ Counted × Max rounded half up to
	// 0.01, with their maxima in Max. Here, and for the parts of one item, are
	// the only rounding points of marking a paper.
	Marks  Marks `json:"marks"`
	Max    Marks `json:"max"`
	ToMark Marks `json:"to_mark,omitempty"` // hundredths of Counted that people have still to give
}

// PaperResult is the marking of a paper. Items are in the paper's order,
// sections in the order of their first item.
type PaperResult struct {
	Total    Marks           `json:"total"`             // hundredths; without what is still to be marked
	Max      Marks           `json:"max"`               // hundredths
	ToMark   Marks           `json:"to_mark,omitempty"` // hundredths of Max that people have still to give
	Sections []SectionResult `json:"sections,omitempty"`
	Items    []ItemResult    `json:"items"`
}

// Paper is a paper made ready for marking. It is never changed once made and
// safe for concurrent use.
type Paper struct {
	items    []readyItem
	index    map[ItemID]int
	sections []SectionID
}

// NewPaper makes a paper ready. The items are kept and must not be changed
// afterwards. The error is ErrItems when the paper is inconsistent
// ("items[3].key[0]").
func NewPaper(items []Item) (*Paper, error) {
	if err := checkItems(items); err != nil {
		return nil, err
	}
	p := &Paper{items: make([]readyItem, len(items)), index: make(map[ItemID]int, len(items))}
	for i := range items {
		p.items[i] = ready(&items[i])
		p.index[items[i].ID] = i
		if !slices.Contains(p.sections, items[i].Section) {
			p.sections = append(p.sections, items[i].Section)
		}
	}
	return p, nil
}

// Mark marks the answers to the paper. An item without an answer, or with an
// empty one, is blank. The value of an answer is by kind: chosen options in
// any order; for ordering all options in order; for matching an option or ""
// for each prompt; for fill_in a text or "" for each blank; else one text.
//
// The error is ErrAnswers when an answer names an unknown item or option,
// repeats one, or has not as many values as its kind takes ("answers.q7[1]").
// Nothing is marked then.
func (p *Paper) Mark(answers map[ItemID][]string) (PaperResult, error) {
	if err := p.check(answers); err != nil {
		return PaperResult{}, err
	}
	out := PaperResult{Items: make([]ItemResult, 0, len(p.items))}
	sections := make(map[SectionID]*SectionResult, len(p.sections))
	for _, id := range p.sections {
		sections[id] = &SectionResult{Section: id}
	}
	for i := range p.items {
		it := &p.items[i]
		state, marks := it.mark(answers[it.ID])
		out.Items = append(out.Items, ItemResult{ID: it.ID, State: state, Marks: marks})
		sections[it.Section].add(it.Item, state, marks)
	}
	for _, id := range p.sections {
		s := sections[id].closed()
		out.Sections = append(out.Sections, s)
		out.Total += s.Marks
		out.Max += s.Max
		out.ToMark += s.ToMark
	}
	return out, nil
}

// add takes the item's marks and maximum in.
func (s *SectionResult) add(it *Item, state ItemState, marks Marks) {
	if it.Void == VoidProRata {
		s.Max += it.Max
	}
	if !it.counts() {
		return
	}
	s.Sum += marks
	s.Counted += it.Max
	s.Max += it.Max
	if state == ItemToMark {
		s.ToMark += it.Max
	}
}

// closed returns the section with its marks.
func (s SectionResult) closed() SectionResult {
	s.Marks = s.Sum
	if s.Max != s.Counted {
		s.Marks = NewRatio(s.Sum, int64(s.Counted)).Mul(int64(s.Max), 1).Round(1)
	}
	return s
}

// MarkAnswers marks the answers to one paper: NewPaper and Paper.Mark in one,
// with the errors of both.
func MarkAnswers(items []Item, answers map[ItemID][]string) (PaperResult, error) {
	p, err := NewPaper(items)
	if err != nil {
		return PaperResult{}, err
	}
	return p.Mark(answers)
}

func (p *Paper) check(answers map[ItemID][]string) error {
	var wrong problems
	for id, answer := range answers {
		path := fmt.Sprintf("answers.%s", id)
		i, ok := p.index[id]
		if !ok {
			wrong.add(path, "unknown", "item %s is not on the paper", id)
			continue
		}
		if len(answer) > 0 {
			p.items[i].checkAnswer(&wrong, path, answer)
		}
	}
	slices.SortStableFunc(wrong, byPath)
	return wrong.err(ErrAnswers)
}

// checkAnswer checks an answer that is not empty.
func (it *Item) checkAnswer(p *problems, path string, answer []string) {
	least, most := 1, 1
	switch it.Kind {
	case ItemMultiple:
		most = len(it.Options)
	case ItemOrdering:
		least, most = len(it.Options), len(it.Options)
	case ItemMatching:
		least, most = it.Prompts, it.Prompts
	case ItemFillIn:
		least, most = len(it.Blanks), len(it.Blanks)
	case ItemSingle, ItemTrueFalse, ItemManual:
	}
	switch {
	case len(answer) > most && it.Kind != ItemMultiple: // there it repeats an option, which is said below
		p.add(path, "too_many", "item %s takes at most %d, not %d", it.ID, most, len(answer))
	case len(answer) < least:
		p.add(path, "too_few", "item %s takes %d, not %d", it.ID, least, len(answer))
	}
	if it.Kind == ItemFillIn || it.Kind == ItemManual {
		return
	}
	for i, o := range answer {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case it.Kind == ItemMatching && o == "":
		case o == "" || it.Kind != ItemMatching && slices.Contains(answer[:i], o):
			p.add(at, "duplicate", "an option is empty or there twice")
		case !slices.Contains(it.Options, o):
			p.add(at, "unknown", "item %s has no option %q", it.ID, o)
		}
	}
}
