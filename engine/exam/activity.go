package exam

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"time"

	"github.com/xinglu/xinglu/internal/fault"
)

// AttemptAbandoned ends an attempt whose time ran out where the rules say
// that nobody hands in then: it is not marked.
type AttemptAbandoned struct {
	Reason string    `json:"reason"`
	At     time.Time `json:"at"` // the end of the attempt
	Course int64     `json:"course"`
	Place  Place     `json:"place,omitzero"` // where the candidate sat last
	Node   string    `json:"node"`
}

// Noted says that the candidate's screen has shown the sitting's notices up
// to a record.
type Noted struct {
	Course int64  `json:"course"`
	Fence  int64  `json:"fence"`
	Node   string `json:"node"`
}

// Activity is what the candidate's screen noticed beside the answers: page
// left, focus lost and the like. It is evidence for people and decides
// nothing.
type Activity struct {
	Fence  int64           `json:"fence"`
	Events []ActivityEvent `json:"events"`
	Node   string          `json:"node"`
}

// ActivityEvent is one of them. MS is how long it lasted, if that is known.
type ActivityEvent struct {
	Kind   string `json:"kind"`
	MonoMS Stamp  `json:"mono_ms"`
	Wall   Stamp  `json:"wall"`
	MS     int64  `json:"ms"`
}

// The kinds of activity that mean that the exam was out of sight. Screens may
// name others, in words of a-z and _.
const (
	PageLeave = "page_leave"
	FocusLoss = "focus_loss"
)

func (AttemptAbandoned) kind() string { return "attempt.abandoned" }
func (Noted) kind() string            { return "attempt.noted" }
func (Activity) kind() string         { return "attempt.activity" }

// Away sums up the activity of an attempt.
type Away struct {
	Count   int   `json:"count"`   // times that the exam was out of sight
	MS      int64 `json:"ms"`      // how long together
	Events  int   `json:"events"`  // of all kinds
	Records int   `json:"records"` // in the ledger
}

func (w *Away) add(e Activity) {
	w.Records++
	for _, v := range e.Events {
		w.Events++
		if v.Kind == PageLeave || v.Kind == FocusLoss {
			w.Count++
			w.MS += v.MS
		}
	}
}

// Limits of activity: a screen that reports without end must not fill the
// store. They are no rule of any examination.
const (
	maxActivityEvents  = 50
	maxActivityRecords = 500
)

// ErrActivity refuses a report of activity that is malformed.
var ErrActivity = fault.New(fault.Invalid, "activity_invalid", "the report of activity is malformed")

// ErrActivityFull says that the attempt has as many reports as are kept.
var ErrActivityFull = fault.New(fault.Conflict, "activity_full", "no more activity is recorded for this attempt")

var activityKind = regexp.MustCompile(`^[a-z_]{1,32}$`)

// Act records activity. A nil event means that the rules ignore it or that
// the attempt does not run. Errors: ErrActivity, ErrActivityFull, ErrReplaced,
// ErrVoid.
func (a *Attempt) Act(c *Course, fence int64, events []ActivityEvent, node string) (Event, error) {
	if a.State == Void {
		return nil, ErrVoid
	}
	if err := a.held(fence); err != nil {
		return nil, err
	}
	if len(events) == 0 || len(events) > maxActivityEvents {
		return nil, ErrActivity
	}
	for _, e := range events {
		if !activityKind.MatchString(e.Kind) || e.MS < 0 || e.MS > maxDuration {
			return nil, ErrActivity
		}
	}
	if c.Rules.Activity == ActivityIgnore || a.State != InProgress {
		return nil, nil
	}
	if a.Away.Records >= maxActivityRecords {
		return nil, ErrActivityFull
	}
	return Activity{Fence: fence, Events: events, Node: node}, nil
}

// Note records that the seat has shown the sitting's records up to course.
// A nil event means that it did so before. Errors: ErrBadFrame for a record
// that the sitting does not have, ErrReplaced, ErrVoid.
func (a *Attempt) Note(c *Course, fence, course int64, node string) (Event, error) {
	if a.State == Void {
		return nil, ErrVoid
	}
	if err := a.held(fence); err != nil {
		return nil, err
	}
	if course < 1 || course > c.Seq {
		return nil, ErrBadFrame.With(fault.Field{Path: "seq", Code: "unknown_record", Message: "the sitting has no such record"})
	}
	if course <= a.Noted {
		return nil, nil
	}
	return Noted{Course: course, Fence: fence, Node: node}, nil
}

// Activity takes a report of the candidate's screen. The same report again is
// taken once. Errors: those of Attempt.Act, ErrAttemptNotFound.
func (s *Service) Activity(ctx context.Context, id AttemptID, fence, n int64, events []ActivityEvent) (NotedFrame, error) {
	data, err := json.Marshal(events)
	if err != nil {
		return NotedFrame{}, err
	}
	sum := sha256.Sum256(data)
	err = s.with(ctx, id, func(e *entry) error {
		_, err := s.act(ctx, e, e.attempt.actor(), "activity/"+hex.EncodeToString(sum[:16]), false, func(_ time.Time, a *Attempt, c *Course) (Event, error) {
			return a.Act(c, fence, events, s.o.Node)
		})
		return err
	})
	return NotedFrame{Head: Head{"activity"}, N: n}, err
}

// Note takes the confirmation of notices. Errors: those of Attempt.Note,
// ErrAttemptNotFound.
func (s *Service) Note(ctx context.Context, id AttemptID, fence, n, course int64) (NotedFrame, error) {
	err := s.with(ctx, id, func(e *entry) error {
		_, err := s.act(ctx, e, e.attempt.actor(), "", false, func(_ time.Time, a *Attempt, c *Course) (Event, error) {
			return a.Note(c, fence, course, s.o.Node)
		})
		return err
	})
	return NotedFrame{Head: Head{"noted"}, N: n, Seq: course}, err
}
