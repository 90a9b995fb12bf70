// Package fanout brings live channels to many spectators over WebSockets.
//
// A node subscribes to a channel once, prepares every frame once, and a few
// workers write it to the sockets. No connection has a writer goroutine or a
// queue: each holds only its offset into the channel's ring of recent frames.
// One that falls out of the ring, or whose position is unknown, gets a
// snapshot, prepared once and shared too. DESIGN.md of package live tells how
// a blocked socket is kept from holding up the others.
//
// The hub knows nothing of a frame but that it is a JSON object, into which
// it writes the position ("e", "o"). Its own messages are
//
//	{"t":"beat","e":"…","o":12,"at":"2026-11-23T09:00:00.000Z"}   the end of the channel, if the bus confirms it
//	{"t":"pong","at":"…"}                                         answer to a client's {"t":"ping"}
//
// A client may send {"t":"ping"} and {"t":"pos","e":"…","o":12}; the latter
// asks for everything after that position again.
package fanout

import (
	"cmp"
	"context"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/live"
)

// Errors of admission; compare with errors.Is.
var (
	// ErrFull: the hub has as many connections as it may.
	ErrFull = fault.New(fault.Unavailable, "spectators_full", "this server has no room for more spectators, try again later")
	// ErrTooMany: one address has as many connections as it may.
	ErrTooMany = fault.New(fault.TooMany, "spectators_per_address", "too many connections from this address")
)

// Options of a Hub. Bus and Snapshot are needed, the rest has defaults.
type Options struct {
	// Bus carries the channels. The hub does not close it.
	Bus live.Bus
	// Snapshot returns a channel's whole state as a JSON object and the
	// position it belongs to. It is called by one goroutine per channel.
	Snapshot func(ctx context.Context, ch live.Channel) (frame []byte, at live.Position, err error)

	MaxConns  int           // in all; default 50,000
	MaxPerIP  int           // per IPv4 address or IPv6 /64; default 2,000, a hall may share one address
	Ring      int           // frames a connection may lag behind; default 64
	RingBytes int           // bound of the same in bytes; default 1 MiB
	Resync    time.Duration // a second overflow within this time closes with CloseSlow; default 30 s
	Write     time.Duration // a write that takes longer ends the connection; default 5 s
	Ping      time.Duration // between pings, in whole beats; default 20 s
	Pong      time.Duration // silence of the client that ends the connection; default 60 s
	Beat      time.Duration // between beats, and how often the bus is asked; default 10 s
	Linger    time.Duration // how long a channel without clients is kept; default 30 s
	Stall     time.Duration // a write that takes longer loses its worker; default 5 ms
	Workers   int           // writers; default GOMAXPROCS
	Reconnect int           // clients per second that may come back after a restart; default 1,000
	Seed      uint64        // of the spread of reconnections
	Now       func() time.Time
	Log       *slog.Logger
}

