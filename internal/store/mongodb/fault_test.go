package mongodb_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/internal/store/mongodb"
	"github.com/xinglu/xinglu/internal/store/mongowire"
)

func sameError(got, want error) bool {
	return want == nil && got == nil || want != nil && errors.Is(got, want)
}

// always is more often than any command is tried again.
const always = 1000

// TestOneFaultIsHidden: the driver tries once more and the server knows a
// write it has applied already, so the caller sees one success.
func TestOneFaultIsHidden(t *testing.T) {
	t.Parallel()
	for _, kind := range []mongowire.FaultKind{mongowire.DropBefore, mongowire.DropAfter, mongowire.NotPrimary} {
		server := startServer(t, mongowire.Options{})
		db := open(t, server, mongodb.Options{})
		server.Inject(mongowire.Fault{Command: "insert", Times: 1, Do: kind})
		errs, err := db.Ledger().Commit(t.Context(), []ledger.Block{testBlock("s/1", 1, 3)})
		if err != nil || errs[0] != nil {
			t.Fatalf("fault %d: Commit: %v, %v", kind, errs, err)
		}
		wantRecords(t, db, "s/1", 3)
		server.Inject(mongowire.Fault{Command: "update", Times: 1, Do: kind})
		insert(t, db, person("a", 0, "x"))
		if err := db.Replace(t.Context(), "people", person("a", 1, "y")); err != nil {
			t.Fatalf("fault %d: Replace: %v", kind, err)
		}
		if d, err := db.Get(t.Context(), "people", "a"); err != nil || d.Version != 2 {
			t.Errorf("fault %d: version %d, %v", kind, d.Version, err)
		}
	}
}

// TestLostReply: an insert is applied but every reply is lost. The append is
// Unavailable; with the same key it is a replay later, and nothing is there
// twice.
func TestLostReply(t *testing.T) {
	t.Parallel()
	for _, kind := range []mongowire.FaultKind{mongowire.DropAfter, mongowire.WriteConcernTimeout} {
		server := startServer(t, mongowire.Options{})
		db := open(t, server, mongodb.Options{Timeout: time.Second})
		l := ledger.Open(db.Ledger(), ledger.Options{Timeout: time.Second})
		defer l.Close()
		entry := ledger.Entry{Stream: "attempt/1", Expect: 0, Kind: "attempt.answered", Actor: "c1", Key: "frame-1", Data: []byte(`{"q":1}`)}

		server.Inject(mongowire.Fault{Command: "insert", Times: always, Do: kind})
		_, err := l.Append(t.Context(), entry)
		if fault.KindOf(err) != fault.Unavailable {
			t.Fatalf("fault %d: Append: got %v, want an Unavailable fault", kind, err)
		}
		server.ClearFaults()
		a, err := l.Append(t.Context(), entry)
		if err != nil || !a.Replayed || a.Seq != 1 {
			t.Errorf("fault %d: Append again: %+v, %v", kind, a, err)
		}
		wantRecords(t, db, "attempt/1", 1)
	}
}

// TestNothingStored: faults that come before a write leave nothing behind and
// are Unavailable.
func TestNothingStored(t *testing.T) {
	t.Parallel()
	for _, kind := range []mongowire.FaultKind{mongowire.DropBefore, mongowire.NotPrimary} {
		server := startServer(t, mongowire.Options{})
		db := open(t, server, mongodb.Options{Timeout: time.Second})
		server.Inject(mongowire.Fault{Command: "insert", Times: always, Do: kind})
		errs, err := db.Ledger().Commit(t.Context(), []ledger.Block{testBlock("s/1", 1, 1)})
		if fault.KindOf(err) != fault.Unavailable || errs != nil {
			t.Errorf("fault %d: Commit: %v, %v", kind, errs, err)
		}
		if err := db.Insert(t.Context(), "people", person("a", 0, "x")); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("fault %d: Insert: %v", kind, err)
		}
		server.ClearFaults()
		wantRecords(t, db, "s/1", 0)
		insert(t, db, person("a", 0, "x"))
	}
}

