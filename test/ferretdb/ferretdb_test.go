package ferretdb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/FerretDB/FerretDB/ferretdb"
	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/internal/store/mongodb"
)

// open starts FerretDB and opens our adapter on it, through the relay.
func open(t *testing.T) *mongodb.DB {
	t.Helper()
	f, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Handler:   "sqlite",
		SQLiteURL: "file:" + t.TempDir() + "/",
		Logger:    slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	server := strings.Trim(strings.TrimPrefix(f.MongoDBURI(), "mongodb:"), "/")
	db, err := mongodb.Open(t.Context(), mongodb.Options{
		URI: "mongodb://" + startRelay(t, server) + "/", AllowStandalone: true,
		Collections: []store.Collection{{Name: "people", Indexes: []store.Index{{Name: "by_city"}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func person(id, city string) store.Doc {
	return store.Doc{ID: id, Version: 1, Keys: map[string]string{"by_city": city}, Body: []byte(`{"name":"𠮷 ` + id + `","n":1.50,"at":"2026-11-23T10:00:00.123456Z"}`)}
}

func TestDocuments(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	var all []store.Doc
	for i, city := range []string{"青岛", "济南", "济南", "烟台", "济宁", "济南"} {
		d := person(fmt.Sprint("p", i), city)
		all = append(all, d)
		if err := db.Insert(ctx, "people", d); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range all {
		got, err := db.Get(ctx, "people", want.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s comes back changed (-want +got):\n%s", want.ID, diff)
		}
	}
	// FerretDB does not say which index refused, so it is not ErrExists here.
	if err := db.Insert(ctx, "people", all[0]); !errors.Is(err, store.ErrDuplicate) {
		t.Errorf("Insert of a taken id: %v", err)
	}
	if _, err := db.Get(ctx, "people", "none"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Get of nothing: %v", err)
	}
	for _, tc := range []struct {
		q    store.Query
		want string
	}{
		{store.Query{}, "p0 p1 p2 p3 p4 p5"},
		{store.Query{Prefix: "p"}, "p0 p1 p2 p3 p4 p5"},
		{store.Query{Equal: "p3"}, "p3"},
		{store.Query{Index: "by_city"}, "p1 p2 p5 p4 p3 p0"}, // 济南 < 济宁 < 烟台 < 青岛 in byte order
		{store.Query{Index: "by_city", Equal: "济南"}, "p1 p2 p5"},
		{store.Query{Index: "by_city", Prefix: "济"}, "p1 p2 p5 p4"},
	} {
		for _, limit := range []int{1, 2, 10} {
			tc.q.Limit = limit
			if got := pages(t, db, tc.q); got != tc.want {
				t.Errorf("%+v: got %s, want %s", tc.q, got, tc.want)
			}
		}
	}
}

// pages are the ids of all pages of the query.
func pages(t *testing.T, db *mongodb.DB, q store.Query) string {
	t.Helper()
	var ids []string
	for {
		p, err := db.Find(t.Context(), "people", q)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range p.Docs {
			ids = append(ids, d.ID)
		}
		if p.Next == "" {
			return strings.Join(ids, " ")
		}
		q.After = p.Next
	}
}

func TestCompareAndSet(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	d := person("a", "青岛")
	if err := db.Insert(ctx, "people", d); err != nil {
		t.Fatal(err)
	}
	next := person("a", "济南")
	for i, want := range []error{nil, store.ErrVersion} {
		if err := db.Replace(ctx, "people", next); !errors.Is(err, want) {
			t.Errorf("Replace %d: got %v, want %v", i+1, err, want)
		}
	}
	if got, err := db.Get(ctx, "people", "a"); err != nil || got.Version != 2 || got.Keys["by_city"] != "济南" {
		t.Errorf("got %+v, %v", got, err)
	}
	for i, want := range []error{store.ErrVersion, nil, store.ErrNotFound} {
		if err := db.Delete(ctx, "people", "a", int64(min(i, 1)+1)); !errors.Is(err, want) {
			t.Errorf("Delete %d: got %v, want %v", i+1, err, want)
		}
	}
}

func TestLedger(t *testing.T) {
	b := open(t).Ledger()
	ctx := t.Context()
	one, two, other := block("s/1", 1, 3), block("s/1", 4, 2), block("s/2", 1, 1)
	for _, blocks := range [][]ledger.Block{{one, other}, {two}} {
		errs, err := b.Commit(ctx, blocks)
		if err != nil || errors.Join(errs...) != nil {
			t.Fatal(err, errs)
		}
	}
	errs, err := b.Commit(ctx, []ledger.Block{block("s/3", 1, 1), two, block("s/4", 1, 1)})
	if err != nil || errs[0] != nil || !errors.Is(errs[1], ledger.ErrTaken) || errs[2] != nil {
		t.Errorf("a taken place among others: %v, %v", errs, err)
	}
	want := append(append([]ledger.Record{}, one.Records...), two.Records...)
	for _, tc := range []struct {
		after int64
		limit int
	}{{0, 10}, {0, 2}, {2, 2}, {4, 1}, {5, 10}} {
		got, err := b.Read(ctx, "s/1", tc.after, tc.limit)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want[tc.after:min(int(tc.after)+tc.limit, 5)], got); diff != "" {
			t.Errorf("Read after %d, limit %d (-want +got):\n%s", tc.after, tc.limit, diff)
		}
	}
	h, err := b.Head(ctx, "s/1")
	if err != nil || h.Seq != 5 || !bytes.Equal(h.Hash, want[4].Hash) {
		t.Errorf("Head: %+v, %v", h, err)
	}
	r, ok, err := b.FindKey(ctx, "s/1", "k5")
	if err != nil || !ok || r.Seq != 5 {
		t.Errorf("FindKey: %+v, %v, %v", r, ok, err)
	}
	if _, ok, err := b.FindKey(ctx, "s/2", "k5"); err != nil || ok {
		t.Errorf("FindKey in another stream: %v, %v", ok, err)
	}
}

func block(stream ledger.StreamID, first int64, n int) ledger.Block {
	var b ledger.Block
	for seq := first; seq < first+int64(n); seq++ {
		b.Records = append(b.Records, ledger.Record{
			Stream: stream, Seq: seq, At: time.UnixMilli(1_700_000_000_000 + seq).UTC(),
			Kind: "mark.entered", Actor: "裁判 1", Key: fmt.Sprint("k", seq), Data: []byte(`{"mark":150}`),
			Prev: bytes.Repeat([]byte{byte(seq - 1)}, 32), Hash: bytes.Repeat([]byte{byte(seq)}, 32),
		})
	}
	return b
}
