package scoring

import (
	"fmt"
	"maps"
	"slices"
)

// Agree applies the aspect's agreement policy to the judges' marks for it.
// Blank observations count as not yet marked. The order of the marks does not
// matter. A disagreement is called only when all marks are there, so that no
// judge learns of another's mark before entering one. Scheme and rules must be
// valid.
//
// Errors: ErrPanel for a judge outside the panel or twice in marks, or a panel
// of the wrong size; ErrEntry for an observation that does not fit.
func Agree(a Aspect, r Rules, panel Panel, marks []JudgeMark) (Outcome, error) {
	if err := panel.check(r.Panel, judgesOf(marks)); err != nil {
		return Outcome{}, err
	}
	out, _, err := agree(a, r, panel, marks)
	return out, err
}

func judgesOf(marks []JudgeMark) []JudgeID {
	out := make([]JudgeID, len(marks))
	for i, m := range marks {
		out[i] = m.Judge
	}
	return out
}

// agree returns the outcome and the exact amount to add to the module: zero
// while there is none and in conference.
func agree(a Aspect, r Rules, panel Panel, marks []JudgeMark) (Outcome, Ratio, error) {
	policy := r.Agreement[a.Kind]
	if a.Agreement != nil {
		policy = *a.Agreement
	}
	var given []JudgeMark
	var exact []Ratio
	for i, m := range marks {
		if m.Blank() {
			continue
		}
		mark, p := exactMark(a, m.Observation)
		if len(p) > 0 {
			var at problems
			at.under(fmt.Sprintf("marks[%d]", i), p)
			return Outcome{}, Ratio{}, at.err(ErrEntry)
		}
		given, exact = append(given, m), append(exact, mark)
	}
	out := Outcome{Aspect: a.ID, State: Waiting, Marks: None(), Have: len(given), Need: len(panel.Judges)}
	switch {
	case out.Have == out.Need || panel.Closed && out.Have >= r.Panel.MinJudges:
		policy.judge(&out, given)
	case panel.Closed:
		out.Reason = ReasonTooFew
	}
	if out.State == Conference || out.Have == 0 {
		return out, Ratio{}, nil
	}
	amount := policy.combine(exact)
	rounded := amount.Round(r.Rounding.Step)
	out.Marks = Of(rounded)
	if r.Rounding.Where == RoundAspect {
		amount = NewRatio(rounded, 1)
	}
	return out, amount, nil
}

// judge decides between agreed and conference when all marks are there.
func (p Agreement) judge(out *Outcome, marks []JudgeMark) {
	out.State = Settled
	if p.Method == MethodEqual {
		for _, m := range marks[1:] {
			if !m.equal(marks[0].Observation) {
				out.State, out.Reason = Conference, ReasonUnequal
			}
		}
	}
	if p.SpreadMax == nil || marks[0].Level == nil {
		return
	}
	low, high := levelTop, 0
	for _, m := range marks {
		low, high = min(low, *m.Level), max(high, *m.Level)
	}
	if high-low > *p.SpreadMax {
		out.State, out.Reason = Conference, ReasonSpread
		out.Spread, out.SpreadMax = high-low, *p.SpreadMax
	}
}

// combine returns the mean of the marks after the drops. While so few marks
// are in that the drops would leave none, nothing is dropped yet. Which of
// several equal marks is dropped makes no difference.
func (p Agreement) combine(marks []Ratio) Ratio {
	kept := slices.SortedFunc(slices.Values(marks), Ratio.Cmp)
	if p.Method == MethodDropMean && len(kept) > p.DropHigh+p.DropLow {
		kept = kept[p.DropLow : len(kept)-p.DropHigh]
	}
	var sum Ratio
	for _, m := range kept {
		sum = sum.Add(m)
	}
	return sum.Mul(1, int64(len(kept)))
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
