package scoring

import (
	"fmt"
	"maps"
	"slices"
)

// HitList is findings that a competitor should make, such as the defects of a
// sample board. Each item earns the marks of one step: nothing, a part for the
// right kind at the wrong place, all. The aspect's Max is the sum of the
// items' best steps and of the pot of false alarms.
type HitList struct {
	Items []Hit  `json:"items"`           // at least one
	Steps []Step `json:"steps,omitempty"` // for every item that has none of its own
	// FalseAlarms is the pot from which findings that are none are paid; they
	// never cost hits. Null: false alarms are neither counted nor punished.
	FalseAlarms *FalseAlarms `json:"false_alarms,omitempty"`
}

// Hit is one item to find.
type Hit struct {
	ID    HitID  `json:"id"`
	Label Text   `json:"label"`
	Steps []Step `json:"steps,omitempty"` // replace the list's; at least two, the least worth 0
}

// FalseAlarms is earned by those who report nothing that is not there:
// Max − number × Each, never below 0.
type FalseAlarms struct {
	Max  Marks `json:"max"`  // hundredths, above 0
	Each Marks `json:"each"` // hundredths taken off for each, above 0
}

// Hits is what one judge saw of a hit list. Every item is there, those not
// found with a step worth 0: an item that is missing has not been looked at.
type Hits struct {
	Steps map[HitID]StepID `json:"steps"`
	// FalseAlarms is how many there were, 0 for none; null where the list has
	// no pot.
	FalseAlarms *int `json:"false_alarms,omitempty"`
}

func (h *Hits) equal(b *Hits) bool {
	return h == b || h != nil && b != nil && maps.Equal(h.Steps, b.Steps) && same(h.FalseAlarms, b.FalseAlarms)
}

// StepsOf returns the steps that h may take.
func (l HitList) StepsOf(h Hit) []Step {
	if len(h.Steps) > 0 {
		return h.Steps
	}
	return l.Steps
}

// bestStep returns the most that a step is worth.
func bestStep(steps []Step) (best Marks) {
	for _, s := range steps {
		best = max(best, s.Marks)
	}
	return best
}

func (a Aspect) checkHitList() (p problems) {
	l := a.HitList
	if len(l.Items) == 0 {
		p.add("hit_list.items", "missing", "a hit list needs items")
	}
	seen := make(seenIDs)
	var sum Marks
	for i, h := range l.Items {
		path := fmt.Sprintf("hit_list.items[%d]", i)
		seen.check(&p, path, "hit", string(h.ID))
		p.under(path+".label", h.Label.check())
		if len(h.Steps) > 0 {
			p.under(path, a.checkHitSteps(h.Steps))
		}
		if len(l.StepsOf(h)) == 0 {
			p.add(path+".steps", "missing", "item %s has no steps, and the list has none for all", h.ID)
		}
		sum += bestStep(l.StepsOf(h))
	}
	if len(l.Steps) > 0 {
		p.under("hit_list", a.checkHitSteps(l.Steps))
	}
	if f := l.FalseAlarms; f != nil {
		p.amount("hit_list.false_alarms.max", f.Max, 1)
		p.amount("hit_list.false_alarms.each", f.Each, 1)
		sum += f.Max
	}
	if sum != a.Max {
		p.add("max", "sum_differs", "aspect %s states %v, its items and false alarms add up to %v", a.ID, figure{"states", a.Max}, figure{"sum", sum})
	}
	return p
}

func (a Aspect) checkHitSteps(steps []Step) (p problems) {
	if len(steps) < 2 {
		p.add("steps", "too_few", "an item needs at least two steps")
	}
	seen := make(seenIDs)
	least := a.Max
	for i, s := range steps {
		path := fmt.Sprintf("steps[%d]", i)
		seen.check(&p, path, "step", string(s.ID))
		p.under(path+".label", s.Label.check())
		if s.Marks < 0 || s.Marks > a.Max {
			p.outside(path+".marks", s.Marks, 0, a.Max)
		}
		least = min(least, s.Marks)
	}
	if least != 0 {
		p.add("steps", "zero_missing", "one step must be worth 0: not found")
	}
	return p
}

// hits values a hit list: the steps of all items, and what is left of the pot.
func (a Aspect) hits(found Hits) (mark Ratio, p problems) {
	l := a.HitList
	known := make(map[HitID]bool, len(l.Items))
	var sum Marks
	for _, h := range l.Items {
		known[h.ID] = true
		id, ok := found.Steps[h.ID]
		i := slices.IndexFunc(l.StepsOf(h), func(s Step) bool { return s.ID == id })
		switch {
		case !ok:
			p.add("hits.steps."+string(h.ID), "missing", "aspect %s: item %s is not judged", a.ID, h.ID)
		case i < 0:
			p.add("hits.steps."+string(h.ID), "unknown", "aspect %s: item %s has no step %q", a.ID, h.ID, id)
		default:
			sum += l.StepsOf(h)[i].Marks
		}
	}
	for id := range found.Steps {
		if !known[id] {
			p.add("hits.steps."+string(id), "unknown", "aspect %s has no item %q", a.ID, id)
		}
	}
	slices.SortFunc(p, byPath)
	left, pot := l.FalseAlarms.left(a.ID, found.FalseAlarms)
	return NewRatio(sum+left, 1), append(p, pot...)
}

// left returns what n false alarms leave of the pot.
func (f *FalseAlarms) left(a AspectID, n *int) (left Marks, p problems) {
	switch {
	case f == nil && n != nil:
		p.add("hits.false_alarms", "not_allowed", "aspect %s counts no false alarms", a)
	case f == nil:
	case n == nil:
		p.add("hits.false_alarms", "missing", "aspect %s: the false alarms are not counted", a)
	case *n < 0 || *n > countLimit:
		p.add("hits.false_alarms", "out_of_range", "aspect %s: %d is not a number of false alarms", a, *n)
	default:
		return max(0, f.Max-Marks(*n)*f.Each), nil
	}
	return 0, p
}
