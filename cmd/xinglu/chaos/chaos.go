// Package chaos proves that no acknowledged answer is lost: it runs the real
// program in a process of its own, lets a crowd of candidates sit an exam
// over the public protocol, kills the server again and again, stops it for
// seconds, cuts the candidates' links, and compares at the end every receipt
// with the ledger.
//
// What happens when is drawn from a seed, which the report names. How threads
// and packets interleave is the machine's, so a seed repeats the blows, not
// the bruises.
package chaos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sync/errgroup"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/web/crowd"
)

// Options say where and with which program.
type Options struct {
	// Command starts the program: what follows are the arguments of `serve`.
	Command []string
	// Dir is where the data of the run lie; it must be empty, and is kept.
	Dir     string
	Version string
	Say     io.Writer // progress
	Log     io.Writer // what the server writes
}

// Plan is how much happens. Times are means; the seed spreads them.
type Plan struct {
	Form       string        `json:"form"` // short, full: for the report
	Seed       uint64        `json:"seed"`
	Candidates int           `json:"candidates"`
	Kills      int           `json:"kills"`     // SIGKILL of the server
	Pauses     int           `json:"pauses"`    // SIGSTOP, then SIGCONT
	Every      time.Duration `json:"every_ns"`  // between two blows to the server
	Think      time.Duration `json:"think_ns"`  // between two answers of a candidate
	Cut        time.Duration `json:"cut_ns"`    // between two cuts of one candidate's link
	Down       time.Duration `json:"down_ns"`   // the server stays away at most this long
	Pause      time.Duration `json:"pause_ns"`  // the server stands still at most this long
	Settle     time.Duration `json:"settle_ns"` // how long the last answers may take after the last blow
}

// Full is the proof: 200 candidates, 20 kills; about eight minutes.
func Full(seed uint64) Plan {
	return Plan{Form: "full", Seed: seed, Candidates: 200, Kills: 20, Pauses: 8, Every: 14 * time.Second, Think: 2 * time.Second,
		Cut: 20 * time.Second, Down: 2 * time.Second, Pause: 4 * time.Second, Settle: 2 * time.Minute}
}

// Short is a smoke test of well under a minute.
func Short(seed uint64) Plan {
	return Plan{Form: "short", Seed: seed, Candidates: 20, Kills: 3, Pauses: 1, Every: 2 * time.Second, Think: 150 * time.Millisecond,
		Cut: 2 * time.Second, Down: 200 * time.Millisecond, Pause: time.Second, Settle: time.Minute}
}

// run is one exam under blows.
type run struct {
	o      Options
	p      Plan
	server *server
	seats  []*seat
	report *Report

	leaving chan struct{} // closed when candidates may begin to hand in
	blows   chan struct{} // closed after the last blow
	cuts    atomic.Int64

	mu    sync.Mutex
	waits *hdrhistogram.Histogram // of answers until they were acknowledged, µs
}

// seat is one candidate with what the proof needs to know afterwards.
type seat struct {
	*crowd.Seat
	ticket    crowd.Ticket
	questions []exam.SeatQuestion
	given     int
	receipt   exam.Receipt
}

// Run holds an exam under blows and returns what came of it. An error means
// that the run could not be held; what was lost is in the report.
func Run(ctx context.Context, o Options, p Plan) (*Report, error) {
	r := &run{o: o, p: p, report: newReport(o, p), leaving: make(chan struct{}), blows: make(chan struct{}),
		waits: hdrhistogram.New(1, int64(time.Hour/time.Microsecond), 3)}
	var err error
	if r.server, err = newServer(ctx, o); err != nil {
		return nil, err
	}
	if err := r.server.start(ctx); err != nil {
		return nil, err
	}
	err = r.hold(ctx)
	err = errors.Join(err, r.server.stop())
	if err != nil {
		return nil, err
	}
	r.say("comparing every receipt with the ledger")
	if err := r.reconcile(context.WithoutCancel(ctx), filepath.Join(o.Dir, "data", "xinglu.db")); err != nil {
		return nil, err
	}
	r.report.finish(r)
	return r.report, nil
}

func (r *run) say(format string, args ...any) { fmt.Fprintf(r.o.Say, format+"\n", args...) }

func (r *run) rand(n uint64) *rand.Rand { return rand.New(rand.NewPCG(r.p.Seed, n)) }

// hold is the exam, from the plan to the last receipt.
func (r *run) hold(ctx context.Context) error {
	transport := &http.Transport{MaxIdleConnsPerHost: r.p.Candidates, MaxConnsPerHost: 2 * r.p.Candidates}
	defer transport.CloseIdleConnections()
	r.say("planning a sitting of %d candidates", r.p.Candidates)
	sitting, err := crowd.Organise(ctx, crowd.Options{ //nolint:gosec // the public passwords of the demonstration
		URL: r.server.url, Login: "organiser", Password: "xinglu-demo", Crowd: r.p.Candidates, Seed: r.p.Seed, Transport: transport,
		Custodians: []string{"custodian1", "custodian2"}, CustodianPassword: "xinglu-demo", Passphrase: "xinglu-demo-seal",
	})
	if err != nil {
		return fmt.Errorf("planning the sitting: %w", err)
	}
	base, err := url.Parse(r.server.url)
	if err != nil {
		return err
	}
	for i, t := range sitting.Tickets {
		r.seats = append(r.seats, &seat{ticket: t, Seat: crowd.NewSeat(base, crowd.SeatOptions{
			Ticket: t, Device: "chaos", Rand: r.rand(uint64(1000 + i)), Transport: transport, Acked: r.acked,
			Beat: time.Second, Patience: 2500 * time.Millisecond, MinBackoff: 100 * time.Millisecond, MaxBackoff: 2 * time.Second,
		})})
	}
	if err := r.enter(ctx); err != nil {
		return err
	}
	if err := sitting.Start(ctx); err != nil {
		return fmt.Errorf("starting the sitting: %w", err)
	}
	if err := r.sit(ctx); err != nil {
		return err
	}
	return r.reconciled(ctx, sitting)
}

