package award

import "github.com/xinglu/xinglu/scoring"

// medals deals the medals and then the medallion.
func (d *dealer) medals(m MedalRule, out *Allocation) error {
	rule := Rule{Filter: m.Filter, Among: AmongEligible, Per: PerCompetitor, Group: m.Group, From: FromNext}
	claims := d.claims(rule)
	var takers []*Result
	for _, c := range claims {
		if c.takes {
			takers = append(takers, c.Result)
		}
	}
	in := line(takers)
	for i := range in {
		in[i].score, in[i].scored = scoreOf(in[i].Result, m.Measure, d.scores)
	}
	spans := make(map[scoring.Code]span, len(in))
	deal := m.share
	if m.Sharing == ShareNever {
		deal = m.single
	}
	for i, s := range deal(in) {
		spans[in[i].Code] = s
	}
	for k, of := range m.Medals {
		a := Award{ID: of.ID, Name: of.Name, Group: m.Group}
		decisions := make([]Decision, len(claims))
		for i, c := range claims {
			decisions[i] = c.medal(k, spans[c.Code])
			if decisions[i].Outcome == LotNeeded {
				a.Lot, a.Open = append(a.Lot, c.Code), 1
			}
			decisions[i].Text = m.explain(d, of, c, decisions[i])
		}
		d.record(a, decisions, out)
	}
	if m.Medallion == nil {
		return nil
	}
	rule.ID, rule.Name = m.Medallion.ID, m.Medallion.Name
	rule.Cut = Cut{By: ByScore, Min: m.Medallion.Min, Measure: m.Measure, Ties: TiesIncludeAll}
	return d.award("medals.medallion", rule, out)
}

// span is which medals a competitor may get, by index: from = to is that one,
// from < to depends on a lot. An index of len(Medals) or more is none.
type span struct {
	from, to int
	place    int
	why      Why
}

// medal decides about medal k.
func (c claim) medal(k int, s span) Decision {
	x := Decision{Outcome: NotGiven, Why: c.refused, Place: s.place, Members: []MemberID{}}
	switch {
	case !c.takes:
	case s.from < s.to && s.from <= k && k <= s.to:
		x.Outcome, x.Why = LotNeeded, WhyLot
	case s.from == k && s.to == k:
		x.Outcome, x.Why, x.Members = Given, s.why, c.receivers
	case s.to < k:
		x.Why = WhyHolds
	default:
		x.Why = WhyBehind
	}
	return x
}

// share deals medals to all within the gap of the best of each, as MedalRule
// says. A competitor without a score gets none.
func (m MedalRule) share(in []stand) []span {
	last := len(m.Medals) - 1
	out := make([]span, len(in))
	for i := range out {
		out[i] = span{from: len(m.Medals), to: len(m.Medals), place: in[i].place}
	}
	done := false
	for i := 0; i < len(in) && in[i].scored && !done; {
		medal, best, why := i, in[i].score, WhyPlace
		if i > last { // the places are used up
			if m.Beyond != BeyondNear || out[i-1].from == last {
				break
			}
			medal, best, why = last, in[i-1].score, WhyNear
		}
		from := i
		for i < len(in) && in[i].scored && best-in[i].score <= m.Gap {
			if i > from {
				why = WhyNear
			}
			out[i].from, out[i].to, out[i].why = medal, medal, why
			i++
		}
		done = i == from || medal == last
	}
	return out
}

// single deals one medal to each place. Equal ranks without lots that order
// them leave the medals of their places open.
func (m MedalRule) single(in []stand) []span {
	out := make([]span, len(in))
	for from := 0; from < len(in); {
		to := from + 1
		for to < len(in) && in[to].Rank == in[from].Rank {
			to++
		}
		drawn := lotsDrawn(in[from:to])
		for i := from; i < to; i++ {
			out[i] = span{from: i, to: i, place: in[i].place, why: WhyPlace}
			if to-from > 1 && !drawn {
				out[i].from, out[i].to = from, to-1
			}
		}
		from = to
	}
	return out
}
