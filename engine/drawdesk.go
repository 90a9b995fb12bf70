package engine

import (
	"context"
	"slices"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

// DrawDesk is what somebody has to know who announces a draw. It names no
// competitor and no code.
type DrawDesk struct {
	// Layers that can be drawn by ceremony, in the order of drawing; none where
	// the opening has drawn all there is.
	Layers []Layer `json:"layers"`
	// Modules whose competitors have codes.
	Modules []DrawModule `json:"modules"`
	Rule    DrawRule     `json:"rule"`
	// WithinMS is how long the first of two people's words stands, in
	// milliseconds.
	WithinMS int64 `json:"within_ms"`
	// Supervisors are accounts who may witness a public word.
	Supervisors []access.AccountID `json:"supervisors"`
	// Waiting is who would take part in a draw now, layer by layer.
	Waiting []DrawWaiting `json:"waiting"`
}

// DrawModule is a module as draws know it.
type DrawModule struct {
	ID   scoring.ModuleID `json:"id"`
	Name scoring.Text     `json:"name"`
	Work bool             `json:"work"` // judges see its works, which are coded after it
}

// DrawWaiting says how many have a code in the layer above and none in this.
type DrawWaiting struct {
	Layer  Layer            `json:"layer" enum:"entry,station,work"`
	Module scoring.ModuleID `json:"module,omitempty"` // "" for entry codes
	People int              `json:"people"`
}

// DrawDesk returns what can be drawn in a division now. Error: ErrNotRunning
// before it was opened.
func (s *Contests) DrawDesk(ctx context.Context, id DivisionID) (DrawDesk, error) {
	var out DrawDesk
	a, err := s.arena(ctx, id)
	if err != nil {
		return out, err
	}
	err = a.read(ctx, func(t *Tally) error {
		if t.status == Setup {
			return ErrNotRunning.Param("status", t.status)
		}
		out = t.drawDesk()
		return nil
	})
	return out, err
}

func (t *Tally) drawDesk() DrawDesk {
	out := DrawDesk{
		Layers: []Layer{}, Modules: []DrawModule{}, Rule: t.open.Procedure.Draw, WithinMS: t.open.Procedure.Ceremony.WithinMS,
		Supervisors: []access.AccountID{}, Waiting: []DrawWaiting{},
	}
	for _, l := range slices.Backward(t.layers()) {
		if l == LayerStation || t.open.Procedure.Identity.Mode == IdentityLayered {
			out.Layers = append(out.Layers, l)
		}
		if l == LayerEntry {
			out.Waiting = append(out.Waiting, DrawWaiting{Layer: l, People: len(t.candidates(l, nil))})
		}
	}
	for _, m := range t.open.Scheme.Modules {
		if !t.stationed(m) {
			continue
		}
		work := slices.Contains(t.layersOf(m), LayerWork)
		out.Modules = append(out.Modules, DrawModule{m.ID, m.Name, work})
		for _, l := range out.Layers {
			if l == LayerStation || l == LayerWork && work {
				out.Waiting = append(out.Waiting, DrawWaiting{l, m.ID, len(t.candidates(l, []scoring.ModuleID{m.ID}))})
			}
		}
	}
	for _, o := range t.open.Officers {
		if o.Office == OfficeSupervisor {
			out.Supervisors = append(out.Supervisors, o.Account)
		}
	}
	return out
}
