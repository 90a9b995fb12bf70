package engine

import (
	"context"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/scoring"
)

// The kinds of record of the desk; DESIGN.md says who writes them.
const (
	kindSigned             = "sheet.signed"
	kindAspectDecided      = "aspect.decided"
	kindDecisionWithdrawn  = "decision.withdrawn"
	kindGapAccepted        = "gap.accepted"
	kindViolation          = "violation.recorded"
	kindViolationWithdrawn = "violation.withdrawn"
	kindZeroing            = "zeroing.recorded"
	kindZeroingWithdrawn   = "zeroing.withdrawn"
	kindAbsence            = "absence.recorded"
	kindAbsenceWithdrawn   = "absence.withdrawn"
	kindPanelChanged       = "panel.changed"
	kindPanelClosed        = "panel.closed"
	kindPanelReopened      = "panel.reopened"
	kindLocked             = "module.locked"
	kindUnlockAsked        = "unlock.asked"
	kindUnlockGranted      = "unlock.granted"
	kindTimed              = "time.recorded"
	kindEvidence           = "evidence.added"
	kindKeyed              = "paper.keyed"
)

var deskFolds = map[string]fold{
	kindSigned: deskFold[signed], kindAspectDecided: deskFold[decided], kindDecisionWithdrawn: deskFold[decisionWithdrawn],
	kindGapAccepted: deskFold[gapAccepted],
	kindViolation:   deskFold[violation], kindViolationWithdrawn: deskFold[violationWithdrawn],
	kindZeroing: deskFold[zeroing], kindZeroingWithdrawn: deskFold[zeroingWithdrawn],
	kindAbsence: deskFold[absenceRecorded], kindAbsenceWithdrawn: deskFold[absenceWithdrawn],
	kindPanelChanged: deskFold[panelChanged], kindPanelClosed: deskFold[panelClosed], kindPanelReopened: deskFold[panelReopened],
	kindLocked: deskFold[moduleLocked], kindUnlockAsked: deskFold[unlockAsked], kindUnlockGranted: deskFold[unlockGranted],
	kindTimed: deskFold[timed], kindEvidence: deskFold[evidenceAdded],
	kindKeyed: (*Tally).applyKeyed,
}

// desk is the part of the tally that the chief judge's desk writes.
type desk struct {
	locked  map[scoring.ModuleID]*Lock
	unlocks []Unlock // in order; the newest may be granted
	conduct map[int][]Conduct
	acts    []Act // every act of the desk, in order
	timed   map[scoring.ModuleID]bool
}

func newDesk() desk {
	return desk{locked: map[scoring.ModuleID]*Lock{}, conduct: map[int][]Conduct{}, timed: map[scoring.ModuleID]bool{}}
}

// deskEvent is the data of one kind of record of the desk.
type deskEvent interface {
	// check returns why the event changes nothing if by records it now. It
	// answers before the append, to refuse early, and in the fold, where it is
	// final; so it looks at nothing but the tally, and at is the record's time.
	check(t *Tally, by access.AccountID, at time.Time) error
	// apply changes the tally. check has returned nil.
	apply(t *Tally, r ledger.Record) error
	about() subject
}

// subject is what an act is about; what does not apply is empty.
type subject struct {
	sheet  SheetID
	module scoring.ModuleID
	aspect scoring.AspectID
	code   string
	why    string
}

// full fills in what the sheet's name says.
func (s subject) full() subject {
	if code, m, _, ok := s.sheet.split(); ok {
		s.code, s.module = code, m
	}
	return s
}

func deskFold[E deskEvent](t *Tally, r ledger.Record) (verdict, error) {
	e, err := read[E](r)
	if err != nil {
		return verdict{}, err
	}
	of := e.about().full()
	act := Act{Seq: r.Seq, At: r.At, Kind: r.Kind, By: access.AccountID(r.Actor), Sheet: of.sheet, Module: of.module, Aspect: of.aspect, Code: of.code, Why: of.why}
	why := e.check(t, act.By, r.At)
	if why == nil {
		err = e.apply(t, r)
	} else {
		f := fault.As(why)
		if f == nil {
			return verdict{}, why
		}
		act.Refused = f.Code
	}
	t.desk.acts = append(t.desk.acts, act)
	return verdict{sheet: of.sheet, why: why}, err
}

// Act is one act of the desk as its list shows it.
type Act struct {
	Seq     int64            `json:"seq"`
	At      time.Time        `json:"at"`
	Kind    string           `json:"kind"` // of the record: module.locked
	By      access.AccountID `json:"by"`
	Sheet   SheetID          `json:"sheet,omitempty"`
	Module  scoring.ModuleID `json:"module,omitempty"`
	Aspect  scoring.AspectID `json:"aspect,omitempty"`
	Code    string           `json:"code,omitempty"`
	Why     string           `json:"why,omitempty"`
	Refused string           `json:"refused,omitempty"` // code of the refusal: something else came first, and the act changed nothing
}

// Acts lists what the account has done at the division's desk, the newest
// first.
func (s *Contests) Acts(ctx context.Context, by access.AccountID, id DivisionID) ([]Act, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return nil, err
	}
	out := []Act{}
	err = a.read(ctx, func(t *Tally) error {
		for i := len(t.desk.acts) - 1; i >= 0; i-- {
			if t.desk.acts[i].By == by {
				out = append(out, t.desk.acts[i])
			}
		}
		return nil
	})
	return out, err
}

