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
	// ErrCard: the card is forged, revoked, used up or for another tablet; which
	// of them is not told.
	ErrCard = fault.New(fault.Unauthenticated, "card_refused", "this card does not sign anybody in here")
	// ErrCardOver: the card's time is over.
	ErrCardOver = fault.New(fault.Unauthenticated, "card_over", "this card is no longer valid")
	// ErrNoCard: there is no such card.
	ErrNoCard = fault.New(fault.NotFound, "no_such_card", "there is no such card")
	// ErrNoCardFor: cards are for open accounts that are judges and nothing else.
	ErrNoCardFor = fault.New(fault.Forbidden, "no_card_for_role", "cards are for judges only; this account signs in with its PIN")
	// ErrInvalidCard: a field of the card is wrong.
	ErrInvalidCard = fault.New(fault.Invalid, "invalid_card", "the card cannot be issued like this")
)
