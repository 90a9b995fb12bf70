package scoring

import (
	"fmt"
	"slices"
)

// ZeroScope says how much a zeroing takes.
type ZeroScope string

// The scopes of a zeroing.
const (
	ZeroModule ZeroScope = "module" // one module becomes 0 (使用预制文件：模块记 0 分)
	ZeroWhole  ZeroScope = "whole"  // every module becomes 0 (携带通信设备：总成绩记 0 分)
)

// ZeroRule is a reason for which marks become 0. The competitor stays in the
// list.
type ZeroRule struct {
	ID    ZeroRuleID `json:"id"` // unique in the scheme
	Label Text       `json:"label"`
	Scope ZeroScope  `json:"scope"`
}

// Violation is a breach of the rules that is punished step by step: the first
// time by Ladder[0], the second by Ladder[1], and from there on by the last.
type Violation struct {
	ID    ViolationID `json:"id"` // unique in the scheme
	Label Text        `json:"label"`
	// PerModule counts afresh in each module; else once through the contest.
	PerModule bool       `json:"per_module,omitempty"`
	Ladder    []Sanction `json:"ladder"` // at least one
}

// SanctionKind says what a sanction does.
type SanctionKind string

// The kinds of sanction.
const (
	SanctionWarning    SanctionKind = "warning"     // recorded, costs nothing
	SanctionDeduct     SanctionKind = "deduct"      // takes Marks off the module, never below 0
	SanctionZeroModule SanctionKind = "zero_module" // the module becomes 0
	SanctionZeroWhole  SanctionKind = "zero_whole"  // every module becomes 0
	SanctionDisqualify SanctionKind = "disqualify"  // listed without a rank
)

// Sanction is one step of a ladder.
type Sanction struct {
	Kind  SanctionKind `json:"kind"`
	Marks Marks        `json:"marks,omitempty"` // hundredths, above 0; deduct only
}

// Zeroing is one recorded use of a zeroing rule.
type Zeroing struct {
	Rule   ZeroRuleID `json:"rule"`
	Module ModuleID   `json:"module,omitempty"` // the module it zeroes; empty where the rule's scope is whole
}

// Offence is one recorded violation.
type Offence struct {
	Violation ViolationID `json:"violation"`
	Module    ModuleID    `json:"module"` // in which it happened
}

// Conduct is what is recorded against one competitor, in the order of the
// records. The zero Conduct is a clean one.
type Conduct struct {
	Zeroings []Zeroing `json:"zeroings,omitempty"`
	Offences []Offence `json:"offences,omitempty"`
}

// Applied is one consequence of a competitor's conduct.
type Applied struct {
	Rule      ZeroRuleID   `json:"rule,omitempty"`      // the zeroing rule, or
	Violation ViolationID  `json:"violation,omitempty"` // the violation that it follows from
	Time      int          `json:"time,omitempty"`      // of a violation: which time it is, from 1
	Kind      SanctionKind `json:"kind"`
	Module    ModuleID     `json:"module,omitempty"` // where it happened; empty for a zeroing of everything
	Marks     Marks        `json:"marks,omitempty"`  // hundredths that deduct takes
}

// Sanctions returns what follows from c, zeroings first and offences in their
// order. The error is ErrConduct: an unknown rule, violation or module, a
// zeroing of a module that its rule does not belong to.
func (s Scheme) Sanctions(c Conduct) ([]Applied, error) {
	var p problems
	out := []Applied{}
	for i, z := range c.Zeroings {
		a, inner := s.zero(z)
		p.under(fmt.Sprintf("zeroings[%d]", i), inner)
		out = append(out, a)
	}
	type counter struct {
		violation ViolationID
		module    ModuleID // empty where the count goes through the contest
	}
	times := make(map[counter]int)
	for i, o := range c.Offences {
		path := fmt.Sprintf("offences[%d]", i)
		at := slices.IndexFunc(s.Violations, func(v Violation) bool { return v.ID == o.Violation })
		if at < 0 {
			p.add(path+".violation", "unknown", "violation %q is not in the scheme", o.Violation)
			continue
		}
		if _, ok := s.Module(o.Module); !ok {
			p.add(path+".module", "unknown", "module %q is not in the scheme", o.Module)
		}
		v := s.Violations[at]
		key := counter{violation: v.ID}
		if v.PerModule {
			key.module = o.Module
		}
		times[key]++
		step := v.Ladder[min(times[key], len(v.Ladder))-1]
		out = append(out, Applied{Violation: v.ID, Time: times[key], Kind: step.Kind, Module: o.Module, Marks: step.Marks})
	}
	if err := p.err(ErrConduct); err != nil {
		return nil, err
	}
	return out, nil
}

