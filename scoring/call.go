package scoring

// Call is everything that one module's outcome for one competitor follows
// from.
type Call struct {
	Panel Panel `json:"panel"`
	// SubPanels mark the sub-criteria that are not the Panel's, such as those
	// that are seen as work and not at the station.
	SubPanels map[SubCriterionID]Panel `json:"sub_panels,omitempty"`
	Sheets    []Sheet                  `json:"sheets"` // at most one of each judge, in any order
	// Overrides are the chief judge's decisions, at most one for each aspect.
	Overrides []Override `json:"overrides,omitempty"`
	// GapAccepted lets the totals stand that Rules.Panel.TotalGap flags.
	GapAccepted *Acceptance `json:"gap_accepted,omitempty"`
	// ClockMS is the time that the station's clock has measured, for time
	// tables with the source clock; null = the clock has not stopped yet.
	ClockMS *int64 `json:"clock_ms,omitempty"`
}

// Override is the chief judge's decision on one aspect: it takes the place of
// what the panel would agree on, once no further marks will come. The judges'
// entries stay on their sheets. Who decided and when is in the record that
// holds it.
type Override struct {
	Aspect AspectID `json:"aspect"`
	Observation
	Why string `json:"why"` // the reason, in the chief's words; never empty
	// Corrected says that this is a correction of a locked sheet, signed by
	// two: it may concern any aspect, whatever the rules let the chief judge
	// decide alone.
	Corrected bool `json:"corrected,omitempty"`
}

// Acceptance is the chief judge's word that a flag may stand.
type Acceptance struct {
	Why string `json:"why"` // never empty
}

// JudgeModule is Judge for a module with one panel and neither decisions of
// the chief judge nor a clock.
func JudgeModule(m Module, r Rules, panel Panel, sheets []Sheet) (ModuleOutcome, error) {
	return Judge(m, r, Call{Panel: panel, Sheets: sheets})
}

// Judge folds the judges' sheets for one competitor into the module's outcome.
// Judges without a sheet are waited for. Scheme and rules must be valid.
//
// Errors: ErrPanel for a panel of the wrong size, a judge outside the panels,
// twice, or marking what is another panel's; ErrEntry for a sheet that does not
// fit the module (CheckEntries); ErrOverride for a decision of the chief judge
// that has no reason, is there twice, does not fit its aspect, or is not the
// chief's to take.
func Judge(m Module, r Rules, c Call) (ModuleOutcome, error) {
	out, _, err := judged(m, r, c)
	return out, err
}

// judged is Judge, and returns the sum that the amount was rounded from.
func judged(m Module, r Rules, c Call) (ModuleOutcome, Ratio, error) {
	d := docketOf(m, r, c)
	if err := d.check(); err != nil {
		return ModuleOutcome{}, Ratio{}, err
	}
	out := ModuleOutcome{Module: m.ID, State: Settled, Marks: None(), Aspects: make([]Outcome, len(d.aspects))}
	out.Have, out.Need = d.progress()
	var sum Ratio
	// A time table with a base asks what the others have earned, so it is last.
	for _, last := range []bool{false, true} {
		before := sum
		for i, a := range d.aspects {
			if a.withQuality() != last {
				continue
			}
			earned := whole
			if last {
				earned = m.earned(*a, before)
			}
			o, exact, err := d.hearing(i, earned).agree(d.marks[a.ID])
			if err != nil {
				return ModuleOutcome{}, Ratio{}, err
			}
			sum = sum.Add(exact)
			out.Aspects[i] = o
		}
	}
	for _, o := range out.Aspects {
		out.State = worse(out.State, o.State)
		if o.Marks.State == HasValue {
			out.Marks = Of(0) // there is something to show; the amount follows
		}
	}
	d.flag(&out)
	out.settle(r, sum)
	return out, greatest(Ratio{}, sum), nil
}

// settle sets the amount from the exact sum, or hides it while the rules do.
func (o *ModuleOutcome) settle(r Rules, sum Ratio) {
	o.Provisional = o.State != Settled
	if o.Blocked || o.Provisional && r.ProvisionalMarks != ProvisionalEach {
		o.Marks = None()
	}
	if o.Marks.State == HasValue {
		// Penalties may outweigh everything: a module never falls below zero.
		o.Marks = Of(max(0, sum.Round(r.Rounding.Step)))
	}
}
