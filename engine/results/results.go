// Package results holds the results of a sitting's paper after it was marked:
// scores, verdicts and ranks, and what is decided about keys afterwards.
//
// Each set of decisions on keys that two people have signed makes a new
// version of the sitting's keys; version 1 is how the exam marked. Old
// versions stay, and any of them can be listed at any time. Everything is a
// fold over the ledger's stream scoring/<sitting> and the attempts' streams.
// DESIGN.md tells how.
package results

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
)

// Options tune a service; the zero value of a field means its default.
type Options struct {
	Now func() time.Time // default time.Now
	Log *slog.Logger     // default: nothing is logged
	// Deliver takes every outcome, first and newer ones; a higher Seq is newer.
	// It is called at least once an outcome and must be idempotent. Default:
	// nobody takes them.
	Deliver func(context.Context, exam.Scored) error
	// Author returns the account that brought a batch of questions into the
	// bank, "" if nobody is known. It neither proposes nor signs decisions on
	// them. Default: nobody is known.
	Author func(context.Context, exam.Origin) (account string, err error)
	// Rescan is how often undelivered versions are delivered again; default 1 min.
	Rescan time.Duration
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Deliver == nil {
		o.Deliver = func(context.Context, exam.Scored) error { return nil }
	}
	if o.Author == nil {
		o.Author = func(context.Context, exam.Origin) (string, error) { return "", nil }
	}
	if o.Rescan <= 0 {
		o.Rescan = time.Minute
	}
	return o
}

// Service is the results of all sittings at one node. Any number of nodes may
// share the stores. All methods are safe for concurrent use.
type Service struct {
	db   store.DB
	led  *ledger.Ledger
	exam *exam.Service
	o    Options

	stop context.CancelFunc
	done sync.WaitGroup
}

// New starts a service on opened stores, which stay the caller's. Close ends
// it, before the exam.
func New(db store.DB, led *ledger.Ledger, ex *exam.Service, o Options) *Service {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Service{db: db, led: led, exam: ex, o: o.withDefaults(), stop: cancel}
	s.done.Go(func() { s.redeliver(ctx) })
	return s
}

// Close ends the delivering and waits for it. It is safe to call twice.
func (s *Service) Close() {
	s.stop()
	s.done.Wait()
}

// now is the server's time as the ledger keeps it.
func (s *Service) now() time.Time { return s.o.Now().UTC().Truncate(time.Millisecond) }

func stream(id exam.SittingID) ledger.StreamID { return ledger.StreamID("scoring/" + string(id)) }

// known is a sitting with decisions on keys, so that they are found after a
// restart. It is there before the first record of the stream and stays.
type known struct {
	Sitting exam.SittingID `json:"sitting"`
}

var knowns = store.Table[known]{
	Collection: store.Collection{Name: "results_sittings"},
	ID:         func(k *known) string { return string(k.Sitting) },
}

// Collections declares the documents of this package; pass them to the store.
func Collections() []store.Collection { return []store.Collection{knowns.Collection} }

// fold reads the sitting's stream.
func (s *Service) fold(ctx context.Context, id exam.SittingID) (*State, error) {
	st := newState(id)
	_, err := ledger.Fold(ctx, s.led, stream(id), 0, st.apply)
	if err != nil {
		return nil, ErrFold.Wrap(err)
	}
	return st, nil
}

// maxTries bounds how often a decision is repeated because others appended.
const maxTries = 16

// steer appends one record by a decision on the state. A nil event means that
// there is nothing to do. It returns the state with the record.
func (s *Service) steer(ctx context.Context, id exam.SittingID, actor, key string, decide func(*State) (event, error)) (*State, error) {
	for range maxTries {
		st, err := s.fold(ctx, id)
		if err != nil {
			return nil, err
		}
		e, err := decide(st)
		if err != nil || e == nil {
			return st, err
		}
		data, err := json.Marshal(e)
		if err != nil {
			return nil, fmt.Errorf("writing %s: %w", e.kind(), err)
		}
		_, err = s.led.Append(ctx, ledger.Entry{Stream: stream(id), Expect: st.Seq, At: s.now(),
			Kind: e.kind(), Actor: actor, Key: key, Data: data})
		if errors.Is(err, ledger.ErrConflict) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return s.fold(ctx, id)
	}
	return nil, ErrBusy
}
