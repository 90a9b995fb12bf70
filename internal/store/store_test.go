package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/internal/store/sqlite"
)

type seat struct {
	Room   string `json:"room"`
	Number int    `json:"number"`
	Taken  int    `json:"taken"`
}

var seats = store.Table[seat]{
	Collection: store.Collection{Name: "seats", Indexes: []store.Index{{Name: "by_room"}}},
	ID:         func(s *seat) string { return fmt.Sprintf("%s-%04d", s.Room, s.Number) },
	Keys:       func(s *seat) map[string]string { return map[string]string{"by_room": store.Key(s.Room)} },
}

func open(t *testing.T) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), sqlite.Options{Collections: []store.Collection{seats.Collection}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestTable(t *testing.T) {
	t.Parallel()
	db, ctx := open(t), t.Context()
	s := seat{Room: "r1", Number: 1}
	if err := seats.Insert(ctx, db, &s); err != nil {
		t.Fatal(err)
	}
	if err := seats.Insert(ctx, db, &s); !errors.Is(err, store.ErrExists) {
		t.Errorf("second Insert: %v", err)
	}
	got, err := seats.Get(ctx, db, "r1-0001")
	if d := cmp.Diff(store.Versioned[seat]{Value: s, Version: 1}, got); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
	if _, err := seats.Get(ctx, db, "r9-0001"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Get of nothing: %v", err)
	}
	refusal := errors.New("no")
	if _, err := seats.Update(ctx, db, "r1-0001", func(s *seat) error { s.Taken = 9; return refusal }); !errors.Is(err, refusal) {
		t.Errorf("refused Update: %v", err)
	}
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for range 10 {
				if _, err := seats.Update(ctx, db, "r1-0001", func(s *seat) error { s.Taken++; return nil }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got, err := seats.Get(ctx, db, "r1-0001"); err != nil || got.Value.Taken != 60 || got.Version != 61 {
		t.Errorf("after 60 updates: %+v, %v", got, err)
	}
}

// TestTableAll reads more than one page.
func TestTableAll(t *testing.T) {
	t.Parallel()
	db, ctx := open(t), t.Context()
	var wg sync.WaitGroup
	for w := range 10 {
		wg.Go(func() {
			for n := range 120 {
				if err := seats.Insert(ctx, db, &seat{Room: "big", Number: w*120 + n}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := seats.Insert(ctx, db, &seat{Room: "bigger"}); err != nil {
		t.Fatal(err)
	}
	all, err := seats.All(ctx, db, store.Query{Index: "by_room", Prefix: store.Key("big")})
	if err != nil || len(all) != 1200 {
		t.Fatalf("%d seats, %v", len(all), err)
	}
	for i, s := range all {
		if s.Number != i || s.Room != "big" {
			t.Fatalf("seat %d is %+v", i, s)
		}
	}
}

// TestKey: keys are equal only for equal parts, and some parts are a prefix
// exactly when their key is.
func TestKey(t *testing.T) {
	t.Parallel()
	part := rapid.StringMatching(`[ab中]{0,2}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.SliceOf(part).Draw(t, "a"), rapid.SliceOf(part).Draw(t, "b")
		prefix := len(a) <= len(b) && cmp.Equal(append([]string{}, a...), append([]string{}, b[:len(a)]...))
		if got := strings.HasPrefix(store.Key(b...), store.Key(a...)); got != prefix {
			t.Errorf("%q before %q: %v, want %v", a, b, got, prefix)
		}
	})
	parts := []string{"a\x1fb"}
	if store.Key(parts...) != "a b\x1f" || parts[0] != "a\x1fb" {
		t.Errorf("separator in a part: %q, part now %q", store.Key(parts...), parts[0])
	}
}

func TestCursor(t *testing.T) {
	t.Parallel()
	text := rapid.StringN(0, 20, 100).Filter(func(s string) bool { return !strings.Contains(s, "\x00") })
	rapid.Check(t, func(t *rapid.T) {
		c := store.Cursor{Value: text.Draw(t, "value"), ID: text.Filter(func(s string) bool { return s != "" }).Draw(t, "id")}
		if got, err := store.ParseCursor(c.String()); err != nil || got != c {
			t.Errorf("%+v came back as %+v, %v", c, got, err)
		}
	})
	for _, s := range []string{"", "x", "!!", store.Cursor{Value: "v"}.String()} {
		if c, err := store.ParseCursor(s); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%q parsed as %+v, %v", s, c, err)
		}
	}
}

func TestSchema(t *testing.T) {
	t.Parallel()
	s, err := store.NewSchema([]store.Collection{{Name: "b"}, {Name: "a", Indexes: []store.Index{{Name: "x"}}}})
	if err != nil {
		t.Fatal(err)
	}
	if all := s.Collections(); len(all) != 2 || all[0].Name != "a" {
		t.Errorf("collections %+v", all)
	}
	c, err := s.Collection("a")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.CheckDoc(store.Doc{ID: "1", Keys: map[string]string{"x": ""}, Body: json.RawMessage("{}")}); err != nil {
		t.Error(err)
	}
	if _, err := s.Collection("c"); !errors.Is(err, store.ErrUndeclared) {
		t.Errorf("undeclared collection: %v", err)
	}
}
