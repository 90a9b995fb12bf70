package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/store"
)

// line finds a competitor's line for the filer. Errors: ErrNoCompetitor,
// ErrNotYours.
func (d *entryDesk) line(r *Roll, id CompetitorID) (*RollLine, error) {
	l := r.line(id)
	if l == nil || l.Division != d.div.ID || l.State == EnlistWithdrawn {
		return nil, ErrNoCompetitor.Param("competitor", id)
	}
	if !d.filer.Everyone && !slices.Contains(d.own, l.Delegation) {
		return nil, ErrNotYours
	}
	return l, nil
}

// Withdraw takes a competitor out of a division that is being set up.
// Repeating it changes nothing. Errors: ErrReason, ErrNoCompetitor,
// ErrNotYours, ErrFrozen, ErrFiling.
func (s *Contests) Withdraw(ctx context.Context, f Filer, id DivisionID, who CompetitorID, reason string) error {
	if reason = strings.TrimSpace(reason); reason == "" {
		return ErrReason
	}
	d, err := s.entryDesk(ctx, f, id)
	if err != nil {
		return err
	}
	return s.stepRoll(ctx, d.div.Contest, string(f.Account), "", func(r *Roll) (string, any, error) {
		if l := r.line(who); l != nil && l.Division == id && l.State == EnlistWithdrawn && l.Reason == reason {
			return "", nil, nil
		}
		if _, err := d.line(r, who); err != nil {
			return "", nil, err
		}
		if err := orErr(d.takes(), d.open(r)); err != nil {
			return "", nil, err
		}
		return kindWithdrawn, rollWithdrawn{Competitor: who, Reason: reason}, nil
	})
}

