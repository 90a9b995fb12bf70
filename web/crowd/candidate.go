package crowd

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"
)

// errDone ends a seat's link when the candidate has gone.
var errDone = errors.New("the candidate has gone")

// candidate sits the paper: signs in, is admitted, answers, hands in.
func (r *run) candidate(ctx context.Context, t Ticket, rng *rand.Rand) error {
	if err := pause(ctx, rng, r.o.Length/20); err != nil {
		return err
	}
	s := NewSeat(r.base, SeatOptions{Ticket: t, Device: "rehearsal",
		Rand: rand.New(rand.NewPCG(rng.Uint64(), 1)), Transport: r.o.Transport})
	if err := s.Enter(ctx); err != nil {
		return err
	}
	r.count("signed_in")
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.Run(ctx) })
	g.Go(func() error {
		if err := r.answer(ctx, s, rng); err != nil {
			return err
		}
		return errDone
	})
	if err := g.Wait(); !errors.Is(err, errDone) {
		return err
	}
	return nil
}

func (r *run) answer(ctx context.Context, s *Seat, rng *rand.Rand) error {
	paper, err := s.Paper(ctx)
	if err != nil {
		return err
	}
	questions := Leaves(paper)
	for i := range questions {
		s.Answer(questions[i].ID, Respond(&questions[i], rng), rng.IntN(20) == 0, time.Time{})
		if err := s.Settle(ctx); err != nil {
			return fmt.Errorf("question %s: %w", questions[i].ID, err)
		}
		if list := s.Refused(); len(list) > 0 {
			return fmt.Errorf("question %s: refused: %s", questions[i].ID, list[0].Code)
		}
		r.count("answers")
		if err := pause(ctx, rng, r.o.Length*3/4/time.Duration(len(questions))); err != nil {
			return err
		}
	}
	if _, err := s.HandIn(ctx, fmt.Sprintf("rehearsal-%d", rng.Uint64())); err != nil {
		return err
	}
	r.count("handed_in")
	return nil
}
