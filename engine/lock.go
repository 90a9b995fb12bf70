package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// Lock is the chief judge's lock of a module.
type Lock struct {
	Digest string           `json:"digest"` // SHA-256, hex, of everything that was locked
	By     access.AccountID `json:"by"`
	At     time.Time        `json:"at"`
	Seq    int64            `json:"seq"`
}

// Unlock is what one person asked for and another may grant: that a sheet, or
// the lock of a module, be opened again.
type Unlock struct {
	Seq     int64            `json:"seq"` // of the record that asks; names it
	Module  scoring.ModuleID `json:"module"`
	Sheet   SheetID          `json:"sheet,omitempty"` // empty: only the lock of the module
	Why     string           `json:"why"`
	By      access.AccountID `json:"by"`
	At      time.Time        `json:"at"`
	Until   time.Time        `json:"until"` // it can be granted
	Granted *Granted         `json:"granted,omitempty"`
	Lock    int64            `json:"lock"` // Seq of the lock that it is to open; 0: none
}

// Granted is the second of two people's word.
type Granted struct {
	By access.AccountID `json:"by"`
	At time.Time        `json:"at"`
}

type moduleLocked struct {
	Module scoring.ModuleID `json:"module"`
	Digest string           `json:"digest"` // of what the chief judge was shown
}

type unlockAsked struct {
	Module scoring.ModuleID `json:"module"`
	Sheet  SheetID          `json:"sheet,omitempty"`
	Why    string           `json:"why"`
}

type unlockGranted struct {
	Asked int64 `json:"asked"` // Seq of the record that asks
}

// maxNamed bounds how many codes one refusal names.
const maxNamed = 100

// LockModule locks a module: from then on its marks change by correction only.
// digest is DeskModule.Digest as the chief judge was shown it. Errors:
// ErrOffice, ErrPhase, ErrModuleLocked, ErrNotComplete naming every sheet that
// is not agreed and signed and whose competitor did start, ErrOvertaken when
// something has changed since.
func (s *Contests) LockModule(ctx context.Context, chief access.AccountID, id DivisionID, key string, m scoring.ModuleID, digest string) error {
	_, err := s.deskAct(ctx, chief, id, kindLocked, key, moduleLocked{m, digest})
	return err
}

// AskUnlock asks for a sheet that is agreed, or a module that is locked, to be
// opened again; another person grants it. A module with one of its sheets
// opened is no longer locked. It returns the number of the record that asks.
// Errors: ErrOffice, ErrReason, ErrPhase after the recheck, ErrNoSheet,
// ErrNothing where nothing is closed.
func (s *Contests) AskUnlock(ctx context.Context, chief access.AccountID, id DivisionID, key string, m scoring.ModuleID, sheet SheetID, why string) (int64, error) {
	done, err := s.deskAct(ctx, chief, id, kindUnlockAsked, key, unlockAsked{m, sheet, why})
	return done.Seq, err
}

// GrantUnlock is the second person's word. A sheet is then marked afresh by
// its panel in a new round; what was handed in before stays on record. Errors:
// ErrOffice, ErrSamePerson, ErrNothing for an unlock that was not asked for,
// is granted or whose time is over, ErrPhase.
func (s *Contests) GrantUnlock(ctx context.Context, second access.AccountID, id DivisionID, key string, asked int64) error {
	_, err := s.deskAct(ctx, second, id, kindUnlockGranted, key, unlockGranted{asked})
	return err
}

func (e moduleLocked) about() subject { return subject{module: e.Module} }

func (e moduleLocked) check(t *Tally, by access.AccountID, _ time.Time) error {
	if err := t.chief(by); err != nil {
		return err
	}
	if err := t.in(PhaseRunning); err != nil {
		return err
	}
	m, ok := t.open.Scheme.Module(e.Module)
	if !ok || m.Source != scoring.SourcePanel {
		return ErrNoSheet.Param("module", e.Module)
	}
	if err := t.running(m.ID); err != nil {
		return err
	}
	missing, err := t.missing(m)
	switch {
	case err != nil:
		return err
	case len(missing) > 0:
		return ErrNotComplete.With(missing...)
	}
	digest, err := t.moduleDigest(m)
	if err == nil && digest != e.Digest {
		err = ErrOvertaken.Param("module", m.ID)
	}
	return err
}

// missing names what keeps a module from being locked.
func (t *Tally) missing(m scoring.Module) (wrong []fault.Field, err error) {
	undrawn := 0
	t.spots(m, func(sp spot) {
		if err != nil || len(wrong) >= maxNamed {
			return
		}
		excused, e := t.excused(sp.i, m.ID)
		if err = e; excused || err != nil {
			return
		}
		code, message := "", ""
		unsigned, e := t.unsigned(sp)
		err = e
		switch {
		case t.codeOf(sp) == "":
			undrawn++
		case sp.s.state == scoring.Conference:
			code, message = "in_conference", "the panel confers"
		case sp.s.state != scoring.Settled:
			code, message = "not_agreed", "the panel has not agreed"
		case len(unsigned) > 0:
			code, message = "not_signed", fmt.Sprintf("%d signatures are missing", len(unsigned))
		}
		if code != "" {
			id := string(t.sheetID(sp.i, sp.r))
			wrong = append(wrong, fault.Field{Path: "sheets." + id, Code: code, Message: message, Params: map[string]string{"sheet": id, "code": t.codeOf(sp)}})
		}
	})
	if undrawn > 0 {
		wrong = append(wrong, fault.Field{
			Path: "competitors", Code: "no_code", Params: map[string]string{"count": fmt.Sprint(undrawn)},
			Message: fmt.Sprintf("%d works have no code: draw it, or record that the competitor did not start", undrawn),
		})
	}
	return wrong, err
}

