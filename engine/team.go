package engine

import (
	"context"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/namelist"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

// Team is a team of a division, made of its competitors.
type Team struct {
	ID         TeamID        `json:"id"`
	Name       string        `json:"name"`
	Unit       string        `json:"unit"` // of the first member
	Delegation DelegationID  `json:"delegation"`
	Members    []TeamMember  `json:"members"`
	Problems   []fault.Field `json:"problems"` // why the division cannot open with the team as it is
}

// TeamMember is one person of a team.
type TeamMember struct {
	Competitor CompetitorID     `json:"competitor"`
	Candidate  exam.CandidateID `json:"-"`
	Name       string           `json:"name"`
	Role       string           `json:"role"`
	Identity   Identity         `json:"identity,omitempty"`
}

// Teams lists the teams of a division's competitors who are entered, in the
// order in which they came; none where everybody competes alone.
func (s *Contests) Teams(ctx context.Context, f Filer, id DivisionID) ([]Team, error) {
	div, err := s.Division(ctx, id)
	if err != nil {
		return nil, err
	}
	event, err := s.Event(ctx, div.Event)
	if err != nil {
		return nil, err
	}
	lines, err := s.Enlistment(ctx, f, id)
	return teamsOf(event, lines), err
}

func teamsOf(event Event, lines []CompetitorLine) []Team {
	teams, at := []Team{}, map[TeamID]int{}
	for i := range lines {
		l := &lines[i]
		if event.Team == nil || l.State == EnlistWithdrawn {
			continue
		}
		c := &l.Competitor
		if event.Team.Marked == MarkedTogether {
			t := Team{ID: TeamID(c.ID), Name: c.Name, Unit: c.Unit, Delegation: c.Delegation}
			for _, m := range c.Members {
				t.Members = append(t.Members, TeamMember{Competitor: c.ID, Candidate: m.Candidate, Name: m.Name, Role: m.Role, Identity: m.Identity})
			}
			teams = append(teams, t)
			continue
		}
		k, ok := at[c.Team]
		if !ok {
			k = len(teams)
			at[c.Team] = k
			teams = append(teams, Team{ID: c.Team, Name: c.TeamName, Unit: c.Unit, Delegation: c.Delegation})
		}
		teams[k].Members = append(teams[k].Members, TeamMember{Competitor: c.ID, Candidate: c.Candidate, Name: c.Name, Role: c.Role, Identity: c.Identity})
	}
	for i := range teams {
		teams[i].check(event.Team)
	}
	return teams
}

// check files what is wrong with the team's size and roles.
func (t *Team) check(shape *TeamShape) {
	roles := make([]string, 0, len(t.Members))
	for _, m := range t.Members {
		roles = append(roles, m.Role)
	}
	t.Problems = []fault.Field{}
	for _, f := range shape.wrong(roles, true) {
		t.Problems = append(t.Problems, problemOf(f))
	}
}

func problemOf(f namelist.Finding) fault.Field {
	return fault.Field{Path: f.Path, Code: f.Code, Message: f.Message, Params: f.Params}
}

// teams makes the teams whose members were marked one by one of a division's
// results; without teams the delegations take their place.
func (t *Tally) teams(list []award.Honours, at map[scoring.Code]int) []award.Team {
	var out []award.Team
	where := map[TeamID]int{}
	for _, h := range list {
		id := t.open.Competitors[at[h.Code]].Team
		if id == "" {
			continue
		}
		k, ok := where[id]
		if !ok {
			k = len(out)
			where[id] = k
			out = append(out, award.Team{ID: award.TeamID(id), Own: scoring.None()})
		}
		out[k].Members = append(out[k].Members, h)
	}
	if out == nil {
		return award.Delegations(list)
	}
	return out
}
