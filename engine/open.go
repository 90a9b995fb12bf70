package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// Open freezes regulation, panels and competitors in the ledger and, where
// there are no layers of identity, draws the station codes; marks are taken
// from then on. The seed is the word of that draw, to which a secret is added
// that nobody knows before decryption. A second call with the same division
// returns ErrFrozen and changes nothing. ErrNotReady names everything that is
// missing; ErrNotApproved where the regulation needs a second person.
//
// Order of writes: the division's document is marked as opening, so that its
// setters refuse; the list of competitors is closed in the contest's stream,
// behind everybody who came in time; then the ledger record, whose key decides
// a race between two calls; then the draw, and the status of the document. A
// repeated call completes whatever a crash left, or takes the mark off again
// when something is missing after all.
func (s *Contests) Open(ctx context.Context, actor access.AccountID, id DivisionID, seed int64) error {
	div, err := s.Division(ctx, id)
	if err != nil {
		return err
	}
	if div.Status != Setup {
		return ErrFrozen
	}
	if div, err = s.syncRegulation(ctx, div); err != nil {
		return err
	}
	if _, err := s.opening(ctx, div); err != nil {
		return err
	}
	a, err := s.arena(ctx, id)
	if err != nil {
		return err
	}
	started := false
	if err := a.read(ctx, func(t *Tally) error { started = t.status != Setup; return nil }); err != nil {
		return err
	}
	if !started {
		event, err := s.freeze(ctx, actor, id)
		if err != nil {
			return err
		}
		// What the fold cannot read must never be stored: no later record
		// could mend it.
		if _, err := newTally(s.opts.Sealer).applyOpened(ledger.Record{Stream: a.stream, Seq: 1, At: s.now(), Kind: kindOpened, Data: marshal(event)}); err != nil {
			return fmt.Errorf("trying the opening out: %w", err)
		}
		if _, err := a.append(ctx, string(actor), kindOpened, "open", event); err != nil {
			return err
		}
	}
	return s.finishOpening(ctx, actor, a, seed)
}

// opening returns who would compete if the division opened now. Errors:
// ErrNotReady, ErrNotApproved.
func (s *Contests) opening(ctx context.Context, div Division) ([]Competitor, error) {
	lines, err := s.Enlistment(ctx, Filer{Everyone: true}, div.ID)
	if err != nil {
		return nil, err
	}
	contest, err := s.Contest(ctx, div.Contest)
	if err != nil {
		return nil, err
	}
	event, err := s.Event(ctx, div.Event)
	if err != nil {
		return nil, err
	}
	list := make([]Competitor, 0, len(lines))
	for _, l := range lines {
		if l.State == EnlistEntered {
			list = append(list, l.Competitor)
		}
	}
	wrong := append(ready(div, list), enlistmentReady(div, contest, event, lines)...)
	if len(wrong) > 0 {
		return nil, ErrNotReady.With(wrong...)
	}
	return list, s.onRoll(ctx, div.Contest, func(r *Roll) error { return r.approvedBy(div) })
}

// errMoved: the list changed while the opening was being decided.
var errMoved = errors.New("the list of competitors has changed")

// freeze stops every change of the division and returns what it opens with.
func (s *Contests) freeze(ctx context.Context, actor access.AccountID, id DivisionID) (opened, error) {
	div, err := divisions.Update(ctx, s.db, string(id), func(d *Division) error {
		d.clean()
		if d.Status != Setup {
			return ErrFrozen
		}
		d.Opening = true
		return nil
	})
	if err != nil {
		return opened{}, err
	}
	list, err := s.closeList(ctx, actor, div)
	if err != nil {
		_, undo := divisions.Update(ctx, s.db, string(id), func(d *Division) error { d.Opening = false; return nil })
		return opened{}, errors.Join(err, undo)
	}
	entrants := make([]Entrant, len(list))
	for i := range list {
		entrants[i] = list[i].entrant()
	}
	return opened{
		Scheme: div.Scheme, Rules: div.Rules, Procedure: div.Procedure, Honours: div.Honours, Regulation: div.Regulation,
		Panels: div.Panels, Officers: div.Officers, Relations: div.Relations, Board: div.Board, Competitors: entrants,
	}, nil
}

