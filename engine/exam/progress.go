package exam

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/scoring"
)

// Counts are candidates by the state of their attempt, and of those not
// started the ones who are marked absent.
type Counts struct {
	Total      int `json:"total"`
	NotStarted int `json:"notstarted"`
	Absent     int `json:"absent"`
	Admitted   int `json:"admitted"`
	InProgress int `json:"in_progress"` // paused and overdue ones too
	Paused     int `json:"paused"`
	Overdue    int `json:"overdue"`
	Submitted  int `json:"submitted"`
	Finished   int `json:"finished"`
	Abandoned  int `json:"abandoned"`
	Void       int `json:"void"`
}

func (c *Counts) add(p *SeatProgress) {
	c.Total++
	switch p.State {
	case NotStarted:
		c.NotStarted++
		if p.Absent {
			c.Absent++
		}
	case InRoom:
		c.Admitted++
	case InProgress:
		c.InProgress++
	case Paused:
		c.InProgress++
		c.Paused++
	case Overdue:
		c.InProgress++
		c.Overdue++
	case Submitted:
		c.Submitted++
	case Finished:
		c.Finished++
	case Abandoned:
		c.Abandoned++
	case Void:
		c.Void++
	}
}

// LinkQuality is how well a seat is connected.
type LinkQuality string

// The qualities of a connection. Screens send a heartbeat every 10 s.
const (
	LinkGood LinkQuality = "good"
	LinkWeak LinkQuality = "weak" // a heartbeat is missing
	LinkLost LinkQuality = "lost" // two are
)

// After these times without a frame the link is weak, and lost. They follow
// the heartbeat of the screens, not a rule of an examination.
const (
	weakAfter = 15 * time.Second
	lostAfter = 25 * time.Second
)

// SeatProgress is one candidate as the console sees it: no ID number in full,
// no answers, no marks.
type SeatProgress struct {
	Attempt   AttemptID     `json:"attempt"`
	Ticket    TicketNo      `json:"ticket"`
	Name      string        `json:"name"`
	IDMasked  string        `json:"id_masked"`
	Unit      string        `json:"unit"`
	Assigned  Place         `json:"assigned"` // on the ticket
	Place     Place         `json:"place"`    // now
	Moves     []SeatMove    `json:"-"`        // for the record sheet; the live grid shows where people are
	Form      string        `json:"form"`
	Needs     Needs         `json:"needs"`
	State     State         `json:"state" enum:"notstarted,admitted,in_progress,paused,overdue,submitted,finished,abandoned,void"`
	Absent    bool          `json:"absent"`
	Identity  *IdentityView `json:"identity,omitempty"`
	Answered  int           `json:"answered"`
	Questions int           `json:"questions"`
	StartedAt *time.Time    `json:"started_at,omitempty"`
	EndsAt    *time.Time    `json:"ends_at,omitempty"` // absent while paused: it moves
	GrantedMS int64         `json:"granted_ms"`
	Paused    *SeatPause    `json:"paused,omitempty"`
	HandedIn  *Receipt      `json:"handed_in,omitempty"`
	Lockdown  *LockView     `json:"lockdown,omitempty"` // absent where the rules ask for none
	Away      Away          `json:"away"`
	// Noted says whether the seat has confirmed the newest grant or important
	// announcement for it; absent when there is none.
	Noted     *bool      `json:"noted,omitempty"`
	LastAckAt *time.Time `json:"last_ack_at,omitempty"` // of the last durable answer
	// The connection as this node knows it: SeenAt is the last frame.
	SeenAt *time.Time  `json:"seen_at,omitempty"`
	Link   LinkQuality `json:"link,omitempty" enum:"good,weak,lost"` // while admitted or writing
	RTTMS  int64       `json:"rtt_ms,omitempty"`
	Hidden bool        `json:"hidden,omitempty"` // the page is out of sight
}

