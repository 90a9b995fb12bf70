package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	lib "modernc.org/sqlite/lib"

	"github.com/xinglu/xinglu/internal/store"
)

// Get implements store.DB.
func (db *DB) Get(ctx context.Context, collection, id string) (store.Doc, error) {
	c, err := db.schema.Collection(collection)
	if err != nil {
		return store.Doc{}, err
	}
	q, err := db.query(ctx, "SELECT "+columnsOf(c)+" FROM "+tableOf(c)+" WHERE id = ?")
	if err != nil {
		return store.Doc{}, err
	}
	d, err := scanDoc(c, q.QueryRowContext(ctx, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return store.Doc{}, store.ErrNotFound
	}
	return d, err
}

// Insert implements store.DB.
func (db *DB) Insert(ctx context.Context, collection string, d store.Doc) error {
	c, err := db.schema.Collection(collection)
	if err != nil {
		return err
	}
	if err := c.CheckDoc(d); err != nil {
		return err
	}
	text := "INSERT INTO " + tableOf(c) + " (" + columnsOf(c) + ") VALUES (?, 1, ?" + strings.Repeat(", ?", len(c.Indexes)) + ")"
	args := append([]driver.Value{d.ID, []byte(d.Body)}, keysOf(c, d)...)
	return db.write(ctx, func(w *conn) error {
		_, err := w.exec(text, args...)
		return refusal(err)
	})
}

// Replace implements store.DB.
func (db *DB) Replace(ctx context.Context, collection string, d store.Doc) error {
	c, err := db.schema.Collection(collection)
	if err != nil {
		return err
	}
	if err := c.CheckDoc(d); err != nil {
		return err
	}
	set := "version = version + 1, body = ?"
	for _, x := range c.Indexes {
		set += ", " + columnOf(x) + " = ?"
	}
	text := "UPDATE " + tableOf(c) + " SET " + set + " WHERE id = ? AND version = ?"
	args := append([]driver.Value{[]byte(d.Body)}, keysOf(c, d)...)
	args = append(args, d.ID, d.Version)
	return db.write(ctx, func(w *conn) error {
		n, err := w.exec(text, args...)
		return changed(w, c, d.ID, n, err)
	})
}

// Delete implements store.DB.
func (db *DB) Delete(ctx context.Context, collection, id string, version int64) error {
	c, err := db.schema.Collection(collection)
	if err != nil {
		return err
	}
	return db.write(ctx, func(w *conn) error {
		n, err := w.exec("DELETE FROM "+tableOf(c)+" WHERE id = ? AND version = ?", id, version)
		return changed(w, c, id, n, err)
	})
}

// changed tells why a compare-and-set changed nothing.
func changed(w *conn, c store.Collection, id string, n int64, err error) error {
	if err != nil || n > 0 {
		return refusal(err)
	}
	_, there, err := w.row("SELECT 1 FROM "+tableOf(c)+" WHERE id = ?", id)
	switch {
	case err != nil:
		return refusal(err)
	case there:
		return store.ErrVersion
	}
	return store.ErrNotFound
}

// refusal turns the error of one statement into what the contract says, or
// into a fatal one.
func refusal(err error) error {
	switch {
	case err == nil:
		return nil
	case codeOf(err) == lib.SQLITE_CONSTRAINT_PRIMARYKEY:
		return store.ErrExists
	case codeOf(err) == lib.SQLITE_CONSTRAINT_UNIQUE:
		return store.ErrDuplicate
	}
	return fatal{err}
}

// Find implements store.DB.
func (db *DB) Find(ctx context.Context, collection string, q store.Query) (store.Page, error) {
	c, err := db.schema.Collection(collection)
	if err != nil {
		return store.Page{}, err
	}
	if err := c.CheckQuery(q); err != nil {
		return store.Page{}, err
	}
	where, args, err := condition(q)
	if err != nil {
		return store.Page{}, err
	}
	stmt, err := db.query(ctx, "SELECT "+columnsOf(c)+" FROM "+tableOf(c)+" WHERE "+where+" LIMIT ?")
	if err != nil {
		return store.Page{}, err
	}
	rows, err := stmt.QueryContext(ctx, append(args, q.Limit+1)...) // one more tells whether it is the last page
	if err != nil {
		return store.Page{}, translate(err)
	}
	defer rows.Close()
	var p store.Page
	for rows.Next() {
		if len(p.Docs) == q.Limit {
			last := p.Docs[q.Limit-1]
			p.Next = store.Cursor{Value: last.Keys[q.Index], ID: last.ID}.String()
			break
		}
		d, err := scanDoc(c, rows.Scan)
		if err != nil {
			return store.Page{}, err
		}
		p.Docs = append(p.Docs, d)
	}
	if err := rows.Err(); err != nil {
		return store.Page{}, translate(err)
	}
	return p, nil
}

// condition makes the WHERE and ORDER BY of a query. Text is compared byte by
// byte; 0xff occurs in no UTF-8 text, and a BLOB is above every text, so
// both serve as upper ends.
func condition(q store.Query) (text string, args []any, err error) {
	var after store.Cursor
	if q.After != "" {
		if after, err = store.ParseCursor(q.After); err != nil {
			return "", nil, err
		}
	}
	var end any = []byte{0}
	if q.Prefix != "" {
		end = q.Prefix + "\xff"
	}
	k := "k_" + q.Index
	switch {
	case q.Index == "" && q.Equal != "":
		return "id = ? AND id > ?", []any{q.Equal, after.ID}, nil
	case q.Index == "":
		return "id >= ? AND id > ? AND id < ? ORDER BY id", []any{q.Prefix, after.ID, end}, nil
	case q.Equal != "":
		return k + " = ? AND id > ? ORDER BY id", []any{q.Equal, after.ID}, nil
	case q.After == "":
		return k + " >= ? AND " + k + " < ? ORDER BY " + k + ", id", []any{q.Prefix, end}, nil
	}
	return "(" + k + ", id) > (?, ?) AND " + k + " < ? ORDER BY " + k + ", id", []any{after.Value, after.ID, end}, nil
}

// columnsOf lists the columns in the order of scanDoc and keysOf.
func columnsOf(c store.Collection) string {
	text := "id, version, body"
	for _, x := range c.Indexes {
		text += ", " + columnOf(x)
	}
	return text
}

// keysOf returns one value per declared index, nil where the key is absent.
func keysOf(c store.Collection, d store.Doc) []driver.Value {
	values := make([]driver.Value, len(c.Indexes))
	for i, x := range c.Indexes {
		if v, ok := d.Keys[x.Name]; ok {
			values[i] = v
		}
	}
	return values
}

func scanDoc(c store.Collection, scan func(...any) error) (store.Doc, error) {
	var d store.Doc
	var body []byte
	keys := make([]sql.NullString, len(c.Indexes))
	dest := []any{&d.ID, &d.Version, &body}
	for i := range keys {
		dest = append(dest, &keys[i])
	}
	if err := scan(dest...); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			return d, err
		}
		return d, fmt.Errorf("%s: %w", c.Name, translate(err))
	}
	d.Body = body
	for i, k := range keys {
		if k.Valid {
			if d.Keys == nil {
				d.Keys = make(map[string]string, len(keys))
			}
			d.Keys[c.Indexes[i].Name] = k.String
		}
	}
	return d, nil
}
