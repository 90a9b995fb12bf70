package sqlite_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	driver "modernc.org/sqlite"

	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/internal/store/sqlite"
)

// The test binary runs itself as a child that dies, or that is refused.
const childEnv = "XINGLU_TEST_SQLITE_CHILD"

func TestMain(m *testing.M) {
	switch what, path, _ := strings.Cut(os.Getenv(childEnv), " "); what {
	case "load":
		fmt.Println("error", load(path))
		os.Exit(1) // only a kill ends it well
	case "open":
		db, err := sqlite.Open(context.Background(), path, sqlite.Options{})
		fmt.Println(errors.Is(err, sqlite.ErrInUse), db != nil)
		os.Exit(0)
	}
	// The program's first use of SQLite is Open, which sets this; here it may be
	// a test that looks at a file without Open.
	if _, err := driver.OFDLocking(true); err != nil && !errors.Is(err, driver.ErrOFDLockingUnavailable) {
		panic(err)
	}
	code := m.Run()
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func child(t *testing.T, what, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+what+" "+path)
	cmd.Stderr = os.Stderr
	return cmd
}

var crashOptions = sqlite.Options{Collections: []store.Collection{{Name: "marks", Indexes: []store.Index{{Name: "by_round"}}}}}

// load writes records and documents from many goroutines without end, and
// prints a line for each one after it was acknowledged.
func load(path string) error {
	ctx := context.Background()
	db, err := sqlite.Open(ctx, path, crashOptions)
	if err != nil {
		return err
	}
	l := ledger.Open(db.Ledger(), ledger.Options{})
	round := time.Now().UnixNano()
	failed := make(chan error)
	for w := range 48 {
		go func() {
			for i := 0; ; i++ {
				stream := ledger.StreamID(fmt.Sprintf("attempt/%d", w%20)) // some are shared
				a, err := l.Append(ctx, ledger.Entry{Stream: stream, Expect: ledger.AnySeq, At: time.UnixMilli(int64(i)),
					Kind: "attempt.answered", Key: fmt.Sprintf("%d-%d-%d", round, w, i), Data: body(w, i)})
				if err != nil {
					failed <- err
				}
				os.Stdout.WriteString(fmt.Sprintf("record %s %d %x\n", stream, a.Seq, a.Hash))
			}
		}()
	}
	for w := range 8 {
		go func() {
			for i := 0; ; i++ {
				d := store.Doc{ID: fmt.Sprintf("%d-%d-%d", round, w, i), Body: json.RawMessage(body(w, i)), Keys: map[string]string{"by_round": fmt.Sprint(i)}}
				if err := db.Insert(ctx, "marks", d); err != nil {
					failed <- err
				}
				os.Stdout.WriteString("document " + d.ID + "\n")
			}
		}()
	}
	return <-failed
}

