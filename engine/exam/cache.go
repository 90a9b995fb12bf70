package exam

import (
	"container/list"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// entry is one attempt as this node knows it. What it knows may be old, but
// is never wrong: see Service.act.
type entry struct {
	id AttemptID

	mu      sync.Mutex
	attempt *Attempt // fold up to some record
	read    bool     // false: must be read before use
	form    *Form    // nil until needed

	// What this node knows of the seat's connection; it is never stored.
	seen   atomic.Int64 // Unix ms of the last frame; 0: none
	acked  atomic.Int64 // Unix ms of the last acknowledged answer; 0: none
	rtt    atomic.Int64 // round trip in ms as the screen measured it; 0: not known
	hidden atomic.Bool  // the page is out of sight

	refs int           // guarded by cache.mu
	idle *list.Element // in cache.idle when refs is 0
}

// maxRTT bounds what a screen may claim as a round trip, in ms.
const maxRTT = 600_000

func (e *entry) sawNow(now time.Time) { e.seen.Store(now.UnixMilli()) }

// cache holds the attempts that this node works on, and a bounded number of
// others. An entry in use is never evicted, so there is one mutex an attempt.
type cache struct {
	mu      sync.Mutex
	entries map[AttemptID]*entry
	idle    *list.List // of *entry, the least recently used at the back
	limit   int        // of idle entries
}

func newCache(limit int) *cache {
	return &cache{entries: map[AttemptID]*entry{}, idle: list.New(), limit: limit}
}

// hold returns the entry; release must follow.
func (c *cache) hold(id AttemptID) *entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entries[id]
	if e == nil {
		e = &entry{id: id, attempt: NewAttempt(id)}
		c.entries[id] = e
	}
	if e.idle != nil {
		c.idle.Remove(e.idle)
		e.idle = nil
	}
	e.refs++
	return e
}

func (c *cache) release(e *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.refs--; e.refs > 0 {
		return
	}
	e.idle = c.idle.PushFront(e)
	for c.idle.Len() > c.limit {
		last := c.idle.Remove(c.idle.Back()).(*entry)
		delete(c.entries, last.id)
	}
}

// readLimit is how many records one read of a stream asks for.
const readLimit = 500

// refresh reads what the ledger has beyond the fold. e.mu is held.
func (s *Service) refresh(ctx context.Context, e *entry) error {
	e.read = false
	for {
		records, err := s.led.Read(ctx, e.id.Stream(), e.attempt.Seq, readLimit)
		if err != nil {
			return fmt.Errorf("reading attempt %s: %w", e.id, err)
		}
		if len(records) == 0 { // a short page is not the last one: pages are bounded in bytes too
			break
		}
		if err := e.attempt.Fold(records); err != nil {
			e.attempt = NewAttempt(e.id)
			return err
		}
	}
	if e.attempt.Seq == 0 {
		return ErrAttemptNotFound
	}
	e.read = true
	return nil
}

// with runs f with the attempt locked and read.
func (s *Service) with(ctx context.Context, id AttemptID, f func(*entry) error) error {
	e := s.cache.hold(id)
	defer s.cache.release(e)
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.read {
		if err := s.refresh(ctx, e); err != nil {
			return err
		}
	}
	return f(e)
}

// course is a sitting as this node knows it.
type course struct {
	id      SittingID
	sitting *Sitting // as planned; never changed

	mu    sync.Mutex   // one reader of the stream at a time
	begun atomic.Int64 // reads of the stream
	last  atomic.Pointer[Course]

	roster  atomic.Pointer[[]seatedPerson] // nil until it is needed after Prepare
	tickets atomic.Pointer[[]Ticket]       // nil until they are needed after Prepare
}

// courseOf returns the sitting's holder, loading the document at first use.
func (s *Service) courseOf(ctx context.Context, id SittingID) (*course, error) {
	s.mu.RLock()
	c := s.courses[id]
	s.mu.RUnlock()
	if c != nil {
		return c, nil
	}
	doc, err := sittings.Get(ctx, s.db, string(id))
	if err != nil {
		return nil, notFound(err, ErrSittingNotFound)
	}
	c = &course{id: id, sitting: &doc.Value}
	c.last.Store(NewCourse(id))
	if _, err := s.catchUp(ctx, c, 0); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if other := s.courses[id]; other != nil {
		return other, nil
	}
	s.courses[id] = c
	return c, nil
}

// catchUp returns the course with everything that the ledger holds now. With
// atLeast above 0 it reads only if the known course is older than that record.
// Callers at the same time share a read that began after they came, so the
// bell or a grant costs few reads however many seats there are.
func (s *Service) catchUp(ctx context.Context, c *course, atLeast int64) (*Course, error) {
	came := c.begun.Load()
	c.mu.Lock()
	defer c.mu.Unlock()
	known := c.last.Load()
	if atLeast > 0 && known.Seq >= atLeast || c.begun.Load() > came {
		return known, nil
	}
	c.begun.Add(1)
	for {
		records, err := s.led.Read(ctx, c.id.Stream(), known.Seq, readLimit)
		if err != nil {
			return nil, fmt.Errorf("reading sitting %s: %w", c.id, err)
		}
		if len(records) == 0 {
			break
		}
		if known, err = known.After(records); err != nil {
			return nil, err
		}
	}
	c.last.Store(known)
	return known, nil
}
