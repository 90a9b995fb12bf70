package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/scoring"
)

func TestSpread(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		in   []float64
		want Spread
	}{
		{"none", nil, Spread{}},
		{"one", []float64{3}, Spread{3, 3, 3}},
		{"odd", []float64{9, 1, 2}, Spread{2, 1, 9}},
		{"even", []float64{4, 1, 2, 9}, Spread{3, 1, 9}},
	} {
		if got := spreadOf(c.in); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// A ratio is taken round by round, so a slow round of both sides is none.
func TestCompareGoesByRounds(t *testing.T) {
	t.Parallel()
	r := &Report{}
	for _, v := range [][2]float64{{10, 20}, {1, 2}, {100, 100}} {
		r.add("x", "1 writer", "a", v[0])
		r.add("x", "1 writer", "b", v[1])
	}
	r.atLeast("a is not far behind", r.compare("x", "1 writer", "a", "b"), 0.6)
	r.atMost("a costs less", r.compare("x", "1 writer", "a", "b"), 1)
	want := Ratio{What: "x", At: "1 writer", Of: "a", To: "b", Spread: Spread{Median: 0.5, Min: 0.5, Max: 1}}
	if diff := cmp.Diff([]Ratio{want, want}, r.Ratios); diff != "" {
		t.Error(diff)
	}
	var b strings.Builder
	if err := r.WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"goal missed: a is not far behind: 0.50, at least 0.60\n",
		"goal met: a costs less: 0.50, at most 1.00\n",
	} {
		if !strings.Contains(b.String(), line) {
			t.Errorf("the table lacks %q:\n%s", line, b.String())
		}
	}
}

// slow is a saver that takes its time; first is how long the first save takes.
type slow struct{ first, rest time.Duration }

func (s slow) save(_ context.Context, _ int, n int64) error {
	if n == 1 {
		time.Sleep(s.first)
	} else {
		time.Sleep(s.rest)
	}
	return nil
}

// A save that waits behind a slow one is measured from when it was due: the
// schedule does not wait (no coordinated omission).
func TestOpenLoopCountsTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var numbers atomic.Int64
		s := slot{Writers: 1, Candidates: 1, Length: time.Second, Rate: 10}
		m, err := s.run(t.Context(), slow{time.Second, time.Millisecond}, &numbers)
		if err != nil {
			t.Fatal(err)
		}
		// Due at 0, 100 … 900 ms; all but the first begin after the second
		// that the first one takes.
		if m.Saves != 10 {
			t.Errorf("got %d saves, want all 10 of the schedule", m.Saves)
		}
		if m.P50 < 400*time.Millisecond || m.P99 < 990*time.Millisecond {
			t.Errorf("got p50 %v, p99 %v: the wait is not counted", m.P50, m.P99)
		}
	})
}

func TestClosedLoopKeepsWritersBusy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var numbers atomic.Int64
		used := &takenBy{}
		s := slot{Writers: 4, Candidates: 8, Length: time.Second}
		m, err := s.run(t.Context(), used, &numbers)
		if err != nil {
			t.Fatal(err)
		}
		if m.Saves != 400 || numbers.Load() != 400 {
			t.Errorf("got %d saves, %d numbers, want 400", m.Saves, numbers.Load())
		}
		for i := range used.saves {
			if n := used.saves[i].Load(); n != 50 {
				t.Errorf("candidate %d saved %d times, want 50", i, n)
			}
		}
		if used.clashes.Load() > 0 {
			t.Error("a candidate was used by two writers at a time")
		}
	})
}

// takenBy takes 10 ms a save and watches who is in use.
type takenBy struct {
	busy    [8]atomic.Bool
	saves   [8]atomic.Int64
	clashes atomic.Int64
}

func (u *takenBy) save(_ context.Context, candidate int, _ int64) error {
	if u.busy[candidate].Swap(true) {
		u.clashes.Add(1)
	}
	time.Sleep(10 * time.Millisecond)
	u.saves[candidate].Add(1)
	u.busy[candidate].Store(false)
	return nil
}

type failing struct{}

func (failing) save(context.Context, int, int64) error { return errors.New("no disk") }

func TestFailedSaveEndsTheSlot(t *testing.T) {
	t.Parallel()
	var numbers atomic.Int64
	_, err := slot{Writers: 2, Candidates: 2, Length: time.Hour}.run(t.Context(), failing{}, &numbers)
	if err == nil || !strings.Contains(err.Error(), "no disk") {
		t.Errorf("got %v", err)
	}
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	due := time.Unix(0, 1_763_900_000_123_456_789)
	seen := map[string]bool{}
	for n := range int64(100) {
		b := update(n, due, 300)
		if len(b) != 300 || !json.Valid(b) {
			t.Fatalf("update %d has %d bytes: %s", n, len(b), b)
		}
		if got, ok := dueOf(b); !ok || got != due.UnixNano() {
			t.Fatalf("due is %d, %v", got, ok)
		}
		seen[string(b)] = true
	}
	if len(seen) != 100 {
		t.Errorf("%d of 100 updates differ", len(seen))
	}
	if _, ok := dueOf([]byte(`{"t":"beat"}`)); ok {
		t.Error("a beat passes for an update")
	}
}

// echo is a worker that sends back what it gets.
type echo struct{ closed *bool }

func (e echo) do(_ context.Context, what string, in json.RawMessage) (any, error) {
	if what != "echo" {
		return nil, errors.New("unknown order")
	}
	return in, nil
}

func (e echo) close() error { *e.closed = true; return nil }

func TestObey(t *testing.T) {
	t.Parallel()
	in := strings.NewReader(`{"do":"start","in":{"role":"echo"}}
{"do":"echo","in":{"a":1}}
{"do":"dance"}
`)
	var out bytes.Buffer
	closed := false
	err := obey(t.Context(), in, &out, func(_ context.Context, s start) (worker, error) {
		if s.Role != "echo" {
			t.Errorf("role %q", s.Role)
		}
		return echo{&closed}, nil
	})
	if err != nil || !closed {
		t.Errorf("got %v, closed %v", err, closed)
	}
	want := "{\"out\":null}\n{\"out\":{\"a\":1}}\n{\"error\":\"unknown order\"}\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
	err = obey(t.Context(), strings.NewReader(`{"do":"echo"}`), io.Discard, nil)
	if err == nil {
		t.Error("an order before the start was taken")
	}
}

// What the benchmark of marking opens must open.
func TestFieldsAreValid(t *testing.T) {
	t.Parallel()
	for _, p := range []MarkingPlan{ShortMarking(), FullMarking()} {
		s := fieldScheme(p.Field)
		if err := s.Validate(); err != nil {
			t.Errorf("%s: %v", p.Form, err)
		}
		if err := fieldRules(p.Field).Validate(s); err != nil {
			t.Errorf("%s: %v", p.Form, err)
		}
		// Writers take sheets in turn; none may run out before the slot ends.
		if p.Share >= 1 || p.Field.sheets() == 0 {
			t.Errorf("%s: a share of %v of %d sheets", p.Form, p.Share, p.Field.sheets())
		}
		for n := range int64(30) {
			for _, m := range s.Modules {
				if err := scoring.CheckSheet(m, scoring.Sheet{Judge: "j", Entries: fieldEntries(m, n)}); err != nil {
					t.Fatalf("%s: entries %d: %v", p.Form, n, err)
				}
			}
		}
	}
}
