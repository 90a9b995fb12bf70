package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// PanelChange is one judge for another, or one more, from now on.
type PanelChange struct {
	Module scoring.ModuleID `json:"module"`
	Out    access.AccountID `json:"out,omitempty"` // empty: nobody goes, and In is one more
	In     *PanelJudge      `json:"in,omitempty"`  // null: the panel's spares step in
	// Panel is which of the module's panels In comes to where nobody goes, from
	// 1; 0 where there is one.
	Panel int `json:"panel,omitempty"`
	// Recall withdraws the judge's marks from agreed sheets too, as for a judge
	// who was found to be partial; they are marked again in a new round. Else
	// what was agreed stays.
	Recall bool   `json:"recall,omitempty"`
	Why    string `json:"why"`
}

type panelChanged struct{ PanelChange }

// PanelClosing says that no more judges will hand in: for one sheet, or for
// every sheet of a module that is not agreed.
type PanelClosing struct {
	Module scoring.ModuleID `json:"module"`
	Sheet  SheetID          `json:"sheet,omitempty"`
	Why    string           `json:"why"`
}

type (
	panelClosed   struct{ PanelClosing }
	panelReopened struct{ PanelClosing }
)

// ChangePanel replaces a judge. Sheets that are not agreed get the successor
// for them: what the judge handed in there stays as evidence and counts no
// more. On agreed sheets the judge's marks stand, and the signature is no
// longer asked for. One more judge fills up panels that lack one. Errors:
// ErrOffice, ErrReason, ErrNotRunning, ErrModuleLocked, ErrContest for an
// account that is no judge's, ErrNoJudge, ErrPanelShort naming the codes that
// would have too few judges, or leader_missing nobody who
// signs as their leader.
func (s *Contests) ChangePanel(ctx context.Context, chief access.AccountID, id DivisionID, key string, c PanelChange) error {
	if c.In != nil {
		var wrong checker
		if err := s.checkAccount(ctx, c.In.Judge, "in.judge", &wrong, access.Judge, access.ChiefJudge); err != nil {
			return err
		}
		if err := wrong.err(ErrContest); err != nil {
			return err
		}
	}
	_, err := s.deskAct(ctx, chief, id, kindPanelChanged, key, panelChanged{c})
	return err
}

// ClosePanel takes no more first sheets: those at hand count if they are as
// many as the rules want at least. Who has handed in can still confer. Errors:
// ErrOffice, ErrReason, ErrNotRunning, ErrModuleLocked, ErrNoSheet,
// ErrNothing.
func (s *Contests) ClosePanel(ctx context.Context, chief access.AccountID, id DivisionID, key string, c PanelClosing) error {
	_, err := s.deskAct(ctx, chief, id, kindPanelClosed, key, panelClosed{c})
	return err
}

// ReopenPanel takes sheets again where nothing was agreed on those at hand.
// Errors as of ClosePanel.
func (s *Contests) ReopenPanel(ctx context.Context, chief access.AccountID, id DivisionID, key string, c PanelClosing) error {
	_, err := s.deskAct(ctx, chief, id, kindPanelReopened, key, panelReopened{c})
	return err
}

func (e panelChanged) about() subject { return subject{module: e.Module, why: e.Why} }

func (e panelChanged) check(t *Tally, by access.AccountID, _ time.Time) error {
	if err := t.chief(by); err != nil {
		return err
	}
	if err := checkWhy(e.Why); err != nil {
		return err
	}
	if err := t.running(e.Module); err != nil {
		return err
	}
	r, next := e.successor(t)
	if r == nil {
		return ErrNoJudge.Param("judge", e.Out)
	}
	if e.In != nil && e.In.Judge == "" {
		return ErrNoJudge.Param("judge", "")
	}
	if e.In != nil {
		in := []Panel{{Module: e.Module, Judges: []PanelJudge{*e.In}}}
		if wrong := checkIdentity(&Division{Procedure: t.open.Procedure, Officers: t.open.Officers, Panels: in}); len(wrong) > 0 {
			return ErrContest.With(wrong...)
		}
	}
	for _, other := range t.benches[e.Module] {
		if e.In != nil {
			if _, there := other.member(e.In.Judge); there {
				return ErrNoJudge.Param("judge", e.In.Judge)
			}
		}
	}
	var wrong []fault.Field
	size := t.open.Rules.Panel.Size
	for i, c := range t.open.Competitors {
		s := t.works[i][e.Module].sheets[r.no]
		id := t.sheetID(i, r)
		if id == "" || !e.moves(t, i, r, s) || len(wrong) >= maxNamed {
			continue
		}
		if n := len(next.panelFor(size, c.Unit, s.at.station, s.at.batch, t.open.Relations)); n < size {
			wrong = append(wrong, fault.Field{
				Path: "sheets." + string(id), Code: "panel_too_small", Message: fmt.Sprintf("%d of %d judges would be left", n, size),
				Params: map[string]string{"sheet": string(id), "have": fmt.Sprint(n), "need": fmt.Sprint(size)},
			})
		}
	}
	wrong = append(wrong, e.unled(t, r, next)...)
	slices.SortFunc(wrong, func(a, b fault.Field) int { return strings.Compare(a.Path, b.Path) })
	if len(wrong) > 0 {
		return ErrPanelShort.With(wrong...)
	}
	return nil
}

