package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"
)

// spectators is the load of a board: connections that read all they get and
// answer pings, as browsers do.
type spectators struct {
	conns   []*websocket.Conn
	readers sync.WaitGroup
	updates atomic.Int64
	bytes   atomic.Int64 // of the updates' payloads
	other   atomic.Int64 // snapshots, beats
	lost    atomic.Int64 // connections that ended
	shards  [16]shard
}

// shard gathers the delays that some of the readers saw.
type shard struct {
	mu sync.Mutex
	h  *hdrhistogram.Histogram
}

func newSpectators() *spectators {
	s := &spectators{}
	for i := range s.shards {
		s.shards[i].h = newHistogram()
	}
	return s
}

// perAddress is how many connections come from one address: below what the
// program lets in from one, and far below the ports that an address has.
const perAddress = 1000

// arrival is the order "connect": be this many in all.
type arrival struct {
	URL   string `json:"url"`
	Count int    `json:"count"`
}

// seen is the answer to "seen".
type seen struct {
	Updates int64         `json:"updates"` // received since the process began
	Bytes   int64         `json:"bytes"`   // of their payloads
	Other   int64         `json:"other"`   // messages that are no updates
	Lost    int64         `json:"lost"`    // connections that ended
	P50     time.Duration `json:"p50"`     // from when an update was due, since the last "reset"
	P99     time.Duration `json:"p99"`
}

func (s *spectators) do(ctx context.Context, what string, in json.RawMessage) (any, error) {
	switch what {
	case "connect":
		var a arrival
		if err := json.Unmarshal(in, &a); err != nil {
			return nil, err
		}
		return nil, s.connect(ctx, a)
	case "count":
		return s.updates.Load(), nil
	case "seen":
		return s.seen(), nil
	}
	return nil, fmt.Errorf("unknown order %q", what)
}

// seen counts, and begins the delays anew.
func (s *spectators) seen() seen {
	all := newHistogram()
	for i := range s.shards {
		x := &s.shards[i]
		x.mu.Lock()
		all.Merge(x.h)
		x.h.Reset()
		x.mu.Unlock()
	}
	return seen{
		Updates: s.updates.Load(), Bytes: s.bytes.Load(), Other: s.other.Load(), Lost: s.lost.Load(),
		P50: quantile(all, 50), P99: quantile(all, 99),
	}
}

func (s *spectators) connect(ctx context.Context, a arrival) error {
	first := len(s.conns)
	if a.Count <= first {
		return nil
	}
	more := make([]*websocket.Conn, a.Count-first)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(32)
	for i := range more {
		g.Go(func() (err error) {
			more[i], err = dial(ctx, a.URL, (first+i)/perAddress)
			return err
		})
	}
	err := g.Wait()
	for i, c := range more {
		if c == nil {
			continue
		}
		s.conns = append(s.conns, c)
		s.readers.Go(func() { s.read(c, &s.shards[i%len(s.shards)]) })
	}
	return err
}

// dial connects from the nth loopback address after 127.0.0.1.
func dial(ctx context.Context, url string, n int) (*websocket.Conn, error) {
	from := &net.TCPAddr{IP: net.IPv4(127, 0, byte((n+2)>>8), byte(n+2))}
	d := websocket.Dialer{
		ReadBufferSize: 1024, WriteBufferSize: 256, HandshakeTimeout: 30 * time.Second,
		NetDialContext: (&net.Dialer{LocalAddr: from}).DialContext,
	}
	conn, resp, err := d.DialContext(ctx, url, http.Header{})
	if err != nil {
		return nil, fmt.Errorf("spectator from %s: %w", from.IP, err)
	}
	resp.Body.Close()
	return conn, nil
}

func (s *spectators) read(c *websocket.Conn, x *shard) {
	defer s.lost.Add(1)
	var buf bytes.Buffer
	for {
		_, r, err := c.NextReader()
		if err != nil {
			return
		}
		buf.Reset()
		if _, err := io.Copy(&buf, r); err != nil {
			return
		}
		due, ok := dueOf(buf.Bytes())
		if !ok {
			s.other.Add(1)
			continue
		}
		late := time.Since(time.Unix(0, due))
		x.mu.Lock()
		record(x.h, late)
		x.mu.Unlock()
		s.bytes.Add(int64(buf.Len()))
		s.updates.Add(1) // last: it is what the conductor waits for
	}
}

// dueOf reads the moment out of an update; ok is false for other messages.
func dueOf(frame []byte) (ns int64, ok bool) {
	_, rest, ok := bytes.Cut(frame, []byte(dueMark))
	if !ok {
		return 0, false
	}
	end := bytes.IndexByte(rest, ',')
	if end < 0 {
		return 0, false
	}
	ns, err := strconv.ParseInt(string(rest[:end]), 10, 64)
	return ns, err == nil
}

func (s *spectators) close() error {
	for _, c := range s.conns {
		_ = c.Close() // the server may have gone first
	}
	s.readers.Wait()
	return nil
}
