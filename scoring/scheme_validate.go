package scoring

import "fmt"

// Technical bounds that keep every intermediate amount inside 64 bits. They
// are far above any sheet in use and are not rules.
const (
	countLimit    = 1_000_000
	measureLimit  = 1_000_000_000_000_000
	decimalsLimit = 6
)

// Valid reports whether k is one of Kinds.
func (k Kind) Valid() bool {
	for _, v := range Kinds() {
		if k == v {
			return true
		}
	}
	return false
}

// Validate reports everything that makes the scheme unusable: sums that do
// not agree with their maxima, missing descriptors, steps above the maximum,
// duplicate ids, parameters that belong to another kind. The error is
// ErrScheme with one field for each place.
func (s Scheme) Validate() error {
	var p problems
	if s.ID == "" {
		p.add("id", "missing", "the scheme needs an id")
	}
	if s.Version < 1 {
		p.add("version", "out_of_range", "versions count from 1")
	}
	p.under("name", s.Name.check())
	if len(s.Modules) == 0 {
		p.add("modules", "missing", "the scheme needs at least one module")
	}
	seen := make(seenIDs)
	for i, m := range s.Modules {
		path := fmt.Sprintf("modules[%d]", i)
		seen.check(&p, path, "module", string(m.ID))
		p.under(path, m.check(seen))
	}
	p = append(p, checkZeroRules(s.Zeroing, seen)...)
	p = append(p, s.checkViolations(seen)...)
	p = append(p, s.checkSections()...)
	return p.err(ErrScheme)
}

// seenIDs finds identifiers that are missing or used twice in one space.
type seenIDs map[string]bool

func (s seenIDs) check(p *problems, path, space, id string) {
	if id == "" {
		p.add(path+".id", "missing", "the %s needs an id", space)
		return
	}
	if s[space+"/"+id] {
		p.add(path+".id", "duplicate", "%s %s is there twice", space, id)
	}
	s[space+"/"+id] = true
}

// check asks for the Chinese text, which every screen falls back to.
func (t Text) check() (p problems) {
	if t.ZH == "" {
		p.add("zh", "missing", "a Chinese text is needed")
	}
	return p
}

func (m Module) check(seen seenIDs) (p problems) {
	p.under("name", m.Name.check())
	p.amount("max", m.Max, 1)
	p = append(p, checkZeroRules(m.Zeroing, seen)...)
	if m.TimeLimitMS < 0 || m.TimeLimitMS > timeLimit {
		p.add("time_limit_ms", "out_of_range", "a time limit is 0 (none) to %d ms", timeLimit)
	}
	m.SeenAs.check(&p)
	switch m.Source {
	case SourceImported:
		if len(m.SubCriteria) > 0 {
			p.add("sub_criteria", "not_allowed", "an imported module has no sub-criteria")
		}
		if m.SeenAs != "" {
			p.add("seen_as", "not_allowed", "nobody looks at an imported module")
		}
		return p
	case SourcePanel:
	default:
		p.add("source", "unknown", "source %q is not one of panel, imported", m.Source)
		return p
	}
	if len(m.SubCriteria) == 0 {
		p.add("sub_criteria", "missing", "a module marked by a panel needs sub-criteria")
		return p
	}
	var sum Marks
	for i, sc := range m.SubCriteria {
		path := fmt.Sprintf("sub_criteria[%d]", i)
		seen.check(&p, path, "sub-criterion", string(sc.ID))
		p.under(path, sc.check(seen))
		sum += sc.Max
	}
	if sum != m.Max {
		p.add("max", "sum_differs", "module %s states %v, its sub-criteria add up to %v", m.ID, figure{"states", m.Max}, figure{"sum", sum})
	}
	return append(p, m.checkQuality()...)
}

// check refuses a layer that is neither empty nor known.
func (as SeenAs) check(p *problems) {
	if as != "" {
		oneOf(p, "seen_as", as, SeenAtStation, SeenAsWork)
	}
}

func (sc SubCriterion) check(seen seenIDs) (p problems) {
	p.under("name", sc.Name.check())
	p.amount("max", sc.Max, 0) // 0 for a group of penalties
	sc.SeenAs.check(&p)
	if sc.Day < 0 || sc.Day > countLimit {
		p.add("day", "out_of_range", "days count from 1; 0 is not stated")
	}
	if len(sc.Aspects) == 0 {
		p.add("aspects", "missing", "a sub-criterion needs aspects")
		return p
	}
	var sum Marks
	for i, a := range sc.Aspects {
		path := fmt.Sprintf("aspects[%d]", i)
		seen.check(&p, path, "aspect", string(a.ID))
		p.under(path, a.check())
		sum += a.Max
	}
	if sum != sc.Max {
		p.add("max", "sum_differs", "sub-criterion %s states %v, its aspects add up to %v", sc.ID, figure{"states", sc.Max}, figure{"sum", sum})
	}
	return p
}

