package ledger

import (
	"context"
	"errors"

	"github.com/xinglu/xinglu/internal/fault"
)

// conclude answers the stream's requests after the commit, or puts them into
// u.carry. It may run beside the conclude of other runs.
func (l *Ledger) conclude(ctx context.Context, u *run) {
	switch {
	case u.err == nil && len(u.records) > 0:
		last := u.records[len(u.records)-1]
		u.end, u.known = end{seq: last.Seq, hash: [HashSize]byte(last.Hash)}, true
		for i, r := range u.taken {
			rec := &u.records[i]
			r.answer(Appended{Seq: rec.Seq, Hash: rec.Hash, At: rec.At}, nil)
		}
	case errors.Is(u.err, ErrTaken):
		l.lost(ctx, u)
	case u.err != nil:
		u.known = false // nobody knows what was stored
		for _, r := range u.taken {
			r.answer(Appended{}, unavailable(u.err))
		}
	}
	for _, r := range u.behind {
		if !l.replay(ctx, r) {
			r.answer(Appended{}, ErrConflict)
		}
	}
	u.carry = append(u.carry, u.late...)
}

// lost deals with a block that was refused because its place or one of its
// keys is taken. If the stream has moved on, that is reason enough to try
// again on its new end; else the keys are looked up.
func (l *Ledger) lost(ctx context.Context, u *run) {
	before := u.end
	if err := l.refresh(ctx, u); err != nil {
		for _, r := range u.taken {
			r.answer(Appended{}, err)
		}
		return
	}
	for _, r := range u.taken {
		if u.end == before && l.replay(ctx, r) {
			continue
		}
		if r.tries++; r.tries > maxTries {
			r.answer(Appended{}, ErrContended)
			continue
		}
		// A follower may be fit where its leader is not, so each stands for
		// itself from here on.
		u.carry = append(append(u.carry, r), r.followers...)
		r.followers = nil
	}
}

// replay answers r if its key is stored already, or if that cannot be found
// out; it returns false when r is still open.
func (l *Ledger) replay(ctx context.Context, r *request) bool {
	if r.Key == "" {
		return false
	}
	rec, ok, err := l.backend.FindKey(ctx, r.Stream, r.Key)
	switch {
	case err != nil:
		r.answer(Appended{}, unavailable(err))
	case ok:
		r.answer(Appended{Seq: rec.Seq, Hash: rec.Hash, At: rec.At, Replayed: true}, nil)
	default:
		return false
	}
	return true
}

// unavailable classifies an error of the backend that it has not itself.
func unavailable(err error) error {
	if fault.As(err) != nil {
		return err
	}
	return ErrUnavailable.Wrap(err)
}
