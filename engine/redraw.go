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
// ErrReason, ErrDrawUsed once marks or another draw depend on it, ErrAsked,
// ErrNoDraw, ErrOffice, ErrDrawState.
func (s *Contests) AskRedraw(ctx context.Context, by access.AccountID, id DivisionID, name DrawID, reason, key string) (DrawView, error) {
	return s.onDraw(ctx, by, id, name, kindRedrawAsked, key, strings.TrimSpace(reason), func(*Tally) (codeEvent, error) {
		return redrawAsked{Draw: name, Reason: strings.TrimSpace(reason)}, nil
	})
}

// GrantRedraw annuls a draw, as the second of two people: its codes go back,
// it stays on record, and the layer may be drawn anew. Errors: ErrNotAsked,
// ErrSamePerson, ErrDrawUsed, ErrNoDraw, ErrOffice, ErrDrawState.
func (s *Contests) GrantRedraw(ctx context.Context, by access.AccountID, id DivisionID, name DrawID, key string) (DrawView, error) {
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

// used reports whether marks or another draw depend on the draw's codes.
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
		for _, m := range d.Modules {
			if t.marked(d.who[upper], m) {
				return true
			}
		}
	}
	return false
}

// marked reports whether anybody has marked the competitor in the module.
func (t *Tally) marked(i int, m scoring.ModuleID) bool {
	w := t.works[i][m]
	return w != nil && slices.ContainsFunc(w.sheets, func(s *sheet) bool { return len(s.files)+len(s.keyings) > 0 })
}
