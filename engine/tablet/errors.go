package tablet

import "github.com/xinglu/xinglu/internal/fault"

// Errors of this package; compare with errors.Is.
var (
	// ErrInput: a field is missing or wrong; Fields say which.
	ErrInput = fault.New(fault.Invalid, "tablet_input", "the tablet cannot be described like this")
	// ErrPairing: the code is unknown, used or over; which of them is not told.
	ErrPairing = fault.New(fault.NotFound, "pairing_refused", "this pairing code is not good; make a new one")
	// ErrRevoked: the tablet was taken out of use.
	ErrRevoked = fault.New(fault.Forbidden, "tablet_revoked", "this tablet was taken out of use; nothing is taken from it any more")
	// ErrUnpaired: the device is not a tablet of this server.
	ErrUnpaired = fault.New(fault.NotFound, "tablet_unpaired", "this device is not a paired tablet")
	// ErrRequired: the division takes marks from paired tablets only.
	ErrRequired = fault.New(fault.Forbidden, "tablet_required", "this division is judged on the contest's own tablets; have this one paired")
	// ErrNoTablet: there is no such tablet.
	ErrNoTablet = fault.New(fault.NotFound, "no_such_tablet", "there is no such tablet")
	// ErrReason: the act needs a reason in words.
	ErrReason = fault.New(fault.Invalid, "tablet_reason", "give a reason, in at most 300 characters")
)
