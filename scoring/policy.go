package scoring

import "slices"

// entriesTwice is what double entry means.
const entriesTwice = 2

// judge decides between agreed and conference when all marks are there, and
// returns the agreed amount. marks and exact belong together.
func (p Agreement) judge(out *Outcome, marks []JudgeMark, exact []Ratio) Ratio {
	out.State = Settled
	switch p.Method {
	case MethodEqual, MethodDouble:
		for _, m := range marks[1:] {
			if !m.equal(marks[0].Observation) {
				out.State, out.Reason = Conference, ReasonUnequal
			}
		}
	case MethodMajority:
		at, n := mostAlike(marks)
		if n < p.Majority {
			out.State, out.Reason = Conference, ReasonNoMajority
		}
		exact = exact[at : at+1]
	case MethodChief:
		out.State, out.Reason = Waiting, ReasonChief
	case MethodMean, MethodDropMean, MethodMedian, MethodClamp:
	}
	p.checkLevels(out, marks)
	amount := p.combine(exact)
	p.checkGap(out, amount, exact)
	return amount
}

// mostAlike returns the place of an observation that most judges share, and
// how many do.
func mostAlike(marks []JudgeMark) (at, n int) {
	for i, m := range marks {
		alike := 0
		for _, other := range marks {
			if m.equal(other.Observation) {
				alike++
			}
		}
		if alike > n {
			at, n = i, alike
		}
	}
	return at, n
}

// checkLevels calls a conference when judgement levels are too far apart.
func (p Agreement) checkLevels(out *Outcome, marks []JudgeMark) {
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

// checkGap calls a conference when the marks that count are further apart than
// the band of the amount allows.
func (p Agreement) checkGap(out *Outcome, amount Ratio, marks []Ratio) {
	if len(p.Bands) == 0 {
		return
	}
	band := p.Bands[0]
	for _, b := range p.Bands[1:] {
		if NewRatio(b.FromMarks, 1).Cmp(amount) <= 0 {
			band = b
		}
	}
	counting := p.counting(marks)
	gap := counting[len(counting)-1].sub(counting[0])
	if gap.Cmp(NewRatio(band.MaxGap, 1)) > 0 {
		out.State, out.Reason = Conference, ReasonGap
		out.Gap, out.GapMax = gap.Round(1), band.MaxGap
	}
}

// counting returns the marks that are left after the drops, lowest first.
// While so few marks are in that the drops would leave none, nothing is
// dropped yet. Which of several equal marks is dropped makes no difference.
func (p Agreement) counting(marks []Ratio) []Ratio {
	kept := slices.Clone(marks)
	slices.SortFunc(kept, Ratio.Cmp)
	if p.Method == MethodDropMean && len(kept) > p.DropHigh+p.DropLow {
		kept = kept[p.DropLow : len(kept)-p.DropHigh]
	}
	return kept
}

// combine makes one amount of the marks, 0 of none.
func (p Agreement) combine(marks []Ratio) Ratio {
	if len(marks) == 0 {
		return Ratio{}
	}
	kept := p.counting(marks)
	switch p.Method {
	case MethodMedian:
		return median(kept)
	case MethodClamp:
		mid, within := median(kept), NewRatio(*p.Clamp, 1)
		low, high := mid.sub(within), mid.Add(within)
		for i, m := range kept {
			kept[i] = least(greatest(m, low), high)
		}
	case MethodMean, MethodDropMean, MethodEqual, MethodDouble, MethodMajority, MethodChief:
	}
	return mean(kept)
}

// median returns the middle of sorted marks, or the mean of the middle two.
func median(sorted []Ratio) Ratio {
	n := len(sorted)
	return mean(sorted[(n-1)/2 : n/2+1])
}

func mean(marks []Ratio) (sum Ratio) {
	for _, m := range marks {
		sum = sum.Add(m)
	}
	return sum.Mul(1, int64(len(marks)))
}
