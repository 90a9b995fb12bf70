package sqlite

import (
	"errors"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
)

// Errors of the embedded store; compare with errors.Is.
var (
	// ErrInUse: another program, or another Open of this one, has the file.
	ErrInUse = fault.New(fault.Unavailable, "database_in_use", "the database is already open in another program; stop that one first")
	// ErrForeign: the file is not a database of this program, or of a newer
	// version of it.
	ErrForeign = fault.New(fault.Invalid, "database_foreign", "the file is not a database of this version of the program")
	// ErrReadOnly: the store was opened with OpenReadOnly.
	ErrReadOnly = fault.New(fault.Forbidden, "database_read_only", "the database is open for reading only")
	// ErrClosed: the store has been closed.
	ErrClosed = fault.New(fault.Unavailable, "database_closed", "the database is closed")
	// ErrUnavailable: the disk or file system failed: full, I/O error, locked.
	ErrUnavailable = fault.New(fault.Unavailable, "database_unavailable", "the database cannot be written or read now")
)

// translate classifies an error of the driver. Errors it does not know stay
// as they are, which makes them internal.
func translate(err error) error {
	var e *driver.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff {
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return ledger.ErrCorrupt.Wrap(err)
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED, lib.SQLITE_FULL, lib.SQLITE_IOERR,
		lib.SQLITE_CANTOPEN, lib.SQLITE_NOMEM, lib.SQLITE_READONLY, lib.SQLITE_PROTOCOL:
		return ErrUnavailable.Wrap(err)
	}
	return err
}

// codeOf returns SQLite's extended result code, 0 for other errors.
func codeOf(err error) int {
	var e *driver.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// constraint reports whether err is the refusal of one statement, which
// leaves the transaction as it was before that statement.
func constraint(err error) bool { return codeOf(err)&0xff == lib.SQLITE_CONSTRAINT }
