// Package modeltest runs random divisions, from the opening to results that
// stand, beside an oracle of a few pages that works everything out from plain
// tables. DESIGN.md of engine says what it covers.
//
//	go test ./engine/modeltest                          # as in CI
//	go test ./engine/modeltest -rapid.checks=3000       # a long run
//	go test ./engine/modeltest -rapid.seed=SEED         # the one that failed
package modeltest

import (
	"flag"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/internal/live/redisbus"
	"github.com/xinglu/xinglu/internal/live/redistest"
	"github.com/xinglu/xinglu/internal/store/sqlite"
)

// scripts is how many divisions a run plays unless -rapid.checks says so.
const scripts = "50"

func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if !given {
		_ = flag.Set("rapid.checks", scripts)
	}
	_ = flag.Set("rapid.nofailfile", "true") // the seed is enough, and the folder stays clean
	m.Run()
}

// Random panels, offline tablets, duplicates, reorders, conferences, unlocks,
// corrections: the folded result equals the oracle's every time, and
// order(Redis) = order(Go) = order(store).
func TestDivisionsEqualTheOracle(t *testing.T) {
	t.Parallel()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), sqlite.Options{Collections: engine.Collections})
	if err != nil {
		t.Fatal(err)
	}
	redis, err := redisbus.Open(t.Context(), redisbus.Options{Addr: redistest.Addr(t), Prefix: "model:", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { redis.Close(); db.Close() })
	done := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		for what, n := range play(rt, t.Context(), stores{db, redis}) {
			done[what] += n
		}
	})
	for _, what := range slices.Sorted(maps.Keys(done)) {
		t.Logf("%6d %s", done[what], what)
	}
}
