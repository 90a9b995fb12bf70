package award

import (
	"fmt"
	"slices"

	"github.com/xinglu/xinglu/scoring"
)

// Suggestion says which level a person might be given on the strength of a
// result, by the rules named. It is a suggestion: the certificate is decided by
// recognition, with checks that a contest does not make.
type Suggestion struct {
	Rules        RulesID      `json:"rules"`
	RulesVersion int          `json:"rules_version"`
	Code         scoring.Code `json:"code"`
	Member       MemberID     `json:"member"`
	HeldLevel    Level        `json:"held_level"`
	To           Level        `json:"to"`        // 0 = no suggestion
	Promotion    PromotionID  `json:"promotion"` // the rule it follows from; empty without one
	// Waiting says that a lot is open whose outcome could change it.
	Waiting bool `json:"waiting"`
	// Checks has one line for each promotion rule, in their order.
	Checks []PromotionCheck `json:"checks"`
}

// PromotionCheck is what one rule says about one person.
type PromotionCheck struct {
	Promotion PromotionID  `json:"promotion"`
	Outcome   Outcome      `json:"outcome"` // given, not_given or waiting
	Why       Why          `json:"why"`
	Text      scoring.Text `json:"text"`
}

// Promote suggests levels for every member of every competitor, competitors by
// rank. Of several rules that fit the highest level is suggested, and of two
// to one level the first rule's. No suggestion is above the highest of levels,
// the set of the occupation's standard: a rule that names a higher one suggests
// that instead, if it is above the level held.
//
// a must be the allocation of the same results by the same rules. The error is
// ErrRules when the set of levels is empty or names a level that is none.
func Promote(r Rules, a Allocation, results []Result, levels []LevelName) ([]Suggestion, error) {
	var p problems
	if len(levels) == 0 {
		p.add("levels", "missing", "promotions need the occupation's set of levels")
	}
	for i, l := range levels {
		within(&p, fmt.Sprintf("levels[%d].level", i), int(l.Level), int(topLevel), int(bottomLevel))
	}
	if err := p.err(ErrRules); err != nil {
		return nil, err
	}
	awards := make(map[ID]scoring.Text)
	for _, w := range a.Awards {
		awards[w.ID] = w.Name
	}
	decided := make(map[scoring.Code][]Decision)
	for _, x := range a.Decisions {
		decided[x.Code] = append(decided[x.Code], x)
	}
	out := []Suggestion{}
	for _, res := range ranked(results) {
		for _, m := range res.Members {
			s := Suggestion{Rules: r.ID, RulesVersion: r.Version, Code: res.Code, Member: m.ID, HeldLevel: m.HeldLevel, Checks: []PromotionCheck{}}
			for _, rule := range r.Promotions {
				check, to := rule.judge(&res, m, decided[res.Code], awards, levels)
				s.Checks = append(s.Checks, check)
				s.Waiting = s.Waiting || check.Outcome == Waiting
				if check.Outcome == Given && to.higher(s.To) {
					s.To, s.Promotion = to, rule.ID
				}
			}
			out = append(out, s)
		}
	}
	return out, nil
}

// judge holds one rule against one person and returns the level it leads to.
func (pr PromotionRule) judge(r *Result, m Member, decided []Decision, names map[ID]scoring.Text, levels []LevelName) (PromotionCheck, Level) {
	check := func(o Outcome, why Why, text scoring.Text) PromotionCheck {
		return PromotionCheck{Promotion: pr.ID, Outcome: o, Why: why, Text: text}
	}
	if why := r.absent(); why != "" {
		return check(NotGiven, why, why.absence()), 0
	}
	if why := pr.If.fits(r, m); why != "" {
		text, _ := pr.If.refusal(why)
		return check(NotGiven, why, text), 0
	}
	if !slices.Contains(pr.From, m.HeldLevel) {
		text, _ := Filter{Levels: pr.From}.refusal(WhyLevel)
		return check(NotGiven, WhyLevel, text), 0
	}
	if pr.If.RankUpTo != 0 && r.Rank > pr.If.RankUpTo {
		return check(NotGiven, WhyRank, say("第 %d 名，须在前 %d 名", "rank %d; ranks 1 to %d are asked for", r.Rank, pr.If.RankUpTo)), 0
	}
	held, waiting := pr.If.award(m, decided)
	if len(pr.If.Awards) > 0 && held == "" {
		var wanted []scoring.Text
		for _, id := range pr.If.Awards {
			wanted = append(wanted, names[id])
		}
		text := list(wanted)
		if waiting {
			return check(Waiting, WhyLot, say("须先抽签决定%s", "the lot about %s must be drawn first", text)), 0
		}
		return check(NotGiven, WhyAward, say("须获%s", "holds none of %s", text)), 0
	}
	to, capped := highest(levels, pr.To)
	if !to.higher(m.HeldLevel) {
		return check(NotGiven, WhyTop, say("现有等级为%s，本职业没有更高的等级可晋升", "holds %s; the occupation has no higher level to go to", levelNames[m.HeldLevel])), 0
	}
	text := say("现有等级为%s，建议晋升%s（%s）", "holds %s; %s is suggested (%s)", levelNames[m.HeldLevel], nameOf(levels, to), pr.Name)
	if capped {
		text = say("%s；本职业最高为此等级", "%s; the occupation's highest level", text)
	}
	return check(Given, WhyPlace, text), to
}

// award returns the first award of the condition that the member received, or
// whether a lot about one is open.
func (c Condition) award(m Member, decided []Decision) (held ID, waiting bool) {
	for _, x := range decided {
		if !slices.Contains(c.Awards, x.Award) {
			continue
		}
		if x.Outcome == Given && slices.Contains(x.Members, m.ID) {
			return x.Award, false
		}
		waiting = waiting || x.Outcome == LotNeeded || x.Outcome == Waiting
	}
	return "", waiting
}

// highest returns the highest level of the set that is not above to, and
// whether that is another. It is 0 when there is none.
func highest(levels []LevelName, to Level) (found Level, capped bool) {
	for _, l := range levels {
		if !l.Level.higher(to) && l.Level.higher(found) {
			found = l.Level
		}
	}
	return found, found != to
}

func nameOf(levels []LevelName, l Level) scoring.Text {
	for _, n := range levels {
		if n.Level == l {
			return n.Name
		}
	}
	return levelNames[l]
}
