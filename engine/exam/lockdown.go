package exam

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/seb"
)

// SEBRules say whether a sitting is written in Safe Exam Browser and under
// which settings. They are frozen with the rules.
type SEBRules struct {
	Required bool         `json:"required"`
	Settings seb.Settings `json:"settings"`
	// ConfigKeys are accepted beside the key of Settings: of configurations
	// that were made elsewhere. 64 lower-case hex digits each.
	ConfigKeys []string `json:"config_keys,omitempty" maxItems:"20"`
	// BrowserExamKeys are the accepted builds of the browser; none: any build.
	BrowserExamKeys []string `json:"browser_exam_keys,omitempty" maxItems:"50"`
}

func (r *SEBRules) check(path string) []fault.Field {
	if r == nil {
		return nil
	}
	var fields []fault.Field
	if r.Required || r.Settings.StartURL != "" {
		fields = r.Settings.Validate(path + ".settings")
	}
	for _, list := range []struct {
		name string
		keys []string
	}{{"config_keys", r.ConfigKeys}, {"browser_exam_keys", r.BrowserExamKeys}} {
		for i, k := range list.keys {
			if !seb.ValidKey(k) {
				fields = append(fields, fault.Field{Path: fmt.Sprintf("%s.%s[%d]", path, list.name, i), Code: "seb_key_form",
					Message: "give 64 lower-case hex digits"})
			}
		}
	}
	return fields
}

// keys returns every accepted Config Key.
func (r *SEBRules) keys() ([]string, error) {
	own, err := r.Settings.ConfigKey()
	if err != nil {
		return nil, err
	}
	return append([]string{own}, r.ConfigKeys...), nil
}

// ActivityPolicy says what becomes of leaving the page, losing the focus and
// the like. No policy acts on a candidate: staff judge what they are shown.
type ActivityPolicy string

// The policies; the empty one is ActivityReport.
const (
	ActivityReport ActivityPolicy = "report" // recorded and shown to staff
	ActivityIgnore ActivityPolicy = "ignore" // not recorded
)

// ErrAddress refuses what comes from another network address than the one
// that the seat was bound to.
var ErrAddress = fault.New(fault.Forbidden, "seat_address", "this exam is bound to another machine; ask the invigilator")

// LockState is what is known of a seat's lockdown.
type LockState string

// The states of a lockdown.
const (
	LockVerified   LockState = "verified"
	LockFailed     LockState = "failed"
	LockOverridden LockState = "overridden" // by staff, with a reason
)

// LockStep is when a seat has to prove itself. Saves are not among them.
type LockStep string

// The steps of an exam at which the lockdown is checked.
const (
	AtStart  LockStep = "start"  // the paper is asked for
	AtResume LockStep = "resume" // a connection is made
	AtSubmit LockStep = "submit"
	// AtAdmit is when somebody takes a seat; only that it was refused there is
	// recorded.
	AtAdmit LockStep = "admit"
)

// Lockdown records the check of a seat, or that staff let it pass.
type Lockdown struct {
	State   LockState `json:"state"`
	Step    LockStep  `json:"at_step,omitempty"`
	Fence   int64     `json:"fence"`
	Address string    `json:"address,omitempty"` // of the machine
	Client  string    `json:"client,omitempty"`  // as it calls itself
	Hash    string    `json:"hash,omitempty"`    // that was presented
	Code    string    `json:"code,omitempty"`    // failed: why
	Reason  string    `json:"reason,omitempty"`  // overridden: why
	Node    string    `json:"node"`
}

func (Lockdown) kind() string { return "attempt.lockdown" }

// Lock is the fold over an attempt's lockdown records.
type Lock struct {
	Lockdown           // the last one
	At       time.Time // of it
	Passed   int64     // fence of the seat that was verified or overridden last; 0: none
	Freed    int64     // fence of the seat that staff let pass; 0: none
	// Bound is the address of the seat that passed. The candidate's own moves
	// keep it; "" when staff moved the candidate or let the seat pass.
	Bound    string
	Failures int // since then
	Tried    int // since staff let it pass: refusals at the admission, from other addresses
}

func (l *Lock) apply(at time.Time, e Lockdown) {
	if e.Step == AtAdmit { // of somebody else; the seat's own state stays
		l.Tried++
		return
	}
	l.Lockdown, l.At = e, at
	switch e.State {
	case LockVerified:
		if l.Passed != e.Fence || l.Bound == "" {
			l.Bound = e.Address // the first one binds
		}
		l.Passed, l.Failures = e.Fence, 0
	case LockOverridden:
		l.Passed, l.Freed, l.Failures, l.Tried, l.Bound = e.Fence, e.Fence, 0, 0, ""
	case LockFailed:
		l.Failures++
	}
}

