// Package ledger keeps append-only, hash-chained streams of records.
//
// A stream holds everything contestable about one thing: one candidate's
// attempt, one division's marks. Records of a stream are numbered 1, 2, 3 …
// without gaps, and each carries the hash of the one before it, so a changed,
// missing or reordered record is found by Verify and named.
//
// Append returns only after the record is durable. Concurrent appends share
// one commit of the backend (group commit). DESIGN.md tells how.
package ledger

import (
	"context"
	"fmt"
	"time"
)

// StreamID names a stream: "<kind>/<id>", for instance "attempt/01J…".
// At most 200 bytes.
type StreamID string

// Limits of one entry. Larger input is refused with ErrTooLarge.
const (
	MaxStream = 200     // bytes of a StreamID
	MaxKey    = 200     // bytes of an idempotency key
	MaxName   = 200     // bytes of a kind and of an actor
	MaxData   = 2 << 20 // bytes of one record's data
	MaxRead   = 1000    // records of one Read
)

// Record is one durable entry of a stream. All fields but Hash are covered by
// Hash; the encoding that is hashed is fixed by Chain.
type Record struct {
	Stream StreamID
	Seq    int64     // 1-based position in the stream
	At     time.Time // server time, UTC, cut to milliseconds
	Kind   string    // what happened: "attempt.answered"
	Actor  string    // who: an account, candidate or node id
	Key    string    // idempotency key, unique in the stream; "" for none
	Data   []byte    // JSON
	Prev   []byte    // Hash of record Seq-1; all zero for the first
	Hash   []byte    // 32 bytes
}

// AnySeq as Entry.Expect accepts whatever the stream's last record is.
const AnySeq int64 = -1

// Entry asks for one record.
type Entry struct {
	Stream StreamID
	// Expect is the Seq of the stream's last record as the caller knows it
	// (0 for an empty stream), or AnySeq. Another last record means
	// ErrConflict: read on and decide anew.
	Expect int64
	At     time.Time
	Kind   string
	Actor  string
	// Key makes the append idempotent: a second entry with the same key in the
	// same stream stores nothing and returns the first one's result, whatever
	// Expect says.
	Key  string
	Data []byte
}

// Appended tells where an entry stands.
type Appended struct {
	Seq      int64
	Hash     []byte
	At       time.Time // At of the stored record: the first one's on a replay
	Replayed bool      // the key was there before; nothing was stored now
}

// Head is the end of a stream; the zero Head is an empty stream.
type Head struct {
	Stream StreamID
	Seq    int64
	Hash   []byte
}

// Appender appends single entries. *Ledger is the implementation; the name
// exists for packages that only write.
type Appender interface {
	// Append stores e and returns after it is durable. Errors: ErrConflict,
	// ErrTooLarge, ErrClosed, or Unavailable from the backend. When the
	// context ends first the entry may or may not be stored: repeat it with
	// its key. Safe for concurrent use.
	Append(ctx context.Context, e Entry) (Appended, error)
}

// Reader reads streams in order.
type Reader interface {
	// Read returns up to limit records of the stream with Seq > after, in
	// order; limit is 1 to MaxRead. A page may be shorter than limit to bound
	// its bytes; only an empty one means there are none yet. A record that
	// cannot be decoded fails the page with ErrCorrupt. The records belong to
	// the caller. Safe for concurrent use.
	Read(ctx context.Context, stream StreamID, after int64, limit int) ([]Record, error)
	// Head returns the end of the stream as stored now.
	Head(ctx context.Context, stream StreamID) (Head, error)
}

// Block is a run of consecutive records of one stream, stored as one unit:
// wholly or not at all.
type Block struct {
	Records []Record // same Stream, contiguous Seq, chained hashes
}

// Backend is where blocks are stored: SQLite, MongoDB. It does no chaining
// and no retries; Ledger does. All methods are safe for concurrent use, but
// Ledger calls Commit from one goroutine only.
type Backend interface {
	// Commit stores the blocks durably, at most one block a stream, and
	// returns one error per block (nil: stored). The blocks and their records
	// are lent for the call and must not be kept. A block whose first Seq or
	// one of whose keys is taken fails with ErrTaken and leaves its
	// neighbours alone. A second return value means that no block is known to
	// be stored.
	Commit(ctx context.Context, blocks []Block) ([]error, error)
	Reader
	// FindKey returns the record with the key; ok is false if there is none.
	FindKey(ctx context.Context, stream StreamID, key string) (r Record, ok bool, err error)
	// Streams lists the heads of up to limit streams with names > after, in
	// byte order of the names.
	Streams(ctx context.Context, after StreamID, limit int) ([]Head, error)
}

// Fold reads the stream from after on and calls f for each record in order,
// until f fails. It returns the Seq of the last record f accepted, or after.
func Fold(ctx context.Context, r Reader, stream StreamID, after int64, f func(Record) error) (int64, error) {
	for {
		page, err := r.Read(ctx, stream, after, 500)
		if err != nil {
			return after, fmt.Errorf("reading %s after %d: %w", stream, after, err)
		}
		if len(page) == 0 {
			return after, nil
		}
		for _, rec := range page {
			if err := f(rec); err != nil {
				return after, fmt.Errorf("%s #%d: %w", stream, rec.Seq, err)
			}
			after = rec.Seq
		}
	}
}
