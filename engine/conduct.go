package engine

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// Conduct is one thing that is recorded against a competitor: a violation or
// the use of a zeroing rule. It is named by its record.
type Conduct struct {
	Seq int64            `json:"seq"`
	At  time.Time        `json:"at"`
	By  access.AccountID `json:"by"`
	Address
	Violation scoring.ViolationID `json:"violation,omitempty"`
	Rule      scoring.ZeroRuleID  `json:"rule,omitempty"`
	Note      string              `json:"note"`
	Withdrawn *Withdrawal         `json:"withdrawn,omitempty"` // null: it stands

	corrected bool // by a correction of two, which no single person takes back
}

// Withdrawal takes a record of conduct back.
type Withdrawal struct {
	At  time.Time        `json:"at"`
	By  access.AccountID `json:"by"`
	Why string           `json:"why"`
}

// violation is a breach of the rules; the scheme's ladder says what follows.
type violation struct {
	Address
	Violation scoring.ViolationID `json:"violation"`
	Note      string              `json:"note"`
	Desk      bool                `json:"desk,omitempty"` // by the chief judge; else by a judge who saw it
}

// zeroing is the chief judge's use of a zeroing rule.
type zeroing struct {
	Address
	Rule scoring.ZeroRuleID `json:"rule"`
	Why  string             `json:"why"`
}

// withdrawn takes a record of conduct back, by the chief judge.
type withdrawn struct {
	Record int64  `json:"record"` // its Seq
	Why    string `json:"why"`
}

type (
	violationWithdrawn struct{ withdrawn }
	zeroingWithdrawn   struct{ withdrawn }
)

// RecordViolation records a breach: by a judge who marks the competitor or
// keeps the floor, or by the chief judge at the desk. Errors: ErrOffice,
// ErrNoCode, ErrNoSheet, ErrNotRunning, ErrModuleLocked, ErrNote,
// scoring.ErrConduct.
func (s *Contests) RecordViolation(ctx context.Context, by access.AccountID, id DivisionID, key string, at Address, v scoring.ViolationID, note string, desk bool) error {
	_, err := s.deskAct(ctx, by, id, kindViolation, key, violation{at, v, note, desk})
	return err
}

// RecordZeroing applies a zeroing rule of the scheme. Errors as of
// RecordViolation, and ErrReason.
func (s *Contests) RecordZeroing(ctx context.Context, chief access.AccountID, id DivisionID, key string, at Address, rule scoring.ZeroRuleID, why string) error {
	_, err := s.deskAct(ctx, chief, id, kindZeroing, key, zeroing{at, rule, why})
	return err
}