// LockView is a lockdown as staff see it.
type LockView struct {
	State    LockState  `json:"state,omitempty" doc:"Absent before the first check"`
	Step     LockStep   `json:"at_step,omitempty"`
	Client   string     `json:"client,omitempty"`
	Code     string     `json:"code,omitempty" doc:"Why the last check failed"`
	Reason   string     `json:"reason,omitempty"`
	Failures int        `json:"failures"`
	Tried    int        `json:"tried,omitempty" doc:"How often the seat was asked for from another address, in vain"`
	At       *time.Time `json:"at,omitempty"`
}

// LockView returns what staff see; nil where the rules ask for nothing.
func (a *Attempt) LockView(r *Rules) *LockView {
	if !r.locked() {
		return nil
	}
	l := &a.Lock
	return &LockView{State: l.State, Step: l.Step, Client: l.Client, Code: l.Code, Reason: l.Reason, Failures: l.Failures, Tried: l.Tried, At: timeOf(l.At)}
}

// locked reports whether the rules ask anything of a seat.
func (r *Rules) locked() bool { return r.BindIP || r.SEB != nil && r.SEB.Required }

// passed returns why the seat may not see the paper, or nil.
func (a *Attempt) passed(r *Rules, fence int64) error {
	if r.locked() && a.Lock.Passed != fence {
		return seb.ErrMissing
	}
	return nil
}

// Presented is what a seat presents at a step.
type Presented struct {
	Step    LockStep
	Fence   int64
	Address string // network address of the machine
	Nonce   string // of the login: seb.Nonce
	TLS     bool   // this server speaks TLS
	// Proof's URL may be the path and query of the request that carried the
	// browser's headers.
	Proof seb.Proof
}

const (
	// proofFresh is how long a check holds for a step that cannot carry a
	// proof itself: browsers send no headers when they open a WebSocket.
	proofFresh = 2 * time.Minute
	// proofRepeat is how soon an equal check is not recorded again.
	proofRepeat = 30 * time.Second
	// maxLockFailures bounds the records of one seat's failures in a row.
	maxLockFailures = 20
)

// Unlock checks what a seat presents. The returned event records the outcome,
// which refused tells: an event may say that the seat failed. Errors of the
// call itself: ErrReplaced. An attempt that is over asks for nothing.
func (a *Attempt) Unlock(now time.Time, c *Course, p Presented, node string) (ev Event, refused, err error) {
	if !c.Rules.locked() || a.open() != nil {
		return nil, nil, nil
	}
	if err := a.held(p.Fence); err != nil {
		return nil, nil, err
	}
	l := &a.Lock
	if l.Freed == p.Fence && p.Fence > 0 {
		return nil, nil, nil
	}
	e := Lockdown{State: LockVerified, Step: p.Step, Fence: p.Fence, Address: p.Address, Client: p.Proof.Client, Hash: p.Proof.ConfigKey, Node: node}
	switch refused := a.prove(now, &c.Rules, p); {
	case refused == nil:
		if l.State == LockVerified && l.Fence == p.Fence && l.Step == p.Step && now.Sub(l.At) < proofRepeat {
			return nil, nil, nil
		}
		return e, nil, nil
	case l.Failures >= maxLockFailures:
		return nil, refused, nil
	default:
		e.State, e.Code = LockFailed, fault.CodeOf(refused)
		return e, refused, nil
	}
}

// prove returns why the seat is refused, or nil.
func (a *Attempt) prove(now time.Time, r *Rules, p Presented) error {
	l := &a.Lock
	if l.boundElsewhere(r, p.Address) {
		return ErrAddress
	}
	if r.SEB == nil || !r.SEB.Required {
		return nil
	}
	origin, err := r.SEB.Settings.Origin()
	if err != nil {
		return seb.ErrURL.Wrap(err)
	}
	keys, err := r.SEB.keys()
	if err != nil {
		return seb.ErrConfigKey.Wrap(err)
	}
	if strings.HasPrefix(p.Proof.URL, "/") {
		p.Proof.URL = origin + p.Proof.URL
	}
	err = seb.Verify(p.Proof, seb.Want{Origin: origin, TLS: p.TLS, Nonce: p.Nonce, ConfigKeys: keys, ExamKeys: r.SEB.BrowserExamKeys})
	if errors.Is(err, seb.ErrMissing) && p.Step != AtStart && l.State == LockVerified && l.Fence == p.Fence && now.Sub(l.At) < proofFresh {
		return nil
	}
	return err
}

// boundElsewhere reports whether the rules bind the seat to another address.
func (l *Lock) boundElsewhere(r *Rules, address string) bool {
	return r.BindIP && l.Bound != "" && l.Bound != address
}

