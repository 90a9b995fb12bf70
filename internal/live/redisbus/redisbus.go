// Package redisbus implements live.Bus on Redis 7 or newer: a single server,
// Sentinel or Cluster.
//
// Every change is one Lua script on keys that share one hash tag, so position,
// board, history and publication move together or not at all. News travels by
// sharded pub/sub, which may lose messages at any time: each subscribed
// channel therefore follows its offsets and repairs gaps from the stream, and
// looks at the stream by itself every Options.CheckEvery.
package redisbus

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/live"
)

// Options of a Bus. Only Addr is needed.
type Options struct {
	// Addr is "host:port" or a URL: redis:// and rediss:// for one server,
	// redis-cluster:// and rediss-cluster:// for Cluster (more nodes as
	// ?addr=host:port), redis-sentinel:// for Sentinel (?master_name=…).
	// Further URL parameters are those of go-redis.
	Addr string
	// Prefix begins every key; it must not contain braces. Default "xl:".
	Prefix string
	// History is the number of publications a channel remembers.
	History int
	// IdempotencyTTL is how long a publication's key is remembered.
	IdempotencyTTL time.Duration
	// Retention is how long an unchanged channel is kept. Default 30 days.
	Retention time.Duration
	// CheckEvery is how often a subscribed channel compares its position with
	// the server's, so that a lost message or a flush is noticed although
	// nothing else is published, and how often the subscriber connection is
	// probed. Default 10 s.
	CheckEvery time.Duration
	// Log receives lost connections and recoveries; slog.Default() if nil.
	Log *slog.Logger
}

func (o Options) withDefaults() Options {
	o.Prefix = cmp.Or(o.Prefix, "xl:")
	o.History = cmp.Or(o.History, live.DefaultHistory)
	o.IdempotencyTTL = cmp.Or(o.IdempotencyTTL, live.DefaultIdempotencyTTL)
	o.Retention = cmp.Or(o.Retention, 30*24*time.Hour)
	o.CheckEvery = cmp.Or(o.CheckEvery, 10*time.Second)
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// Bus is a live.Bus on Redis.
type Bus struct {
	opt     Options
	rdb     redis.UniversalClient
	cluster bool
	lua     scripts

	ctx    context.Context // ends with Close; background work only
	cancel context.CancelFunc
	work   sync.WaitGroup // listeners and feeds

	mu        sync.Mutex
	closed    bool
	feeds     map[live.Channel]*feed
	listeners map[string]*listener // by hash tag; one for all without Cluster
	followers map[int]func()
	nextID    int
}

var _ live.Bus = (*Bus)(nil)

// Open connects and checks that the server answers and is new enough.
func Open(ctx context.Context, o Options) (*Bus, error) {
	o = o.withDefaults()
	if strings.ContainsAny(o.Prefix, "{}") {
		return nil, fmt.Errorf("opening redis: prefix %q must not contain braces", o.Prefix)
	}
	rdb, cluster, err := dial(o.Addr)
	if err != nil {
		return nil, fmt.Errorf("opening redis: %w", err)
	}
	b := &Bus{
		opt: o, rdb: rdb, cluster: cluster, lua: newScripts(),
		feeds: map[live.Channel]*feed{}, listeners: map[string]*listener{}, followers: map[int]func(){},
	}
	b.ctx, b.cancel = context.WithCancel(context.Background())
	if err := b.checkServer(ctx); err != nil {
		b.cancel()
		return nil, errors.Join(fmt.Errorf("opening redis: %w", err), rdb.Close())
	}
	return b, nil
}

// dial makes the client that Options.Addr describes, without connecting.
func dial(addr string) (rdb redis.UniversalClient, cluster bool, err error) {
	scheme, rest, isURL := strings.Cut(addr, "://")
	base, kind, _ := strings.Cut(scheme, "-")
	quiet := &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	switch {
	case !isURL:
		return redis.NewClient(&redis.Options{Addr: addr, ContextTimeoutEnabled: true, MaintNotificationsConfig: quiet}), false, nil
	case kind == "cluster":
		o, err := redis.ParseClusterURL(base + "://" + rest)
		if err != nil {
			return nil, false, err
		}
		o.ContextTimeoutEnabled, o.MaintNotificationsConfig = true, quiet
		return redis.NewClusterClient(o), true, nil
	case kind == "sentinel":
		o, err := redis.ParseFailoverURL(base + "://" + rest)
		if err != nil {
			return nil, false, err
		}
		o.ContextTimeoutEnabled = true
		return redis.NewFailoverClient(o), false, nil
	default:
		o, err := redis.ParseURL(addr)
		if err != nil {
			return nil, false, err
		}
		o.ContextTimeoutEnabled, o.MaintNotificationsConfig = true, quiet
		return redis.NewClient(o), false, nil
	}
}

// checkServer refuses servers without sharded pub/sub, which came with 7.0.
func (b *Bus) checkServer(ctx context.Context) error {
	info, err := b.rdb.Info(ctx, "server").Result()
	if err != nil {
		return translate(ctx, err)
	}
	_, rest, _ := strings.Cut(info, "redis_version:")
	version, _, _ := strings.Cut(rest, "\r\n")
	var major int
	if _, err := fmt.Sscanf(version, "%d.", &major); err != nil {
		return fmt.Errorf("reading version %q: %w", version, err)
	}
	if major < 7 {
		return fmt.Errorf("version %s is too old, 7.0 is needed", version)
	}
	return nil
}

// Publish implements live.Bus. Without a key it makes one of its own, so that
// a command sent twice by the client library publishes once.
func (b *Bus) Publish(ctx context.Context, ch live.Channel, key string, data []byte) (live.Position, error) {
	if err := live.CheckPublish(ch, key, data); err != nil {
		return live.Position{}, err
	}
	window := b.opt.IdempotencyTTL
	if key == "" {
		key, window = "auto:"+rand.Text(), time.Minute
	} else {
		key = "key:" + key
	}
	keys := b.keys(ch)
	keys = append(keys, strings.TrimSuffix(keys[0], "head")+key)
	a, err := b.run(ctx, b.lua.publish, keys, live.NewEpoch(), b.opt.History, b.opt.Retention.Milliseconds(), window.Milliseconds(), data)
	if err != nil {
		return live.Position{}, fmt.Errorf("publishing on %s: %w", ch, err)
	}
	return a.position()
}

// Position implements live.Bus.
func (b *Bus) Position(ctx context.Context, ch live.Channel) (live.Position, error) {
	_, end, _, err := b.Since(ctx, ch, live.Position{})
	return end, err
}

// Since implements live.Bus.
func (b *Bus) Since(ctx context.Context, ch live.Channel, from live.Position) (pubs []live.Publication, end live.Position, ok bool, err error) {
	if err := ch.Check(); err != nil {
		return nil, live.Position{}, false, err
	}
	a, err := b.run(ctx, b.lua.since, b.keys(ch), live.NewEpoch(), from.Epoch, from.Offset)
	if err != nil {
		return nil, live.Position{}, false, fmt.Errorf("reading %s: %w", ch, err)
	}
	if end, err = a.position(); err != nil {
		return nil, live.Position{}, false, err
	}
	ok = a.int() == 1
	for o := from.Offset + 1; len(a.rest) > 0; o++ {
		pubs = append(pubs, live.Publication{Position: live.Position{Epoch: end.Epoch, Offset: o}, Data: []byte(a.text())})
	}
	return pubs, end, ok, a.err
}

// Ping implements live.Bus.
func (b *Bus) Ping(ctx context.Context) error {
	if err := b.open(); err != nil {
		return err
	}
	return translate(ctx, b.rdb.Ping(ctx).Err())
}

// Close implements live.Bus.
func (b *Bus) Close() error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return nil
	}
	b.closed = true
	followers := b.followers
	b.followers = nil
	b.mu.Unlock()
	b.cancel()
	for _, stop := range followers {
		stop()
	}
	b.work.Wait()
	return b.rdb.Close()
}

