package fanout

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// actor makes sure that something is run by one goroutine at a time and once
// more after the last request.
type actor struct{ state atomic.Int32 }

const (
	idle  int32 = iota
	taken       // queued or running
	again       // and asked for meanwhile
)

// enter reports whether the caller must run or queue it now. Otherwise
// whoever has it runs it once more.
func (a *actor) enter() bool {
	for {
		switch a.state.Load() {
		case idle:
			if a.state.CompareAndSwap(idle, taken) {
				return true
			}
		case taken:
			if a.state.CompareAndSwap(taken, again) {
				return false
			}
		default:
			return false
		}
	}
}

// leave ends a run and reports whether another is due; then it is still taken.
func (a *actor) leave() bool {
	if a.state.CompareAndSwap(taken, idle) {
		return false
	}
	a.state.Store(taken)
	return true
}

// job is work for the pool: a shard or a single client.
type job interface {
	enter() bool
	run(w *worker)
}

// pool owns the goroutines that write to sockets.
//
// A write to a socket with a full buffer blocks. The monitor looks at every
// worker each stall interval; one that is still in the same write loses its
// job to a fresh worker and stays behind as a spare for that one connection.
// So nobody waits longer than about two intervals for a blocked socket, and
// an ordinary write costs no timer and no deadline. If many sockets block at
// once more workers start, up to maxWorkers.
type pool struct {
	base           int
	stall, timeout time.Duration
	timeouts       atomic.Int64
	watch          chan struct{} // wakes the monitor
	running        sync.WaitGroup

	mu      sync.Mutex
	work    sync.Cond
	queue   []job
	all     map[*worker]bool // spares too
	workers int              // without spares
	idle    int
	closed  bool
	written int64 // by goroutines that have ended
}

const maxWorkers = 32

// worker is one writing goroutine.
type worker struct {
	pool *pool
	walk []*client // of the shard it is at

	steps  atomic.Uint64          // odd while in a write
	at     atomic.Pointer[client] // of the latest write
	lost   atomic.Bool            // it has become a spare
	mu     sync.Mutex
	job    job       // nil between jobs; guarded by mu
	seen   uint64    // steps when the monitor last looked
	seenAt time.Time // when it first looked and saw them
}

func newPool(workers int, stall, timeout time.Duration) *pool {
	p := &pool{base: workers, stall: stall, timeout: timeout, watch: make(chan struct{}, 1), all: map[*worker]bool{}}
	p.work.L = &p.mu
	p.mu.Lock()
	for range workers {
		p.start()
	}
	p.mu.Unlock()
	p.running.Go(p.monitor)
	return p
}

// start adds a worker. p.mu is held.
func (p *pool) start() {
	w := &worker{pool: p}
	p.all[w] = true
	p.workers++
	p.running.Go(w.loop)
}

// poke has the job run soon, and at least once after now.
func (p *pool) poke(j job) {
	if j.enter() {
		p.push(j)
	}
}

// push queues a job that is already entered.
func (p *pool) push(j job) {
	p.mu.Lock()
	p.queue = append(p.queue, j)
	p.work.Signal()
	p.mu.Unlock()
	select {
	case p.watch <- struct{}{}:
	default:
	}
}

func (w *worker) loop() {
	p := w.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		for len(p.queue) == 0 && !p.closed && p.workers <= p.base {
			p.idle++
			p.work.Wait()
			p.idle--
		}
		if len(p.queue) == 0 {
			break
		}
		j := p.queue[0]
		p.queue[0] = nil
		p.queue = p.queue[1:]
		w.mu.Lock()
		w.job = j
		w.mu.Unlock()
		p.mu.Unlock()
		j.run(w)
		p.mu.Lock()
		if w.lost.Load() {
			break
		}
		w.mu.Lock()
		w.job = nil
		w.mu.Unlock()
	}
	if !w.lost.Load() {
		p.workers--
	}
	p.written += int64(w.steps.Load() / 2)
	delete(p.all, w)
}

// keeps reports that the worker is done with its job; false if the job was
// given to another.
func (w *worker) keeps() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.job = nil
	return !w.lost.Load()
}

// write sends one message, watched by the monitor.
func (w *worker) write(c *client, m *websocket.PreparedMessage) error {
	w.at.Store(c)
	w.steps.Add(1)
	err := c.conn.WritePreparedMessage(m)
	w.steps.Add(1)
	return err
}

// drive writes what an entered client lacks and leaves it. It reports whether
// the worker still has its job.
func (w *worker) drive(c *client) bool {
	for {
		for m := c.next(); m != nil; m = c.next() {
			if err := w.write(c, m); err != nil {
				c.broken()
			}
		}
		if !c.leave() {
			return !w.lost.Load()
		}
	}
}

// monitor looks after blocked writes while there is anything to do.
func (p *pool) monitor() {
	for range p.watch {
		tick := time.NewTicker(p.stall)
		for busy := true; busy; {
			<-tick.C
			busy = p.look(time.Now())
		}
		tick.Stop()
	}
}

// look handles every worker that has been in one write since the last look,
// and reports whether there may be another such.
func (p *pool) look(now time.Time) (busy bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for w := range p.all {
		steps := w.steps.Load()
		if steps != w.seen || steps%2 == 0 {
			w.seen, w.seenAt = steps, now
			continue
		}
		if !w.lost.Load() {
			p.replace(w)
		}
		if now.Sub(w.seenAt) >= p.timeout {
			p.timeouts.Add(1)
			w.at.Load().broken()
			w.seenAt = now
		}
	}
	return len(p.queue) > 0 || p.idle < len(p.all)
}

// replace makes w a spare and gives its job to another worker. p.mu is held.
func (p *pool) replace(w *worker) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.job == nil {
		return // it has just finished
	}
	w.lost.Store(true)
	p.workers--
	if s, ok := w.job.(*shard); ok {
		p.queue = append(p.queue, s)
	}
	w.job = nil
	for range 2 { // a replacement, and a helper while sockets keep blocking
		if p.workers < p.base || (len(p.queue) > 0 && p.workers < maxWorkers) {
			p.start()
		}
	}
	p.work.Signal()
}

func (p *pool) stats() (written int64, spares int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	written = p.written
	for w := range p.all {
		written += int64(w.steps.Load() / 2)
	}
	return written, len(p.all) - p.workers
}

// close waits until the queue is empty and ends all goroutines.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	p.work.Broadcast()
	p.mu.Unlock()
	close(p.watch)
	p.running.Wait()
}
