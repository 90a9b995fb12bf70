package fanout

import (
	"encoding/json"
	"io"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/xinglu/xinglu/internal/live"
)

// client is one connection. Whoever has entered the actor is its only writer.
type client struct {
	actor
	hub   *Hub
	conn  *websocket.Conn
	slot  *Slot
	topic *topic
	shard *shard

	// Requests to the writer.
	resume atomic.Pointer[live.Position] // go on from here
	pong   atomic.Bool
	code   atomic.Int32 // CloseCode, once; then the connection is ending
	gone   atomic.Bool  // the socket is closed
	timer  atomic.Pointer[time.Timer]

	// Where the client is. Written by the writer; Stats reads gen and at.
	gen     atomic.Uint64 // view.gen that at belongs to; 0: needs a snapshot
	at      atomic.Int64  // offset of the last frame written
	beats   uint64
	pings   uint64
	said    bool      // the close frame was sent
	resyncs time.Time // of the last overflow
}

// next returns what the client should be written now, nil if nothing.
func (c *client) next() *websocket.PreparedMessage {
	if c.gone.Load() {
		return nil
	}
	if code := CloseCode(c.code.Load()); code != 0 {
		return c.goodbye(code)
	}
	v := c.topic.now.Load()
	if m := c.state(v); m != nil {
		return m
	}
	if c.pong.Swap(false) {
		if m, err := preparePong(c.hub.opt.Now()); err == nil {
			return m
		}
	}
	if c.beats != v.beats && c.gen.Load() == v.gen && v.beat != nil {
		c.beats = v.beats
		return v.beat
	}
	if c.pings != v.pings {
		c.pings = v.pings
		return c.hub.ping
	}
	return nil
}

// state returns the next frame of the channel or the snapshot.
func (c *client) state(v *view) *websocket.PreparedMessage {
	if v.gen == 0 {
		return nil
	}
	if p := c.resume.Swap(nil); p != nil {
		c.gen.Store(0)
		if v.recovers(*p) {
			c.at.Store(p.Offset)
			c.gen.Store(v.gen)
			// Though nothing may be new, the client learns that it is live.
			if c.beats = 0; v.beat == nil {
				c.topic.ask()
			}
		}
	}
	at := c.at.Load()
	if c.gen.Load() == v.gen && at < v.start {
		c.gen.Store(0)
		now := c.hub.opt.Now()
		if !c.resyncs.IsZero() && now.Sub(c.resyncs) < c.hub.opt.Resync {
			c.hub.counters.slow.Add(1)
			c.ending(CloseSlow)
			return c.goodbye(CloseSlow)
		}
		c.resyncs = now
		c.hub.counters.resyncs.Add(1)
	}
	if c.gen.Load() != v.gen {
		s := v.fresh()
		if s == nil {
			c.topic.ask()
			return nil
		}
		c.at.Store(s.offset)
		c.gen.Store(v.gen)
		c.beats, c.pings = v.beats, v.pings
		c.hub.counters.snapshots.Add(1)
		return s.msg
	}
	if at < v.end() {
		c.at.Store(at + 1)
		return v.frames[at-v.start].msg
	}
	return nil
}

// closeGrace is how long a client has to answer a close frame.
const closeGrace = time.Second

// end asks the writer to close with the code; the first one counts.
func (c *client) end(code CloseCode) {
	if c.ending(code) {
		c.hub.pool.poke(c)
	}
}

// ending notes why the connection ends. Its socket is closed after closeGrace
// whatever the client does.
func (c *client) ending(code CloseCode) bool {
	first := c.code.CompareAndSwap(0, int32(code))
	if first {
		c.timer.Store(time.AfterFunc(closeGrace, c.broken))
	}
	return first
}

// goodbye returns the close frame, once.
func (c *client) goodbye(code CloseCode) *websocket.PreparedMessage {
	if c.said {
		return nil
	}
	c.said = true
	m, err := websocket.NewPreparedMessage(websocket.CloseMessage, code.message(c.hub.retryAfter(code)))
	if err != nil {
		c.broken()
	}
	return m
}

// broken closes the socket; the reader then clears up.
func (c *client) broken() {
	c.gone.Store(true)
	_ = c.conn.Close() // a second close fails, and there is nobody to tell
}

// run implements job.
func (c *client) run(w *worker) { w.drive(c) }

const (
	maxClientFrame = 1024 // bytes
	maxFrames      = 20   // client frames in floodWindow
	floodWindow    = 10 * time.Second
)

// read takes the client's frames until the connection ends. It owns the end:
// only here the client leaves the hub.
func (c *client) read() {
	defer func() {
		c.broken()
		c.topic.remove(c)
		c.slot.Release()
		if t := c.timer.Load(); t != nil {
			t.Stop()
		}
	}()
	alive := func(string) error { return c.conn.SetReadDeadline(time.Now().Add(c.hub.opt.Pong)) }
	c.conn.SetReadLimit(maxClientFrame)
	c.conn.SetPongHandler(alive)
	if alive("") != nil {
		return
	}
	frames, since := 0, time.Now()
	for {
		kind, r, err := c.conn.NextReader()
		if err != nil {
			return
		}
		data, err := io.ReadAll(r)
		if err != nil || alive("") != nil {
			return
		}
		if now := time.Now(); now.Sub(since) > floodWindow {
			frames, since = 0, now
		}
		if frames++; frames > maxFrames {
			c.reject(CloseFlood)
		} else if kind != websocket.TextMessage || !c.take(data) {
			c.reject(CloseBadFrame)
		}
	}
}

func (c *client) reject(code CloseCode) {
	if c.code.Load() == 0 {
		c.hub.counters.rejected.Add(1)
		c.end(code)
	}
}

// take acts on a client's frame and reports whether it was a valid one.
func (c *client) take(data []byte) bool {
	var f struct {
		Type string `json:"t"`
		live.Position
	}
	if json.Unmarshal(data, &f) != nil {
		return false
	}
	switch f.Type {
	case "ping":
		c.pong.Store(true)
	case "pos":
		c.resume.Store(&f.Position)
	default:
		return false
	}
	c.hub.pool.poke(c)
	return true
}
