package redisbus

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"github.com/xinglu/xinglu/internal/live"
)

// Apply implements live.Bus.
func (b *Bus) Apply(ctx context.Context, c live.Change) (live.Position, error) {
	if err := c.Check(); err != nil {
		return live.Position{}, err
	}
	args := make([]any, 0, 11+3*len(c.Upsert)+len(c.Delete))
	args = append(args, live.NewEpoch(), b.opt.History, b.opt.Retention.Milliseconds(), c.Frame, rand.Text(),
		c.Base, c.Version, c.Replace, c.Meta != nil, []byte(c.Meta), len(c.Upsert))
	for _, r := range c.Upsert {
		args = append(args, r.ID, r.Key, []byte(r.Body))
	}
	for _, id := range c.Delete {
		args = append(args, id)
	}
	a, err := b.run(ctx, b.lua.apply, b.keys(c.Channel), args...)
	if err != nil {
		return live.Position{}, fmt.Errorf("changing board %s: %w", c.Channel, err)
	}
	switch status := a.text(); status {
	case "ok":
		return a.position()
	case "stale":
		return live.Position{}, live.ErrStale
	case "base":
		return live.Position{}, live.ErrBase
	default:
		return live.Position{}, fmt.Errorf("changing board %s: unexpected answer %q: %w", c.Channel, status, a.err)
	}
}

const (
	pageRows  = 2000 // rows read by one script call, about 2 ms of the server
	pageTries = 3    // changed boards before the whole is read in one call
)

// Snapshot implements live.Bus. A large board is read in pages, so that the
// server is not held up; if it moves meanwhile the reading starts again, and
// after a few such tries it is read in one piece.
func (b *Bus) Snapshot(ctx context.Context, ch live.Channel) (live.Snapshot, error) {
	if err := ch.Check(); err != nil {
		return live.Snapshot{}, err
	}
	for range pageTries {
		s, whole, err := b.readPages(ctx, ch, pageRows)
		if err != nil || whole {
			return s, err
		}
	}
	s, _, err := b.readPages(ctx, ch, 0)
	return s, err
}

// readPages reads the board size rows at a time, or at once if size is 0.
// whole is false when the board moved between two pages.
func (b *Bus) readPages(ctx context.Context, ch live.Channel, size int) (s live.Snapshot, whole bool, err error) {
	for {
		page, total, err := b.readPage(ctx, ch, len(s.Rows), size)
		if err != nil {
			return live.Snapshot{}, false, fmt.Errorf("reading board %s: %w", ch, err)
		}
		if s.Position != (live.Position{}) && s.Position != page.Position {
			return live.Snapshot{}, false, nil
		}
		if len(s.Rows) > 0 {
			page.Rows = append(s.Rows, page.Rows...)
		}
		s = page
		if len(s.Rows) >= total {
			return s, true, nil
		}
	}
}

func (b *Bus) readPage(ctx context.Context, ch live.Channel, first, size int) (s live.Snapshot, total int, err error) {
	a, err := b.run(ctx, b.lua.snapshot, b.keys(ch), live.NewEpoch(), first, first+size-1)
	if err != nil {
		return live.Snapshot{}, 0, err
	}
	if s.Position, err = a.position(); err != nil {
		return live.Snapshot{}, 0, err
	}
	s.Version = a.int()
	total = int(a.int())
	hasMeta, meta := a.int() == 1, a.text()
	if hasMeta {
		s.Meta = json.RawMessage(meta)
	}
	s.Rows = make([]live.Row, 0, len(a.rest)/3)
	for len(a.rest) > 0 {
		s.Rows = append(s.Rows, live.Row{ID: a.text(), Key: a.text(), Body: json.RawMessage(a.text())})
	}
	return s, total, a.err
}
