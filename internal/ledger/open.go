package ledger

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/xinglu/xinglu/internal/fault"
)

// Options tune a ledger; the zero value of a field means its default.
type Options struct {
	Hash     HashName      // chains new records; default SHA256
	MaxBatch int           // entries of one commit; default 1024
	MaxBytes int           // data bytes of one commit, unless one entry has more; default 4 MiB
	MaxQueue int           // entries that wait for a commit, more get ErrBusy; default 65536
	MaxHeads int           // streams whose ends are remembered; default 65536
	Timeout  time.Duration // of one commit with its look-ups; default 15 s
}

func (o Options) withDefaults() Options {
	if o.Hash == "" {
		o.Hash = SHA256
	}
	for _, d := range []struct {
		field *int
		value int
	}{{&o.MaxBatch, 1024}, {&o.MaxBytes, 4 << 20}, {&o.MaxQueue, 1 << 16}, {&o.MaxHeads, 1 << 16}} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	if o.Timeout <= 0 {
		o.Timeout = 15 * time.Second
	}
	return o
}

// Ledger appends to and reads from the streams of one backend. Several
// ledgers, on one node or on many, may share a backend. All methods are safe
// for concurrent use. Ledger implements Appender and Reader.
type Ledger struct {
	backend Backend
	o       Options
	done    chan struct{} // closed when the committer has ended
	wake    chan struct{} // holds a token when there may be work
	spare   sync.Pool     // of *request

	// Of the committer only; all but heads is memory used again and again.
	heads    heads
	byStream map[StreamID]*run
	runs     []*run
	hard     []*run
	blocks   []Block
	scratch  []byte

	mu      sync.Mutex
	pending []*request
	closed  bool
}

// Open starts a ledger on the backend. An unknown Options.Hash is a mistake
// of the program and panics; configuration is checked with HashName.Valid.
// Close ends it; the backend stays open.
func Open(b Backend, o Options) *Ledger {
	o = o.withDefaults()
	if !o.Hash.Valid() {
		panic("ledger: unknown hash " + string(o.Hash))
	}
	l := &Ledger{
		backend:  b,
		o:        o,
		done:     make(chan struct{}),
		wake:     make(chan struct{}, 1),
		spare:    sync.Pool{New: func() any { return &request{done: make(chan struct{}, 1)} }},
		heads:    newHeads(o.MaxHeads),
		byStream: make(map[StreamID]*run),
	}
	go l.commitAll()
	return l
}

// Close refuses new entries, waits until the waiting ones are answered and
// ends the committer. It is safe to call twice.
func (l *Ledger) Close() error {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.signal()
	<-l.done
	return nil
}

// Append implements Appender. Besides the errors named there: ErrInvalid for
// text that cannot be stored, ErrBusy when MaxQueue entries wait,
// ErrContended when other nodes kept winning the place in the stream, and
// ErrUnavailable when the backend failed; after that last one the entry may
// or may not be stored, as after a cancelled context. e.Data must not be
// changed later on: after a cancelled context it is still being read.
func (l *Ledger) Append(ctx context.Context, e Entry) (Appended, error) {
	if err := check(&e); err != nil {
		return Appended{}, err
	}
	if err := ctx.Err(); err != nil {
		return Appended{}, fmt.Errorf("appending to %s: %w", e.Stream, err)
	}
	e.At = e.At.UTC().Truncate(time.Millisecond)
	r := l.spare.Get().(*request)
	r.Entry = e
	if err := l.enqueue(r); err != nil {
		return Appended{}, err
	}
	select {
	case <-r.done:
	case <-ctx.Done(): // the committer still owns r, so it is not used again
		return Appended{}, fmt.Errorf("appending to %s: %w", e.Stream, ctx.Err())
	}
	a, err := r.appended, r.err
	*r = request{done: r.done}
	l.spare.Put(r)
	if err != nil {
		return Appended{}, fmt.Errorf("appending to %s: %w", e.Stream, err)
	}
	return a, nil
}

// Read implements Reader; limit is 1 to MaxRead.
func (l *Ledger) Read(ctx context.Context, stream StreamID, after int64, limit int) ([]Record, error) {
	return l.backend.Read(ctx, stream, after, min(max(limit, 1), MaxRead))
}

// Head implements Reader.
func (l *Ledger) Head(ctx context.Context, stream StreamID) (Head, error) {
	return l.backend.Head(ctx, stream)
}

func (l *Ledger) enqueue(r *request) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrClosed
	}
	if len(l.pending) >= l.o.MaxQueue {
		return ErrBusy
	}
	l.pending = append(l.pending, r)
	if len(l.pending) == 1 {
		l.signal()
	}
	return nil
}

func (l *Ledger) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// check refuses entries that no backend could store and give back unchanged.
func check(e *Entry) error {
	if e.Stream == "" {
		return ErrInvalid.With(fault.Field{Path: "stream", Code: "empty", Message: "a record needs a stream"})
	}
	if e.Expect < AnySeq {
		return ErrInvalid.With(fault.Field{Path: "expect", Code: "out_of_range", Message: "neither a sequence number nor AnySeq"})
	}
	for _, f := range [...]struct {
		path, text string
		limit      int
	}{{"stream", string(e.Stream), MaxStream}, {"key", e.Key, MaxKey}, {"kind", e.Kind, MaxName}, {"actor", e.Actor, MaxName}} {
		if len(f.text) > f.limit {
			return ErrTooLarge.With(fault.Field{Path: f.path, Code: "too_long", Message: fmt.Sprintf("longer than %d bytes", f.limit)})
		}
		if strings.IndexByte(f.text, 0) >= 0 || !utf8.ValidString(f.text) {
			return ErrInvalid.With(fault.Field{Path: f.path, Code: "bad_text", Message: "not valid UTF-8 without NUL"})
		}
	}
	if len(e.Data) > MaxData {
		return ErrTooLarge.With(fault.Field{Path: "data", Code: "too_long", Message: fmt.Sprintf("longer than %d bytes", MaxData)})
	}
	return nil
}
