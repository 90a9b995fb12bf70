package hall

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/store"
)

// Options are what a service is made of; the zero value of a field means its
// default, where one is named.
type Options struct {
	// Now is the clock of the hall: one that nobody sets while clocks run
	// (exam.SteadyClock).
	Now func() time.Time
	Log *slog.Logger // default: nothing is logged
	// Blind makes the secret of a badge of what it names, (*seal.Sealer).Blind.
	Blind func(plain, purpose string) string
	// Retell is how often facts are told again that the division could not
	// take; default 5 s.
	Retell time.Duration
}

// Service keeps the halls of all divisions at one node. Any number of nodes
// may share the stores. All methods are safe for concurrent use.
type Service struct {
	db   store.DB
	led  *ledger.Ledger
	bus  live.Bus
	desk Desk
	o    Options

	mu    sync.Mutex
	books map[string]*book

	stop context.CancelFunc
	done sync.WaitGroup
}

// book is one division's hall at this node.
type book struct {
	division string
	mu       sync.Mutex // guards hall and looked
	hall     *Hall
	looked   map[string]bool // whose look at which call is on record
	telling  sync.Mutex      // one telling at a time, in order
}

func (b *book) stream() ledger.StreamID { return ledger.StreamID("hall/" + b.division) }

// New starts a service on opened stores, which stay the caller's. Close ends it.
func New(db store.DB, led *ledger.Ledger, bus live.Bus, desk Desk, o Options) *Service {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Retell <= 0 {
		o.Retell = 5 * time.Second
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Service{db: db, led: led, bus: bus, desk: desk, o: o, books: map[string]*book{}, stop: cancel}
	s.done.Go(func() { s.retell(ctx) })
	return s
}

// Close ends the telling and waits for it. It is safe to call twice.
func (s *Service) Close() {
	s.stop()
	s.done.Wait()
}

// now is the server's time as the ledger keeps it.
func (s *Service) now() time.Time { return s.o.Now().UTC().Truncate(time.Millisecond) }

func (s *Service) book(division string) *book {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.books[division]
	if b == nil {
		b = &book{division: division, hall: newHall(), looked: map[string]bool{}}
		s.books[division] = b
	}
	return b
}

// read folds what is new and calls f with the hall, under its lock. The hall
// of a division that is open begins with the first call.
func (s *Service) read(ctx context.Context, division string, f func(*Hall) error) error {
	b := s.book(division)
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := s.catchUp(ctx, b); err != nil {
		return err
	}
	if b.hall.frame == nil {
		if err := s.open(ctx, b); err != nil {
			return err
		}
	}
	return f(b.hall)
}

func (s *Service) catchUp(ctx context.Context, b *book) error {
	_, err := ledger.Fold(ctx, s.led, b.stream(), b.hall.seq, b.hall.apply)
	return err
}

// open freezes the division's frame as the first record. The key decides
// between two nodes that begin at once.
func (s *Service) open(ctx context.Context, b *book) error {
	f, err := s.desk.Frame(ctx, b.division)
	if err != nil {
		return err
	}
	data, err := json.Marshal(f)
	if err != nil {
		return err
	}
	_, err = s.led.Append(ctx, ledger.Entry{Stream: b.stream(), Expect: ledger.AnySeq, At: s.now(), Kind: kindOpened, Actor: "hall", Key: "open", Data: data})
	if err != nil {
		return err
	}
	return s.catchUp(ctx, b)
}

// act appends one record of the actor unless the fold refuses it now, and
// returns what the fold made of it at its place. A key that the actor used for
// the same before gets its first verdict, whatever would be said by now.
// Errors: the verdict, ErrInput without a key, ErrKeyReused, the ledger's.
func (s *Service) act(ctx context.Context, by access.AccountID, division, kind, key string, e event) (seq int64, err error) {
	if key == "" || len(key) > maxKey {
		return 0, ErrInput.With(fault.Field{Path: "key", Code: "missing", Message: "give an idempotency key of 1 to 100 bytes"})
	}
	data, err := json.Marshal(e)
	if err != nil {
		return 0, err
	}
	b := s.book(division)
	entry := ledger.Entry{Stream: b.stream(), Expect: ledger.AnySeq, At: s.now(), Kind: kind, Actor: string(by), Key: string(by) + "/" + key, Data: data}
	var early error
	if err := s.read(ctx, division, func(h *Hall) error { early = e.check(h, entry.At); return nil }); err != nil {
		return 0, err
	}
	if early != nil {
		_, known, err := s.db.Ledger().FindKey(ctx, entry.Stream, entry.Key)
		if err != nil {
			return 0, err
		}
		if !known {
			return 0, early
		}
	}
	done, err := s.led.Append(ctx, entry)
	if err != nil {
		return 0, err
	}
	var v verdict
	if err := s.read(ctx, division, func(h *Hall) error { v = h.verdicts[done.Seq]; return nil }); err != nil {
		return 0, err
	}
	if done.Replayed && v.subject != e.subject() {
		return 0, ErrKeyReused
	}
	if v.why == nil && !done.Replayed {
		s.hint(ctx, division, News{Kind: kind, Seq: done.Seq})
	}
	s.tellNow(context.WithoutCancel(ctx), b)
	return done.Seq, v.why
}

// News is a hint for screens that a hall has something new. It holds nothing
// but what kind of thing.
type News struct {
	Kind string `json:"kind"` // of the record: clock.started
	Seq  int64  `json:"seq"`
}

// Clock reports whether the news is about clocks: all that judges are told.
func (n News) Clock() bool { return len(n.Kind) > 6 && n.Kind[:6] == "clock." }

// Channel carries News of a division's hall.
func Channel(division string) live.Channel { return live.Channel("hall:{" + division + "}") }

// hint publishes news. A screen that misses it sees the truth at its next look,
// so an error is only logged.
func (s *Service) hint(ctx context.Context, division string, n News) {
	body, err := json.Marshal(n)
	if err == nil {
		_, err = s.bus.Publish(ctx, Channel(division), "", body)
	}
	if err != nil {
		s.o.Log.Warn("news of the hall not delivered", "division", division, "error", err)
	}
}

// Resume takes the telling of divisions up again after a start: what was not
// told before is told. A division that cannot be read fails the others not;
// their errors are joined.
func (s *Service) Resume(ctx context.Context, divisions []string) error {
	var all error
	for _, d := range divisions {
		b := s.book(d)
		b.mu.Lock()
		err := s.catchUp(ctx, b)
		b.mu.Unlock()
		if err != nil {
			all = errors.Join(all, fmt.Errorf("hall of %s: %w", d, err))
			continue
		}
		s.tellNow(ctx, b)
	}
	return all
}

// retell tells again what the divisions could not take.
func (s *Service) retell(ctx context.Context) {
	tick := time.NewTicker(s.o.Retell)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s.mu.Lock()
		books := make([]*book, 0, len(s.books))
		for _, b := range s.books {
			books = append(books, b)
		}
		s.mu.Unlock()
		for _, b := range books {
			s.tellNow(ctx, b)
		}
	}
}