func (s Scheme) zero(z Zeroing) (a Applied, p problems) {
	rule, of, ok := s.zeroRule(z.Rule)
	if !ok {
		p.add("rule", "unknown", "zeroing rule %q is not in the scheme", z.Rule)
		return a, p
	}
	if rule.Scope == ZeroWhole {
		if z.Module != "" {
			p.add("module", "not_allowed", "rule %s zeroes every module", z.Rule)
		}
		return Applied{Rule: z.Rule, Kind: SanctionZeroWhole}, p
	}
	if _, ok := s.Module(z.Module); !ok || of != "" && of != z.Module {
		p.add("module", "unknown", "rule %s does not hold in module %q", z.Rule, z.Module)
	}
	return Applied{Rule: z.Rule, Kind: SanctionZeroModule, Module: z.Module}, p
}

// zeroRule finds a rule and the module that lists it, empty for the scheme.
func (s Scheme) zeroRule(id ZeroRuleID) (rule ZeroRule, of ModuleID, ok bool) {
	is := func(z ZeroRule) bool { return z.ID == id }
	if i := slices.IndexFunc(s.Zeroing, is); i >= 0 {
		return s.Zeroing[i], "", true
	}
	for _, m := range s.Modules {
		if i := slices.IndexFunc(m.Zeroing, is); i >= 0 {
			return m.Zeroing[i], m.ID, true
		}
	}
	return ZeroRule{}, "", false
}

// punish returns what a module's value becomes. A competitor who did not start
// stays so; what is blank stays blank unless it is zeroed.
func punish(m ModuleID, v Value, sanctions []Applied) Value {
	for _, a := range sanctions {
		switch a.Kind {
		case SanctionZeroWhole:
			v = v.zeroed()
		case SanctionZeroModule:
			if a.Module == m {
				v = v.zeroed()
			}
		case SanctionDeduct:
			if a.Module == m && v.State == HasValue {
				v = Of(max(0, v.Marks-a.Marks))
			}
		case SanctionWarning, SanctionDisqualify:
		}
	}
	return v
}

func (v Value) zeroed() Value {
	if v.State == DidNotStart {
		return v
	}
	return Of(0)
}

func checkZeroRules(rules []ZeroRule, seen seenIDs) (p problems) {
	for i, z := range rules {
		path := fmt.Sprintf("zeroing[%d]", i)
		seen.check(&p, path, "zeroing rule", string(z.ID))
		p.under(path+".label", z.Label.check())
		oneOf(&p, path+".scope", z.Scope, ZeroModule, ZeroWhole)
	}
	return p
}

func (s Scheme) checkViolations(seen seenIDs) (p problems) {
	for i, v := range s.Violations {
		path := fmt.Sprintf("violations[%d]", i)
		seen.check(&p, path, "violation", string(v.ID))
		p.under(path+".label", v.Label.check())
		if len(v.Ladder) == 0 {
			p.add(path+".ladder", "missing", "violation %s has no consequence", v.ID)
		}
		for j, step := range v.Ladder {
			p.under(fmt.Sprintf("%s.ladder[%d]", path, j), step.check())
		}
	}
	return p
}

func (step Sanction) check() (p problems) {
	oneOf(&p, "kind", step.Kind, SanctionWarning, SanctionDeduct, SanctionZeroModule, SanctionZeroWhole, SanctionDisqualify)
	if step.Kind == SanctionDeduct {
		p.amount("marks", step.Marks, 1)
	} else if step.Marks != 0 {
		p.add("marks", "not_allowed", "%s takes no number of marks", step.Kind)
	}
	return p
}
