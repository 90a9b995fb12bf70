package award

import (
	"fmt"
	"slices"

	"github.com/xinglu/xinglu/scoring"
)

// AdvanceRule says who goes on from one stage to the next: from the theory
// preliminary the first 60 %, from a city the first three of each unit. Cut
// draws the line; ByQuota lets every delegation send its first ones.
type AdvanceRule struct {
	ID      RulesID `json:"id"`
	Version int     `json:"version"` // from 1
	Cut
	Filter Filter `json:"filter"`
	Among  Among  `json:"among"`
	// Quota bounds each delegation; null = no bound. With ByQuota it is the rule.
	Quota *Quota `json:"quota,omitempty"`
	// Replace says what a withdrawal does.
	Replace Replace `json:"replace"`
	// Reserves is how many replacements are named beforehand; of each
	// delegation with ByQuota.
	Reserves int `json:"reserves"`
}

// ByQuota lets through the first of every delegation, as many as its quota. It
// is for AdvanceRule only.
const ByQuota CutBy = "delegation_quota"

// Quota is the most competitors of one delegation.
type Quota struct {
	Each int               `json:"each"` // of delegations not in Own
	Own  []DelegationCount `json:"own,omitempty"`
}

// DelegationCount is a number of places of one delegation.
type DelegationCount struct {
	Delegation DelegationID `json:"delegation"`
	Count      int          `json:"count"` // 0 = none
}

func (q Quota) of(id DelegationID) int {
	for _, o := range q.Own {
		if o.Delegation == id {
			return o.Count
		}
	}
	return q.Each
}

// Replace says what happens to the place of one who withdraws.
type Replace string

// The policies.
const (
	ReplaceNext Replace = "next" // the ranking closes up: the next in line goes on, with ByQuota of the same delegation
	ReplaceNone Replace = "none" // it stays empty
)

// Validate reports everything that is wrong with the rule with ErrRules.
func (r AdvanceRule) Validate() error {
	var p problems
	versioned(&p, r.ID, r.Version)
	cut := r.Cut
	if r.By == ByQuota { // the rest of the line is checked like any other
		cut.By, cut.Count = ByCount, 1
	}
	cut.check(&p, "", nil)
	for i := range p {
		if len(p[i].Path) > 0 && p[i].Path[0] == '.' {
			p[i].Path = p[i].Path[1:]
		}
	}
	r.Filter.check(&p, "filter")
	oneOf(&p, "among", r.Among, AmongField, AmongEligible)
	oneOf(&p, "replace", r.Replace, ReplaceNext, ReplaceNone)
	within(&p, "reserves", r.Reserves, 0, numberLimit)
	if r.Reserves > 0 && (r.Replace == ReplaceNone || r.By == ByScore) {
		p.add("reserves", "inconsistent", "nobody is replaced under these rules")
	}
	if r.Quota == nil {
		if r.By == ByQuota {
			p.add("quota", "missing", "say how many each delegation may send")
		}
		return p.err(ErrRules)
	}
	within(&p, "quota.each", r.Quota.Each, 0, numberLimit)
	for i, o := range r.Quota.Own {
		path := fmt.Sprintf("quota.own[%d]", i)
		within(&p, path+".count", o.Count, 0, numberLimit)
		if slices.ContainsFunc(r.Quota.Own[:i], func(b DelegationCount) bool { return b.Delegation == o.Delegation }) {
			p.add(path+".delegation", "duplicate", "delegation %s has a quota already", o.Delegation)
		}
	}
	return p.err(ErrRules)
}

// Advancement is who goes on.
type Advancement struct {
	Rules        RulesID `json:"rules"`
	RulesVersion int     `json:"rules_version"`
	Base         int     `json:"base"`    // whom the share is of; 0 where the rule has no base
	Count        int     `json:"count"`   // places computed; 0 by score and by quota
	Through      int     `json:"through"` // how many go on
	Open         int     `json:"open"`    // places that wait for a lot
	// Decisions has one for each competitor, by rank.
	Decisions []AdvanceDecision `json:"decisions"`
}

