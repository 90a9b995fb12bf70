package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xinglu/xinglu/cmd/xinglu/bench"
)

// TestBenchChild is no test: the benchmarks under test start this binary
// again, and there it is the child.
func TestBenchChild(t *testing.T) {
	if !slices.Equal(flag.Args(), []string{"bench", "child"}) {
		return
	}
	if code := run(t.Context(), flag.Args(), nil, os.Stdout, os.Stderr); code != 0 {
		os.Exit(code)
	}
	os.Exit(0)
}

func benchOptions(t *testing.T) bench.Options {
	return bench.Options{
		Command: []string{os.Args[0], "-test.run=^TestBenchChild$", "--", "bench", "child"},
		Dir:     t.TempDir(), Version: "test", Say: t.Output(),
	}
}

func TestBenchSave(t *testing.T) {
	t.Parallel()
	o := benchOptions(t)
	r, err := bench.Save(t.Context(), o, bench.SavePlan{
		Form: "test", Rounds: 2, Writers: []int{1, 3}, Slot: 50 * time.Millisecond, Ack: 100 * time.Millisecond, AckWriters: 2, AckRate: 50,
	})
	if err != nil {
		t.Fatal(err)
	}
	checkReport(t, o, r, map[string][]string{
		"durable saves/s": {"xinglu", "xinglu ledger only", "raw group commit", "one transaction a save", "xinglu over WebSocket"},
		"CPU µs/save":     {"xinglu", "xinglu over WebSocket"},
		"ack p99 ms":      {"xinglu", "raw group commit", "xinglu over WebSocket"},
		"syncs/s":         {"fdatasync loop"},
	})
	if len(r.Goals) != 2 {
		t.Errorf("got %d goals, want one for each number of writers", len(r.Goals))
	}
}

func TestBenchExam(t *testing.T) {
	t.Parallel()
	o := benchOptions(t)
	r, err := bench.Exam(t.Context(), o, bench.ExamPlan{
		Form: "test", Rounds: 2, Compress: 100, Write: time.Second, Beat: time.Second, Papers: 5,
		Halls: []bench.Hall{{Seats: 12, Leave: 200 * time.Millisecond}, {Seats: 6, Jitter: 200 * time.Millisecond, Leave: 200 * time.Millisecond}},
	})
	if err != nil {
		t.Fatal(err)
	}
	checkReport(t, o, r, map[string][]string{
		"paper p99 ms": {"xinglu"}, "save ack p99.9 ms": {"xinglu"}, "receipt max ms": {"xinglu"}, "server RSS MiB": {"xinglu"},
		"CPU µs/paper": {"xinglu", "xinglu, the paper alone", "marshal + gzip per request"},
	})
	for _, f := range r.Figures {
		if f.What == "errors" && f.Max > 0 {
			t.Errorf("%s: %v errors: %v", f.At, f.Max, r.Notes)
		}
	}
}

func TestBenchBoard(t *testing.T) {
	t.Parallel()
	o := benchOptions(t)
	o.Profile = filepath.Join(t.TempDir(), "profiles")
	r, err := bench.Board(t.Context(), o, bench.BoardPlan{
		Form: "test", Rounds: 2, Spectators: []int{4, 9}, Slot: 60 * time.Millisecond, Deliveries: 200, Size: 300, Burst: 3,
	})
	if err != nil {
		t.Fatal(err)
	}
	sides := []string{"xinglu", "plain gorilla hub", "write(2) loop"}
	checkReport(t, o, r, map[string][]string{"server CPU µs/update": sides, "client CPU µs/update": sides, "delay p99 ms": sides})
	for _, f := range r.Figures {
		// Every side is given the same work.
		if f.What == "bytes/update" && (f.Min < 299 || f.Max > 302) {
			t.Errorf("%s, %s: updates of %v to %v bytes, want 300", f.At, f.Side, f.Min, f.Max)
		}
	}
	for _, n := range r.Notes {
		if strings.Contains(n, "did not arrive") {
			t.Error(n)
		}
	}
	profiles, err := filepath.Glob(filepath.Join(o.Profile, "*.pprof"))
	if err != nil || len(profiles) != 6 {
		t.Errorf("got profiles %v, %v; want one of each of 6 processes", profiles, err)
	}
}

// checkReport looks at the shape of a report, never at the speed: the sides
// of every figure are there with a value for each round, JSON and table hold
// them all, and nothing is left behind.
func checkReport(t *testing.T, o bench.Options, r *bench.Report, want map[string][]string) {
	t.Helper()
	for what, sides := range want {
		for _, side := range sides {
			i := slices.IndexFunc(r.Figures, func(f *bench.Figure) bool { return f.What == what && f.Side == side })
			if i < 0 {
				t.Errorf("there is no figure %q of %q", what, side)
				continue
			}
			if f := r.Figures[i]; len(f.Rounds) != 2 || f.Min <= 0 || f.Min > f.Median || f.Median > f.Max {
				t.Errorf("%s of %s: %+v", what, side, f)
			}
		}
	}
	var text, table bytes.Buffer
	if err := errors.Join(r.WriteJSON(&text), r.WriteTable(&table)); err != nil {
		t.Fatal(err)
	}
	var back bench.Report
	dec := json.NewDecoder(&text)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&back); err != nil {
		t.Fatal(err)
	}
	if len(back.Figures) != len(r.Figures) || len(back.Ratios) == 0 || len(back.Goals) == 0 || back.Machine.CPU == "" || back.Machine.FileLimit == 0 {
		t.Errorf("the JSON lacks something: %+v", back)
	}
	for _, f := range r.Figures {
		if !strings.Contains(table.String(), f.What) || !strings.Contains(table.String(), f.At) {
			t.Errorf("the table lacks %s at %s", f.What, f.At)
		}
	}
	left, err := fs.Glob(os.DirFS(o.Dir), "*")
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestBenchFlags(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"rounds", []string{"bench", "save", "--rounds", "-1"}, exitInvalid, "--rounds: 1 to 100"},
		{"many rounds", []string{"bench", "board", "--rounds", "101"}, exitInvalid, "--rounds: 1 to 100"},
		{"no folder", []string{"bench", "save", "--dir", "/does/not/exist"}, exitInvalid, "--dir: /does/not/exist is not a folder"},
		{"no number", []string{"bench", "save", "--rounds", "many"}, exitInvalid, "invalid argument"},
		{"unknown flag", []string{"bench", "board", "--fast"}, exitInvalid, "unknown flag: --fast"},
		{"an argument", []string{"bench", "save", "now"}, exitInvalid, "unknown command"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var stderr bytes.Buffer
			code := run(t.Context(), c.args, nil, t.Output(), &stderr)
			if code != c.code || !strings.Contains(stderr.String(), c.says) {
				t.Errorf("got code %d and %q, want %d and %q", code, stderr.String(), c.code, c.says)
			}
		})
	}
}
