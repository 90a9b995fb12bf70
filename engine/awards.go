package engine

import (
	"context"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

// HonoursView is what a division's published ranking leads to, by entry code.
// It is computed from the newest publication's results each time and stored
// nowhere.
type HonoursView struct {
	Version    int              `json:"version"` // of the publication
	Allocation award.Allocation `json:"allocation"`
	// Suggestions are higher levels that people might be given; recognition
	// decides.
	Suggestions []award.Suggestion   `json:"suggestions"`
	Teams       []award.TeamStanding `json:"teams"`
	// Delegations are compared by medals; Best is the best of each on the scale.
	Delegations []award.MedalRow `json:"delegations"`
	Best        []award.Best     `json:"best"`
	Lines       []ResultLine     `json:"lines"` // names for the codes, in the order of the ranking
}

// Awards returns what the results lead to. Errors: ErrPhase before a
// publication, and while a correction waits for the next one; award.ErrResults.
func (s *Contests) Awards(ctx context.Context, id DivisionID) (HonoursView, error) {
	out := HonoursView{Suggestions: []award.Suggestion{}, Teams: []award.TeamStanding{}, Delegations: []award.MedalRow{}, Best: []award.Best{}}
	a, err := s.arena(ctx, id)
	if err != nil {
		return out, err
	}
	err = a.read(ctx, func(t *Tally) error {
		p := t.newest()
		if p == nil {
			return ErrPhase.Param("phase", t.phase())
		}
		if err := t.settled(); err != nil {
			return err
		}
		out.Version, out.Lines = p.version, p.lines
		results, at, err := t.finals(id)
		if err != nil {
			return err
		}
		list, err := out.deal(t.open.Honours, results)
		if err == nil && t.open.Honours.Teams != nil {
			out.Teams, err = award.RankTeams(*t.open.Honours.Teams, t.teams(list, at))
		}
		return err
	})
	return out, err
}

// deal applies the rules of honours to the results of a division, and returns
// the results with what they got.
func (v *HonoursView) deal(h Honours, results []award.Result) (list []award.Honours, err error) {
	if h.Awards == nil {
		return v.Allocation.Honours(results), nil
	}
	if v.Allocation, err = award.Allocate(*h.Awards, results); err != nil {
		return nil, err
	}
	list = v.Allocation.Honours(results)
	if len(h.Awards.Promotions) > 0 {
		if v.Suggestions, err = award.Promote(*h.Awards, v.Allocation, results, allLevels()); err != nil {
			return nil, err
		}
	}
	v.Delegations = award.MedalTable(list, medalsOf(h.Awards))
	v.Best = award.BestOfDelegations(list)
	return list, nil
}

// medalsOf lists the awards by which delegations are compared: the medals, or
// without them the awards in their order.
func medalsOf(r *award.Rules) (ids []award.ID) {
	if r.Medals != nil {
		for _, m := range r.Medals.Medals {
			ids = append(ids, m.ID)
		}
		return ids
	}
	for _, a := range r.Awards {
		ids = append(ids, a.ID)
	}
	return ids
}

// allLevels are the levels of skill from the lowest to the highest.
func allLevels() (out []award.LevelName) {
	for l := bank.Elementary; l >= bank.SeniorTechnician; l-- {
		out = append(out, award.LevelName{Level: award.Level(l), Name: scoring.Text{ZH: l.Zh(), EN: l.En()}})
	}
	return out
}
