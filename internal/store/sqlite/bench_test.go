package sqlite_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store/sqlite"
)

// BenchmarkAppend measures durable appends of 200-byte records, each writer
// in a stream of its own, beside BenchmarkRaw.
func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 16, 256} {
		b.Run(fmt.Sprint(writers), func(b *testing.B) {
			db, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "x.db"), sqlite.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			l := ledger.Open(db.Ledger(), ledger.Options{})
			defer l.Close()
			spread(b, writers, func(w, i int) error {
				_, err := l.Append(b.Context(), ledger.Entry{
					Stream: ledger.StreamID(fmt.Sprintf("attempt/01J8ZC2M9K3T5V7X9Z1B3D%04d", w)), Expect: ledger.AnySeq,
					At: time.UnixMilli(int64(i)), Kind: "attempt.answered", Actor: "candidate-000123",
					Key: fmt.Sprintf("answer-%d-%d", w, i), Data: body(w, i),
				})
				return err
			})
		})
	}
}

// BenchmarkRaw is the baseline: one table, one writer goroutine, one
// transaction for all that wait, no chain, no keys, no checks.
func BenchmarkRaw(b *testing.B) {
	for _, writers := range []int{1, 16, 256} {
		b.Run(fmt.Sprint(writers), func(b *testing.B) {
			db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "raw.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			db.SetMaxOpenConns(1)
			if _, err := db.Exec("CREATE TABLE answers (attempt TEXT, seq INTEGER, body BLOB, PRIMARY KEY (attempt, seq)) WITHOUT ROWID"); err != nil {
				b.Fatal(err)
			}
			queue := make(chan save, 1024)
			done := make(chan struct{})
			go func() {
				defer close(done)
				rawWriter(b, db, queue)
			}()
			spread(b, writers, func(w, i int) error {
				s := save{attempt: fmt.Sprintf("attempt/01J8ZC2M9K3T5V7X9Z1B3D%04d", w), seq: i, body: body(w, i), done: make(chan error, 1)}
				queue <- s
				return <-s.done
			})
			close(queue)
			<-done
		})
	}
}

type save struct {
	attempt string
	seq     int
	body    []byte
	done    chan error
}

func rawWriter(b *testing.B, db *sql.DB, queue <-chan save) {
	insert, err := db.Prepare("INSERT INTO answers VALUES (?, ?, ?)")
	if err != nil {
		b.Error(err)
		return
	}
	var batch []save
	for first := range queue {
		batch = append(batch[:0], first)
	more:
		for len(batch) < 1024 {
			select {
			case s, ok := <-queue:
				if !ok {
					break more
				}
				batch = append(batch, s)
			default:
				break more
			}
		}
		tx, err := db.Begin()
		if err == nil {
			in := tx.Stmt(insert)
			for _, s := range batch {
				if _, e := in.Exec(s.attempt, s.seq, s.body); e != nil {
					err = e
				}
			}
			in.Close()
			if e := tx.Commit(); e != nil {
				err = e
			}
		}
		for _, s := range batch {
			s.done <- err
		}
	}
}

func body(w, i int) []byte {
	return fmt.Appendf(nil, `{"question":"q-%06d","value":["A","C"],"client_seq":%d,"pad":"%0120d"}`, i%100, i, w)
}

// spread shares b.N calls among writers.
func spread(b *testing.B, writers int, save func(w, i int) error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for w := range writers {
		wg.Go(func() {
			for {
				i := int(next.Add(1))
				if i > b.N {
					return
				}
				if err := save(w, i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "saves/s")
}