func (a Aspect) check() (p problems) {
	p.under("name", a.Name.check())
	if !a.Kind.Valid() {
		p.add("kind", "unknown", "kind %q is not known", a.Kind)
		return p
	}
	if a.Kind == KindPenalty {
		if a.Max != 0 {
			p.add("max", "out_of_range", "a penalty earns nothing, its max is 0")
		}
	} else {
		p.amount("max", a.Max, 1)
	}
	if a.Agreement != nil {
		p.under("agreement", a.Agreement.check(a.Kind))
	}
	for _, param := range a.parameters() {
		if param.set && !param.wanted {
			p.add(param.name, "not_allowed", "%s does not belong to kind %s", param.name, a.Kind)
		}
		if !param.set && param.wanted {
			p.add(param.name, "missing", "kind %s needs %s", a.Kind, param.name)
		}
		if param.set && param.wanted && param.check != nil {
			p = append(p, param.check()...)
		}
	}
	return p
}

// parameter is one kind-specific field of an aspect.
type parameter struct {
	name        string
	set, wanted bool
	check       func() problems
}

func (a Aspect) parameters() []parameter {
	pot := a.Kind == KindPot || a.Kind == KindPenalty
	return []parameter{
		{"steps", len(a.Steps) > 0, a.Kind == KindStepped, a.checkSteps},
		{"tolerance", a.Tolerance != nil, a.Kind == KindTolerance, a.checkTolerance},
		{"linear", a.Linear != nil, a.Kind == KindLinear, a.checkLinear},
		{"points", a.Points != nil, a.Kind == KindPoints, a.checkPoints},
		{"descriptors", len(a.Descriptors) > 0, a.Kind == KindJudgement, a.checkDescriptors},
		{"deductions", len(a.Deductions) > 0, pot, a.checkDeductions},
		{"hit_list", a.HitList != nil, a.Kind == KindHitList, a.checkHitList},
		{"time_table", a.TimeTable != nil, a.Kind == KindTimeTable, a.checkTimeTable},
	}
}

func (a Aspect) checkSteps() (p problems) {
	if len(a.Steps) < 2 {
		p.add("steps", "too_few", "a stepped measurement needs at least two steps")
	}
	seen := make(seenIDs)
	var top Marks
	for i, s := range a.Steps {
		path := fmt.Sprintf("steps[%d]", i)
		seen.check(&p, path, "step", string(s.ID))
		p.under(path+".label", s.Label.check())
		if s.Marks < 0 || s.Marks > a.Max {
			p.outside(path+".marks", s.Marks, 0, a.Max)
		}
		top = max(top, s.Marks)
	}
	if top < a.Max {
		p.add("steps", "max_unreachable", "the best step is worth %v, the aspect states %v", figure{"best", top}, figure{"states", a.Max})
	}
	return p
}

func (a Aspect) checkTolerance() (p problems) {
	t := a.Tolerance
	if t.Decimals < 0 || t.Decimals > decimalsLimit {
		p.add("tolerance.decimals", "out_of_range", "decimals must be 0 to %d", decimalsLimit)
	}
	if t.Nominal < -measureLimit || t.Nominal > measureLimit {
		p.add("tolerance.nominal", "out_of_range", "the nominal value is too large")
	}
	if t.Minus == nil && t.Plus == nil {
		p.add("tolerance", "missing", "a tolerance needs a limit on at least one side")
	}
	if t.Minus != nil && (*t.Minus < 0 || *t.Minus > measureLimit) {
		p.add("tolerance.minus", "out_of_range", "minus is a distance, 0 or more")
	}
	if t.Plus != nil && (*t.Plus < 0 || *t.Plus > measureLimit) {
		p.add("tolerance.plus", "out_of_range", "plus is a distance, 0 or more")
	}
	return p
}

func (a Aspect) checkLinear() (p problems) {
	p.amount("linear.per_error", a.Linear.PerError, 1)
	return p
}

func (a Aspect) checkPoints() (p problems) {
	p.amount("points.step", a.Points.Step, 1)
	if a.Points.Step > 0 && a.Max%a.Points.Step != 0 {
		p.add("points.step", "max_unreachable", "%v is no multiple of the step %v", a.Max, a.Points.Step)
	}
	return p
}

func (a Aspect) checkDescriptors() (p problems) {
	if len(a.Descriptors) != descriptorsLen {
		p.add("descriptors", "wrong_count", "a judgement needs %v descriptors, for the levels 0 to %d; there are %v",
			figure{"need", descriptorsLen}, levelTop, figure{"have", len(a.Descriptors)})
	}
	for i, d := range a.Descriptors {
		p.under(fmt.Sprintf("descriptors[%d]", i), d.check())
	}
	return p
}

func (a Aspect) checkDeductions() (p problems) {
	seen := make(seenIDs)
	for i, d := range a.Deductions {
		path := fmt.Sprintf("deductions[%d]", i)
		seen.check(&p, path, "deduction", string(d.ID))
		p.under(path+".label", d.Label.check())
		p.amount(path+".marks", d.Marks, 1)
		if d.MaxCount < 0 || d.MaxCount > countLimit {
			p.add(path+".max_count", "out_of_range", "max_count must be 0 (no limit) to %d", countLimit)
		}
	}
	return p
}

// amount checks least ≤ m ≤ marksLimit.
func (p *problems) amount(path string, m, least Marks) {
	if m < least || m > marksLimit {
		p.outside(path, m, least, marksLimit)
	}
}