func orErr(list ...error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

// Replace puts another person in the place of a competitor: the same
// delegation and, in a team that is marked one by one, the same team and role.
// A team that is marked together is amended instead. The key makes the call
// idempotent. Errors: ErrEntries with paths "by.…", and those of Withdraw.
func (s *Contests) Replace(ctx context.Context, f Filer, id DivisionID, out CompetitorID, key, reason string, by Person) (CompetitorID, error) {
	if reason = strings.TrimSpace(reason); reason == "" {
		return "", ErrReason
	}
	if err := checkKey(key); err != nil {
		return "", err
	}
	d, err := s.entryDesk(ctx, f, id)
	if err != nil {
		return "", err
	}
	var in CompetitorID
	err = s.stepRoll(ctx, d.div.Contest, string(f.Account), "replaced/"+listKey(id, key), func(r *Roll) (string, any, error) {
		if l := r.line(out); l != nil && l.Division == id && l.Until != "" && l.State == EnlistWithdrawn && l.Reason == reason {
			in = l.Until
			return "", nil, nil
		}
		l, err := d.line(r, out)
		if err := orErr(err, d.takes(), d.open(r)); err != nil {
			return "", nil, err
		}
		if d.event.Team != nil && d.event.Team.Marked == MarkedTogether {
			return "", nil, ErrEntries.With(fault.Field{Path: "by.team", Code: "amend_team", Message: "change the members of the team instead"})
		}
		e, err := s.successor(ctx, d, r, l, key, by)
		in = e.Competitor
		return kindReplaced, rollReplaced{Competitor: out, Reason: reason, By: e, To: f.to()}, err
	})
	return in, err
}

// successor stores the document of who comes in the place of l.
func (s *Contests) successor(ctx context.Context, d *entryDesk, r *Roll, l *RollLine, key string, by Person) (rollEntry, error) {
	old, err := competitors.Get(ctx, s.db, l.Doc)
	if err != nil {
		return rollEntry{}, err
	}
	by.Delegation, by.Team = string(old.Value.Delegation), old.Value.TeamName
	if by.Role == "" {
		by.Role = old.Value.Role
	}
	b := PersonList{Key: key, Source: "form", List: []Person{by}}
	c, err := s.oneCompetitor(d, r, b, l.Competitor)
	if err != nil {
		return rollEntry{}, err
	}
	if c.ID == l.Competitor {
		return rollEntry{}, ErrEntries.With(fault.Field{Path: "by.id_number", Code: "person_same", Message: "this is the same person"})
	}
	return c.entry(b.List[0].Waiver), s.storeCompetitors(ctx, []Competitor{c})
}

// oneCompetitor checks a list that makes one competitor, in the room that left
// makes. Error: ErrEntries with paths "by.…".
func (s *Contests) oneCompetitor(d *entryDesk, r *Roll, b PersonList, left CompetitorID) (Competitor, error) {
	name := func(err error) error {
		if f := fault.As(err); f != nil {
			for i := range f.Fields {
				switch _, rest, ok := strings.Cut(f.Fields[i].Path, "]."); {
				case ok && len(b.List) == 1:
					f.Fields[i].Path = "by." + rest
				case ok:
					f.Fields[i].Path = strings.Replace(f.Fields[i].Path, "list[", "by[", 1)
				}
			}
		}
		return err
	}
	groups, found := s.examine(d, &b)
	if err := refuseList("list", found); err != nil {
		return Competitor{}, name(err)
	}
	if len(groups) != 1 {
		return Competitor{}, ErrEntries.With(fault.Field{Path: "by", Code: "team_mixed", Message: "all of the list must be of one team"})
	}
	docs, list, at, err := s.prepare(d, &b, groups)
	if err != nil {
		return Competitor{}, err
	}
	if err := refuseList("list", d.fits(r, list, at, left)); err != nil {
		return Competitor{}, name(err)
	}
	return docs[0], nil
}

// Amend replaces what is stored about a competitor, keeping who it is; of a
// team that is marked together list is its members from now on. What a leader
// amends waits for the organiser again. The key makes the call idempotent.
// Errors: ErrEntries with paths "by.…", and those of Withdraw.
func (s *Contests) Amend(ctx context.Context, f Filer, id DivisionID, who CompetitorID, key, reason string, list []Person) error {
	if err := checkKey(key); err != nil {
		return err
	}
	d, err := s.entryDesk(ctx, f, id)
	if err != nil {
		return err
	}
	return s.stepRoll(ctx, d.div.Contest, string(f.Account), "amended/"+listKey(id, key), func(r *Roll) (string, any, error) {
		l, err := d.line(r, who)
		if err := orErr(err, d.takes(), d.open(r)); err != nil {
			return "", nil, err
		}
		c, err := s.oneCompetitor(d, r, PersonList{Key: key, Source: "form", List: slices.Clone(list)}, who)
		switch {
		case err != nil:
			return "", nil, err
		case c.ID != who:
			return "", nil, ErrEntries.With(fault.Field{Path: "by.id_number", Code: "person_differs", Message: "this is another person or team; replace the competitor instead"})
		case c.Doc == l.Doc:
			return "", nil, nil
		}
		if err := s.storeCompetitors(ctx, []Competitor{c}); err != nil {
			return "", nil, err
		}
		waivers := make([]string, 0, 1)
		for _, p := range list {
			if p.Waiver != "" {
				waivers = append(waivers, strings.TrimSpace(p.Waiver))
			}
		}
		return kindAmended, rollAmended{Entry: c.entry(strings.Join(waivers, "; ")), To: f.to(), Reason: strings.TrimSpace(reason)}, nil
	})
}

// DecideEntries says of competitors whom units have filed that they are entered, or
// sends them back to be mended, for a reason: all of them or, with ErrEntries
// naming those that hinder it, none. The same decision again changes nothing.
// Errors: ErrReason, ErrDecided, ErrNoCompetitor, ErrFrozen.
func (s *Contests) DecideEntries(ctx context.Context, actor Filer, id DivisionID, who []CompetitorID, to EnlistState, reason string) error {
	reason = strings.TrimSpace(reason)
	switch {
	case to != EnlistEntered && to != EnlistReturned || len(who) == 0 || len(who) > maxList:
		return ErrEntries.With(fault.Field{Path: "to", Code: "decision_unknown", Message: "give entered or returned, and 1 to 5000 competitors"})
	case to == EnlistReturned && reason == "":
		return ErrReason
	}
	actor.Everyone = true
	d, err := s.entryDesk(ctx, actor, id)
	if err != nil {
		return err
	}
	return s.stepRoll(ctx, d.div.Contest, string(actor.Account), "", func(r *Roll) (string, any, error) {
		if err := orErr(d.takes(), d.open(r)); err != nil {
			return "", nil, err
		}
		var left []CompetitorID
		for _, x := range who {
			l, err := d.line(r, x)
			switch {
			case err != nil:
				return "", nil, err
			case l.State == to:
				continue
			case l.State == EnlistEntered:
				return "", nil, ErrDecided.Param("competitor", x)
			}
			left = append(left, x)
		}
		if left == nil {
			return "", nil, nil
		}
		return kindDecided, rollDecided{Competitors: left, To: to, Reason: reason}, nil
	})
}

// Competitors lists a division's competitors who are entered, with their
// names; for staff only.
func (s *Contests) Competitors(ctx context.Context, id DivisionID) ([]Competitor, error) {
	lines, err := s.Enlistment(ctx, Filer{Everyone: true}, id)
	if err != nil {
		return nil, err
	}
	list := make([]Competitor, 0, len(lines))
	for _, l := range lines {
		if l.State == EnlistEntered {
			list = append(list, l.Competitor)
		}
	}
	return list, nil
}

// CompetitorLine is a competitor with what has happened to the entry.
type CompetitorLine struct {
	Competitor
	State   EnlistState
	Filer   string // who entered it first
	Decider string // who brought it to its state
	Changed time.Time
	Reason  string
	Waiver  string
	Instead CompetitorID // whom it replaces
	Until   CompetitorID // who replaces it
	// Unqualified are the reasons why the person, or a member, may not compete
	// by the division's rules as they are now.
	Unqualified []fault.Field
}

func lineOf(c Competitor, l *RollLine) CompetitorLine {
	return CompetitorLine{Competitor: c, State: l.State, Filer: l.Filer, Decider: l.By, Changed: l.At, Reason: l.Reason, Waiver: l.Waiver, Instead: l.Instead, Until: l.Until}
}

// Enlistment lists everybody who is or was on a division's list, in the order
// in which they came; a leader gets those of the own delegations.
func (s *Contests) Enlistment(ctx context.Context, f Filer, id DivisionID) ([]CompetitorLine, error) {
	d, err := s.entryDesk(ctx, f, id)
	if err != nil {
		return nil, err
	}
	all, err := competitors.All(ctx, s.db, store.Query{Index: "division", Equal: string(id)})
	if err != nil {
		return nil, err
	}
	docs, list := make(map[string]Competitor, len(all)), []CompetitorLine{}
	for _, c := range all {
		docs[c.Doc] = c
		if c.Doc == "" {
			list = append(list, CompetitorLine{Competitor: c, State: EnlistEntered})
		}
	}
	err = s.onRoll(ctx, d.div.Contest, func(r *Roll) error {
		for _, l := range r.lines {
			if l.Division != id {
				continue
			}
			c, ok := docs[l.Doc]
			if !ok {
				return fmt.Errorf("competitor %s: %w", l.Competitor, store.ErrNotFound)
			}
			list = append(list, lineOf(c, l))
		}
		return nil
	})
	if !f.Everyone {
		list = slices.DeleteFunc(list, func(l CompetitorLine) bool { return !slices.Contains(d.own, l.Delegation) })
	}
	for i := range list {
		list[i].Unqualified = d.div.Qualification.of(&list[i].Competitor)
	}
	return list, err
}

// firstVersion calls f with the competitors that the first version entered.
func (s *Contests) firstVersion(ctx context.Context, id DivisionID, f func(Competitor)) error {
	all, err := competitors.All(ctx, s.db, store.Query{Index: "division", Equal: string(id)})
	for _, c := range all {
		if c.Doc == "" {
			f(c)
		}
	}
	return err
}