// TestSlowServer: the caller's deadline and cancellation end a call, and both
// stay visible in the error.
func TestSlowServer(t *testing.T) {
	t.Parallel()
	server := startServer(t, mongowire.Options{})
	db := open(t, server, mongodb.Options{})
	server.Inject(mongowire.Fault{Command: "find", Times: always, Do: mongowire.Slow, Delay: time.Minute})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := db.Get(ctx, "people", "a")
	if !errors.Is(err, context.DeadlineExceeded) || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("deadline: got %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, stop)
	if _, err := db.Get(ctx, "people", "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}

// TestRefusedBlocks: one command stores what it can, and tells each block's
// own error.
func TestRefusedBlocks(t *testing.T) {
	t.Parallel()
	server := startServer(t, mongowire.Options{})
	db := open(t, server, mongodb.Options{})
	commit(t, db, testBlock("s/1", 1, 4), nil)
	huge := testBlock("s/5", 1, 5)
	for i := range huge.Records {
		huge.Records[i].Data = make([]byte, ledger.MaxData)
	}
	sameKey := testBlock("s/1", 5, 1)
	sameKey.Records[0].Key = "k2"
	server.Forget()
	errs, err := db.Ledger().Commit(t.Context(), []ledger.Block{
		testBlock("s/2", 1, 1), huge, testBlock("s/1", 1, 1), testBlock("s/3", 1, 1), sameKey,
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []error{nil, ledger.ErrTooLarge, ledger.ErrTaken, nil, ledger.ErrTaken} {
		if !sameError(errs[i], want) {
			t.Errorf("block %d: got %v, want %v", i, errs[i], want)
		}
	}
	if n := len(server.Commands()); n != 1 {
		t.Errorf("%d commands, want 1", n)
	}
	commit(t, db, testBlock("s/1", 3, 1), ledger.ErrTaken) // inside the first block
	wantRecords(t, db, "s/1", 4)
	wantRecords(t, db, "s/5", 0)
}

// TestTwoNodes: many nodes write the same place of a stream at once; exactly
// one wins each.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	server := startServer(t, mongowire.Options{})
	nodes := []*mongodb.DB{open(t, server, mongodb.Options{}), open(t, server, mongodb.Options{})}
	var mu sync.Mutex
	won := map[int64]int{}
	var wg sync.WaitGroup
	for _, db := range nodes {
		wg.Go(func() {
			for seq := int64(1); seq <= 40; seq++ {
				errs, err := db.Ledger().Commit(t.Context(), []ledger.Block{testBlock("s/1", seq, 1)})
				if err != nil || errs[0] != nil && !errors.Is(errs[0], ledger.ErrTaken) {
					t.Errorf("seq %d: %v %v", seq, errs, err)
				}
				if errs != nil && errs[0] == nil {
					mu.Lock()
					won[seq]++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	for seq := int64(1); seq <= 40; seq++ {
		if won[seq] != 1 {
			t.Errorf("place %d was won %d times", seq, won[seq])
		}
	}
	wantRecords(t, nodes[0], "s/1", 40)
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	standalone := startServer(t, mongowire.Options{Standalone: true})
	old := startServer(t, mongowire.Options{WireVersion: 13})
	conflict := startServer(t, mongowire.Options{})
	open(t, conflict, mongodb.Options{})
	uniqueNow := []store.Collection{{Name: "people", Indexes: []store.Index{{Name: "by_city", Unique: true}}}}
	for _, tc := range []struct {
		name string
		o    mongodb.Options
		want error
	}{
		{"standalone", mongodb.Options{URI: standalone.URI()}, mongodb.ErrStandalone},
		{"old server", mongodb.Options{URI: old.URI()}, mongodb.ErrTooOld},
		{"another index", mongodb.Options{URI: conflict.URI(), Collections: uniqueNow}, mongodb.ErrIndex},
		{"no URI", mongodb.Options{URI: "127.0.0.1:27017"}, mongodb.ErrURI},
		{"bad URI", mongodb.Options{URI: "mongodb://"}, mongodb.ErrURI},
		{"bad database", mongodb.Options{URI: conflict.URI(), Database: "a.b"}, mongodb.ErrURI},
		{"nobody there", mongodb.Options{URI: "mongodb://" + closedPort(t) + "/?replicaSet=x", Timeout: 300 * time.Millisecond}, mongodb.ErrUnavailable},
		{"the ledger's name", mongodb.Options{URI: conflict.URI(), Collections: []store.Collection{{Name: "ledger_blocks"}}}, store.ErrUndeclared},
		{"bad declaration", mongodb.Options{URI: conflict.URI(), Collections: []store.Collection{{Name: "A b"}}}, store.ErrUndeclared},
	} {
		db, err := mongodb.Open(t.Context(), tc.o)
		if !errors.Is(err, tc.want) || db != nil {
			t.Errorf("%s: got %v, want %v", tc.name, err, tc.want)
		}
		noDriverError(t, tc.name, err)
	}
}

// TestStandalone: when allowed, the documents and the ledger work the same.
func TestStandalone(t *testing.T) {
	t.Parallel()
	server := startServer(t, mongowire.Options{Standalone: true})
	db := open(t, server, mongodb.Options{AllowStandalone: true})
	insert(t, db, person("a", 0, "x"))
	commit(t, db, testBlock("s/1", 1, 2), nil)
	commit(t, db, testBlock("s/1", 2, 1), ledger.ErrTaken)
	wantRecords(t, db, "s/1", 2)
}

func TestClosed(t *testing.T) {
	t.Parallel()
	server := startServer(t, mongowire.Options{})
	db := open(t, server, mongodb.Options{})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := db.Get(t.Context(), "people", "a")
	if !errors.Is(err, mongodb.ErrClosed) {
		t.Errorf("Get after Close: %v", err)
	}
	if err := db.Ping(t.Context()); !errors.Is(err, mongodb.ErrClosed) {
		t.Errorf("Ping after Close: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

// TestDuplicateNamesItsKey: which unique index refused is told as a field.
func TestDuplicateNamesItsKey(t *testing.T) {
	t.Parallel()
	server := startServer(t, mongowire.Options{})
	db := open(t, server, mongodb.Options{})
	insert(t, db, person("a", 0, "x"))
	other := person("b", 0, "x")
	other.Keys["by_number"] = "na"
	err := db.Insert(t.Context(), "people", other)
	if !errors.Is(err, store.ErrDuplicate) || fault.As(err).Fields[0].Path != "keys.by_number" {
		t.Errorf("got %v", err)
	}
	noDriverError(t, "duplicate", err)
}

func noDriverError(t *testing.T, name string, err error) {
	t.Helper()
	for e := err; e != nil; e = errors.Unwrap(e) {
		if _, ok := e.(mongo.ServerError); ok {
			t.Errorf("%s: an error of the driver gets out: %T", name, e)
		}
	}
	if err != nil && strings.Contains(err.Error(), "mongowire") {
		t.Errorf("%s: a violation: %v", name, err)
	}
}

func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func insert(t *testing.T, db *mongodb.DB, d store.Doc) {
	t.Helper()
	if err := db.Insert(t.Context(), "people", d); err != nil {
		t.Fatal(err)
	}
}

func commit(t *testing.T, db *mongodb.DB, b ledger.Block, want error) {
	t.Helper()
	errs, err := db.Ledger().Commit(t.Context(), []ledger.Block{b})
	if err != nil || !sameError(errs[0], want) {
		t.Fatalf("Commit: %v, %v; want %v", errs, err, want)
	}
}

func wantRecords(t *testing.T, db *mongodb.DB, stream ledger.StreamID, n int) {
	t.Helper()
	got, err := db.Ledger().Read(t.Context(), stream, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range got {
		if r.Seq != int64(i+1) {
			t.Errorf("%s: record %d has seq %d", stream, i, r.Seq)
		}
	}
	if len(got) != n {
		t.Errorf("%s: %d records, want %d", stream, len(got), n)
	}
}
