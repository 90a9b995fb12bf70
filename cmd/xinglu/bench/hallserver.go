package bench

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/xinglu/xinglu/engine/exam"
)

// hallSetup is the order "hall" of the exam server: a sitting of its own
// whose candidates are all admitted and wait.
type hallSetup struct {
	Name  string `json:"name"`
	Seats int    `json:"seats"`
}

// paperLoop is the order "papers": hand papers out again and again.
type paperLoop struct {
	How   string `json:"how"` // request, encode, baseline
	Count int    `json:"count"`
}

func (s *examServer) hall(ctx context.Context, what string, in json.RawMessage) (any, error) {
	switch what {
	case "hall":
		var v hallSetup
		if err := json.Unmarshal(in, &v); err != nil {
			return nil, err
		}
		return s.fillHall(ctx, v)
	case "ring":
		var id exam.SittingID
		if err := json.Unmarshal(in, &id); err != nil {
			return nil, err
		}
		return nil, s.sys.Exam.Start(ctx, id, "bench")
	}
	var v paperLoop
	if err := json.Unmarshal(in, &v); err != nil {
		return nil, err
	}
	return s.papers(ctx, v)
}

func (s *examServer) fillHall(ctx context.Context, v hallSetup) (visit, error) {
	tickets, tails, err := s.plan(ctx, exam.SittingID(v.Name), v.Seats)
	if err != nil {
		return visit{}, err
	}
	out := visit{Base: s.http.base, Cookies: make([]string, len(tickets))}
	s.guests = make([]guest, len(tickets))
	var g errgroup.Group
	g.SetLimit(32)
	for i, t := range tickets {
		g.Go(func() (err error) {
			s.guests[i], err = s.login(ctx, t, tails[t.Candidate])
			out.Cookies[i] = s.guests[i].cookie
			return err
		})
	}
	return out, g.Wait()
}

// papers returns the processor time of handing out papers that have been
// handed out before, one after another.
func (s *examServer) papers(ctx context.Context, v paperLoop) (time.Duration, error) {
	one := map[string]func(context.Context, guest) error{"request": s.request, "encode": s.encode, "baseline": s.baseline}[v.How]
	runtime.GC()
	before := cpuTime()
	for i := range v.Count {
		if err := one(ctx, s.guests[i%len(s.guests)]); err != nil {
			return 0, err
		}
	}
	return cpuTime() - before, nil
}

// request is the whole handler, without a network.
func (s *examServer) request(ctx context.Context, who guest) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.http.base+paperPath, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Cookie", who.cookie)
	r.Header.Set("Accept-Encoding", "gzip")
	w := &counter{header: http.Header{}}
	s.sys.Handler.ServeHTTP(w, r)
	if w.status != http.StatusOK || w.bytes == 0 {
		return fmt.Errorf("the paper: status %d, %d bytes", w.status, w.bytes)
	}
	return nil
}

// baseline is what everybody writes first: marshal the candidate's paper and
// compress it, once a request.
func (s *examServer) baseline(ctx context.Context, who guest) error {
	p, err := s.sys.Exam.SeatPaper(ctx, who.attempt, who.fence)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(p)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(raw); err != nil {
		return err
	}
	return z.Close()
}

// encode is what the server does in the place of baseline.
func (s *examServer) encode(ctx context.Context, who guest) error {
	_, err := s.sys.Exam.PaperBody(ctx, who.attempt, who.fence)
	return err
}

// counter is a response that is thrown away.
type counter struct {
	header http.Header
	status int
	bytes  int
}

func (c *counter) Header() http.Header { return c.header }
func (c *counter) WriteHeader(status int) {
	if c.status == 0 {
		c.status = status
	}
}

func (c *counter) Write(b []byte) (int, error) {
	c.WriteHeader(http.StatusOK)
	c.bytes += len(b)
	return len(b), nil
}
