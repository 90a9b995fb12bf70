package fanout

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/xinglu/xinglu/internal/live"
)

// topic is one channel on this node: its recent frames and its connections.
type topic struct {
	hub  *Hub
	ch   live.Channel
	now  atomic.Pointer[view] // what writers see; replaced under mu
	want chan struct{}        // somebody needs a snapshot or the first beat

	mu     sync.Mutex
	shards []*shard
	count  int
	since  time.Time // of the last connection, while count is 0
}

// view is an immutable state of a topic.
type view struct {
	gen    uint64 // changes when continuity is lost; 0: nothing is known yet
	epoch  string
	start  int64   // offset before frames[0]
	frames []frame // contiguous; views share the array, which only grows
	bytes  int
	snap   *snapshot
	beat   *websocket.PreparedMessage
	beats  uint64 // number of the beat
	pings  uint64 // number of the ping
}

type frame struct {
	msg  *websocket.PreparedMessage
	size int
}

type snapshot struct {
	msg    *websocket.PreparedMessage
	offset int64
}

func (v *view) end() int64 { return v.start + int64(len(v.frames)) }

// recovers reports whether frames alone bring a client at p up to date. One
// that comes from a node which is further than this one only has to wait.
func (v *view) recovers(p live.Position) bool {
	return v.gen > 0 && p.Epoch == v.epoch && p.Offset >= v.start
}

// snapshotLag is how many frames behind a snapshot may be and still be given
// to a new client with the frames since. It bounds how often one is made.
const snapshotLag = 16

// fresh returns the snapshot if it can start a client, else nil.
func (v *view) fresh() *snapshot {
	if s := v.snap; s != nil && s.offset >= v.start && v.end()-s.offset <= snapshotLag {
		return s
	}
	return nil
}

func newTopic(h *Hub, ch live.Channel) *topic {
	t := &topic{hub: h, ch: ch, want: make(chan struct{}, 1)}
	t.now.Store(&view{})
	return t
}

// change replaces the view by one that f has altered.
func (t *topic) change(f func(v *view)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	v := *t.now.Load()
	f(&v)
	t.now.Store(&v)
	for _, s := range t.shards {
		t.hub.pool.poke(s)
	}
}

// run follows the channel until the hub closes or nobody has watched for
// Options.Linger.
func (t *topic) run() {
	ctx, cancel := context.WithCancel(t.hub.ctx)
	followed := make(chan struct{})
	defer func() { cancel(); <-followed }()
	go func() { defer close(followed); t.follow(ctx) }()
	beat := time.NewTicker(t.hub.opt.Beat)
	defer beat.Stop()
	lastPing := t.hub.opt.Now()
	want, retry, tries := t.want, (<-chan time.Time)(nil), 0 // after a failure only retry counts
	load := func() {
		if t.load(ctx) {
			want, retry, tries = t.want, nil, 0
			return
		}
		want, retry = nil, time.After(backoff(tries))
		tries++
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-want:
			load()
		case <-retry:
			load()
		case <-beat.C:
			if t.abandoned() {
				return
			}
			now := t.hub.opt.Now()
			ping := now.Sub(lastPing)+t.hub.opt.Beat/2 >= t.hub.opt.Ping
			if ping {
				lastPing = now
			}
			t.beat(ctx, ping)
		}
	}
}

// follow subscribes, trying until the bus answers, and ends with ctx.
func (t *topic) follow(ctx context.Context) {
	for try := 0; ctx.Err() == nil; try++ {
		once, cancel := context.WithTimeout(ctx, callTimeout)
		unsubscribe, err := t.hub.opt.Bus.Subscribe(once, t.ch, live.Position{}, t.deliver)
		cancel()
		if err == nil {
			<-ctx.Done()
			unsubscribe()
			return
		}
		t.hub.opt.Log.Warn("channel cannot be followed", "channel", t.ch, "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(backoff(try)):
		}
	}
}

// callTimeout bounds one question to the bus or for a snapshot.
const callTimeout = 5 * time.Second

// backoff is the pause after a failed try: 50 ms, doubled up to 3.2 s.
func backoff(try int) time.Duration { return 50 * time.Millisecond << min(try, 6) }

