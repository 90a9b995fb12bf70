package custody

import "github.com/xinglu/xinglu/internal/fault"

// Errors of this package; compare with errors.Is.
var (
	// ErrSealing: Seal refused its input; Fields name the places.
	ErrSealing = fault.New(fault.Invalid, "sealing_invalid", "the papers cannot be sealed like this")
	// ErrEnrolment: Enrol refused its input; Fields name the places.
	ErrEnrolment = fault.New(fault.Invalid, "enrolment_invalid", "the custodian cannot be enrolled like this")
	// ErrEnrolled: the account has a key; it is not replaced.
	ErrEnrolled = fault.New(fault.Conflict, "custodian_enrolled", "this account has enrolled; who forgot the passphrase needs a new account")
	// ErrNotSealed: the sitting has no package.
	ErrNotSealed = fault.New(fault.Conflict, "papers_not_sealed", "no papers are sealed for this sitting")
	// ErrLocked: the package is not released.
	ErrLocked = fault.New(fault.Conflict, "package_locked", "two custodians have not released the papers yet")
	// ErrReleased: what was asked for is possible only before the release.
	ErrReleased = fault.New(fault.Conflict, "papers_released", "the papers are released already")
	// ErrPaper: the package has no such paper.
	ErrPaper = fault.New(fault.NotFound, "paper_not_in_package", "the sitting's package has no such paper")
	// ErrReason: a view or print needs a reason.
	ErrReason = fault.New(fault.Invalid, "custody_reason", "say why, in at most 300 characters")
	// ErrTooEarly: the papers are not released before Param "at".
	ErrTooEarly = fault.New(fault.Conflict, "release_too_early", "the papers may not be released yet")
	// ErrClock: the server's clock was set forward while it ran, past the
	// earliest release.
	ErrClock = fault.New(fault.Unavailable, "clock_jumped", "the server's clock was changed while it ran; check the time and restart the server")
	// ErrNotEnrolled: the account has no key.
	ErrNotEnrolled = fault.New(fault.Conflict, "custodian_not_enrolled", "this account has not enrolled as a custodian")
	// ErrNotCustodian: the package was not sealed for the account's key.
	ErrNotCustodian = fault.New(fault.Forbidden, "not_custodian", "these papers are not sealed for you")
	// ErrPassphrase: the passphrase is not the custodian's.
	ErrPassphrase = fault.New(fault.Forbidden, "passphrase_wrong", "the passphrase is wrong")
	// ErrTries: too many wrong passphrases; Param "at" says when to try again.
	ErrTries = fault.New(fault.TooMany, "passphrase_tries", "too many wrong passphrases; wait")
	// ErrDamaged: a package was changed; Param "part" says where.
	ErrDamaged = fault.New(fault.Invalid, "package_damaged", "the package was changed after it was sealed")
	// ErrSigner: a package is signed by a server that is not trusted here.
	ErrSigner = fault.New(fault.Forbidden, "package_signer_unknown", "the package is signed by a server that is not trusted here")
	// ErrOtherSitting: the package belongs to another sitting.
	ErrOtherSitting = fault.New(fault.Invalid, "package_other_sitting", "the package belongs to another sitting")
	// ErrBusy: others kept changing the custody of the sitting; try again.
	ErrBusy = fault.New(fault.Unavailable, "custody_busy", "the custody of this sitting is being changed by others; try again")
)

// The parts of a package that ErrDamaged names.
const (
	partFile       = "file"
	partManifest   = "manifest"
	partCiphertext = "ciphertext"
	partSignature  = "signature"
	partHalf       = "half"
)

func damaged(part string, cause error) error { return ErrDamaged.Param("part", part).Wrap(cause) }
