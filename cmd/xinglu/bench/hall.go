package bench

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/web/crowd"
)

// examHall is the load of a whole sitting over the network: every candidate has
// a WebSocket, and what they do is due by a schedule that waits for nobody.
type examHall struct {
	base   string
	client *http.Client
	seats  []*hallSeat
	bell   sync.WaitGroup // of seats that have not heard the start
	errs   atomic.Int64   // refusals, and frames that did not come
	first  atomic.Pointer[string]
}

type hallSeat struct {
	cookie    string
	ws        *websocket.Conn
	rung      sync.Once
	rang      time.Time // when the start was heard
	questions []exam.SeatQuestion
	seqs      map[string]int64
	rng       *rand.Rand

	mu    sync.Mutex // of the socket's writing side and of what is open
	n     int64
	open  map[int64]time.Time // frames without an answer, and since when they were due
	heard *hdrhistogram.Histogram
	gone  chan struct{} // closed when the receipt has come
	left  sync.Once
	bytes int64 // of the paper as it came over the network
}

// performed is the outcome of one act of the hall.
type performed struct {
	Count  int64         `json:"count"`
	Errors int64         `json:"errors"`
	First  string        `json:"first"` // of the errors
	CPU    time.Duration `json:"cpu"`   // of this process
	Bytes  int64         `json:"bytes"` // received, of one paper
	P50    time.Duration `json:"p50"`
	P99    time.Duration `json:"p99"`
	P999   time.Duration `json:"p999"`
	Max    time.Duration `json:"max"`
}

func (h *examHall) do(ctx context.Context, what string, in json.RawMessage) (any, error) {
	cpu := cpuTime()
	var all *hdrhistogram.Histogram
	var err error
	switch what {
	case "out":
		return nil, h.close()
	case "enter":
		var v visit
		if err = json.Unmarshal(in, &v); err == nil {
			err = h.enter(ctx, v)
		}
		return nil, err
	case "bell":
		var a hallStart
		if err = json.Unmarshal(in, &a); err == nil {
			all, err = h.start(ctx, a)
		}
	case "write":
		var a hallWrite
		if err = json.Unmarshal(in, &a); err == nil {
			all, err = h.write(ctx, a)
		}
	case "leave":
		var a hallLeave
		if err = json.Unmarshal(in, &a); err == nil {
			all, err = h.leave(ctx, a)
		}
	default:
		return nil, fmt.Errorf("unknown order %q", what)
	}
	if err != nil {
		return nil, err
	}
	p := performed{Count: all.TotalCount(), Errors: h.errs.Swap(0), CPU: cpuTime() - cpu, Bytes: h.seats[0].bytes,
		P50: quantile(all, 50), P99: quantile(all, 99), P999: quantile(all, 99.9), Max: time.Duration(all.Max()) * time.Microsecond}
	if s := h.first.Swap(nil); s != nil {
		p.First = *s
	}
	return p, nil
}

func (h *examHall) fail(format string, args ...any) {
	h.errs.Add(1)
	s := fmt.Sprintf(format, args...)
	h.first.CompareAndSwap(nil, &s)
}

// enter opens everybody's socket, in place of those of an earlier sitting.
func (h *examHall) enter(ctx context.Context, v visit) error {
	if err := h.close(); err != nil {
		return err
	}
	h.base, h.seats = v.Base, make([]*hallSeat, len(v.Cookies))
	h.client = &http.Client{Timeout: time.Minute, Transport: &http.Transport{
		MaxIdleConnsPerHost: len(v.Cookies), DisableCompression: true, // the bytes on the wire are counted
	}}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(64)
	h.bell.Add(len(v.Cookies))
	for i, cookie := range v.Cookies {
		h.seats[i] = &hallSeat{cookie: cookie, rng: rand.New(rand.NewPCG(1, uint64(i))), seqs: map[string]int64{},
			open: map[int64]time.Time{}, heard: newHistogram(), gone: make(chan struct{})}
		g.Go(func() error { return h.dial(ctx, h.seats[i]) })
	}
	return g.Wait()
}

