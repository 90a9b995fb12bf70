// Package live carries news from the node where something happened to every
// screen that watches it.
//
// A channel has an epoch (a random word that changes when its history is
// lost) and a contiguous offset. A subscriber that knows its position gets
// everything since, or is told that it must take a snapshot: never a part.
// A board is a channel with state: ordered rows under a version.
//
// Nothing here is the truth. Boards are projections of the ledger and may be
// flushed at any time; whoever projects them writes them again.
//
// Two adapters implement Bus: Memory in this package and live/redisbus.
package live

import (
	"context"
	"encoding/json"

	"github.com/xinglu/xinglu/internal/fault"
)

// Errors of live channels; compare with errors.Is.
var (
	// ErrStale: a board already holds this version or a newer one.
	ErrStale = fault.New(fault.Conflict, "board_stale", "the board already holds this version or a newer one")
	// ErrBase: the board's version is not the change's base; take a snapshot,
	// build the difference against it and apply again.
	ErrBase = fault.New(fault.Conflict, "board_base", "the board is not at the version this change builds on")
	// ErrInvalid: a channel, position or change breaks a limit of this
	// package; Fields say which.
	ErrInvalid = fault.New(fault.Invalid, "live_invalid", "the publication or board change is not valid")
	// ErrUnavailable: the server behind the bus did not answer; try again.
	ErrUnavailable = fault.New(fault.Unavailable, "live_unavailable", "live channels cannot be reached now")
	// ErrClosed: the bus has been closed.
	ErrClosed = fault.New(fault.Unavailable, "live_closed", "live channels are closed")
)

// Limits. Larger input is refused with ErrInvalid.
const (
	MaxChannel = 200       // bytes of a channel's name
	MaxID      = 200       // bytes of a row id or an idempotency key
	MaxKey     = 4 << 10   // bytes of a row's sort key
	MaxData    = 1 << 20   // bytes of a publication, a frame or a row's body
	MaxNumber  = 1<<53 - 1 // versions and offsets: exact in JSON and in Lua
)

// Channel names a stream of publications. The part in braces, if any, is the
// Redis Cluster hash tag: all keys of one division carry the same tag, for
// instance "board:{division-id}:public".
type Channel string

// Position is a place in a channel. The zero Position is "from nowhere": it
// never recovers.
type Position struct {
	Epoch  string `json:"e"`
	Offset int64  `json:"o"` // of the last publication seen; at most MaxNumber
}

// Covers reports whether a reader at p has seen everything up to q: same
// epoch, and not behind.
func (p Position) Covers(q Position) bool { return p.Epoch == q.Epoch && p.Offset >= q.Offset }

// Publication is one message of a channel.
type Publication struct {
	Position Position
	Data     []byte
}

// Row is one line of a board.
type Row struct {
	ID string `json:"id"`
	// Key orders the board: rows sort by Key, then ID, in ascending byte
	// order. Bytes below 0x20 are refused, so that an adapter may join both.
	Key string `json:"k"`
	// Body is the row as the channel's audience may see it.
	Body json.RawMessage `json:"b"`
}

// Change moves a board from one version to the next in one atomic step.
type Change struct {
	Channel Channel
	// Base is the version the difference was built against: Snapshot.Version,
	// or 0 for an absent board. With Replace the base does not matter.
	Base int64
	// Version must be greater than the stored one (ledger sequence of the
	// last record folded in).
	Version int64
	// Replace drops all stored rows first.
	Replace bool
	Upsert  []Row
	Delete  []string // row ids; unknown ones are ignored
	// Meta replaces what the board says about itself (title, freeze state);
	// nil keeps it.
	Meta json.RawMessage
	// Frame is published with the change, already in the audience's form.
	Frame []byte
}

// Snapshot is a whole board at one position.
type Snapshot struct {
	Position Position
	Version  int64           // 0: there is no such board
	Meta     json.RawMessage // nil: none was ever set
	Rows     []Row           // in board order
}

// Handler receives publications of one subscription, in offset order without
// gaps, from one goroutine. reset is true when continuity was lost (history
// gone, epoch changed): the publication's Position then tells only where the
// channel stands, its Data is empty, and the receiver takes a snapshot. That
// snapshot may be newer than publications still to come: the receiver skips
// those its position covers.
type Handler func(p Publication, reset bool)

// Bus is the contract of live channels. All methods are safe for concurrent
// use. Data, rows and meta are copied in and must not be changed when handed
// out. A call whose context ends returns that context's error.
type Bus interface {
	// Publish appends data to the channel and delivers it. A repeated key
	// (not "") within the idempotency window publishes nothing and returns
	// the first position, even when the data differs.
	Publish(ctx context.Context, ch Channel, key string, data []byte) (Position, error)
	// Position returns the end of the channel, creating its epoch if needed.
	Position(ctx context.Context, ch Channel) (Position, error)
	// Since returns everything after from, and the end of the channel. ok is
	// false, and pubs empty, when the history no longer reaches back to from
	// or the epoch differs: take a snapshot.
	Since(ctx context.Context, ch Channel, from Position) (pubs []Publication, end Position, ok bool, err error)
	// Subscribe calls h for everything after from; if from cannot be
	// recovered, h is first called with reset. It returns when the
	// subscription is in place; cancel ends it, may be called again, and
	// returns after the last call of h, so h itself must not call it. A slow
	// h delays nobody else; one that falls out of the history gets a reset.
	// ctx bounds only the call itself. Lost connections to the server are mended inside, by
	// recovery or reset.
	Subscribe(ctx context.Context, ch Channel, from Position, h Handler) (cancel func(), err error)
	// Apply changes a board and publishes the frame, atomically. Errors:
	// ErrStale, ErrBase. The returned position is that of the frame.
	Apply(ctx context.Context, c Change) (Position, error)
	// Snapshot returns the whole board, rows and position read together.
	Snapshot(ctx context.Context, ch Channel) (Snapshot, error)
	// Ping reports whether the bus can answer now.
	Ping(ctx context.Context) error
	// Close ends all subscriptions; later calls fail with ErrClosed.
	Close() error
}
