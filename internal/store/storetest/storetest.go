// Package storetest is the contract of store.DB and ledger.Backend as a
// runnable suite. Every adapter's tests run it, and the shipped program runs
// it for operators against their own servers, so it needs no package testing:
// a suite speaks to a T, which is a *testing.T behind Testing or the plain
// runner behind Print.
//
// The suite writes only to the scratch store it is given. It asserts no
// wall-clock time and bounds its own load: about 5,000 small records and
// documents and a few of 1 MB.
package storetest

import (
	"context"

	"github.com/xinglu/xinglu/internal/store"
)

// Open opens an empty scratch store with the collections declared. The suite
// opens one, closes it when done, and leaves removing it to the opener. The
// context lives as long as the suite.
type Open func(ctx context.Context, collections []store.Collection) (store.DB, error)

// Run runs the whole contract: documents, then ledger.
func Run(t T, open Open) {
	t.Helper()
	db, err := open(t.Context(), Collections())
	if err != nil {
		t.Fatalf("opening the scratch store: %v", err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Errorf("closing the scratch store: %v", err)
		}
	}()
	t.Run("ping", func(t T) {
		if err := db.Ping(t.Context()); err != nil {
			t.Errorf("Ping: %v", err)
		}
	})
	t.Run("documents", func(t T) { Documents(t, db) })
	t.Run("ledger", func(t T) { Ledger(t, db.Ledger()) })
}

// Collections are those that the suite uses, in the order of its cases.
func Collections() []store.Collection {
	byColour := store.Index{Name: "by_colour"}
	byCode := store.Index{Name: "by_code", Unique: true}
	var all []store.Collection
	for _, name := range []string{cRoundTrip, cConflicts, cUnique, cPaging, cUnicode, cLarge, cRaces} {
		all = append(all, store.Collection{Name: name, Indexes: []store.Index{byColour, byCode}})
	}
	return all
}

// One collection a case, so that no case sees another's documents.
const (
	cRoundTrip = "st_round_trips"
	cConflicts = "st_conflicts"
	cUnique    = "st_uniques"
	cPaging    = "st_pages"
	cUnicode   = "st_unicodes"
	cLarge     = "st_larges"
	cRaces     = "st_races"
)
