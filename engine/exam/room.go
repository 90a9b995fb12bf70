package exam

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/xinglu/xinglu/internal/store"
)

// byStaff lets staff decide about an attempt of the sitting; then, unless it
// was refused, sees the attempt after it.
func (s *Service) byStaff(ctx context.Context, sitting SittingID, id AttemptID, actor string, decide decision, then func(*Attempt)) error {
	return s.with(ctx, id, func(e *entry) error {
		if e.attempt.Ticket.Sitting != sitting {
			return ErrAttemptNotFound
		}
		_, err := s.act(ctx, e, actor, "", true, decide)
		if err == nil && then != nil {
			then(e.attempt)
		}
		return err
	})
}

// Let admits the candidate by staff at a seat. The honesty pledge is given by
// the candidate at the seat, without which nobody begins. Errors: those of
// Attempt.mayEnter.
func (a *Attempt) Let(now time.Time, c *Course, at Place, node string) (Event, error) {
	if err := a.mayEnter(now, c); err != nil {
		return nil, err
	}
	if a.State != NotStarted {
		return nil, nil
	}
	return Admitted{Place: at, Fence: a.Fence + 1, Node: node}, nil
}

// Move puts the candidate at another seat, by staff. Who holds the old one is
// out. Errors: ErrReason, ErrAttemptClosed, ErrAbandoned, ErrVoid.
func (a *Attempt) Move(to Place, reason, node string) (Event, error) {
	if err := a.open(); err != nil {
		return nil, err
	}
	reason, err := reasonOf(reason)
	switch {
	case err != nil:
		return nil, err
	case a.Place == to:
		return nil, nil
	}
	e := SeatMoved{Place: to, Fence: a.Fence + 1, Reason: reason, Node: node}
	if a.State == NotStarted {
		e.Fence = a.Fence // nobody sits anywhere yet
	}
	return e, nil
}

// MarkAbsent marks the candidate as absent. Errors: ErrReason, ErrNotStarted
// and ErrAbsentEarly by the rule absent_after_ms, ErrNotAbsent, ErrVoid.
func (a *Attempt) MarkAbsent(now time.Time, c *Course, reason, node string) (Event, error) {
	reason, err := reasonOf(reason)
	switch {
	case err != nil:
		return nil, err
	case a.State == Void:
		return nil, ErrVoid
	case a.State != NotStarted:
		return nil, ErrNotAbsent
	case a.Room.Absent != nil:
		return nil, nil
	case c.StartedAt.IsZero():
		return nil, ErrNotStarted
	}
	if from := c.StartedAt.Add(ms(c.Rules.AbsentAfterMS)); now.Before(from) {
		return nil, ErrAbsentEarly.Param("at", instant(from))
	}
	return Absent{Reason: reason, Place: a.Place, Node: node}, nil
}

// LiftAbsence takes the mark back. Errors: ErrReason.
func (a *Attempt) LiftAbsence(reason, node string) (Event, error) {
	reason, err := reasonOf(reason)
	if err != nil || a.Room.Absent == nil {
		return nil, err
	}
	return Present{Reason: reason, Place: a.Place, Node: node}, nil
}

func reasonOf(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || len(reason) > maxReason {
		return "", ErrReason
	}
	return reason, nil
}

// Let admits a candidate by staff, at the seat now or at another free one.
// Errors: those of Attempt.Let, ErrPlace, ErrSeatTaken, ErrAttemptNotFound.
func (s *Service) Let(ctx context.Context, sitting SittingID, id AttemptID, at Place, actor string) error {
	return s.seat(ctx, sitting, id, at, func(to Place) error {
		return s.byStaff(ctx, sitting, id, actor, func(now time.Time, a *Attempt, c *Course) (Event, error) {
			return a.Let(now, c, to, s.o.Node)
		}, nil)
	})
}

// MoveSeat puts a candidate at another free seat; spare seats are among them.
// The seat that was held is fenced and told. Errors: those of Attempt.Move,
// ErrPlace, ErrSeatTaken, ErrAttemptNotFound.
func (s *Service) MoveSeat(ctx context.Context, sitting SittingID, id AttemptID, to Place, actor, reason string) error {
	var seq int64
	err := s.seat(ctx, sitting, id, to, func(to Place) error {
		return s.byStaff(ctx, sitting, id, actor, func(_ time.Time, a *Attempt, _ *Course) (Event, error) {
			return a.Move(to, reason, s.o.Node)
		}, func(a *Attempt) { seq = a.Seq })
	})
	if err == nil {
		s.announce(ctx, id.channel(), Notice{News: NewsReplaced, Seq: seq})
	}
	return err
}

// seat claims a place for the attempt, lets f put it there, and gives free
// the place where it was. The zero Place is the one now. A place that another
// sitting has at that time is ErrSeatTaken.
//
// Order of writes: the claim, the booking, the record, the release of both. A
// crash between leaves a claim of somebody who does not sit there, which is
// taken over later, and a booking that ends with the sitting.
func (s *Service) seat(ctx context.Context, sitting SittingID, id AttemptID, to Place, f func(Place) error) error {
	c, err := s.courseOf(ctx, sitting)
	if err != nil {
		return err
	}
	from, factor, err := s.sits(ctx, id)
	if err != nil {
		return err
	}
	if to == (Place{}) {
		to = from
	}
	if !c.sitting.has(to) {
		return ErrPlace
	}
	if err := s.claim(ctx, c, id, to); err != nil {
		return err
	}
	var refused error
	if to != from {
		refused = s.bookSeat(ctx, c.sitting, to, factor)
	}
	if refused == nil {
		refused = f(to)
	}
	now, err := s.placeOf(ctx, id)
	if err != nil {
		return errors.Join(refused, err)
	}
	for _, left := range []Place{from, to} {
		if left != now {
			err = errors.Join(err, s.unbookSeat(ctx, c.sitting, left), s.vacate(ctx, sitting, id, left))
		}
	}
	if refused != nil {
		return refused
	}
	return err
}

