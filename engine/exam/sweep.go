package exam

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/xinglu/xinglu/internal/store"
)

// sweep finishes attempts: at their end the clock hands in, then they are
// marked and the outcome is delivered. It keeps a schedule in memory, loaded
// from the list of work at start, added to by starts and hand-ins at this
// node, and completed now and then from the list of work, for those of nodes
// that went away. Several nodes may work on the same attempt: the ledger
// takes each step once.
type sweep struct {
	s      *Service
	cancel context.CancelFunc
	done   chan struct{}
	wake   chan struct{} // holds a token when the schedule got an earlier top

	mu    sync.Mutex
	queue queue
	known map[AttemptID]*due
}

// due is one attempt in the schedule.
type due struct {
	id    AttemptID
	at    time.Time
	tries int
	index int // in the queue; -1 while it is worked on
	again bool
}

func newSweep(s *Service) *sweep {
	ctx, cancel := context.WithCancel(context.Background())
	w := &sweep{s: s, cancel: cancel, done: make(chan struct{}), wake: make(chan struct{}, 1), known: map[AttemptID]*due{}}
	go w.run(ctx)
	return w
}

// close stops the work and waits for it.
func (w *sweep) close() {
	w.cancel()
	<-w.done
}

// at schedules the attempt to be looked at, unless it is to be looked at
// earlier already.
func (w *sweep) at(id AttemptID, t time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	d := w.known[id]
	switch {
	case d == nil:
		d = &due{id: id, at: t}
		w.known[id] = d
		heap.Push(&w.queue, d)
	case d.index < 0:
		d.again = true
		return
	case t.Before(d.at):
		d.at = t
		heap.Fix(&w.queue, d.index)
	default:
		return
	}
	if d.index == 0 {
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
}

func (w *sweep) run(ctx context.Context) {
	defer close(w.done)
	var workers sync.WaitGroup
	defer workers.Wait()
	free := make(chan struct{}, w.s.o.Workers)
	rescan := time.NewTicker(w.s.o.Rescan)
	defer rescan.Stop()
	w.load(ctx)
	for {
		d, wait := w.next()
		if d == nil {
			timer := time.NewTimer(wait)
			select {
			case <-ctx.Done():
			case <-w.wake:
			case <-timer.C:
			case <-rescan.C:
				w.load(ctx)
			}
			timer.Stop()
			if ctx.Err() != nil {
				return
			}
			continue
		}
		select {
		case <-ctx.Done():
			return
		case free <- struct{}{}:
		}
		workers.Go(func() {
			defer func() { <-free }()
			w.work(ctx, d)
		})
	}
}

// next takes the attempt that is due, or tells how long to wait.
func (w *sweep) next() (*due, time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) == 0 {
		return nil, w.s.o.Rescan
	}
	if wait := w.queue[0].at.Sub(w.s.now()); wait > 0 {
		return nil, wait
	}
	return heap.Pop(&w.queue).(*due), 0
}

// work takes the attempt as far as it goes and schedules the rest.
func (w *sweep) work(ctx context.Context, d *due) {
	at, err := w.s.settle(ctx, d.id)
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case err != nil && ctx.Err() != nil:
		return
	case err != nil:
		wait := min(w.s.o.Retry<<min(d.tries, 16), w.s.o.Rescan)
		d.tries++
		d.at = w.s.now().Add(wait)
		w.s.o.Log.Error("an attempt could not be finished; it is tried again", "attempt", d.id, "wait", wait, "error", err)
	case d.again:
		d.at = w.s.now()
	case at.IsZero():
		delete(w.known, d.id)
		return
	default:
		d.tries, d.at = 0, at
	}
	d.again = false
	heap.Push(&w.queue, d)
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// load adds everything on the list of work that the schedule lacks.
func (w *sweep) load(ctx context.Context) {
	q := store.Query{Limit: 1000}
	for {
		page, next, err := works.Find(ctx, w.s.db, q)
		if err != nil {
			if ctx.Err() == nil {
				w.s.o.Log.Error("the list of unfinished attempts cannot be read; it is tried again", "error", err)
			}
			return
		}
		for i := range page {
			w.mu.Lock()
			_, there := w.known[page[i].Attempt]
			w.mu.Unlock()
			if !there {
				w.at(page[i].Attempt, w.s.now())
			}
		}
		if next == "" {
			return
		}
		q.After = next
	}
}

