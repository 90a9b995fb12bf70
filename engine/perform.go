package engine

import (
	"context"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
)

// maxReason bounds reasons, notes and texts of appeals in bytes.
const maxReason = 2000

// perform appends one record of the actor unless decide refuses it now, once
// for a key, and tells the console. Errors: ErrKey, ErrKeyReused, those of
// decide.
func (s *Contests) perform(ctx context.Context, actor access.AccountID, id DivisionID, kind, key string, data any, decide func(*Tally) error) error {
	if key == "" || len(key) > 100 {
		return ErrKey
	}
	a, err := s.arena(ctx, id)
	if err != nil {
		return err
	}
	done, _, err := a.put(ctx, actor, kind, key, data, decide)
	if err == nil && !done.Replayed {
		a.hint(ctx, DeskNews{Kind: kind, Seq: done.Seq})
	}
	return err
}

// refused makes the verdict of a record that changes nothing. What is no
// refusal but a failure is returned as such.
func refused(why error) (verdict, error) {
	if fault.As(why) == nil {
		return verdict{}, why
	}
	return verdict{why: why}, nil
}
