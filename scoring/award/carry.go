package award

import (
	"fmt"
	"time"

	"github.com/xinglu/xinglu/scoring"
)

// Date is a day, written "2026-11-29".
type Date string

func (d Date) valid() bool {
	_, err := time.Parse(time.DateOnly, string(d))
	return err == nil
}

// CarryRule brings marks of an earlier stage, usually of theory, into a later
// one, where they are the marks of an imported module.
type CarryRule struct {
	ID      RulesID `json:"id"`
	Version int     `json:"version"` // from 1
	// WeightBP is the part of the marks that is carried, in basis points: 10000
	// = as they were; 3000 makes 24.60 of 82.00.
	WeightBP int `json:"weight_bp"`
	// Step is the rounding of what is carried, half up, in hundredths: 1 = 0.01.
	Step scoring.Marks `json:"step"`
	// NotBefore is the first day on which marks may have been earned; older
	// ones are stale. Empty = no marks are stale.
	NotBefore Date `json:"not_before,omitempty"`
	// Min is the least earned amount that may be carried; below it the part has
	// to be sat again.
	Min scoring.Marks `json:"min"`
}

// Validate reports everything that is wrong with the rule with ErrRules.
func (r CarryRule) Validate() error {
	var p problems
	versioned(&p, r.ID, r.Version)
	within(&p, "weight_bp", r.WeightBP, 1, basisPoints)
	within(&p, "step", int64(r.Step), 1, numberLimit)
	within(&p, "min", int64(r.Min), 0, numberLimit)
	if r.NotBefore != "" && !r.NotBefore.valid() {
		p.add("not_before", "malformed", "%q is no date like 2026-11-29", r.NotBefore)
	}
	return p.err(ErrRules)
}

// Earned is what a competitor brings along.
type Earned struct {
	Code  scoring.Code  `json:"code"`
	Value scoring.Value `json:"value"`
	On    Date          `json:"on"` // the day of the exam
}

// WhyStale is Carry's: the marks are older than the rule allows.
const WhyStale Why = "stale"

// Carried is what one competitor's earlier marks count in the later stage.
type Carried struct {
	Rules        RulesID       `json:"rules"`
	RulesVersion int           `json:"rules_version"`
	Code         scoring.Code  `json:"code"`
	Value        scoring.Value `json:"value"` // for the imported module; blank when not carried
	Outcome      Outcome       `json:"outcome"`
	Why          Why           `json:"why"`
	Text         scoring.Text  `json:"text"`
}

// Carry applies a valid rule, in the order of earned. Who was absent or has no
// marks carries nothing: the module stays blank, for it is not known yet
// whether the competitor will sit it now. The error is ErrResults for a code
// twice or a day that is none.
func Carry(r CarryRule, earned []Earned) ([]Carried, error) {
	var p problems
	seen := make(map[scoring.Code]bool, len(earned))
	for i, e := range earned {
		path := fmt.Sprintf("earned[%d]", i)
		if seen[e.Code] {
			p.add(path+".code", "duplicate", "code %s is there twice", e.Code)
		}
		seen[e.Code] = true
		if !e.On.valid() {
			p.add(path+".on", "malformed", "%q is no date like 2026-11-29", e.On)
		}
	}
	if err := p.err(ErrResults); err != nil {
		return nil, err
	}
	out := make([]Carried, len(earned))
	for i, e := range earned {
		out[i] = r.carry(e)
	}
	return out, nil
}

func (r CarryRule) carry(e Earned) Carried {
	x := Carried{Rules: r.ID, RulesVersion: r.Version, Code: e.Code, Value: scoring.None(), Outcome: NotGiven}
	switch {
	case e.Value.State == scoring.DidNotStart:
		x.Why, x.Text = WhyNotStarted, scoring.Text{ZH: "前一阶段缺考，没有可带入的成绩", EN: "did not start the earlier stage: nothing to carry"}
	case e.Value.State != scoring.HasValue:
		x.Why, x.Text = WhyNoMarks, scoring.Text{ZH: "前一阶段没有成绩", EN: "has no marks of the earlier stage"}
	case r.NotBefore != "" && e.On < r.NotBefore: // dates of this form sort as text
		x.Why, x.Text = WhyStale, say("%s 的成绩早于 %s，已失效", "marks of %s are older than %s", string(e.On), string(r.NotBefore))
	case e.Value.Marks < r.Min:
		x.Why, x.Text = WhyBelow, say("%s 低于可带入的最低成绩 %s", "%s is below %s, the least that is carried", e.Value.Marks.String(), r.Min.String())
	default:
		x.Value = scoring.Of(scoring.NewRatio(e.Value.Marks, 1).Mul(int64(r.WeightBP), basisPoints).Round(r.Step))
		x.Outcome, x.Why = Given, WhyScore
		x.Text = say("%s × %s%% = %s", "%s × %s %% = %s", e.Value.Marks.String(), decimal(int64(r.WeightBP), 2), x.Value.Marks.String())
	}
	return x
}