func (b *Bus) open() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return live.ErrClosed
	}
	return nil
}

// Erase removes every key under the prefix: all channels and boards of this
// installation, nothing else. Subscribers get a reset.
func (b *Bus) Erase(ctx context.Context) error {
	if err := b.open(); err != nil {
		return err
	}
	erase := func(ctx context.Context, c *redis.Client) error {
		keys := c.Scan(ctx, 0, escapePattern(b.opt.Prefix)+"*", 1000).Iterator()
		for keys.Next(ctx) {
			if err := c.Unlink(ctx, keys.Val()).Err(); err != nil {
				return err
			}
		}
		return keys.Err()
	}
	switch c := b.rdb.(type) {
	case *redis.ClusterClient:
		return translate(ctx, c.ForEachMaster(ctx, erase))
	case *redis.Client:
		return translate(ctx, erase(ctx, c))
	}
	return fmt.Errorf("erasing: unexpected client %T", b.rdb)
}

var patternEscapes = strings.NewReplacer("*", `\*`, "?", `\?`, "[", `\[`, `\`, `\\`)

func escapePattern(s string) string { return patternEscapes.Replace(s) }

// run executes a script and hands back its answer.
func (b *Bus) run(ctx context.Context, s *redis.Script, keys []string, args ...any) (*answer, error) {
	if err := b.open(); err != nil {
		return nil, err
	}
	rest, err := s.Run(ctx, b.rdb, keys, args...).Slice()
	if err != nil {
		return nil, translate(ctx, err)
	}
	return &answer{rest: rest}, nil
}

// translate turns a driver's error into one of package live or the context's.
// Replies that say "not now" count as unavailable, others are our mistake.
func translate(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var reply redis.Error
	if errors.As(err, &reply) {
		word, _, _ := strings.Cut(reply.Error(), " ")
		switch word {
		case "LOADING", "READONLY", "OOM", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "BUSY", "MISCONF", "NOREPLICAS":
			return live.ErrUnavailable.Wrap(err)
		}
		return fmt.Errorf("redis refused: %w", err)
	}
	if fault.As(err) != nil {
		return err
	}
	return live.ErrUnavailable.Wrap(err)
}