// TestKill kills a loaded process without warning, several times over, and
// looks for everything it had acknowledged.
func TestKill(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	var acked []string
	for round := range 4 {
		acked = append(acked, killAfter(t, path, 200+300*round)...)
		if len(acked) < 200 {
			t.Fatalf("only %d acknowledgements", len(acked))
		}
		// As the crash left it, without repairing anything.
		db, err := sqlite.OpenReadOnly(t.Context(), path, crashOptions)
		if err != nil {
			t.Fatal(err)
		}
		verifyClean(t, db)
		check(t, db, acked)
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		// And as the program finds it at its next start.
		db, err = sqlite.Open(t.Context(), path, crashOptions)
		if err != nil {
			t.Fatal(err)
		}
		verifyClean(t, db)
		check(t, db, acked)
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d acknowledged writes over 4 kills, all there", len(acked))
}

// killAfter runs the load until n lines have come and returns all that did.
func killAfter(t *testing.T, path string, n int) []string {
	t.Helper()
	cmd := child(t, "load", path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var lines []string
	r := bufio.NewReader(out)
	for {
		line, err := r.ReadString('\n')
		if err != nil { // what is left is an unfinished line
			break
		}
		if strings.HasPrefix(line, "error") {
			t.Errorf("the child ended by itself: %s", line)
		}
		if lines = append(lines, strings.TrimSpace(line)); len(lines) == n {
			if err := cmd.Process.Kill(); err != nil {
				t.Error(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the child was not killed")
	}
	return lines
}

func verifyClean(t *testing.T, db *sqlite.DB) {
	t.Helper()
	s, err := ledger.Verify(t.Context(), db.Ledger(), ledger.VerifyOptions{}, func(f ledger.Finding) { t.Errorf("%s", f) })
	if err != nil || s.Records == 0 {
		t.Errorf("verify: %+v, %v", s, err)
	}
}

func check(t *testing.T, db *sqlite.DB, acked []string) {
	t.Helper()
	streams := map[string][]ledger.Record{}
	for _, line := range acked {
		f := strings.Fields(line)
		if f[0] == "document" {
			if _, err := db.Get(t.Context(), "marks", f[1]); err != nil {
				t.Errorf("acknowledged document %s: %v", f[1], err)
			}
			continue
		}
		if streams[f[1]] == nil {
			if _, err := ledger.Fold(t.Context(), db.Ledger(), ledger.StreamID(f[1]), 0, func(r ledger.Record) error {
				streams[f[1]] = append(streams[f[1]], r)
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		var seq int
		fmt.Sscan(f[2], &seq)
		hash, _ := hex.DecodeString(f[3])
		if records := streams[f[1]]; seq > len(records) || !bytes.Equal(records[seq-1].Hash, hash) {
			t.Errorf("acknowledged record is lost: %s", line)
		}
	}
}

// TestOneProgramOnly: a second Open is refused, here and in another process,
// and reading beside the owner is not.
func TestOneProgramOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sub", "x.db")
	db := open(t, path)
	if _, err := sqlite.Open(t.Context(), path, sqlite.Options{}); !errors.Is(err, sqlite.ErrInUse) {
		t.Errorf("second Open: %v, want ErrInUse", err)
	}
	// Other code of this process that opens and closes the files must not cost
	// the lock.
	for _, p := range []string{path, path + ".lock"} {
		if !driver.OFDLockingEnabled() {
			t.Log("this platform's locks are lost when a file is closed; not tried")
			break
		}
		if _, err := os.ReadFile(p); err != nil {
			t.Error(err)
		}
	}
	out, err := child(t, "open", path).Output()
	if err != nil || string(out) != "true false\n" {
		t.Errorf("Open in another process: %q, %v, want ErrInUse", out, err)
	}

	l := ledger.Open(db.Ledger(), ledger.Options{})
	defer l.Close()
	reader, err := sqlite.OpenReadOnly(t.Context(), path, crashOptions)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 50 {
				if _, err := l.Append(t.Context(), ledger.Entry{Stream: "s", Expect: ledger.AnySeq, Data: body(w, i)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 10 {
		if _, err := ledger.Verify(t.Context(), reader.Ledger(), ledger.VerifyOptions{}, func(f ledger.Finding) { t.Errorf("%s", f) }); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
	if h, err := reader.Ledger().Head(t.Context(), "s"); err != nil || h.Seq != 400 {
		t.Errorf("the reader sees #%d, %v", h.Seq, err)
	}
	if err := reader.Insert(t.Context(), "marks", store.Doc{ID: "a", Body: json.RawMessage("{}")}); !errors.Is(err, sqlite.ErrReadOnly) {
		t.Errorf("Insert: %v, want ErrReadOnly", err)
	}
	_, err = reader.Ledger().Commit(t.Context(), []ledger.Block{{Records: make([]ledger.Record, 1)}})
	if !errors.Is(err, sqlite.ErrReadOnly) {
		t.Errorf("Commit: %v, want ErrReadOnly", err)
	}
}
