package engine

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/namelist"
	"github.com/xinglu/xinglu/engine/plan"
	"github.com/xinglu/xinglu/internal/fault"
)

// FromPlan says what became of a plan's entries.
type FromPlan struct {
	Entered []CompetitorID `json:"entered"` // by this call
	Already int            `json:"already"` // were in the division before
	// LeftOut names everybody who was not entered, with every reason; the path
	// is the entry's id.
	LeftOut []fault.Field `json:"left_out"`
}

// EnterFromPlan enters the accepted entries of a plan that belong in the
// division, in one step; who does not is named with the reasons. Entering
// again enters who has been accepted since. Errors: ErrFrozen, ErrOvertaken.
func (s *Contests) EnterFromPlan(ctx context.Context, actor access.AccountID, id DivisionID, from plan.ID, list []plan.Enlisted) (FromPlan, error) {
	f := Filer{Account: actor, Everyone: true}
	for range rollTries {
		d, err := s.entryDesk(ctx, f, id)
		if err != nil {
			return FromPlan{}, err
		}
		if err := d.takes(); err != nil {
			return FromPlan{}, err
		}
		out, b, err := s.choose(ctx, d, from, list)
		if err != nil || len(b.List) == 0 {
			return out, err
		}
		entered, err := s.Enlist(ctx, f, id, b)
		if errors.Is(err, ErrEntries) {
			continue // another list came between; it is known now
		}
		out.Entered = append(out.Entered, entered.Competitors...)
		return out, err
	}
	return FromPlan{}, ErrOvertaken
}

// choose finds who of a plan can be entered now, and why the others cannot.
func (s *Contests) choose(ctx context.Context, d *entryDesk, from plan.ID, list []plan.Enlisted) (FromPlan, PersonList, error) {
	out := FromPlan{Entered: []CompetitorID{}, LeftOut: []fault.Field{}}
	var who []*plan.Enlisted
	for i := range list {
		e := &list[i]
		switch {
		case e.State != plan.Accepted:
			out.leave(e, namelist.Finding{Code: "entry_" + string(e.State), Message: "the entry is " + string(e.State), Params: map[string]string{"reason": e.Reason}})
		case d.event.Level != 0 && e.Level != 0 && e.Level != d.event.Level:
			out.leave(e, namelist.Finding{Code: "level_other", Message: "entered for " + e.Level.En() + ", the event is of " + d.event.Level.En(), Params: map[string]string{"level": e.Level.Zh()}})
		default:
			who = append(who, e)
		}
	}
	// Leaving somebody out can make room or break up a team, so the rest is
	// looked at again.
	for {
		b := PersonList{Source: "plan/" + string(from), Key: planKey(from, who)}
		for _, e := range who {
			b.List = append(b.List, personOf(e))
		}
		if len(who) == 0 {
			return out, b, nil
		}
		groups, found, err := s.findings(ctx, d, &b)
		gone := leftOut(b.List, groups, found)
		if err != nil || len(gone) == 0 {
			return out, b, err
		}
		var left []*plan.Enlisted
		for i, e := range who {
			switch reasons, is := gone[i]; {
			case !is:
				left = append(left, e)
			case isThere(reasons):
				out.Already++
			default:
				for _, r := range reasons {
					out.leave(e, r)
				}
			}
		}
		who = left
	}
}

func (f *FromPlan) leave(e *plan.Enlisted, why namelist.Finding) {
	params := map[string]string{"name": e.Name}
	maps.Copy(params, why.Params)
	f.LeftOut = append(f.LeftOut, fault.Field{Path: string(e.Entry), Code: why.Code, Message: e.Name + ": " + why.Message, Params: params})
}

// planKey is the same for the same entries, so that entering them twice is
// once.
func planKey(from plan.ID, who []*plan.Enlisted) string {
	parts := []string{string(from)}
	for _, e := range who {
		parts = append(parts, string(e.Entry))
	}
	return derivedID("plan-", parts...)
}

// leftOut are the places of people with findings that stop them, and of those
// in one team with them.
func leftOut(list []Person, groups []group, found []namelist.Finding) map[int][]namelist.Finding {
	gone := map[int][]namelist.Finding{}
	for _, f := range found {
		switch {
		case f.Warning:
		case f.Index < 0:
			for i := range list {
				gone[i] = append(gone[i], f)
			}
		default:
			gone[f.Index] = append(gone[f.Index], f)
		}
	}
	for _, g := range groups {
		var first []namelist.Finding
		for _, i := range g.at {
			if r := gone[i]; len(r) > 0 && first == nil {
				first = r
			}
		}
		for _, i := range g.at {
			if first != nil && len(gone[i]) == 0 {
				code, message := "team_left_out", "another of the team "+list[i].Team+" cannot be entered"
				if isThere(first) {
					code, message = first[0].Code, first[0].Message
				}
				gone[i] = []namelist.Finding{{Index: i, Path: "team", Code: code, Message: message, Params: map[string]string{"team": list[i].Team}}}
			}
		}
	}
	return gone
}

// isThere reports whether somebody is left out for being in the division.
func isThere(reasons []namelist.Finding) bool {
	return !slices.ContainsFunc(reasons, func(f namelist.Finding) bool { return f.Code != "already_in_division" && f.Code != "team_there" })
}

// personOf makes a person to enter of a plan's entry.
func personOf(e *plan.Enlisted) Person {
	p := Person{
		Name: e.Name, IDType: e.IDType, IDNumber: e.IDNumber, Born: e.Facts.Born, Unit: e.Unit, City: e.Contest.City,
		Delegation: e.Contest.Delegation, Identity: Identity(e.Contest.Identity), HeldNumber: e.Facts.HeldNumber,
		Team: e.Contest.Team, Role: e.Contest.Role, candidate: e.Person,
	}
	if e.Facts.HeldLevel != nil {
		p.HeldLevel = bank.Level(*e.Facts.HeldLevel)
	}
	return p
}
