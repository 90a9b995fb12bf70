package engine

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// Open draws the station codes with the seed and freezes scheme, rules,
// panels and competitors in the ledger; marks are taken from then on. A
// second call with the same division returns ErrFrozen and changes nothing.
// ErrNotReady names everything that is missing.
//
// Order of writes: the ledger record, whose key decides a race between two
// calls; then the codes in the competitors' documents and the status of the
// division's, which a repeated call completes after a crash.
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
		entrants := make([]Entrant, len(list))
		for i, c := range list {
			entrants[i] = Entrant{ID: c.ID, Unit: c.Unit, City: c.City, Delegation: c.Delegation, Identity: c.Identity, HeldLevel: c.HeldLevel, Team: c.Team}
		}
		event := opened{
			Scheme: div.Scheme, Rules: div.Rules, Procedure: div.Procedure, Panels: div.Panels, Officers: div.Officers,
			Relations: div.Relations, Board: div.Board, Seed: seed, Competitors: entrants,
		}
		// What the fold cannot read must never be stored: no later record
		// could mend it.
		if _, err := newTally(s.opts.Sealer).applyOpened(ledger.Record{Stream: a.stream, Seq: 1, At: s.now(), Kind: kindOpened, Data: marshal(event)}); err != nil {
			return fmt.Errorf("trying the opening out: %w", err)
		}
		if _, err := a.append(ctx, string(actor), kindOpened, "open", event); err != nil {
			return err
		}
	}
	return s.finishOpening(ctx, actor, a)
}

// finishOpening draws the codes where the machine does that at the opening,
// and copies what the ledger froze into the document that lists are made of.
// It may run again after a crash.
func (s *Contests) finishOpening(ctx context.Context, actor access.AccountID, a *arena) error {
	at := s.now()
	var event drawn
	err := a.read(ctx, func(t *Tally) (err error) {
		at = t.at
		if t.open.Procedure.Identity.Mode == IdentityLayered {
			return nil
		}
		codes := drawCodes(len(t.open.Competitors), t.open.Seed)
		lots := make([]lot, len(codes))
		for i, c := range t.open.Competitors {
			lots[i] = lot{Competitor: c.ID, Code: codes[i]}
		}
		event = drawn{Draw: string(LayerStation), Layer: LayerStation}
		event.Sealed, err = s.opts.Sealer.Seal(marshal(lots), drawContext(a.stream, event.Draw))
		return err
	})
	if err != nil {
		return err
	}
	if event.Draw != "" {
		if _, err := a.append(ctx, string(actor), kindDrawn, "draw/"+event.Draw, event); err != nil {
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
	wrong = append(wrong, checkOfficers(div.Officers, div.Procedure.Identity.Mode)...)
	size := div.Rules.Panel.Size
	for _, m := range div.Scheme.Modules {
		if m.Source != scoring.SourcePanel {
			continue
		}
		wrong = append(wrong, repeatedJudges(div.Panels, m.ID)...)
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

// repeatedJudges names judges who are on the module's panel twice.
func repeatedJudges(panels []Panel, m scoring.ModuleID) (wrong []fault.Field) {
	there := map[access.AccountID]bool{}
	for i, p := range panels {
		if p.Module != m {
			continue
		}
		for k, j := range p.Judges {
			if there[j.Judge] {
				wrong = append(wrong, fault.Field{
					Path: fmt.Sprintf("panels[%d].judges[%d]", i, k), Code: "judge_repeated", Message: "this judge is on the module's panel already",
				})
			}
			there[j.Judge] = true
		}
	}
	return wrong
}

// drawCodes returns n distinct codes in drawn order: A01…A99, B01 … Z99, AA01
// … Two codes of one letter differ in their last two characters, the ones a
// judge repeats.
func drawCodes(n int, seed int64) []string {
	codes := make([]string, n)
	for i := range codes {
		letters := ""
		for k := i / 99; k >= 0; k = k/26 - 1 {
			letters = string(rune('A'+k%26)) + letters
		}
		codes[i] = fmt.Sprintf("%s%02d", letters, i%99+1)
	}
	r := rand.New(rand.NewPCG(uint64(seed), 0x6b6f646573)) // second word names the draw
	r.Shuffle(n, func(i, j int) { codes[i], codes[j] = codes[j], codes[i] })
	return codes
}
