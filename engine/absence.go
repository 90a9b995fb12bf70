package engine

import (
	"context"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// absence says that a competitor did not start a module.
type absence struct {
	at    time.Time
	by    access.AccountID
	seq   int64
	layer Layer // of the code that named the competitor; "" where none did
}

// Absentee names who did not start, by a code or, before there is one, by the
// competitor, and in which modules.
type Absentee struct {
	Layer      Layer              `json:"layer,omitempty"`
	Code       string             `json:"code,omitempty"`
	Competitor CompetitorID       `json:"competitor,omitempty"` // where there is no code
	Modules    []scoring.ModuleID `json:"modules"`              // none: all that panels mark
	Note       string             `json:"note"`
	// Desk says that the chief judge acts, and not the call room. The chief's
	// word counts against sheets that were handed in; they stay as evidence.
	Desk bool `json:"desk,omitempty"`
	// Floor says that a judge acts who would mark the competitor at the
	// station, or keeps the floor, and finds nobody there.
	Floor bool `json:"floor,omitempty"`
}

type (
	absenceRecorded  struct{ Absentee }
	absenceWithdrawn struct{ Absentee }
)

// RecordAbsence records that a competitor did not start. That is neither a
// blank nor a 0. A judge at the station may record it, and only the call room
// or the chief judge take it back. Errors: ErrOffice, ErrNoCode, ErrNoSheet, ErrNotRunning,
// ErrModuleLocked, ErrMarked, ErrNothing where it is recorded already.
func (s *Contests) RecordAbsence(ctx context.Context, by access.AccountID, id DivisionID, key string, who Absentee) error {
	_, err := s.deskAct(ctx, by, id, kindAbsence, key, absenceRecorded{who})
	return err
}

// WithdrawAbsence takes the record of an absence back: the competitor did
// start. Errors as of RecordAbsence, but ErrMarked.
func (s *Contests) WithdrawAbsence(ctx context.Context, by access.AccountID, id DivisionID, key string, who Absentee) error {
	_, err := s.deskAct(ctx, by, id, kindAbsenceWithdrawn, key, absenceWithdrawn{who})
	return err
}

func (e Absentee) about() subject {
	s := subject{code: e.Code, why: e.Note}
	if len(e.Modules) == 1 {
		s.module = e.Modules[0]
	}
	return s
}

// works finds the absentee's works.
func (e Absentee) works(t *Tally) (i int, modules []scoring.Module, err error) {
	for _, m := range t.open.Scheme.Modules {
		if len(e.Modules) == 0 && m.Source == scoring.SourcePanel {
			modules = append(modules, m)
		}
	}
	for _, id := range e.Modules {
		m, ok := t.open.Scheme.Module(id)
		if !ok || m.Source != scoring.SourcePanel {
			return 0, nil, ErrNoSheet.Param("module", id)
		}
		modules = append(modules, m)
	}
	if e.Competitor != "" {
		i, ok := t.byID[e.Competitor]
		if !ok {
			err = ErrNoCode.Param("code", "")
		}
		return i, modules, err
	}
	for k, m := range modules {
		at, _, err := t.locate(Address{e.Layer, e.Code, m.ID})
		if err != nil {
			return 0, nil, err
		}
		if k > 0 && at != i { // codes of one module may differ from those of another
			return 0, nil, ErrNoCode.Param("code", e.Code)
		}
		i = at
	}
	return i, modules, nil
}

// may asks for the office, and that the modules are open and at least one of
// them is there to change.
func (e Absentee) may(t *Tally, by access.AccountID, change func(*work) bool) (i int, modules []scoring.Module, err error) {
	switch {
	case e.Desk:
		err = t.chief(by)
	case !e.Floor: // a judge's place is asked for below
		err = t.office(by, OfficeCallRoom)
	}
	if err == nil {
		err = checkNote(e.Note)
	}
	if err != nil {
		return 0, nil, err
	}
	if i, modules, err = e.works(t); err != nil {
		return 0, nil, err
	}
	changes := false
	for _, m := range modules {
		if e.Floor && (e.Layer != LayerStation || !t.observes(by, i, m, LayerStation)) {
			return 0, nil, ErrOffice.Param("office", OfficeFloor)
		}
		if err := t.running(m.ID); err != nil {
			return 0, nil, err
		}
		changes = changes || change(t.works[i][m.ID])
	}
	if !changes {
		return 0, nil, ErrNothing.Param("code", e.Code)
	}
	return i, modules, nil
}

func (e absenceRecorded) check(t *Tally, by access.AccountID, _ time.Time) error {
	i, modules, err := e.may(t, by, func(w *work) bool { return w.absent == nil })
	if err != nil || e.Desk {
		return err
	}
	for _, m := range modules {
		for _, s := range t.works[i][m.ID].sheets {
			if len(s.files) > 0 {
				return ErrMarked.Param("module", m.ID)
			}
		}
	}
	return nil
}

func (e absenceRecorded) apply(t *Tally, r ledger.Record) error {
	return e.set(t, r.At, e.absence(r))
}

func (e absenceRecorded) absence(r ledger.Record) *absence {
	a := &absence{at: r.At, by: access.AccountID(r.Actor), seq: r.Seq}
	if e.Competitor == "" {
		a.layer = e.Layer
	}
	return a
}

func (e absenceWithdrawn) check(t *Tally, by access.AccountID, _ time.Time) error {
	if e.Floor {
		return ErrOffice.Param("office", OfficeCallRoom)
	}
	_, _, err := e.may(t, by, func(w *work) bool { return w.absent != nil })
	return err
}

func (e absenceWithdrawn) apply(t *Tally, r ledger.Record) error { return e.set(t, r.At, nil) }

func (e Absentee) set(t *Tally, at time.Time, a *absence) error {
	i, modules, err := e.works(t)
	if err != nil {
		return err
	}
	for _, m := range modules {
		w := t.works[i][m.ID]
		w.absent, w.changed = a, at
	}
	t.stirred(i)
	return nil
}
