package livetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/xinglu/xinglu/internal/live"
)

// screen is a consumer as every consumer should be: a snapshot after a reset,
// then frames folded in, those that the snapshot covers skipped.
type screen struct {
	e   *env
	bus live.Bus
	ch  live.Channel

	mu      sync.Mutex
	at      live.Position
	version int64
	rows    map[string]live.Row
}

// frame is what the writer publishes: the change itself.
type frame struct {
	Version int64      `json:"v"`
	Replace bool       `json:"replace"`
	Upsert  []live.Row `json:"rows"`
	Delete  []string   `json:"del"`
}

func (s *screen) handle(p live.Publication, reset bool) {
	if reset {
		s.reload()
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.Position.Epoch != s.at.Epoch || s.at.Covers(p.Position) {
		return // of an epoch that a newer snapshot has ended, or already in it
	}
	if p.Position.Offset != s.at.Offset+1 {
		s.e.Errorf("screen at %v was given %v", s.at, p.Position)
		return
	}
	var f frame
	if err := json.Unmarshal(p.Data, &f); err != nil {
		s.e.Errorf("frame at %v: %v", p.Position, err)
		return
	}
	if f.Replace {
		clear(s.rows)
	}
	for _, r := range f.Upsert {
		s.rows[r.ID] = r
	}
	for _, id := range f.Delete {
		delete(s.rows, id)
	}
	s.at, s.version = p.Position, f.Version
}

func (s *screen) reload() {
	for s.e.ctx.Err() == nil {
		snap, err := s.bus.Snapshot(s.e.ctx, s.ch)
		if err != nil {
			time.Sleep(time.Millisecond)
			continue
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.at, s.version, s.rows = snap.Position, snap.Version, map[string]live.Row{}
		for _, r := range snap.Rows {
			s.rows[r.ID] = r
		}
		return
	}
}

func (s *screen) position() live.Position {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

func (s *screen) shows(version int64, rows map[string]live.Row) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version == version && reflect.DeepEqual(s.rows, rows)
}

// writer keeps the truth (a stand-in for the fold of the ledger) and brings
// the board to it.
type writer struct {
	e       *env
	bus     live.Bus
	ch      live.Channel
	rng     *rand.Rand
	version int64
	rows    map[string]live.Row
}

// step changes some rows of the truth and applies the difference; a board
// that was lost meanwhile is written whole.
func (w *writer) step() {
	f := frame{Version: w.version + 1}
	for range 1 + w.rng.IntN(4) {
		id := fmt.Sprint(w.rng.IntN(30))
		if _, there := w.rows[id]; there && w.rng.IntN(4) == 0 {
			delete(w.rows, id)
		} else {
			w.rows[id] = row(id, fmt.Sprintf("%03d", w.rng.IntN(1000)), fmt.Sprintf(`{"v":%d}`, f.Version))
		}
		f.Upsert = slices.DeleteFunc(f.Upsert, func(r live.Row) bool { return r.ID == id })
		f.Delete = slices.DeleteFunc(f.Delete, func(d string) bool { return d == id })
		if r, there := w.rows[id]; there {
			f.Upsert = append(f.Upsert, r)
		} else {
			f.Delete = append(f.Delete, id)
		}
	}
	base := w.version
	w.version++
	w.apply(base, f)
}

func (w *writer) apply(base int64, f frame) {
	for w.e.ctx.Err() == nil {
		data, err := json.Marshal(f)
		if err != nil {
			w.e.Fatalf("frame: %v", err)
		}
		_, err = w.bus.Apply(w.e.ctx, live.Change{
			Channel: w.ch, Base: base, Version: f.Version, Replace: f.Replace, Upsert: f.Upsert, Delete: f.Delete, Frame: data,
		})
		switch {
		case err == nil:
			return
		case errors.Is(err, live.ErrBase):
			f.Replace, f.Delete = true, nil
			f.Upsert = slices.SortedFunc(maps.Values(w.rows), live.CompareRows)
		case errors.Is(err, live.ErrStale):
			return // an earlier try arrived after all
		default:
			time.Sleep(time.Millisecond)
		}
	}
}

// converge runs a writer, screens on two nodes that come and go, and losses
// of everything in between. At the end all show the truth.
func converge(t T, open Opener) {
	e := start(t, open, 2, 20)
	defer e.stop()
	const ch, steps = "board:{d}:public", 300
	w := &writer{e: e, bus: e.nodes[0], ch: ch, rng: rand.New(rand.NewPCG(1, 2)), rows: map[string]live.Row{}}
	screens, cancels := make([]*screen, 6), make([]func(), 6)
	watch := func(i int) {
		s := screens[i]
		cancel, err := s.bus.Subscribe(e.ctx, ch, s.position(), s.handle)
		if err != nil {
			t.Fatalf("screen %d: %v", i, err)
		}
		cancels[i] = cancel
	}
	for i := range screens {
		screens[i] = &screen{e: e, bus: e.nodes[i%2], ch: ch, rows: map[string]live.Row{}}
		watch(i)
		defer func() { cancels[i]() }()
	}
	for n := range steps {
		w.step()
		switch {
		case n%97 == 50:
			if err := e.nodes[0].Erase(e.ctx); err != nil {
				t.Fatalf("erase: %v", err)
			}
		case n%10 == 0:
			i := w.rng.IntN(len(screens))
			cancels[i]()
			for range w.rng.IntN(40) { // sometimes longer than the history
				w.step()
			}
			watch(i)
		}
	}
	w.step()
	for i, s := range screens {
		e.eventually(fmt.Sprintf("screen %d to show the truth at version %d", i, w.version), func() bool { return s.shows(w.version, w.rows) })
	}
	stored := e.snapshot(ch)
	want := slices.SortedFunc(maps.Values(w.rows), live.CompareRows)
	if stored.Version != w.version || !reflect.DeepEqual(stored.Rows, want) {
		t.Fatalf("stored board of version %d differs from the truth at %d", stored.Version, w.version)
	}
}
