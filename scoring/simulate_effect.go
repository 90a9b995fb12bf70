package scoring

import (
	"cmp"
	"fmt"
	"slices"
)

// weighed returns the total of module amounts without any rounding.
func (r Rules) weighed(s Scheme, modules map[ModuleID]Ratio) (total Ratio) {
	for _, part := range r.Parts {
		var sum Ratio
		for _, id := range part.Modules {
			sum = sum.Add(modules[id])
		}
		total = total.Add(sum.Mul(int64(r.FullMarks), int64(part.max(s))).Mul(int64(part.Weight), basisPoints))
	}
	return total
}

// roundingEffects compares the totals of complete samples before and after
// each rounding point.
func (r Rules) roundingEffects(s Scheme, runs []simulated) (panel, total RoundingEffect) {
	var exact, modules, final []Ratio
	for _, run := range runs {
		if !run.total.Complete || run.total.Value.State != HasValue {
			continue
		}
		rounded := make(map[ModuleID]Ratio, len(run.modules))
		for id, v := range run.modules {
			rounded[id] = NewRatio(v.Marks, 1)
		}
		exact = append(exact, r.weighed(s, run.exact))
		modules = append(modules, r.weighed(s, rounded))
		final = append(final, NewRatio(run.total.Value.Marks, 1))
	}
	return effect(exact, modules), effect(modules, final)
}

func effect(before, after []Ratio) RoundingEffect {
	var out RoundingEffect
	var up, down Ratio
	for i := range before {
		change := after[i].sub(before[i])
		if change.Cmp(Ratio{}) != 0 {
			out.Changed++
		}
		up, down = greatest(up, change), least(down, change)
	}
	out.Up, out.Down = decimal(up), decimal(down)
	order := make([]int, len(before))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(before[b].Cmp(before[a]), cmp.Compare(a, b))
	})
	for k := 1; k < len(order); k++ {
		a, b := order[k-1], order[k]
		if before[a].Cmp(before[b]) == 0 {
			continue
		}
		switch after[a].Cmp(after[b]) {
		case 0:
			out.MadeEqual++
		case -1:
			out.Reordered++
		}
	}
	return out
}

// reach runs faultless and worthless work.
func (o *Simulation) reach(s Scheme, r Rules) error {
	best, err := r.simulate(s, extreme(s, r, qualityBest), true)
	if err != nil {
		return err
	}
	worst, err := r.simulate(s, extreme(s, r, qualityWorst), true)
	if err != nil {
		return err
	}
	o.Full, o.Zero = best.total.Value.Marks, worst.total.Value.Marks
	o.FullReachable, o.ZeroReachable = o.Full == r.FullMarks, o.Zero == 0
	return nil
}

func (o *Simulation) add(path, code, message string, args ...any) {
	o.Warnings = append(o.Warnings, Warning{path, code, fmt.Sprintf(message, args...)})
}

// warn says what is allowed but may not be meant.
func (o *Simulation) warn(s Scheme, r Rules) {
	if !o.FullReachable {
		o.add("modules", "full_unreachable", "faultless work earns %v of %v", o.Full, r.FullMarks)
	}
	if !o.ZeroReachable {
		o.add("modules", "zero_unreachable", "work that earns nothing still gets %v", o.Zero)
	}
	for i, share := range s.SectionShares() {
		if share.Fit == FitWithin {
			o.add(fmt.Sprintf("sections[%d].weight", i), "share_differs", "section %s states %v %%, its aspects have %v %%",
				share.Section.ID, Marks(share.Section.Weight), Marks(share.Share))
		}
	}
	for i, m := range s.Modules {
		for j, sc := range m.SubCriteria {
			for k, a := range sc.Aspects {
				o.warnAspect(fmt.Sprintf("modules[%d].sub_criteria[%d].aspects[%d]", i, j, k), m, a, r)
			}
		}
	}
	if o.Tied > 0 && r.Ranking == RankUnique {
		o.add("rules.tie_chain", "ties_left", "%d competitors are tied after the tie chain", o.Tied)
	}
	for _, point := range []struct {
		path string
		RoundingEffect
	}{{"rules.rounding", o.PanelRounding}, {"rules.total_rounding", o.TotalRounding}} {
		if point.Reordered > 0 {
			o.add(point.path, "rounding_reorders", "rounding puts %d neighbours the other way round", point.Reordered)
		}
		if point.MadeEqual > 0 {
			o.add(point.path, "rounding_ties", "rounding makes %d neighbours equal", point.MadeEqual)
		}
	}
}

func (o *Simulation) warnAspect(path string, m Module, a Aspect, r Rules) {
	policy := r.policy(a)
	if left := r.Panel.MinJudges - policy.DropHigh - policy.DropLow; policy.Method == MethodDropMean && left == 1 {
		o.add(path+".agreement", "one_judge_left", "aspect %s: of %d judges, one mark counts", a.ID, r.Panel.MinJudges)
	}
	for i, b := range policy.Bands {
		if b.FromMarks > a.Max {
			o.add(path+".agreement", "band_unreachable", "aspect %s: band %d starts at %v, the maximum is %v",
				a.ID, i+1, b.FromMarks, a.Max)
		}
	}
	if a.Kind != KindTimeTable || m.TimeLimitMS == 0 {
		return
	}
	for i, row := range a.TimeTable.Rows {
		if i > 0 && a.TimeTable.Rows[i-1].UpToMS >= m.TimeLimitMS {
			o.add(path+".time_table", "row_beyond_limit", "aspect %s: row %d (to %d ms) lies beyond the module's time limit",
				a.ID, i+1, row.UpToMS)
		}
	}
}
