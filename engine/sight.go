package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/scoring"
)

// audience says which projection of the tally is wanted.
type audience int

const (
	jury   audience = iota // the amounts as they are
	public                 // amounts stand still in conference, and hide where the policy says
)

// sight is what an audience may see of amounts now, and beside which codes. An
// amount beside two codes ties them together; Tally.sight is the one place that
// decides this.
type sight struct {
	who   audience
	label Layer // whose codes name the rows
	named bool  // unit and city may stand beside them
	hide  bool  // no amounts at all, by the board's policy
	// sealed are the modules that say nothing in the rows yet: neither amount
	// nor progress, for the moment of a change ties as well as a number.
	sealed map[scoring.ModuleID]bool
	// first is the module whose station codes name the rows; "": any, for all
	// are the same.
	first scoring.ModuleID
}

// sight decides what the audience sees. Before decryption, and for the public
// before publication, a module stands beside the code by which its judges see
// it and no other; what comes from elsewhere, such as a theory paper, is known
// by name to somebody and stands nowhere.
func (t *Tally) sight(who audience) sight {
	phase := t.phase()
	out := phase == PhasePublished || phase == PhaseFinal
	mode := t.open.Procedure.Identity.Mode
	v := sight{who: who, label: LayerStation, hide: who == public && !t.open.Board.Live && !out, sealed: map[scoring.ModuleID]bool{}}
	v.named = mode == IdentityOpen || t.named() && (who == jury || out)
	if mode != IdentityLayered {
		return v
	}
	opened := func(l Layer) bool {
		return out || who == jury && (t.codes.opened[l] || !slices.Contains(t.layers(), l))
	}
	if opened(LayerStation) {
		v.label = LayerEntry
	}
	for _, m := range t.open.Scheme.Modules {
		if m.Source != scoring.SourcePanel {
			v.sealed[m.ID] = !opened(LayerEntry)
			continue
		}
		if v.first == "" {
			v.first = m.ID
		}
		seenAtStation := !slices.Contains(t.layersOf(m), LayerWork)
		v.sealed[m.ID] = !opened(LayerStation) && !(t.drawnTogether(v.first, m.ID) && (seenAtStation || opened(LayerWork)))
	}
	return v
}

// whole reports whether nothing is sealed, so that totals and ranks tie
// nothing.
func (v sight) whole() bool {
	for _, s := range v.sealed {
		if s {
			return false
		}
	}
	return true
}

// drawnTogether reports whether the station codes of two modules are the same.
func (t *Tally) drawnTogether(a, b scoring.ModuleID) bool {
	if a == b {
		return true
	}
	return !slices.ContainsFunc(t.codes.draws, func(d *held) bool {
		return d.Layer == LayerStation && d.state != DrawAnnulled && slices.Contains(d.Modules, a) != slices.Contains(d.Modules, b)
	})
}

// named reports whether it may be known whose code is whose.
func (t *Tally) named() bool {
	return t.decrypted() || t.status == Final
}

// NamesKnown reports whether it may be known who competes in the division, and
// whose code is whose: always where codes stand for nobody, else after
// decryption. Error: store.ErrNotFound.
func (s *Contests) NamesKnown(ctx context.Context, id DivisionID) (known bool, err error) {
	d, err := s.Division(ctx, id)
	if err != nil || d.Procedure.Identity.Mode == IdentityOpen || !d.frozen() {
		return err == nil && d.Procedure.Identity.Mode == IdentityOpen, err
	}
	a, err := s.arena(ctx, id)
	if err != nil {
		return false, err
	}
	err = a.read(ctx, func(t *Tally) error { known = t.named(); return nil })
	return known, err
}

// projection is what totals and lists are kept by. While something is sealed
// no total counts, so that neither amount nor order ties anything.
func (v sight) projection() projection { return projection{v.who, v.hide || !v.whole()} }

// label is what the jury calls the competitor at a position now.
func (t *Tally) label(i int) string { return t.rowCode(t.sight(jury), i) }

// rowCode is the code that names the competitor's row; "" for one who has none.
func (t *Tally) rowCode(v sight, i int) string {
	if v.label == LayerEntry {
		x, drawn := t.codes.lot(LayerEntry, "", i)
		if !drawn && v.named { // who never came is in the results by number
			return t.upper(LayerEntry, "", i)
		}
		return x.Code
	}
	for _, m := range t.open.Scheme.Modules {
		x, drawn := t.codes.lot(LayerStation, m.ID, i)
		if drawn || v.first == m.ID {
			return x.Code
		}
	}
	return ""
}

// Separate is a module's amount that no row of the table may hold yet, under
// the code by which the judges saw it.
type Separate struct {
	Module scoring.ModuleID `json:"module"`
	Layer  Layer            `json:"layer" enum:"entry,station,work"`
	Code   string           `json:"code"`
	Part   Part             `json:"part"`
	At     time.Time        `json:"changed_at"`
}

// separate lists what is sealed in the rows and may be seen by its own code,
// by module and code. What judges see in two layers, and what comes from
// elsewhere, stands nowhere.
func (t *Tally) separate(v sight) ([]Separate, error) {
	out := []Separate{}
	if v.hide {
		return out, nil
	}
	for _, m := range t.open.Scheme.Modules {
		layers := t.layersOf(m)
		if !v.sealed[m.ID] || len(layers) != 1 {
			continue
		}
		from := len(out)
		for i := range t.open.Competitors {
			x, ok := t.codes.lot(layers[0], m.ID, i)
			if !ok {
				continue
			}
			w := t.works[i][m.ID]
			counts, err := t.worth(i, m, w, v.who)
			if err != nil {
				return nil, err
			}
			part, err := t.part(i, m, counts)
			if err != nil {
				return nil, err
			}
			out = append(out, Separate{Module: m.ID, Layer: layers[0], Code: x.Code, Part: part, At: w.changed})
		}
		slices.SortFunc(out[from:], func(a, b Separate) int { return strings.Compare(a.Code, b.Code) })
	}
	return out, nil
}
