// Package sqlite keeps documents and ledger in one SQLite file: the embedded
// store, and a production mode for a server of one centre.
//
// The file is in WAL mode with synchronous=FULL. One connection writes; the
// writes that wait for it share a transaction and its fsync. A pool of
// read-only connections reads, never blocked by the writer. DESIGN.md tells
// how the tables look and why.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	sqlite3 "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
)

// Options tune an opened file.
type Options struct {
	Collections []store.Collection
	Log         *slog.Logger // nil: slog.Default
}

// DB is an opened file. It implements store.DB.
type DB struct {
	path   string
	schema store.Schema
	log    *slog.Logger
	reader *sql.DB
	writer *writer // nil when read-only
	lock   *conn   // held exclusively while open; nil when read-only

	mu    sync.Mutex
	stmts map[string]*sql.Stmt // of reader, by text

	closeOnce sync.Once
	closeErr  error
}

var _ store.DB = (*DB)(nil)

// readers is the number of connections that read.
const readers = 8

// Open opens the file, creating it and its folder where they are missing, and
// brings the tables to the declared collections. A file that is open already,
// here or in another program, is refused with ErrInUse; a file of something
// else with ErrForeign. Close releases it.
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	// Both are settings of the whole process and promise no less than their
	// defaults: fdatasync leaves out only the timestamps, and locks of the file
	// description are not lost when some other part of the program opens and
	// closes the file. Where the platform has neither, or something else in the
	// process has used SQLite before, the defaults stay.
	_, _ = sqlite3.Fdatasync(true)
	_, _ = sqlite3.OFDLocking(true)

	db, err := prepare(o)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	if err := db.open(ctx, path); err != nil {
		return nil, errors.Join(fmt.Errorf("opening %s: %w", path, translate(err)), db.Close())
	}
	return db, nil
}

// OpenReadOnly opens an existing file for reading only, also while another
// program has it open for writing. Writes fail with ErrReadOnly. The
// collections are those the caller wants to read.
func OpenReadOnly(ctx context.Context, path string, o Options) (*DB, error) {
	db, err := prepare(o)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "database_missing", "there is no database %s", path)
	}
	err = db.openReader(path)
	if err == nil {
		err = db.checkKind(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening %s: %w", path, translate(err)), db.Close())
	}
	return db, nil
}

func prepare(o Options) (*DB, error) {
	schema, err := store.NewSchema(o.Collections)
	if err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &DB{schema: schema, log: o.Log, stmts: map[string]*sql.Stmt{}}, nil
}

func (db *DB) open(ctx context.Context, path string) error {
	var err error
	db.path = path
	if db.lock, err = lockFile(ctx, path+".lock"); err != nil {
		return err
	}
	c, err := connect(ctx, dsn(path, "rwc", "busy_timeout(10000)", "temp_store(MEMORY)"))
	if err != nil {
		return err
	}
	if err := prepareFile(c, db.schema); err != nil {
		return errors.Join(err, c.close())
	}
	db.writer = newWriter(c, db.log)
	return db.openReader(path)
}

func (db *DB) openReader(path string) error {
	connector, err := sqlite3.NewConnector(dsn(path, "ro", "query_only(1)", "busy_timeout(10000)", "temp_store(MEMORY)"))
	if err != nil {
		return err
	}
	db.reader = sql.OpenDB(connector)
	db.reader.SetMaxOpenConns(readers)
	db.reader.SetMaxIdleConns(readers)
	return nil
}

// lockFile takes the exclusive lock of a second, empty database beside the
// first. It is SQLite's own lock: it works on every platform and ends with
// the process, however that ends.
func lockFile(ctx context.Context, path string) (*conn, error) {
	c, err := connect(ctx, dsn(path, "rwc", "journal_mode(DELETE)"))
	if err == nil {
		if _, err = c.exec("BEGIN EXCLUSIVE"); err == nil {
			return c, nil
		}
		err = errors.Join(err, c.close())
	}
	if codeOf(err)&0xff == lib.SQLITE_BUSY {
		return nil, ErrInUse.Wrap(err)
	}
	return nil, err
}

// dsn names the file with SQLite's open mode and settings.
func dsn(path, mode string, pragmas ...string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive letter
	}
	u := url.URL{Scheme: "file", Path: path}
	q := url.Values{"mode": {mode}, "_pragma": pragmas}
	u.RawQuery = q.Encode()
	return u.String()
}

// Ledger implements store.DB.
func (db *DB) Ledger() ledger.Backend { return backend{db} }

// Ping implements store.DB: the file can be read, and the writer takes turns.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.reader.PingContext(ctx); err != nil {
		return translate(err)
	}
	if db.writer == nil {
		return nil
	}
	return db.writer.do(ctx, func(*conn) error { return nil })
}

// Close implements store.DB.
func (db *DB) Close() error {
	db.closeOnce.Do(func() {
		var errs []error
		if db.writer != nil {
			db.writer.close()
		}
		if db.reader != nil { // before the writer's connection, whose close then empties the WAL
			errs = append(errs, db.reader.Close())
		}
		if db.writer != nil {
			errs = append(errs, db.writer.conn.close())
		}
		if db.lock != nil {
			errs = append(errs, db.lock.close())
		}
		db.closeErr = errors.Join(errs...)
	})
	return db.closeErr
}

// write runs a write of the only writer.
func (db *DB) write(ctx context.Context, run func(*conn) error) error {
	if db.writer == nil {
		return ErrReadOnly
	}
	return db.writer.do(ctx, run)
}

// query prepares a reader's statement once and keeps it.
func (db *DB) query(ctx context.Context, text string) (*sql.Stmt, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if s := db.stmts[text]; s != nil {
		return s, nil
	}
	s, err := db.reader.PrepareContext(ctx, text)
	if err != nil {
		return nil, translate(err)
	}
	db.stmts[text] = s
	return s, nil
}
