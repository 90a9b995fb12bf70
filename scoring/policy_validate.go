package scoring

import "fmt"

// check looks at the agreement alone.
func (a Agreement) check(k Kind) (p problems) {
	oneOf(&p, "method", a.Method, Methods()...)
	if a.DropHigh < 0 || a.DropLow < 0 {
		p.add("drop_high", "out_of_range", "a number of judges cannot be negative")
	}
	if dropped := a.DropHigh + a.DropLow; (a.Method == MethodDropMean) != (dropped > 0) {
		p.add("drop_high", "inconsistent", "drop_high and drop_low belong to drop_mean, which needs at least one of them")
	}
	if (a.Method == MethodClamp) != (a.Clamp != nil) {
		p.add("clamp", "inconsistent", "the method clamp needs the distance clamp, and no other has one")
	}
	if a.Clamp != nil {
		p.amount("clamp", *a.Clamp, 0)
	}
	if (a.Method == MethodMajority) != (a.Majority != 0) {
		p.add("majority", "inconsistent", "the method majority needs a number of judges, and no other has one")
	}
	if a.SpreadMax != nil {
		if k != KindJudgement {
			p.add("spread_max", "not_allowed", "a spread limit counts judgement levels; kind %s has none", k)
		}
		if *a.SpreadMax < 0 || *a.SpreadMax > levelTop {
			p.add("spread_max", "out_of_range", "a spread limit is 0 to %d levels", levelTop)
		}
	}
	return append(p, a.checkBands(k)...)
}

func (a Agreement) checkBands(k Kind) (p problems) {
	if len(a.Bands) == 0 {
		return nil
	}
	if k == KindPenalty {
		p.add("bands", "not_allowed", "bands go by an amount from 0 upwards; a penalty is below")
	}
	switch a.Method {
	case MethodMean, MethodDropMean, MethodMedian, MethodClamp:
	case MethodEqual, MethodMajority, MethodDouble, MethodChief:
		p.add("bands", "not_allowed", "bands limit marks that are combined; method %s combines none", a.Method)
	}
	if a.Bands[0].FromMarks != 0 {
		p.add("bands[0].from_marks", "out_of_range", "the first band starts at 0")
	}
	for i, b := range a.Bands {
		path := fmt.Sprintf("bands[%d]", i)
		p.amount(path+".from_marks", b.FromMarks, 0)
		p.amount(path+".max_gap", b.MaxGap, 0)
		if i > 0 && b.FromMarks <= a.Bands[i-1].FromMarks {
			p.add(path+".from_marks", "out_of_order", "%v comes after %v", b.FromMarks, a.Bands[i-1].FromMarks)
		}
	}
	return p
}

// checkPanel asks that the panel is large enough for the method, even when it
// was closed early.
func (a Agreement) checkPanel(panel PanelRule) (p problems) {
	switch a.Method {
	case MethodDropMean:
		if a.DropHigh+a.DropLow >= panel.MinJudges {
			p.add("drop_high", "too_many", "dropping %d of at least %d judges leaves none",
				a.DropHigh+a.DropLow, panel.MinJudges)
		}
	case MethodMajority:
		if 2*a.Majority <= panel.Size {
			p.add("majority", "too_few", "%d of %d judges are no majority", a.Majority, panel.Size)
		}
		if a.Majority > panel.MinJudges {
			p.add("majority", "too_many", "%d judges cannot agree when %d are enough to close a panel",
				a.Majority, panel.MinJudges)
		}
	case MethodDouble:
		if panel.Size < entriesTwice {
			p.add("method", "too_few", "double entry takes two judges, the panel has %d", panel.Size)
		}
	case MethodEqual, MethodMean, MethodMedian, MethodClamp, MethodChief:
	}
	return p
}
