package redisbus_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/live/livetest"
	"github.com/xinglu/xinglu/internal/live/redisbus"
	"github.com/xinglu/xinglu/internal/live/redistest"
)

type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}

func TestMain(m *testing.M) {
	redis.SetLogger(silence{}) // the tests cut connections on purpose
	goleak.VerifyTestMain(m)
}

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// node is a bus whose Erase empties the whole server, behind the bus's back.
type node struct {
	*redisbus.Bus
	flush func(context.Context) error
}

func (n node) Erase(ctx context.Context) error { return n.flush(ctx) }

func opener(addr string, flush func(context.Context) error) livetest.Opener {
	return func(ctx context.Context, s livetest.Setup) (livetest.Node, error) {
		b, err := redisbus.Open(ctx, redisbus.Options{
			Addr: addr, Prefix: s.Namespace + ":", History: s.History, CheckEvery: 50 * time.Millisecond, Log: quiet,
		})
		if err != nil || flush == nil {
			return b, err
		}
		return node{b, flush}, nil
	}
}

// The contract with FLUSHALL for a loss, so the cases run one by one.
func TestContractFlushAll(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	for _, c := range livetest.Cases() {
		t.Run(c.Name, func(t *testing.T) { c.Run(t, opener(s.Addr, s.FlushAll)) })
	}
}

// The contract on a server that others may use: only prefixes are erased.
func TestContractSharedServer(t *testing.T) {
	t.Parallel()
	addr := redistest.Addr(t)
	for _, c := range livetest.Cases() {
		t.Run(c.Name, func(t *testing.T) { c.Run(t, opener(addr, nil)) })
	}
}

// The contract although messages are dropped, doubled, swapped and the
// subscriber connection is cut.
func TestContractFaultyNetwork(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	p := startProxy(t, s.Addr)
	for _, c := range livetest.Cases() {
		t.Run(c.Name, func(t *testing.T) { c.Run(t, opener(p.addr, s.FlushAll)) })
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	t.Logf("messages: %v", p.seen)
	for _, what := range []string{"pass", "drop", "double", "swap", "cut"} {
		if p.seen[what] == 0 {
			t.Errorf("the network never did %q", what)
		}
	}
}

// A cluster of one node checks that keys and channels of a script share a
// slot and are asked for at the right place.
func TestContractCluster(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t, "--cluster-enabled", "yes")
	c := s.Client()
	defer c.Close()
	if err := c.Do(t.Context(), "cluster", "addslotsrange", 0, 16383).Err(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		info, err := c.ClusterInfo(t.Context()).Result()
		if err == nil && strings.Contains(info, "cluster_state:ok") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("cluster is not ready: %v %s", err, info)
		}
	}
	for _, lc := range livetest.Cases() {
		t.Run(lc.Name, func(t *testing.T) { lc.Run(t, opener("redis-cluster://"+s.Addr, nil)) })
	}
}

