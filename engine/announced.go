package engine

import (
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/draw"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

func (e announced) check(t *Tally, by access.AccountID, _ time.Time) error {
	if t.held(e.Draw) != nil {
		return ErrDrawRepeated.Param("draw", e.Draw)
	}
	if e.Auto {
		if t.open.Procedure.Identity.Mode == IdentityLayered || t.status != Running {
			return ErrNoLayer.Param("layer", e.Layer)
		}
	} else if err := t.mayAnnounce(by, e.Layer); err != nil {
		return err
	}
	if err := t.serves(e.Layer, e.Modules); err != nil {
		return err
	}
	if e.Layer == LayerWork && (e.Method != ByMachine || strings.TrimSpace(e.Statement) == "") {
		return ErrNoLayer.With(fault.Field{Path: "statement", Code: "missing", Message: "works are coded by machine, after it was stated that they are all in"})
	}
	var h secrets
	if err := t.codes.unseal(e.Draw, e.Sealed, &h); err != nil {
		return err
	}
	who := t.candidates(e.Layer, e.Modules)
	for _, p := range h.People {
		if _, ok := who[p.Code]; !ok {
			return ErrOvertaken
		}
	}
	return nil
}

// mayAnnounce reports whether by may announce a draw of the layer now.
func (t *Tally) mayAnnounce(by access.AccountID, l Layer) error {
	mode := t.open.Procedure.Identity.Mode
	if l != LayerStation && (mode != IdentityLayered || l != LayerEntry && l != LayerWork) {
		return ErrNoLayer.Param("layer", l)
	}
	if err := t.office(by, l.custodian()); err != nil {
		return err
	}
	if t.status != Running {
		return ErrNotRunning.Param("status", t.status)
	}
	if len(t.codes.opened) > 0 {
		return ErrPhase.Param("phase", t.phase())
	}
	return t.in(PhaseRunning)
}

// serves checks the modules of a draw of the layer: each is one whose
// competitors have codes there, all get the same ones, and no draw of them is
// unfinished.
func (t *Tally) serves(l Layer, modules []scoring.ModuleID) error {
	wrong := func(i int, code, message string) error {
		path := "modules"
		if i >= 0 {
			path = "modules." + string(modules[i])
		}
		return ErrNoLayer.With(fault.Field{Path: path, Code: code, Message: message})
	}
	switch {
	case l == LayerEntry && len(modules) > 0:
		return wrong(-1, "not_allowed", "entry codes are for all modules")
	case l == LayerStation && len(modules) == 0:
		return wrong(-1, "missing", "name the modules")
	case l == LayerWork && len(modules) != 1:
		return wrong(-1, "missing", "works are coded module by module; name one")
	}
	for i, id := range modules {
		m, ok := t.open.Scheme.Module(id)
		switch {
		case !ok || !t.stationed(m) || slices.Contains(modules[:i], id):
			return wrong(i, "unknown", "no module of the scheme that a panel marks, or named twice")
		case l == LayerWork && !slices.Contains(t.layersOf(m), LayerWork):
			return wrong(i, "not_seen_as_work", "the judges of this module see stations")
		}
	}
	for _, d := range t.codes.draws {
		if d.Layer != l || d.state == DrawAnnulled || l != LayerEntry && !overlap(d.Modules, modules) {
			continue
		}
		if d.state != DrawDrawn {
			return ErrDrawOpen.Param("draw", d.Draw)
		}
		if !sameModules(d.Modules, modules) {
			return wrong(-1, "drawn_together", "some of the modules have codes from a draw for others too; name the same ones")
		}
	}
	return nil
}

// stationed reports whether competitors have a station code in the module:
// where they compete and, without layers, everywhere, since there the code is
// what they are called.
func (t *Tally) stationed(m scoring.Module) bool {
	return m.Source == scoring.SourcePanel || t.open.Procedure.Identity.Mode != IdentityLayered
}

func overlap(a, b []scoring.ModuleID) bool {
	return slices.ContainsFunc(a, func(m scoring.ModuleID) bool { return slices.Contains(b, m) })
}

func sameModules(a, b []scoring.ModuleID) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(m scoring.ModuleID) bool { return !slices.Contains(b, m) })
}

// candidates lists those who can get a code: they have one in the layer above,
// none in this one, and are not known to stay away from all the modules.
func (t *Tally) candidates(l Layer, modules []scoring.ModuleID) map[string]int {
	m := scoring.ModuleID("")
	if len(modules) > 0 {
		m = modules[0]
	}
	out := map[string]int{}
	for i := range t.open.Competitors {
		_, has := t.codes.lot(l, m, i)
		away := len(modules) > 0 && !slices.ContainsFunc(modules, func(m scoring.ModuleID) bool { return t.works[i][m].absent == nil })
		if up := t.upper(l, m, i); up != "" && !has && !away {
			out[up] = i
		}
	}
	return out
}

func (e announced) apply(t *Tally, r ledger.Record) error {
	d := &held{
		announced: e, by: access.AccountID(r.Actor), at: r.At, state: DrawAnnounced, who: map[string]int{},
		lots: map[string]draw.Lot{}, none: map[string]bool{}, receipts: map[string]time.Time{},
	}
	if err := t.codes.unseal(e.Draw, e.Sealed, &d.secrets); err != nil {
		return err
	}
	all := t.candidates(e.Layer, e.Modules)
	for _, p := range d.People {
		d.who[p.Code] = all[p.Code]
	}
	t.codes.draws = append(t.codes.draws, d)
	return nil
}
