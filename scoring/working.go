package scoring

// Working is how one sample's total comes about, step by step, for those who
// try a scheme and its rules out.
type Working struct {
	Modules []ModuleWorking `json:"modules"` // those that a panel has marked, in the scheme's order
	// Total is after the sample's conduct: what was zeroed or deducted is in
	// its Sanctions, and what a module had before in its Earned.
	Total Total `json:"total"`
}

// ModuleWorking is the working of one module.
type ModuleWorking struct {
	Module ModuleID `json:"module"`
	Max    Marks    `json:"max"`
	State  Agreed   `json:"state"`
	Marks  Value    `json:"marks"` // before conduct
	// Totals is what each judge's sheet alone is worth, in the order of the
	// sample's sheets; Flag and Gap compare them, see ModuleOutcome.
	Totals      []Marks               `json:"totals"`
	Flag        Reason                `json:"flag,omitempty"`
	Gap         Marks                 `json:"gap,omitempty"`
	SubCriteria []SubCriterionWorking `json:"sub_criteria"`
}

// SubCriterionWorking is the working of one sub-criterion.
type SubCriterionWorking struct {
	SubCriterion SubCriterionID `json:"sub_criterion"`
	Max          Marks          `json:"max"`
	// Marks adds up what its aspects show; blank while none has an amount. It
	// may lie below 0, for penalties stop at the module.
	Marks   Value           `json:"marks"`
	Aspects []AspectWorking `json:"aspects"`
}

// AspectWorking is the working of one aspect.
type AspectWorking struct {
	Aspect AspectID `json:"aspect"`
	Kind   Kind     `json:"kind"`
	Max    Marks    `json:"max"`
	Method Method   `json:"method"` // by which the panel agrees on it
	// Judges is what each judge's entry is worth, in the order of the sample's
	// sheets: blank where there is none, or the station's clock decides.
	Judges  []Value `json:"judges"`
	Outcome Outcome `json:"outcome"`
}

// Work runs one sample with its conduct through the scheme and the rules and
// returns every step. Errors: those of SimulateWith, and ErrConduct.
func Work(s Scheme, r Rules, sample Sample, c Conduct) (Working, error) {
	if _, err := SimulateWith(s, r, []Sample{sample}); err != nil {
		return Working{}, err
	}
	out := Working{Modules: []ModuleWorking{}}
	values := make(map[ModuleID]Value, len(s.Modules))
	for id, v := range sample.Imported {
		values[id] = v
	}
	for _, m := range s.Modules {
		call, ok := sample.Calls[m.ID]
		if !ok {
			continue
		}
		w, err := r.work(m, call)
		if err != nil {
			return Working{}, err
		}
		values[m.ID] = w.Marks
		out.Modules = append(out.Modules, w)
	}
	var err error
	out.Total, err = SumWith(s, r, values, c)
	return out, err
}

func (r Rules) work(m Module, call Call) (ModuleWorking, error) {
	judged, err := Judge(m, r, call)
	if err != nil {
		return ModuleWorking{}, err
	}
	w := ModuleWorking{Module: m.ID, Max: m.Max, State: judged.State, Marks: judged.Marks, Totals: []Marks{}, Flag: judged.Flag, Gap: judged.Gap}
	seen := make([]map[AspectID]Observation, len(call.Sheets))
	for i, sheet := range call.Sheets {
		seen[i] = make(map[AspectID]Observation, len(sheet.Entries))
		for _, e := range sheet.Entries {
			seen[i][e.Aspect] = e.Observation
		}
		total, err := OwnTotal(m, sheet.Entries, call.ClockMS)
		if err != nil {
			return ModuleWorking{}, err
		}
		w.Totals = append(w.Totals, total)
	}
	n := 0
	for _, sc := range m.SubCriteria {
		part := SubCriterionWorking{SubCriterion: sc.ID, Max: sc.Max, Marks: None(), Aspects: []AspectWorking{}}
		for _, a := range sc.Aspects {
			step := AspectWorking{Aspect: a.ID, Kind: a.Kind, Max: a.Max, Method: r.policy(a).Method, Judges: []Value{}, Outcome: judged.Aspects[n]}
			n++
			for i := range call.Sheets {
				v, err := MarkEntry(a, seen[i][a.ID])
				if err != nil {
					return ModuleWorking{}, err
				}
				step.Judges = append(step.Judges, v)
			}
			if v := step.Outcome.Marks; v.State == HasValue {
				part.Marks = Of(part.Marks.Marks + v.Marks)
			}
			part.Aspects = append(part.Aspects, step)
		}
		w.SubCriteria = append(w.SubCriteria, part)
	}
	return w, nil
}
