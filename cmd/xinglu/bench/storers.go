package bench

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	sqlite3 "modernc.org/sqlite"

	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store/sqlite"
)

// The sides of the benchmark of saving, by the process that runs them.
const (
	roleService    = "service"    // the whole program: decide, append, fold, acknowledge
	roleLedger     = "ledger"     // ledger.Append on the embedded store
	roleGroup      = "group"      // raw SQLite, all that wait in one transaction
	roleSingle     = "single"     // raw SQLite, one transaction a save
	roleFsync      = "fdatasync"  // a 4 KiB page overwritten and synced, over and over
	roleCandidates = "candidates" // a client: candidates on WebSockets
	roleHall       = "hall"       // a client: a whole sitting
)

// storer is a child with a saver that needs nothing but a folder.
type storer struct {
	saver
	end     func() error
	numbers atomic.Int64
}

func openStorer(ctx context.Context, role, dir string) (worker, error) {
	s := &storer{}
	var err error
	switch role {
	case roleLedger:
		s.saver, s.end, err = openBareLedger(ctx, filepath.Join(dir, "ledger.db"))
	case roleFsync:
		s.saver, s.end, err = openFsync(filepath.Join(dir, "page"))
	default:
		s.saver, s.end, err = openRaw(ctx, filepath.Join(dir, "raw.db"), role == roleGroup)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (s *storer) do(ctx context.Context, what string, in json.RawMessage) (any, error) {
	return runSlot(ctx, what, in, s, &s.numbers)
}

func (s *storer) close() error { return s.end() }

// runSlot carries out the order "slot".
func runSlot(ctx context.Context, what string, in json.RawMessage, to saver, numbers *atomic.Int64) (any, error) {
	var s slot
	if what != "slot" {
		return nil, fmt.Errorf("unknown order %q", what)
	}
	if err := json.Unmarshal(in, &s); err != nil {
		return nil, err
	}
	return s.run(ctx, to, numbers)
}

func attemptOf(candidate int) string {
	return fmt.Sprintf("01J8ZC2M9K3T5V7X9Z1B3D%04d", candidate)
}

// answerBody is an answer as it comes from a candidate, about 200 bytes.
func answerBody(n int64) []byte {
	return fmt.Appendf(nil, `{"question":"01K8Q2M4N6P8R0S2T4V6X8%04d","seq":%d,"value":["01K8Q2M4N6P8R0S2T4V6X8Y%03d"],"flagged":false,"mono_ms":%d,"wall":%d}`,
		n%100, n/100+1, n%4, n, 1_763_900_000_000+n)
}

type bareLedger struct{ l *ledger.Ledger }

func openBareLedger(ctx context.Context, path string) (saver, func() error, error) {
	db, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return nil, nil, err
	}
	l := ledger.Open(db.Ledger(), ledger.Options{})
	return bareLedger{l}, func() error { return errors.Join(l.Close(), db.Close()) }, nil
}

func (b bareLedger) save(ctx context.Context, candidate int, n int64) error {
	_, err := b.l.Append(ctx, ledger.Entry{
		Stream: ledger.StreamID("attempt/" + attemptOf(candidate)), Expect: ledger.AnySeq, At: time.Now(),
		Kind: "attempt.answered", Actor: "candidate/01J8ZC2M9K3T5V7X9Z1B3D0001", Data: answerBody(n),
	})
	return err
}

// raw is SQLite as one would use it without this program: the same driver
// without database/sql, the same settings, one table, one unique index, no
// chain, no checks. What is not set keeps the default, as in our store.
type raw struct {
	conn   driver.Conn
	mu     sync.Mutex // of conn, when each save has its own transaction
	begin  driver.StmtExecContext
	insert driver.StmtExecContext
	commit driver.StmtExecContext
	queue  chan *rawSave // nil for one transaction a save
	done   chan struct{}
}

type rawSave struct {
	attempt string
	n       int64
	body    []byte
	stored  chan error
}

func openRaw(ctx context.Context, path string, group bool) (saver, func() error, error) {
	_, _ = sqlite3.Fdatasync(true) // as our store does
	u := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{"_pragma": {
		"journal_mode(WAL)", "synchronous(FULL)", "wal_autocheckpoint(4000)", "journal_size_limit(67108864)", "temp_store(MEMORY)",
	}}.Encode()}
	connector, err := sqlite3.NewConnector(u.String())
	if err != nil {
		return nil, nil, err
	}
	r := &raw{done: make(chan struct{})}
	if r.conn, err = connector.Connect(ctx); err != nil {
		return nil, nil, err
	}
	for _, text := range []string{
		"CREATE TABLE answers (attempt TEXT NOT NULL, seq INTEGER NOT NULL, body BLOB NOT NULL) STRICT",
		"CREATE UNIQUE INDEX answers_place ON answers (attempt, seq)",
	} {
		s, err := r.prepare(text)
		if err == nil {
			_, err = s.ExecContext(ctx, nil)
		}
		if err != nil {
			return nil, nil, errors.Join(err, r.conn.Close())
		}
	}
	var errs [3]error
	r.begin, errs[0] = r.prepare("BEGIN IMMEDIATE")
	r.insert, errs[1] = r.prepare("INSERT INTO answers VALUES (?, ?, ?)")
	r.commit, errs[2] = r.prepare("COMMIT")
	if err := errors.Join(errs[:]...); err != nil {
		return nil, nil, errors.Join(err, r.conn.Close())
	}
	if !group {
		close(r.done)
		return r, r.close, nil
	}
	r.queue = make(chan *rawSave, 1024)
	go r.work()
	return r, r.close, nil
}

