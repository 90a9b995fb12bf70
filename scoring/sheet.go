package scoring

import (
	"fmt"
	"slices"
)

// JudgeID names a judge within a contest.
type JudgeID string

// Observation is what one judge saw of one aspect. Exactly the field of the
// aspect's kind is set; with no field set it is blank: not yet marked. Blank
// differs from zero: no errors is Errors 0, nothing to deduct is an empty,
// non-null Deductions.
type Observation struct {
	Met        *bool               `json:"met,omitempty"`       // measurement_binary
	Step       *StepID             `json:"step,omitempty"`      // measurement_stepped
	Measured   *int64              `json:"measured,omitempty"`  // measurement_tolerance, with its Decimals
	Errors     *int                `json:"errors,omitempty"`    // linear_deduction
	Points     *Marks              `json:"points,omitempty"`    // points, hundredths
	Level      *int                `json:"level,omitempty"`     // judgement, 0 to 3
	Deductions map[DeductionID]int `json:"deductions,omitzero"` // deduction_pot and penalty: how often each was taken
	Hits       *Hits               `json:"hits,omitempty"`      // hit_list
	TimeMS     *int64              `json:"time_ms,omitempty"`   // time_table, milliseconds
}

// AspectEntry is one judge's entry for one aspect of a sheet.
type AspectEntry struct {
	Aspect AspectID `json:"aspect"`
	Observation
}

// Sheet is one judge's entries for one competitor and module, aspects in any
// order.
type Sheet struct {
	Judge   JudgeID       `json:"judge"`
	Entries []AspectEntry `json:"entries"`
}

// set lists the fields that are set, by JSON name.
func (o Observation) set() []string {
	var names []string
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"met", o.Met != nil}, {"step", o.Step != nil}, {"measured", o.Measured != nil},
		{"errors", o.Errors != nil}, {"points", o.Points != nil}, {"level", o.Level != nil},
		{"deductions", o.Deductions != nil}, {"hits", o.Hits != nil}, {"time_ms", o.TimeMS != nil},
	} {
		if f.set {
			names = append(names, f.name)
		}
	}
	return names
}

// Blank reports whether nothing has been entered.
func (o Observation) Blank() bool {
	return o.Met == nil && o.Step == nil && o.Measured == nil && o.Errors == nil && o.Points == nil &&
		o.Level == nil && o.Deductions == nil && o.Hits == nil && o.TimeMS == nil
}

// MarkEntry returns what one judge's observation of a is worth, rounded to
// hundredths for display (a judgement level may be worth a fraction; Agree
// works on the exact amount). A blank observation is worth a blank Value; a
// penalty is worth its amount below zero. An observation that does not fit
// the aspect is refused with ErrEntry; field paths are those of Observation.
func MarkEntry(a Aspect, o Observation) (Value, error) {
	if o.Blank() {
		return None(), nil
	}
	exact, p := exactMark(a, o)
	if err := p.err(ErrEntry); err != nil {
		return None(), err
	}
	return Of(exact.Round(1)), nil
}

// CheckEntries checks entries as they come in, on the way to a whole sheet:
// every aspect is known and there once, every observation fits. Blank entries
// pass. The error is ErrEntry with paths like "entries[3].level".
func CheckEntries(m Module, entries []AspectEntry) error {
	p, _ := checkEntries(m, entries)
	return p.err(ErrEntry)
}

// CheckSheet checks a sheet that is handed in: CheckEntries, and no aspect of
// the module is missing or blank, except those that the station's clock
// decides. Where the rules have double entry, CheckHandIn asks for less.
func CheckSheet(m Module, s Sheet) error {
	return checkHandIn(m, s, func(a Aspect) bool { return !a.byClock() })
}

// CheckHandIn is CheckSheet under the rules r: an aspect with double entry may
// be blank. A judge whose panel marks only some sub-criteria hands in for
// m.Only of these.
func CheckHandIn(m Module, r Rules, s Sheet) error {
	return checkHandIn(m, s, r.wants)
}

