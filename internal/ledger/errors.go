package ledger

import "github.com/xinglu/xinglu/internal/fault"

// Errors of the ledger; compare with errors.Is.
var (
	// ErrConflict: Entry.Expect is not the stream's last record. Nothing was
	// stored; read the new records and decide anew.
	ErrConflict = fault.New(fault.Conflict, "ledger_conflict", "the stream has moved on")
	// ErrTooLarge: the stream name, key or data exceeds its limit.
	ErrTooLarge = fault.New(fault.Invalid, "record_too_large", "record exceeds its size limit")
	// ErrTaken is for backends only: a record's place or key is taken.
	ErrTaken = fault.New(fault.Conflict, "ledger_taken", "place or key taken")
	// ErrClosed: the ledger has been closed.
	ErrClosed = fault.New(fault.Unavailable, "ledger_closed", "the ledger is closed")
)