func (r *raw) prepare(text string) (driver.StmtExecContext, error) {
	s, err := r.conn.Prepare(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", text, err)
	}
	return s.(driver.StmtExecContext), nil //nolint:forcetypeassert // the driver's statements are
}

func (r *raw) save(_ context.Context, candidate int, n int64) error {
	s := &rawSave{attempt: attemptOf(candidate), n: n, body: answerBody(n)}
	if r.queue == nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.store([]*rawSave{s})
	}
	s.stored = make(chan error, 1)
	r.queue <- s
	return <-s.stored
}

// work stores what waits, all in one transaction.
func (r *raw) work() {
	defer close(r.done)
	var batch []*rawSave
	for first := range r.queue {
		batch = append(batch[:0], first)
		for len(r.queue) > 0 && len(batch) < 1024 {
			batch = append(batch, <-r.queue)
		}
		err := r.store(batch)
		for _, s := range batch {
			s.stored <- err
		}
	}
}

func (r *raw) store(batch []*rawSave) error {
	ctx := context.Background()
	if _, err := r.begin.ExecContext(ctx, nil); err != nil {
		return err
	}
	var args [3]driver.NamedValue
	for _, s := range batch {
		for i, v := range []driver.Value{s.attempt, s.n, s.body} {
			args[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
		}
		if _, err := r.insert.ExecContext(ctx, args[:]); err != nil {
			return err
		}
	}
	_, err := r.commit.ExecContext(ctx, nil)
	return err
}

func (r *raw) close() error {
	if r.queue != nil {
		close(r.queue)
	}
	<-r.done
	return r.conn.Close()
}

// fsync is the floor of durability: nothing but the disk.
type fsync struct {
	f    *os.File
	page [4096]byte
}

// fsyncPages bounds the file; it has its full size before anything is
// measured, as SQLite's log has after its first checkpoint.
const fsyncPages = 1024

func openFsync(path string) (saver, func() error, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, nil, err
	}
	if _, err := f.Write(make([]byte, fsyncPages*4096)); err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	if err := f.Sync(); err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return &fsync{f: f}, f.Close, nil
}

func (s *fsync) save(_ context.Context, _ int, n int64) error {
	copy(s.page[:], answerBody(n))
	if _, err := s.f.WriteAt(s.page[:], n%fsyncPages*4096); err != nil {
		return err
	}
	return datasync(s.f)
}
