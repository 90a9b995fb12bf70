package redisbus

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/xinglu/xinglu/internal/live"
)

// feed is what this process knows of one subscribed channel: the tail that
// its followers pull from, and the goroutine that keeps the tail true.
type feed struct {
	bus      *Bus
	listener *listener
	ch       live.Channel
	name     string // of the stream and of the pub/sub channel

	refs      int           // guarded by bus.mu
	listening chan struct{} // closed when the server has confirmed the subscription
	confirmed sync.Once
	kick      chan struct{} // a gap was seen: read the stream
	cancel    context.CancelFunc
	tail      *live.Tail
	reading   sync.Mutex // one sync at a time, so that an old answer never undoes a newer one
}

// Subscribe implements live.Bus.
func (b *Bus) Subscribe(ctx context.Context, ch live.Channel, from live.Position, h live.Handler) (func(), error) {
	if err := ch.Check(); err != nil {
		return nil, err
	}
	f, err := b.acquire(ch)
	if err != nil {
		return nil, err
	}
	backlog, err := f.join(ctx, from)
	if err != nil {
		b.release(f)
		return nil, err
	}
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		b.release(f)
		return nil, live.ErrClosed
	}
	stop, id := f.tail.Follow(from, backlog, h), b.nextID
	b.nextID++
	released := false
	cancel := func() {
		stop()
		b.mu.Lock()
		first := !released
		released = true
		delete(b.followers, id)
		b.mu.Unlock()
		if first {
			b.release(f)
		}
	}
	b.followers[id] = cancel
	b.mu.Unlock()
	return cancel, nil
}

// acquire returns the channel's feed, started at first use.
func (b *Bus) acquire(ch live.Channel) (*feed, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, live.ErrClosed
	}
	f := b.feeds[ch]
	if f == nil {
		f = &feed{
			bus: b, ch: ch, name: b.keys(ch)[1],
			listening: make(chan struct{}), kick: make(chan struct{}, 1),
			tail: live.NewTail(live.Position{}, b.opt.History),
		}
		var ctx context.Context
		ctx, f.cancel = context.WithCancel(b.ctx)
		b.feeds[ch] = f
		f.listener = b.listenerFor(f)
		f.listener.add(f)
		b.work.Go(func() { f.keepTrue(ctx) })
	}
	f.refs++
	return f, nil
}

func (b *Bus) release(f *feed) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if f.refs--; f.refs > 0 {
		return
	}
	f.cancel()
	delete(b.feeds, f.ch)
	f.listener.remove(f)
}

// join waits until messages arrive, then makes sure that a follower can go on
// from the tail after the returned backlog.
func (f *feed) join(ctx context.Context, from live.Position) (backlog []live.Publication, err error) {
	select {
	case <-f.listening:
	case <-ctx.Done():
		return nil, live.ErrUnavailable.Wrap(ctx.Err())
	case <-f.bus.ctx.Done():
		return nil, live.ErrClosed
	}
	if err := f.sync(ctx); err != nil {
		return nil, err
	}
	if _, _, ok := f.tail.Since(from); ok || from.Epoch != f.tail.End().Epoch {
		return nil, nil
	}
	// Older than the tail: the server's history may still reach back.
	backlog, _, _, err = f.bus.Since(ctx, f.ch, from)
	for _, p := range backlog {
		f.tail.Append(p)
	}
	return backlog, err
}

// confirm notes that the server sends messages from now on. After a lost
// connection that is the moment to read what was missed.
func (f *feed) confirm() {
	f.confirmed.Do(func() { close(f.listening) })
	f.repair()
}

// offer takes a message in. Anything but the next publication or an old one
// means that messages were lost or the epoch ended.
func (f *feed) offer(p live.Publication) {
	if !f.tail.Append(p) {
		f.repair()
	}
}

// repair asks for a look at the stream; it never blocks.
func (f *feed) repair() {
	select {
	case f.kick <- struct{}{}:
	default:
	}
}

// keepTrue reads the stream when asked and every CheckEvery, until ctx ends.
// While the server is away it tries with growing pauses.
func (f *feed) keepTrue(ctx context.Context) {
	const shortest, longest = 50 * time.Millisecond, 2 * time.Second
	check := time.NewTicker(f.bus.opt.CheckEvery)
	defer check.Stop()
	pause := shortest
	for {
		select {
		case <-ctx.Done():
			return
		case <-check.C:
		case <-f.kick:
		}
		err := f.sync(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			pause = shortest
		default:
			f.bus.opt.Log.Warn("live channel cannot be checked", "channel", f.ch, "error", err)
			select {
			case <-ctx.Done():
				return
			case <-time.After(pause):
			}
			pause = min(2*pause, longest)
			f.repair()
		}
	}
}

// syncTimeout bounds one reading of the stream in the background.
const syncTimeout = 5 * time.Second

// sync brings the tail to the end of the stream, or resets it there. Messages
// may be appended meanwhile; they only make some of what is read old.
func (f *feed) sync(ctx context.Context) error {
	f.reading.Lock()
	defer f.reading.Unlock()
	ctx, cancel := context.WithTimeout(ctx, syncTimeout)
	defer cancel()
	for {
		at := f.tail.End()
		pubs, end, ok, err := f.bus.Since(ctx, f.ch, at)
		if err != nil {
			if errors.Is(err, context.DeadlineExceeded) {
				err = live.ErrUnavailable.Wrap(err)
			}
			return err
		}
		if !ok {
			f.tail.Reset(end)
			return nil
		}
		whole := true
		for _, p := range pubs {
			whole = f.tail.Append(p) && whole
		}
		if whole {
			return nil
		}
	}
}
