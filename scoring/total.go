package scoring

import (
	"fmt"
	"slices"
)

// Total is one competitor's weighted result and how it came about. It names
// the versions of the documents that it follows from.
type Total struct {
	Scheme        SchemeID `json:"scheme"`
	SchemeVersion int      `json:"scheme_version"`
	Rules         RulesID  `json:"rules"`
	RulesVersion  int      `json:"rules_version"`

	Value    Value         `json:"value"`    // of FullMarks; blank until a module has a value
	Complete bool          `json:"complete"` // no module is blank
	Parts    []PartScore   `json:"parts"`    // in the rules' order
	Modules  []ModuleScore `json:"modules"`  // in the scheme's order

	// Sanctions are the consequences of the competitor's conduct, and Earned
	// what Value would be without them (null: they change nothing). Who is
	// disqualified keeps the value but has no rank.
	Sanctions    []Applied `json:"sanctions,omitempty"`
	Earned       *Value    `json:"earned,omitempty"`
	Disqualified bool      `json:"disqualified,omitempty"`
}

// PartScore is one part's share of a total.
type PartScore struct {
	Part  PartID `json:"part"`
	Value Value  `json:"value"` // unweighted: the sum of its modules
	Max   Marks  `json:"max"`   // of the unweighted sum
	// Weighted is what the part adds to the total, rounded by TotalRounding.
	// With RoundTotal that is for display: the total is summed from the exact
	// amounts, so shown parts may differ from it by a last digit.
	Weighted Value `json:"weighted"`
	Complete bool  `json:"complete"` // no module of it is blank
}

// ModuleScore is one module's marks within a total.
type ModuleScore struct {
	Module ModuleID `json:"module"`
	Value  Value    `json:"value"`
	Max    Marks    `json:"max"`
	Earned *Value   `json:"earned,omitempty"` // before sanctions; null: they change nothing
}

// Sum adds up a competitor's modules under the weights of r; s and r must be
// valid. A module that is not in the map is blank.
//
// Of several modules together: if any has a value the sum has one, and the
// others add nothing; if all were not started, neither was the sum; else it is
// blank. Theory 100 and practical 70 with weights 3000 and 7000 make
// theory × 0.30 + practical × 1.00 of 100 full marks.
//
// The error is ErrModules: an unknown module, an unknown state, marks below
// zero or above the module's maximum.
func Sum(s Scheme, r Rules, modules map[ModuleID]Value) (Total, error) {
	if err := checkModules(s, modules); err != nil {
		return Total{}, err
	}
	t := Total{
		Scheme: s.ID, SchemeVersion: s.Version, Rules: r.ID, RulesVersion: r.Version,
		Parts: []PartScore{}, Modules: []ModuleScore{},
	}
	for _, m := range s.Modules {
		v, ok := modules[m.ID]
		if !ok {
			v = None()
		}
		t.Modules = append(t.Modules, ModuleScore{Module: m.ID, Value: v, Max: m.Max})
	}
	var exact Ratio
	all := make([]Value, 0, len(r.Parts))
	t.Complete = true
	for _, part := range r.Parts {
		score, weighted := r.partScore(s, part, modules)
		t.Parts = append(t.Parts, score)
		t.Complete = t.Complete && score.Complete
		all = append(all, score.Value)
		exact = exact.Add(weighted)
	}
	t.Value = together(all)
	if t.Value.State == HasValue {
		t.Value = Of(exact.Round(r.TotalRounding.Step))
	}
	return t, nil
}

// SumWith is Sum for a competitor with the given conduct: modules become less
// or 0 as Scheme.Sanctions says, and what they would have been without stays
// beside them. The errors are ErrModules and ErrConduct.
func SumWith(s Scheme, r Rules, modules map[ModuleID]Value, c Conduct) (Total, error) {
	earned, err := Sum(s, r, modules)
	if err != nil {
		return Total{}, err
	}
	sanctions, err := s.Sanctions(c)
	if err != nil || len(sanctions) == 0 {
		return earned, err
	}
	left := make(map[ModuleID]Value, len(modules))
	for _, m := range earned.Modules {
		left[m.Module] = punish(m.Module, m.Value, sanctions)
	}
	t, err := Sum(s, r, left)
	if err != nil {
		return Total{}, err
	}
	t.Sanctions = sanctions
	for i, m := range earned.Modules {
		t.Modules[i].Earned = unless(t.Modules[i].Value, m.Value)
	}
	t.Earned = unless(t.Value, earned.Value)
	t.Disqualified = slices.ContainsFunc(sanctions, func(a Applied) bool { return a.Kind == SanctionDisqualify })
	return t, nil
}

