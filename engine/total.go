package engine

import (
	"slices"

	"github.com/xinglu/xinglu/scoring"
)

// projection is what standings are computed for.
type projection struct {
	who  audience
	hide bool // no amounts
}

// kept is what was computed of a tally and holds until it changes. It makes
// the last mark of a module reach the ranking without every other total being
// added up again.
type kept struct {
	totals map[projection][]*scoring.Total // by position; null: to be computed
	lines  map[projection][]*Standing      // by position, without ranks
	lists  map[projection][]Standing       // in board order
	seq    int64                           // of the tally that lists are of
}

func newKept() kept {
	return kept{totals: map[projection][]*scoring.Total{}, lines: map[projection][]*Standing{}, lists: map[projection][]Standing{}}
}

// stirs are the kinds of record that change nothing in what is kept but of the
// competitors whom their folds stir. After every other kind all is computed
// anew, so that a new kind needs no thought here to be right.
var stirs = map[string]bool{
	kindSubmitted: true, kindImported: true, kindKeyed: true, kindSigned: true, kindEvidence: true,
	kindAspectDecided: true, kindDecisionWithdrawn: true, kindGapAccepted: true,
	kindViolation: true, kindViolationWithdrawn: true, kindZeroing: true, kindZeroingWithdrawn: true,
	kindLayerSeen: true, kindConfirmed: true,
}

// folded forgets what a record of the kind may have changed.
func (k *kept) folded(kind string) {
	if !stirs[kind] {
		clear(k.totals)
		clear(k.lines)
	}
}

// stirred says that the competitor's total has to be added up anew.
func (t *Tally) stirred(i int) {
	for _, totals := range t.kept.totals {
		totals[i] = nil
	}
	for _, lines := range t.kept.lines {
		lines[i] = nil
	}
}

// line returns the standing of the competitor at position i, without a rank.
func (t *Tally) line(v sight, i int) (Standing, error) {
	p := v.projection()
	lines := t.kept.lines[p]
	if lines == nil {
		lines = make([]*Standing, len(t.open.Competitors))
		t.kept.lines[p] = lines
	}
	if lines[i] == nil {
		st, err := t.standing(v, i, t.open.Competitors[i])
		if err != nil {
			return st, err
		}
		lines[i] = &st
	}
	return *lines[i], nil
}

// list returns the standings of a projection, computing them if there are new
// records.
func (t *Tally) list(p projection, compute func() ([]Standing, error)) ([]Standing, error) {
	if t.kept.seq != t.seq {
		clear(t.kept.lists)
		t.kept.seq = t.seq
	}
	list, ok := t.kept.lists[p]
	if !ok {
		var err error
		if list, err = compute(); err != nil {
			return nil, err
		}
		t.kept.lists[p] = list
	}
	return slices.Clone(list), nil
}

// total adds up one competitor's modules and applies what is recorded against
// the competitor. It is not to be changed.
func (t *Tally) total(i int, p projection) (*scoring.Total, error) {
	totals := t.kept.totals[p]
	if totals == nil {
		totals = make([]*scoring.Total, len(t.open.Competitors))
		t.kept.totals[p] = totals
	}
	if totals[i] != nil {
		return totals[i], nil
	}
	values := make(map[scoring.ModuleID]scoring.Value, len(t.open.Scheme.Modules))
	for _, m := range t.open.Scheme.Modules {
		v, err := t.worth(i, m, t.works[i][m.ID], p.who)
		if err != nil {
			return nil, err
		}
		if p.hide {
			v = scoring.None()
		}
		values[m.ID] = v
	}
	c := scoring.Conduct{}
	if !p.hide { // a zeroing would turn a hidden amount into a 0
		c = t.conductOf(i)
	}
	sum, err := scoring.SumWith(t.open.Scheme, t.open.Rules, values, c)
	if err != nil {
		return nil, err
	}
	totals[i] = &sum
	return &sum, nil
}

// part returns what a module of the competitor shows to an audience, with the
// amount that counts.
func (t *Tally) part(i int, m scoring.Module, counts scoring.Value) (Part, error) {
	w := t.works[i][m.ID]
	p := Part{Module: m.ID, State: PartBlank}
	if m.Source == scoring.SourcePanel {
		for k, s := range w.sheets {
			panel := t.panelOf(i, t.benches[m.ID][k], s)
			p.In, p.Of = p.In+s.have(panel), p.Of+len(panel)
		}
		out, err := t.judged(i, m, w)
		if err != nil {
			return p, err
		}
		switch out.State {
		case scoring.Conference:
			p.State = PartReview
		case scoring.Settled:
			p.State = PartMarked
		case scoring.Waiting:
			if p.In > 0 {
				p.State = PartPartial
			}
		}
	} else if counts.State == scoring.HasValue {
		p.State = PartMarked
	}
	if w.absent != nil || counts.State == scoring.DidNotStart {
		p.State = PartAbsent
	}
	if counts.State == scoring.HasValue {
		marks := counts.Marks
		p.Marks = &marks
	}
	return p, nil
}
