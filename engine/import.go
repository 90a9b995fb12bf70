package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// Import is a module's marks from elsewhere.
type Import struct {
	Competitor CompetitorID
	Module     scoring.ModuleID
	Value      scoring.Value
	Source     string // "attempt/<id>"; with Revision it makes the import idempotent
	Revision   int64  // a higher one of the same source replaces the value
}

// ImportPart records a module's marks from elsewhere, such as a marked theory
// paper. Errors: ErrNotRunning before the opening and after the results are
// final, ErrNoSheet, scoring.ErrModules. Marks that come after a signed
// correction of the same module, or with a lower revision, are kept and do not
// count.
func (s *Contests) ImportPart(ctx context.Context, actor string, id DivisionID, in Import) error {
	a, err := s.arena(ctx, id)
	if err != nil {
		return err
	}
	err = a.read(ctx, func(t *Tally) error {
		module, ok := t.open.Scheme.Module(in.Module)
		switch {
		case t.status == Setup || t.status == Final:
			return ErrNotRunning.Param("status", t.status)
		case !ok || module.Source != scoring.SourceImported:
			return ErrNoSheet.Param("module", in.Module)
		case !counts(in.Value, module):
			return scoring.ErrModules.With(fault.Field{Path: "value", Code: "above_max", Message: "the marks are outside the module's range"})
		}
		if _, ok := t.byID[in.Competitor]; !ok {
			return ErrNoSheet.Param("competitor", in.Competitor)
		}
		return nil
	})
	key := fmt.Sprintf("import/%s/%d", in.Source, in.Revision)
	if err != nil {
		if _, known, failed := s.db.Ledger().FindKey(ctx, a.stream, key); failed != nil || known {
			return failed // whoever delivers again is told that it is here
		}
		return err
	}
	done, err := a.append(ctx, actor, kindImported, key, imported(in))
	if err != nil {
		return err
	}
	var why error
	err = a.read(ctx, func(t *Tally) error { why = t.verdicts[done.Seq].why; return nil })
	if errors.Is(why, ErrOvertaken) {
		why = nil // delivered, though something else counts
	}
	return errors.Join(err, why)
}
