package scoring

import (
	"fmt"
	"slices"
)

// Action is what is decided about an item after the exam.
type Action string

// The actions.
const (
	ActionChangeKey   Action = "change_key"      // another key takes the place of the old
	ActionAcceptAlso  Action = "accept_also"     // a further answer is right beside the old
	ActionVoidFull    Action = "void_full_marks" // see VoidFull
	ActionVoidRemove  Action = "void_remove"     // see VoidRemoved
	ActionVoidProRata Action = "void_pro_rata"   // see VoidProRata
)

// Decision is one decision on one item's key. It holds keys: SECRET.
type Decision struct {
	Item   ItemID `json:"item"`
	Action Action `json:"action"`
	// Key is the new or further key of an item with options; see Item.Key.
	Key []string `json:"key,omitempty"`
	// Blanks of a fill-in item: the new ones, or what each accepts besides. An
	// item keeps its shares, so they are not given here.
	Blanks []Gap `json:"blanks,omitempty"`
}

// Decide applies the decisions in order and returns the changed items; the
// given ones stay as they are. A decision to change the key of a void item
// makes it count again. The error is ErrDecisions: an unknown item, an action
// that its kind does not have, a key outside its options, a decision that
// changes nothing, a section with nothing left that counts. Messages quote no
// key.
func Decide(items []Item, decisions []Decision) ([]Item, error) {
	out := slices.Clone(items)
	var p problems
	for i, d := range decisions {
		path := fmt.Sprintf("decisions[%d]", i)
		at := slices.IndexFunc(out, func(it Item) bool { return it.ID == d.Item })
		if at < 0 {
			p.add(path+".item", "unknown", "item %s is not on the paper", d.Item)
			continue
		}
		it := out[at]
		before := it
		found := len(p)
		p.under(path, it.decide(d))
		if len(p) > found {
			continue
		}
		p.under(path, it.check())
		if len(p) == found && it.same(&before) {
			p.add(path, "no_change", "the decision changes nothing")
		}
		out[at] = it
	}
	if err := p.err(ErrDecisions); err != nil {
		return nil, err
	}
	if err := checkItems(out); err != nil {
		return nil, ErrDecisions.With(fieldsOf(err)...)
	}
	return out, nil
}

// decide changes the item; what it refers to stays as it is.
func (it *Item) decide(d Decision) (p problems) {
	options := it.Kind != ItemFillIn && it.Kind != ItemManual
	switch d.Action {
	case ActionVoidFull, ActionVoidRemove, ActionVoidProRata:
		if len(d.Key) > 0 || len(d.Blanks) > 0 {
			p.add("key", "not_allowed", "an item that is void needs no key")
		}
		it.Void = map[Action]Void{ActionVoidFull: VoidFull, ActionVoidRemove: VoidRemoved, ActionVoidProRata: VoidProRata}[d.Action]
		return p
	case ActionChangeKey, ActionAcceptAlso:
	default:
		p.add("action", "unknown", "%q is no decision on a key", d.Action)
		return p
	}
	switch {
	case it.Kind == ItemManual:
		p.add("action", "not_allowed", "people mark this item; it has no key")
	case d.Action == ActionAcceptAlso && it.Void != NotVoid:
		p.add("action", "item_void", "the item is void; change its key to make it count again")
	case options && len(d.Blanks) > 0:
		p.add("blanks", "not_allowed", "only fill-in items have blanks")
	case !options && len(d.Key) > 0:
		p.add("key", "not_allowed", "a fill-in item has blanks, not options")
	case !options:
		p = append(p, it.decideBlanks(d)...)
	case d.Action == ActionChangeKey:
		it.Key, it.Also, it.Void = slices.Clone(d.Key), nil, NotVoid
	case len(d.Key) == 0:
		p.add("key", "missing", "say which answer is right too")
	case !slices.ContainsFunc(append([][]string{it.Key}, it.Also...), func(k []string) bool { return it.sameKey(k, d.Key) }):
		it.Also = append(slices.Clone(it.Also), slices.Clone(d.Key))
	}
	return p
}

func (it *Item) decideBlanks(d Decision) (p problems) {
	if len(d.Blanks) != len(it.Blanks) {
		p.add("blanks", "wrong_count", "the item has %d blanks, not %d", len(it.Blanks), len(d.Blanks))
		return p
	}
	blanks := slices.Clone(it.Blanks)
	for i, b := range d.Blanks {
		if b.Share != 0 {
			p.add(fmt.Sprintf("blanks[%d].share_bp", i), "not_allowed", "the shares of an item stay as they are")
		}
		if d.Action == ActionChangeKey {
			b.Share = blanks[i].Share
			blanks[i] = b
			continue
		}
		if b.CaseMatters {
			p.add(fmt.Sprintf("blanks[%d].case_matters", i), "not_allowed", "what is accepted besides is compared as the blank is")
		}
		blanks[i].Accept = append(slices.Clone(blanks[i].Accept), b.Accept...)
		blanks[i].Numbers = append(slices.Clone(blanks[i].Numbers), b.Numbers...)
	}
	it.Blanks, it.Void = blanks, NotVoid
	return p
}

// sameKey reports whether two keys of the item accept the same answers.
func (it *Item) sameKey(a, b []string) bool {
	if it.Kind == ItemMultiple {
		a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	}
	return slices.Equal(a, b)
}

// same reports whether both mark alike: the parts of an item that a decision
// can change are equal.
func (it *Item) same(o *Item) bool {
	return it.Void == o.Void && it.sameKey(it.Key, o.Key) && slices.EqualFunc(it.Also, o.Also, it.sameKey) &&
		slices.EqualFunc(it.Blanks, o.Blanks, func(a, b Gap) bool {
			return a.CaseMatters == b.CaseMatters && a.Share == b.Share && slices.Equal(a.Accept, b.Accept) &&
				slices.EqualFunc(a.Numbers, b.Numbers, func(m, n Numeric) bool {
					return m.Value == n.Value && m.Tolerance == n.Tolerance && m.UnitRequired == n.UnitRequired && slices.Equal(m.Units, n.Units)
				})
		})
}
