package engine

import "github.com/xinglu/xinglu/internal/fault"

// Errors of this package; compare with errors.Is.
var (
	// ErrContest: a field of a contest or division is missing or wrong.
	ErrContest = fault.New(fault.Invalid, "invalid_contest", "the contest is not valid")
	// ErrFrozen: the division is open; what results depend on no longer changes.
	ErrFrozen = fault.New(fault.Conflict, "division_frozen", "the division has been opened; this is frozen now")
	// ErrNotRunning: marks are taken only while the division runs.
	ErrNotRunning = fault.New(fault.Conflict, "division_not_running", "the division takes no marks now")
	// ErrNotReady: the division lacks something it needs before it can open.
	ErrNotReady = fault.New(fault.Invalid, "division_not_ready", "the division cannot be opened yet")
	// ErrStatus: the division cannot go from its status to that one.
	ErrStatus = fault.New(fault.Conflict, "division_status", "the division cannot change to this status now")
	// ErrNoSheet: no such sheet, or it is not for marking by a panel.
	ErrNoSheet = fault.New(fault.NotFound, "no_such_sheet", "there is no such sheet")
	// ErrWrongPanel: the judge is not on the panel for this competitor and module.
	ErrWrongPanel = fault.New(fault.Forbidden, "wrong_panel", "this sheet belongs to another panel")
	// ErrWrongCode: the repeated characters are not the end of the sheet's code.
	ErrWrongCode = fault.New(fault.Invalid, "wrong_code", "the repeated code does not belong to this sheet")
	// ErrMarkVersion: another sheet of the same judge came first.
	ErrMarkVersion = fault.New(fault.Conflict, "version_conflict", "the sheet was submitted from elsewhere meanwhile")
	// ErrKeyReused: the idempotency key belongs to a submission of another sheet.
	ErrKeyReused = fault.New(fault.Conflict, "key_reused", "this idempotency key was used for another sheet")
	// ErrSheetLocked: the panel has agreed; changing it takes an unlock.
	ErrSheetLocked = fault.New(fault.Conflict, "sheet_locked", "the panel has agreed on this sheet; it is locked")
	// ErrOffice: the account does not hold the office in this division.
	ErrOffice = fault.New(fault.Forbidden, "no_such_office", "this is for somebody else of the division")
	// ErrSamePerson: the second of two people must be another one.
	ErrSamePerson = fault.New(fault.Forbidden, "same_person", "the second person must be another one than the first")
	// ErrPhase: the division is not where this can be done.
	ErrPhase = fault.New(fault.Conflict, "division_phase", "this cannot be done at this point of the division")
	// ErrReason: the act needs a reason in words.
	ErrReason = fault.New(fault.Invalid, "act_reason_missing", "give a reason")
	// ErrOvertaken: something else came first; look again.
	ErrOvertaken = fault.New(fault.Conflict, "overtaken", "something else came first; look again and repeat if it still fits")
	// ErrNoCode: there is no such code in this layer, or it has not been drawn.
	ErrNoCode = fault.New(fault.NotFound, "no_such_code", "there is no such code")
	// ErrNoBoard: no such division, or it has not been opened.
	ErrNoBoard = fault.New(fault.NotFound, "no_such_board", "there is no such board")
	// ErrNoRow: the board has no such row.
	ErrNoRow = fault.New(fault.NotFound, "no_such_row", "the board has no such competitor")
)
