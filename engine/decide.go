package engine

import (
	"context"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// decided is the chief judge's value in the place of the panel's, whose marks
// stay on their sheets. A later one for the aspect replaces it; an unlock of
// the sheet takes it away.
type decided struct {
	Sheet SheetID `json:"sheet"`
	scoring.Override
}

// decisionWithdrawn gives an aspect back to its panel.
type decisionWithdrawn struct {
	Sheet  SheetID          `json:"sheet"`
	Aspect scoring.AspectID `json:"aspect"`
	Why    string           `json:"why"`
}

// gapAccepted lets the totals of a panel stand that the rules flag. It holds
// until a judge marks the module again.
type gapAccepted struct {
	Sheet SheetID `json:"sheet"`
	Why   string  `json:"why"`
}

// DecideAspect puts the chief judge's value in the place of the panel's, before the
// module is locked. It takes effect when no further marks of the panel will
// come. Errors: ErrOffice, ErrNoSheet, ErrNotRunning, ErrModuleLocked,
// ErrAbsent, ErrReason, scoring.ErrOverride.
func (s *Contests) DecideAspect(ctx context.Context, chief access.AccountID, id DivisionID, key string, sheet SheetID, o scoring.Override) error {
	_, err := s.deskAct(ctx, chief, id, kindAspectDecided, key, decided{sheet, o})
	return err
}

// WithdrawDecision gives an aspect back to its panel. Errors as of DecideAspect, and
// ErrNothing where nothing was decided.
func (s *Contests) WithdrawDecision(ctx context.Context, chief access.AccountID, id DivisionID, key string, sheet SheetID, aspect scoring.AspectID, why string) error {
	_, err := s.deskAct(ctx, chief, id, kindDecisionWithdrawn, key, decisionWithdrawn{sheet, aspect, why})
	return err
}

// AcceptGap lets judges' totals stand that are too far apart. Errors as of
// Decide, and ErrNothing where the totals are not flagged.
func (s *Contests) AcceptGap(ctx context.Context, chief access.AccountID, id DivisionID, key string, sheet SheetID, why string) error {
	_, err := s.deskAct(ctx, chief, id, kindGapAccepted, key, gapAccepted{sheet, why})
	return err
}

func (e decided) about() subject { return subject{sheet: e.Sheet, aspect: e.Aspect, why: e.Why} }

func (e decided) check(t *Tally, by access.AccountID, _ time.Time) error {
	sp, err := t.chiefs(by, e.Sheet, e.Why)
	if err != nil {
		return err
	}
	if !sp.r.marks(e.Aspect) || e.Corrected { // corrections are signed by two
		return scoring.ErrOverride.Param("aspect", e.Aspect)
	}
	// Tried out: what the fold cannot compute must never count.
	c := t.call(sp.i, sp.m, sp.w)
	c.Overrides = with(sp.w.decided, e.Override)
	_, err = scoring.Judge(sp.m, t.open.Rules, c)
	return err
}

// with returns the decisions with one more, in the place of one for the same
// aspect.
func with(list []scoring.Override, o scoring.Override) []scoring.Override {
	return append(without(list, o.Aspect), o)
}

func without(list []scoring.Override, a scoring.AspectID) []scoring.Override {
	return slices.DeleteFunc(slices.Clone(list), func(o scoring.Override) bool { return o.Aspect == a })
}

func (e decided) apply(t *Tally, r ledger.Record) error {
	return t.alter(e.Sheet, r.At, func(sp spot) { sp.w.decided = with(sp.w.decided, e.Override) })
}

// alter changes the work of a sheet.
func (t *Tally) alter(id SheetID, at time.Time, f func(spot)) error {
	sp, err := t.find(id)
	if err != nil {
		return err
	}
	return t.change(sp, at, func() { f(sp) })
}

// chiefs finds a sheet that the chief judge may act on now, with a reason.
func (t *Tally) chiefs(by access.AccountID, sheet SheetID, why string) (spot, error) {
	if err := t.chief(by); err != nil {
		return spot{}, err
	}
	if err := checkWhy(why); err != nil {
		return spot{}, err
	}
	return t.openSheet(sheet)
}

func (e decisionWithdrawn) about() subject {
	return subject{sheet: e.Sheet, aspect: e.Aspect, why: e.Why}
}

func (e decisionWithdrawn) check(t *Tally, by access.AccountID, _ time.Time) error {
	sp, err := t.chiefs(by, e.Sheet, e.Why)
	if err != nil {
		return err
	}
	if !sp.r.marks(e.Aspect) || len(without(sp.w.decided, e.Aspect)) == len(sp.w.decided) {
		return ErrNothing.Param("aspect", e.Aspect)
	}
	return nil
}

func (e decisionWithdrawn) apply(t *Tally, r ledger.Record) error {
	return t.alter(e.Sheet, r.At, func(sp spot) { sp.w.decided = without(sp.w.decided, e.Aspect) })
}

func (e gapAccepted) about() subject { return subject{sheet: e.Sheet, why: e.Why} }

func (e gapAccepted) check(t *Tally, by access.AccountID, _ time.Time) error {
	sp, err := t.chiefs(by, e.Sheet, e.Why)
	if err != nil {
		return err
	}
	out, err := t.judgedBy(sp)
	if err == nil && (out.Flag == "" || sp.w.accepted != nil) {
		err = ErrNothing.Param("sheet", e.Sheet)
	}
	return err
}

func (e gapAccepted) apply(t *Tally, r ledger.Record) error {
	return t.alter(e.Sheet, r.At, func(sp spot) { sp.w.accepted = &scoring.Acceptance{Why: e.Why} })
}
