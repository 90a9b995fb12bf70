package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// AskRedraw asks for a draw to be annulled, as the first of two people. Errors:
// ErrReason, ErrDrawUsed once another draw or anything recorded depends on it,
// hall.ErrClockInUse, ErrAsked, ErrNoDraw, ErrOffice, ErrDrawState.
func (s *Contests) AskRedraw(ctx context.Context, by access.AccountID, id DivisionID, name DrawID, reason, key string) (DrawView, error) {
	if err := s.idle(ctx, id, name); err != nil {
		return DrawView{}, err
	}
	return s.onDraw(ctx, by, id, name, kindRedrawAsked, key, strings.TrimSpace(reason), func(*Tally) (codeEvent, error) {
		return redrawAsked{Draw: name, Reason: strings.TrimSpace(reason)}, nil
	})
}

// GrantRedraw annuls a draw, as the second of two people: its codes go back,
// it stays on record, and the layer may be drawn anew. Errors: ErrNotAsked,
// ErrSamePerson, ErrDrawUsed, hall.ErrClockInUse, ErrNoDraw, ErrOffice, ErrDrawState.
func (s *Contests) GrantRedraw(ctx context.Context, by access.AccountID, id DivisionID, name DrawID, key string) (DrawView, error) {
	if err := s.idle(ctx, id, name); err != nil {
		return DrawView{}, err
	}
	return s.onDraw(ctx, by, id, name, kindRedrawGranted, key, nil, func(*Tally) (codeEvent, error) {
		return redrawGranted{Draw: name}, nil
	})
}

func (e redrawAsked) check(t *Tally, by access.AccountID, at time.Time) error {
	d, err := t.drawIn(e.Draw, by, DrawAnnounced, DrawDrawing, DrawDrawn)
	switch {
	case err != nil:
		return err
	case strings.TrimSpace(e.Reason) == "":
		return ErrReason
	case t.status != Running:
		return ErrNotRunning.Param("status", t.status)
	case t.used(d):
		return ErrDrawUsed.Param("draw", e.Draw)
	case d.redraw != nil && t.stands(d.redraw.at, at):
		return ErrAsked
	}
	return nil
}

func (e redrawAsked) apply(t *Tally, r ledger.Record) error {
	t.held(e.Draw).redraw = &redraw{reason: e.Reason, by: access.AccountID(r.Actor), at: r.At}
	return nil
}

func (e redrawGranted) check(t *Tally, by access.AccountID, at time.Time) error {
	d := t.held(e.Draw)
	if d == nil {
		return ErrNoDraw.Param("draw", e.Draw)
	}
	if err := t.office(by, OfficeSupervisor); err != nil {
		return err
	}
	switch {
	case d.state == DrawAnnulled:
		return ErrDrawState.Param("draw", e.Draw).Param("state", d.state)
	case d.redraw == nil || !t.stands(d.redraw.at, at):
		return ErrNotAsked
	case d.redraw.by == by:
		return ErrSamePerson
	case t.status != Running:
		return ErrNotRunning.Param("status", t.status)
	case t.used(d):
		return ErrDrawUsed.Param("draw", e.Draw)
	}
	return nil
}

func (e redrawGranted) apply(t *Tally, r ledger.Record) error {
	d := t.held(e.Draw)
	for upper := range d.lots {
		for _, p := range d.places() {
			t.codes.drop(p, d.who[upper])
		}
	}
	d.redraw.second, d.state = access.AccountID(r.Actor), DrawAnnulled
	return nil
}

// stands reports whether the first of two people's words, said at first, still
// stands at the time of the second.
func (t *Tally) stands(first, second time.Time) bool {
	return second.Sub(first).Milliseconds() <= t.open.Procedure.Ceremony.WithinMS
}

// used reports whether another draw depends on the draw's codes, or anything
// that was recorded by them: marks, times, pictures, violations, absences. It
// names a code for good, which must not become somebody else's.
func (t *Tally) used(d *held) bool {
	if len(t.codes.opened) > 0 {
		return true
	}
	for _, below := range t.codes.draws {
		depends := d.Layer == LayerEntry && below.Layer == LayerStation || d.Layer == LayerStation && below.Layer == LayerWork && overlap(d.Modules, below.Modules)
		if depends && below.state != DrawAnnulled {
			return true
		}
	}
	for upper := range d.lots {
		i := d.who[upper]
		for m, w := range t.works[i] {
			if (d.Layer == LayerEntry || slices.Contains(d.Modules, m)) && t.recorded(w, m, d.Layer) {
				return true
			}
		}
		for _, c := range t.desk.conduct[i] {
			if c.Layer == d.Layer && slices.Contains(d.Modules, c.Module) {
				return true
			}
		}
	}
	return false
}

// recorded reports whether anything was recorded of a work by its code of the
// layer.
func (t *Tally) recorded(w *work, m scoring.ModuleID, l Layer) bool {
	bench := t.benches[m]
	for k, s := range w.sheets {
		if bench[k].layer == l && len(s.files)+len(s.keyings) > 0 {
			return true
		}
	}
	return w.absent != nil && w.absent.layer == l ||
		slices.ContainsFunc(w.times, func(x Timing) bool { return x.layer == l }) ||
		slices.ContainsFunc(w.evidence, func(e Evidence) bool {
			_, _, no, ok := e.Sheet.split()
			return ok && no < len(bench) && bench[no].layer == l
		})
}

// Clocks tells of the clocks of station codes; hall.Service is one.
type Clocks interface {
	// ClocksIdle returns an error while a clock of one of the codes in one of
	// the modules has run or been given time.
	ClocksIdle(ctx context.Context, division string, modules []scoring.ModuleID, codes []string) error
}

// WatchClocks lets redraws ask the hall whether clocks of the draw's codes are
// in use. It is called once, before the service is used.
func (s *Contests) WatchClocks(c Clocks) { s.clocks = c }

// idle returns why the clocks of a draw's codes keep it in force. The division
// hears of a clock when it stops, so that the hall is asked.
func (s *Contests) idle(ctx context.Context, id DivisionID, name DrawID) error {
	if s.clocks == nil {
		return nil
	}
	a, err := s.arena(ctx, id)
	if err != nil {
		return err
	}
	var modules []scoring.ModuleID
	var codes []string
	err = a.read(ctx, func(t *Tally) error {
		if d := t.held(name); d != nil && d.Layer == LayerStation && d.state != DrawAnnulled {
			for _, l := range d.result() {
				modules, codes = d.Modules, append(codes, l.Code)
			}
		}
		return nil
	})
	if err != nil || len(codes) == 0 {
		return err
	}
	return s.clocks.ClocksIdle(ctx, string(id), modules, codes)
}