// settle takes an attempt as far as it goes now: hand-in by the clock,
// marking, delivery. It returns when to look again, or zero when the attempt
// needs no more work.
func (s *Service) settle(ctx context.Context, id AttemptID) (time.Time, error) {
	next, err := s.endOf(ctx, id)
	if err != nil || !next.IsZero() {
		return next, err
	}
	listed, err := works.Get(ctx, s.db, string(id))
	if errors.Is(err, store.ErrNotFound) {
		return time.Time{}, nil // another node has delivered it
	}
	if err != nil {
		return time.Time{}, err
	}
	outcome, err := s.outcome(ctx, id)
	if err != nil {
		return time.Time{}, fmt.Errorf("marking %s: %w", id, err)
	}
	if outcome != nil {
		if err := s.o.OnScored(ctx, *outcome); err != nil {
			return time.Time{}, fmt.Errorf("delivering the outcome of %s: %w", id, err)
		}
	}
	err = s.db.Delete(ctx, works.Name, string(id), listed.Version)
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return time.Time{}, err
}

// pauseLook is how often at most a paused attempt is looked at. It delays no
// end: the clock hands in with the end of the attempt as the time.
const pauseLook = time.Second

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// endOf hands a running attempt in if its time is over, else says when to
// look again. Zero means that it is not running.
func (s *Service) endOf(ctx context.Context, id AttemptID) (time.Time, error) {
	var next time.Time
	running, abandon := false, false
	err := s.with(ctx, id, func(e *entry) error {
		c, err := s.courseOf(ctx, e.attempt.Ticket.Sitting)
		if err != nil {
			return err
		}
		known, err := s.readOn(ctx, e, c)
		if err != nil {
			return err
		}
		switch e.attempt.State {
		case NotStarted, InRoom: // listed, but the start was cut off or is under way
			if known.State != Closed {
				next = s.now().Add(s.o.Rescan)
			}
		case InProgress:
			running, abandon = true, known.Rules.Overdue == OverdueAbandon
			t := e.attempt.Times(known, s.now())
			next = t.LastCall
			if t.Pause != nil { // the last call moves with the time
				next = later(next, s.now().Add(pauseLook))
			}
		case Submitted, Finished, Abandoned, Void, Paused, Overdue: // the last two are never stored
		}
		return nil
	})
	if err != nil || !running || s.now().Before(next) {
		return next, err
	}
	if abandon {
		err = s.abandon(ctx, id)
	} else {
		_, err = s.finish(ctx, id, Leave{By: ByClock}, "node/"+s.o.Node)
	}
	if errors.Is(err, ErrNotDue) { // a grant came between
		return s.now(), nil
	}
	return time.Time{}, err
}

// abandon ends the attempt without a hand-in.
func (s *Service) abandon(ctx context.Context, id AttemptID) error {
	var seq int64
	err := s.with(ctx, id, func(e *entry) error {
		at, err := s.act(ctx, e, "node/"+s.o.Node, "", true, func(now time.Time, a *Attempt, c *Course) (Event, error) {
			return a.Abandon(now, c, s.o.Node)
		})
		if err == nil && !at.IsZero() {
			seq = e.attempt.Seq
		}
		return err
	})
	if seq > 0 {
		s.announce(ctx, id.channel(), Notice{News: NewsAbandoned, Seq: seq})
	}
	return err
}

// outcome marks the attempt if it is to be marked, and returns its outcome;
// nil if there is none.
func (s *Service) outcome(ctx context.Context, id AttemptID) (*Scored, error) {
	var out *Scored
	err := s.with(ctx, id, func(e *entry) error {
		if err := s.markOne(ctx, e); err != nil {
			return err
		}
		c, err := s.courseOf(ctx, e.attempt.Ticket.Sitting)
		if err == nil {
			out, err = e.attempt.outcome(&c.last.Load().Rules)
		}
		return err
	})
	return out, err
}

// markOne marks the attempt, if it is to be marked.
func (s *Service) markOne(ctx context.Context, e *entry) error {
	t := &e.attempt.Ticket
	if e.attempt.State != Submitted {
		return nil
	}
	r, err := s.releasedOf(ctx, t.Sitting, t.Paper)
	if err != nil {
		return err
	}
	_, err = s.act(ctx, e, "node/"+s.o.Node, "scored", true, func(_ time.Time, a *Attempt, c *Course) (Event, error) {
		return a.Mark(c, r, s.o.Node)
	})
	return err
}

// queue is a heap by due time.
type queue []*due

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].at.Before(q[j].at) }
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

// Push implements heap.Interface.
func (q *queue) Push(x any) {
	d := x.(*due)
	d.index = len(*q)
	*q = append(*q, d)
}

// Pop implements heap.Interface.
func (q *queue) Pop() any {
	old := *q
	d := old[len(old)-1]
	d.index = -1
	*q = old[:len(old)-1]
	return d
}
