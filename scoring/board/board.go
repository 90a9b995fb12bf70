// Package board turns ranked results into a live board: ordered lines under a
// version, the difference from one version to the next, and the frames that
// screens receive.
//
// It knows nothing of what a line shows: the body is JSON in the audience's
// own form. The jury's and the public's boards are two boards, each built
// from its own projection (law 8).
package board

import (
	"bytes"
	"cmp"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/internal/live"
)

// Line is one line of a board.
type Line struct {
	ID string
	// SortKey orders the board: lines sort by SortKey, then ID, in ascending
	// byte order. SortKey makes it from numbers.
	SortKey string
	Body    json.RawMessage // what the audience sees, one JSON object
}

// Board is a whole board at one version.
type Board struct {
	// Version is the ledger sequence of the last record folded in; 0 means
	// that there is no board yet.
	Version int64
	At      time.Time // of that record
	Meta    json.RawMessage
	Lines   []Line // in any order
}

// order keeps byte order: its alphabet 0–9, A–V ascends as its values do.
var order = base32.HexEncoding.WithPadding(base32.NoPadding)

// keyWidth is the length of one number in a sort key.
const keyWidth = 13

// SortKey writes numbers so that keys compare as bytes exactly as the numbers
// compare one by one, smallest first; negative numbers included. Any count of
// tie-break levels fits, and nothing is rounded.
func SortKey(parts ...int64) string {
	var b strings.Builder
	b.Grow(len(parts) * keyWidth)
	for _, p := range parts {
		var raw [8]byte
		binary.BigEndian.PutUint64(raw[:], uint64(p)^1<<63)
		b.WriteString(order.EncodeToString(raw[:]))
	}
	return b.String()
}

// head is what is stored as a board's meta.
type head struct {
	At   time.Time       `json:"at"`
	Meta json.RawMessage `json:"meta"`
}

// frame is what screens receive; the position is added when it is sent.
type frame struct {
	T       string          `json:"t"` // snapshot, delta
	Version int64           `json:"v"`
	At      time.Time       `json:"at"`
	Meta    json.RawMessage `json:"meta"`
	Rows    []live.Row      `json:"rows"`
	Deleted []string        `json:"del,omitempty"`
}

// Diff returns the change that makes the stored board equal to b. ok is false
// when there is nothing to change or the stored one is not older.
func Diff(stored live.Snapshot, ch live.Channel, b Board) (c live.Change, ok bool, err error) {
	if b.Version <= stored.Version {
		return live.Change{}, false, nil
	}
	c = live.Change{Channel: ch, Base: stored.Version, Version: b.Version, Replace: stored.Version == 0}
	if c.Meta, err = b.head(); err != nil {
		return live.Change{}, false, err
	}
	before := make(map[string]live.Row, len(stored.Rows))
	for _, r := range stored.Rows {
		before[r.ID] = r
	}
	for _, r := range b.rows() {
		old, there := before[r.ID]
		delete(before, r.ID)
		if !there || old.Key != r.Key || !bytes.Equal(old.Body, r.Body) {
			c.Upsert = append(c.Upsert, r)
		}
	}
	c.Delete = slices.Sorted(maps.Keys(before))
	f := frame{T: "delta", Version: b.Version, At: b.At, Meta: b.Meta, Rows: c.Upsert, Deleted: c.Delete}
	if f.Rows == nil {
		f.Rows = []live.Row{}
	}
	c.Frame, err = json.Marshal(f)
	return c, true, err
}

func (b Board) head() (json.RawMessage, error) { return json.Marshal(head{At: b.At, Meta: b.Meta}) }

// rows returns the lines in board order.
func (b Board) rows() []live.Row {
	rows := make([]live.Row, 0, len(b.Lines))
	for _, l := range b.Lines {
		rows = append(rows, live.Row{ID: l.ID, Key: l.SortKey, Body: l.Body})
	}
	slices.SortFunc(rows, func(a, b live.Row) int {
		return cmp.Or(strings.Compare(a.Key, b.Key), strings.Compare(a.ID, b.ID))
	})
	return rows
}

// SnapshotFrame writes a stored board as the frame a screen begins with. An
// absent board is a frame without rows and with a null meta.
func SnapshotFrame(s live.Snapshot) ([]byte, error) {
	f := frame{T: "snapshot", Version: s.Version, Rows: s.Rows, Meta: json.RawMessage("null")}
	if f.Rows == nil {
		f.Rows = []live.Row{}
	}
	if s.Meta != nil {
		var h head
		if err := json.Unmarshal(s.Meta, &h); err != nil {
			return nil, err
		}
		f.At, f.Meta = h.At, h.Meta
	}
	return json.Marshal(f)
}

// Positioned writes the position into a frame, as screens receive it.
func Positioned(frame []byte, at live.Position) ([]byte, error) {
	position, err := json.Marshal(at)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(frame)+len(position))
	out = append(out, position[:len(position)-1]...)
	out = append(out, ',')
	return append(out, frame[1:]...), nil
}
