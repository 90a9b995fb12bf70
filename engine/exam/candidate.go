package exam

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/scoring"
)

// Me is everything that a candidate's screen shows outside the paper.
type Me struct {
	Candidate  MeCandidate `json:"candidate"`
	Sitting    MeSitting   `json:"sitting"`
	Place      Place       `json:"place"` // the seat now
	PlaceNames PlaceNames  `json:"place_names"`
	Ticket     TicketNo    `json:"ticket"`
	Attempt    AttemptView `json:"attempt"`
	Lockdown   *MeLockdown `json:"lockdown,omitempty"`
	ServerTime time.Time   `json:"server_time"`
}

// PlaceNames are the names of a place's centre and room, as on the door.
type PlaceNames struct {
	Centre string `json:"centre"`
	Room   string `json:"room"`
}

// MeCandidate is the person; the ID number is masked.
type MeCandidate struct {
	Name     string `json:"name"`
	IDMasked string `json:"id_masked"`
	Unit     string `json:"unit"`
	Needs    Needs  `json:"needs"`
	// PhotoURL is where the candidate's own photo is; "" when there is none.
	// The service leaves it empty: photos are not the exam's.
	PhotoURL string `json:"photo_url,omitempty"`
}

// MeSitting is the sitting as its candidates may see it.
type MeSitting struct {
	ID         SittingID    `json:"id"`
	Name       scoring.Text `json:"name"`
	Occupation MeOccupation `json:"occupation"`
	Level      bank.Level   `json:"level"`
	LevelName  scoring.Text `json:"level_name"`
	State      SittingState `json:"state"`
	OpensAt    time.Time    `json:"opens_at"` // entry
	StartsAt   time.Time    `json:"starts_at"`
	ClosesAt   time.Time    `json:"closes_at"`
	LimitMS    int64        `json:"limit_ms"`
	Rules      MeRules      `json:"rules"`
}

// MeOccupation is the occupation of the sitting.
type MeOccupation struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// MeRules are the rules that a candidate must know, in milliseconds.
type MeRules struct {
	EntryOpensMS     int64 `json:"entry_opens_ms"`
	LastEntryMS      int64 `json:"last_entry_ms"`
	EarliestHandInMS int64 `json:"earliest_hand_in_ms"`
	// Overdue says what becomes of an attempt that is not handed in.
	Overdue OverduePolicy `json:"overdue,omitempty" enum:"hand_in,abandon"`
}

// SignIn finds the attempt of a ticket number and the last six characters of
// the ID number. An unknown ticket and a wrong tail are the same
// ErrTicketRefused and take the same steps. Only who has both learns
// ErrNotOpen or ErrEntryEarly. Ended attempts may still sign in to see their
// receipt.
func (s *Service) SignIn(ctx context.Context, no TicketNo, tail string) (AttemptID, Me, error) {
	var person *Candidate
	ticket, err := tickets.Get(ctx, s.db, NormalID(string(no)))
	switch {
	case err == nil:
		doc, err := candidates.Get(ctx, s.db, string(ticket.Value.Candidate))
		if err != nil {
			return "", Me{}, fmt.Errorf("signing in: %w", err)
		}
		person = &doc.Value
	case !errors.Is(err, store.ErrNotFound):
		return "", Me{}, fmt.Errorf("signing in: %w", err)
	default: // the same steps as for a ticket that exists
		_, _ = candidates.Get(ctx, s.db, "decoy")
	}
	if !s.idMatches(person, tail) {
		return "", Me{}, ErrTicketRefused
	}
	c, err := s.courseOf(ctx, ticket.Value.Sitting)
	if err != nil {
		return "", Me{}, err
	}
	known, err := s.catchUp(ctx, c, 0)
	switch {
	case err != nil:
		return "", Me{}, err
	case known.State == Planned:
		return "", Me{}, ErrNotOpen
	case s.now().Before(known.entryOpens()):
		return "", Me{}, ErrEntryEarly.Param("at", instant(known.entryOpens()))
	}
	me, err := s.Me(ctx, ticket.Value.Attempt)
	return ticket.Value.Attempt, me, err
}

