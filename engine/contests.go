package engine

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/store"
)

// Options are what the service is made of.
type Options struct {
	Now  func() time.Time
	Log  *slog.Logger
	Tick time.Duration // least time between two frames of a public board
	// Sealer seals the records of draws and ID numbers.
	Sealer Sealer
	// Account returns the account of an officer, judge or leader, or
	// access.ErrSignedOut; nil: accounts are not checked.
	Account func(context.Context, access.AccountID) (access.Account, error)
	// Random gives the secrets of draws; nil is the system's generator.
	Random io.Reader
}

// Contests runs contests: structure, marking, results, boards. Safe for
// concurrent use. Several nodes may work on the same stores.
type Contests struct {
	db   store.DB
	led  *ledger.Ledger
	bus  live.Bus
	opts Options

	clocks Clocks // nil: there is no hall

	mu     sync.Mutex
	arenas map[DivisionID]*arena
	rolls  map[ContestID]*rollBook
	closed bool
}

// New returns the service. Close it before the stores.
func New(db store.DB, led *ledger.Ledger, bus live.Bus, o Options) *Contests {
	return &Contests{db: db, led: led, bus: bus, opts: o, arenas: map[DivisionID]*arena{}, rolls: map[ContestID]*rollBook{}}
}

// SetStatus moves an open division on: Running ⇄ Review → Final. Where a chief
// judge or a supervisor is appointed, and with three layers of identity, results
// become final by Finalise only, after two have published them: being final
// shows names. Error: ErrStatus.
func (s *Contests) SetStatus(ctx context.Context, actor access.AccountID, id DivisionID, to Status) error {
	// The ledger is what results follow: it is asked, it decides, and the
	// document is a copy for lists, made from the fold.
	a, err := s.arena(ctx, id)
	if err != nil {
		return err
	}
	err = a.read(ctx, func(t *Tally) error {
		return t.mayBecome(to)
	})
	if err != nil {
		return err
	}
	if _, err := a.append(ctx, string(actor), kindStatus, "", statusChanged{to}); err != nil {
		return err
	}
	var now Status
	if err := a.read(ctx, func(t *Tally) error { now = t.status; return nil }); err != nil {
		return err
	}
	if _, err := divisions.Update(ctx, s.db, string(id), func(d *Division) error { d.Status = now; return nil }); err != nil {
		return err
	}
	if now != to {
		return ErrStatus.Param("from", now).Param("to", to) // another change came first
	}
	if now == Final {
		return s.reveal(ctx, actor, a)
	}
	return nil
}

// mayBecome reports whether an open division may go from s to that status.
func (s Status) mayBecome(to Status) bool {
	return s == Running && to == Review || s == Review && (to == Running || to == Final)
}

// mayBecome returns ErrStatus unless the organiser may move the division there
// alone. What offices are for, nobody does instead of them.
func (t *Tally) mayBecome(to Status) error {
	posts := slices.ContainsFunc(t.open.Officers, func(o Officer) bool { return o.Office == OfficeChief || o.Office == OfficeSupervisor })
	if !t.status.mayBecome(to) || to == Final && (posts || t.open.Procedure.Identity.Mode == IdentityLayered) {
		return ErrStatus.Param("from", t.status).Param("to", to)
	}
	return nil
}

// Close ends the boards' projectors and waits for them.
func (s *Contests) Close() {
	s.mu.Lock()
	s.closed = true
	open := s.arenas
	s.arenas = map[DivisionID]*arena{}
	s.mu.Unlock()
	for _, a := range open {
		a.close()
	}
}

func (s *Contests) now() time.Time { return s.opts.Now().UTC().Truncate(time.Millisecond) }

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own event types always marshal
	}
	return b
}

func isNotFound(err error) bool { return errors.Is(err, store.ErrNotFound) }
