package exam

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/xinglu/xinglu/internal/live"
)

// Nodes tell one another on the channel "room:{sitting}" which attempts have
// new records and which seats were heard. A watcher collects that and looks,
// at most twice a second, at what has changed.

// roomTick is how often a node tells what is new, and a watcher looks.
const roomTick = 500 * time.Millisecond

// lookEvery is after how many ticks a watcher looks at every seat, for what
// changes by the time alone: links that fall silent, ends that pass.
const lookEvery = 6

func (id SittingID) room() live.Channel { return live.Channel("room:{" + string(id) + "}") }

// roomNews is one message of a node.
type roomNews struct {
	Seats []seatNews `json:"seats"`
}

// seatNews is one seat of it: Seq is the attempt's newest record, 0 if that is
// not news; Seen in Unix ms, 0 if it was not heard.
type seatNews struct {
	Attempt AttemptID `json:"a"`
	Seq     int64     `json:"s,omitempty"`
	Seen    int64     `json:"t,omitempty"`
	RTT     int64     `json:"r,omitempty"`
	Hidden  bool      `json:"h,omitempty"`
}

// rooms gathers the news of this node.
type rooms struct {
	s      *Service
	cancel context.CancelFunc
	done   chan struct{}

	mu    sync.Mutex
	news  map[SittingID]map[AttemptID]int64 // newest records
	links map[*Link]SittingID
	told  map[*Link]int64 // seen of the last message
}

func newRooms(s *Service) *rooms {
	ctx, cancel := context.WithCancel(context.Background())
	r := &rooms{s: s, cancel: cancel, done: make(chan struct{}), news: map[SittingID]map[AttemptID]int64{},
		links: map[*Link]SittingID{}, told: map[*Link]int64{}}
	go r.run(ctx)
	return r
}

func (r *rooms) close() {
	r.cancel()
	<-r.done
}

// touched notes a new record of an attempt.
func (r *rooms) touched(sitting SittingID, id AttemptID, seq int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	of := r.news[sitting]
	if of == nil {
		of = map[AttemptID]int64{}
		r.news[sitting] = of
	}
	of[id] = max(of[id], seq)
}

func (r *rooms) join(l *Link, sitting SittingID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.links[l] = sitting
}

func (r *rooms) leave(l *Link) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.links, l)
	delete(r.told, l)
}

func (r *rooms) run(ctx context.Context) {
	defer close(r.done)
	tick := time.NewTicker(roomTick)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for sitting, news := range r.take() {
			data, err := json.Marshal(news)
			if err == nil {
				_, err = r.s.bus.Publish(ctx, sitting.room(), "", data)
			}
			if err != nil && ctx.Err() == nil {
				r.s.o.Log.Warn("the state of a room could not be told", "sitting", sitting, "error", err)
			}
		}
	}
}

// take returns what is new since the last call.
func (r *rooms) take() map[SittingID]*roomNews {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := map[SittingID]*roomNews{}
	of := func(sitting SittingID) *roomNews {
		if out[sitting] == nil {
			out[sitting] = &roomNews{}
		}
		return out[sitting]
	}
	for sitting, attempts := range r.news {
		for id, seq := range attempts {
			n := of(sitting)
			n.Seats = append(n.Seats, seatNews{Attempt: id, Seq: seq})
		}
	}
	clear(r.news)
	for l, sitting := range r.links {
		seen := l.e.seen.Load()
		if seen == r.told[l] {
			continue
		}
		r.told[l] = seen
		n := of(sitting)
		n.Seats = append(n.Seats, seatNews{Attempt: l.e.id, Seen: seen, RTT: l.e.rtt.Load(), Hidden: l.e.hidden.Load()})
	}
	return out
}

// WatchFrame is one message to a console that watches a sitting.
type WatchFrame struct {
	T          string            `json:"t"` // "snapshot": everything; "seats": what has changed
	State      SittingState      `json:"state"`
	StartedAt  *time.Time        `json:"started_at,omitempty"`
	Counts     Counts            `json:"counts"`
	Seats      []json.RawMessage `json:"seats"`  // of SeatProgress; a snapshot's are in seating order
	Course     int64             `json:"course"` // the sitting's newest record
	ServerTime time.Time         `json:"server_time"`
}

// Watcher follows one sitting for one console.
type Watcher struct {
	s       *Service
	c       *course
	deliver func(WatchFrame)
	list    []seatedPerson
	index   map[AttemptID]int

	rows []SeatProgress
	sent [][]byte
	told int64 // the sitting's record of the last frame

	mu    sync.Mutex
	seqs  map[AttemptID]int64 // newest records that were heard of, not yet looked at
	links map[AttemptID]link  // of all nodes
	stale bool                // take a snapshot
	all   bool                // look at every seat

	cancels []func()
	cancel  context.CancelFunc
	done    chan struct{}
}

