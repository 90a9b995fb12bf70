package exam

import (
	"strings"
	"time"
)

// The decisions of this file and of save.go are pure: they look at the
// attempt, the course of its sitting, the time and a command, and return the
// event to append. A nil event without an error means that what was asked for
// has been done before. They change nothing.

// Seat says where and on which machine a candidate sits down.
type Seat struct {
	Place   Place
	Device  string
	Address string // network address of the machine
	Pledge  bool   // the honesty pledge was accepted
}

// open returns why nothing more can happen to the attempt, or nil.
func (a *Attempt) open() error {
	switch a.State {
	case Void:
		return ErrVoid
	case Abandoned:
		return ErrAbandoned
	case Submitted, Finished:
		return ErrAttemptClosed
	case NotStarted, InRoom, InProgress, Paused, Overdue: // the last two are never stored
	}
	return nil
}

// held returns ErrReplaced unless the fence is that of the seat now.
func (a *Attempt) held(fence int64) error {
	if fence != a.Fence {
		return ErrReplaced
	}
	return nil
}

// Admit lets the candidate in, or moves the attempt to another seat or
// device. Where seats are bound, a candidate moves at the seat's own address
// only: elsewhere staff move the candidate or free the seat. Errors: those of
// Attempt.mayEnter, ErrPledge, ErrAddress.
func (a *Attempt) Admit(now time.Time, c *Course, s Seat, node string) (Event, error) {
	if err := a.mayEnter(now, c); err != nil {
		return nil, err
	}
	if !s.Pledge {
		return nil, ErrPledge
	}
	if a.State == NotStarted {
		return Admitted{Place: s.Place, Device: s.Device, Fence: a.Fence + 1, Pledge: true, Node: node}, nil
	}
	if a.Place == s.Place && a.Device == s.Device {
		return nil, nil
	}
	if a.Lock.boundElsewhere(&c.Rules, s.Address) {
		return nil, ErrAddress
	}
	return SeatMoved{Place: s.Place, Device: s.Device, Fence: a.Fence + 1, Pledge: a.Device == "", Node: node}, nil
}

// mayEnter returns why the candidate cannot sit down now, or nil. Errors:
// ErrNotOpen, ErrEntryEarly, ErrEntryLate, ErrMarkedAbsent, ErrSittingClosed,
// ErrAttemptClosed, ErrAbandoned, ErrVoid.
func (a *Attempt) mayEnter(now time.Time, c *Course) error {
	if err := a.open(); err != nil {
		return err
	}
	switch {
	case c.State == Planned:
		return ErrNotOpen
	case c.State == Closed:
		return ErrSittingClosed
	case now.Before(c.entryOpens()):
		return ErrEntryEarly.Param("at", instant(c.entryOpens()))
	case a.Room.Absent != nil:
		return ErrMarkedAbsent
	}
	// The last entry is about coming in. Who is in and changes seats later
	// has come in time.
	if last := c.lastEntry(); a.State == NotStarted && !last.IsZero() && now.After(last) {
		return ErrEntryLate.Param("at", instant(last))
	}
	return nil
}

// Start begins the candidate's clock with the first view of the paper.
// Errors: ErrNotAdmitted, ErrReplaced, ErrNotStarted, ErrPaused,
// ErrSittingClosed, ErrAttemptClosed, ErrVoid.
func (a *Attempt) Start(now time.Time, c *Course, fence int64, node string) (Event, error) {
	if err := a.open(); err != nil {
		return nil, err
	}
	if a.State == NotStarted {
		return nil, ErrNotAdmitted
	}
	if err := a.held(fence); err != nil {
		return nil, err
	}
	switch {
	case a.State == InProgress:
		return nil, nil
	case c.State == Closed:
		return nil, ErrSittingClosed
	case c.State != Running:
		return nil, ErrNotStarted
	case c.openPause(a.ID, a.Ticket.Place) != nil:
		return nil, ErrPaused
	case !now.Before(a.Times(c, now).End):
		return nil, ErrSittingClosed
	}
	if err := a.passed(&c.Rules, fence); err != nil {
		return nil, err
	}
	return Started{Fence: fence, Node: node}, nil
}

// Leave is a command to hand in.
type Leave struct {
	By     By
	Fence  int64  // by the candidate: of the seat
	Key    string // by the candidate: idempotency key
	Reason string // by the invigilator
}

// Finish hands in. It is the one way to the end for candidate, clock and
// invigilator. Errors: ErrNotStarted, ErrReplaced and ErrHandInEarly
// (candidate), ErrNotDue (clock), ErrReason (invigilator), ErrKey, ErrVoid,
// ErrAbandoned.
func (a *Attempt) Finish(now time.Time, c *Course, l Leave, node string) (Event, error) {
	switch a.State {
	case Void:
		return nil, ErrVoid
	case Abandoned:
		return nil, ErrAbandoned
	case Submitted, Finished:
		return nil, nil
	case NotStarted, InRoom:
		return nil, ErrNotStarted
	case InProgress, Paused, Overdue: // the last two are never stored
	}
	t := a.Times(c, now)
	at := now
	if t.End.Before(now) {
		at = t.End
	}
	switch l.By {
	case ByCandidate:
		if err := a.held(l.Fence); err != nil {
			return nil, err
		}
		if err := checkKey(l.Key); err != nil {
			return nil, err
		}
		// A candidate whose end comes before the earliest hand-in is not held.
		if now.Before(t.HandIn) && now.Before(t.End) {
			return nil, ErrHandInEarly.Param("at", instant(t.HandIn))
		}
	case ByClock:
		if now.Before(t.LastCall) {
			return nil, ErrNotDue
		}
	case ByInvigilator:
		if strings.TrimSpace(l.Reason) == "" {
			return nil, ErrReason
		}
	}
	return HandedIn{By: l.By, At: at, Place: a.Place, Key: l.Key, Reason: l.Reason, Course: c.Seq,
		Answered: a.Answered(), Total: a.Ticket.Questions, Node: node}, nil
}

// Abandon ends an attempt whose time ran out where the rules say so. Errors:
// ErrNotDue; a nil event when the attempt does not run.
func (a *Attempt) Abandon(now time.Time, c *Course, node string) (Event, error) {
	if a.State != InProgress {
		return nil, nil
	}
	t := a.Times(c, now)
	if now.Before(t.LastCall) {
		return nil, ErrNotDue
	}
	return AttemptAbandoned{Reason: "overdue", At: t.End, Course: c.Seq, Place: a.Place, Node: node}, nil
}

// Mark marks a submitted attempt. The result is a pure function of the
// answers in the ledger, the paper and the frozen rules.
func (a *Attempt) Mark(c *Course, r *Released, node string) (Event, error) {
	if a.State != Submitted {
		return nil, nil
	}
	result, err := r.mark(a, &c.Rules)
	if err != nil {
		return nil, err
	}
	return Marked{Paper: r.form.id, Form: a.Ticket.Form, Result: result, ScoringVersion: markingVersion,
		RulesVersion: c.Rules.Version, Place: a.Place, Node: node}, nil
}

// Invalidate declares the attempt void, at any time and for good.
func (a *Attempt) Invalidate(reason, node string) (Event, error) {
	if strings.TrimSpace(reason) == "" {
		return nil, ErrReason
	}
	if a.State == Void {
		return nil, nil
	}
	return Voided{Reason: reason, Place: a.Place, Node: node}, nil
}

func checkKey(key string) error {
	if key == "" || len(key) > 100 {
		return ErrKey
	}
	return nil
}

// instant is a time as messages carry it.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// instantOf is a time as documents and records keep it.
func instantOf(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