// refusedEntry records that somebody asked for the seat from another address;
// nil when enough of it is recorded.
func (a *Attempt) refusedEntry(address, node string) Event {
	if a.Lock.Tried >= maxLockFailures {
		return nil
	}
	return Lockdown{State: LockFailed, Step: AtAdmit, Fence: a.Fence, Address: address, Code: ErrAddress.Code, Node: node}
}

// Pass lets the seat through, by staff and for good: until the candidate
// moves to another seat. Errors: ErrReason, ErrAttemptClosed, ErrVoid.
func (a *Attempt) Pass(reason, node string) (Event, error) {
	if err := a.open(); err != nil {
		return nil, err
	}
	if strings.TrimSpace(reason) == "" {
		return nil, ErrReason
	}
	return Lockdown{State: LockOverridden, Fence: max(1, a.Fence), Reason: reason, Node: node}, nil
}

// Unlock checks what a seat presents and records the outcome. It returns nil
// where the rules ask for nothing. Errors: seb.ErrMissing, ErrURL,
// ErrReplayed, ErrConfigKey, ErrExamKey, and ErrAddress and ErrReplaced.
func (s *Service) Unlock(ctx context.Context, id AttemptID, p Presented) error {
	return s.with(ctx, id, func(e *entry) error {
		var refused error
		again := false
		_, err := s.act(ctx, e, e.attempt.actor(), "", false, func(now time.Time, a *Attempt, c *Course) (Event, error) {
			ev, why, err := a.Unlock(now, c, p, s.o.Node)
			// Old knowledge neither refuses nor lets pass: staff may have let
			// the seat through at another node, or opened the sitting there.
			if !again && (why != nil || c.State == Planned) {
				again = true
				return nil, errReadOn
			}
			refused = why
			return ev, err
		})
		if err != nil {
			return err
		}
		return refused
	})
}

// OverrideLockdown lets a seat pass that cannot prove itself, or whose
// address has changed. Errors: ErrReason, ErrAttemptNotFound,
// ErrAttemptClosed, ErrVoid.
func (s *Service) OverrideLockdown(ctx context.Context, sitting SittingID, id AttemptID, actor, reason string) error {
	return s.with(ctx, id, func(e *entry) error {
		if e.attempt.Ticket.Sitting != sitting {
			return ErrAttemptNotFound
		}
		_, err := s.act(ctx, e, actor, "", true, func(_ time.Time, a *Attempt, _ *Course) (Event, error) {
			return a.Pass(reason, s.o.Node)
		})
		return err
	})
}

// LockdownInfo is the lockdown of a sitting, for staff.
type LockdownInfo struct {
	Required        bool         `json:"required"`
	BindIP          bool         `json:"bind_ip"`
	Settings        seb.Settings `json:"settings"`
	ConfigKeys      []string     `json:"config_keys" doc:"Accepted; that of the settings first"`
	BrowserExamKeys []string     `json:"browser_exam_keys"`
}

// Lockdown returns the lockdown of a sitting. Errors: ErrSittingNotFound.
func (s *Service) Lockdown(ctx context.Context, id SittingID) (LockdownInfo, error) {
	c, err := s.courseOf(ctx, id)
	if err != nil {
		return LockdownInfo{}, err
	}
	r := c.sitting.Rules // what is frozen at the opening are these
	info := LockdownInfo{BindIP: r.BindIP, ConfigKeys: []string{}, BrowserExamKeys: []string{}}
	if r.SEB == nil {
		return info, nil
	}
	info.Required, info.Settings = r.SEB.Required, r.SEB.Settings
	info.BrowserExamKeys = append(info.BrowserExamKeys, r.SEB.BrowserExamKeys...)
	if r.SEB.Settings.StartURL != "" {
		if info.ConfigKeys, err = r.SEB.keys(); err != nil {
			return LockdownInfo{}, fmt.Errorf("config key of sitting %s: %w", id, err)
		}
	}
	return info, nil
}

// MeLockdown is what a candidate's screen needs to know of the lockdown.
type MeLockdown struct {
	Required bool `json:"required" doc:"The exam has to be opened in Safe Exam Browser"`
	// StartURL is the address that the page has to be opened with after the
	// sign-in, so that the browser's proof belongs to this login.
	StartURL string    `json:"start_url"`
	State    LockState `json:"state,omitempty"`
	Code     string    `json:"code,omitempty" doc:"Why the last check failed"`
}

// lockdownOf is the candidate's view; nil where nothing is asked for. The
// nonce is the login's, so StartURL is completed by who knows it.
func lockdownOf(a *Attempt, r *Rules) *MeLockdown {
	if r.SEB == nil || !r.SEB.Required {
		return nil
	}
	return &MeLockdown{Required: true, StartURL: r.SEB.Settings.StartURL, State: a.Lock.State, Code: a.Lock.Code}
}