// Watch delivers a snapshot of the sitting before it returns, then what changes, at most twice a
// second. deliver is called from one goroutine at a time and must not block.
// Stop the watcher when the console goes. Errors: ErrSittingNotFound,
// ErrNotPrepared.
func (s *Service) Watch(ctx context.Context, id SittingID, deliver func(WatchFrame)) (*Watcher, error) {
	c, err := s.courseOf(ctx, id)
	if err != nil {
		return nil, err
	}
	if _, err := s.catchUp(ctx, c, 0); err != nil {
		return nil, err
	}
	if !c.last.Load().Prepared {
		return nil, ErrNotPrepared
	}
	list, err := s.rosterOf(ctx, c)
	if err != nil {
		return nil, err
	}
	w := &Watcher{s: s, c: c, deliver: deliver, list: list, index: make(map[AttemptID]int, len(list)), rows: make([]SeatProgress, len(list)),
		sent: make([][]byte, len(list)), seqs: map[AttemptID]int64{}, links: map[AttemptID]link{}, done: make(chan struct{})}
	for i := range list {
		w.index[list[i].Attempt] = i
	}
	// Subscribed before the snapshot is read, so that nothing falls between.
	for ch, hear := range map[live.Channel]func(live.Publication){id.room(): w.hearRoom, id.channel(): w.hearSitting} {
		if err := w.subscribe(ctx, ch, hear); err != nil {
			w.unsubscribe()
			return nil, err
		}
	}
	if err := w.look(ctx, true); err != nil {
		w.unsubscribe()
		return nil, err
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	w.cancel = cancel
	go w.run(run)
	return w, nil
}

func (w *Watcher) subscribe(ctx context.Context, ch live.Channel, hear func(live.Publication)) error {
	from, err := w.s.bus.Position(ctx, ch)
	if err != nil {
		return err
	}
	cancel, err := w.s.bus.Subscribe(ctx, ch, from, func(p live.Publication, reset bool) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if reset {
			w.stale = true
			return
		}
		hear(p)
	})
	if err != nil {
		return fmt.Errorf("listening to %s: %w", ch, err)
	}
	w.cancels = append(w.cancels, cancel)
	return nil
}

func (w *Watcher) unsubscribe() {
	for _, cancel := range w.cancels {
		cancel()
	}
}

// Stop ends the delivery and waits for a running one. It is called once.
func (w *Watcher) Stop() {
	w.unsubscribe()
	w.cancel()
	<-w.done
}

func (w *Watcher) hearRoom(p live.Publication) {
	var news roomNews
	if json.Unmarshal(p.Data, &news) != nil {
		w.stale = true
		return
	}
	for _, n := range news.Seats {
		w.seqs[n.Attempt] = max(w.seqs[n.Attempt], n.Seq)
		if have := w.links[n.Attempt]; n.Seen > have.seen {
			w.links[n.Attempt] = link{seen: n.Seen, rtt: n.RTT, hidden: n.Hidden}
		}
	}
}

func (w *Watcher) hearSitting(live.Publication) { w.all = true }

func (w *Watcher) run(ctx context.Context) {
	defer close(w.done)
	tick := time.NewTicker(roomTick)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		w.mu.Lock()
		stale := w.stale
		w.stale = false
		w.all = w.all || n%lookEvery == 0
		w.mu.Unlock()
		if err := w.look(ctx, stale); err != nil && ctx.Err() == nil {
			w.s.o.Log.Warn("a watched sitting cannot be read; it is tried again", "sitting", w.c.id, "error", err)
			w.mu.Lock()
			w.stale = true
			w.mu.Unlock()
		}
	}
}

// look delivers what has changed, or everything.
func (w *Watcher) look(ctx context.Context, everything bool) error {
	w.mu.Lock()
	seqs, all, links := w.seqs, w.all || everything, map[int]link{}
	w.seqs, w.all = map[AttemptID]int64{}, false
	for id := range seqs {
		if i, ok := w.index[id]; ok {
			links[i] = w.links[id]
		}
	}
	if all {
		for id, l := range w.links {
			links[w.index[id]] = l
		}
	}
	w.mu.Unlock()
	atLeast := int64(0) // the course is read when something was heard of it
	if !all {
		atLeast = 1
	}
	c, err := w.s.catchUp(ctx, w.c, atLeast)
	if err != nil {
		return err
	}
	frame := WatchFrame{T: "seats", State: c.State, StartedAt: timeOf(c.StartedAt), Course: c.Seq, Seats: []json.RawMessage{}}
	if everything {
		frame.T = "snapshot"
	}
	for i := range w.list {
		seq, heard := seqs[w.list[i].Attempt]
		if everything {
			seq = readAll
		} else if !heard && !all {
			continue
		}
		if err := w.row(ctx, i, c, seq, links[i]); err != nil {
			return err
		}
		raw, err := json.Marshal(&w.rows[i])
		if err != nil {
			return err
		}
		if everything || !bytes.Equal(raw, w.sent[i]) {
			w.sent[i] = raw
			frame.Seats = append(frame.Seats, raw)
		}
	}
	if frame.T == "seats" && len(frame.Seats) == 0 && !all {
		return nil
	}
	w.send(frame, c)
	return nil
}

// send delivers the frame unless it would say nothing new.
func (w *Watcher) send(frame WatchFrame, c *Course) {
	for i := range w.rows {
		frame.Counts.add(&w.rows[i])
	}
	frame.ServerTime = w.s.now()
	if frame.T == "seats" && len(frame.Seats) == 0 && c.Seq == w.told {
		return
	}
	w.told = c.Seq
	w.deliver(frame)
}

// row computes the row of a seat; what this node knows of its connection may
// be older than what another one told.
func (w *Watcher) row(ctx context.Context, i int, c *Course, seq int64, heard link) error {
	p := &w.rows[i]
	if err := w.s.seatProgress(ctx, &w.list[i], c, seq, p); err != nil {
		return err
	}
	if p.SeenAt == nil || p.SeenAt.UnixMilli() < heard.seen {
		p.connected(heard, w.s.now())
	}
	return nil
}
