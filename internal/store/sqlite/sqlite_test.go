package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/internal/store/sqlite"
	"github.com/xinglu/xinglu/internal/store/storetest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	storetest.Run(storetest.Testing(t), func(ctx context.Context, c []store.Collection) (store.DB, error) {
		return sqlite.Open(ctx, filepath.Join(t.TempDir(), "contract.db"), sqlite.Options{Collections: c})
	})
}

func TestForeignFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	other := filepath.Join(dir, "other.db")
	raw, err := sql.Open("sqlite", other)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Exec("CREATE TABLE streams (id INTEGER)"); err != nil {
		t.Fatal(err)
	}
	raw.Close()
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, bytes.Repeat([]byte("not a database\n"), 500), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{other: sqlite.ErrForeign, text: ledger.ErrCorrupt} {
		before, _ := os.ReadFile(path)
		for name, open := range map[string]func(context.Context, string, sqlite.Options) (*sqlite.DB, error){"Open": sqlite.Open, "OpenReadOnly": sqlite.OpenReadOnly} {
			if _, err := open(t.Context(), path, sqlite.Options{}); !errors.Is(err, want) {
				t.Errorf("%s of %s: %v, want %v", name, filepath.Base(path), err, want)
			}
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
			t.Errorf("%s was written to", path)
		}
	}
	if _, err := sqlite.OpenReadOnly(t.Context(), filepath.Join(dir, "none.db"), sqlite.Options{}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("OpenReadOnly of nothing: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "none.db")); err == nil {
		t.Error("OpenReadOnly made a file")
	}
}

// TestDeclarationsChange opens one file with other indexes than before.
func TestDeclarationsChange(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "an odd & näme 100%.db")
	collection := func(indexes ...store.Index) sqlite.Options {
		return sqlite.Options{Collections: []store.Collection{{Name: "things", Indexes: indexes}}}
	}
	doc := func(id string) store.Doc {
		return store.Doc{ID: id, Keys: map[string]string{"by_a": "same"}, Body: []byte(`{}`)}
	}
	a, aUnique, b := store.Index{Name: "by_a"}, store.Index{Name: "by_a", Unique: true}, store.Index{Name: "by_b"}
	step := func(o sqlite.Options, f func(db *sqlite.DB)) {
		t.Helper()
		db, err := sqlite.Open(t.Context(), path, o)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		f(db)
	}
	step(collection(aUnique), func(db *sqlite.DB) {
		if err := errors.Join(db.Insert(t.Context(), "things", doc("1"))); err != nil {
			t.Error(err)
		}
	})
	step(collection(b, a), func(db *sqlite.DB) { // no longer unique, and one more
		if err := db.Insert(t.Context(), "things", doc("2")); err != nil {
			t.Error(err)
		}
		p, err := db.Find(t.Context(), "things", store.Query{Index: "by_a", Equal: "same", Limit: 10})
		if err != nil || len(p.Docs) != 2 || p.Docs[1].Keys["by_a"] != "same" {
			t.Errorf("found %+v, %v", p, err)
		}
	})
	step(collection(), func(db *sqlite.DB) {
		d, err := db.Get(t.Context(), "things", "1")
		if err != nil || len(d.Keys) != 0 {
			t.Errorf("got %+v, %v", d, err)
		}
	})
	if db, err := sqlite.Open(t.Context(), path, collection(aUnique)); err == nil {
		db.Close()
		t.Error("an index over duplicates was made unique")
	}
	step(collection(a), func(*sqlite.DB) {}) // the refused Open left the file usable
}

func TestBadDeclarations(t *testing.T) {
	t.Parallel()
	for _, c := range [][]store.Collection{
		{{Name: "x; DROP TABLE records"}}, {{Name: ""}}, {{Name: "a"}, {Name: "a"}},
		{{Name: "a", Indexes: []store.Index{{Name: "B"}}}}, {{Name: "a", Indexes: []store.Index{{Name: "b"}, {Name: "b"}}}},
	} {
		path := filepath.Join(t.TempDir(), "x.db")
		if _, err := sqlite.Open(t.Context(), path, sqlite.Options{Collections: c}); err == nil {
			t.Errorf("%+v was accepted", c)
		}
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	db := open(t, filepath.Join(t.TempDir(), "x.db"))
	if err := errors.Join(db.Close(), db.Close()); err != nil {
		t.Fatal(err)
	}
	if err := db.Insert(t.Context(), "marks", store.Doc{ID: "a", Body: []byte("{}")}); !errors.Is(err, sqlite.ErrClosed) {
		t.Errorf("Insert: %v, want ErrClosed", err)
	}
	if _, err := db.Get(t.Context(), "marks", "a"); err == nil {
		t.Error("Get worked after Close")
	}
	if err := db.Ping(t.Context()); err == nil {
		t.Error("Ping worked after Close")
	}
}
