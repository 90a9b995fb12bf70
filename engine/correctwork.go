package engine

import (
	"time"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// AbsenceChange is what a correction says of an absence.
type AbsenceChange string

// The changes of an absence by correction.
const (
	AbsenceRecorded  AbsenceChange = "recorded"  // the competitor did not start
	AbsenceWithdrawn AbsenceChange = "withdrawn" // the competitor did start
)

// mayStart says why a correction of an absence or a time cannot be of the
// competitor: ErrContest with a field, ErrTime, ErrNothing where it is so already.
func (t *Tally) mayStart(i int, c Correction) error {
	m, ok := t.open.Scheme.Module(c.Module)
	if !ok || m.Source != scoring.SourcePanel {
		return ErrContest.With(fault.Field{Path: "module", Code: "unknown", Message: "no module that panels mark"})
	}
	w := t.works[i][m.ID]
	if c.TimeMS != nil {
		if *c.TimeMS < 0 || *c.TimeMS > maxTime {
			return ErrTime.Param("ms", *c.TimeMS)
		}
		call := t.call(i, m, w)
		call.ClockMS = c.TimeMS
		_, err := scoring.Judge(m, t.open.Rules, call)
		return err
	}
	switch c.Absence {
	case AbsenceRecorded, AbsenceWithdrawn:
	default:
		return ErrContest.With(fault.Field{Path: "absence", Code: "unknown", Message: "recorded or withdrawn"})
	}
	if (c.Absence == AbsenceRecorded) == (w.absent != nil) {
		return ErrNothing.Param("code", c.Code)
	}
	return nil
}

// started makes a correction of an absence or a time count, and returns how to
// undo that.
func (t *Tally) started(c *correction, seq int64, at time.Time) (undo func() error, err error) {
	m, _ := t.open.Scheme.Module(c.Module)
	w, taken := t.works[c.at][m.ID], t.desk.timed[m.ID]
	back := t.keep(c.at, w)
	undo = func() error {
		if !taken {
			delete(t.desk.timed, m.ID)
		}
		return back()
	}
	return undo, t.change(spot{i: c.at, m: m, w: w}, at, func() {
		switch {
		case c.TimeMS != nil:
			t.desk.timed[m.ID] = true
			w.times = append(w.times[:len(w.times):len(w.times)], Timing{MS: *c.TimeMS, Source: TimeOfChief, At: at, By: c.proposed.by, Note: c.Reason, Seq: seq})
		case c.Absence == AbsenceRecorded:
			w.absent = &absence{at: at, by: c.proposed.by, seq: seq}
		default:
			w.absent = nil
		}
	})
}

// keep returns how to put a work and its sheets back as they are now.
func (t *Tally) keep(i int, w *work) (undo func() error) {
	was := *w
	sheets := make([]sheet, len(was.sheets))
	for k, s := range was.sheets {
		sheets[k] = *s
	}
	return func() error {
		*w = was
		for k, s := range was.sheets {
			*s = sheets[k]
		}
		t.stirred(i)
		clear(t.kept.lists)
		return nil
	}
}