func (o Options) withDefaults() Options {
	o.MaxConns = cmp.Or(o.MaxConns, 50_000)
	o.MaxPerIP = cmp.Or(o.MaxPerIP, 2_000)
	o.Ring = cmp.Or(o.Ring, 64)
	o.RingBytes = cmp.Or(o.RingBytes, 1<<20)
	o.Resync = cmp.Or(o.Resync, 30*time.Second)
	o.Write = cmp.Or(o.Write, 5*time.Second)
	o.Ping = cmp.Or(o.Ping, 20*time.Second)
	o.Pong = cmp.Or(o.Pong, 60*time.Second)
	o.Beat = cmp.Or(o.Beat, 10*time.Second)
	o.Linger = cmp.Or(o.Linger, 30*time.Second)
	o.Stall = cmp.Or(o.Stall, 5*time.Millisecond)
	o.Workers = cmp.Or(o.Workers, runtime.GOMAXPROCS(0))
	o.Reconnect = cmp.Or(o.Reconnect, 1_000)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// Hub serves spectators. All methods are safe for concurrent use.
type Hub struct {
	opt      Options
	pool     *pool
	ping     *websocket.PreparedMessage
	buffers  sync.Pool // write buffers of connections, needed only while one writes
	counters counters

	ctx     context.Context // ends with Close
	cancel  context.CancelFunc
	readers sync.WaitGroup
	running sync.WaitGroup // topics
	once    sync.Once      // of close

	mu     sync.Mutex
	closed bool
	topics map[live.Channel]*topic
	conns  int // admitted
	perIP  map[netip.Addr]int
	rng    *rand.Rand
}

type counters struct {
	snapshots, resyncs, slow, refused, rejected atomic.Int64
}

// New returns a running hub.
func New(o Options) *Hub {
	o = o.withDefaults()
	ping, err := websocket.NewPreparedMessage(websocket.PingMessage, nil)
	if err != nil {
		panic(err) // a constant message
	}
	h := &Hub{
		opt: o, ping: ping, pool: newPool(o.Workers, o.Stall, o.Write),
		topics: map[live.Channel]*topic{}, perIP: map[netip.Addr]int{},
		rng: rand.New(rand.NewPCG(o.Seed, 0)),
	}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	return h
}

// Upgrader returns the hub's buffer settings; the caller adds its own
// CheckOrigin.
func (h *Hub) Upgrader() websocket.Upgrader {
	return websocket.Upgrader{ReadBufferSize: 1024, WriteBufferSize: 1024, WriteBufferPool: &h.buffers}
}

// Slot is one admitted connection.
type Slot struct {
	hub  *Hub
	addr netip.Addr
	once sync.Once
}

// Admit reserves room for a connection before its handshake, so that a
// refusal is an ordinary HTTP answer. Errors: ErrFull, ErrTooMany,
// live.ErrClosed.
func (h *Hub) Admit(addr netip.Addr) (*Slot, error) {
	addr = addr.Unmap()
	if addr.Is6() {
		if p, err := addr.WithZone("").Prefix(64); err == nil {
			addr = p.Addr()
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	var err error
	switch {
	case h.closed:
		return nil, live.ErrClosed
	case h.conns >= h.opt.MaxConns:
		err = ErrFull
	case h.perIP[addr] >= h.opt.MaxPerIP:
		err = ErrTooMany
	default:
		h.conns++
		h.perIP[addr]++
		return &Slot{hub: h, addr: addr}, nil
	}
	h.counters.refused.Add(1)
	return nil, err
}

// Release gives the room back. Serve does it when the connection ends; call
// it when the handshake fails. Calling it again does nothing.
func (s *Slot) Release() {
	s.once.Do(func() {
		h := s.hub
		h.mu.Lock()
		defer h.mu.Unlock()
		h.conns--
		if h.perIP[s.addr]--; h.perIP[s.addr] <= 0 {
			delete(h.perIP, s.addr)
		}
	})
}

// Subscription is what a connection watches.
type Subscription struct {
	Channel live.Channel
	// From is the position the client says it knows; zero if none.
	From live.Position
}

// Serve takes over a connection and returns at once. The connection ends when
// the client goes, breaks a rule (closecodes.go), or the hub is closed.
// Errors: live.ErrClosed, live.ErrInvalid; conn is closed then too.
func (h *Hub) Serve(conn *websocket.Conn, slot *Slot, sub Subscription) error {
	if err := sub.Channel.Check(); err != nil {
		slot.Release()
		conn.Close()
		return err
	}
	c := &client{hub: h, conn: conn, slot: slot}
	c.resume.Store(&sub.From)
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		slot.Release()
		conn.Close()
		return live.ErrClosed
	}
	t := h.topics[sub.Channel]
	if t == nil {
		t = newTopic(h, sub.Channel)
		h.topics[sub.Channel] = t
		h.running.Go(t.run)
	}
	t.add(c)
	h.readers.Go(c.read)
	h.pool.poke(c) // under mu: Close ends the pool
	h.mu.Unlock()
	return nil
}

// Stats is a moment of a hub's life. The counts grow from New on.
type Stats struct {
	Connections int   `json:"connections"` // admitted now
	Channels    int   `json:"channels"`    // followed now
	Queued      int64 `json:"queued"`      // frames that connections lag behind now, in all
	Stalled     int   `json:"stalled"`     // sockets that a spare goroutine waits for now
	Written     int64 `json:"written"`     // messages written, of all kinds
	Snapshots   int64 `json:"snapshots"`   // snapshots written
	Resyncs     int64 `json:"resyncs"`     // overflows answered with a snapshot
	Slow        int64 `json:"slow"`        // connections ended because they were too slow
	Refused     int64 `json:"refused"`     // not admitted
	Rejected    int64 `json:"rejected"`    // ended for a bad frame or too many
}

// Stats counts; its cost grows with the connections.
func (h *Hub) Stats() Stats {
	h.mu.Lock()
	s := Stats{Connections: h.conns, Channels: len(h.topics)}
	for _, t := range h.topics {
		s.Queued += t.queued()
	}
	h.mu.Unlock()
	s.Written, s.Stalled = h.pool.stats()
	s.Snapshots, s.Resyncs = h.counters.snapshots.Load(), h.counters.resyncs.Load()
	s.Slow = h.counters.slow.Load() + h.pool.timeouts.Load()
	s.Refused, s.Rejected = h.counters.refused.Load(), h.counters.rejected.Load()
	return s
}

// Close sends every client away with CloseRestart, waits until they have gone
// (at most closeGrace) and ends all goroutines. It is safe to call again.
func (h *Hub) Close() { h.once.Do(h.close) }

func (h *Hub) close() {
	h.mu.Lock()
	h.closed = true
	for _, t := range h.topics {
		t.each(func(c *client) { c.end(CloseRestart) })
	}
	h.mu.Unlock()
	h.readers.Wait()
	h.cancel()
	h.running.Wait()
	h.pool.close()
}
