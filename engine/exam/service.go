package exam

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/scoring"
)

// Sealer encrypts ID numbers at rest. It is *seal.Sealer; all methods must be
// safe for concurrent use.
type Sealer interface {
	Seal(plain []byte, context string) (string, error)
	Open(sealed, context string) ([]byte, error)
	Blind(plain, purpose string) string
}

// Scored is the outcome of an attempt, given to Options.OnScored.
type Scored struct {
	Attempt   AttemptID
	Sitting   SittingID
	Candidate CandidateID
	Ticket    TicketNo
	Seq       int64         // of the record in the attempt's stream: a higher one is newer
	At        time.Time     // of the record
	Marked    *Marked       // nil when the attempt became void before it was marked
	Grade     scoring.Grade // what Marked amounts to by the sitting's rules; zero without marks
	Abandoned bool          // nobody handed in; Marked is nil
	Void      bool          // the attempt does not count
}

// Options tune a service; the zero value of a field means its default.
type Options struct {
	Now  func() time.Time // default time.Now
	Log  *slog.Logger     // default: nothing is logged
	Node string           // names this node in the ledger; default "node"
	// OnScored takes each outcome. It is called at least once an outcome, also
	// after a restart and by several nodes, until it returns nil; so it must be
	// idempotent. It runs on the service's workers.
	OnScored func(context.Context, Scored) error
	// Signer signs the receipts of answers; nil: they are not signed.
	Signer Signer
	// Box opens rescue files; nil: there are none.
	Box Box
	// Faces compares faces at the check of identity, and Portrait gives the
	// picture of the registration; nil: people compare.
	Faces    Faces
	Portrait func(context.Context, CandidateID) ([]byte, error)
	// MaxIdle is how many attempts are kept in memory beyond those that are
	// connected; default 4096.
	MaxIdle int
	// Workers is how many attempts are finished at a time; default 16.
	Workers int
	// Rescan is how often the list of unfinished attempts is read for those of
	// nodes that went away; default 1 min.
	Rescan time.Duration
	// Retry is the first wait after a failed finish; it doubles up to Rescan.
	// Default 1 s.
	Retry time.Duration
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Node == "" {
		o.Node = "node"
	}
	if o.OnScored == nil {
		o.OnScored = func(context.Context, Scored) error { return nil }
	}
	if o.MaxIdle <= 0 {
		o.MaxIdle = 4096
	}
	if o.Workers <= 0 {
		o.Workers = 16
	}
	if o.Rescan <= 0 {
		o.Rescan = time.Minute
	}
	if o.Retry <= 0 {
		o.Retry = time.Second
	}
	return o
}

// Service runs exams on one node. Any number of nodes may share the stores.
// All methods are safe for concurrent use.
type Service struct {
	db     store.DB
	led    *ledger.Ledger
	bus    live.Bus
	papers Papers
	seal   Sealer
	o      Options
	cache  *cache
	sweep  *sweep
	rooms  *rooms

	mu       sync.RWMutex
	courses  map[SittingID]*course
	forms    map[paperKey]*Form
	released map[paperKey]*Released

	decoy string // a sealed number that no ticket has
}

// New starts a service on opened stores, which stay the caller's. Close ends
// it. It returns the error of a Sealer that cannot seal.
func New(db store.DB, led *ledger.Ledger, bus live.Bus, papers Papers, seal Sealer, o Options) (*Service, error) {
	s := &Service{db: db, led: led, bus: bus, papers: papers, seal: seal, o: o.withDefaults(),
		courses: map[SittingID]*course{}, forms: map[paperKey]*Form{}, released: map[paperKey]*Released{}}
	s.cache = newCache(s.o.MaxIdle)
	decoy, err := seal.Seal([]byte("000000"), sealContext("decoy"))
	if err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	s.decoy = decoy
	s.rooms = newRooms(s)
	s.sweep = newSweep(s)
	return s, nil
}

// Close ends the finishing of attempts and waits for what runs. Connections
// must be closed before, the stores after. It is safe to call twice.
func (s *Service) Close() {
	s.sweep.close()
	s.rooms.close()
}

// now is the server's time as the ledger keeps it.
func (s *Service) now() time.Time { return s.o.Now().UTC().Truncate(time.Millisecond) }

// maxTries bounds how often a decision is repeated because others appended.
const maxTries = 16

// appendTimeout bounds one append. A candidate who disconnects does not
// cancel it: the outcome must be known to this node.
const appendTimeout = 30 * time.Second

