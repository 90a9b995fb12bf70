package results

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/scoring"
)

// Scored takes an outcome from the exam (exam.Options.OnScored) and delivers
// it. An attempt that was marked after a decision on keys was marked by the
// papers' own keys; it is rescored first, so that nobody gets marks of a
// version that is not the current one.
func (s *Service) Scored(ctx context.Context, o exam.Scored) error {
	if o.Marked == nil || o.Void {
		return s.o.Deliver(ctx, o)
	}
	st, err := s.fold(ctx, o.Sitting)
	if err != nil {
		return err
	}
	if o.Marked.KeyVersion < st.Version && st.Version > 1 {
		newer, err := s.rescored(ctx, st, o.Attempt)
		if err != nil {
			return fmt.Errorf("rescoring %s: %w", o.Attempt, err)
		}
		if newer != nil {
			o = *newer
		}
	}
	return s.o.Deliver(ctx, o)
}

// rescored brings one attempt to the current version.
func (s *Service) rescored(ctx context.Context, st *State, id exam.AttemptID) (*exam.Scored, error) {
	keys, err := s.exam.Keys(ctx, st.Sitting)
	if err != nil {
		return nil, err
	}
	papers, err := st.at(st.Version, keys)
	if err != nil {
		return nil, err
	}
	script, err := s.exam.Script(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.rescore(ctx, st, papers, &script)
}

// rescore records the marks of the current version if they are not those that
// the attempt has, and returns the outcome to deliver; nil when the outcome
// that was delivered before still holds.
func (s *Service) rescore(ctx context.Context, st *State, papers scoring.Papers, script *exam.Script) (*exam.Scored, error) {
	if script.Marked == nil {
		return nil, nil
	}
	result, err := scoring.MarkAnswers(papers[scoring.PaperKey(script.Paper)], script.Answers)
	if err != nil {
		return nil, err
	}
	if script.Marked.KeyVersion == 0 && reflect.DeepEqual(result, script.Marked.Result) {
		return nil, nil
	}
	// An attempt that was ever rescored is delivered again: its delivery may
	// have been cut off, and whoever takes it does so twice without harm.
	return s.exam.Rescore(ctx, script.Attempt, st.Version, result, "scoring/"+string(st.Sitting))
}

// together is how many attempts are delivered at a time; their records share
// commits.
const together = 16

// deliverSitting brings every marked attempt to the current version and
// delivers what changed. The record that it is done comes last, so a crash
// anywhere repeats it.
func (s *Service) deliverSitting(ctx context.Context, id exam.SittingID) error {
	st, err := s.fold(ctx, id)
	if err != nil || st.Versions[len(st.Versions)-1].Delivered {
		return err
	}
	keys, err := s.exam.Keys(ctx, id)
	if err != nil {
		return err
	}
	papers, err := st.at(st.Version, keys)
	if err != nil {
		return err
	}
	scripts, err := s.exam.Scripts(ctx, id)
	if err != nil {
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(together)
	for i := range scripts {
		g.Go(func() error {
			o, err := s.rescore(gctx, st, papers, &scripts[i])
			if err == nil && o != nil {
				err = s.o.Deliver(gctx, *o)
			}
			if err != nil {
				return fmt.Errorf("attempt %s: %w", scripts[i].Attempt, err)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	_, err = s.steer(ctx, id, "scoring/"+string(id), fmt.Sprintf("delivered/%d", st.Version), func(*State) (event, error) {
		return delivered{Version: st.Version}, nil
	})
	return err
}

// redeliver finishes, now and every Rescan, deliveries that were cut off or
// refused, here or at a node that went away.
func (s *Service) redeliver(ctx context.Context) {
	tick := time.NewTicker(s.o.Rescan)
	defer tick.Stop()
	for {
		all, err := knowns.All(ctx, s.db, store.Query{})
		for _, k := range all {
			if err := s.deliverSitting(ctx, k.Sitting); err != nil && ctx.Err() == nil {
				s.o.Log.Error("new marks could not be delivered; it is tried again", "sitting", k.Sitting, "error", err)
			}
		}
		if err != nil && ctx.Err() == nil {
			s.o.Log.Error("the sittings with decisions on keys cannot be read; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
