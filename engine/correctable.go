package engine

import (
	"context"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

// Correctable is what a correction may name, for who proposes one and reads
// nothing else of the division.
type Correctable struct {
	Modules []scoring.Module   `json:"modules"` // of the scheme
	Zeroing []scoring.ZeroRule `json:"zeroing"` // of every module; a module has its own beside
	// Sheets are empty before the lock.
	Sheets []CorrectableSheet `json:"sheets"`
}

// CorrectableSheet is a sheet by its own code. Of is whose it is, by the entry
// code, once every layer is open; before that nothing ties codes together.
type CorrectableSheet struct {
	Sheet  SheetID          `json:"sheet"`
	Module scoring.ModuleID `json:"module"`
	Of     scoring.Code     `json:"of"`
}

// Correctable returns what a correction may name.
func (s *Contests) Correctable(ctx context.Context, id DivisionID) (Correctable, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return Correctable{}, err
	}
	var out Correctable
	err = a.read(ctx, func(t *Tally) error {
		out = Correctable{Modules: t.open.Scheme.Modules, Zeroing: t.open.Scheme.Zeroing, Sheets: []CorrectableSheet{}}
		notNil(&out.Modules)
		notNil(&out.Zeroing)
		if t.in(correctable...) != nil {
			return nil
		}
		for _, m := range t.open.Scheme.Modules {
			t.spots(m, func(sp spot) {
				x := CorrectableSheet{Sheet: t.sheetID(sp.i, sp.r), Module: m.ID}
				if t.decrypted() {
					x.Of = scoring.Code(t.label(sp.i))
				}
				out.Sheets = append(out.Sheets, x)
			})
		}
		return nil
	})
	return out, err
}

// SheetOutcome is what counts on a sheet now, without who marked what.
type SheetOutcome struct {
	Sheet SheetID `json:"sheet"`
	// Module is the part of the module that the sheet's panel marks.
	Module  scoring.Module    `json:"module"`
	Aspects []scoring.Outcome `json:"aspects"`
}

// CorrectableSheet returns what counts on a sheet. Errors: ErrOffice, ErrPhase
// before the lock, ErrNoSheet.
func (s *Contests) CorrectableSheet(ctx context.Context, actor access.AccountID, id DivisionID, sheet SheetID) (SheetOutcome, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return SheetOutcome{}, err
	}
	var out SheetOutcome
	err = a.read(ctx, func(t *Tally) error {
		if err := t.mayCorrect(actor); err != nil {
			return err
		}
		sp, err := t.find(sheet)
		if err != nil {
			return err
		}
		judged, err := t.judgedBy(sp)
		out = SheetOutcome{Sheet: sheet, Module: sp.r.module, Aspects: judged.Aspects}
		notNil(&out.Aspects)
		return err
	})
	return out, err
}
