package live

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"
)

// Defaults of Options and of the adapters' options.
const (
	DefaultHistory        = 512
	DefaultIdempotencyTTL = 5 * time.Minute
)

// Options of a Memory bus. The zero value is usable.
type Options struct {
	// History is the number of publications a channel remembers.
	History int
	// IdempotencyTTL is how long a publication's key is remembered.
	IdempotencyTTL time.Duration
	// Now is the clock of the idempotency window; time.Now if nil.
	Now func() time.Time
}

// Memory is the Bus of a single process. It forgets everything when the
// process ends, so every start has new epochs.
type Memory struct {
	opt Options

	mu       sync.Mutex
	channels map[Channel]*memChannel
	cancels  map[int]func()
	nextSub  int
	closed   bool
}

// memChannel is one channel with its board. mu also orders appends to tail.
type memChannel struct {
	tail *Tail

	mu      sync.Mutex
	version int64
	meta    json.RawMessage
	rows    map[string]Row
	seen    map[string]Position // idempotency keys
	expiry  []seenKey           // the same, oldest first
}

type seenKey struct {
	key   string
	until time.Time
}

var _ Bus = (*Memory)(nil)

// NewMemory returns an open bus.
func NewMemory(o Options) *Memory {
	o.History = cmp.Or(o.History, DefaultHistory)
	o.IdempotencyTTL = cmp.Or(o.IdempotencyTTL, DefaultIdempotencyTTL)
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Memory{opt: o, channels: map[Channel]*memChannel{}, cancels: map[int]func(){}}
}

// channel returns the channel, made at first use.
func (m *Memory) channel(ctx context.Context, ch Channel) (*memChannel, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := ch.Check(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, ErrClosed
	}
	c := m.channels[ch]
	if c == nil {
		c = &memChannel{
			tail: NewTail(Position{Epoch: NewEpoch()}, m.opt.History),
			rows: map[string]Row{}, seen: map[string]Position{},
		}
		m.channels[ch] = c
	}
	return c, nil
}

// Publish implements Bus.
func (m *Memory) Publish(ctx context.Context, ch Channel, key string, data []byte) (Position, error) {
	if err := CheckPublish(ch, key, data); err != nil {
		return Position{}, err
	}
	c, err := m.channel(ctx, ch)
	if err != nil {
		return Position{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if key == "" {
		return c.append(data), nil
	}
	now := m.opt.Now()
	for len(c.expiry) > 0 && !now.Before(c.expiry[0].until) {
		delete(c.seen, c.expiry[0].key)
		c.expiry = c.expiry[1:]
	}
	if first, ok := c.seen[key]; ok {
		return first, nil
	}
	pos := c.append(data)
	c.seen[key] = pos
	c.expiry = append(c.expiry, seenKey{key, now.Add(m.opt.IdempotencyTTL)})
	return pos, nil
}

func (c *memChannel) append(data []byte) Position {
	pos := c.tail.End()
	pos.Offset++
	c.tail.Append(Publication{Position: pos, Data: bytes.Clone(data)})
	return pos
}

// Position implements Bus.
func (m *Memory) Position(ctx context.Context, ch Channel) (Position, error) {
	c, err := m.channel(ctx, ch)
	if err != nil {
		return Position{}, err
	}
	return c.tail.End(), nil
}

// Since implements Bus.
func (m *Memory) Since(ctx context.Context, ch Channel, from Position) ([]Publication, Position, bool, error) {
	c, err := m.channel(ctx, ch)
	if err != nil {
		return nil, Position{}, false, err
	}
	pubs, end, ok := c.tail.Since(from)
	return pubs, end, ok, nil
}

// Subscribe implements Bus.
func (m *Memory) Subscribe(ctx context.Context, ch Channel, from Position, h Handler) (func(), error) {
	c, err := m.channel(ctx, ch)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, ErrClosed
	}
	stop, id := c.tail.Follow(from, nil, h), m.nextSub
	m.nextSub++
	m.cancels[id] = stop
	return func() {
		m.mu.Lock()
		delete(m.cancels, id)
		m.mu.Unlock()
		stop()
	}, nil
}

// Apply implements Bus.
func (m *Memory) Apply(ctx context.Context, c Change) (Position, error) {
	if err := c.Check(); err != nil {
		return Position{}, err
	}
	b, err := m.channel(ctx, c.Channel)
	if err != nil {
		return Position{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if c.Version <= b.version {
		return Position{}, ErrStale
	}
	if !c.Replace && c.Base != b.version {
		return Position{}, ErrBase
	}
	b.version = c.Version
	if c.Meta != nil {
		b.meta = bytes.Clone(c.Meta)
	}
	if c.Replace {
		clear(b.rows)
	}
	for _, r := range c.Upsert {
		r.Body = bytes.Clone(r.Body)
		b.rows[r.ID] = r
	}
	for _, id := range c.Delete {
		delete(b.rows, id)
	}
	return b.append(c.Frame), nil
}

// Snapshot implements Bus.
func (m *Memory) Snapshot(ctx context.Context, ch Channel) (Snapshot, error) {
	c, err := m.channel(ctx, ch)
	if err != nil {
		return Snapshot{}, err
	}
	c.mu.Lock()
	s := Snapshot{Position: c.tail.End(), Version: c.version, Meta: c.meta, Rows: make([]Row, 0, len(c.rows))}
	for _, r := range c.rows {
		s.Rows = append(s.Rows, r)
	}
	c.mu.Unlock()
	slices.SortFunc(s.Rows, CompareRows)
	return s, nil
}

// CompareRows is the order of a board: by Key, then ID, in byte order.
func CompareRows(a, b Row) int {
	return cmp.Or(strings.Compare(a.Key, b.Key), strings.Compare(a.ID, b.ID))
}

// Erase forgets every channel and board, as a flushed server does:
// subscribers get a reset, boards are absent, epochs are new.
func (m *Memory) Erase(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.channels {
		c.mu.Lock()
		c.version, c.meta, c.expiry = 0, nil, nil
		clear(c.rows)
		clear(c.seen)
		c.tail.Reset(Position{Epoch: NewEpoch()})
		c.mu.Unlock()
	}
	return nil
}

// Ping implements Bus.
func (m *Memory) Ping(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	return ctx.Err()
}

// Close implements Bus.
func (m *Memory) Close() error {
	m.mu.Lock()
	m.closed = true
	cancels := m.cancels
	m.cancels = nil
	m.mu.Unlock()
	for _, stop := range cancels {
		stop()
	}
	return nil
}