// deliver takes a publication from the bus.
func (t *topic) deliver(p live.Publication, reset bool) {
	var msg *websocket.PreparedMessage
	if !reset {
		var err error
		if msg, err = prepare(p.Data, p.Position); err != nil {
			// Skipping it would leave the screens wrong; a snapshot does not.
			t.hub.opt.Log.Error("frame cannot be sent", "channel", t.ch, "offset", p.Position.Offset, "error", err)
			reset = true
		}
	}
	t.change(func(v *view) {
		if reset || v.gen == 0 || p.Position.Epoch != v.epoch || p.Position.Offset != v.end()+1 {
			v.gen++
			v.epoch, v.start, v.frames, v.bytes = p.Position.Epoch, p.Position.Offset, nil, 0
			v.snap, v.beat = nil, nil
			return
		}
		v.frames = append(v.frames, frame{msg, len(p.Data)})
		v.bytes += len(p.Data)
		for len(v.frames) > t.hub.opt.Ring || v.bytes > t.hub.opt.RingBytes {
			v.bytes -= v.frames[0].size
			v.frames = v.frames[1:]
			v.start++
		}
		if v.snap != nil && v.snap.offset < v.start {
			v.snap = nil
		}
	})
}

// ask has run look for what clients wait for; it never blocks.
func (t *topic) ask() {
	select {
	case t.want <- struct{}{}:
	default:
	}
}

// load makes a snapshot that fits the frames at hand, unless there is one or
// nobody waits. It fails when the bus is away, or when the channel was lost a
// moment ago and its reset is not here yet.
func (t *topic) load(ctx context.Context) (done bool) {
	v := t.now.Load()
	if v.gen > 0 && v.beat == nil {
		t.beat(ctx, false)
	}
	if v.fresh() != nil || t.empty() {
		return true
	}
	once, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	data, at, err := t.hub.opt.Snapshot(once, t.ch)
	var msg *websocket.PreparedMessage
	if err == nil {
		msg, err = prepare(data, at)
	}
	if err != nil {
		t.hub.opt.Log.Warn("snapshot cannot be made", "channel", t.ch, "error", err)
		return false
	}
	t.change(func(v *view) {
		if done = at.Epoch == v.epoch && at.Offset >= v.start; done {
			v.snap = &snapshot{msg, at.Offset}
		}
	})
	return done
}

// beat tells the clients where the channel stands, if the bus confirms it
// now: silence makes a screen show that its data is old.
func (t *topic) beat(ctx context.Context, ping bool) {
	once, cancel := context.WithTimeout(ctx, callTimeout)
	end, err := t.hub.opt.Bus.Position(once, t.ch)
	cancel()
	var msg *websocket.PreparedMessage
	if err == nil {
		msg, err = prepareBeat(end, t.hub.opt.Now())
	}
	if err != nil && ctx.Err() == nil {
		t.hub.opt.Log.Warn("no beat without the bus", "channel", t.ch, "error", err)
	}
	t.change(func(v *view) {
		if err == nil && end.Epoch == v.epoch {
			v.beat = msg
			v.beats++
		}
		if ping {
			v.pings++
		}
	})
}

// abandoned removes the topic if nobody has watched it for a while.
func (t *topic) abandoned() bool {
	h := t.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.count > 0 || h.opt.Now().Sub(t.since) < h.opt.Linger {
		return false
	}
	delete(h.topics, t.ch)
	return true
}

func (t *topic) empty() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.count == 0
}

// shardSize bounds the connections that one worker walks at a stretch.
const shardSize = 256

// shard is a part of a topic's connections, walked by one worker at a time.
type shard struct {
	actor
	topic   *topic
	clients []*client // guarded by topic.mu
}

func (t *topic) add(c *client) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count++
	i := slices.IndexFunc(t.shards, func(s *shard) bool { return len(s.clients) < shardSize })
	if i < 0 {
		i = len(t.shards)
		t.shards = append(t.shards, &shard{topic: t})
	}
	c.topic, c.shard = t, t.shards[i]
	c.shard.clients = append(c.shard.clients, c)
}

func (t *topic) remove(c *client) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := c.shard
	if i := slices.Index(s.clients, c); i >= 0 {
		s.clients = slices.Delete(s.clients, i, i+1)
		if t.count--; t.count == 0 {
			t.since = t.hub.opt.Now()
		}
	}
}

func (t *topic) each(f func(*client)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.shards {
		for _, c := range s.clients {
			f(c)
		}
	}
}

func (t *topic) queued() (n int64) {
	v := t.now.Load()
	t.each(func(c *client) {
		if c.gen.Load() == v.gen {
			n += max(0, v.end()-c.at.Load())
		}
	})
	return n
}

// run implements job: it brings every client of the shard up to date.
func (s *shard) run(w *worker) {
	s.topic.mu.Lock()
	w.walk = append(w.walk[:0], s.clients...)
	s.topic.mu.Unlock()
	for _, c := range w.walk {
		if c.enter() && !w.drive(c) {
			return // this goroutine has lost the shard to another
		}
	}
	clear(w.walk)
	if w.keeps() && s.leave() {
		w.pool.push(s)
	}
}
