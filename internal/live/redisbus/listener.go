package redisbus

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/xinglu/xinglu/internal/live"
)

// listener owns one subscriber connection and hands its messages to feeds.
//
// go-redis has PubSub.Channel, which drops messages when its buffer stays
// full and hides reconnections; so the loop here calls Receive itself. A
// feed takes a message in without waiting, hence the loop never falls behind
// because of a subscriber.
type listener struct {
	bus    *Bus
	group  string
	cancel context.CancelFunc
	wake   chan struct{} // stale is not empty

	mu    sync.Mutex
	ps    *redis.PubSub
	feeds map[string]*feed // by pub/sub channel
	stale []string         // channels to subscribe or unsubscribe, in order
	heard bool             // something arrived since the last probe
}

// listenerFor returns the listener that serves the feed. A single server
// needs one connection for all channels. In Cluster a connection leads to one
// node and a channel must be asked for at the node that owns its slot, so
// there is one listener per hash tag. bus.mu is held.
func (b *Bus) listenerFor(f *feed) *listener {
	group := ""
	if b.cluster {
		group = tag(f.name)
	}
	l := b.listeners[group]
	if l == nil {
		l = &listener{bus: b, group: group, wake: make(chan struct{}, 1), feeds: map[string]*feed{}}
		l.ps = b.rdb.SSubscribe(b.ctx)
		var ctx context.Context
		ctx, l.cancel = context.WithCancel(b.ctx)
		b.listeners[group] = l
		b.work.Go(func() { l.manage(ctx) })
		b.work.Go(func() { l.receive(ctx) })
	}
	return l
}

// add makes the listener want the feed's messages.
func (l *listener) add(f *feed) {
	l.mu.Lock()
	l.feeds[f.name] = f
	l.changed(f.name)
	l.mu.Unlock()
}

// remove ends that, and the listener with its last feed. bus.mu is held.
func (l *listener) remove(f *feed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.feeds, f.name)
	if len(l.feeds) > 0 {
		l.changed(f.name)
		return
	}
	delete(l.bus.listeners, l.group)
	l.cancel()
}

func (l *listener) changed(name string) {
	l.stale = append(l.stale, name)
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// manage sends subscriptions and probes, one after the other, so that the
// last wish for a channel is the one that holds. A probe asks the connection
// for a sign of life every CheckEvery; one that stays silent until the next
// time is replaced.
func (l *listener) manage(ctx context.Context) {
	probe := time.NewTicker(l.bus.opt.CheckEvery)
	defer probe.Stop()
	asked := false
	for {
		select {
		case <-ctx.Done():
			_ = l.current().Close() // ends receive; there is nothing left to report to
			return
		case <-l.wake:
			l.settle(ctx)
		case <-probe.C:
			l.mu.Lock()
			heard := l.heard
			l.heard = false
			l.mu.Unlock()
			if asked && !heard {
				l.replace(ctx)
				asked = false
				continue
			}
			asked = l.current().Ping(ctx) == nil
		}
	}
}

func (l *listener) current() *redis.PubSub {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ps
}

// settle subscribes what is wanted and unsubscribes what is not. go-redis
// keeps a subscription whose sending failed and sends it on the next
// connection.
func (l *listener) settle(ctx context.Context) {
	for {
		l.mu.Lock()
		if len(l.stale) == 0 {
			l.mu.Unlock()
			return
		}
		name, ps := l.stale[0], l.ps
		l.stale = l.stale[1:]
		wanted := l.feeds[name] != nil
		l.mu.Unlock()
		send := ps.SUnsubscribe
		if wanted {
			send = ps.SSubscribe
		}
		if err := send(ctx, name); err != nil && ctx.Err() == nil {
			l.bus.opt.Log.Warn("live subscription is waiting for the server", "channel", name, "wanted", wanted, "error", err)
		}
	}
}

// replace gives up a connection that has gone silent. The feeds catch up when
// the new one confirms their subscriptions.
func (l *listener) replace(ctx context.Context) {
	l.bus.opt.Log.Warn("live subscriber connection is silent and is replaced")
	l.mu.Lock()
	old := l.ps
	l.ps = l.bus.rdb.SSubscribe(l.bus.ctx)
	l.stale = l.stale[:0]
	for name := range l.feeds {
		l.stale = append(l.stale, name)
	}
	slices.Sort(l.stale)
	l.mu.Unlock()
	_ = old.Close() // it was of no use any more
	l.settle(ctx)
}

// receive hands messages to feeds until the listener ends. go-redis connects
// again by itself after an error and sends the subscriptions again.
func (l *listener) receive(ctx context.Context) {
	for ctx.Err() == nil {
		ps := l.current()
		m, err := ps.Receive(ctx)
		if err != nil {
			if ctx.Err() == nil && ps == l.current() {
				l.bus.opt.Log.Warn("live subscriber connection lost", "error", err)
				select {
				case <-ctx.Done():
				case <-time.After(100 * time.Millisecond):
				}
			}
			continue
		}
		l.take(m)
	}
}

func (l *listener) take(m any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard = true
	switch m := m.(type) {
	case *redis.Subscription:
		if f := l.feeds[m.Channel]; f != nil && m.Kind == "ssubscribe" {
			f.confirm()
		}
	case *redis.Message:
		f := l.feeds[m.Channel]
		if f == nil {
			return
		}
		if p, ok := parseMessage(m.Payload); ok {
			f.offer(p)
		} else {
			l.bus.opt.Log.Error("live message is malformed", "channel", f.ch)
			f.repair()
		}
	}
}

// parseMessage reads "<epoch> <offset> <data>", as channel.lua publishes it.
func parseMessage(s string) (live.Publication, bool) {
	epoch, rest, ok1 := strings.Cut(s, " ")
	number, data, ok2 := strings.Cut(rest, " ")
	offset, err := strconv.ParseInt(number, 10, 64)
	if !ok1 || !ok2 || err != nil {
		return live.Publication{}, false
	}
	return live.Publication{Position: live.Position{Epoch: epoch, Offset: offset}, Data: []byte(data)}, true
}