func open(t *testing.T, o redisbus.Options) *redisbus.Bus {
	t.Helper()
	o.Log = quiet
	b, err := redisbus.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// events collects deliveries as text.
func events(t *testing.T, b *redisbus.Bus, ch live.Channel, from live.Position) <-chan string {
	t.Helper()
	c := make(chan string, 100)
	if _, err := b.Subscribe(t.Context(), ch, from, func(p live.Publication, reset bool) {
		if reset {
			c <- "reset"
			return
		}
		c <- string(p.Data)
	}); err != nil {
		t.Fatal(err)
	}
	return c
}

func next(t *testing.T, c <-chan string) string {
	t.Helper()
	select {
	case s := <-c:
		return s
	case <-time.After(30 * time.Second):
		t.Fatal("nothing was delivered")
		return ""
	}
}

func TestServerKilledAndStartedEmpty(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	b := open(t, redisbus.Options{Addr: s.Addr, CheckEvery: 50 * time.Millisecond})
	const ch = "ch"
	at, err := b.Publish(t.Context(), ch, "", []byte("one"))
	if err != nil {
		t.Fatal(err)
	}
	got := events(t, b, ch, at)
	s.Kill()
	if _, err := b.Publish(t.Context(), ch, "", []byte("lost")); !errors.Is(err, live.ErrUnavailable) {
		t.Fatalf("publish without a server: %v, want ErrUnavailable", err)
	}
	if err := b.Ping(t.Context()); !errors.Is(err, live.ErrUnavailable) {
		t.Fatalf("ping without a server: %v, want ErrUnavailable", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := b.Subscribe(ctx, "other", at, func(live.Publication, bool) {}); !errors.Is(err, live.ErrUnavailable) {
		t.Fatalf("subscribe without a server: %v, want ErrUnavailable", err)
	}
	s.Run()
	if e := next(t, got); e != "reset" {
		t.Fatalf("after the restart came %q, want a reset", e)
	}
	if _, err := b.Publish(t.Context(), ch, "", []byte("two")); err != nil {
		t.Fatal(err)
	}
	if e := next(t, got); e != "two" {
		t.Fatalf("after the reset came %q", e)
	}
}

// A connection can be dead without an error, behind a firewall for instance.
func TestSilentConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	p := startProxy(t, s.Addr)
	p.calm = true
	b := open(t, redisbus.Options{Addr: p.addr, CheckEvery: 50 * time.Millisecond})
	at, err := b.Position(t.Context(), "ch")
	if err != nil {
		t.Fatal(err)
	}
	got := events(t, b, "ch", at)
	p.freeze()
	if _, err := b.Publish(t.Context(), "ch", "", []byte("one")); err != nil {
		t.Fatal(err)
	}
	if e := next(t, got); e != "one" {
		t.Fatalf("got %q from a silent connection's channel", e)
	}
	for deadline := time.Now().Add(30 * time.Second); p.subscribers() < 2; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the silent connection is still in use")
		}
	}
}

// A board whose parts were evicted one by one must not be shown in part.
func TestPartlyEvictedBoardIsLost(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	c := s.Client()
	defer c.Close()
	for _, part := range []string{"head", "order", "rows"} {
		b := open(t, redisbus.Options{Addr: s.Addr, Prefix: part + ":", CheckEvery: time.Hour})
		at, err := b.Apply(t.Context(), live.Change{Channel: "{d}", Version: 3, Upsert: []live.Row{{ID: "a", Key: "k", Body: []byte("1")}}})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := c.Del(t.Context(), part+":{d}:"+part).Result(); err != nil || n != 1 {
			t.Fatalf("deleting %s: %d keys, %v", part, n, err)
		}
		snap, err := b.Snapshot(t.Context(), "{d}")
		if err != nil || snap.Version != 0 || len(snap.Rows) != 0 || snap.Position.Epoch == at.Epoch {
			t.Errorf("without %s: %+v, %v; want an absent board in a new epoch", part, snap, err)
		}
	}
}

func TestEveryKeyExpires(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	c := s.Client()
	defer c.Close()
	b := open(t, redisbus.Options{Addr: s.Addr, Retention: time.Hour})
	if _, err := b.Apply(t.Context(), live.Change{Channel: "ch", Version: 3, Upsert: []live.Row{{ID: "a", Key: "k"}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Publish(t.Context(), "ch", "key", nil); err != nil {
		t.Fatal(err)
	}
	keys, err := c.Keys(t.Context(), "*").Result()
	if err != nil || len(keys) != 5 {
		t.Fatalf("keys %q, %v; want 5", keys, err)
	}
	for _, k := range keys {
		if ttl := c.PTTL(t.Context(), k).Val(); ttl <= 0 || !strings.HasPrefix(k, "xl:{ch}ch:") {
			t.Errorf("key %s expires in %v", k, ttl)
		}
	}
}

func TestOpenRefusals(t *testing.T) {
	t.Parallel()
	for addr, prefix := range map[string]string{
		"127.0.0.1:1": "", "ftp://127.0.0.1": "", "redis-cluster://%": "", "127.0.0.1:2": "a{b}",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		if _, err := redisbus.Open(ctx, redisbus.Options{Addr: addr, Prefix: prefix, Log: quiet}); err == nil {
			t.Errorf("%s with prefix %q was opened", addr, prefix)
		}
		cancel()
	}
}