func checkHandIn(m Module, s Sheet, wants func(Aspect) bool) error {
	p, filled := checkEntries(m, s.Entries)
	for _, a := range m.Aspects() {
		if !filled[a.ID] && wants(a) {
			p.add("entries", "aspect_missing", "aspect %s is not marked", a.ID)
		}
	}
	return p.err(ErrEntry)
}

// checkEntries returns what is wrong and which aspects have an observation.
func checkEntries(m Module, entries []AspectEntry) (p problems, filled map[AspectID]bool) {
	filled = make(map[AspectID]bool, len(entries))
	seen := make(map[AspectID]bool, len(entries))
	byID := m.byID()
	for i, e := range entries {
		path := func() string { return fmt.Sprintf("entries[%d]", i) }
		a := byID[e.Aspect]
		if a == nil {
			p.add(path()+".aspect", "unknown", "aspect %s is not in module %s", e.Aspect, m.ID)
			continue
		}
		if seen[e.Aspect] {
			p.add(path()+".aspect", "duplicate", "aspect %s is there twice", e.Aspect)
			continue
		}
		seen[e.Aspect] = true
		if e.Blank() {
			continue
		}
		filled[e.Aspect] = true
		if a.byClock() {
			p.add(path(), "not_allowed", "aspect %s is read from the station's clock", e.Aspect)
			continue
		}
		if _, inner := exactMark(*a, e.Observation); len(inner) > 0 {
			p.under(path(), inner)
		}
	}
	return p, filled
}

// byID returns the module's aspects, which are not to be changed.
func (m Module) byID() map[AspectID]*Aspect {
	out := make(map[AspectID]*Aspect)
	for _, sc := range m.SubCriteria {
		for i := range sc.Aspects {
			out[sc.Aspects[i].ID] = &sc.Aspects[i]
		}
	}
	return out
}

// observed names the Observation field of each kind.
func (k Kind) observed() string {
	switch k {
	case KindBinary:
		return "met"
	case KindStepped:
		return "step"
	case KindTolerance:
		return "measured"
	case KindLinear:
		return "errors"
	case KindPoints:
		return "points"
	case KindJudgement:
		return "level"
	case KindPot, KindPenalty:
		return "deductions"
	case KindHitList:
		return "hits"
	case KindTimeTable:
		return "time_ms"
	}
	return ""
}

// fits reports whether the kind's field is set and no other.
func (k Kind) fits(o Observation) bool {
	var there bool
	switch k {
	case KindBinary:
		there, o.Met = o.Met != nil, nil
	case KindStepped:
		there, o.Step = o.Step != nil, nil
	case KindTolerance:
		there, o.Measured = o.Measured != nil, nil
	case KindLinear:
		there, o.Errors = o.Errors != nil, nil
	case KindPoints:
		there, o.Points = o.Points != nil, nil
	case KindJudgement:
		there, o.Level = o.Level != nil, nil
	case KindPot, KindPenalty:
		there, o.Deductions = o.Deductions != nil, nil
	case KindHitList:
		there, o.Hits = o.Hits != nil, nil
	case KindTimeTable:
		there, o.TimeMS = o.TimeMS != nil, nil
	}
	return there && o.Blank()
}

