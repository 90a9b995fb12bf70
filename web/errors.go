package web

import (
	"fmt"

	"github.com/xinglu/xinglu/internal/fault"
)

// Errors of this package.
var (
	errCrossOrigin = fault.New(fault.Forbidden, "cross_origin", "requests from other sites are refused")
	errSignInRate  = fault.New(fault.TooMany, "sign_in_rate", "too many tries; wait a minute")
	errBadFrame    = fault.New(fault.Invalid, "bad_frame", "the frame is not understood")
	errNoRehearsal = fault.New(fault.NotFound, "no_rehearsal", "rehearsals are switched off on this server")
	errSeed        = fault.New(fault.Invalid, "bad_seed", "the seed is a whole number below 2^64")
	errRehearsing  = fault.New(fault.Conflict, "rehearsal_running", "a rehearsal is running already")
)

// panicError carries a recovered panic to the error handler's log.
type panicError struct{ value any }

func (p panicError) Error() string { return fmt.Sprintf("panic: %v", p.value) }