// closeList records that nobody comes to the division's list or leaves it any
// more, and returns it.
func (s *Contests) closeList(ctx context.Context, actor access.AccountID, div Division) ([]Competitor, error) {
	for range rollTries {
		list, err := s.opening(ctx, div)
		if err != nil {
			return nil, err
		}
		err = s.stepRoll(ctx, div.Contest, string(actor), "closed/"+string(div.ID), func(r *Roll) (string, any, error) {
			if _, done := r.closed[div.ID]; done {
				return "", nil, nil
			}
			there := map[string]bool{}
			for _, l := range r.active(div.ID) {
				there[l.Doc] = true
			}
			for i := range list {
				if list[i].Doc != "" && !there[list[i].Doc] {
					return "", nil, errMoved
				}
				delete(there, list[i].Doc)
			}
			if v := r.newest(div.ID); len(there) > 0 || v != nil && v.Version != div.Regulation.Version {
				return "", nil, errMoved
			}
			return kindClosed, rollClosed{Division: div.ID, Regulation: div.Regulation.Version}, nil
		})
		if !errors.Is(err, errMoved) {
			return list, err
		}
	}
	return nil, ErrOvertaken
}

// entrant is the competitor as the ledger knows one.
func (c *Competitor) entrant() Entrant {
	e := Entrant{
		ID: c.ID, Unit: c.Unit, City: c.City, Delegation: c.Delegation, Identity: c.Identity, HeldLevel: c.HeldLevel,
		Team: c.Team, Role: c.Role, Carried: c.Carried,
	}
	for _, m := range c.Members {
		e.Members = append(e.Members, EntrantMember{Identity: m.Identity, HeldLevel: m.HeldLevel, Role: m.Role})
	}
	return e
}

// finishOpening draws the codes where the machine does that at the opening,
// and copies what the ledger froze into the document that lists are made of.
// It may run again after a crash.
func (s *Contests) finishOpening(ctx context.Context, actor access.AccountID, a *arena, seed int64) error {
	at := s.now()
	layered := false
	err := a.read(ctx, func(t *Tally) error {
		at, layered = t.at, t.open.Procedure.Identity.Mode == IdentityLayered
		return nil
	})
	if err == nil && !layered {
		err = s.drawAtOpening(ctx, actor, a, seed)
	}
	if err != nil {
		return err
	}
	if err := s.importCarried(ctx, a); err != nil {
		return err
	}
	_, err = divisions.Update(ctx, s.db, string(a.id), func(d *Division) error {
		d.clean()
		d.Status, d.Opened, d.Opening = Running, &at, false
		return nil
	})
	return err
}

// ready names everything of panels and offices that keeps a division from
// opening.
func ready(div Division, list []Competitor) checker {
	var wrong checker
	if len(list) == 0 {
		wrong.add("competitors", "missing", "enter competitors first")
	}
	wrong = append(wrong, checkOfficers(div.Officers, div.Procedure.Identity.Mode)...)
	for i, p := range div.Panels {
		if m, ok := div.Scheme.Module(p.Module); !ok || m.Source != scoring.SourcePanel {
			wrong.add(fmt.Sprintf("panels[%d].module", i), "unknown", "no module of the scheme that a panel marks")
		}
	}
	wrong = append(wrong, checkIdentity(&div)...)
	units := map[string]bool{}
	for _, c := range list {
		units[c.Unit] = true
	}
	wrong = append(wrong, checkPanels(&div, slices.Sorted(maps.Keys(units)))...)
	return wrong
}

// enlistmentReady names everything of the list of competitors that keeps a
// division from opening.
func enlistmentReady(div Division, contest Contest, event Event, lines []CompetitorLine) checker {
	var c checker
	sent := map[DelegationID]int{}
	entered := 0
	for i := range lines {
		l := &lines[i]
		path := "competitors." + l.Name
		switch l.State {
		case EnlistFiled, EnlistReturned:
			c.add(path, "undecided", "the entry waits for a decision", "name", l.Name)
			continue
		case EnlistWithdrawn:
			continue
		case EnlistEntered:
		}
		entered++
		sent[l.Delegation]++
		if l.Waiver == "" {
			for _, f := range l.Unqualified {
				f.Path = path + "." + f.Path
				c = append(c, f)
			}
		}
		if id := l.Delegation; id != "" {
			c.need(contest.delegation(string(id)) != nil, path, "delegation_unknown", "the contest has no such delegation any more")
		}
	}
	if most := div.Qualification.PerDelegation; most > 0 {
		for _, d := range contest.Delegations {
			c.need(sent[d.ID] <= most, "competitors", "delegation_full", fmt.Sprintf("%s sends %d, at most %d may come", d.Name, sent[d.ID], most))
		}
	}
	div.Procedure.Draw.checkPlaces(entered, &c)
	for _, t := range teamsOf(event, lines) {
		for _, f := range t.Problems {
			f.Path = "teams." + t.Name
			c = append(c, f)
		}
	}
	return c
}
