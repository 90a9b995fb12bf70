package engine

import (
	"context"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/scoring"
)

// Filing is a division that units enter people for, as a leader sees it.
type Filing struct {
	Contest       ContestID     `json:"contest"`
	ContestName   scoring.Text  `json:"contest_name"`
	Event         scoring.Text  `json:"event"`
	Division      DivisionID    `json:"division"`
	Name          scoring.Text  `json:"name"`
	Stage         Stage         `json:"stage"`
	Registration  *Window       `json:"registration,omitempty"`
	Open          bool          `json:"open"` // takes entries now
	Team          *TeamShape    `json:"team,omitempty"`
	Qualification Qualification `json:"qualification"`
	Delegations   []Delegation  `json:"delegations"` // for which one may enter people
}

// Filings lists the divisions being set up that the filer may enter people
// for: a leader's are those of contests with an own delegation and a
// registration window.
func (s *Contests) Filings(ctx context.Context, f Filer) ([]Filing, error) {
	all, err := s.Contests(ctx)
	if err != nil {
		return nil, err
	}
	out := []Filing{}
	for _, c := range all {
		own := c.Delegations
		if !f.Everyone {
			own = []Delegation{}
			for _, id := range c.ledBy(f.Account) {
				own = append(own, *c.delegation(string(id)))
			}
			if len(own) == 0 {
				continue
			}
		}
		divs, err := s.Divisions(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		for _, d := range divs {
			if d.frozen() || d.Registration == nil && !f.Everyone {
				continue
			}
			e, err := s.Event(ctx, d.Event)
			if err != nil {
				return nil, err
			}
			out = append(out, Filing{
				Contest: c.ID, ContestName: c.Name, Event: e.Name, Division: d.ID, Name: d.Name, Stage: d.Stage, Registration: d.Registration,
				Open: f.Everyone || d.Registration.holds(s.now()), Team: e.Team, Qualification: d.Qualification, Delegations: own,
			})
		}
	}
	return out, nil
}

// EntryCount is how many are on a division's list.
type EntryCount struct {
	Entered int
	Filed   int // wait for a decision, those sent back too
}

// Counts counts the lists of a contest's divisions.
func (s *Contests) Counts(ctx context.Context, id ContestID) (map[DivisionID]EntryCount, error) {
	counts := map[DivisionID]EntryCount{}
	err := s.onRoll(ctx, id, func(r *Roll) error {
		for _, l := range r.lines {
			n := counts[l.Division]
			switch l.State {
			case EnlistEntered:
				n.Entered++
			case EnlistFiled, EnlistReturned:
				n.Filed++
			case EnlistWithdrawn:
			}
			counts[l.Division] = n
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	divs, err := s.Divisions(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, d := range divs {
		if _, known := counts[d.ID]; known || d.Regulation.Version > 0 {
			continue
		}
		err := s.firstVersion(ctx, d.ID, func(Competitor) {
			n := counts[d.ID]
			n.Entered++
			counts[d.ID] = n
		})
		if err != nil {
			return nil, err
		}
	}
	return counts, nil
}

// PersonOf returns who a competitor is, of a team that is marked as one the
// first member: under this id the photo is kept. Errors: ErrNoCompetitor,
// ErrNotYours.
func (s *Contests) PersonOf(ctx context.Context, f Filer, id DivisionID, who CompetitorID) (exam.CandidateID, error) {
	d, err := s.entryDesk(ctx, f, id)
	if err != nil {
		return "", err
	}
	var person exam.CandidateID
	err = s.onRoll(ctx, d.div.Contest, func(r *Roll) error {
		l, err := d.line(r, who)
		if err == nil {
			person = l.Persons[0]
		}
		return err
	})
	return person, err
}
