package hall

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// The kinds of record in the stream of a hall.
const (
	kindOpened        = "hall.opened"
	kindCallMade      = "call.made"
	kindCallChanged   = "call.changed"
	kindCallReleased  = "call.released"
	kindMoved         = "competitor.moved"
	kindStepUndone    = "competitor.step_undone"
	kindAsked         = "admission.asked"
	kindDecided       = "admission.decided"
	kindIdentity      = "identity.checked"
	kindRollSeen      = "roll.seen"
	kindPhotoSeen     = "photo.seen"
	kindBadgeReplaced = "badge.replaced"
	kindBadgesPrinted = "badges.printed"
	kindStarted       = "clock.started"
	kindPaused        = "clock.paused"
	kindResumed       = "clock.resumed"
	kindStopped       = "clock.stopped"
	kindReopened      = "clock.reopened"
	kindReset         = "clock.reset"
	kindGranted       = "clock.compensated"
	kindGrantUndone   = "clock.compensation_withdrawn"
	kindTold          = "desk.told"
)

// event is the data of one kind of record.
type event interface {
	// check returns why the event changes nothing at this place. It answers
	// before the append, to refuse early, and in the fold, where it is final; so
	// it looks at nothing but the fold and the record's time.
	check(h *Hall, at time.Time) error
	// apply changes the fold. check has returned nil.
	apply(h *Hall, r ledger.Record)
	// subject says what the event is about, so that a key that comes again for
	// something else is noticed.
	subject() string
}

// folds has the fold of each kind of record but the first.
var folds = map[string]func(*Hall, ledger.Record) (verdict, error){
	kindCallMade: fold[callMade], kindCallChanged: fold[callChanged],
	kindCallReleased: fold[callReleased],
	kindMoved:        fold[moved], kindStepUndone: fold[stepUndone],
	kindAsked: fold[admissionAsked], kindDecided: fold[admissionDecided],
	kindIdentity: fold[identityChecked], kindPhotoSeen: fold[photoSeen], kindRollSeen: fold[rollSeen],
	kindBadgeReplaced: fold[badgeReplaced], kindBadgesPrinted: fold[badgesPrinted],
	kindStarted: fold[started], kindPaused: fold[paused], kindResumed: fold[resumed], kindStopped: fold[stopped],
	kindReopened: fold[reopened], kindReset: fold[reset],
	kindGranted: fold[granted], kindGrantUndone: fold[grantWithdrawn],
	kindTold: fold[told],
}

// verdict is what became of one record.
type verdict struct {
	subject string
	why     error // why it changed nothing, or nil
}

// Hall is the fold of one division's stream. It is not safe for concurrent
// use; Service guards it.
type Hall struct {
	seq      int64
	frame    *Frame // nil before the first record
	calls    []*call
	asks     []*ask         // for late admission, in order
	badges   map[string]int // how often a competitor's badge was replaced
	clocks   map[ClockID]*clock
	tellings []*telling // in order
	verdicts map[int64]verdict
}

func newHall() *Hall {
	return &Hall{badges: map[string]int{}, clocks: map[ClockID]*clock{}, verdicts: map[int64]verdict{}}
}

// apply folds one record in. Records must come in order.
func (h *Hall) apply(r ledger.Record) error {
	if r.Seq != h.seq+1 {
		return ErrOrder.Wrap(fmt.Errorf("record %d after %d", r.Seq, h.seq))
	}
	var v verdict
	var err error
	switch f := folds[r.Kind]; {
	case r.Kind == kindOpened:
		v, err = h.open(r)
	case h.frame == nil || f == nil:
		err = ErrOrder.Wrap(fmt.Errorf("kind %q", r.Kind))
	default:
		v, err = f(h, r)
	}
	if err != nil {
		return fmt.Errorf("%s record %d %s: %w", r.Stream, r.Seq, r.Kind, err)
	}
	h.seq = r.Seq
	h.verdicts[r.Seq] = v
	return nil
}

// open freezes what the division's opening has frozen. Of two nodes that begin
// at once, the second one's record changes nothing.
func (h *Hall) open(r ledger.Record) (verdict, error) {
	var f Frame
	err := json.Unmarshal(r.Data, &f)
	if err == nil && h.frame == nil {
		h.frame = &f
	}
	return verdict{}, err
}