// unled names the sheets that would lose their leader where leaders sign. The
// place of a sheet that is not drawn yet is open: one with a leader is enough.
func (e panelChanged) unled(t *Tally, r, next *bench) (wrong []fault.Field) {
	if !t.open.Procedure.Signing.Leader {
		return nil
	}
	anywhere := func(b *bench, unit string) bool {
		stations, batches := b.places()
		return slices.ContainsFunc(stations, func(s int) bool {
			return slices.ContainsFunc(batches, func(n int) bool { return b.leaderFor(unit, s, n, t.open.Relations) != "" })
		})
	}
	undrawn := false
	for i, c := range t.open.Competitors {
		s := t.works[i][e.Module].sheets[r.no]
		id := t.sheetID(i, r)
		if id == "" {
			undrawn = undrawn || anywhere(r, c.Unit) && !anywhere(next, c.Unit)
			continue
		}
		led := func(b *bench) bool {
			return b.leaderFor(c.Unit, s.at.station, s.at.batch, t.open.Relations) != ""
		}
		if led(r) && !led(next) && len(wrong) < maxNamed {
			wrong = append(wrong, unledField("sheets."+string(id)))
		}
	}
	if undrawn { // whose sheets these are is not for anybody to know
		wrong = append(wrong, unledField("panels."+string(e.Module)))
	}
	return wrong
}

func unledField(path string) fault.Field {
	return fault.Field{Path: path, Code: "leader_missing", Message: "no leader of the panel could sign; name a successor who leads"}
}

// successor returns the bench that the judge is on, and how it will be; nil
// when the judge is on none.
func (e panelChanged) successor(t *Tally) (now, next *bench) {
	if all := t.benches[e.Module]; e.Out == "" {
		k := max(0, e.Panel-1)
		if e.In == nil || k >= len(all) || e.Panel == 0 && len(all) > 1 {
			return nil, nil
		}
		copied := *all[k]
		copied.members = append(slices.Clone(copied.members), *e.In)
		return all[k], &copied
	}
	for _, r := range t.benches[e.Module] {
		i := slices.IndexFunc(r.members, func(j PanelJudge) bool { return j.Judge == e.Out })
		if i < 0 {
			continue
		}
		copied := *r
		copied.members = slices.Delete(slices.Clone(r.members), i, i+1)
		if e.In != nil {
			copied.members = slices.Insert(copied.members, i, *e.In)
		}
		return r, &copied
	}
	return nil, nil
}

// moves reports whether the sheet gets another panel by the change.
func (e panelChanged) moves(t *Tally, i int, r *bench, s *sheet) bool {
	if e.Out == "" {
		return len(t.panelOf(i, r, s)) < t.open.Rules.Panel.Size && s.state != scoring.Settled
	}
	return slices.Contains(t.panelOf(i, r, s), e.Out) && (e.Recall || s.state != scoring.Settled)
}

func (e panelChanged) apply(t *Tally, rec ledger.Record) error {
	r, next := e.successor(t)
	m, _ := t.open.Scheme.Module(e.Module)
	var moved []spot
	for i := range t.open.Competitors {
		w := t.works[i][e.Module]
		if s := w.sheets[r.no]; e.moves(t, i, r, s) {
			moved = append(moved, spot{i, m, r, w, s})
		}
	}
	r.members = next.members
	for _, sp := range moved {
		err := t.change(sp, rec.At, func() {
			if sp.s.state == scoring.Settled {
				t.reopen(sp, false)
			}
			sp.s.panel = nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (e PanelClosing) about() subject { return subject{sheet: e.Sheet, module: e.Module, why: e.Why} }

// open lists the sheets that are not agreed and, as closed says, take sheets
// or do not.
func (e PanelClosing) open(t *Tally, closed bool) (out []spot, err error) {
	m, ok := t.open.Scheme.Module(e.Module)
	if !ok || m.Source != scoring.SourcePanel {
		return nil, ErrNoSheet.Param("module", e.Module)
	}
	if e.Sheet != "" {
		if sp, err := t.find(e.Sheet); err != nil || sp.m.ID != e.Module {
			return nil, ErrNoSheet.Param("sheet", e.Sheet)
		}
	}
	t.spots(m, func(sp spot) {
		if (e.Sheet == "" || t.sheetID(sp.i, sp.r) == e.Sheet) && sp.s.state != scoring.Settled && sp.s.closed == closed && sp.w.absent == nil {
			out = append(out, sp)
		}
	})
	return out, nil
}

func (e PanelClosing) may(t *Tally, by access.AccountID, closed bool) error {
	if err := t.chief(by); err != nil {
		return err
	}
	if err := checkWhy(e.Why); err != nil {
		return err
	}
	if err := t.running(e.Module); err != nil {
		return err
	}
	list, err := e.open(t, closed)
	if err == nil && len(list) == 0 {
		err = ErrNothing.Param("module", e.Module)
	}
	return err
}

func (e PanelClosing) set(t *Tally, at time.Time, closed bool) error {
	list, err := e.open(t, !closed)
	if err != nil {
		return err
	}
	for _, sp := range list {
		if err := t.change(sp, at, func() { sp.s.closed = closed }); err != nil {
			return err
		}
	}
	return nil
}

func (e panelClosed) check(t *Tally, by access.AccountID, _ time.Time) error {
	return e.may(t, by, false)
}
func (e panelClosed) apply(t *Tally, r ledger.Record) error { return e.set(t, r.At, true) }

func (e panelReopened) check(t *Tally, by access.AccountID, _ time.Time) error {
	return e.may(t, by, true)
}
func (e panelReopened) apply(t *Tally, r ledger.Record) error { return e.set(t, r.At, false) }
