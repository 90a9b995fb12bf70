package scoring

import (
	"fmt"
	"slices"
)

// TieDecision is the chief judge's order of competitors whom the tie chain
// before its step by chief could not separate (裁判长裁定). It is recorded once,
// like a drawn lot.
type TieDecision struct {
	Order []Code `json:"order"` // all of the tied, who is ahead first
	Why   string `json:"why"`   // the reason, in the chief's words; never empty
}

// Apply returns the entries with the decision written into Entry.Chief;
// entries itself stays as it is. The error is ErrTie: the chain has no step by
// chief, the reason is missing, or Order is not exactly one group of two or
// more competitors with a total who are equal in everything before that step.
// A decision that came before a correction of marks may so become void; it
// must then be taken again.
func (d TieDecision) Apply(entries []Entry, r Rules) ([]Entry, error) {
	var p problems
	step := slices.IndexFunc(r.TieChain, func(t TieStep) bool { return t.By == TieChief })
	if step < 0 {
		p.add("", "not_allowed", "the tie chain does not let the chief judge decide")
		return nil, p.err(ErrTie)
	}
	if d.Why == "" {
		p.add("why", "missing", "a decision of the chief judge needs a reason")
	}
	if len(d.Order) < 2 {
		p.add("order", "too_few", "a tie has at least two competitors")
		return nil, p.err(ErrTie)
	}
	before := func(e Entry) []int64 { return SortParts(e, r)[:1+step] }
	first := slices.IndexFunc(entries, func(e Entry) bool { return e.Code == d.Order[0] })
	place := make(map[Code]int64, len(d.Order))
	for i, c := range d.Order {
		path := fmt.Sprintf("order[%d]", i)
		at := slices.IndexFunc(entries, func(e Entry) bool { return e.Code == c })
		switch {
		case at < 0:
			p.add(path, "unknown", "there is no competitor %s", c)
		case place[c] != 0:
			p.add(path, "duplicate", "competitor %s is there twice", c)
		case entries[at].Disqualified || entries[at].Total.State != HasValue:
			p.add(path, "no_total", "competitor %s has no total", c)
		case first >= 0 && !slices.Equal(before(entries[at]), before(entries[first])):
			p.add(path, "not_tied", "competitor %s is not tied with %s", c, d.Order[0])
		}
		place[c] = int64(i + 1)
	}
	for _, e := range entries {
		tied := first >= 0 && !e.Disqualified && slices.Equal(before(e), before(entries[first]))
		if tied && place[e.Code] == 0 {
			p.add("order", "incomplete", "competitor %s is tied with them too", e.Code)
		}
	}
	if err := p.err(ErrTie); err != nil {
		return nil, err
	}
	out := slices.Clone(entries)
	for i := range out {
		if n := place[out[i].Code]; n != 0 {
			out[i].Chief = &n
		}
	}
	return out, nil
}
