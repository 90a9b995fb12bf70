package sqlite

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
)

// maxOps bounds the writes of one transaction.
const maxOps = 1024

// op is one write. run makes its changes inside the open transaction and
// leaves nothing behind when it returns a refusal: it is one statement, or
// it guards itself with a savepoint.
type op struct {
	run   func(*conn) error
	state atomic.Int32
	err   error
	done  chan struct{}
}

const (
	waiting int32 = iota
	running
	abandoned // its caller has left; it will not run
)

// fatal marks an error after which the transaction cannot be kept.
type fatal struct{ error }

func (f fatal) Unwrap() error { return f.error }

// writer runs writes on the only connection that may write. All that wait
// when a transaction begins share it, and so share its fsync.
type writer struct {
	conn *conn
	log  *slog.Logger
	wake chan struct{} // holds a token when there may be work
	done chan struct{} // closed when the goroutine has ended

	mu      sync.Mutex
	pending []*op
	closed  bool
}

func newWriter(c *conn, log *slog.Logger) *writer {
	w := &writer{conn: c, log: log, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go w.work()
	return w
}

// do runs the write and returns when it is durable or refused. A context that
// ends while the write waits for its turn abandons it: then it is certain not
// to be stored.
func (w *writer) do(ctx context.Context, run func(*conn) error) error {
	o := &op{run: run, done: make(chan struct{})}
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return ErrClosed
	}
	w.pending = append(w.pending, o)
	w.mu.Unlock()
	w.signal()
	select {
	case <-o.done:
	case <-ctx.Done():
		if o.state.CompareAndSwap(waiting, abandoned) {
			return ctx.Err()
		}
		<-o.done // it is being stored: the truth is one fsync away
	}
	return o.err
}

func (w *writer) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// close lets the waiting writes finish and ends the goroutine.
func (w *writer) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.signal()
	<-w.done
}

func (w *writer) work() {
	defer close(w.done)
	var batch []*op
	for {
		batch = w.take(batch[:0])
		if len(batch) == 0 {
			return
		}
		w.commit(batch)
		for _, o := range batch {
			close(o.done)
		}
		clear(batch)
	}
}

// take waits for writes and returns them in order; none means closed.
func (w *writer) take(batch []*op) []*op {
	for {
		w.mu.Lock()
		n := min(len(w.pending), maxOps)
		batch = append(batch, w.pending[:n]...)
		rest := copy(w.pending, w.pending[n:])
		clear(w.pending[rest:])
		w.pending = w.pending[:rest]
		closed := w.closed
		w.mu.Unlock()
		if n > 0 || closed {
			return batch
		}
		<-w.wake
	}
}

// commit runs the batch in one transaction and sets each op's error. A
// refused op keeps its own error and its neighbours are stored; if the
// transaction itself fails, nothing of it is stored and all get that error.
func (w *writer) commit(batch []*op) {
	err := w.transact(batch)
	if err == nil {
		return
	}
	if _, e := w.conn.exec("ROLLBACK"); e != nil {
		w.log.Debug("no transaction was left to roll back", "error", e)
	}
	err = translate(err)
	for _, o := range batch {
		o.err = err
	}
}

func (w *writer) transact(batch []*op) error {
	if _, err := w.conn.exec("BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("beginning: %w", err)
	}
	for _, o := range batch {
		if !o.state.CompareAndSwap(waiting, running) {
			continue
		}
		o.err = o.run(w.conn)
		if f, ok := o.err.(fatal); ok { //nolint:errorlint // run returns it as it is, never wrapped
			return f.error
		}
	}
	if _, err := w.conn.exec("COMMIT"); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}
