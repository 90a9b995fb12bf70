package plan

import "github.com/xinglu/xinglu/internal/fault"

// Errors of plans; compare with errors.Is. Their codes are part of the API.
var (
	// ErrNotFound: no plan has that id.
	ErrNotFound = fault.New(fault.NotFound, "plan_not_found", "no such plan")
	// ErrEntryNotFound: the plan has no such entry.
	ErrEntryNotFound = fault.New(fault.NotFound, "entry_not_found", "the plan has no such entry")
	// ErrInvalid: the plan is not complete or not consistent; Fields name the places.
	ErrInvalid = fault.New(fault.Invalid, "plan_invalid", "the plan is not complete or not consistent")
	// ErrFrozen: the plan was opened and does not change any more.
	ErrFrozen = fault.New(fault.Conflict, "plan_frozen", "the plan is open; it does not change any more")
	// ErrChanged: the draft was changed by someone else since it was read.
	ErrChanged = fault.New(fault.Conflict, "plan_changed", "someone else changed the plan; read it again")
	// ErrStatus: this step does not follow from the plan's status.
	ErrStatus = fault.New(fault.Conflict, "plan_status", "the plan is {status}; this step is not possible now")
	// ErrKind: the plan is for something else; parameter kind.
	ErrKind = fault.New(fault.Conflict, "plan_kind", "this is done with plans for contests; the plan is for {kind}")
	// ErrPending: entries are not decided yet; parameter count.
	ErrPending = fault.New(fault.Conflict, "entries_pending", "{count} entries are not decided yet")
	// ErrWindow: outside the registration window and without a reason for late entry.
	ErrWindow = fault.New(fault.Conflict, "registration_over", "registration is possible from {from} to {until}; a late entry needs a reason")
	// ErrApplication: entries were refused, all of the list; Fields name the places.
	ErrApplication = fault.New(fault.Invalid, "application_refused", "the entries have mistakes; nothing was registered")
	// ErrKey: no idempotency key, or one over 100 bytes.
	ErrKey = fault.New(fault.Invalid, "plan_key", "an idempotency key of 1 to 100 bytes is needed")
	// ErrReason: a decision that needs a reason has none.
	ErrReason = fault.New(fault.Invalid, "decision_reason", "give a reason")
	// ErrDecision: the decision is not possible for some entries; Fields name them.
	ErrDecision = fault.New(fault.Conflict, "decision_refused", "the decision is not possible; nothing was decided")
	// ErrNobody: no accepted entry waits for this sitting.
	ErrNobody = fault.New(fault.Conflict, "nobody_to_place", "no accepted entry is waiting for such a sitting")
	// ErrPhoto: the photo breaks the plan's rule; Fields tell how.
	ErrPhoto = fault.New(fault.Invalid, "photo_refused", "the photo does not meet the rule")
	// ErrNoPhoto: there is no photo of this person.
	ErrNoPhoto = fault.New(fault.NotFound, "photo_not_found", "there is no photo")
	// ErrArchive: the archive of photos cannot be read.
	ErrArchive = fault.New(fault.Invalid, "photo_archive", "this is no zip archive that can be read, or it is too large")
	// ErrBusy: others kept writing to the plan. Try again.
	ErrBusy = fault.New(fault.Unavailable, "plan_busy", "the plan is being changed elsewhere; try again")
	// ErrFold: the stream holds something that this version cannot read.
	ErrFold = fault.New(fault.Internal, "plan_fold", "the plan's stream holds a record that cannot be read")
)
