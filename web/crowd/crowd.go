// Package crowd is a rehearsal: simulated candidates and judges who use the
// public API of a running server, as people's browsers do. There is no back
// door; what it needs it asks for as an organiser would.
//
// It makes a contest of its own, marked as a rehearsal, on the model of an
// existing division, so that nothing real is touched.
package crowd

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/xinglu/xinglu/engine"
)

// Options say whom to visit and with how many.
type Options struct {
	URL      string // of the server, "http://127.0.0.1:8080"
	Login    string // of an organiser
	Password string
	// Custodians are the logins of two custodians, who release the paper with
	// the passphrase; who has not enrolled enrols with it.
	Custodians        []string
	CustodianPassword string
	Passphrase        string

	Crowd     int           // candidates
	Length    time.Duration // about how long the rehearsal takes
	Seed      uint64        // of names, answers and marks
	Transport http.RoundTripper
	Log       *slog.Logger
	Say       func(State) // called at every change of stage and about once a second
}

// State tells how far a rehearsal is.
type State struct {
	Stage    string         // prepare, running, done
	Done     map[string]int // signed_in, answers, handed_in, reconciled, sheets, conferences
	Division engine.DivisionID
}

type run struct {
	o     Options
	base  *url.URL
	staff *client
	mu    sync.Mutex
	state State
}

// Run holds one rehearsal and returns when the last candidate has handed in
// and the last sheet is agreed, or at the first error.
func Run(ctx context.Context, o Options) (State, error) {
	base, err := url.Parse(o.URL)
	if err != nil {
		return State{}, err
	}
	if o.Transport == nil {
		o.Transport = &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 256}
	}
	r := &run{o: o, base: base, staff: newClient(base, o.Transport), state: State{Stage: "prepare", Done: map[string]int{}}}
	defer r.staff.http.CloseIdleConnections()
	r.say()
	plan, err := r.prepare(ctx)
	if err != nil {
		return r.snapshot(), fmt.Errorf("preparing the rehearsal: %w", err)
	}
	r.stage("running", plan.division)
	g, gctx := errgroup.WithContext(ctx)
	for i, seat := range plan.seats {
		g.Go(func() error {
			if err := r.candidate(gctx, seat, r.rand(uint64(i))); err != nil {
				return fmt.Errorf("candidate %s: %w", seat.No, err)
			}
			return nil
		})
	}
	for i, j := range plan.judges {
		g.Go(func() error {
			if err := r.judge(gctx, j, r.rand(1_000_000+uint64(i))); err != nil {
				return fmt.Errorf("judge %s: %w", j.login, err)
			}
			return nil
		})
	}
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	done := make(chan error, 1)
	go func() { done <- g.Wait() }()
	for {
		select {
		case err := <-done:
			if err == nil {
				err = r.reconciled(ctx, plan)
			}
			if err == nil { // which gives the people free for the next one
				err = r.staff.call(ctx, "POST", at(plan.sitting)+"/close", nil, nil)
			}
			if err == nil {
				r.stage("done", plan.division)
			}
			return r.snapshot(), err
		case <-ticker.C:
			r.say()
		}
	}
}

// reconciled asks the server whether what the seats reported is what it holds.
func (r *run) reconciled(ctx context.Context, p plan) error {
	found, err := r.reconciliation(ctx, p.sitting)
	if err != nil {
		return fmt.Errorf("reconciling the sitting: %w", err)
	}
	r.mu.Lock()
	r.state.Done["reconciled"] = found.Proven
	r.mu.Unlock()
	if found.Proven != len(p.seats) {
		return fmt.Errorf("%d of %d candidates are reconciled: %+v", found.Proven, len(p.seats), found.Reconciled)
	}
	return nil
}

func (r *run) rand(n uint64) *rand.Rand { return rand.New(rand.NewPCG(r.o.Seed, n)) }

func (r *run) count(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state.Done[what]++
}

func (r *run) stage(stage string, d engine.DivisionID) {
	r.mu.Lock()
	r.state.Stage, r.state.Division = stage, d
	r.mu.Unlock()
	r.say()
}

func (r *run) snapshot() State {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.state
	s.Done = maps.Clone(s.Done)
	return s
}

func (r *run) say() {
	if r.o.Say != nil {
		r.o.Say(r.snapshot())
	}
}

// pause waits a random time around the mean, or until the context ends.
func pause(ctx context.Context, rng *rand.Rand, mean time.Duration) error {
	d := time.Duration(float64(mean) * (0.5 + rng.Float64()))
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
