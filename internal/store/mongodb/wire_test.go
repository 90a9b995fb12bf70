package mongodb_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/internal/store/mongodb"
	"github.com/xinglu/xinglu/internal/store/mongowire"
)

var update = flag.Bool("update", false, "rewrite testdata")

var people = []store.Collection{{Name: "people", Indexes: []store.Index{
	{Name: "by_city"}, {Name: "by_number", Unique: true},
}}}

func open(t *testing.T, s *mongowire.Server, o mongodb.Options) *mongodb.DB {
	t.Helper()
	o.URI = s.URI()
	if o.Collections == nil {
		o.Collections = people
	}
	db, err := mongodb.Open(t.Context(), o)
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

func person(id string, version int64, city string) store.Doc {
	return store.Doc{ID: id, Version: version, Keys: map[string]string{"by_city": city, "by_number": "n" + id}, Body: []byte(`{"n":1.50}`)}
}

// testBlock is n records of the stream from first on, with key k<seq> each.
func testBlock(stream string, first int64, n int) ledger.Block {
	var b ledger.Block
	for seq := first; seq < first+int64(n); seq++ {
		b.Records = append(b.Records, ledger.Record{
			Stream: ledger.StreamID(stream), Seq: seq, At: time.UnixMilli(1_700_000_000_000 + seq).UTC(),
			Kind: "mark.entered", Actor: "judge-1", Key: fmt.Sprint("k", seq), Data: []byte(`{"mark":150}`),
			Prev: bytes.Repeat([]byte{byte(seq - 1)}, 32), Hash: bytes.Repeat([]byte{byte(seq)}, 32),
		})
	}
	return b
}

// TestCommands compares the exact commands of every method with a golden
// file, so that a change of a filter or write concern is seen in review.
func TestCommands(t *testing.T) {
	t.Parallel()
	server := startServer(t, mongowire.Options{})
	var out bytes.Buffer
	record := func(step string) {
		fmt.Fprintf(&out, "# %s\n", step)
		for _, c := range server.Commands() {
			fmt.Fprintf(&out, "%s\n", normal(t, c.Body))
		}
		server.Forget()
	}
	db := open(t, server, mongodb.Options{Database: "golden"})
	record("Open")
	ctx := t.Context()
	docs, blocks := db, db.Ledger()
	for _, s := range []struct {
		name string
		want error
		do   func() error
	}{
		{"Insert", nil, func() error { return docs.Insert(ctx, "people", person("a", 0, "青岛")) }},
		{"Insert without keys", nil, func() error { return docs.Insert(ctx, "people", store.Doc{ID: "b", Body: []byte(`{}`)}) }},
		{"Insert of a taken id", store.ErrExists, func() error { return docs.Insert(ctx, "people", store.Doc{ID: "b", Body: []byte(`{}`)}) }},
		{"Get", nil, func() error { _, err := docs.Get(ctx, "people", "a"); return err }},
		{"Replace", nil, func() error { return docs.Replace(ctx, "people", person("a", 1, "济南")) }},
		{"Replace of an old version", store.ErrVersion, func() error { return docs.Replace(ctx, "people", person("a", 1, "济南")) }},
		{"Delete of what is not there", store.ErrNotFound, func() error { return docs.Delete(ctx, "people", "c", 1) }},
		{"Delete", nil, func() error { return docs.Delete(ctx, "people", "b", 1) }},
		{"Find by id", nil, find(ctx, docs, store.Query{Limit: 10})},
		{"Find by index, equal", nil, find(ctx, docs, store.Query{Index: "by_city", Equal: "济南", Limit: 10})},
		{"Find by index, prefix, second page", nil, find(ctx, docs, store.Query{Index: "by_city", Prefix: "济",
			After: store.Cursor{Value: "济南", ID: "a"}.String(), Limit: 10})},
		{"Find by unique index", nil, find(ctx, docs, store.Query{Index: "by_number", Equal: "na", Limit: 1})},
		{"Commit of two blocks", nil, func() error {
			_, err := blocks.Commit(ctx, []ledger.Block{testBlock("s/1", 1, 2), testBlock("s/2", 1, 1)})
			return err
		}},
		{"Head", nil, func() error { _, err := blocks.Head(ctx, "s/1"); return err }},
		{"Read", nil, func() error { _, err := blocks.Read(ctx, "s/1", 1, 100); return err }},
		{"FindKey", nil, func() error { _, _, err := blocks.FindKey(ctx, "s/1", "k2"); return err }},
		{"Streams", nil, func() error { _, err := blocks.Streams(ctx, "s/1", 500); return err }},
	} {
		if err := s.do(); !sameError(err, s.want) {
			t.Errorf("%s: got error %v, want %v", s.name, err, s.want)
		}
		record(s.name)
	}
	golden(t, "commands.golden", out.Bytes())
}

func find(ctx context.Context, db store.DB, q store.Query) func() error {
	return func() error { _, err := db.Find(ctx, "people", q); return err }
}

// normal is a command without what differs from run to run.
func normal(t *testing.T, body bson.Raw) []byte {
	t.Helper()
	var d, out bson.D
	if err := bson.Unmarshal(body, &d); err != nil {
		t.Fatal(err)
	}
	for _, e := range d {
		switch e.Key {
		case "lsid", "txnNumber":
			e.Value = "…"
		case "maxTimeMS":
			continue // only there when the context has a deadline
		}
		out = append(out, e)
	}
	text, err := bson.MarshalExtJSON(out, false, false)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got); run with -update if that is right:\n%s", name, diff)
	}
}