// decision is one of the pure decisions of Attempt with its command.
type decision func(now time.Time, a *Attempt, c *Course) (Event, error)

// act decides and appends, with the entry locked and read. It returns the
// time of the appended record, or zero when there was nothing to append.
//
// The decision is made on what this node knows. An event is appended only if
// the ledger's last record is the last one folded in; else it is read on and
// decided again. A refusal may come from old knowledge too, so before one is
// returned the attempt and the sitting are read once more. With fresh set
// they are read before the first decision: for decisions that a newer grant
// would change and that the expectation on the attempt's own stream does not
// guard.
func (s *Service) act(ctx context.Context, e *entry, actor, key string, fresh bool, decide decision) (time.Time, error) {
	c, err := s.courseOf(ctx, e.attempt.Ticket.Sitting)
	if err != nil {
		return time.Time{}, err
	}
	for range maxTries {
		known := c.last.Load()
		if fresh {
			if known, err = s.readOn(ctx, e, c); err != nil {
				return time.Time{}, err
			}
		}
		now := s.now()
		ev, err := decide(now, e.attempt, known)
		switch {
		case errors.Is(err, errReadOn):
			fresh = true
			continue
		case err != nil && fresh:
			return time.Time{}, err
		case err != nil:
			fresh = true
			continue
		case ev == nil:
			return time.Time{}, nil
		}
		at, err := s.append(ctx, e, now, actor, key, ev)
		if !errors.Is(err, ledger.ErrConflict) {
			return at, err
		}
		fresh = true
	}
	return time.Time{}, ErrBusy
}

// readOn reads the attempt and its sitting to their ends.
func (s *Service) readOn(ctx context.Context, e *entry, c *course) (*Course, error) {
	if err := s.refresh(ctx, e); err != nil {
		return nil, err
	}
	return s.catchUp(ctx, c, 0)
}

// append stores the event, decided at now, after the last folded record and
// folds it in.
func (s *Service) append(ctx context.Context, e *entry, now time.Time, actor, key string, ev Event) (time.Time, error) {
	data, err := json.Marshal(ev)
	if err != nil {
		return time.Time{}, fmt.Errorf("writing %s: %w", ev.kind(), err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), appendTimeout)
	defer cancel()
	// Records of an attempt never go back in time, even when the clock does.
	at := later(now, e.attempt.At)
	a, err := s.led.Append(ctx, ledger.Entry{Stream: e.id.Stream(), Expect: e.attempt.Seq, At: at,
		Kind: ev.kind(), Actor: actor, Key: key, Data: data})
	if err != nil {
		e.read = false // unless it is a conflict, the record may be stored or not
		return time.Time{}, err
	}
	if a.Replayed {
		return a.At, s.refresh(ctx, e)
	}
	if err := e.attempt.apply(a.Seq, a.At, a.Hash, ev); err != nil {
		e.attempt, e.read = NewAttempt(e.id), false
		return time.Time{}, ErrFold.Wrap(err)
	}
	s.rooms.touched(e.attempt.Ticket.Sitting, e.id, a.Seq)
	return a.At, nil
}

// form returns the form of the attempt's paper.
func (s *Service) form(ctx context.Context, e *entry) (*Form, error) {
	if e.form == nil {
		f, err := s.formOf(ctx, e.attempt.Ticket.Sitting, e.attempt.Ticket.Paper)
		if err != nil {
			return nil, err
		}
		e.form = f
	}
	return e.form, nil
}

// idMatches compares the tail that was typed with the candidate's number. It
// takes the same steps for a candidate that does not exist (nil).
func (s *Service) idMatches(c *Candidate, tail string) bool {
	sealed, where := s.decoy, sealContext("decoy")
	if c != nil {
		sealed, where = c.IDSealed, sealContext(string(c.ID))
	}
	number, err := s.seal.Open(sealed, where)
	if err != nil {
		s.o.Log.Error("a sealed ID number does not open", "place", where, "error", err)
		return false
	}
	same := subtle.ConstantTimeCompare([]byte(idTail(string(number))), []byte(NormalID(tail))) == 1
	return same && c != nil
}

func sealContext(candidate string) string { return "candidate/" + candidate + "/id_number" }

// notFound replaces the store's error for a missing document.
func notFound(err error, as *fault.Error) error {
	if errors.Is(err, store.ErrNotFound) {
		return as
	}
	return err
}