// Me returns what the candidate of the attempt may see, read afresh. Errors:
// ErrAttemptNotFound.
func (s *Service) Me(ctx context.Context, id AttemptID) (Me, error) {
	var me Me
	var person CandidateID
	var needs Needs
	err := s.with(ctx, id, func(e *entry) error {
		c, err := s.courseOf(ctx, e.attempt.Ticket.Sitting)
		if err != nil {
			return err
		}
		known, err := s.readOn(ctx, e, c)
		if err != nil {
			return err
		}
		person, needs = e.attempt.Ticket.Candidate, e.attempt.Ticket.Needs
		me = meOf(e.attempt, c.sitting, known, s.now())
		return nil
	})
	if err != nil {
		return Me{}, err
	}
	doc, err := candidates.Get(ctx, s.db, string(person))
	if err != nil {
		return Me{}, err
	}
	me.Candidate = MeCandidate{Name: doc.Value.Name, IDMasked: doc.Value.IDMasked, Unit: doc.Value.Unit, Needs: needs}
	return me, nil
}

func meOf(a *Attempt, s *Sitting, c *Course, now time.Time) Me {
	return Me{
		Sitting: MeSitting{
			ID: s.ID, Name: s.Name, Occupation: MeOccupation{s.Occupation.Code, s.Occupation.Name},
			Level: s.Level, LevelName: scoring.Text{ZH: s.Level.Zh(), EN: s.Level.En()},
			State: c.State, OpensAt: c.entryOpens(), StartsAt: c.StartsAt, ClosesAt: c.ClosesAt, LimitMS: c.Rules.LimitMS,
			Rules: MeRules{c.Rules.EntryOpensMS, c.Rules.LastEntryMS, c.Rules.EarliestHandInMS, c.Rules.Overdue},
		},
		Place: a.Place, PlaceNames: s.names(a.Place), Ticket: a.Ticket.Ticket, Attempt: a.View(c, now), ServerTime: now,
		Lockdown: lockdownOf(a, &c.Rules),
	}
}

// Admit confirms identity and pledge and binds the attempt to a seat. A place
// of "" means the seat now, at first that of the ticket. Another place or
// device than the one that is bound moves the attempt and fences the old one;
// the same again changes nothing. It returns the fence that this seat's calls
// must carry. Errors: those of Attempt.Admit, ErrPlace, ErrAttemptNotFound.
func (s *Service) Admit(ctx context.Context, id AttemptID, seat Seat) (fence int64, me Me, err error) {
	admit := func(at Place) error {
		seat.Place = at
		fence, err = s.admit(ctx, id, seat)
		return err
	}
	if seat.Place == (Place{}) {
		err = admit(Place{})
	} else {
		var sitting SittingID
		err = s.with(ctx, id, func(e *entry) error { sitting = e.attempt.Ticket.Sitting; return nil })
		if err == nil {
			err = s.seat(ctx, sitting, id, seat.Place, admit)
		}
	}
	if err != nil {
		return 0, Me{}, err
	}
	me, err = s.Me(ctx, id)
	return fence, me, err
}

// admit is Admit at a place that is the attempt's, or "" for the one now.
func (s *Service) admit(ctx context.Context, id AttemptID, seat Seat) (fence int64, err error) {
	var moved int64
	var refused error
	err = s.with(ctx, id, func(e *entry) error {
		_, err = s.act(ctx, e, e.attempt.actor(), "", true, func(now time.Time, a *Attempt, k *Course) (Event, error) {
			at := seat
			if at.Place == (Place{}) {
				at.Place = a.Place
			}
			ev, err := a.Admit(now, k, at, s.o.Node)
			moved, refused = 0, nil
			if errors.Is(err, ErrAddress) {
				refused = err
				return a.refusedEntry(at.Address, s.o.Node), nil
			}
			if _, ok := ev.(SeatMoved); ok {
				moved = a.Seq + 1
			}
			return ev, err
		})
		fence = e.attempt.Fence
		if err == nil {
			err = refused
		}
		return err
	})
	if err == nil && moved > 0 {
		s.announce(ctx, id.channel(), Notice{News: NewsReplaced, Seq: moved})
	}
	return fence, err
}

