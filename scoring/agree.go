package scoring

import (
	"fmt"
	"maps"
)

// Agree applies the aspect's agreement policy to the judges' marks for it.
// Blank observations count as not yet marked. The order of the marks does not
// matter. A disagreement is called only when all marks are there, so that no
// judge learns of another's mark before entering one. Scheme and rules must be
// valid. A time table with a Base counts as if the rest of its module were
// faultless; Judge knows the rest.
//
// Errors: ErrPanel for a judge outside the panel or twice in marks, or a panel
// of the wrong size; ErrEntry for an observation that does not fit.
func Agree(a Aspect, r Rules, panel Panel, marks []JudgeMark) (Outcome, error) {
	if err := panel.check(r.Panel, judgesOf(marks)); err != nil {
		return Outcome{}, err
	}
	out, _, err := hearing{aspect: a, rules: r, panel: panel, earned: whole}.agree(marks)
	return out, err
}

func judgesOf(marks []JudgeMark) []JudgeID {
	out := make([]JudgeID, len(marks))
	for i, m := range marks {
		out[i] = m.Judge
	}
	return out
}

// whole is 1: everything has been earned.
var whole = NewRatio(1, 1)

// hearing is one aspect before its panel.
type hearing struct {
	aspect   Aspect
	rules    Rules
	panel    Panel
	allIn    bool      // no judge's sheet is missing
	override *Override // of the chief judge
	clock    *int64    // the station's clock, milliseconds
	earned   Ratio     // share of the module's other marks, 0 to 1
}

// policy returns the agreement that holds for the aspect.
func (r Rules) policy(a Aspect) Agreement {
	if a.Agreement != nil {
		return *a.Agreement
	}
	return r.Agreement[a.Kind]
}

// agree returns the outcome and the exact amount to add to the module: zero
// while there is none and in conference.
func (h hearing) agree(marks []JudgeMark) (Outcome, Ratio, error) {
	if h.aspect.byClock() {
		return h.read(marks)
	}
	policy := h.rules.policy(h.aspect)
	var given []JudgeMark
	var exact []Ratio
	for i, m := range marks {
		if m.Blank() {
			continue
		}
		mark, p := exactMark(h.aspect, m.Observation)
		if len(p) > 0 {
			var at problems
			at.under(fmt.Sprintf("marks[%d]", i), p)
			return Outcome{}, Ratio{}, at.err(ErrEntry)
		}
		given, exact = append(given, m), append(exact, h.aspect.scale(mark, h.earned))
	}
	need, least := len(h.panel.Judges), h.rules.Panel.MinJudges
	if policy.Method == MethodDouble {
		need, least = entriesTwice, entriesTwice
	}
	out := Outcome{Aspect: h.aspect.ID, State: Waiting, Marks: None(), Have: len(given), Need: need}
	last := h.panel.Closed || h.allIn // no further marks will come
	var amount Ratio
	switch {
	case out.Have >= need || h.panel.Closed && out.Have >= least:
		last = true
		amount = policy.judge(&out, given, exact)
	case last:
		out.Reason = ReasonTooFew
		fallthrough
	default:
		amount = policy.combine(exact)
	}
	if h.override != nil && last {
		var err error
		if amount, err = h.overrule(&out); err != nil {
			return Outcome{}, Ratio{}, err
		}
	}
	if out.State == Conference || out.Have == 0 && out.Override == nil {
		return out, Ratio{}, nil
	}
	return h.settle(out, amount)
}

// settle rounds the amount if that is its point.
func (h hearing) settle(out Outcome, amount Ratio) (Outcome, Ratio, error) {
	rounded := amount.Round(h.rules.Rounding.Step)
	out.Marks = Of(rounded)
	if h.rules.Rounding.Where == RoundAspect {
		amount = NewRatio(rounded, 1)
	}
	return out, amount, nil
}

// read values an aspect that the station's clock decides.
func (h hearing) read(marks []JudgeMark) (Outcome, Ratio, error) {
	for i, m := range marks {
		if !m.Blank() {
			var p problems
			p.add(fmt.Sprintf("marks[%d]", i), "not_allowed", "aspect %s is read from the station's clock", h.aspect.ID)
			return Outcome{}, Ratio{}, p.err(ErrEntry)
		}
	}
	out := Outcome{Aspect: h.aspect.ID, State: Waiting, Marks: None(), Need: 1}
	var amount Ratio
	if h.clock != nil {
		mark, p := h.aspect.timed(*h.clock)
		if err := p.err(ErrEntry); err != nil {
			return Outcome{}, Ratio{}, err
		}
		out.State, out.Have, amount = Settled, 1, h.aspect.scale(mark, h.earned)
	}
	if h.override != nil {
		var err error
		if amount, err = h.overrule(&out); err != nil {
			return Outcome{}, Ratio{}, err
		}
	}
	if out.State != Settled {
		return out, Ratio{}, nil
	}
	return h.settle(out, amount)
}

// overrule puts the chief judge's decision in the panel's place.
func (h hearing) overrule(out *Outcome) (Ratio, error) {
	mark, p := exactMark(h.aspect, h.override.Observation)
	if err := p.err(ErrEntry); err != nil {
		return Ratio{}, err
	}
	*out = Outcome{
		Aspect: out.Aspect, State: Settled, Marks: None(), Have: out.Have, Need: out.Need, Override: h.override,
	}
	return h.aspect.scale(mark, h.earned), nil
}

// equal reports whether two observations say the same, a deduction taken no
// times being the same as one not listed.
func (o Observation) equal(b Observation) bool {
	return same(o.Met, b.Met) && same(o.Step, b.Step) && same(o.Measured, b.Measured) &&
		same(o.Errors, b.Errors) && same(o.Points, b.Points) && same(o.Level, b.Level) &&
		maps.Equal(taken(o.Deductions), taken(b.Deductions)) &&
		o.Hits.equal(b.Hits) && same(o.TimeMS, b.TimeMS)
}

func same[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}

func taken(counts map[DeductionID]int) map[DeductionID]int {
	out := maps.Clone(counts)
	maps.DeleteFunc(out, func(_ DeductionID, n int) bool { return n == 0 })
	return out
}
