package ledger_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/xinglu/xinglu/internal/ledger"
)

// memory is a backend in memory that a test can make fail and tamper with.
type memory struct {
	// trouble, if not nil, is asked before and after each Commit is done.
	trouble func() error

	mu      sync.Mutex
	streams map[ledger.StreamID][]ledger.Record
	ends    map[ledger.StreamID]ledger.Head    // recorded ends
	broken  map[ledger.StreamID]map[int64]bool // records that cannot be decoded
}

func newMemory() *memory {
	return &memory{streams: map[ledger.StreamID][]ledger.Record{}, ends: map[ledger.StreamID]ledger.Head{}, broken: map[ledger.StreamID]map[int64]bool{}}
}

func (m *memory) ask() error {
	if m.trouble == nil {
		return nil
	}
	return m.trouble()
}

func (m *memory) Commit(ctx context.Context, blocks []ledger.Block) ([]error, error) {
	if err := m.ask(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	errs := make([]error, len(blocks))
	for i, b := range blocks {
		errs[i] = m.add(b)
	}
	m.mu.Unlock()
	if err := m.ask(); err != nil {
		return nil, err // stored, but the answer was lost
	}
	return errs, ctx.Err()
}

func (m *memory) add(b ledger.Block) error {
	name := b.Records[0].Stream
	s := m.streams[name]
	for i, r := range b.Records {
		if r.Stream != name || r.Seq != b.Records[0].Seq+int64(i) {
			return errors.New("not a block")
		}
		taken := slices.ContainsFunc(s, func(o ledger.Record) bool { return o.Seq == r.Seq || r.Key != "" && o.Key == r.Key })
		if taken {
			return ledger.ErrTaken
		}
	}
	for _, r := range b.Records {
		r.Data, r.Prev, r.Hash = bytes.Clone(r.Data), bytes.Clone(r.Prev), bytes.Clone(r.Hash)
		s = append(s, r)
	}
	m.streams[name] = s
	last := s[len(s)-1]
	m.ends[name] = ledger.Head{Stream: name, Seq: last.Seq, Hash: last.Hash}
	return nil
}

func (m *memory) Read(ctx context.Context, stream ledger.StreamID, after int64, limit int) ([]ledger.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var page []ledger.Record
	for _, r := range m.streams[stream] {
		if r.Seq > after && len(page) < limit {
			if m.broken[stream][r.Seq] {
				return nil, ledger.ErrCorrupt
			}
			page = append(page, r)
		}
	}
	return page, ctx.Err()
}

func (m *memory) Head(ctx context.Context, stream ledger.StreamID) (ledger.Head, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	h := m.ends[stream]
	h.Stream = stream
	return h, ctx.Err()
}

func (m *memory) FindKey(ctx context.Context, stream ledger.StreamID, key string) (ledger.Record, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.streams[stream] {
		if r.Key == key && key != "" {
			return r, true, ctx.Err()
		}
	}
	return ledger.Record{}, false, ctx.Err()
}

func (m *memory) Streams(ctx context.Context, after ledger.StreamID, limit int) ([]ledger.Head, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []ledger.Head
	for name, h := range m.ends {
		if name > after {
			h.Stream = name
			all = append(all, h)
		}
	}
	slices.SortFunc(all, func(a, b ledger.Head) int { return strings.Compare(string(a.Stream), string(b.Stream)) })
	return all[:min(limit, len(all))], ctx.Err()
}
