package sqlite_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/internal/store/sqlite"
)

// TestCompact: what was replaced is in none of the files afterwards.
func TestCompact(t *testing.T) {
	t.Parallel()
	dir, ctx := t.TempDir(), t.Context()
	db, err := sqlite.Open(ctx, filepath.Join(dir, "x.db"), sqlite.Options{Collections: []store.Collection{{Name: "things"}}})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	planted := bytes.Repeat([]byte("PLANTED "), 4096)
	doc := store.Doc{ID: "a", Body: append(append([]byte(`"`), planted...), '"')}
	if err := db.Insert(ctx, "things", doc); err != nil {
		t.Fatal(err)
	}
	doc.Version, doc.Body = 1, []byte(`"short"`)
	if err := db.Replace(ctx, "things", doc); err != nil {
		t.Fatal(err)
	}
	found := func() int {
		n := 0
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			n += bytes.Count(b, []byte("PLANTED"))
		}
		return n
	}
	if found() == 0 {
		t.Fatal("nothing was left to remove: the test proves nothing")
	}
	if err := db.Compact(ctx); err != nil {
		t.Fatal(err)
	}
	if n := found(); n > 0 {
		t.Errorf("%d pieces of the replaced document are in the files", n)
	}
	if d, err := db.Get(ctx, "things", "a"); err != nil || string(d.Body) != `"short"` {
		t.Errorf("after compacting: %s, %v", d.Body, err)
	}
	if err := db.Insert(ctx, "things", store.Doc{ID: "b", Body: []byte(`1`)}); err != nil {
		t.Errorf("writing after compacting: %v", err)
	}
}
