package exam

import "github.com/xinglu/xinglu/internal/fault"

// Errors of the exam; compare with errors.Is. Their codes are part of the API.
var (
	// ErrTicketRefused: unknown ticket or wrong tail of the ID number. The two
	// are not told apart.
	ErrTicketRefused = fault.New(fault.Unauthenticated, "ticket_refused", "the ticket number and the last six of the ID number do not belong together")
	// ErrSittingNotFound: no sitting has that id.
	ErrSittingNotFound = fault.New(fault.NotFound, "sitting_not_found", "no such sitting")
	// ErrAttemptNotFound: no attempt has that id.
	ErrAttemptNotFound = fault.New(fault.NotFound, "attempt_not_found", "no such attempt")
	// ErrSittingInvalid: CreateSitting refused its input; Fields name the places.
	ErrSittingInvalid = fault.New(fault.Invalid, "sitting_invalid", "the sitting is not complete or not consistent")
	// ErrRegistration: Register refused the whole list; Fields name the places.
	ErrRegistration = fault.New(fault.Invalid, "registration_refused", "the registrations have mistakes; nothing was registered")
	// ErrPlacing: Prepare cannot seat everybody, or the paper or ticket
	// template does not fit; Fields tell what is wrong. Nothing was prepared.
	ErrPlacing = fault.New(fault.Conflict, "placing_refused", "the sitting cannot be prepared")
	// ErrRollFrozen: registration is over because Prepare has begun.
	ErrRollFrozen = fault.New(fault.Conflict, "roll_frozen", "the sitting is being prepared; nobody can be added any more")
	// ErrNotPrepared: OpenEntry before Prepare.
	ErrNotPrepared = fault.New(fault.Conflict, "sitting_not_prepared", "the sitting is not prepared")
	// ErrNotOpen: the sitting has not opened for entry.
	ErrNotOpen = fault.New(fault.Conflict, "sitting_not_open", "the sitting has not opened for entry")
	// ErrSealed: the papers of the sitting are not released yet.
	ErrSealed = fault.New(fault.Conflict, "papers_sealed", "the papers are under seal; two custodians release them")
	// ErrPaperDiffers: a released paper does not have the shape that its
	// sitting was prepared with.
	ErrPaperDiffers = fault.New(fault.Internal, "paper_differs", "the paper is not the one that the sitting was prepared with")
	// ErrFigureNotFound: the candidate's paper has no such picture.
	ErrFigureNotFound = fault.New(fault.NotFound, "figure_not_found", "the paper has no such picture")
	// ErrStartTooEarly: Start before starts_at less the rule's early_start_ms.
	ErrStartTooEarly = fault.New(fault.Conflict, "start_too_early", "the sitting starts at {at}")
	// ErrNotStarted: the sitting, or this attempt, has not been started.
	ErrNotStarted = fault.New(fault.Conflict, "sitting_not_started", "the exam has not started")
	// ErrSittingClosed: the sitting is over, or no time would be left in it.
	ErrSittingClosed = fault.New(fault.Gone, "sitting_closed", "the sitting is closed")
	// ErrAttemptsRunning: Close while candidates still write.
	ErrAttemptsRunning = fault.New(fault.Conflict, "attempts_running", "{count} attempts are still running")
	// ErrEntryEarly: before the entry window.
	ErrEntryEarly = fault.New(fault.Conflict, "entry_not_open", "entry opens at {at}")
	// ErrEntryLate: after the last entry.
	ErrEntryLate = fault.New(fault.Conflict, "entry_closed", "the last entry was at {at}")
	// ErrPledge: admission without the honesty pledge.
	ErrPledge = fault.New(fault.Invalid, "pledge_missing", "the honesty pledge has to be accepted")
	// ErrPlace: the seat is not one of the sitting's.
	ErrPlace = fault.New(fault.Invalid, "unknown_place", "the sitting has no such seat")
	// ErrNotAdmitted: the candidate has not confirmed identity and pledge.
	ErrNotAdmitted = fault.New(fault.Conflict, "not_admitted", "the candidate is not admitted yet")
	// ErrReplaced: another seat has taken the attempt over.
	ErrReplaced = fault.New(fault.Conflict, "replaced", "the exam goes on at another seat")
	// ErrAttemptClosed: the attempt was handed in or is finished.
	ErrAttemptClosed = fault.New(fault.Gone, "attempt_closed", "the attempt is closed")
	// ErrAbandoned: the time ran out and nobody handed in; see Rules.Overdue.
	ErrAbandoned = fault.New(fault.Gone, "attempt_abandoned", "the time ran out and the attempt was not handed in")
	// ErrVoid: the attempt was declared void.
	ErrVoid = fault.New(fault.Gone, "attempt_void", "the attempt was declared void")
	// ErrTooLate: the answer came after the end of the attempt.
	ErrTooLate = fault.New(fault.Gone, "too_late", "the answer came after the end")
	// ErrHandInEarly: before the earliest hand-in; parameter at.
	ErrHandInEarly = fault.New(fault.Conflict, "hand_in_too_early", "hand-in is possible from {at}")
	// ErrNotDue: the clock may not hand in yet. It does not reach a screen.
	ErrNotDue = fault.New(fault.Conflict, "not_due", "the attempt has time left")
	// ErrBadFrame: a save frame without answers, with too many, or malformed.
	ErrBadFrame = fault.New(fault.Invalid, "bad_frame", "the frame is malformed")
	// ErrAnswers: some answers of a frame were refused, for several reasons.
	ErrAnswers = fault.New(fault.Invalid, "answers_refused", "some answers were refused")
	// ErrKey: a hand-in, grant or registration without an idempotency key, or
	// with one that is too long.
	ErrKey = fault.New(fault.Invalid, "key_invalid", "an idempotency key of 1 to 100 bytes is needed")
	// ErrGrant: the grant is not complete or not allowed; Fields tell why.
	ErrGrant = fault.New(fault.Invalid, "grant_refused", "the extra time cannot be granted")
	// ErrContingency: more time than may be given back; parameters limit_ms,
	// lost_ms, beyond and the ticket of one candidate.
	ErrContingency = fault.New(fault.Conflict, "contingency_beyond", "candidates would get back more lost time than the rules allow; let them sit another time, or let a provincial account approve it")
	// ErrPause: the pause is not complete or not allowed; Fields tell why.
	ErrPause = fault.New(fault.Invalid, "pause_refused", "the exam cannot be paused so")
	// ErrPauseNotFound: the sitting has no such pause.
	ErrPauseNotFound = fault.New(fault.NotFound, "pause_not_found", "no such pause")
	// ErrPaused: the exam is paused for this candidate.
	ErrPaused = fault.New(fault.Conflict, "exam_paused", "the exam is paused")
	// ErrAnnouncement: the announcement is not complete; Fields tell why.
	ErrAnnouncement = fault.New(fault.Invalid, "announcement_refused", "the announcement cannot be made so")
	// ErrMarkedAbsent: staff have marked the candidate as absent.
	ErrMarkedAbsent = fault.New(fault.Conflict, "marked_absent", "the candidate is marked as absent; the invigilator can lift that")
	// ErrNotAbsent: absence of somebody who was admitted.
	ErrNotAbsent = fault.New(fault.Conflict, "not_absent", "the candidate was admitted")
	// ErrAbsentEarly: absence before the rules allow to say so; parameter at.
	ErrAbsentEarly = fault.New(fault.Conflict, "absent_too_early", "candidates can be marked as absent from {at}")
	// ErrSeatTaken: another candidate has the seat.
	ErrSeatTaken = fault.New(fault.Conflict, "seat_taken", "another candidate has this seat")
	// ErrReason: an intervention of staff without a reason.
	ErrReason = fault.New(fault.Invalid, "reason_missing", "a reason is needed")
	// ErrBusy: other nodes kept winning the place in the stream. Try again.
	ErrBusy = fault.New(fault.Unavailable, "attempt_busy", "the record is being changed elsewhere; try again")
	// ErrFold: a stream holds something that this version cannot read.
	ErrFold = fault.New(fault.Internal, "exam_fold", "the stream holds a record that cannot be read")
)

// Codes of single refused answers, beside those of ErrTooLate, ErrAttemptClosed
// and ErrNotStarted.
const (
	CodeUnknownQuestion = "unknown_question" // not in this candidate's paper
	CodeUnknownOption   = "unknown_option"   // not an option of the question, or named twice
	CodeTooManyOptions  = "too_many_options" // more than the kind of question takes
	CodeNotPermutation  = "not_permutation"  // ordering: not every option exactly once
	CodePairCount       = "pair_count"       // matching: not one entry a prompt
	CodeBlankCount      = "blank_count"      // fill-in: not one text a blank
	CodeTextCount       = "text_count"       // more than one text
	CodeTooLong         = "too_long"         // a text has more characters than the question takes
	CodeBadText         = "bad_text"         // a text holds control characters
	CodeBadSeq          = "bad_seq"          // seq below 1 or above 2^53
	CodeSeqReused       = "seq_reused"       // this seq holds another value already: send it with a higher one
)
