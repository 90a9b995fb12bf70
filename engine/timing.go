package engine

import (
	"context"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/ledger"
)

// TimeSource says who took a time.
type TimeSource string

// The sources of a time.
const (
	TimeOfClock TimeSource = "clock" // the station's clock
	TimeOfJudge TimeSource = "judge" // a judge's stopwatch
	TimeOfChief TimeSource = "chief" // set by the chief judge
)

// maxTime bounds a time used, in milliseconds (eleven days); it is no rule.
const maxTime = 1_000_000_000

// Timing is one time that was taken of one competitor in one module.
type Timing struct {
	MS     int64            `json:"ms"` // used, pauses taken off
	Source TimeSource       `json:"source"`
	At     time.Time        `json:"at"`
	By     access.AccountID `json:"by"`
	Note   string           `json:"note"`
	Seq    int64            `json:"seq"`

	layer Layer // of the code that named the competitor
}

// timed records a time; the latest counts, and all are kept.
type timed struct {
	Address
	MS     int64      `json:"ms"`
	Source TimeSource `json:"source"`
	Note   string     `json:"note,omitempty"`
}

// RecordTime records the time that a competitor has used in a module,
// milliseconds. It feeds the module's time tables where the scheme reads the
// station's clock, and the tie chain. A time of the clock is the caller's to
// vouch for; a judge's comes from one who marks the competitor or keeps the
// floor, the chief's from the desk. Errors: ErrTime, ErrOffice, ErrNoCode,
// ErrNoSheet, ErrNotRunning, ErrModuleLocked, ErrNote, ErrReason for the
// chief's without one.
func (s *Contests) RecordTime(ctx context.Context, by access.AccountID, id DivisionID, key string, at Address, ms int64, source TimeSource, note string) error {
	_, err := s.deskAct(ctx, by, id, kindTimed, key, timed{at, ms, source, note})
	return err
}

func (e timed) about() subject { return subject{module: e.Module, code: e.Code, why: e.Note} }

func (e timed) check(t *Tally, by access.AccountID, _ time.Time) error {
	if e.MS < 0 || e.MS > maxTime {
		return ErrTime.Param("ms", e.MS)
	}
	i, m, err := t.locate(e.Address)
	if err != nil {
		return err
	}
	switch e.Source {
	case TimeOfClock:
	case TimeOfJudge:
		if !t.observes(by, i, m, e.Layer) {
			err = ErrOffice.Param("office", OfficeFloor)
		}
	case TimeOfChief:
		if err = t.chief(by); err == nil {
			err = checkWhy(e.Note)
		}
	default:
		err = ErrTime.Param("source", e.Source)
	}
	if err == nil {
		err = checkNote(e.Note)
	}
	if err == nil {
		err = t.running(m.ID)
	}
	return err
}

func (e timed) apply(t *Tally, r ledger.Record) error {
	i, m, err := t.locate(e.Address)
	if err != nil {
		return err
	}
	w := t.works[i][m.ID]
	t.desk.timed[m.ID] = true
	return t.change(spot{i: i, m: m, w: w}, r.At, func() {
		w.times = append(w.times, Timing{e.MS, e.Source, r.At, access.AccountID(r.Actor), e.Note, r.Seq, e.Layer})
	})
}

// time is the time that counts, or nil.
func (w *work) time() *int64 {
	if len(w.times) == 0 {
		return nil
	}
	return &w.times[len(w.times)-1].MS
}

// timeUsed is the time for the tie chain: the sum over all modules in which
// times are taken, or nil while one of them has none. A module that the
// competitor did not start adds nothing.
func (t *Tally) timeUsed(i int) *int64 {
	var sum int64
	taken := false
	for m := range t.desk.timed {
		w := t.works[i][m]
		if w.absent != nil {
			continue
		}
		ms := w.time()
		if ms == nil {
			return nil
		}
		sum, taken = sum+*ms, true
	}
	if !taken {
		return nil
	}
	return &sum
}
