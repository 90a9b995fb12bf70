package scoring

import "fmt"

// Panel is the judges appointed to mark one module of one competitor.
type Panel struct {
	Judges []JudgeID `json:"judges"` // as many as Rules.Panel.Size, in any order
	// Closed says that no more sheets will come (a judge fell ill); the marks
	// at hand count if there are at least Rules.Panel.MinJudges of them.
	Closed bool `json:"closed"`
}

// JudgeMark is one judge's observation of one aspect.
type JudgeMark struct {
	Judge JudgeID `json:"judge"`
	Observation
}

// Agreed says how far a panel has come with an aspect or a module.
type Agreed string

// The states of a panel's work.
const (
	Waiting    Agreed = "waiting"    // marks are missing
	Conference Agreed = "conference" // all marks are there and too far apart: the judges must talk (合议)
	Settled    Agreed = "agreed"     // the marks stand
)

// Reason says why a panel has not agreed.
type Reason string

// The reasons for a conference or for endless waiting.
const (
	ReasonSpread  Reason = "spread"  // the levels are further apart than SpreadMax
	ReasonUnequal Reason = "unequal" // MethodEqual and the observations differ
	ReasonTooFew  Reason = "too_few" // the panel was closed with fewer than MinJudges marks
)

// Outcome is what a panel's marks for one aspect have become. It names no
// judge, but its amounts are for those who may see the panel's result.
type Outcome struct {
	Aspect AspectID `json:"aspect"`
	State  Agreed   `json:"state"`
	// Marks is the agreed amount, or what the marks at hand would give while
	// waiting; blank when there are none, and in conference. It is rounded by
	// Rules.Rounding; with RoundModule that is for display, and the module is
	// summed from the exact amounts.
	Marks  Value  `json:"marks"`
	Have   int    `json:"have"` // marks at hand
	Need   int    `json:"need"` // judges of the panel
	Reason Reason `json:"reason,omitempty"`
	// Spread and SpreadMax are levels, set with ReasonSpread.
	Spread    int `json:"spread,omitempty"`
	SpreadMax int `json:"spread_max,omitempty"`
}

// ConferenceView is all that a judge learns of a conference: that one is
// needed and why. It has no marks and no names, so nobody is pointed at.
type ConferenceView struct {
	Aspect    AspectID `json:"aspect"`
	Reason    Reason   `json:"reason"`
	Spread    int      `json:"spread"`     // levels; 0 unless the reason is spread
	SpreadMax int      `json:"spread_max"` // levels
}

// ModuleOutcome is what a panel's sheets for one module have become.
type ModuleOutcome struct {
	Module ModuleID `json:"module"`
	State  Agreed   `json:"state"` // conference if any aspect is in conference, agreed if all are agreed
	// Marks is the module's amount, never below zero. While the panel has not
	// agreed it is blank, or provisional where the rules allow: what the
	// undisputed marks at hand give.
	Marks       Value     `json:"marks"`
	Provisional bool      `json:"provisional"` // Marks may still change
	Have        int       `json:"have"`        // judges whose sheet is complete
	Need        int       `json:"need"`        // judges of the panel
	Aspects     []Outcome `json:"aspects"`     // in sheet order
}

// Conferences returns what judges see of the module's open conferences.
func (o ModuleOutcome) Conferences() []ConferenceView {
	out := []ConferenceView{}
	for _, a := range o.Aspects {
		if a.State == Conference {
			out = append(out, ConferenceView{a.Aspect, a.Reason, a.Spread, a.SpreadMax})
		}
	}
	return out
}

// JudgeModule folds the judges' sheets for one competitor into the module's
// outcome. Judges without a sheet are waited for. Errors as for Agree, and
// ErrEntry for a sheet that does not fit the module (CheckEntries).
func JudgeModule(m Module, r Rules, panel Panel, sheets []Sheet) (ModuleOutcome, error) {
	judges := make([]JudgeID, len(sheets))
	have := 0
	for i, s := range sheets {
		judges[i] = s.Judge
		p, filled := checkEntries(m, s.Entries)
		if err := p.err(ErrEntry); err != nil {
			return ModuleOutcome{}, fmt.Errorf("sheet of judge %s: %w", s.Judge, err)
		}
		if len(filled) == len(m.Aspects()) {
			have++
		}
	}
	if err := panel.check(r.Panel, judges); err != nil {
		return ModuleOutcome{}, err
	}
	out := ModuleOutcome{
		Module: m.ID, State: Settled, Marks: None(),
		Have: have, Need: len(panel.Judges), Aspects: []Outcome{},
	}
	var sum Ratio
	for _, a := range m.Aspects() {
		o, exact, err := agree(a, r, panel, marksFor(a.ID, sheets))
		if err != nil {
			return ModuleOutcome{}, err
		}
		out.Aspects = append(out.Aspects, o)
		out.State = worse(out.State, o.State)
		if o.Marks.State == HasValue {
			out.Marks = Of(0) // there is something to show; the amount follows
		}
		sum = sum.Add(exact)
	}
	out.settle(r, sum)
	return out, nil
}

// settle sets the amount from the exact sum, or hides it while the rules do.
func (o *ModuleOutcome) settle(r Rules, sum Ratio) {
	o.Provisional = o.State != Settled
	if o.Provisional && r.ProvisionalMarks != ProvisionalEach {
		o.Marks = None()
	}
	if o.Marks.State == HasValue {
		// Penalties may outweigh everything: a module never falls below zero.
		o.Marks = Of(max(0, sum.Round(r.Rounding.Step)))
	}
}

// worse returns the state of a whole that has parts in states a and b.
func worse(a, b Agreed) Agreed {
	for _, s := range []Agreed{Conference, Waiting} {
		if a == s || b == s {
			return s
		}
	}
	return Settled
}

func marksFor(id AspectID, sheets []Sheet) []JudgeMark {
	var out []JudgeMark
	for _, s := range sheets {
		for _, e := range s.Entries {
			if e.Aspect == id {
				out = append(out, JudgeMark{Judge: s.Judge, Observation: e.Observation})
			}
		}
	}
	return out
}

// check looks at the panel itself and at the judges that marked for it.
func (panel Panel) check(rule PanelRule, marked []JudgeID) error {
	var p problems
	if len(panel.Judges) != rule.Size {
		p.add("panel.judges", "wrong_count", "the rules want %d judges, the panel has %d", rule.Size, len(panel.Judges))
	}
	appointed := make(map[JudgeID]bool)
	for i, j := range panel.Judges {
		if appointed[j] {
			p.add(fmt.Sprintf("panel.judges[%d]", i), "duplicate", "judge %s is there twice", j)
		}
		appointed[j] = true
	}
	seen := make(map[JudgeID]bool)
	for i, j := range marked {
		path := fmt.Sprintf("marks[%d].judge", i)
		if !appointed[j] {
			p.add(path, "not_on_panel", "judge %s is not on this panel", j)
		}
		if seen[j] {
			p.add(path, "duplicate", "judge %s has marked twice", j)
		}
		seen[j] = true
	}
	return p.err(ErrPanel)
}
