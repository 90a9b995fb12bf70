package exam

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
)

// Prepare ends registration and fixes, for every candidate, ticket, seat,
// form and option orders. All of it is a function of the sitting, its seed
// and the roll, so a Prepare that was cut off is repeated and completes the
// same result; a second one after success changes nothing. It returns how
// many attempts there are.
//
// Of two sittings that want a seat or a person at one time, one is prepared.
// The other one is told whose it is (seat_busy, person_busy) and stays as it
// was; if both ask in the same moment, it may be both.
//
// Order of writes: seats and people are asked for; the roll is frozen; seats
// and people are the sitting's; attempts are prepared in the ledger; tickets
// are stored; the sitting's record comes last and is what counts.
//
// Errors: ErrPlacing with Fields, ErrSittingClosed, ErrSittingNotFound.
func (s *Service) Prepare(ctx context.Context, id SittingID, actor string) (int, error) {
	c, err := s.courseOf(ctx, id)
	if err != nil {
		return 0, err
	}
	known, err := s.catchUp(ctx, c, 0)
	switch {
	case err != nil || known.Prepared:
		return known.attempts(), err
	case known.State == Closed:
		return 0, ErrSittingClosed
	}
	plan, quality, err := s.plan(ctx, c)
	if err != nil {
		return 0, err
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(64)
	for i := range plan {
		g.Go(func() error { return s.prepareOne(gctx, &plan[i], actor) })
	}
	if err := g.Wait(); err != nil {
		return 0, err
	}
	done, err := s.steer(ctx, c, actor, "prepared", func(*Course) (string, any, error) {
		return kindPrepared, SittingPrepared{Attempts: len(plan), Papers: c.sitting.Papers, Seed: c.sitting.Seed, Arrangement: &quality, Node: s.o.Node}, nil
	})
	return done.attempts(), err
}

func (c *Course) attempts() int {
	if c == nil {
		return 0
	}
	return c.Attempts
}

// plan freezes the roll and computes everything, or reports what does not
// fit; nothing but the freeze is stored, what the sitting takes of others, and
// the record of a swap that a crash has cut off.
func (s *Service) plan(ctx context.Context, c *course) ([]placed, Arrangement, error) {
	sitting := c.sitting
	forms, err := s.formsOf(ctx, sitting)
	if err != nil {
		return nil, Arrangement{}, err
	}
	roll, err := rolls.Get(ctx, s.db, string(sitting.ID))
	if err != nil {
		return nil, Arrangement{}, notFound(err, errNobody())
	}
	people, err := s.peopleOf(ctx, roll.Value.entries())
	if err != nil {
		return nil, Arrangement{}, err
	}
	plan, err := arrange(sitting, &roll.Value, people, forms, s.o.Node)
	if err != nil {
		return nil, Arrangement{}, err
	}
	if err := s.checkTickets(ctx, plan); err != nil {
		return nil, Arrangement{}, err
	}
	if !roll.Value.Frozen {
		err := s.freeze(ctx, sitting, &roll, plan, people)
		if errors.Is(err, store.ErrVersion) { // registered, swapped or frozen meanwhile
			return s.plan(ctx, c)
		}
		if err != nil {
			return nil, Arrangement{}, err
		}
	}
	fields, err := s.bookAll(ctx, sitting.wishes(plan, people, 0, s.now()))
	if err != nil {
		return nil, Arrangement{}, err
	}
	if fields != nil {
		return nil, Arrangement{}, ErrPlacing.With(fields...)
	}
	list := ticketsIn(plan)
	units, sameForm := sitting.clashesOf(list, people)
	quality := Arrangement{Hash: sealed(list), SameUnit: len(units), SameForm: len(sameForm)}
	return plan, quality, s.recordSwaps(ctx, c, &roll.Value)
}

// freeze freezes the roll once the sitting can have all seats and people of
// the plan. What it asked for and cannot keep it gives back. Errors: ErrPlacing
// with Fields, store.ErrVersion when the roll has changed.
func (s *Service) freeze(ctx context.Context, sitting *Sitting, roll *store.Versioned[Roll], plan []placed, people map[CandidateID]*Candidate) error {
	roll.Value.Runs++
	if err := rolls.Replace(ctx, s.db, &roll.Value, roll.Version); err != nil {
		return fmt.Errorf("numbering a preparation: %w", err)
	}
	run := roll.Value.Runs
	fields, err := s.bookAll(ctx, sitting.wishes(plan, people, run, s.now()))
	if err == nil && fields != nil {
		err = ErrPlacing.With(fields...)
	}
	if err == nil {
		roll.Value.Frozen = true
		if err = rolls.Replace(ctx, s.db, &roll.Value, roll.Version+1); err == nil {
			return nil
		}
		err = fmt.Errorf("freezing the roll: %w", err)
	}
	// Also when who asked is gone: others wait for it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), appendTimeout)
	defer cancel()
	if left := s.unbookAll(ctx, sitting, roll.Value.entries(), func(t *taken) bool { return t.Run == run }); left != nil {
		return errors.Join(err, left)
	}
	return err
}

// formsOf returns the forms of the sitting's papers, A first.
func (s *Service) formsOf(ctx context.Context, sitting *Sitting) ([]*Form, error) {
	forms := make([]*Form, len(sitting.Papers))
	for i, id := range sitting.Papers {
		f, err := s.formOf(ctx, sitting.ID, id)
		if err != nil {
			return nil, err
		}
		forms[i] = f
	}
	return forms, nil
}

// errNobody is the refusal to arrange a sitting without candidates.
func errNobody() *fault.Error {
	return ErrPlacing.With(fault.Field{Path: "roll", Code: "nobody", Message: "nobody is registered"})
}

// peopleOf reads who is on the roll.
func (s *Service) peopleOf(ctx context.Context, entries []RollEntry) (map[CandidateID]*Candidate, error) {
	list := make([]*Candidate, len(entries))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(together)
	for i := range entries {
		g.Go(func() error {
			doc, err := candidates.Get(ctx, s.db, string(entries[i].Candidate))
			list[i] = &doc.Value
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("reading the candidates: %w", err)
	}
	people := make(map[CandidateID]*Candidate, len(entries))
	for i := range entries {
		people[entries[i].Candidate] = list[i]
	}
	return people, nil
}

// checkTickets refuses numbers that tickets of other sittings have.
func (s *Service) checkTickets(ctx context.Context, plan []placed) error {
	fields := make([]fault.Field, len(plan))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(together)
	for i := range plan {
		g.Go(func() error {
			t, err := tickets.Get(ctx, s.db, string(plan[i].ticket.No))
			if errors.Is(err, store.ErrNotFound) || err == nil && t.Value.Attempt == plan[i].ticket.Attempt {
				return nil
			}
			fields[i] = fault.Field{Path: "ticket", Code: "ticket_taken", Message: "another sitting has a ticket " + string(plan[i].ticket.No)}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	fields = slices.DeleteFunc(fields, func(f fault.Field) bool { return f.Code == "" })
	if len(fields) > 0 {
		return ErrPlacing.With(fields...)
	}
	return nil
}

func (s *Service) prepareOne(ctx context.Context, p *placed, actor string) error {
	data, err := json.Marshal(p.prepared)
	if err != nil {
		return err
	}
	_, err = s.led.Append(ctx, ledger.Entry{Stream: p.ticket.Attempt.Stream(), Expect: 0, At: s.now(),
		Kind: p.prepared.kind(), Actor: actor, Key: "prepared", Data: data})
	if err != nil {
		return fmt.Errorf("preparing attempt %s: %w", p.ticket.Attempt, err)
	}
	chair := &chairTaken{Sitting: p.ticket.Sitting, Place: p.ticket.Place, Attempt: p.ticket.Attempt, At: s.now()}
	if err := chairs.Insert(ctx, s.db, chair); err != nil && !errors.Is(err, store.ErrExists) {
		return fmt.Errorf("taking a seat: %w", err)
	}
	err = tickets.Insert(ctx, s.db, &p.ticket)
	if errors.Is(err, store.ErrExists) {
		t, err := tickets.Get(ctx, s.db, string(p.ticket.No))
		if err == nil && t.Value.Attempt != p.ticket.Attempt {
			err = ErrPlacing.With(fault.Field{Path: "ticket", Code: "ticket_taken", Message: "another sitting has a ticket " + string(p.ticket.No)})
		}
		return err
	}
	return err
}