// unless returns before where it differs from now.
func unless(now, before Value) *Value {
	if now == before {
		return nil
	}
	return &before
}

// partScore returns the part's score and the amount to add to the total:
// rounded already if the rules round parts, else exact.
func (r Rules) partScore(s Scheme, part Part, modules map[ModuleID]Value) (PartScore, Ratio) {
	score := PartScore{Part: part.ID, Max: part.max(s), Complete: true}
	values := make([]Value, 0, len(part.Modules))
	for _, id := range part.Modules {
		v := modules[id]
		values = append(values, v)
		score.Complete = score.Complete && (v.State == HasValue || v.State == DidNotStart)
	}
	score.Value = together(values)
	score.Weighted = score.Value
	if score.Value.State != HasValue {
		return score, Ratio{}
	}
	weighted := NewRatio(score.Value.Marks, int64(score.Max)).
		Mul(int64(r.FullMarks), 1).Mul(int64(part.Weight), basisPoints)
	rounded := weighted.Round(r.TotalRounding.Step)
	score.Weighted = Of(rounded)
	if r.TotalRounding.Where == RoundPart {
		return score, NewRatio(rounded, 1)
	}
	return score, weighted
}

// together adds values up as Sum says.
func together(values []Value) Value {
	sum, any, absent := Marks(0), false, 0
	for _, v := range values {
		switch v.State {
		case HasValue:
			any = true
			sum += v.Marks
		case DidNotStart:
			absent++
		case Blank:
		}
	}
	switch {
	case any:
		return Of(sum)
	case absent > 0 && absent == len(values):
		return Absence()
	default:
		return None()
	}
}

func checkModules(s Scheme, modules map[ModuleID]Value) error {
	var p problems
	for id, v := range modules {
		path := fmt.Sprintf("modules.%s", id)
		m, ok := s.Module(id)
		if !ok {
			p.add(path, "unknown", "module %s is not in the scheme", id)
			continue
		}
		oneOf(&p, path+".state", v.State, Blank, HasValue, DidNotStart, "")
		switch {
		case v.Marks < 0:
			p.add(path+".marks", "below_zero", "module %s: marks cannot be below zero", id)
		case v.Marks > m.Max:
			p.add(path+".marks", "above_max", "module %s: %v is above the maximum %v", id, v.Marks, m.Max)
		case v.Marks != 0 && v.State != HasValue:
			p.add(path+".marks", "inconsistent", "module %s: marks without a value", id)
		}
	}
	slices.SortFunc(p, byPath)
	return p.err(ErrModules)
}

// Verdict says whether a competitor passes.
type Verdict string

// The verdicts.
const (
	Passed  Verdict = "passed"
	Failed  Verdict = "failed"
	Pending Verdict = "pending" // marks are missing that could still decide
)

// PassResult is the verdict on a total and the lines that it misses.
type PassResult struct {
	Verdict Verdict    `json:"verdict"`
	Missed  []PassLine `json:"missed"`
}

// Pass holds a total against the pass lines of its rules. A line is judged
// when its part (or everything, for the total) is complete; someone who did
// not start misses it. Without lines everyone passes who is complete.
func Pass(t Total, r Rules) PassResult {
	out := PassResult{Verdict: Passed, Missed: []PassLine{}}
	if !t.Complete {
		out.Verdict = Pending
	}
	for _, l := range r.PassLines {
		v, complete := t.Value, t.Complete
		if l.Part != "" {
			v, complete = t.part(l.Part)
		}
		if complete && (v.State != HasValue || v.Marks < l.Min) {
			out.Missed = append(out.Missed, l)
			out.Verdict = Failed
		}
	}
	return out
}

func (t Total) part(id PartID) (Value, bool) {
	for _, p := range t.Parts {
		if p.Part == id {
			return p.Value, p.Complete
		}
	}
	return None(), false
}