// DeskNews is a hint for the console's screens that a division's desk shows
// something new. It holds nothing but where to look.
type DeskNews struct {
	Kind   string           `json:"kind"` // of the record
	Module scoring.ModuleID `json:"module,omitempty"`
	Seq    int64            `json:"seq"`
}

// DeskChannel carries DeskNews of a division to the console.
func DeskChannel(id DivisionID) live.Channel {
	return live.Channel("desk:{" + string(id) + "}")
}

// hint publishes news for the console. A screen that misses it sees the truth
// at its next look, so an error is only logged.
func (a *arena) hint(ctx context.Context, n DeskNews) {
	body, err := json.Marshal(n)
	if err == nil {
		_, err = a.s.bus.Publish(ctx, DeskChannel(a.id), "", body)
	}
	if err != nil {
		a.s.opts.Log.Warn("desk news not delivered", "division", a.id, "error", err)
	}
}

// deskAct records one act of the desk, once for a key, and tells the screens
// concerned. Errors: ErrKey, ErrKeyReused, those of the event's check.
func (s *Contests) deskAct(ctx context.Context, by access.AccountID, id DivisionID, kind, key string, e deskEvent) (ledger.Appended, error) {
	if err := checkKey(key); err != nil {
		return ledger.Appended{}, err
	}
	a, err := s.arena(ctx, id)
	if err != nil {
		return ledger.Appended{}, err
	}
	at := s.now()
	done, _, err := a.put(ctx, by, kind, key, e, func(t *Tally) error { return e.check(t, by, at) })
	if err != nil || done.Replayed {
		return done, err
	}
	of := e.about().full()
	a.hint(ctx, DeskNews{Kind: kind, Module: of.module, Seq: done.Seq})
	news := []SheetNews{{}} // everybody looks again
	if of.sheet != "" {
		err = a.read(ctx, func(t *Tally) error {
			sp, err := t.find(of.sheet)
			if err != nil {
				return err
			}
			news, err = t.news(id, sp)
			return err
		})
	}
	if err == nil {
		a.tell(ctx, news)
	}
	return done, err
}

// put appends one record of the actor unless check refuses it now, and returns
// what the fold made of it at its place. A key that the actor used for the same
// record before gets its first verdict, whatever check says by now; one used
// for another record is refused with ErrKeyReused, so that nobody is told of
// something that was not stored.
func (a *arena) put(ctx context.Context, by access.AccountID, kind, key string, data any, check func(*Tally) error) (ledger.Appended, verdict, error) {
	e := ledger.Entry{
		Stream: a.stream, Expect: ledger.AnySeq, At: a.s.now(), Kind: kind, Actor: string(by), Key: keyOf(by, key), Data: marshal(data),
	}
	var early error
	if err := a.read(ctx, func(t *Tally) error { early = check(t); return nil }); err != nil {
		return ledger.Appended{}, verdict{}, err
	}
	if early != nil {
		_, known, err := a.s.db.Ledger().FindKey(ctx, a.stream, e.Key)
		if err != nil || !known {
			if err == nil {
				err = early
			}
			return ledger.Appended{}, verdict{}, err
		}
	}
	done, err := a.s.led.Append(ctx, e)
	if err != nil {
		return done, verdict{}, err
	}
	a.projector.Poke()
	var v verdict
	err = a.read(ctx, func(t *Tally) error { v = t.verdicts[done.Seq]; return nil })
	switch {
	case err != nil:
		return done, v, err
	case done.Replayed && v.body != bodyOf(e.Kind, e.Actor, e.Data):
		return done, v, ErrKeyReused.Param("key", key)
	}
	return done, v, v.why
}

// keyOf is a caller's key in the ledger: two people may use the same.
func keyOf(by access.AccountID, key string) string { return string(by) + "/" + key }

// checkWhy asks for a reason in words.
func checkWhy(why string) error {
	if strings.TrimSpace(why) == "" {
		return ErrReason
	}
	if utf8.RuneCountInString(why) > maxNote {
		return ErrNote.With(fault.Field{Path: "why", Code: "too_long", Message: "at most 2000 characters"})
	}
	return nil
}

// chief asks for the chief judge or a deputy.
func (t *Tally) chief(by access.AccountID) error { return t.office(by, OfficeChief, OfficeDeputy) }

// running asks that marks of the module may still change.
func (t *Tally) running(m scoring.ModuleID) error {
	switch {
	case t.status != Running:
		return ErrNotRunning.Param("status", t.status)
	case m != "" && t.desk.locked[m] != nil:
		return ErrModuleLocked.Param("module", m)
	case m == "" && t.allLocked():
		return ErrPhase.Param("phase", t.phase())
	}
	return nil
}

// Address names a competitor by a code of one layer, in one module.
type Address struct {
	Layer  Layer            `json:"layer"`
	Code   string           `json:"code"`
	Module scoring.ModuleID `json:"module"`
}

// locate returns the position of the competitor and the module, which a panel
// marks.
func (t *Tally) locate(a Address) (i int, m scoring.Module, err error) {
	m, ok := t.open.Scheme.Module(a.Module)
	if !ok || m.Source != scoring.SourcePanel {
		return 0, m, ErrNoSheet.Param("module", a.Module)
	}
	at := a.Module
	if a.Layer == LayerEntry {
		at = ""
	}
	i, ok = t.codes.find(a.Layer, at, a.Code)
	if !ok {
		return 0, m, ErrNoCode.Param("code", a.Code)
	}
	return i, m, nil
}