func (h *examHall) dial(ctx context.Context, s *hallSeat) error {
	d := websocket.Dialer{ReadBufferSize: 1024, WriteBufferSize: 512, HandshakeTimeout: time.Minute}
	ws, resp, err := d.DialContext(ctx, "ws"+strings.TrimPrefix(h.base, "http")+"/api/exam/ws", http.Header{"Cookie": {s.cookie}, "Origin": {h.base}})
	if err != nil {
		return err
	}
	resp.Body.Close()
	s.ws = ws
	if err := ws.WriteJSON(map[string]any{"t": "hello", "device": "bench"}); err != nil {
		return err
	}
	if err := await(ws, "welcome", 0); err != nil {
		return err
	}
	_ = ws.SetReadDeadline(time.Time{})
	go h.read(s)
	return nil
}

// read takes the server's frames until the socket ends.
func (h *examHall) read(s *hallSeat) {
	for {
		var f struct {
			T       string            `json:"t"`
			N       int64             `json:"n"`
			Code    string            `json:"code"`
			Answers []json.RawMessage `json:"answers"`
		}
		if err := s.ws.ReadJSON(&f); err != nil {
			return
		}
		now := time.Now()
		switch f.T {
		case "start":
			s.rung.Do(func() { s.rang = now; h.bell.Done() })
		case "ack":
			s.answered(f.N, now)
		case "receipt":
			s.answered(f.N, now)
			s.left.Do(func() { close(s.gone) })
		case "refused":
			h.fail("refused: %s", f.Code)
			s.answered(f.N, now)
		}
	}
}

// answered notes how long a frame has waited for its answer.
func (s *hallSeat) answered(n int64, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if due, ok := s.open[n]; ok {
		delete(s.open, n)
		record(s.heard, now.Sub(due))
	}
}

// put sends a frame that has been due since the given time; zero: nobody
// waits for its answer.
func (h *examHall) put(s *hallSeat, due time.Time, f func(n int64) any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	if !due.IsZero() {
		s.open[s.n] = due
	}
	if err := s.ws.WriteJSON(f(s.n)); err != nil {
		delete(s.open, s.n)
		h.fail("sending: %v", err)
	}
}

const paperPath = "/api/exam/paper"

// hallStart is the order "bell": wait for the bell and fetch the papers,
// each seat a random time up to Jitter after it.
type hallStart struct {
	Jitter time.Duration `json:"jitter"`
}

func (h *examHall) start(ctx context.Context, a hallStart) (*hdrhistogram.Histogram, error) {
	h.bell.Wait()
	var wg sync.WaitGroup
	var mu sync.Mutex
	all := newHistogram()
	for _, s := range h.seats {
		wg.Go(func() {
			due := s.rang
			if a.Jitter > 0 {
				due = due.Add(time.Duration(s.rng.Int64N(int64(a.Jitter))))
			}
			if err := sleep(ctx, time.Until(due)); err != nil {
				return
			}
			if err := h.fetch(ctx, s); err != nil {
				h.fail("the paper: %v", err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			record(all, time.Since(due))
		})
	}
	wg.Wait()
	return all, ctx.Err()
}

func (h *examHall) fetch(ctx context.Context, s *hallSeat) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.base+paperPath, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Cookie", s.cookie)
	req.Header.Set("Accept-Encoding", "gzip")
	resp, err := h.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	s.bytes = int64(len(raw))
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %.200s", resp.Status, raw)
	}
	paper, err := unpackPaper(raw, resp.Header.Get("Content-Encoding"))
	s.questions = crowd.Leaves(paper)
	return err
}

func unpackPaper(raw []byte, encoding string) (p exam.SeatPaper, err error) {
	var body io.Reader = strings.NewReader(string(raw))
	if encoding == "gzip" {
		if body, err = gzip.NewReader(body); err != nil {
			return p, err
		}
	}
	return p, json.NewDecoder(body).Decode(&p)
}

