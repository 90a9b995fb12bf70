package exam

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
)

// CourseItem is one record of a sitting's stream. Data is that of its kind:
// SittingPrepared, SittingOpened, SittingFlip, Granted, SittingPaused,
// SittingResumed, SittingAnnounced, Incident and so on.
type CourseItem struct {
	Seq   int64           `json:"seq"`
	At    time.Time       `json:"at"`
	Kind  string          `json:"kind"`
	Actor string          `json:"actor"`
	Data  json.RawMessage `json:"data"`
	Hash  []byte          `json:"hash"` // of the record
}

// Story returns everything that happened to a sitting, in order. Errors:
// ErrSittingNotFound.
func (s *Service) Story(ctx context.Context, id SittingID) ([]CourseItem, error) {
	if _, err := s.courseOf(ctx, id); err != nil {
		return nil, err
	}
	items := []CourseItem{}
	_, err := ledger.Fold(ctx, s.led, id.Stream(), 0, func(r ledger.Record) error {
		items = append(items, CourseItem{Seq: r.Seq, At: r.At, Kind: r.Kind, Actor: r.Actor, Data: r.Data, Hash: r.Hash})
		return nil
	})
	return items, err
}

// RegisteredPerson is one line of the register of a sitting.
type RegisteredPerson struct {
	Candidate CandidateID `json:"candidate"`
	Name      string      `json:"name"`
	IDMasked  string      `json:"id_masked"`
	Unit      string      `json:"unit"`
	Factor    Factor      `json:"factor"`
	Centre    string      `json:"centre,omitempty"` // wished
	Needs     Needs       `json:"needs"`
}

// RegisteredPeople lists who is registered, in the order of registration,
// also before Prepare. Errors: ErrSittingNotFound.
func (s *Service) RegisteredPeople(ctx context.Context, id SittingID) ([]RegisteredPerson, error) {
	if _, err := s.courseOf(ctx, id); err != nil {
		return nil, err
	}
	roll, err := rolls.Get(ctx, s.db, string(id))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	entries := roll.Value.entries()
	list := make([]RegisteredPerson, len(entries))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(together)
	for i, e := range entries {
		g.Go(func() error {
			doc, err := candidates.Get(gctx, s.db, string(e.Candidate))
			list[i] = RegisteredPerson{e.Candidate, doc.Value.Name, doc.Value.IDMasked, doc.Value.Unit, e.Factor, e.Centre, e.Needs}
			return err
		})
	}
	return list, g.Wait()
}