// Sits returns ErrAttemptNotFound unless the attempt belongs to the sitting.
func (s *Service) Sits(ctx context.Context, sitting SittingID, id AttemptID) error {
	return s.with(ctx, id, func(e *entry) error {
		if e.attempt.Ticket.Sitting != sitting {
			return ErrAttemptNotFound
		}
		return nil
	})
}

// placeOf reads where the candidate sits.
func (s *Service) placeOf(ctx context.Context, id AttemptID) (Place, error) {
	at, _, err := s.sits(ctx, id)
	return at, err
}

// sits reads where the candidate sits, and with which factor.
func (s *Service) sits(ctx context.Context, id AttemptID) (at Place, m Factor, err error) {
	err = s.with(ctx, id, func(e *entry) error {
		err := s.refresh(ctx, e)
		at, m = e.attempt.Place, e.attempt.Ticket.Factor
		return err
	})
	return at, m, err
}

// claimAge is how long the claim of a candidate who does not sit there is
// honoured: a move is under way for less.
const claimAge = time.Minute

// claim makes the seat the attempt's. Error: ErrSeatTaken.
func (s *Service) claim(ctx context.Context, c *course, id AttemptID, at Place) error {
	mine := &chairTaken{Sitting: c.id, Place: at, Attempt: id, At: s.now()}
	err := chairs.Insert(ctx, s.db, mine)
	if err == nil {
		return s.unlisted(ctx, c, mine)
	}
	if !errors.Is(err, store.ErrExists) {
		return fmt.Errorf("taking a seat: %w", err)
	}
	held, err := chairs.Get(ctx, s.db, chairID(c.id, at))
	if err != nil {
		return notFound(err, ErrBusy) // given free at this moment
	}
	if held.Value.Attempt == id {
		return nil
	}
	sits, err := s.placeOf(ctx, held.Value.Attempt)
	if err != nil {
		return err
	}
	if sits == at || s.now().Sub(held.Value.At) < claimAge {
		return ErrSeatTaken
	}
	err = chairs.Replace(ctx, s.db, mine, held.Version)
	if errors.Is(err, store.ErrVersion) {
		return ErrSeatTaken
	}
	return err
}

// unlisted looks for a candidate who has the seat by the ticket without a
// document: sittings that older versions prepared have none.
func (s *Service) unlisted(ctx context.Context, c *course, mine *chairTaken) error {
	list, err := s.ticketsOf(ctx, c)
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].Place != mine.Place || list[i].Attempt == mine.Attempt {
			continue
		}
		sits, err := s.placeOf(ctx, list[i].Attempt)
		if err != nil {
			return err
		}
		if sits == mine.Place {
			return errors.Join(ErrSeatTaken, s.vacate(ctx, c.id, mine.Attempt, mine.Place))
		}
	}
	return nil
}

// vacate gives the seat free if it is the attempt's.
func (s *Service) vacate(ctx context.Context, sitting SittingID, id AttemptID, at Place) error {
	held, err := chairs.Get(ctx, s.db, chairID(sitting, at))
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && held.Value.Attempt != id:
		return nil
	case err != nil:
		return err
	}
	err = chairs.Delete(ctx, s.db, chairID(sitting, at), held.Version)
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrVersion) {
		return nil
	}
	return err
}

// SetAbsent marks a candidate as absent, or lifts the mark. Errors: those of
// Attempt.MarkAbsent, ErrAttemptNotFound.
func (s *Service) SetAbsent(ctx context.Context, sitting SittingID, id AttemptID, absent bool, actor, reason string) error {
	return s.byStaff(ctx, sitting, id, actor, func(now time.Time, a *Attempt, c *Course) (Event, error) {
		if absent {
			return a.MarkAbsent(now, c, reason, s.o.Node)
		}
		return a.LiftAbsence(reason, s.o.Node)
	}, nil)
}

// MarkAbsentees marks everybody as absent who was not admitted, and returns
// how many are marked now. Errors: ErrReason, ErrNotStarted, ErrAbsentEarly,
// ErrSittingNotFound.
func (s *Service) MarkAbsentees(ctx context.Context, sitting SittingID, actor, reason string) (int, error) {
	c, err := s.courseOf(ctx, sitting)
	if err != nil {
		return 0, err
	}
	if _, err := s.catchUp(ctx, c, 0); err != nil {
		return 0, err
	}
	list, err := s.ticketsOf(ctx, c)
	if err != nil {
		return 0, err
	}
	marked := make([]bool, len(list))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(together)
	for i := range list {
		g.Go(func() error {
			err := s.SetAbsent(gctx, sitting, list[i].Attempt, true, actor, reason)
			marked[i] = err == nil
			if errors.Is(err, ErrNotAbsent) || errors.Is(err, ErrVoid) {
				return nil
			}
			return err
		})
	}
	err = g.Wait()
	n := 0
	for _, m := range marked {
		if m {
			n++
		}
	}
	return n, err
}