// hallWrite is the order "write": saves by all seats together, and a
// heartbeat of each.
type hallWrite struct {
	Length time.Duration `json:"length"`
	Rate   float64       `json:"rate"` // saves a second of all
	Beat   time.Duration `json:"beat"` // between two heartbeats of one seat
}

func (h *examHall) write(ctx context.Context, a hallWrite) (*hdrhistogram.Histogram, error) {
	begin := time.Now()
	var g errgroup.Group
	g.Go(func() error {
		return onSchedule(ctx, begin, a.Length, a.Rate, func(i int, due time.Time) { h.save(h.seats[i%len(h.seats)], due) })
	})
	g.Go(func() error {
		return onSchedule(ctx, begin, a.Length, float64(len(h.seats))/a.Beat.Seconds(), func(i int, _ time.Time) {
			h.put(h.seats[i%len(h.seats)], time.Time{}, func(n int64) any { return map[string]any{"t": "beat", "n": n} })
		})
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return h.gather(ctx)
}

func (h *examHall) save(s *hallSeat, due time.Time) {
	q := &s.questions[s.rng.IntN(len(s.questions))]
	s.seqs[string(q.ID)]++
	now := time.Now()
	given := exam.Given{Question: q.ID, Seq: s.seqs[string(q.ID)], Value: crowd.Respond(q, s.rng),
		MonoMS: exam.Stamp(now.Sub(s.rang).Milliseconds() + 1), Wall: exam.Stamp(now.UnixMilli())}
	h.put(s, due, func(n int64) any {
		return struct {
			T string `json:"t"`
			exam.SaveFrame
		}{"save", exam.SaveFrame{N: n, Answers: []exam.Given{given}}}
	})
}

// onSchedule calls f for each thing that is due, rate a second, and never
// waits for what it began. What this process was woken too late for is due
// when it woke.
func onSchedule(ctx context.Context, begin time.Time, length time.Duration, rate float64, f func(i int, due time.Time)) error {
	for i := 0; ; i++ {
		due := begin.Add(time.Duration(float64(i) / rate * 1e9))
		if due.Sub(begin) >= length {
			return nil
		}
		if wait := time.Until(due); wait > 0 {
			if err := sleep(ctx, wait); err != nil {
				return err
			}
			due = time.Now()
		}
		f(i, due)
	}
}

// hallLeave is the order "leave": everybody hands in within a time.
type hallLeave struct {
	Within time.Duration `json:"within"`
}

func (h *examHall) leave(ctx context.Context, a hallLeave) (*hdrhistogram.Histogram, error) {
	rate := float64(len(h.seats)) / a.Within.Seconds()
	err := onSchedule(ctx, time.Now(), a.Within, rate, func(i int, due time.Time) {
		if i < len(h.seats) {
			h.put(h.seats[i], due, func(n int64) any { return map[string]any{"t": "hand_in", "n": n, "key": "bench"} })
		}
	})
	if err != nil {
		return nil, err
	}
	for _, s := range h.seats {
		select {
		case <-s.gone:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Minute):
			h.fail("no receipt")
		}
	}
	return h.gather(ctx)
}

// gather waits for the answers that are still out and returns the waits.
func (h *examHall) gather(ctx context.Context) (*hdrhistogram.Histogram, error) {
	end := time.Now().Add(time.Minute)
	all := newHistogram()
	for _, s := range h.seats {
		for {
			s.mu.Lock()
			open := len(s.open)
			s.mu.Unlock()
			if open == 0 {
				break
			}
			if time.Now().After(end) {
				h.fail("%d frames without an answer", open)
				break
			}
			if err := sleep(ctx, 5*time.Millisecond); err != nil {
				return nil, err
			}
		}
		s.mu.Lock()
		all.Merge(s.heard)
		s.heard.Reset()
		s.mu.Unlock()
	}
	return all, nil
}

func (h *examHall) close() error {
	var errs []error
	for _, s := range h.seats {
		if s != nil && s.ws != nil {
			errs = append(errs, s.ws.Close())
		}
	}
	if h.client != nil {
		h.client.CloseIdleConnections()
	}
	h.seats = nil
	return errors.Join(errs...)
}
