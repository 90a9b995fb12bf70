package scoring

import (
	"fmt"
	"slices"
)

// docket is a call with what is looked up often.
type docket struct {
	Call
	module   Module
	rules    Rules
	aspects  []*Aspect                // in sheet order; shared with the scheme, never changed
	panels   []Panel                  // who marks each of aspects
	marks    map[AspectID][]JudgeMark // in the order of the sheets
	complete map[JudgeID]bool         // judges who have marked everything that is theirs
	judges   []JudgeID                // of all panels that have something to mark, each once
}

func docketOf(m Module, r Rules, c Call) docket {
	d := docket{Call: c, module: m, rules: r, marks: make(map[AspectID][]JudgeMark), complete: make(map[JudgeID]bool)}
	for i := range m.SubCriteria {
		sc := &m.SubCriteria[i]
		panel := c.panelOf(sc.ID)
		for _, j := range panel.Judges {
			if !slices.Contains(d.judges, j) {
				d.judges = append(d.judges, j)
			}
		}
		for k := range sc.Aspects {
			d.aspects, d.panels = append(d.aspects, &sc.Aspects[k]), append(d.panels, panel)
		}
	}
	for _, s := range c.Sheets {
		filled := make(map[AspectID]bool, len(s.Entries))
		for _, e := range s.Entries {
			if !e.Blank() {
				filled[e.Aspect] = true
				d.marks[e.Aspect] = append(d.marks[e.Aspect], JudgeMark{Judge: s.Judge, Observation: e.Observation})
			}
		}
		d.complete[s.Judge] = d.fills(s.Judge, filled)
	}
	return d
}

// panelOf returns who marks a sub-criterion.
func (c Call) panelOf(sc SubCriterionID) Panel {
	if p, ok := c.SubPanels[sc]; ok {
		return p
	}
	return c.Panel
}

// fills reports whether what is filled in is everything that j must mark.
func (d docket) fills(j JudgeID, filled map[AspectID]bool) bool {
	for i, a := range d.aspects {
		if !filled[a.ID] && d.rules.wants(*a) && slices.Contains(d.panels[i].Judges, j) {
			return false
		}
	}
	return true
}

// wants reports whether every judge of the panel must mark the aspect.
func (r Rules) wants(a Aspect) bool {
	return !a.byClock() && r.policy(a).Method != MethodDouble
}

// progress counts the judges whose sheet is complete, and all of them.
func (d docket) progress() (have, need int) {
	for _, j := range d.judges {
		if d.complete[j] {
			have++
		}
	}
	return have, len(d.judges)
}

// hearing puts one aspect before its panel; earned is the share of the
// module's other marks.
func (d docket) hearing(i int, earned Ratio) hearing {
	h := hearing{aspect: *d.aspects[i], rules: d.rules, panel: d.panels[i], clock: d.ClockMS, earned: earned, allIn: true}
	for _, j := range h.panel.Judges {
		h.allIn = h.allIn && d.complete[j]
	}
	h.override = d.overrideOf(h.aspect.ID)
	return h
}

func (c Call) overrideOf(a AspectID) *Override {
	for i := range c.Overrides {
		if c.Overrides[i].Aspect == a {
			return &c.Overrides[i]
		}
	}
	return nil
}

// check looks at the panels, the sheets and the chief's decisions.
func (d docket) check() error {
	marked := make([]JudgeID, len(d.Sheets))
	for i, s := range d.Sheets {
		marked[i] = s.Judge
		if err := CheckEntries(d.module, s.Entries); err != nil {
			return fmt.Errorf("sheet of judge %s: %w", s.Judge, err)
		}
	}
	p := d.checkPanels()
	p = append(p, checkMarked(d.judges, marked)...)
	for i, a := range d.aspects {
		for _, m := range d.marks[a.ID] {
			if slices.Contains(d.judges, m.Judge) && !slices.Contains(d.panels[i].Judges, m.Judge) {
				p.add("sheets", "not_on_panel", "aspect %s is not for judge %s", a.ID, m.Judge)
			}
		}
	}
	if err := p.err(ErrPanel); err != nil {
		return err
	}
	return d.checkDecisions()
}

func (d docket) checkPanels() (p problems) {
	used := false
	for _, sc := range d.module.SubCriteria {
		_, own := d.SubPanels[sc.ID]
		used = used || !own
	}
	if used {
		p.under("panel", d.Panel.problems(d.rules.Panel))
	}
	for id, sub := range d.SubPanels {
		if !slices.ContainsFunc(d.module.SubCriteria, func(sc SubCriterion) bool { return sc.ID == id }) {
			p.add("sub_panels."+string(id), "unknown", "sub-criterion %s is not in module %s", id, d.module.ID)
		}
		p.under("sub_panels."+string(id), sub.problems(d.rules.Panel))
	}
	slices.SortStableFunc(p, byPath)
	return p
}

func (d docket) checkDecisions() error {
	var p problems
	seen := make(map[AspectID]bool)
	for i, o := range d.Overrides {
		path := fmt.Sprintf("overrides[%d]", i)
		a, ok := d.module.Aspect(o.Aspect)
		if !ok {
			p.add(path+".aspect", "unknown", "aspect %s is not in module %s", o.Aspect, d.module.ID)
			continue
		}
		if seen[o.Aspect] {
			p.add(path+".aspect", "duplicate", "aspect %s has been decided twice", o.Aspect)
		}
		seen[o.Aspect] = true
		if policy := d.rules.policy(a); policy.Method != MethodChief && !policy.ChiefDecides && !o.Corrected {
			p.add(path+".aspect", "not_allowed", "the rules do not let the chief judge decide aspect %s", o.Aspect)
		}
		if o.Why == "" {
			p.add(path+".why", "missing", "a decision of the chief judge needs a reason")
		}
		if o.Blank() {
			p.add(path, "missing", "aspect %s: the decision says nothing", o.Aspect)
			continue
		}
		_, inner := exactMark(a, o.Observation)
		p.under(path, inner)
	}
	if d.GapAccepted != nil && d.GapAccepted.Why == "" {
		p.add("gap_accepted.why", "missing", "a decision of the chief judge needs a reason")
	}
	return p.err(ErrOverride)
}
