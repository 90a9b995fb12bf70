package scoring

import "slices"

// flag compares the totals of judges who have marked the same, when all of
// them have, and raises the module's flag.
func (d docket) flag(out *ModuleOutcome) {
	rule := d.rules.Panel.TotalGap
	if rule == nil {
		return
	}
	var widest Ratio
	for _, g := range d.groups() {
		if gap, ok := d.gap(g); ok {
			widest = greatest(widest, gap)
		}
	}
	if widest.Cmp(NewRatio(rule.Limit, 1)) < 0 {
		return
	}
	out.Flag, out.Gap = ReasonTotalGap, widest.Round(1)
	if rule.Blocks && d.GapAccepted == nil {
		out.State, out.Blocked = Conference, true
	}
}

// group is what one panel marks; the module has only its sub-criteria, but the
// whole module's Max.
type group struct {
	panel  Panel
	module Module
}

func (d docket) groups() (out []group) {
	for _, sc := range d.module.SubCriteria {
		p := d.panelOf(sc.ID)
		share := d.module.Only(func(x SubCriterion) bool { return slices.Equal(d.panelOf(x.ID).Judges, p.Judges) })
		if share.SubCriteria[0].ID == sc.ID { // the first of those that the same judges mark
			out = append(out, group{p, share})
		}
	}
	return out
}

// gap returns the difference between the highest and the lowest judge's own
// total, and whether there are totals to compare: nobody learns of a gap while
// a sheet is missing.
func (d docket) gap(g group) (Ratio, bool) {
	var totals []Ratio
	for _, j := range g.panel.Judges {
		if d.complete[j] {
			totals = append(totals, d.ownTotal(g.module, j))
		}
	}
	missing := len(totals) < len(g.panel.Judges) && !(g.panel.Closed && len(totals) >= d.rules.Panel.MinJudges)
	if missing || len(totals) == 0 {
		return Ratio{}, false
	}
	return slices.MaxFunc(totals, Ratio.Cmp).sub(slices.MinFunc(totals, Ratio.Cmp)), true
}

// ownTotal is what the module would be worth by one judge's sheet, with the
// chief judge's decisions in the place of entries. Aspects that not every judge
// enters are left out.
func (d docket) ownTotal(m Module, j JudgeID) Ratio {
	seen := make(map[AspectID]Observation)
	for _, a := range d.aspects {
		if !d.rules.wants(*a) {
			continue
		}
		for _, mark := range d.marks[a.ID] {
			if mark.Judge == j {
				seen[a.ID] = mark.Observation
			}
		}
	}
	for _, o := range d.Overrides {
		seen[o.Aspect] = o.Observation
	}
	return m.exactTotal(seen, d.ClockMS, exactly)
}

// exactTotal adds up what checked observations are worth, each passed through
// round, never below 0. clock stands in for aspects that read it.
func (m Module) exactTotal(seen map[AspectID]Observation, clock *int64, round func(Ratio) Ratio) Ratio {
	var sum Ratio
	for _, last := range []bool{false, true} { // a time table with a base is last
		before := sum
		for _, a := range m.Aspects() {
			o := seen[a.ID]
			if o.Blank() && a.byClock() {
				o = Observation{TimeMS: clock}
			}
			if a.withQuality() != last || o.Blank() {
				continue
			}
			mark, _ := exactMark(a, o)
			if last {
				mark = a.scale(mark, m.earned(a, before))
			}
			sum = sum.Add(round(mark))
		}
	}
	return greatest(Ratio{}, sum)
}

func exactly(m Ratio) Ratio { return m }

// OwnTotal returns what one judge's entries alone are worth, as the tablet
// shows it: every aspect rounded to hundredths, the sum never below 0. clock is
// the station's clock in milliseconds, null while it runs. Blank entries add
// nothing. The error is ErrEntry.
func OwnTotal(m Module, entries []AspectEntry, clock *int64) (Marks, error) {
	if err := CheckEntries(m, entries); err != nil {
		return 0, err
	}
	seen := make(map[AspectID]Observation, len(entries))
	for _, e := range entries {
		seen[e.Aspect] = e.Observation
	}
	shown := func(mark Ratio) Ratio { return NewRatio(mark.Round(1), 1) }
	return m.exactTotal(seen, clock, shown).Round(1), nil
}
