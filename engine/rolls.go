package engine

import (
	"context"
	"errors"
	"sync"

	"github.com/xinglu/xinglu/internal/ledger"
)

// rollBook is the roll of one contest on this node.
type rollBook struct {
	mu   sync.Mutex
	roll *Roll
}

func (s *Contests) rollBook(id ContestID) *rollBook {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.rolls[id]
	if !ok {
		b = &rollBook{roll: newRoll()}
		s.rolls[id] = b
	}
	return b
}

// onRoll folds what is new and calls f with the roll, under its lock.
func (s *Contests) onRoll(ctx context.Context, id ContestID, f func(*Roll) error) error {
	b := s.rollBook(id)
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, err := ledger.Fold(ctx, s.led, id.Stream(), b.roll.seq, b.roll.apply); err != nil {
		return err
	}
	return f(b.roll)
}

// rollTries bounds how often a decision is repeated because others wrote.
const rollTries = 16

// stepRoll decides on the newest roll and appends what was decided behind it;
// an empty kind means that there is nothing to do. Another writer in between
// repeats the decision, so that two nodes never decide past one another.
// Error: ErrOvertaken when others kept writing, those of decide.
func (s *Contests) stepRoll(ctx context.Context, id ContestID, actor, key string, decide func(*Roll) (kind string, data any, err error)) error {
	for range rollTries {
		var kind string
		var data any
		var seq int64
		err := s.onRoll(ctx, id, func(r *Roll) (err error) {
			kind, data, err = decide(r)
			seq = r.seq
			return err
		})
		if err != nil || kind == "" {
			return err
		}
		_, err = s.led.Append(ctx, ledger.Entry{Stream: id.Stream(), Expect: seq, At: s.now(), Kind: kind, Actor: actor, Key: key, Data: marshal(data)})
		if !errors.Is(err, ledger.ErrConflict) {
			return err
		}
	}
	return ErrOvertaken
}
