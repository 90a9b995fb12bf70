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
	"encoding/json"
	"maps"
	"slices"
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
	At      time.Time       // of that record
	Meta    json.RawMessage // title, freeze state; one JSON value
	Lines   []Line          // in any order; ids are unique
}

// head is what is stored as a board's meta.
type head struct {
	At   time.Time       `json:"at"`
	Meta json.RawMessage `json:"meta"`
}

// frame is what screens receive; the position is added when it is sent.
//
//	{"t":"snapshot","v":345,"at":"…","meta":{…},"rows":[{"id":"…","k":"…","b":{…}}]}
//	{"t":"delta","v":346,"at":"…","meta":{…},"rows":[changed rows, whole],"del":["id"]}
//	{"t":"reload","v":346,"at":"…","meta":{…},"rows":[]}
//
// A snapshot replaces what the screen shows; a delta is put into it, and the
// rows are ordered by "k", then "id", comparing bytes. A reload announces a
// change too large for one frame: the screen asks for a snapshot.
type frame struct {
	T       string          `json:"t"`
	Version int64           `json:"v"`
	At      time.Time       `json:"at"`
	Meta    json.RawMessage `json:"meta"`
	Rows    []live.Row      `json:"rows"`
	Deleted []string        `json:"del,omitempty"`
}

// Diff returns the change that makes the stored board equal to b. ok is false
// when the stored one is not older, so that there is nothing to do.
func Diff(stored live.Snapshot, ch live.Channel, b Board) (c live.Change, ok bool, err error) {
	if b.Version <= stored.Version {
		return live.Change{}, false, nil
	}
	// Never Replace: against a base, a board that another node wrote since is
	// noticed, and its rows get into the frame's list of deleted ones.
	c = live.Change{Channel: ch, Base: stored.Version, Version: b.Version}
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
	c.Frame, err = b.delta(c)
	return c, err == nil, err
}

func (b Board) delta(c live.Change) ([]byte, error) {
	f := frame{T: "delta", Version: b.Version, At: b.At, Meta: b.Meta, Rows: c.Upsert, Deleted: c.Delete}
	if f.Rows == nil {
		f.Rows = []live.Row{}
	}
	data, err := json.Marshal(f)
	if err != nil || len(data) <= live.MaxData {
		return data, err
	}
	f.T, f.Rows, f.Deleted = "reload", []live.Row{}, nil
	return json.Marshal(f)
}

func (b Board) head() (json.RawMessage, error) { return json.Marshal(head{At: b.At, Meta: b.Meta}) }

// rows returns the lines in board order.
func (b Board) rows() []live.Row {
	rows := make([]live.Row, 0, len(b.Lines))
	for _, l := range b.Lines {
		rows = append(rows, live.Row{ID: l.ID, Key: l.SortKey, Body: l.Body})
	}
	slices.SortFunc(rows, live.CompareRows)
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

// Positioned writes the position into a frame, as the fan-out hub does.
func Positioned(frame []byte, at live.Position) ([]byte, error) { return at.Into(frame) }
