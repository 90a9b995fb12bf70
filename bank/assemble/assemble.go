// Package assemble chooses the questions of a paper: so many of each kind,
// shared out over the ranges of an outline by their weights, no point twice.
//
// It knows items by id, range, point, kind, importance and difficulty, and
// never sees a text or a key. Solve is a pure function of the problem as a
// set: items are sorted before the seed is used. DESIGN.md of package bank
// describes the method.
package assemble

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"github.com/xinglu/xinglu/internal/fault"
)

// ErrInfeasible says that the items do not suffice. There is a field for every range ×
// kind that is short, with the parameters range, kind, needed and available.
var ErrInfeasible = fault.New(fault.Invalid, "blueprint_infeasible",
	"the bank does not hold enough questions for this blueprint")

// ErrProblem says that the figures of the problem do not add up.
var ErrProblem = fault.New(fault.Invalid, "assembly_invalid", "the figures of the paper do not add up")

// Problem says what a paper must contain and from what it is chosen.
type Problem struct {
	// Ranges share out the items by weight (largest remainder).
	Ranges []Share
	// Kinds have exact counts.
	Kinds []Kind
	Items []Item
	// Aside counts questions that the caller left out; it goes into the trace.
	Aside int
	// RepeatPoints allows several items of one point.
	RepeatPoints bool
	// Importance lists the classes of points, preferred first. With weights it
	// is also the wanted mix; all 0 means preferred first only.
	Importance []Share
	// Difficulty is the wanted mix; empty means any.
	Difficulty []Share
	Seed       uint64
}

// Share is a named share of the whole. Weights are relative to their sum.
type Share struct {
	Name   string
	Weight int64
}

// Kind is a kind of question and how many the paper has.
type Kind struct {
	Name  string
	Count int
}

// Item is a question that may be chosen.
type Item struct {
	ID         string
	Range      int    // index into Problem.Ranges
	Point      string // unique over all ranges
	Kind       string
	Importance string // of the point; one of Problem.Importance, or "" for the last
	Difficulty string // "" when not given
}

// Result is the choice: the ids of each kind, in the order of Problem.Kinds,
// each in the order of ranges and points.
type Result struct {
	Picks [][]string
	Trace Trace
}

// Trace says how the choice met the problem.
type Trace struct {
	Cells      []Cell  `json:"cells"`
	Importance []Tally `json:"importance"`
	Difficulty []Tally `json:"difficulty"`
	Aside      int     `json:"aside"` // questions not active or without a point in the outline
}

// Cell is one range × kind of the paper.
type Cell struct {
	Range     string `json:"range"`
	Kind      string `json:"kind"`
	Ideal     int64  `json:"ideal"`     // in hundredths of an item, rounded down: range items × kind items / items
	Picked    int    `json:"picked"`    // items chosen
	Available int    `json:"available"` // points (items, if points may repeat) to choose from
}

// Tally is what was wanted and got of one class.
type Tally struct {
	Name   string `json:"name"`   // "" for items without one
	Wanted int    `json:"wanted"` // 0 as well when no mix was asked for
	Picked int    `json:"picked"`
}

// maxItems bounds the paper so that the costs of the flow cannot overflow.
const maxItems = 500

// Solve chooses the items. Errors: ErrProblem, ErrInfeasible.
func Solve(p Problem) (Result, error) {
	if err := p.check(); err != nil {
		return Result{}, err
	}
	m := newModel(&p)
	if sent := m.choosePoints(); sent < m.total {
		return Result{}, m.shortage()
	}
	return m.result(m.chooseItems()), nil
}

func (p *Problem) check() error {
	var fields []fault.Field
	add := func(path, code, message string) {
		fields = append(fields, fault.Field{Path: path, Code: code, Message: message})
	}
	total, kinds := 0, map[string]bool{}
	for _, k := range p.Kinds {
		if k.Count < 0 || k.Count > maxItems || kinds[k.Name] {
			add("kinds", "kind_invalid", "a kind is repeated or has an impossible count: "+k.Name)
		}
		kinds[k.Name] = true
		total += min(max(k.Count, 0), maxItems)
	}
	if total < 1 || total > maxItems {
		add("kinds", "count_range", "a paper has 1 to 500 items")
	}
	if len(p.Importance) > maxClasses {
		add("importance", "classes_many", "there are at most 8 classes of importance")
	}
	var sum int64
	for _, list := range [][]Share{p.Ranges, p.Importance, p.Difficulty} {
		for _, s := range list {
			if s.Weight < 0 || s.Weight > 1<<40 {
				add("weights", "weight_range", "a weight is out of range: "+s.Name)
			}
		}
	}
	for _, r := range p.Ranges {
		sum += r.Weight
	}
	if sum <= 0 {
		add("ranges", "weights_sum", "the ranges have no weight")
	}
	for _, it := range p.Items {
		if it.Range < 0 || it.Range >= len(p.Ranges) {
			add("items", "range_unknown", "an item names no range: "+it.ID)
			break
		}
	}
	if fields == nil {
		return nil
	}
	return ErrProblem.With(fields...)
}

// sorted returns the usable items ordered by range, point, kind and id, so
// that nothing depends on the order of input.
func (p *Problem) sorted() []Item {
	kinds := map[string]bool{}
	for _, k := range p.Kinds {
		kinds[k.Name] = true
	}
	items := make([]Item, 0, len(p.Items))
	for _, it := range p.Items {
		if kinds[it.Kind] {
			items = append(items, it)
		}
	}
	slices.SortFunc(items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.Range, b.Range), cmp.Compare(a.Point, b.Point),
			cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	return items
}

// generator returns the random source of a seed. PCG's sequence is fixed by
// the Go 1 compatibility promise, so a seed means the same paper for good.
func generator(seed uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, 0x78696e676c75))
}
