package hall

import "github.com/xinglu/xinglu/internal/fault"

// Errors of this package; compare with errors.Is.
var (
	// ErrInput: a field of the act is missing or wrong; Fields say which.
	ErrInput = fault.New(fault.Invalid, "hall_input", "this cannot be recorded like this")
	// ErrKeyReused: the idempotency key was used for something else.
	ErrKeyReused = fault.New(fault.Conflict, "hall_key_reused", "this idempotency key was used for something else; nothing was stored now")
	// ErrReason: the act needs a reason in words.
	ErrReason = fault.New(fault.Invalid, "hall_reason", "give a reason, in at most 300 characters")
	// ErrNoCall: there is no such call.
	ErrNoCall = fault.New(fault.NotFound, "no_such_call", "there is no such call")
	// ErrNoMember: somebody named is not among those who are called.
	ErrNoMember = fault.New(fault.NotFound, "not_called", "this competitor is not among those who are called")
	// ErrStep: nobody goes from this state to that one; Params from, to.
	ErrStep = fault.New(fault.Conflict, "check_in_step", "this step does not follow the competitor's state")
	// ErrIdentity: the rules want a check of identity first.
	ErrIdentity = fault.New(fault.Conflict, "identity_unchecked", "check the competitor's identity first")
	// ErrTooLate: who reports now comes in only by the chief judge's word; Param at.
	ErrTooLate = fault.New(fault.Conflict, "check_in_too_late", "too late to report; the chief judge decides")
	// ErrTooEarly: before the time of the rules an absence needs a reason; Param at.
	ErrTooEarly = fault.New(fault.Conflict, "absence_too_early", "it is too early to record an absence without a reason")
	// ErrNotReady: the rules let people in together, and some are not ready.
	ErrNotReady = fault.New(fault.Conflict, "not_all_ready", "not everybody of this call is ready")
	// ErrUndo: the step is not the competitor's last one.
	ErrUndo = fault.New(fault.Conflict, "nothing_to_undo", "only the last step can be taken back, and once")
	// ErrAsked: the chief judge has been asked already, or need not be.
	ErrAsked = fault.New(fault.Conflict, "admission_asked", "the chief judge has been asked already, or need not be")
	// ErrSamePerson: who asked does not decide.
	ErrSamePerson = fault.New(fault.Forbidden, "admission_same_person", "who asked does not decide; that takes another person")
	// ErrNoAsk: there is no such question, or it is decided.
	ErrNoAsk = fault.New(fault.NotFound, "no_such_admission", "there is no such question, or it is decided")
	// ErrBadge: there is no such badge in this division.
	ErrBadge = fault.New(fault.NotFound, "badge_unknown", "this badge belongs to nobody in this division")
	// ErrBadgeReplaced: a newer badge was given out in the place of this one.
	ErrBadgeReplaced = fault.New(fault.Gone, "badge_replaced", "this badge was replaced by a newer one")
	// ErrNoClock: the account keeps no clock of such a code in the module.
	ErrNoClock = fault.New(fault.NotFound, "no_such_clock", "there is no clock of this code for you")
	// ErrClock: the clock is not in a state for this; Params state, at.
	ErrClock = fault.New(fault.Conflict, "clock_state", "the clock is in another state; somebody else may have been first")
	// ErrClockInUse: clocks of these codes have run or were given time, so the
	// codes stay whose they are; Param code.
	ErrClockInUse = fault.New(fault.Conflict, "clock_in_use", "a clock of these codes has run or was given time; the chief judge has to take that back first")
	// ErrNoGrant: there is no such compensation, or it was taken back.
	ErrNoGrant = fault.New(fault.NotFound, "no_such_compensation", "there is no such compensation")
	// ErrOrder: the records of a stream do not follow one another.
	ErrOrder = fault.New(fault.Internal, "hall_order", "a record of the hall is out of order")
)