// SeatPause is the pause that stops a candidate, for the console.
type SeatPause struct {
	Seq         int64        `json:"seq"`
	Since       time.Time    `json:"since"`
	Reason      scoring.Text `json:"reason"`
	RemainingMS int64        `json:"remaining_ms"`
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
// the ledger once for what is new of each attempt; who wants to see it all the
// time uses Watch. Errors: ErrSittingNotFound.
func (s *Service) Progress(ctx context.Context, id SittingID) (Progress, error) {
	c, err := s.courseOf(ctx, id)
	if err != nil {
		return Progress{}, err
	}
	known, err := s.catchUp(ctx, c, 0)
	if err != nil {
		return Progress{}, err
	}
	list, err := s.rosterOf(ctx, c)
	if err != nil {
		return Progress{}, err
	}
	p := Progress{Sitting: id, State: known.State, StartedAt: timeOf(known.StartedAt), Seats: make([]SeatProgress, len(list)), ServerTime: s.now()}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(together)
	for i := range list {
		g.Go(func() error {
			return s.seatProgress(gctx, &list[i], known, readAll, &p.Seats[i])
		})
	}
	if err := g.Wait(); err != nil {
		return Progress{}, err
	}
	for i := range p.Seats {
		p.Counts.add(&p.Seats[i])
	}
	return p, nil
}

// seatedPerson is one line of a sitting's roster: it never changes after Prepare.
type seatedPerson struct {
	Ticket
	name, idMasked, unit string
}

// rosterOf returns the tickets with the names, as this node keeps them.
func (s *Service) rosterOf(ctx context.Context, c *course) ([]seatedPerson, error) {
	if list := c.roster.Load(); list != nil {
		return *list, nil
	}
	tickets, err := s.ticketsOf(ctx, c)
	if err != nil {
		return nil, err
	}
	list := make([]seatedPerson, len(tickets))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(together)
	for i := range tickets {
		g.Go(func() error {
			doc, err := candidates.Get(gctx, s.db, string(tickets[i].Candidate))
			list[i] = seatedPerson{tickets[i], doc.Value.Name, doc.Value.IDMasked, doc.Value.Unit}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("reading the candidates of sitting %s: %w", c.id, err)
	}
	if len(list) > 0 {
		c.roster.Store(&list)
	}
	return list, nil
}

// readAll as atLeast of seatProgress reads the attempt to its end.
const readAll = math.MaxInt64

// seatProgress fills in the row of one candidate, from the attempt at least
// up to the record atLeast.
func (s *Service) seatProgress(ctx context.Context, t *seatedPerson, c *Course, atLeast int64, p *SeatProgress) error {
	*p = SeatProgress{Attempt: t.Attempt, Ticket: t.No, Assigned: t.Place, Form: t.Form, Name: t.name, IDMasked: t.idMasked, Unit: t.unit}
	return s.with(ctx, t.Attempt, func(e *entry) error {
		if e.attempt.Seq < atLeast {
			if err := s.refresh(ctx, e); err != nil {
				return err
			}
		}
		now := s.now()
		p.fill(e.attempt, c, now)
		p.connected(link{seen: e.seen.Load(), rtt: e.rtt.Load(), hidden: e.hidden.Load()}, now)
		return nil
	})
}

// fill takes what the ledger tells.
func (p *SeatProgress) fill(a *Attempt, c *Course, now time.Time) {
	t, v := a.Times(c, now), a.View(c, now)
	p.Moves = slices.Clip(a.Moves) // it only grows
	p.Needs = a.Ticket.Needs
	p.Place, p.State, p.Questions, p.Answered = a.Place, v.State, a.Ticket.Questions, a.Answered()
	p.StartedAt, p.EndsAt, p.GrantedMS, p.HandedIn = v.StartedAt, v.EndsAt, v.GrantedMS, v.Receipt
	p.Absent, p.Identity, p.LastAckAt, p.Away = a.Room.Absent != nil, a.IdentityView(), timeOf(a.Room.AnsweredAt), a.Away
	p.Lockdown = a.LockView(&c.Rules)
	if t.Pause != nil && a.open() == nil {
		p.Paused = &SeatPause{Seq: t.Pause.Seq, Since: t.Pause.From, Reason: t.Pause.Reason, RemainingMS: a.remaining(c, now)}
		p.EndsAt, p.GrantedMS = nil, t.GrantedMS-t.PausedMS
	}
	if need := a.toNote(c); need > 0 && a.State != NotStarted {
		noted := a.Noted >= need
		p.Noted = &noted
	}
}

// link is what a node knows of a seat's connection; times in Unix ms.
type link struct {
	seen, rtt int64
	hidden    bool
}

// connected takes what is known of the connection.
func (p *SeatProgress) connected(l link, now time.Time) {
	if l.seen == 0 {
		return
	}
	seen := time.UnixMilli(l.seen).UTC()
	p.SeenAt = &seen
	switch p.State {
	case InRoom, InProgress, Paused, Overdue:
	default:
		return
	}
	p.RTTMS, p.Hidden = l.rtt, l.hidden
	switch age := now.Sub(seen); {
	case age > lostAfter:
		p.Link = LinkLost
	case age > weakAfter:
		p.Link = LinkWeak
	default:
		p.Link = LinkGood
	}
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
	// Announcements in the order in which they were made.
	Announcements []Announcement `json:"announcements"`
	// Arrangement seals who sits where; absent before Prepare.
	Arrangement *Arrangement `json:"arrangement,omitempty"`
	// Reconciled is what the closing sealed; absent before it.
	Reconciled *Reconciled `json:"reconciled,omitempty"`
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
		Grants: append([]Granted{}, known.Grants...), Pauses: append([]Pause{}, known.Pauses...),
		Announcements: append([]Announcement{}, known.Announcements...), Arrangement: known.Arrangement,
		Reconciled: known.Reconciled}, nil
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
