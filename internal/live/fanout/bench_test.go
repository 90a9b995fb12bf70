package fanout_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/live/fanout"
)

// The benchmarks compare the hub with a plain one on loopback sockets. The
// clients are another process, and what counts is the server's CPU per
// delivery ("cpu-µs/delivery"); run them side by side:
//
//	go test -bench Deliver -benchtime 300x -count 5 ./internal/live/fanout
const benchConns = 500

// benchClient is that other process: it connects benchConns times, reads
// until the server goes, and says when all are connected.
func benchClient(url string) {
	var connected, done sync.WaitGroup
	for range benchConns {
		connected.Add(1)
		done.Go(func() {
			d := websocket.Dialer{ReadBufferSize: 1024, WriteBufferSize: 256}
			conn, _, err := d.Dial(url, nil)
			connected.Done()
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				return
			}
			for {
				_, r, err := conn.NextReader()
				if err != nil {
					return
				}
				if _, err := io.Copy(io.Discard, r); err != nil {
					return
				}
			}
		})
	}
	connected.Wait()
	fmt.Println("connected")
	done.Wait()
}

// deliver measures: publish sends one frame, written counts messages written.
func deliver(b *testing.B, serve http.HandlerFunc, connections func() int, publish func(n int), written func() int64) {
	b.Helper()
	srv := httptest.NewServer(serve)
	defer srv.Close()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "FANOUT_BENCH_CLIENT=ws"+strings.TrimPrefix(srv.URL, "http"))
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	for deadline := time.Now().Add(30 * time.Second); connections() < benchConns; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			b.Fatalf("%d of %d clients are connected", connections(), benchConns)
		}
	}
	publish(0)
	time.Sleep(200 * time.Millisecond) // snapshots and handshakes are over
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := cpu()
	b.ResetTimer()
	for n := range b.N {
		goal := written() + benchConns
		publish(n)
		for written() < goal {
			time.Sleep(100 * time.Microsecond)
		}
	}
	b.StopTimer()
	used := cpu() - start
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(used.Nanoseconds())/1e3/float64(b.N)/benchConns, "cpu-µs/delivery")
	b.ReportMetric(float64(before.StackInuse+before.HeapAlloc)/1024/benchConns, "KiB/conn")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(b.N)/benchConns, "allocs/delivery")
}

// cpu is the time that all threads of this process have spent on a CPU.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// benchFrame is about 300 bytes and never the same.
func benchFrame(n int) []byte {
	return fmt.Appendf(nil, `{"t":"delta","v":%d,"rows":[{"id":"%06d","k":"%016x","b":%q}]}`, n, n, n, bytes.Repeat([]byte("x"), 230))
}

func BenchmarkDeliverHub(b *testing.B) {
	bus := live.NewMemory(live.Options{})
	defer bus.Close()
	h := fanout.New(fanout.Options{Bus: bus, Snapshot: func(ctx context.Context, ch live.Channel) ([]byte, live.Position, error) {
		s, err := bus.Snapshot(ctx, ch)
		return []byte(`{}`), s.Position, err
	}})
	defer h.Close()
	up := h.Upgrader()
	serve := func(w http.ResponseWriter, r *http.Request) {
		slot, err := h.Admit(netip.MustParseAddrPort(r.RemoteAddr).Addr())
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		conn, err := up.Upgrade(w, r, nil)
		if err != nil {
			slot.Release()
			return
		}
		if err := h.Serve(conn, slot, fanout.Subscription{Channel: ch}); err != nil {
			b.Error(err)
		}
	}
	deliver(b, serve, func() int { return h.Stats().Connections }, func(n int) {
		if _, err := bus.Publish(context.Background(), ch, "", benchFrame(n)); err != nil {
			b.Error(err)
		}
	}, func() int64 { return h.Stats().Written })
}

// BenchmarkDeliverPlain is the hub that everybody writes first: a goroutine
// and a buffered channel per connection, one prepared message for all.
func BenchmarkDeliverPlain(b *testing.B) {
	var mu sync.Mutex
	queues := map[chan *websocket.PreparedMessage]bool{}
	var written atomic.Int64
	up := websocket.Upgrader{ReadBufferSize: 1024, WriteBufferSize: 1024}
	serve := func(w http.ResponseWriter, r *http.Request) {
		conn, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		queue := make(chan *websocket.PreparedMessage, 16)
		mu.Lock()
		queues[queue] = true
		mu.Unlock()
		go func() {
			for m := range queue {
				if conn.WritePreparedMessage(m) != nil {
					return
				}
				written.Add(1)
			}
		}()
		for {
			if _, _, err := conn.NextReader(); err != nil {
				break
			}
		}
		mu.Lock()
		delete(queues, queue)
		mu.Unlock()
		close(queue)
	}
	deliver(b, serve, func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(queues)
	}, func(n int) {
		m, err := websocket.NewPreparedMessage(websocket.TextMessage, benchFrame(n))
		if err != nil {
			b.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		for q := range queues {
			select {
			case q <- m:
			default:
			}
		}
	}, written.Load)
}