func fold[E event](h *Hall, r ledger.Record) (verdict, error) {
	var e E
	if err := json.Unmarshal(r.Data, &e); err != nil {
		return verdict{}, err
	}
	v := verdict{subject: e.subject(), why: e.check(h, r.At)}
	if v.why == nil {
		e.apply(h, r)
	}
	return v, nil
}

// subject joins what an event is about.
func subject(parts ...any) string {
	words := make([]string, len(parts))
	for i, p := range parts {
		words[i] = fmt.Sprint(p)
	}
	return strings.Join(words, "\x1f")
}

// Told says what the division made of a delivery.
type Told string

// The states of a delivery.
const (
	ToldPending Told = "pending" // to be told, or told again
	ToldTaken   Told = "taken"
	ToldRefused Told = "refused" // for good; Code says why, and a person decides
)

// Fact is what a delivery is about.
type Fact string

// The facts that a hall tells its division.
const (
	FactAbsent  Fact = "absent"  // a competitor did not start
	FactPresent Fact = "present" // ... did, after all
	FactTime    Fact = "time"    // the time used at a station
)

// Delivery is one fact for the division.
type Delivery struct {
	// Key is the idempotency key: the record that it follows from, and its place
	// among all facts.
	Key  string           `json:"key"`
	Fact Fact             `json:"fact"`
	By   access.AccountID `json:"by"` // who caused it
	// Chief says that By acted as the chief judge.
	Chief bool   `json:"chief,omitempty"`
	Note  string `json:"note"`
	// Competitor and Modules (none: all that panels mark) of an absence.
	Competitor string             `json:"competitor,omitempty"`
	Modules    []scoring.ModuleID `json:"modules,omitempty"`
	// Module, Code and MS of a time: milliseconds used, pauses taken off.
	Module scoring.ModuleID `json:"module,omitempty"`
	Code   string           `json:"code,omitempty"` // of the station layer
	MS     int64            `json:"ms,omitempty"`
}

// telling is a delivery with what became of it.
type telling struct {
	Delivery
	told Told
	code string // of the refusal
}

// told records what the division made of a delivery.
type told struct {
	Key  string `json:"key"`
	Told Told   `json:"told"`
	Code string `json:"code,omitempty"`
}

func (e told) subject() string { return subject("told", e.Key) }

func (e told) check(h *Hall, _ time.Time) error {
	if t := h.telling(e.Key); t == nil || t.told != ToldPending {
		return ErrUndo // the other node was first
	}
	return nil
}

func (e told) apply(h *Hall, _ ledger.Record) {
	t := h.telling(e.Key)
	t.told, t.code = e.Told, e.Code
}

func (h *Hall) telling(key string) *telling {
	if i := slices.IndexFunc(h.tellings, func(t *telling) bool { return t.Key == key }); i >= 0 {
		return h.tellings[i]
	}
	return nil
}

// tell queues a fact that follows from a record. Facts are told in the order of
// the ledger, so that the division's last word on a competitor is the hall's.
func (h *Hall) tell(seq int64, d Delivery) {
	d.Key = fmt.Sprintf("hall/%d/%d", seq, len(h.tellings)+1)
	h.tellings = append(h.tellings, &telling{Delivery: d, told: ToldPending})
}

// tellAbsence queues what a step, or its end, means for the marks.
func (h *Hall) tellAbsence(c *call, competitor string, s *Step, from, to State) {
	if (from == Absent) == (to == Absent) {
		return
	}
	d := Delivery{Fact: FactPresent, By: s.By, Chief: s.Chief, Note: s.Why, Competitor: competitor, Modules: c.Modules}
	if to == Absent {
		d.Fact = FactAbsent
	}
	h.tell(s.Seq, d)
}

// pending lists what is to be told, in order.
func (h *Hall) pending() []Delivery {
	var out []Delivery
	for _, t := range h.tellings {
		if t.told == ToldPending {
			out = append(out, t.Delivery)
		}
	}
	return out
}

// latest returns the newest delivery that fits, or nil.
func (h *Hall) latest(f func(Delivery) bool) *telling {
	for _, t := range slices.Backward(h.tellings) {
		if f(t.Delivery) {
			return t
		}
	}
	return nil
}