// exactMark values an observation that is not blank, for an aspect of a valid
// scheme.
func exactMark(a Aspect, o Observation) (mark Ratio, p problems) {
	if !a.Kind.fits(o) {
		p.add("", "wrong_field", "kind %s takes %s and nothing else, not %q", a.Kind, a.Kind.observed(), o.set())
		return Ratio{}, p
	}
	switch a.Kind {
	case KindBinary:
		return a.allIf(*o.Met), nil
	case KindTolerance:
		return a.allIf(a.Tolerance.holds(*o.Measured)), a.checkMeasured(*o.Measured)
	case KindStepped:
		return a.step(*o.Step)
	case KindLinear:
		return a.linear(*o.Errors)
	case KindPoints:
		return a.points(*o.Points)
	case KindJudgement:
		return a.judgement(*o.Level)
	case KindPot, KindPenalty:
		return a.deducted(o.Deductions)
	case KindHitList:
		return a.hits(*o.Hits)
	case KindTimeTable:
		return a.timed(*o.TimeMS)
	}
	return Ratio{}, p // not reached: an unknown kind takes no field
}

func (a Aspect) allIf(earned bool) Ratio {
	if earned {
		return NewRatio(a.Max, 1)
	}
	return Ratio{}
}

// holds reports whether a measured value lies within the tolerance.
func (t Tolerance) holds(v int64) bool {
	return (t.Minus == nil || v >= t.Nominal-*t.Minus) && (t.Plus == nil || v <= t.Nominal+*t.Plus)
}

func (a Aspect) checkMeasured(v int64) (p problems) {
	if v < -measureLimit || v > measureLimit {
		p.add("measured", "out_of_range", "aspect %s: the measured value is too large", a.ID)
	}
	return p
}

func (a Aspect) step(id StepID) (mark Ratio, p problems) {
	i := slices.IndexFunc(a.Steps, func(s Step) bool { return s.ID == id })
	if i < 0 {
		p.add("step", "unknown", "aspect %s has no step %q", a.ID, id)
		return mark, p
	}
	return NewRatio(a.Steps[i].Marks, 1), nil
}

func (a Aspect) linear(errors int) (mark Ratio, p problems) {
	if errors < 0 || errors > countLimit {
		p.add("errors", "out_of_range", "aspect %s: %d is not a number of errors", a.ID, errors)
		return mark, p
	}
	return NewRatio(max(0, a.Max-Marks(errors)*a.Linear.PerError), 1), nil
}

func (a Aspect) points(m Marks) (mark Ratio, p problems) {
	switch {
	case m < 0:
		p.add("points", "below_zero", "aspect %s: marks cannot be below zero", a.ID)
	case m > a.Max:
		p.add("points", "above_max", "aspect %s: %v is above the maximum %v", a.ID, m, a.Max)
	case m%a.Points.Step != 0:
		p.add("points", "off_step", "aspect %s: %v is no multiple of %v", a.ID, m, a.Points.Step)
	}
	return NewRatio(m, 1), p
}

func (a Aspect) judgement(level int) (mark Ratio, p problems) {
	if level < 0 || level > levelTop {
		p.add("level", "out_of_range", "aspect %s: level %d is not 0 to %d", a.ID, level, levelTop)
		return mark, p
	}
	return NewRatio(a.Max, levelTop).Mul(int64(level), 1), nil
}

// deducted values a pot (Max less what is taken, never below 0) or a penalty
// (what is taken, below zero; the module has the floor).
func (a Aspect) deducted(counts map[DeductionID]int) (mark Ratio, p problems) {
	known := make(map[DeductionID]bool, len(a.Deductions))
	var taken Marks
	for _, d := range a.Deductions {
		known[d.ID] = true
		n := counts[d.ID]
		if n < 0 || n > countLimit || d.MaxCount > 0 && n > d.MaxCount {
			p.add("deductions."+string(d.ID), "out_of_range", "aspect %s: %s cannot be taken %d times", a.ID, d.ID, n)
			continue
		}
		taken += Marks(n) * d.Marks
	}
	for id := range counts {
		if !known[id] {
			p.add("deductions."+string(id), "unknown", "aspect %s has no deduction %q", a.ID, id)
		}
	}
	slices.SortFunc(p, byPath)
	if a.Kind == KindPenalty {
		return NewRatio(-taken, 1), p
	}
	return NewRatio(max(0, a.Max-taken), 1), p
}
