package bench

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// saver stores one answer of a candidate durably and returns when it is. n is
// different in every call of a process, so that every value written is new.
// Different candidates save at the same time.
type saver interface {
	save(ctx context.Context, candidate int, n int64) error
}

// slot is one measurement.
type slot struct {
	Writers int `json:"writers"`
	// Candidates are shared out among the writers; each saves for its own in
	// turn, so that a few writers do not make longer attempts than many.
	Candidates int           `json:"candidates"`
	Length     time.Duration `json:"length"`
	// Rate is in saves per second of all writers together, on a schedule that
	// does not wait for answers (open loop). 0: each writer saves again as
	// soon as it has its answer (closed loop).
	Rate float64 `json:"rate"`
}

// measured is the outcome of a slot.
type measured struct {
	Saves   int64         `json:"saves"`
	Elapsed time.Duration `json:"elapsed"`
	CPU     time.Duration `json:"cpu"` // of this process
	P50     time.Duration `json:"p50"`
	P95     time.Duration `json:"p95"`
	P99     time.Duration `json:"p99"`
}

// Histograms hold microseconds from 1 to one minute with three digits.
func newHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(1, 60_000_000, 3) }

func record(h *hdrhistogram.Histogram, d time.Duration) {
	_ = h.RecordValue(min(max(d.Microseconds(), 1), 60_000_000)) // within its bounds
}

func quantile(h *hdrhistogram.Histogram, percent float64) time.Duration {
	return time.Duration(h.ValueAtQuantile(percent)) * time.Microsecond
}

// run measures a slot. numbers goes on over the slots of a process.
func (s slot) run(ctx context.Context, to saver, numbers *atomic.Int64) (measured, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var mu sync.Mutex
	var failed error
	all := newHistogram()
	var wg sync.WaitGroup
	cpu, begin := cpuTime(), time.Now()
	for w := range s.Writers {
		wg.Go(func() {
			h, err := s.write(ctx, to, w, begin, numbers)
			mu.Lock()
			defer mu.Unlock()
			if err != nil && failed == nil {
				failed = fmt.Errorf("writer %d: %w", w, err)
				cancel()
			}
			all.Merge(h)
		})
	}
	wg.Wait()
	return measured{
		Saves: all.TotalCount(), Elapsed: time.Since(begin), CPU: cpuTime() - cpu,
		P50: quantile(all, 50), P95: quantile(all, 95), P99: quantile(all, 99),
	}, failed
}

// write is one writer. With a schedule, a save that comes late because the
// one before it took long is measured from when it was due; one that comes
// late only because this process was woken late, from when it began.
func (s slot) write(ctx context.Context, to saver, w int, begin time.Time, numbers *atomic.Int64) (*hdrhistogram.Histogram, error) {
	h := newHistogram()
	end := begin.Add(s.Length)
	from := begin
	for i := 0; ; i++ {
		if s.Rate > 0 {
			due := begin.Add(time.Duration((float64(i) + float64(w)/float64(s.Writers)) * float64(s.Writers) / s.Rate * 1e9))
			if !due.Before(end) {
				return h, nil
			}
			from = due
			if wait := time.Until(due); wait > 0 {
				if err := sleep(ctx, wait); err != nil {
					return h, err
				}
				from = time.Now()
			}
		} else if from = time.Now(); !from.Before(end) {
			return h, nil
		}
		candidate := w + i%max(s.Candidates/s.Writers, 1)*s.Writers
		if err := to.save(ctx, candidate, numbers.Add(1)); err != nil {
			return h, err
		}
		record(h, time.Since(from))
	}
}