// tellLimit bounds one telling, after which the ticker tries again.
const tellLimit = 10 * time.Second

// tellNow tells the division what is pending, in order, and stops at the first
// fact that it cannot take now.
//
// Order of writes: the fact's own record is durable; then the division takes
// it under the delivery's key; then desk.told. A crash in between repeats the
// second, which has no second effect, and then the third.
func (s *Service) tellNow(ctx context.Context, b *book) {
	b.telling.Lock()
	defer b.telling.Unlock()
	b.mu.Lock()
	list := b.hall.pending()
	b.mu.Unlock()
	if len(list) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, tellLimit)
	defer cancel()
	for _, d := range list {
		if err := s.tellOne(ctx, b, d); err != nil {
			s.o.Log.Warn("a fact of the hall was not told; it will be again", "division", b.division, "key", d.Key, "error", err)
			return
		}
	}
}

func (s *Service) tellOne(ctx context.Context, b *book, d Delivery) error {
	e := told{Key: d.Key, Told: ToldTaken}
	if err := s.desk.Tell(ctx, b.division, d); err != nil {
		switch fault.KindOf(err) {
		case fault.Internal, fault.TooMany, fault.Unavailable:
			return err
		default: // the division will not change its mind
			e.Told, e.Code = ToldRefused, fault.CodeOf(err)
			s.o.Log.Warn("the division refused a fact of the hall", "division", b.division, "key", d.Key, "code", e.Code)
		}
	}
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = s.led.Append(ctx, ledger.Entry{Stream: b.stream(), Expect: ledger.AnySeq, At: s.now(), Kind: kindTold, Actor: "hall", Key: "told/" + d.Key, Data: data})
	if err != nil {
		return err
	}
	b.mu.Lock()
	err = s.catchUp(ctx, b)
	seq := b.hall.seq
	b.mu.Unlock()
	if err == nil {
		s.hint(ctx, b.division, News{Kind: kindTold, Seq: seq})
	}
	return err
}
