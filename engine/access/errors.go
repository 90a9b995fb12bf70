package access

import "github.com/xinglu/xinglu/internal/fault"

// Errors of this package; compare with errors.Is.
var (
	// ErrRefused: unknown login, wrong password or disabled account; which of
	// them is not told.
	ErrRefused = fault.New(fault.Unauthenticated, "sign_in_refused", "login or password is wrong")
	// ErrSignedOut: there is no such login, or it is over.
	ErrSignedOut = fault.New(fault.Unauthenticated, "signed_out", "sign in first")
	// ErrForbidden: the account's roles do not allow the action.
	ErrForbidden = fault.New(fault.Forbidden, "forbidden", "your role does not allow this")
	// ErrWeakPassword: shorter than the account's policy allows.
	ErrWeakPassword = fault.New(fault.Invalid, "weak_password", "the password is too short")
	// ErrInvalidAccount: a field of the account is missing or wrong.
	ErrInvalidAccount = fault.New(fault.Invalid, "invalid_account", "the account is not valid")
	// ErrLoginTaken: another account has this login.
	ErrLoginTaken = fault.New(fault.Conflict, "login_taken", "another account has this login")
	// ErrBusy: too many sign-ins at once.
	ErrBusy = fault.New(fault.Unavailable, "sign_in_busy", "too many people are signing in; try again")
)
