package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	sqlite3 "modernc.org/sqlite"
)

// conn is the writer's connection. It speaks to the driver without
// database/sql, whose locking and conversions would cost more per record
// than SQLite itself. It belongs to one goroutine at a time.
type conn struct {
	c     driver.Conn
	stmts map[string]*stmt
}

// connect opens a connection of its own.
func connect(ctx context.Context, dsn string) (*conn, error) {
	connector, err := sqlite3.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	c, err := connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{c: c, stmts: map[string]*stmt{}}, nil
}

func (c *conn) close() error {
	var errs []error
	for _, s := range c.stmts {
		errs = append(errs, s.s.Close())
	}
	return errors.Join(append(errs, c.c.Close())...)
}

// stmt is a prepared statement with memory for its arguments.
type stmt struct {
	s interface {
		driver.Stmt
		driver.StmtExecContext
		driver.StmtQueryContext
	}
	args []driver.NamedValue
}

// prepare returns the statement, prepared once and kept. The number of
// different texts is bounded by the declared collections.
func (c *conn) prepare(text string) (*stmt, error) {
	if s := c.stmts[text]; s != nil {
		return s, nil
	}
	p, err := c.c.Prepare(text)
	if err != nil {
		return nil, fmt.Errorf("preparing %q: %w", text, err)
	}
	s := &stmt{}
	s.s = p.(interface {
		driver.Stmt
		driver.StmtExecContext
		driver.StmtQueryContext
	})
	c.stmts[text] = s
	return s, nil
}

// exec runs a statement; arguments are int64, string, []byte or nil.
func (s *stmt) exec(args ...driver.Value) (changed int64, err error) {
	r, err := s.s.ExecContext(context.Background(), s.bind(args))
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// row runs a query and returns its first row; ok is false if it has none.
func (s *stmt) row(args ...driver.Value) (values []driver.Value, ok bool, err error) {
	rows, err := s.s.QueryContext(context.Background(), s.bind(args))
	if err != nil {
		return nil, false, err
	}
	values = make([]driver.Value, len(rows.Columns()))
	err = rows.Next(values)
	if closeErr := rows.Close(); err == nil || errors.Is(err, io.EOF) {
		return values, err == nil, closeErr
	}
	return nil, false, err
}

func (s *stmt) bind(args []driver.Value) []driver.NamedValue {
	s.args = s.args[:0]
	for i, a := range args {
		s.args = append(s.args, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return s.args
}

// exec prepares and runs a statement.
func (c *conn) exec(text string, args ...driver.Value) (changed int64, err error) {
	s, err := c.prepare(text)
	if err != nil {
		return 0, err
	}
	return s.exec(args...)
}

// row prepares and runs a query for one row.
func (c *conn) row(text string, args ...driver.Value) ([]driver.Value, bool, error) {
	s, err := c.prepare(text)
	if err != nil {
		return nil, false, err
	}
	return s.row(args...)
}