// actor names the candidate in the ledger.
func (a *Attempt) actor() string { return "candidate/" + string(a.Ticket.Candidate) }

// SeatPaper returns the candidate's paper. The first call after the start of
// the sitting starts the candidate's clock. Errors: those of Attempt.Start,
// ErrSealed, ErrAttemptNotFound.
func (s *Service) SeatPaper(ctx context.Context, id AttemptID, fence int64) (SeatPaper, error) {
	var paper SeatPaper
	err := s.showPaper(ctx, id, fence, func(r *Released, t *Prepared) (err error) {
		paper, err = r.forSeat(t.Form, t.Orders)
		return err
	})
	if err != nil {
		return SeatPaper{}, err
	}
	return paper, nil
}

// showPaper lays the candidate's paper out and starts the clock.
func (s *Service) showPaper(ctx context.Context, id AttemptID, fence int64, lay func(*Released, *Prepared) error) error {
	return s.with(ctx, id, func(e *entry) error {
		t := &e.attempt.Ticket
		r, err := s.releasedOf(ctx, t.Sitting, t.Paper)
		if err != nil {
			return s.notShown(ctx, e, fence, err)
		}
		// Laid out first: a paper that cannot be shown must not start a clock.
		if err := lay(r, t); err != nil {
			return err
		}
		return s.begin(ctx, e, fence)
	})
}

// notShown returns why the candidate may not begin, if that is so, rather
// than why the paper cannot be shown.
func (s *Service) notShown(ctx context.Context, e *entry, fence int64, err error) error {
	c, cerr := s.courseOf(ctx, e.attempt.Ticket.Sitting)
	if cerr != nil {
		return cerr
	}
	known, cerr := s.readOn(ctx, e, c)
	if cerr != nil {
		return cerr
	}
	if _, refused := e.attempt.Start(s.now(), known, fence, s.o.Node); refused != nil {
		return refused
	}
	return err
}

// Figure returns a picture of the candidate's own paper while the candidate
// writes. Errors: ErrFigureNotFound, those of Attempt.held and Attempt.open,
// ErrNotStarted, ErrSealed, ErrAttemptNotFound.
func (s *Service) Figure(ctx context.Context, id AttemptID, fence int64, figure bank.FigureID) (bank.Figure, error) {
	var out bank.Figure
	err := s.with(ctx, id, func(e *entry) error {
		a := e.attempt
		if err := a.open(); err != nil {
			return err
		}
		if err := a.held(fence); err != nil {
			return err
		}
		if a.State != InProgress {
			return ErrNotStarted
		}
		r, err := s.releasedOf(ctx, a.Ticket.Sitting, a.Ticket.Paper)
		if err != nil {
			return err
		}
		f := r.figures[figure]
		if f == nil {
			return ErrFigureNotFound
		}
		out = *f
		return nil
	})
	return out, err
}

// begin starts the attempt. Its entry in the list of work is stored before
// the record, so that no running attempt is ever without one.
func (s *Service) begin(ctx context.Context, e *entry, fence int64) error {
	listed := false
	_, err := s.act(ctx, e, e.attempt.actor(), "", true, func(now time.Time, a *Attempt, c *Course) (Event, error) {
		ev, err := a.Start(now, c, fence, s.o.Node)
		if ev == nil || listed {
			return ev, err
		}
		err = s.list(ctx, a)
		listed = err == nil
		return ev, err
	})
	if err != nil {
		return err
	}
	c, err := s.courseOf(ctx, e.attempt.Ticket.Sitting)
	if err != nil {
		return err
	}
	s.sweep.at(e.id, e.attempt.Times(c.last.Load(), s.now()).LastCall)
	return nil
}

// list enters the attempt in the list of work.
func (s *Service) list(ctx context.Context, a *Attempt) error {
	err := works.Insert(ctx, s.db, &work{Attempt: a.ID, Sitting: a.Ticket.Sitting})
	if errors.Is(err, store.ErrExists) {
		return nil
	}
	return err
}