// WithdrawConduct takes a violation or zeroing back. Errors: ErrOffice,
// ErrReason, ErrNothing, ErrNotRunning, ErrModuleLocked.
func (s *Contests) WithdrawConduct(ctx context.Context, chief access.AccountID, id DivisionID, key string, record int64, why string) error {
	a, err := s.arena(ctx, id)
	if err != nil {
		return err
	}
	var e deskEvent = violationWithdrawn{withdrawn{record, why}}
	kind := kindViolationWithdrawn
	err = a.read(ctx, func(t *Tally) error {
		if _, c := t.conduct(record); c != nil && c.Rule != "" {
			e, kind = zeroingWithdrawn{withdrawn{record, why}}, kindZeroingWithdrawn
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = s.deskAct(ctx, chief, id, kind, key, e)
	return err
}

// conduct finds a record of conduct and the position of its competitor.
func (t *Tally) conduct(record int64) (int, *Conduct) {
	for i, list := range t.desk.conduct {
		for k := range list {
			if list[k].Seq == record {
				return i, &list[k]
			}
		}
	}
	return 0, nil
}

// conductOf is what stands against the competitor, in the order of records.
func (t *Tally) conductOf(i int) (c scoring.Conduct) {
	for _, x := range t.desk.conduct[i] {
		switch {
		case x.Withdrawn != nil:
		case x.Rule != "":
			c.Zeroings = append(c.Zeroings, t.zeroingOf(x.Rule, x.Module))
		default:
			c.Offences = append(c.Offences, scoring.Offence{Violation: x.Violation, Module: x.Module})
		}
	}
	return c
}

// zeroingOf names the module only where the rule zeroes a module.
func (t *Tally) zeroingOf(rule scoring.ZeroRuleID, m scoring.ModuleID) scoring.Zeroing {
	if slices.ContainsFunc(t.zeroRules(), func(z scoring.ZeroRule) bool { return z.ID == rule && z.Scope == scoring.ZeroWhole }) {
		m = ""
	}
	return scoring.Zeroing{Rule: rule, Module: m}
}

// zeroRules lists the scheme's rules and those of its modules.
func (t *Tally) zeroRules() []scoring.ZeroRule {
	all := slices.Clone(t.open.Scheme.Zeroing)
	for _, m := range t.open.Scheme.Modules {
		all = append(all, m.Zeroing...)
	}
	return all
}

// observes reports whether the account may record what it saw of the
// competitor: it marks the competitor in the module by such a code, or is
// appointed to the floor.
func (t *Tally) observes(by access.AccountID, i int, m scoring.Module, l Layer) bool {
	for k, s := range t.works[i][m.ID].sheets {
		if r := t.benches[m.ID][k]; r.layer == l && slices.Contains(t.panelOf(i, r, s), by) {
			return true
		}
	}
	return slices.ContainsFunc(t.open.Officers, func(o Officer) bool { return o.Office == OfficeFloor && o.Account == by })
}

// locateShown locates an address by a code that judges see: conduct shows in the
// rows of such codes.
func (t *Tally) locateShown(a Address) (int, scoring.Module, error) {
	if a.Layer == LayerEntry {
		return 0, scoring.Module{}, ErrNoCode.Param("code", a.Code)
	}
	return t.locate(a)
}

func checkNote(note string) error {
	if utf8.RuneCountInString(note) > maxNote {
		return ErrNote.With(fault.Field{Path: "note", Code: "too_long", Message: "at most 2000 characters"})
	}
	return nil
}

func (e violation) about() subject { return subject{module: e.Module, code: e.Code, why: e.Note} }

func (e violation) check(t *Tally, by access.AccountID, _ time.Time) error {
	i, m, err := t.locateShown(e.Address)
	if err != nil {
		return err
	}
	if e.Desk {
		err = t.chief(by)
	} else if !t.observes(by, i, m, e.Layer) {
		err = ErrOffice.Param("office", OfficeFloor)
	}
	if err == nil {
		err = checkNote(e.Note)
	}
	if err == nil {
		err = t.running(m.ID)
	}
	if err == nil {
		_, err = t.open.Scheme.Sanctions(scoring.Conduct{Offences: []scoring.Offence{{Violation: e.Violation, Module: m.ID}}})
	}
	return err
}

func (e violation) apply(t *Tally, r ledger.Record) error {
	return t.hold(r, Conduct{Address: e.Address, Violation: e.Violation, Note: e.Note})
}

// hold adds a record of conduct.
func (t *Tally) hold(r ledger.Record, c Conduct) error {
	i, m, err := t.locate(c.Address)
	if err != nil {
		return err
	}
	c.Seq, c.At, c.By = r.Seq, r.At, access.AccountID(r.Actor)
	t.desk.conduct[i] = append(t.desk.conduct[i], c)
	t.works[i][m.ID].changed = r.At
	t.stirred(i)
	return nil
}

func (e zeroing) about() subject { return subject{module: e.Module, code: e.Code, why: e.Why} }

func (e zeroing) check(t *Tally, by access.AccountID, _ time.Time) error {
	_, m, err := t.locateShown(e.Address)
	if err == nil {
		err = t.chief(by)
	}
	if err == nil {
		err = checkWhy(e.Why)
	}
	if err != nil {
		return err
	}
	z := t.zeroingOf(e.Rule, m.ID)
	if err := t.running(z.Module); err != nil {
		return err
	}
	_, err = t.open.Scheme.Sanctions(scoring.Conduct{Zeroings: []scoring.Zeroing{z}})
	return err
}

func (e zeroing) apply(t *Tally, r ledger.Record) error {
	return t.hold(r, Conduct{Address: e.Address, Rule: e.Rule, Note: e.Why})
}

func (e withdrawn) about() subject { return subject{why: e.Why} }

func (e withdrawn) check(t *Tally, by access.AccountID, _ time.Time) error {
	if err := t.chief(by); err != nil {
		return err
	}
	if err := checkWhy(e.Why); err != nil {
		return err
	}
	_, c := t.conduct(e.Record)
	if c == nil || c.Withdrawn != nil || c.corrected {
		return ErrNothing.Param("record", e.Record)
	}
	m := c.Module
	if c.Rule != "" {
		m = t.zeroingOf(c.Rule, c.Module).Module
	}
	return t.running(m)
}

func (e withdrawn) apply(t *Tally, r ledger.Record) error {
	i, c := t.conduct(e.Record)
	c.Withdrawn = &Withdrawal{At: r.At, By: access.AccountID(r.Actor), Why: e.Why}
	t.works[i][c.Module].changed = r.At
	t.stirred(i)
	return nil
}
