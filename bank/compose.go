package bank

import (
	"slices"
	"strconv"

	"github.com/xinglu/xinglu/bank/assemble"
	"github.com/xinglu/xinglu/internal/fault"
)

// Compose makes the paper that a blueprint and a seed give from the active
// questions of an outline, given in one version each. It is a pure function:
// the order of questions does not matter, the same seed gives the same paper.
// Questions that are not active, or whose point the outline does not have, are
// left aside and counted in the trace.
//
// Errors: ErrBlueprint when the blueprint is wrong in itself or names ranges
// that the outline does not have; assemble.ErrInfeasible, with a field for
// each range × kind that is short, when the questions do not suffice.
func Compose(o Outline, questions []Question, b Blueprint, seed uint64) (Paper, error) {
	if err := b.Validate(); err != nil {
		return Paper{}, err
	}
	if b.Outline != o.ID {
		return Paper{}, ErrBlueprint.With(fault.Field{Path: "outline", Code: "outline_other",
			Message: "the blueprint is for outline " + string(b.Outline)})
	}
	weights, err := b.weights(&o)
	if err != nil {
		return Paper{}, err
	}
	refs := make(map[string]QuestionRef, len(questions))
	problem := b.problem(weights, seed)
	problem.Items, problem.Aside = items(&o, weights, questions, refs)
	result, err := assemble.Solve(problem)
	if err != nil {
		return Paper{}, err
	}
	p := Paper{Version: 1, Title: b.Title, Seed: seed, Occupation: o.Occupation, Level: o.Level,
		Outline: o.ID, OutlineVersion: o.Version, Blueprint: b.ID, BlueprintVersion: b.Version,
		Total: b.Total, Limit: b.Limit, Pass: b.Pass, Trace: result.Trace}
	for i, plan := range b.Sections {
		s := Section{Kind: plan.Kind, Title: plan.Title, ScoreEach: plan.ScoreEach}
		if s.Title == "" {
			s.Title = plan.Kind.Zh()
		}
		for _, id := range result.Picks[i] {
			s.Items = append(s.Items, refs[id])
		}
		p.Sections = append(p.Sections, s)
	}
	return p, p.identify()
}

// problem is the blueprint in the words of package assemble, without items.
func (b *Blueprint) problem(weights []RangeWeight, seed uint64) assemble.Problem {
	p := assemble.Problem{RepeatPoints: b.RepeatPoints, Seed: seed}
	for _, w := range weights {
		p.Ranges = append(p.Ranges, assemble.Share{Name: string(w.Range), Weight: int64(w.Weight)})
	}
	for _, s := range b.Sections {
		p.Kinds = append(p.Kinds, assemble.Kind{Name: string(s.Kind), Count: s.Count})
	}
	for _, i := range []Importance{Core, General, Auxiliary} {
		s := assemble.Share{Name: string(i)}
		for _, w := range b.Importance {
			if w.Importance == i {
				s.Weight = int64(w.Weight)
			}
		}
		p.Importance = append(p.Importance, s)
	}
	for _, d := range b.Difficulty {
		p.Difficulty = append(p.Difficulty, assemble.Share{Name: strconv.Itoa(d.Difficulty), Weight: int64(d.Weight)})
	}
	return p
}

// items lists the questions that may be drawn, and counts those set aside.
// refs gets the question version of each item id.
func items(o *Outline, weights []RangeWeight, questions []Question, refs map[string]QuestionRef) (list []assemble.Item, aside int) {
	importance := map[PointPath]Importance{}
	o.Walk(func(path PointPath, _ []*Range, p *Point) {
		if p != nil {
			importance[path] = p.Importance
		}
	})
	rangeOf := map[PointPath]int{}
	for path := range importance {
		rangeOf[path] = slices.IndexFunc(weights, func(w RangeWeight) bool { return path.Under(w.Range) })
	}
	for i := range questions {
		q := &questions[i]
		r, known := rangeOf[q.Point]
		if !known || r < 0 || q.Status != Active || q.Outline != o.ID {
			aside++
			continue
		}
		refs[string(q.ID)] = q.Ref()
		item := assemble.Item{ID: string(q.ID), Range: r, Point: string(q.Point), Kind: string(q.Kind),
			Importance: string(importance[q.Point])}
		if q.Difficulty > 0 {
			item.Difficulty = strconv.Itoa(q.Difficulty)
		}
		list = append(list, item)
	}
	return list, aside
}

// weights lists the ranges that share out the items: the blueprint's own, or
// the outline's at the blueprint's depth.
func (b *Blueprint) weights(o *Outline) ([]RangeWeight, error) {
	if len(b.Weights) > 0 {
		known := map[PointPath]bool{}
		o.Walk(func(path PointPath, _ []*Range, p *Point) { known[path] = p == nil })
		var c fieldList
		for i, w := range b.Weights {
			if !known[w.Range] {
				c.add("weights["+strconv.Itoa(i)+"]", "range_unknown", "the outline has no range %s", w.Range)
			}
		}
		if c != nil {
			return nil, ErrBlueprint.With(c...)
		}
		return b.Weights, nil
	}
	var list []RangeWeight
	depth := b.Depth
	if depth == 0 {
		depth = MaxDepth
	}
	weighted(o.Ranges, "", depth, &list)
	return list, nil
}

// weighted appends the ranges at the depth, or where the weights end above it.
func weighted(ranges []Range, parent PointPath, depth int, list *[]RangeWeight) {
	for i := range ranges {
		r := &ranges[i]
		path := parent.Join(r.Code)
		broken := slices.ContainsFunc(r.Ranges, func(c Range) bool { return c.Weight != 0 })
		if depth > 1 && broken {
			weighted(r.Ranges, path, depth-1, list)
			continue
		}
		*list = append(*list, RangeWeight{Range: path, Weight: r.Weight})
	}
}
