package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"github.com/xinglu/xinglu/internal/store"
)

// What the file says about itself in its header.
const (
	applicationID = 0x584c3031 // "XL01"
	formatVersion = 1
)

// The ledger's tables. A stream's name is stored once. Records lie in the
// order in which they were written and are found through two narrow indexes:
// a commit then dirties few pages, which costs half of what records clustered
// by stream cost. streams repeats the end of each stream, which makes Head
// one look-up and shows when a stream's tail was cut off.
var ledgerTables = [...]string{
	`CREATE TABLE streams (
		id INTEGER PRIMARY KEY,
		name TEXT NOT NULL UNIQUE,
		seq INTEGER NOT NULL,
		hash BLOB NOT NULL
	) STRICT`,
	`CREATE TABLE records (
		stream INTEGER NOT NULL,
		seq INTEGER NOT NULL,
		at INTEGER NOT NULL,
		kind TEXT NOT NULL,
		actor TEXT NOT NULL,
		key TEXT NOT NULL,
		data BLOB NOT NULL,
		prev BLOB NOT NULL,
		hash BLOB NOT NULL
	) STRICT`,
	`CREATE UNIQUE INDEX records_place ON records (stream, seq)`,
	`CREATE UNIQUE INDEX records_key ON records (stream, key) WHERE key <> ''`,
}

// prepareFile sets up the writer's connection and the tables. A file of
// something else is left as it is.
func prepareFile(c *conn, schema store.Schema) error {
	fresh, err := kind(c)
	if err != nil {
		return err
	}
	for _, text := range []string{
		"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", // durable at COMMIT, readers go on meanwhile
		"PRAGMA wal_autocheckpoint = 4000",     // pages; the default of 1000 is less than a second of full load
		"PRAGMA journal_size_limit = 67108864", // bytes the log keeps after a checkpoint
		"BEGIN IMMEDIATE",
	} {
		if _, err := c.exec(text); err != nil {
			return err
		}
	}
	end := "COMMIT"
	if err = migrate(c, schema, fresh); err != nil {
		end = "ROLLBACK"
	}
	_, ended := c.exec(end)
	return errors.Join(err, ended)
}

// kind reports whether the file is empty, or ErrForeign.
func kind(c *conn) (fresh bool, err error) {
	var found [3]any
	for i, text := range []string{"PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_schema"} {
		row, _, err := c.row(text)
		if err != nil {
			return false, err
		}
		found[i] = row[0]
	}
	if found[0] == int64(applicationID) && found[1] == int64(formatVersion) {
		return false, nil
	}
	if found != [3]any{int64(0), int64(0), int64(0)} {
		return false, ErrForeign
	}
	return true, nil
}

// migrate creates what is missing and drops indexes that are not declared any
// more. Columns stay: a document keeps the values of an index that is
// declared again later.
func migrate(c *conn, schema store.Schema, fresh bool) error {
	if fresh {
		for _, text := range append(ledgerTables[:],
			fmt.Sprintf("PRAGMA application_id = %d", applicationID),
			fmt.Sprintf("PRAGMA user_version = %d", formatVersion)) {
			if _, err := c.exec(text); err != nil {
				return err
			}
		}
	}
	for _, coll := range schema.Collections() {
		if err := migrateCollection(c, coll); err != nil {
			return fmt.Errorf("collection %s: %w", coll.Name, err)
		}
	}
	return nil
}

// A collection is a table with one column per index. A unique index leaves
// out documents without the key because NULLs never equal one another.
func migrateCollection(c *conn, coll store.Collection) error {
	table := tableOf(coll)
	if _, err := c.exec("CREATE TABLE IF NOT EXISTS " + table + " (id TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL) STRICT"); err != nil {
		return err
	}
	columns, err := c.column("SELECT name FROM pragma_table_info(?)", table)
	if err != nil {
		return err
	}
	indexes, err := c.column("SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", table)
	if err != nil {
		return err
	}
	for _, x := range coll.Indexes {
		if !columns[columnOf(x)] {
			if _, err := c.exec("ALTER TABLE " + table + " ADD COLUMN " + columnOf(x) + " TEXT"); err != nil {
				return err
			}
		}
		name, text := indexOf(coll, x)
		if !indexes[name] {
			if _, err := c.exec(text); err != nil {
				return fmt.Errorf("index %s: %w", x.Name, err)
			}
		}
		delete(indexes, name)
	}
	for name := range indexes {
		if _, err := c.exec("DROP INDEX " + name); err != nil {
			return err
		}
	}
	return nil
}

// Names in SQL. Declared names are plain lower_snake, so they need no quotes.
func tableOf(c store.Collection) string { return "doc_" + c.Name }
func columnOf(x store.Index) string     { return "k_" + x.Name }

func indexOf(c store.Collection, x store.Index) (name, text string) {
	table, column := tableOf(c), columnOf(x)
	if x.Unique {
		name = "ux_" + c.Name + "__" + x.Name
		return name, "CREATE UNIQUE INDEX " + name + " ON " + table + " (" + column + ")"
	}
	name = "ix_" + c.Name + "__" + x.Name
	return name, "CREATE INDEX " + name + " ON " + table + " (" + column + ", id)"
}

// checkKind refuses files of something else, for readers.
func (db *DB) checkKind(ctx context.Context) error {
	var id, version int64
	row := db.reader.QueryRowContext(ctx, "SELECT application_id, user_version FROM pragma_application_id, pragma_user_version")
	if err := row.Scan(&id, &version); err != nil {
		return err
	}
	if id != applicationID || version != formatVersion {
		return ErrForeign
	}
	return nil
}

// column runs a query and returns the texts of its first column.
func (c *conn) column(text string, args ...driver.Value) (map[string]bool, error) {
	s, err := c.prepare(text)
	if err != nil {
		return nil, err
	}
	rows, err := s.s.QueryContext(context.Background(), s.bind(args))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[string]bool{}
	values := make([]driver.Value, len(rows.Columns()))
	for {
		err := rows.Next(values)
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		name, _ := values[0].(string)
		found[name] = true
	}
}
