package contesttest_test

import (
	"path/filepath"
	"testing"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/contesttest"
	"github.com/xinglu/xinglu/internal/store/sqlite"
)

// TestPlay goes from the draws to results that stand.
func TestPlay(t *testing.T) {
	t.Parallel()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), sqlite.Options{Collections: engine.Collections})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	p := contesttest.Open(t, db, 12)
	p.All()
	out, err := p.Contests.Publications(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	if out.Phase != engine.PhaseFinal || len(out.Versions) != 2 || len(out.Versions[0].Changed) == 0 || len(out.Versions[0].Lines) != 12 {
		t.Errorf("%s, %d versions, changed %+v", out.Phase, len(out.Versions), out.Versions[0].Changed)
	}
}
