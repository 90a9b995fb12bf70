package engine

import (
	"context"

	"github.com/xinglu/xinglu/scoring"
)

// ModuleDigest is what the chief judge is shown before a lock.
func (s *Contests) ModuleDigest(ctx context.Context, id DivisionID, m scoring.ModuleID) (out string, err error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return "", err
	}
	err = a.read(ctx, func(t *Tally) error {
		x, _ := t.open.Scheme.Module(m)
		out, err = t.moduleDigest(x)
		return err
	})
	return out, err
}
