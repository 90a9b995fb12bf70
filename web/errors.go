package web

import (
	"errors"
	"fmt"

	"github.com/xinglu/xinglu/internal/fault"
)

// Errors of this package.
var (
	errCrossOrigin = fault.New(fault.Forbidden, "cross_origin", "requests from other sites are refused")
	errSignInRate  = fault.New(fault.TooMany, "sign_in_rate", "too many tries; wait a minute")
	errCheckRate   = fault.New(fault.TooMany, "check_rate", "too many checks; wait a minute")
	errNoAccount   = fault.New(fault.NotFound, "no_such_account", "there is no such account")
	errOldPassword = fault.New(fault.Forbidden, "old_password_wrong", "the present password or PIN is wrong")
	errOwnAccount  = fault.New(fault.Conflict, "own_account", "ask someone else to disable your own account")
	errNoRehearsal = fault.New(fault.NotFound, "no_rehearsal", "rehearsals are switched off on this server")
	errSeed        = fault.New(fault.Invalid, "bad_seed", "the seed is a whole number below 2^64")
	errRehearsing  = fault.New(fault.Conflict, "rehearsal_running", "a rehearsal is running already")
	errNoLockdown  = fault.New(fault.NotFound, "no_lockdown", "the sitting has no settings of Safe Exam Browser")
	errOrigin      = fault.New(fault.Invalid, "bad_origin", "give the address of this server as tablets reach it")
	errStopping    = fault.New(fault.Unavailable, "server_stopping", "the server is stopping; try again in a moment")
)

// errBadFrame ends a socket with closeBadFrame; it is never told otherwise.
var errBadFrame = errors.New("no frame of this protocol")

// panicError carries a recovered panic to the error handler's log.
type panicError struct {
	value any
	stack []byte
}

func (p panicError) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }
