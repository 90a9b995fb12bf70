package board

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/xinglu/xinglu/internal/live"
)

// Options tune a projector; the zero value of a field means its default.
type Options struct {
	Tick  time.Duration // least time between two frames; 0: each change at once
	Check time.Duration // how often the stored board is looked after; default 5 s
	Retry time.Duration // first wait when the bus is unavailable, doubling to Check; default 100 ms
	Log   *slog.Logger  // default: nothing is logged
}

// Source folds the ledger and returns the board as it is now. It is called
// from one goroutine.
type Source func(context.Context) (Board, error)

// Projector keeps one stored board equal to the fold of the ledger. Several
// nodes may project the same board: the version decides, and one that is
// behind stops quietly.
//
// Changes that come within a tick make one frame (conflation before the
// offset is given out, so recovery stays gapless).
type Projector struct {
	bus    live.Bus
	ch     live.Channel
	source Source
	o      Options
	poke   chan struct{}
	cancel context.CancelFunc
	done   sync.WaitGroup
	known  live.Snapshot // the stored board as this node believes it to be
}

// NewProjector starts the projector of a channel; Close ends it.
func NewProjector(bus live.Bus, ch live.Channel, source Source, o Options) *Projector {
	if o.Check <= 0 {
		o.Check = 5 * time.Second
	}
	if o.Retry <= 0 {
		o.Retry = 100 * time.Millisecond
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p := &Projector{bus: bus, ch: ch, source: source, o: o, poke: make(chan struct{}, 1), cancel: cancel}
	p.done.Add(1)
	go p.run(ctx)
	return p
}

// Poke says that the ledger has something new. It never blocks.
func (p *Projector) Poke() {
	select {
	case p.poke <- struct{}{}:
	default:
	}
}

// Close ends the projector and waits for it.
func (p *Projector) Close() {
	p.cancel()
	p.done.Wait()
}

func (p *Projector) run(ctx context.Context) {
	defer p.done.Done()
	check := time.NewTicker(p.o.Check)
	defer check.Stop()
	wait := p.o.Retry
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.poke:
			err := p.Project(ctx)
			if err == nil {
				wait = p.o.Retry
				sleep(ctx, p.o.Tick)
				continue
			}
			if ctx.Err() == nil {
				p.o.Log.Warn("board not projected", "channel", p.ch, "error", err, "retry", wait)
			}
			sleep(ctx, wait)
			wait = min(2*wait, p.o.Check)
			p.Poke()
		case <-check.C:
			// A flushed or lagging board is mended though nothing new comes.
			p.known = live.Snapshot{}
			p.Poke()
		}
	}
}

func sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// Project brings the stored board up to the fold once. It is called by the
// projector's own goroutine; call it directly only on a closed projector.
func (p *Projector) Project(ctx context.Context) error {
	b, err := p.source(ctx)
	if err != nil || b.Version == 0 {
		return err
	}
	for {
		if p.known.Version == 0 {
			if p.known, err = p.bus.Snapshot(ctx, p.ch); err != nil {
				return err
			}
		}
		c, ok, err := Diff(p.known, p.ch, b)
		if err != nil || !ok {
			return err
		}
		_, err = p.bus.Apply(ctx, c)
		switch {
		case err == nil:
			p.known = live.Snapshot{Version: b.Version, Rows: b.rows()}
			return nil
		case errors.Is(err, live.ErrStale):
			p.known = live.Snapshot{} // another node is ahead
			return nil
		case errors.Is(err, live.ErrBase):
			p.known = live.Snapshot{} // look again and build the difference anew
			if ctx.Err() != nil {
				return ctx.Err()
			}
		default:
			p.known = live.Snapshot{}
			return err
		}
	}
}