// moduleDigest covers what a lock locks: every sheet as it was agreed, who did
// not start, and what is recorded against competitors in the module. It does
// not depend on the order of competitors, which is nobody's business here.
func (t *Tally) moduleDigest(m scoring.Module) (string, error) {
	lines := map[string]string{}
	var failed error
	t.spots(m, func(sp spot) {
		id := string(t.sheetID(sp.i, sp.r))
		if id == "" || failed != nil {
			return
		}
		digest, err := t.digest(sp)
		failed = err
		if sp.w.absent != nil {
			digest = "absent"
		}
		lines[id] = digest
	})
	for _, list := range t.desk.conduct {
		for _, c := range list {
			if c.Withdrawn == nil && c.Module == m.ID {
				lines[fmt.Sprintf("conduct/%d", c.Seq)] = string(c.Violation) + string(c.Rule)
			}
		}
	}
	sum := sha256.Sum256(marshal(lines)) // keys of a map are written in order
	return hex.EncodeToString(sum[:]), failed
}

func (e moduleLocked) apply(t *Tally, r ledger.Record) error {
	t.desk.locked[e.Module] = &Lock{Digest: e.Digest, By: access.AccountID(r.Actor), At: r.At, Seq: r.Seq}
	return nil
}

func (e unlockAsked) about() subject { return subject{sheet: e.Sheet, module: e.Module, why: e.Why} }

func (e unlockAsked) check(t *Tally, by access.AccountID, _ time.Time) error {
	if err := t.chief(by); err != nil {
		return err
	}
	if err := checkWhy(e.Why); err != nil {
		return err
	}
	return e.closed(t)
}

// closed asks that there is something to open.
func (e unlockAsked) closed(t *Tally) error {
	if err := t.in(PhaseRunning, PhaseLocked); err != nil {
		return err
	}
	if e.Sheet == "" {
		if t.desk.locked[e.Module] == nil {
			return ErrNothing.Param("module", e.Module)
		}
		return nil
	}
	sp, err := t.find(e.Sheet)
	switch {
	case err != nil:
		return err
	case sp.m.ID != e.Module:
		return ErrNoSheet.Param("sheet", e.Sheet)
	case sp.s.state != scoring.Settled:
		return ErrNothing.Param("sheet", e.Sheet)
	}
	return nil
}

func (e unlockAsked) apply(t *Tally, r ledger.Record) error {
	within := time.Duration(t.open.Procedure.Ceremony.WithinMS) * time.Millisecond
	t.desk.unlocks = append(t.desk.unlocks, Unlock{
		Seq: r.Seq, Module: e.Module, Sheet: e.Sheet, Why: e.Why, By: access.AccountID(r.Actor), At: r.At, Until: r.At.Add(within),
		Lock: t.lockOf(e.Module),
	})
	return nil
}

// lockOf names the lock of a module; 0: it is open.
func (t *Tally) lockOf(m scoring.ModuleID) int64 {
	if l := t.desk.locked[m]; l != nil {
		return l.Seq
	}
	return 0
}

// unlock finds what was asked for.
func (t *Tally) unlock(asked int64) *Unlock {
	for i := range t.desk.unlocks {
		if t.desk.unlocks[i].Seq == asked {
			return &t.desk.unlocks[i]
		}
	}
	return nil
}

// about names no sheet: opening one opens the module for everybody.
func (e unlockGranted) about() subject { return subject{} }

func (e unlockGranted) check(t *Tally, by access.AccountID, at time.Time) error {
	if err := t.office(by, OfficeChief, OfficeDeputy, OfficeSupervisor); err != nil {
		return err
	}
	u := t.unlock(e.Asked)
	switch {
	case u == nil || u.Granted != nil || at.After(u.Until), u.Lock != t.lockOf(u.Module):
		return ErrNothing.Param("asked", e.Asked) // nor when it was opened and locked anew meanwhile
	case u.By == by:
		return ErrSamePerson
	}
	return unlockAsked{u.Module, u.Sheet, u.Why}.closed(t)
}

func (e unlockGranted) apply(t *Tally, r ledger.Record) error {
	u := t.unlock(e.Asked)
	u.Granted = &Granted{By: access.AccountID(r.Actor), At: r.At}
	delete(t.desk.locked, u.Module)
	t.recheck = recheck{} // what was checked may change
	if u.Sheet == "" {
		return nil
	}
	return t.alter(u.Sheet, r.At, func(sp spot) { t.reopen(sp, true) })
}

// excused reports whether a module needs no sheets of the competitor: not
// started, or the whole of it is 0, or the competitor is disqualified.
func (t *Tally) excused(i int, m scoring.ModuleID) (bool, error) {
	if t.works[i][m].absent != nil {
		return true, nil
	}
	c := t.conductOf(i)
	if len(c.Offences) == 0 && len(c.Zeroings) == 0 {
		return false, nil
	}
	sanctions, err := t.open.Scheme.Sanctions(c)
	for _, a := range sanctions {
		switch a.Kind {
		case scoring.SanctionZeroWhole, scoring.SanctionDisqualify:
			return true, err
		case scoring.SanctionZeroModule:
			if a.Module == m {
				return true, err
			}
		case scoring.SanctionWarning, scoring.SanctionDeduct:
		}
	}
	return false, err
}