// AdvanceDecision says whether one competitor goes on and why.
type AdvanceDecision struct {
	Code       scoring.Code `json:"code"`
	Delegation DelegationID `json:"delegation"`
	Rank       int          `json:"rank"`
	Place      int          `json:"place"`   // in the line that the rule counted; 0 = not in it
	Outcome    Outcome      `json:"outcome"` // given = goes on
	Why        Why          `json:"why"`
	// Reserve is the competitor's turn to replace somebody, from 1; equals share
	// it. 0 = not a reserve.
	Reserve int `json:"reserve"`
	// Replaces is who withdrew so that this competitor goes on.
	Replaces scoring.Code `json:"replaces"`
	Text     scoring.Text `json:"text"`
}

// Advance applies a valid rule to the results of one division. withdrawn are
// those who will not come, in the order in which they said so. The number of
// places is that of the whole list, so a withdrawal does not change it. Nobody
// who is through falls out by another's withdrawal: where it lets better ones
// in under their delegation's quota, there can be more than places.
//
// The error is ErrResults as for Allocate, and for a withdrawal of somebody
// who is not in the results or withdrew already.
func Advance(r AdvanceRule, results []Result, withdrawn []scoring.Code) (Advancement, error) {
	out := Advancement{Rules: r.ID, RulesVersion: r.Version, Decisions: []AdvanceDecision{}}
	if len(results) == 0 {
		return out, nil
	}
	if err := checkResults(results); err != nil {
		return Advancement{}, err
	}
	if err := checkWithdrawn(results, withdrawn); err != nil {
		return Advancement{}, err
	}
	st := stage{rule: r, results: ranked(results)}
	var ok bool
	if out.Count, out.Base, ok = r.places(st.counted()); !ok {
		var p problems
		p.add("by_team_size", "team_size", "there is no number for the team sizes of these results")
		return Advancement{}, p.err(ErrResults)
	}
	st.places, st.base = out.Count, out.Base
	before, _ := st.run(nil)
	after, open := st.run(withdrawn)
	out.Open = open
	keep(before, after, withdrawn)
	st.replaced(before, after, withdrawn)
	st.reserves(after)
	for i := range after {
		x := &after[i]
		x.Text = st.explain(&st.results[i], *x)
		if x.Outcome == Given {
			out.Through++
		}
	}
	out.Decisions = after
	return out, nil
}

func checkWithdrawn(results []Result, withdrawn []scoring.Code) error {
	var p problems
	for i, code := range withdrawn {
		path := fmt.Sprintf("withdrawn[%d]", i)
		if !slices.ContainsFunc(results, func(r Result) bool { return r.Code == code }) {
			p.add(path, "unknown", "%s is not in the results", code)
		}
		if slices.Contains(withdrawn[:i], code) {
			p.add(path, "duplicate", "%s withdrew already", code)
		}
	}
	return p.err(ErrResults)
}

// explain words one decision.
func (st *stage) explain(r *Result, x AdvanceDecision) scoring.Text {
	if t, ok := st.rule.Filter.refusal(x.Why); ok {
		return t
	}
	quota := 0
	if st.rule.Quota != nil {
		quota = st.rule.Quota.of(r.Delegation)
	}
	var text scoring.Text
	switch {
	case x.Why == WhyQuota && x.Outcome == LotNeeded:
		text = say("第 %d 名，代表队 %d 个名额的末位并列，须抽签决定", "rank %d is tied for the last of the delegation's %d places; a lot must be drawn", r.Rank, quota)
	case x.Why == WhyQuota && x.Outcome == NotGiven:
		text = say("第 %d 名，代表队的 %d 个名额已满", "rank %d: the delegation's %d places are taken", r.Rank, quota)
	case x.Why == WhyPlace && st.rule.By == ByQuota:
		text = say("第 %d 名，在代表队的 %d 个名额之内", "rank %d is within the delegation's %d places", r.Rank, quota)
	default:
		text = st.rule.explain(r, Decision{Place: x.Place, Outcome: x.Outcome, Why: x.Why}, st.places, st.base, r.Total.String())
	}
	if x.Replaces != "" {
		text = say("%s；递补 %s", "%s; replaces %s", text, string(x.Replaces))
	}
	if x.Reserve > 0 {
		text = say("%s；候补第 %d 位", "%s; reserve number %d", text, x.Reserve)
	}
	return text
}
