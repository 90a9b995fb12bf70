package board

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/xinglu/xinglu/internal/live"
)

// Options tune a projector; the zero value of a field means its default.
type Options struct {
	// Tick is the least time between two changes of the board; what happens
	// meanwhile becomes one frame. Default 0: each poke at once.
	Tick time.Duration
	// Check is how often board and fold are compared without a poke, so that
	// a flushed server or a lost poke is healed. Default 5 s.
	Check time.Duration
	// Retry is the first wait when the bus is unavailable, doubling to Check.
	// Default 100 ms.
	Retry time.Duration
	Log   *slog.Logger // default: nothing is logged
}

// Source folds the ledger and returns the board as it is now. It is called
// from one goroutine, at every check too: it should keep its fold and read
// only what is new. A board handed out is not changed by either side.
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
	done   chan struct{}

	// The stored board as this node believes it to be, if it knows.
	known  bool
	stored live.Snapshot
}

// NewProjector starts the projector of a channel, which projects once at
// first; Close ends it.
func NewProjector(bus live.Bus, ch live.Channel, source Source, o Options) *Projector {
	o.Check = cmp.Or(o.Check, 5*time.Second)
	o.Retry = cmp.Or(o.Retry, 100*time.Millisecond)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p := &Projector{
		bus: bus, ch: ch, source: source, o: o,
		poke: make(chan struct{}, 1), cancel: cancel, done: make(chan struct{}),
	}
	p.Poke()
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

// Close ends the projector and waits for it. What was poked and not projected
// yet is left to other nodes or to the next start.
func (p *Projector) Close() {
	p.cancel()
	<-p.done
}

func (p *Projector) run(ctx context.Context) {
	defer close(p.done)
	check := time.NewTicker(p.o.Check)
	defer check.Stop()
	retry := p.o.Retry
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.poke:
		case <-check.C:
			p.distrust(ctx)
		}
		wait := p.o.Tick
		if err := p.project(ctx); err == nil {
			retry = p.o.Retry
		} else if ctx.Err() == nil {
			p.o.Log.Warn("board not projected", "channel", p.ch, "error", err, "retry", retry)
			p.Poke()
			wait = max(wait, retry)
			retry = min(2*retry, max(p.o.Check, p.o.Retry))
		}
		sleep(ctx, wait)
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

// distrust forgets the stored board if its channel has moved: another node
// was at work, or everything was lost. Asking for the position is cheap,
// reading a large board is not.
func (p *Projector) distrust(ctx context.Context) {
	at, err := p.bus.Position(ctx, p.ch)
	if err != nil || at != p.stored.Position {
		p.known = false
	}
}

// maxRaces bounds the tries of one projection against other nodes.
const maxRaces = 10

var errRaces = errors.New("other nodes kept changing the board")

// project brings the stored board up to the fold, unless it is there or
// further.
func (p *Projector) project(ctx context.Context) error {
	b, err := p.source(ctx)
	if err != nil {
		return err
	}
	for range maxRaces {
		if !p.known {
			if p.stored, err = p.bus.Snapshot(ctx, p.ch); err != nil {
				return err
			}
			p.known = true
		}
		c, ok, err := Diff(p.stored, p.ch, b)
		if err != nil || !ok {
			return err
		}
		at, err := p.bus.Apply(ctx, c)
		if err == nil {
			p.stored = live.Snapshot{Position: at, Version: b.Version, Meta: c.Meta, Rows: b.rows()}
			return nil
		}
		p.known = false
		if errors.Is(err, live.ErrStale) {
			return nil // another node is as far
		}
		if !errors.Is(err, live.ErrBase) {
			return err
		}
	}
	return errRaces
}
