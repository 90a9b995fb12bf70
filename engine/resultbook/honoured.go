package resultbook

import (
	"context"
	"fmt"
	"strings"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

// AwardsOf gives the awards of a division's newest published results with the
// names of people, for Certificates.Awards. Errors: ErrNoAwards for a division
// without award rules, and those of engine.Contests.Awards.
func AwardsOf(s *engine.Contests) func(context.Context, engine.DivisionID) (Awards, error) {
	return func(ctx context.Context, id engine.DivisionID) (Awards, error) {
		div, err := s.Division(ctx, id)
		if err != nil {
			return Awards{}, err
		}
		if div.Honours.Awards == nil {
			return Awards{}, ErrNoAwards
		}
		contest, err := s.Contest(ctx, div.Contest)
		if err != nil {
			return Awards{}, err
		}
		people, err := s.Competitors(ctx, id)
		if err != nil {
			return Awards{}, err
		}
		v, err := s.Awards(ctx, id)
		if err != nil {
			return Awards{}, err
		}
		h := honoured{view: v, lines: map[scoring.Code]engine.ResultLine{}, people: map[engine.CompetitorID]engine.Competitor{}, delegations: map[award.DelegationID]string{}}
		for _, l := range v.Lines {
			h.lines[scoring.Code(l.EntryCode)] = l
		}
		for _, c := range people {
			h.people[c.ID] = c
		}
		for _, d := range contest.Delegations {
			h.delegations[award.DelegationID(d.ID)] = d.Name
		}
		return h.awards(*div.Honours.Awards), nil
	}
}

// honoured joins awards, which know codes, and people.
type honoured struct {
	view        engine.HonoursView
	lines       map[scoring.Code]engine.ResultLine
	people      map[engine.CompetitorID]engine.Competitor
	delegations map[award.DelegationID]string
}

func (h honoured) awards(r award.Rules) Awards {
	a := Awards{RulesVersion: r.Version, Points: map[engine.CompetitorID]int64{}}
	if r.Medals != nil {
		for _, m := range r.Medals.Medals {
			a.Medals = append(a.Medals, string(m.ID))
		}
		if m := r.Medals.Medallion; m != nil {
			a.Medals = append(a.Medals, string(m.ID))
		}
	}
	names := map[award.ID]string{}
	for _, x := range h.view.Allocation.Awards {
		names[x.ID] = x.Name.ZH
	}
	for _, d := range h.view.Allocation.Decisions {
		if d.Outcome != award.Given {
			continue
		}
		l := h.lines[d.Code]
		for _, m := range d.Members {
			name, member := h.member(l, m)
			a.Honours = append(a.Honours, Honour{
				Award: string(d.Award), Name: names[d.Award], Competitor: l.Competitor, Member: member, Recipient: name, Unit: l.Unit, Rank: d.Rank, Why: d.Text.ZH,
			})
		}
	}
	for code, n := range h.view.Allocation.Scores.Points {
		a.Points[h.lines[code].Competitor] = n
	}
	for _, s := range h.view.Suggestions {
		a.Promotions = append(a.Promotions, h.promotion(s))
	}
	for _, t := range h.view.Teams {
		a.Teams = append(a.Teams, h.team(t))
	}
	for _, d := range h.view.Delegations {
		a.Delegations = append(a.Delegations, h.delegation(d, h.view.Allocation.Awards))
	}
	return a
}

// member is the name of who receives, and for one of a team that is marked as
// one also the id within it.
func (h honoured) member(l engine.ResultLine, m award.MemberID) (name, id string) {
	c := h.people[l.Competitor]
	for i, x := range c.Members {
		if own := fmt.Sprintf("%s/%d", c.ID, i+1); own == string(m) {
			return x.Name, own
		}
	}
	return l.Name, ""
}

func (h honoured) promotion(s award.Suggestion) Promotion {
	l := h.lines[s.Code]
	name, _ := h.member(l, s.Member)
	p := Promotion{Competitor: l.Competitor, Recipient: name, Unit: l.Unit, Held: levelName(s.HeldLevel), To: levelName(s.To)}
	for _, c := range s.Checks {
		if c.Promotion == s.Promotion {
			p.Why = c.Text.ZH
		}
	}
	return p
}

func levelName(l award.Level) string {
	if l == 0 {
		return ""
	}
	return bank.Level(l).Zh()
}

func (h honoured) team(t award.TeamStanding) TeamLine {
	line := TeamLine{Rank: t.Rank, Tied: t.Tied, Name: h.delegationName(award.DelegationID(t.ID)), Value: valueText(t.Value), Members: []string{}, Why: t.Text.ZH}
	for _, m := range t.Members {
		name := h.lines[m.Code].Name
		if !m.Counts {
			name += "（不计入）"
		}
		line.Members = append(line.Members, name)
	}
	return line
}

func (h honoured) delegation(d award.MedalRow, awards []award.Award) TeamLine {
	var parts []string
	for i, n := range d.Medals {
		if n > 0 && i < len(awards) {
			parts = append(parts, fmt.Sprintf("%s %d", awards[i].Name.ZH, n))
		}
	}
	return TeamLine{Rank: d.Rank, Name: h.delegationName(d.Delegation), Value: fmt.Sprint(d.Total), Members: []string{}, Why: strings.Join(parts, "，")}
}

func (h honoured) delegationName(id award.DelegationID) string {
	if name, ok := h.delegations[id]; ok {
		return name
	}
	return string(id)
}
