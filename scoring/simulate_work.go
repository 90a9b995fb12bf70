package scoring

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
)

// Work has a quality from 0 to 10000.
const (
	qualityWorst = 0
	qualityBest  = 10_000
)

// invent makes a competitor with a skill of its own and judges who differ a
// little.
func invent(s Scheme, r Rules, seed, nth uint64) Sample {
	rng := rand.New(rand.NewPCG(seed, nth))
	skill := rng.IntN(qualityBest + 1)
	near := func(q, apart int) int {
		return min(qualityBest, max(qualityWorst, q+rng.IntN(2*apart+1)-apart))
	}
	return makeSample(s, r, func(Aspect) (shared int, own func() int) {
		q := near(skill, 2500)
		return q, func() int {
			if rng.IntN(12) == 0 {
				return near(q, 4000) // now and then a judge sees something else
			}
			return near(q, 800)
		}
	})
}

// extreme makes a competitor whose work is all of one quality, which every
// judge sees.
func extreme(s Scheme, r Rules, q int) Sample {
	return makeSample(s, r, func(Aspect) (int, func() int) { return q, func() int { return q } })
}

// makeSample asks look for the quality of each aspect, and for what each judge
// makes of it.
func makeSample(s Scheme, r Rules, look func(Aspect) (shared int, own func() int)) Sample {
	out := Sample{Imported: make(map[ModuleID]Value), Calls: make(map[ModuleID]Call)}
	for _, m := range s.Modules {
		if m.Source == SourceImported {
			q, _ := look(Aspect{})
			out.Imported[m.ID] = Of(m.Max * Marks(q) / qualityBest)
			continue
		}
		call := Call{}
		for i := range r.Panel.Size {
			j := JudgeID(fmt.Sprintf("judge %d", i+1))
			call.Panel.Judges = append(call.Panel.Judges, j)
			call.Sheets = append(call.Sheets, Sheet{Judge: j})
		}
		for _, a := range m.Aspects() {
			shared, own := look(a)
			call.enter(a, r.policy(a).Method, shared, own)
		}
		out.Calls[m.ID] = call
	}
	return out
}

// enter writes an aspect on the sheets of all judges who mark it.
func (c *Call) enter(a Aspect, method Method, shared int, own func() int) {
	alike := a.observe(shared)
	if a.byClock() {
		c.ClockMS = alike.TimeMS
		return
	}
	for i := range c.Sheets {
		o := alike
		switch method {
		case MethodMean, MethodDropMean, MethodMedian, MethodClamp:
			o = a.observe(own())
		case MethodDouble:
			if i >= entriesTwice {
				continue
			}
		case MethodEqual, MethodMajority, MethodChief:
		}
		c.Sheets[i].Entries = append(c.Sheets[i].Entries, AspectEntry{Aspect: a.ID, Observation: o})
	}
	if method == MethodChief {
		c.Overrides = append(c.Overrides, Override{Aspect: a.ID, Observation: alike, Why: "simulation"})
	}
}

// conferred returns the call after the judges have talked: where they were in
// conference all take the first judge's entry.
func (c Call) conferred(o ModuleOutcome) Call {
	talked := make(map[AspectID]bool)
	for _, a := range o.Aspects {
		talked[a.Aspect] = a.State == Conference
	}
	if o.Blocked {
		c.GapAccepted = &Acceptance{Why: "simulation"}
	}
	first := make(map[AspectID]AspectEntry)
	sheets := make([]Sheet, len(c.Sheets))
	for i, s := range c.Sheets {
		sheets[i] = Sheet{Judge: s.Judge, Entries: slices.Clone(s.Entries)}
		for k, e := range s.Entries {
			if was, ok := first[e.Aspect]; !ok {
				first[e.Aspect] = e
			} else if talked[e.Aspect] {
				sheets[i].Entries[k] = was
			}
		}
	}
	c.Sheets = sheets
	return c
}

// observe returns what work of quality q shows: the best observation at
// qualityBest, one that earns least at qualityWorst.
func (a Aspect) observe(q int) (o Observation) {
	bad := qualityBest - q
	switch a.Kind {
	case KindBinary:
		o.Met = new(2*q >= qualityBest)
	case KindTolerance:
		o.Measured = new(a.Tolerance.Nominal)
		if 2*q < qualityBest {
			o.Measured = new(a.Tolerance.outside())
		}
	case KindStepped:
		o.Step = new(stepFor(a.Steps, q))
	case KindLinear:
		most := int((a.Max + a.Linear.PerError - 1) / a.Linear.PerError)
		o.Errors = new(bad * most / qualityBest)
	case KindPoints:
		o.Points = new(a.Max / a.Points.Step * Marks(q) / qualityBest * a.Points.Step)
	case KindJudgement:
		o.Level = new(share(q, descriptorsLen))
	case KindPot:
		o.Deductions = a.deduct(bad)
	case KindPenalty:
		o.Deductions = map[DeductionID]int{}
	case KindHitList:
		o.Hits = a.HitList.found(q)
	case KindTimeTable:
		o.TimeMS = new(a.TimeTable.timeFor(q))
	}
	return o
}

// share returns which of n equal ranges the quality lies in.
func share(q, n int) int { return q * n / (qualityBest + 1) }

// outside returns a value that the tolerance refuses; it has a limit.
func (t Tolerance) outside() int64 {
	if t.Plus != nil {
		return t.Nominal + *t.Plus + 1
	}
	return t.Nominal - *t.Minus - 1
}

func stepFor(steps []Step, q int) StepID {
	sorted := slices.Clone(steps)
	slices.SortStableFunc(sorted, func(a, b Step) int { return cmp.Compare(a.Marks, b.Marks) })
	return sorted[share(q, len(sorted))].ID
}

// deduct takes the share bad of all that may be taken, in the order of the
// list; what may be taken without limit is taken until nothing is left.
func (a Aspect) deduct(bad int) map[DeductionID]int {
	taken := map[DeductionID]int{}
	budget := a.Max * Marks(bad) / qualityBest
	for _, d := range a.Deductions {
		n := int((budget + d.Marks - 1) / d.Marks)
		if d.MaxCount > 0 {
			n = min(n, d.MaxCount)
		}
		if n > 0 {
			taken[d.ID] = n
			budget -= min(budget, Marks(n)*d.Marks)
		}
	}
	return taken
}

func (l HitList) found(q int) *Hits {
	out := &Hits{Steps: make(map[HitID]StepID, len(l.Items))}
	for _, h := range l.Items {
		out.Steps[h.ID] = stepFor(l.StepsOf(h), q)
	}
	if f := l.FalseAlarms; f != nil {
		most := int((f.Max + f.Each - 1) / f.Each)
		out.FalseAlarms = new((qualityBest - q) * most / qualityBest)
	}
	return out
}

// timeFor returns a time that earns as the quality says: the rows in the order
// of their worth.
func (t TimeTable) timeFor(q int) int64 {
	rows := append(slices.Clone(t.Rows), TimeRow{UpToMS: t.Rows[len(t.Rows)-1].UpToMS + 1, Marks: t.Above})
	slices.SortStableFunc(rows, func(a, b TimeRow) int { return cmp.Compare(a.Marks, b.Marks) })
	return rows[share(q, len(rows))].UpToMS
}
