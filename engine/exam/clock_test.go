package exam_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/engine/exam"
)

func TestDeadline(t *testing.T) {
	t.Parallel()
	at := func(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }
	for _, tt := range []struct {
		name   string
		start  int // minutes
		closes int
		limit  int64
		factor exam.Factor
		grants int64
		want   int
	}{
		{"plain", 0, 180, 90, 1000, 0, 90},
		{"late arrival has the whole time", 30, 180, 90, 1000, 0, 120},
		{"the window cuts", 100, 180, 90, 1000, 0, 180},
		{"a grant is not eaten by the window", 100, 180, 90, 1000, 10, 190},
		{"a quarter more", 0, 180, 100, 1250, 0, 125},
		{"the window moves by the accommodation", 100, 180, 100, 1250, 0, 205},
		{"accommodation and grant", 0, 180, 100, 1500, 7, 157},
		{"exactly at the window", 90, 180, 90, 1000, 0, 180},
		{"started at the close", 180, 180, 90, 1000, 0, 180},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := exam.Deadline(at(tt.start), at(tt.closes), tt.limit*minute, tt.factor, tt.grants*minute)
			if want := at(tt.want); !got.Equal(want) {
				t.Errorf("ends at %v, want %v", got, want)
			}
		})
	}
	if got := exam.Deadline(start, at(1000), 1001, 1001, 0).Sub(start); got != 1003*time.Millisecond {
		t.Errorf("a broken millisecond is not rounded up: %v", got)
	}
}

// Whatever the times are, a grant moves the end by exactly itself, and more
// accommodation never gives less time.
func TestDeadlineLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		begin := start.Add(time.Duration(rapid.Int64Range(0, 4*60).Draw(t, "start")) * time.Minute)
		closes := start.Add(time.Duration(rapid.Int64Range(0, 5*60).Draw(t, "close")) * time.Minute)
		limit := rapid.Int64Range(1, 180*minute).Draw(t, "limit")
		m := exam.Factor(rapid.Int64Range(1000, 4000).Draw(t, "factor"))
		grant := rapid.Int64Range(0, 120*minute).Draw(t, "grant")
		end := exam.Deadline(begin, closes, limit, m, 0)
		if got := exam.Deadline(begin, closes, limit, m, grant).Sub(end).Milliseconds(); got != grant {
			t.Fatalf("a grant of %d ms moved the end by %d ms", grant, got)
		}
		if exam.Deadline(begin, closes, limit, m+100, 0).Before(end) {
			t.Fatal("more accommodation ends earlier")
		}
	})
}

func TestGrantScopes(t *testing.T) {
	t.Parallel()
	here := exam.Place{Centre: "01", Room: "1", Seat: "5"}
	for _, tt := range []struct {
		name string
		g    exam.Granted
		want int64
	}{
		{"this candidate", exam.Granted{Scope: exam.ScopeCandidate, Attempt: "a"}, 1000},
		{"another candidate", exam.Granted{Scope: exam.ScopeCandidate, Attempt: "b"}, 0},
		{"this room", exam.Granted{Scope: exam.ScopeRoom, Centre: "01", Room: "1"}, 1000},
		{"that room of another centre", exam.Granted{Scope: exam.ScopeRoom, Centre: "02", Room: "1"}, 0},
		{"this centre", exam.Granted{Scope: exam.ScopeCentre, Centre: "01"}, 1000},
		{"another centre", exam.Granted{Scope: exam.ScopeCentre, Centre: "02"}, 0},
		{"everybody", exam.Granted{Scope: exam.ScopeSitting}, 1000},
		{"nobody", exam.Granted{Scope: "planet"}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.g.MS = 1000
			a := attempt(t, prepared(here))
			c := &exam.Course{Rules: rules(), ClosesAt: start.Add(3 * time.Hour), Grants: []exam.Granted{tt.g}}
			if got := a.Times(c, start).GrantedMS; got != tt.want {
				t.Errorf("granted %d ms, want %d", got, tt.want)
			}
		})
	}
}
