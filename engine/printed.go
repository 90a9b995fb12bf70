package engine

import (
	"context"
	"slices"
	"strings"

	"github.com/xinglu/xinglu/scoring"
)

// PrintedSheet is one sheet as papers show it: everything of the desk's view,
// and what signatures cover. Who it is about is in it only when no layer of
// identity is left.
type PrintedSheet struct {
	DeskSheet
	Module scoring.Module `json:"module"` // the whole
	Layer  Layer          `json:"layer"`  // of the code
	Panel  int            `json:"panel"`  // of the module, from 1
	// Digest is the SHA-256, hex, of what the panel agreed: what valid
	// signatures cover; "" while it has not agreed.
	Digest string `json:"digest"`
	// Marks are the whole module's, hundredths, before sanctions; blank where
	// panels of two layers mark it, until none is left: an amount beside two
	// codes ties them together.
	Marks      scoring.Value `json:"marks"`
	Lock       *Lock         `json:"lock"`                 // null: the module is not locked
	Competitor CompetitorID  `json:"competitor,omitempty"` // "" before decryption
}

// PrintedSheets lists the sheets of a division in the order of modules, panels
// and codes, for papers; with a module only those of it. Sheets whose code has
// not been drawn are left out. Errors: ErrNotRunning before the opening,
// ErrNoSheet for a module that no panel marks.
func (s *Contests) PrintedSheets(ctx context.Context, id DivisionID, module scoring.ModuleID) ([]PrintedSheet, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return nil, err
	}
	out := []PrintedSheet{}
	err = a.read(ctx, func(t *Tally) error {
		if t.status == Setup {
			return ErrNotRunning.Param("status", t.status)
		}
		found := module == ""
		for _, m := range t.open.Scheme.Modules {
			if m.Source != scoring.SourcePanel || module != "" && m.ID != module {
				continue
			}
			found = true
			list, err := t.printedSheets(m)
			if err != nil {
				return err
			}
			out = append(out, list...)
		}
		if !found {
			return ErrNoSheet.Param("module", module)
		}
		return nil
	})
	return out, err
}

func (t *Tally) printedSheets(m scoring.Module) (out []PrintedSheet, err error) {
	t.spots(m, func(sp spot) {
		if err != nil || t.codeOf(sp) == "" {
			return
		}
		var p PrintedSheet
		if p, err = t.printedSheet(sp); err == nil {
			out = append(out, p)
		}
	})
	slices.SortStableFunc(out, func(a, b PrintedSheet) int {
		if a.Panel != b.Panel {
			return a.Panel - b.Panel
		}
		return strings.Compare(a.Code, b.Code)
	})
	return out, err
}

func (t *Tally) printedSheet(sp spot) (PrintedSheet, error) {
	desk, err := t.deskSheet(sp)
	if err != nil {
		return PrintedSheet{}, err
	}
	p := PrintedSheet{DeskSheet: desk, Module: sp.m, Layer: sp.r.layer, Panel: sp.r.no + 1, Lock: t.desk.locked[sp.m.ID]}
	if p.Digest, err = t.digest(sp); err != nil {
		return p, err
	}
	p.Marks = scoring.None()
	if t.named() || len(t.layersOf(sp.m)) == 1 {
		if p.Marks, err = t.worth(sp.i, sp.m, sp.w, jury); err != nil {
			return p, err
		}
	}
	if t.named() {
		p.Competitor = t.open.Competitors[sp.i].ID
	}
	return p, err
}
