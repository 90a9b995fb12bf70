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
	// ErrInvalid: a text of the entry is not valid UTF-8 without NUL, the stream
	// is empty or Expect is out of range.
	ErrInvalid = fault.New(fault.Invalid, "record_invalid", "the record cannot be stored")
	// ErrBusy: too many entries wait for a commit.
	ErrBusy = fault.New(fault.TooMany, "ledger_busy", "too many appends are waiting; try again")
	// ErrContended: other writers kept winning the place in the stream.
	ErrContended = fault.New(fault.Unavailable, "ledger_contended", "the stream is being written by too many at once; try again")
	// ErrUnavailable: the backend failed; the entry may or may not be stored.
	ErrUnavailable = fault.New(fault.Unavailable, "ledger_unavailable", "the ledger's store did not answer; try again")
	// ErrCorrupt: a stored record cannot be decoded. Backends wrap it; Verify
	// names the record.
	ErrCorrupt = fault.New(fault.Internal, "ledger_corrupt", "a stored record cannot be read")
	// ErrClosed: the ledger has been closed.
	ErrClosed = fault.New(fault.Unavailable, "ledger_closed", "the ledger is closed")
)