// reconciled asks the server what it makes of the seats' reports.
func (r *run) reconciled(ctx context.Context, s *crowd.Sitting) error {
	found, err := s.Reconciliation(ctx)
	if err != nil {
		return fmt.Errorf("reconciling the sitting: %w", err)
	}
	r.report.Reconciled = found.Proven
	for _, row := range found.Rows {
		if row.Verdict != exam.Proven {
			r.report.fault("%s: the reconciliation says %s: %+v", row.Ticket, row.Verdict, row.Findings)
		}
	}
	return nil
}

// enter lets everybody in before the first blow: signing in is no part of
// what is proven.
func (r *run) enter(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, s := range r.seats {
		g.Go(func() error { return s.Enter(ctx) })
	}
	return g.Wait()
}

// sit lets candidates write while the server is beaten.
func (r *run) sit(ctx context.Context) error {
	links, cut := context.WithCancel(ctx)
	defer cut()
	g, ctx := errgroup.WithContext(ctx)
	var background sync.WaitGroup
	for i, s := range r.seats {
		background.Go(func() { _ = s.Run(links) }) // why a seat is out, its Answer and HandIn tell
		background.Go(func() { r.cutLinks(links, s, r.rand(uint64(2000+i))) })
		g.Go(func() error {
			if err := r.write(ctx, s, r.rand(uint64(3000+i))); err != nil {
				return fmt.Errorf("candidate %s: %w", s.ticket.No, err)
			}
			return nil
		})
	}
	g.Go(func() error { return r.beat(ctx) })
	err := g.Wait()
	cut()
	background.Wait()
	return err
}

// write is one candidate: answers until the candidates may leave, then the
// hand-in, all of which may fall under blows.
func (r *run) write(ctx context.Context, s *seat, rng *rand.Rand) error {
	paper, err := s.Paper(ctx)
	if err != nil {
		return err
	}
	s.questions = crowd.Leaves(paper)
	leave := time.NewTimer(time.Hour)
	defer leave.Stop()
	leaving := r.leaving
	for {
		think := time.NewTimer(r.p.Think/2 + time.Duration(rng.Int64N(int64(r.p.Think))))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-think.C:
			q := &s.questions[rng.IntN(len(s.questions))]
			s.Answer(q.ID, crowd.Respond(q, rng), rng.IntN(20) == 0, time.Time{})
			s.given++
			continue
		case <-leaving:
			leaving = nil
			// Spread over the last blows.
			leave.Reset(time.Duration(rng.Int64N(int64(r.p.Every) * int64(lastBlows))))
		case <-leave.C:
			ctx, cancel := context.WithTimeout(ctx, time.Duration(lastBlows)*2*r.p.Every+r.p.Settle)
			defer cancel()
			s.receipt, err = s.HandIn(ctx, "chaos-"+s.ticket.No)
			return err
		}
		think.Stop()
	}
}

// lastBlows fall while candidates hand in.
const lastBlows = 3

// beat kills and stops the server, in an order drawn from the seed.
func (r *run) beat(ctx context.Context) error {
	defer close(r.blows)
	rng := r.rand(1)
	blows := make([]bool, r.p.Kills+r.p.Pauses) // true: a kill
	for i := range r.p.Kills {
		blows[i] = true
	}
	rng.Shuffle(len(blows), func(i, j int) { blows[i], blows[j] = blows[j], blows[i] })
	for i, kill := range blows {
		if i == max(0, len(blows)-lastBlows) {
			close(r.leaving)
		}
		if err := pause(ctx, r.p.Every/2+time.Duration(rng.Int64N(int64(r.p.Every)))); err != nil {
			return err
		}
		if kill {
			down := time.Duration(rng.Int64N(int64(r.p.Down)))
			r.say("blow %d of %d: killed, away for %v", i+1, len(blows), down.Round(time.Millisecond))
			if err := r.server.kill(ctx, down); err != nil {
				return err
			}
			continue
		}
		still := time.Duration(rng.Int64N(int64(r.p.Pause)))
		r.say("blow %d of %d: stopped for %v", i+1, len(blows), still.Round(time.Millisecond))
		if err := r.server.freeze(ctx, still); err != nil {
			return err
		}
	}
	return nil
}

// cutLinks breaks one candidate's link now and then, until the last blow.
func (r *run) cutLinks(ctx context.Context, s *seat, rng *rand.Rand) {
	for {
		t := time.NewTimer(r.p.Cut/2 + time.Duration(rng.Int64N(int64(r.p.Cut))))
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-r.blows:
			t.Stop()
			return
		case <-t.C:
			s.Cut()
			r.cuts.Add(1)
		}
	}
}

func (r *run) acked(waited time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = r.waits.RecordValue(max(1, waited.Microseconds())) // within bounds
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
