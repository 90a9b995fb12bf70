package scoring

import (
	"fmt"
	"slices"
)

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
	ReasonSpread     Reason = "spread"      // the levels are further apart than SpreadMax
	ReasonUnequal    Reason = "unequal"     // MethodEqual and the observations differ
	ReasonNoMajority Reason = "no_majority" // MethodMajority and too few observed the same
	ReasonGap        Reason = "gap"         // the marks are further apart than their band allows
	ReasonTotalGap   Reason = "total_gap"   // the judges' totals of the module are TotalGap.Limit or more apart
	ReasonChief      Reason = "chief"       // MethodChief and the chief judge has not decided
	ReasonTooFew     Reason = "too_few"     // no more marks will come and there are fewer than MinJudges
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
	Need   int    `json:"need"` // judges of the panel; 2 for double entry, 1 for the station's clock
	Reason Reason `json:"reason,omitempty"`
	// Spread and SpreadMax are levels, set with ReasonSpread.
	Spread    int `json:"spread,omitempty"`
	SpreadMax int `json:"spread_max,omitempty"`
	// Gap and GapMax are hundredths, set with ReasonGap.
	Gap    Marks `json:"gap,omitempty"`
	GapMax Marks `json:"gap_max,omitempty"`
	// Override is the chief judge's decision that Marks follow from; null =
	// the panel's marks.
	Override *Override `json:"override,omitempty"`
}

// ConferenceView is all that a judge learns of a conference: that one is
// needed and why. It has no marks and no names, so nobody is pointed at.
type ConferenceView struct {
	Aspect    AspectID `json:"aspect"` // empty for the whole module (total_gap)
	Reason    Reason   `json:"reason"`
	Spread    int      `json:"spread"`     // levels; 0 unless the reason is spread
	SpreadMax int      `json:"spread_max"` // levels
}

// ModuleOutcome is what a panel's sheets for one module have become.
type ModuleOutcome struct {
	Module ModuleID `json:"module"`
	State  Agreed   `json:"state"` // conference if any aspect is in conference or Blocked, agreed if all are agreed
	// Marks is the module's amount, never below zero. While the panel has not
	// agreed it is blank, or provisional where the rules allow: what the
	// undisputed marks at hand give.
	Marks       Value     `json:"marks"`
	Provisional bool      `json:"provisional"` // Marks may still change
	Have        int       `json:"have"`        // judges whose sheet is complete
	Need        int       `json:"need"`        // judges of the panel, or of all panels
	Aspects     []Outcome `json:"aspects"`     // in sheet order
	// Flag is total_gap when the judges' totals are too far apart, Gap how far
	// in hundredths. Blocked says that the module has no amount for that alone:
	// TotalGap.Blocks, and nobody has accepted the gap.
	Flag    Reason `json:"flag,omitempty"`
	Gap     Marks  `json:"gap,omitempty"`
	Blocked bool   `json:"blocked,omitempty"`
}

// Conferences returns what judges see of the module's open conferences.
func (o ModuleOutcome) Conferences() []ConferenceView {
	out := []ConferenceView{}
	for _, a := range o.Aspects {
		if a.State == Conference {
			out = append(out, ConferenceView{a.Aspect, a.Reason, a.Spread, a.SpreadMax})
		}
	}
	if o.Blocked {
		out = append(out, ConferenceView{Reason: o.Flag})
	}
	return out
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

// check looks at the panel itself and at the judges that marked for it.
func (panel Panel) check(rule PanelRule, marked []JudgeID) error {
	var p problems
	p.under("panel", panel.problems(rule))
	return append(p, checkMarked(panel.Judges, marked)...).err(ErrPanel)
}

func (panel Panel) problems(rule PanelRule) (p problems) {
	if len(panel.Judges) != rule.Size {
		p.add("judges", "wrong_count", "the rules want %d judges, the panel has %d", rule.Size, len(panel.Judges))
	}
	appointed := make(map[JudgeID]bool)
	for i, j := range panel.Judges {
		if appointed[j] {
			p.add(fmt.Sprintf("judges[%d]", i), "duplicate", "judge %s is there twice", j)
		}
		appointed[j] = true
	}
	return p
}

// checkMarked asks that everyone who marked is appointed, and marked once.
func checkMarked(appointed, marked []JudgeID) (p problems) {
	seen := make(map[JudgeID]bool)
	for i, j := range marked {
		path := fmt.Sprintf("marks[%d].judge", i)
		if !slices.Contains(appointed, j) {
			p.add(path, "not_on_panel", "judge %s is not on this panel", j)
		}
		if seen[j] {
			p.add(path, "duplicate", "judge %s has marked twice", j)
		}
		seen[j] = true
	}
	return p
}
