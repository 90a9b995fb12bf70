package engine

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// Open draws the station codes with the seed and freezes scheme, rules,
// panels and competitors in the ledger; marks are taken from then on. A
// second call with the same division returns ErrFrozen and changes nothing.
// ErrNotReady names everything that is missing.
//
// Order of writes: codes to the competitors (harmless before the ledger
// knows them: a repeated call draws the same codes from the recorded seed or
// overwrites them), then the ledger record with Expect 0, which decides a
// race between two calls, then the status of the document.
func (s *Contests) Open(ctx context.Context, actor access.AccountID, id DivisionID, seed int64) error {
	div, err := s.Division(ctx, id)
	if err != nil {
		return err
	}
	list, err := s.Competitors(ctx, id)
	if err != nil {
		return err
	}
	if div.Status != Setup {
		return ErrFrozen
	}
	if err := ready(div, list); err != nil {
		return err
	}
	a, err := s.arena(ctx, id)
	if err != nil {
		return err
	}
	started := false
	if err := a.read(ctx, func(t *Tally) error { started = t.status != Setup; return nil }); err != nil {
		return err
	}
	if !started {
		codes := drawCodes(len(list), seed)
		entrants := make([]Entrant, len(list))
		for i := range list {
			entrants[i] = Entrant{ID: list[i].ID, Code: codes[i], Unit: list[i].Unit, City: list[i].City}
		}
		_, err = a.append(ctx, string(actor), kindOpened, "open", opened{
			Scheme: div.Scheme, Rules: div.Rules, Panels: div.Panels, Board: div.Board, Seed: seed, Competitors: entrants,
		})
		if err != nil {
			return err
		}
	}
	return s.finishOpening(ctx, a, list)
}

// finishOpening copies what the ledger froze into the documents that lists
// are made of. It may run again after a crash.
func (s *Contests) finishOpening(ctx context.Context, a *arena, list []Competitor) error {
	codes := map[CompetitorID]string{}
	at := s.now()
	err := a.read(ctx, func(t *Tally) error {
		for _, c := range t.open.Competitors {
			codes[c.ID] = c.Code
		}
		at = t.at
		return nil
	})
	if err != nil {
		return err
	}
	for _, c := range list {
		_, err := competitors.Update(ctx, s.db, string(c.ID), func(c *Competitor) error { c.Code = codes[c.ID]; return nil })
		if err != nil {
			return err
		}
	}
	_, err = divisions.Update(ctx, s.db, string(a.id), func(d *Division) error {
		d.Status, d.Opened = Running, &at
		return nil
	})
	return err
}

// ready names everything that keeps a division from opening.
func ready(div Division, list []Competitor) error {
	var wrong []fault.Field
	if len(list) == 0 {
		wrong = append(wrong, fault.Field{Path: "competitors", Code: "missing", Message: "enter competitors first"})
	}
	size := div.Rules.Panel.Size
	for _, m := range div.Scheme.Modules {
		if m.Source != scoring.SourcePanel {
			continue
		}
		units := map[string]bool{}
		for _, c := range list {
			units[c.Unit] = true
		}
		for _, unit := range slices.Sorted(maps.Keys(units)) {
			if n := len(panelFor(div.Panels, size, unit, m.ID)); n < size {
				wrong = append(wrong, fault.Field{
					Path: "panels." + string(m.ID), Code: "panel_too_small",
					Message: fmt.Sprintf("competitors of %s have %d of %d judges once judges of their own unit step aside; add judges", unit, n, size),
					Params:  map[string]string{"unit": unit, "have": fmt.Sprint(n), "need": fmt.Sprint(size), "module": string(m.ID)},
				})
			}
		}
	}
	if len(wrong) > 0 {
		return ErrNotReady.With(wrong...)
	}
	return nil
}

// drawCodes returns n distinct codes in drawn order: A01…A99, B01 … Two codes
// of one letter differ in their last two characters, the ones a judge repeats.
func drawCodes(n int, seed int64) []string {
	codes := make([]string, n)
	for i := range codes {
		codes[i] = fmt.Sprintf("%c%02d", 'A'+i/99, i%99+1)
	}
	r := rand.New(rand.NewPCG(uint64(seed), 0x6b6f646573)) // second word names the draw
	r.Shuffle(n, func(i, j int) { codes[i], codes[j] = codes[j], codes[i] })
	return codes
}
