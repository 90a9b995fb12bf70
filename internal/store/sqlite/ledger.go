package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/xinglu/xinglu/internal/ledger"
)

// maxReadBytes bounds the data of one Read.
const maxReadBytes = 8 << 20

// backend is the ledger's half of a DB.
type backend struct{ db *DB }

var (
	_ ledger.Backend = backend{}
	_ ledger.Checker = backend{}
)

// Commit implements ledger.Backend. All blocks are in one transaction; a
// block that is refused leaves no trace.
func (b backend) Commit(ctx context.Context, blocks []ledger.Block) ([]error, error) {
	errs := make([]error, len(blocks))
	err := b.db.write(ctx, func(c *conn) error {
		for i, block := range blocks {
			if err := storeBlock(c, block.Records); err != nil {
				if !errors.Is(err, ledger.ErrTaken) {
					return fatal{err}
				}
				errs[i] = err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("storing records: %w", err)
	}
	return errs, nil
}

const (
	addStream = `INSERT INTO streams (name, seq, hash) VALUES (?, 0, zeroblob(32)) ON CONFLICT DO NOTHING`
	// addRecord stores nothing unless the stream ends where the block begins.
	addRecord = `INSERT INTO records (stream, seq, at, kind, actor, key, data, prev, hash)
		SELECT id, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM streams WHERE name = ?1 AND seq = ?2`
	moveEnd = `UPDATE streams SET seq = ?2, hash = ?3 WHERE name = ?1`
)

// storeBlock stores one block or returns ErrTaken. A block of one record
// needs no savepoint: only its INSERT can be refused, and that comes first
// and is atomic by itself.
func storeBlock(c *conn, records []ledger.Record) (err error) {
	if len(records) > 1 {
		if _, err := c.exec("SAVEPOINT block"); err != nil {
			return err
		}
		defer func() {
			if err != nil {
				if _, undo := c.exec("ROLLBACK TO block"); undo != nil {
					err = undo // not a mere refusal any more
				}
			}
			if _, release := c.exec("RELEASE block"); release != nil {
				err = release
			}
		}()
	}
	first, last := &records[0], &records[len(records)-1]
	stream, base := string(first.Stream), first.Seq-1
	if base == 0 {
		if _, err := c.exec(addStream, stream); err != nil {
			return err
		}
	}
	add, err := c.prepare(addRecord)
	if err != nil {
		return err
	}
	for i := range records {
		r := &records[i]
		data := r.Data
		if data == nil {
			data = []byte{} // the column is NOT NULL
		}
		n, err := add.exec(stream, base, r.Seq, r.At.UnixMilli(), r.Kind, r.Actor, r.Key, data, r.Prev, r.Hash)
		if err == nil && n == 0 || constraint(err) {
			return ledger.ErrTaken
		}
		if err != nil {
			return err
		}
	}
	_, err = c.exec(moveEnd, stream, last.Seq, last.Hash)
	return err
}

const recordColumns = `r.seq, r.at, r.kind, r.actor, r.key, r.data, r.prev, r.hash`

// Read implements ledger.Reader.
func (b backend) Read(ctx context.Context, stream ledger.StreamID, after int64, limit int) ([]ledger.Record, error) {
	q, err := b.db.query(ctx, `SELECT `+recordColumns+` FROM records r
		WHERE r.stream = (SELECT id FROM streams WHERE name = ?) AND r.seq > ? ORDER BY r.seq LIMIT ?`)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, string(stream), after, limit)
	if err != nil {
		return nil, translate(err)
	}
	defer rows.Close()
	var page []ledger.Record
	for size := 0; size < maxReadBytes && rows.Next(); {
		r, err := scanRecord(rows.Scan, stream)
		if err != nil {
			return nil, err
		}
		page = append(page, r)
		size += len(r.Data)
	}
	if err := rows.Err(); err != nil {
		return nil, translate(err)
	}
	return page, nil
}

// FindKey implements ledger.Backend.
func (b backend) FindKey(ctx context.Context, stream ledger.StreamID, key string) (ledger.Record, bool, error) {
	if key == "" {
		return ledger.Record{}, false, nil
	}
	q, err := b.db.query(ctx, `SELECT `+recordColumns+` FROM records r
		WHERE r.stream = (SELECT id FROM streams WHERE name = ?) AND r.key = ? AND r.key <> ''`)
	if err != nil {
		return ledger.Record{}, false, err
	}
	r, err := scanRecord(q.QueryRowContext(ctx, string(stream), key).Scan, stream)
	if errors.Is(err, sql.ErrNoRows) {
		return ledger.Record{}, false, nil
	}
	return r, err == nil, err
}

func scanRecord(scan func(...any) error, stream ledger.StreamID) (ledger.Record, error) {
	r := ledger.Record{Stream: stream}
	var at int64
	err := scan(&r.Seq, &at, &r.Kind, &r.Actor, &r.Key, &r.Data, &r.Prev, &r.Hash)
	r.At = time.UnixMilli(at).UTC()
	switch {
	case err == nil || errors.Is(err, sql.ErrNoRows) || codeOf(err) != 0 || isContext(err):
		return r, translate(err)
	}
	return r, ledger.ErrCorrupt.Wrap(err) // a value of the wrong type
}

// Head implements ledger.Reader.
func (b backend) Head(ctx context.Context, stream ledger.StreamID) (ledger.Head, error) {
	h := ledger.Head{Stream: stream}
	q, err := b.db.query(ctx, `SELECT seq, hash FROM streams WHERE name = ?`)
	if err != nil {
		return h, err
	}
	err = q.QueryRowContext(ctx, string(stream)).Scan(&h.Seq, &h.Hash)
	if errors.Is(err, sql.ErrNoRows) {
		return h, nil
	}
	return h, translate(err)
}

// Streams implements ledger.Backend.
func (b backend) Streams(ctx context.Context, after ledger.StreamID, limit int) ([]ledger.Head, error) {
	q, err := b.db.query(ctx, `SELECT name, seq, hash FROM streams WHERE name > ? ORDER BY name LIMIT ?`)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, string(after), limit)
	if err != nil {
		return nil, translate(err)
	}
	defer rows.Close()
	var heads []ledger.Head
	for rows.Next() {
		var h ledger.Head
		if err := rows.Scan(&h.Stream, &h.Seq, &h.Hash); err != nil {
			return nil, ledger.ErrCorrupt.Wrap(err)
		}
		heads = append(heads, h)
	}
	return heads, translate(rows.Err())
}

// Check implements ledger.Checker: SQLite's own check of pages and indexes,
// and a search for records that belong to no stream.
func (b backend) Check(ctx context.Context, report func(what string)) error {
	for _, c := range []struct{ text, what string }{
		{`PRAGMA integrity_check(100)`, "the database file is damaged: %s"},
		{`SELECT DISTINCT stream FROM records WHERE stream NOT IN (SELECT id FROM streams) LIMIT 100`, "the records of stream number %s are there, but its name is not"},
	} {
		err := b.each(ctx, c.text, func(found string) {
			if found != "ok" {
				report(fmt.Sprintf(c.what, found))
			}
		})
		if errors.Is(err, ledger.ErrCorrupt) {
			report(fmt.Sprintf("the database file is damaged: %v", err))
		} else if err != nil {
			return err
		}
	}
	return nil
}

// each runs a query of one text column.
func (b backend) each(ctx context.Context, text string, f func(string)) error {
	rows, err := b.db.reader.QueryContext(ctx, text)
	if err != nil {
		return translate(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return translate(err)
		}
		f(s)
	}
	return translate(rows.Err())
}

func isContext(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
