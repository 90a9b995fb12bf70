package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store/sqlite"
)

func open(t *testing.T, path string) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path, crashOptions)
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

// written makes a closed file with 3 streams of 30 records and returns its
// path and the records.
func written(t *testing.T) (string, []ledger.Record) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.db")
	db := open(t, path)
	l := ledger.Open(db.Ledger(), ledger.Options{})
	for i := range 90 {
		e := ledger.Entry{Stream: ledger.StreamID(fmt.Sprintf("attempt/%d", i%3)), Expect: int64(i / 3), At: time.UnixMilli(int64(i)),
			Kind: "attempt.answered", Actor: "candidate", Key: fmt.Sprint("key-", i), Data: fmt.Appendf(nil, `{"marker-%03d":"%0100d"}`, i, i)}
		if _, err := l.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	records, err := contents(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + "-wal"); err == nil {
		t.Fatal("the write-ahead log outlived Close: the file alone is not the whole database")
	}
	return path, records
}

func contents(ctx context.Context, db *sqlite.DB) ([]ledger.Record, error) {
	var all []ledger.Record
	heads, err := db.Ledger().Streams(ctx, "", 100)
	for _, h := range heads {
		if _, e := ledger.Fold(ctx, db.Ledger(), h.Stream, 0, func(r ledger.Record) error {
			all = append(all, r)
			return nil
		}); e != nil {
			err = e
		}
	}
	return all, err
}

// findings verifies the file as the operator's command does.
func findings(t *testing.T, path string) ([]string, error) {
	t.Helper()
	db, err := sqlite.OpenReadOnly(t.Context(), path, sqlite.Options{})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	var got []string
	_, err = ledger.Verify(t.Context(), db.Ledger(), ledger.VerifyOptions{}, func(f ledger.Finding) {
		got = append(got, fmt.Sprintf("%s#%d %s", f.Stream, f.Seq, f.Code))
	})
	return got, err
}

// TestFlippedByteIsNamed flips one byte inside each record's data in turn. A
// page that was split keeps a dead copy of what moved, so each copy is hit.
func TestFlippedByteIsNamed(t *testing.T) {
	t.Parallel()
	path, records := written(t)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range records {
		if i%7 > 0 {
			continue
		}
		flipped := bytes.Clone(r.Data)
		flipped[i%len(flipped)] ^= 0x01
		if !bytes.Contains(file, r.Data) {
			t.Fatalf("%s #%d is not in the file as it is", r.Stream, r.Seq)
		}
		broken := bytes.ReplaceAll(file, r.Data, flipped)
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := findings(t, path)
		if want := []string{fmt.Sprintf("%s#%d changed", r.Stream, r.Seq)}; err != nil || !slices.Equal(got, want) {
			t.Errorf("findings %q, %v, want %q", got, err, want)
		}
	}
}

// TestNoSilentDamage flips bytes anywhere in the file. Where Verify finds
// nothing, the ledger must read exactly as it was written.
func TestNoSilentDamage(t *testing.T) {
	t.Parallel()
	path, records := written(t)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	seen := 0
	for range 40 {
		at, bit := rng.IntN(len(file)), byte(1)<<rng.IntN(8)
		broken := bytes.Clone(file)
		broken[at] ^= bit
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := findings(t, path)
		if err != nil || len(got) > 0 {
			seen++
			continue
		}
		db, err := sqlite.OpenReadOnly(t.Context(), path, sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		now, err := contents(t.Context(), db)
		db.Close()
		if d := cmp.Diff(records, now); err != nil || d != "" {
			t.Errorf("byte %d, bit %08b: Verify found nothing, but the ledger reads differently: %v\n%s", at, bit, err, d)
		}
	}
	if seen < 8 {
		t.Errorf("only %d of 40 flips were seen", seen)
	}
}

func TestTamperedRowsAreNamed(t *testing.T) {
	t.Parallel()
	const stream = "(SELECT id FROM streams WHERE name = 'attempt/1')"
	for name, c := range map[string]struct {
		sql  []string
		want []string
	}{
		"deleted row":   {[]string{"DELETE FROM records WHERE seq = 7 AND stream = " + stream}, []string{"attempt/1#7 missing"}},
		"deleted end":   {[]string{"DELETE FROM records WHERE seq = 30 AND stream = " + stream}, []string{"attempt/1#30 missing"}},
		"edited data":   {[]string{"UPDATE records SET data = x'7b7d' WHERE seq = 7 AND stream = " + stream}, []string{"attempt/1#7 changed"}},
		"edited time":   {[]string{"UPDATE records SET at = at + 1 WHERE seq = 7 AND stream = " + stream}, []string{"attempt/1#7 changed"}},
		"swapped rows":  {swap(stream, 7, 20), []string{"attempt/1#7 reordered", "attempt/1#20 reordered"}},
		"copied data":   {[]string{"UPDATE records SET data = (SELECT data FROM records r WHERE r.stream = records.stream AND r.seq = 8) WHERE seq = 7 AND stream = " + stream}, []string{"attempt/1#7 changed"}},
		"deleted name":  {[]string{"DELETE FROM streams WHERE name = 'attempt/1'"}, []string{"#0 damaged"}},
		"no such value": {[]string{"UPDATE records SET hash = x'' WHERE seq = 7 AND stream = " + stream}, []string{"attempt/1#7 changed"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, _ := written(t)
			raw, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range c.sql {
				if _, err := raw.Exec(s); err != nil {
					t.Fatalf("%s: %v", s, err)
				}
			}
			raw.Close()
			got, err := findings(t, path)
			if d := cmp.Diff(c.want, got); err != nil || d != "" {
				t.Errorf("%v\n%s", err, d)
			}
		})
	}
}

func swap(stream string, a, b int) []string {
	move := func(from, to int) string {
		return fmt.Sprintf("UPDATE records SET seq = %d WHERE seq = %d AND stream = %s", to, from, stream)
	}
	return []string{move(a, -1), move(b, a), move(-1, b)}
}
