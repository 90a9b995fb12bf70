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

// The ledger's tables. A stream's name is stored once; its records are
// clustered by (stream, seq). streams repeats the end of each stream, which
// makes Head one look-up and shows when a stream's tail was cut off.
var ledgerTables = []string{
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
		hash BLOB NOT NULL,
		PRIMARY KEY (stream, seq)
	) STRICT, WITHOUT ROWID`,
	`CREATE UNIQUE INDEX records_key ON records (stream, key) WHERE key <> ''`,
}

// migrate creates what is missing and drops indexes that are not declared any
// more, all in one transaction. Columns stay: a document keeps the values of
// an index that is declared again later.
func migrate(c *conn, schema store.Schema) (err error) {
	if _, err := c.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_, rollback := c.exec("ROLLBACK")
			err = errors.Join(err, rollback)
		}
	}()
	if err := migrateLedger(c); err != nil {
		return err
	}
	for _, coll := range schema.Collections() {
		if err := migrateCollection(c, coll); err != nil {
			return fmt.Errorf("collection %s: %w", coll.Name, err)
		}
	}
	_, err = c.exec("COMMIT")
	return err
}

func migrateLedger(c *conn) error {
	version, _, err := c.row("PRAGMA user_version")
	if err != nil {
		return err
	}
	id, _, err := c.row("PRAGMA application_id")
	if err != nil {
		return err
	}
	if id[0] == int64(applicationID) && version[0] == int64(formatVersion) {
		return nil
	}
	_, any, err := c.row("SELECT 1 FROM sqlite_schema LIMIT 1")
	if err != nil {
		return err
	}
	if any || id[0] != int64(0) || version[0] != int64(0) {
		return ErrForeign
	}
	for _, text := range append(ledgerTables,
		fmt.Sprintf("PRAGMA application_id = %d", applicationID),
		fmt.Sprintf("PRAGMA user_version = %d", formatVersion)) {
		if _, err := c.exec(text); err != nil {
			return err
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
