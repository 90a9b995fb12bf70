package exam

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/xinglu/xinglu/internal/store"
)

// Counts are candidates by the state of their attempt.
type Counts struct {
	Total      int `json:"total"`
	NotStarted int `json:"notstarted"`
	Admitted   int `json:"admitted"`
	InProgress int `json:"in_progress"`
	Submitted  int `json:"submitted"`
	Finished   int `json:"finished"`
	Void       int `json:"void"`
}

func (c *Counts) add(s State) {
	c.Total++
	switch s {
	case NotStarted:
		c.NotStarted++
	case InRoom:
		c.Admitted++
	case InProgress:
		c.InProgress++
	case Submitted:
		c.Submitted++
	case Finished:
		c.Finished++
	case Void:
		c.Void++
	}
}

// SeatProgress is one candidate as the console sees it: no ID number in full,
// no answers, no marks.
type SeatProgress struct {
	Attempt   AttemptID  `json:"attempt"`
	Ticket    TicketNo   `json:"ticket"`
	Name      string     `json:"name"`
	IDMasked  string     `json:"id_masked"`
	Unit      string     `json:"unit"`
	Assigned  Place      `json:"assigned"` // on the ticket
	Place     Place      `json:"place"`    // now
	Form      string     `json:"form"`
	State     State      `json:"state"`
	Answered  int        `json:"answered"`
	Questions int        `json:"questions"`
	StartedAt *time.Time `json:"started_at,omitempty"`
	EndsAt    *time.Time `json:"ends_at,omitempty"`
	GrantedMS int64      `json:"granted_ms"`
	HandedIn  *Receipt   `json:"handed_in,omitempty"`
	Lockdown  *LockView  `json:"lockdown,omitempty"` // absent where the rules ask for none
	// SeenAt is the last frame that this node had from the candidate.
	SeenAt *time.Time `json:"seen_at,omitempty"`
}

// Progress is a sitting at one moment.
type Progress struct {
	Sitting    SittingID      `json:"sitting"`
	State      SittingState   `json:"state"`
	StartedAt  *time.Time     `json:"started_at,omitempty"`
	Counts     Counts         `json:"counts"`
	Seats      []SeatProgress `json:"seats"` // in seating order
	ServerTime time.Time      `json:"server_time"`
}

// Progress reads where every candidate of a prepared sitting stands. It asks
// the ledger for what is new of each attempt, so call it no more often than a
// person looks. Errors: ErrSittingNotFound.
func (s *Service) Progress(ctx context.Context, id SittingID) (Progress, error) {
	c, err := s.courseOf(ctx, id)
	if err != nil {
		return Progress{}, err
	}
	known, err := s.catchUp(ctx, c, 0)
	if err != nil {
		return Progress{}, err
	}
	list, err := s.Tickets(ctx, id)
	if err != nil {
		return Progress{}, err
	}
	p := Progress{Sitting: id, State: known.State, StartedAt: timeOf(known.StartedAt), Seats: make([]SeatProgress, len(list)), ServerTime: s.now()}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(together)
	for i := range list {
		g.Go(func() error {
			seat, err := s.seatProgress(gctx, &list[i], known)
			p.Seats[i] = seat
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return Progress{}, err
	}
	for i := range p.Seats {
		p.Counts.add(p.Seats[i].State)
	}
	return p, nil
}

func (s *Service) seatProgress(ctx context.Context, t *Ticket, c *Course) (SeatProgress, error) {
	doc, err := candidates.Get(ctx, s.db, string(t.Candidate))
	if err != nil {
		return SeatProgress{}, err
	}
	p := SeatProgress{Attempt: t.Attempt, Ticket: t.No, Assigned: t.Place, Form: t.Form,
		Name: doc.Value.Name, IDMasked: doc.Value.IDMasked, Unit: doc.Value.Unit}
	err = s.with(ctx, t.Attempt, func(e *entry) error {
		if err := s.refresh(ctx, e); err != nil {
			return err
		}
		a := e.attempt
		v := a.View(c, s.now())
		p.Place, p.State, p.Questions, p.Answered = a.Place, a.State, a.Ticket.Questions, a.Answered()
		p.StartedAt, p.EndsAt, p.GrantedMS = v.StartedAt, v.EndsAt, v.GrantedMS
		p.Lockdown = a.LockView(&c.Rules)
		if a.Receipt != nil {
			r := *a.Receipt
			p.HandedIn = &r
		}
		if seen := e.seen.Load(); seen > 0 {
			p.SeenAt = timeOf(time.UnixMilli(seen).UTC())
		}
		return nil
	})
	return p, err
}

// Tickets returns the tickets of a sitting in seating order; before Prepare
// there are none.
func (s *Service) Tickets(ctx context.Context, id SittingID) ([]Ticket, error) {
	return tickets.All(ctx, s.db, store.Query{Index: bySitting, Prefix: store.Key(string(id))})
}

// ticketsOf returns the tickets of a prepared sitting, which never change, as
// this node keeps them; before that there are none.
func (s *Service) ticketsOf(ctx context.Context, c *course) ([]Ticket, error) {
	if list := c.tickets.Load(); list != nil {
		return *list, nil
	}
	if !c.last.Load().Prepared {
		return nil, nil
	}
	list, err := s.Tickets(ctx, c.id)
	if err != nil {
		return nil, fmt.Errorf("reading the tickets of sitting %s: %w", c.id, err)
	}
	c.tickets.Store(&list)
	return list, nil
}

// SittingInfo is a sitting with what has happened to it, for staff. It holds
// the seed of the orders, so it is not for candidates.
type SittingInfo struct {
	Sitting
	State      SittingState `json:"state"`
	Registered int          `json:"registered"`
	Prepared   int          `json:"prepared"` // attempts; 0 before Prepare
	OpenedAt   *time.Time   `json:"opened_at,omitempty"`
	StartedAt  *time.Time   `json:"started_at,omitempty"`
	ClosedAt   *time.Time   `json:"closed_at,omitempty"`
	Grants     []Granted    `json:"grants"`
	Pauses     []Pause      `json:"pauses"` // all of them; one without an end lasts
}

// Sitting returns one sitting. Errors: ErrSittingNotFound.
func (s *Service) Sitting(ctx context.Context, id SittingID) (SittingInfo, error) {
	c, err := s.courseOf(ctx, id)
	if err != nil {
		return SittingInfo{}, err
	}
	known, err := s.catchUp(ctx, c, 0)
	if err != nil {
		return SittingInfo{}, err
	}
	roll, err := rolls.Get(ctx, s.db, string(id))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return SittingInfo{}, err
	}
	return SittingInfo{Sitting: *c.sitting, State: known.State, Registered: len(roll.Value.entries()), Prepared: known.Attempts,
		OpenedAt: timeOf(known.OpenedAt), StartedAt: timeOf(known.StartedAt), ClosedAt: timeOf(known.ClosedAt),
		Grants: append([]Granted{}, known.Grants...), Pauses: append([]Pause{}, known.Pauses...)}, nil
}

// Sittings returns up to limit sittings in order of their planned start,
// after the page that ended with the given cursor ("" for the first).
func (s *Service) Sittings(ctx context.Context, after string, limit int) (list []SittingInfo, next string, err error) {
	page, next, err := sittings.Find(ctx, s.db, store.Query{Index: byStart, After: after, Limit: limit})
	if err != nil {
		return nil, "", err
	}
	list = make([]SittingInfo, 0, len(page))
	for _, doc := range page {
		info, err := s.Sitting(ctx, doc.ID)
		if err != nil {
			return nil, "", err
		}
		list = append(list, info)
	}
	return list, next, nil
}
