package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/xinglu/xinglu/engine/draw"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// Layer is one of the layers of identity below the name.
type Layer string

// The layers, from the name downwards.
const (
	LayerEntry   Layer = "entry"   // 参赛号
	LayerStation Layer = "station" // 赛位号
	LayerWork    Layer = "work"    // 评审号
)

// custodian is the office that keeps the layer's codes: nobody else sees which
// code of the layer above each of them stands for.
func (l Layer) custodian() Office {
	switch l {
	case LayerEntry:
		return OfficeEntryCoder
	case LayerWork:
		return OfficeWorkCoder
	case LayerStation:
	}
	return OfficeStationCoder
}

// Sealer encrypts what is stored, bound to its place, and blinds what is looked
// up. It is *seal.Sealer, the one of the exam: persons are known by it. Its
// methods are safe for concurrent use.
type Sealer = exam.Sealer

// lot is what one competitor has drawn. Station counts through the groups of
// the batch.
type lot struct {
	Competitor                     CompetitorID
	Code                           string
	Batch, Group, Station, InGroup int // from 1; 0 in records of the first version
}

// codes is the part of the tally that knows who is called what.
type codes struct {
	sealer Sealer
	stream ledger.StreamID
	of     map[codePlace]map[string]int // code → position of the competitor
	names  map[codePlace]map[int]lot
	draws  []*held        // in the order in which they were announced
	opened map[Layer]bool // layers that decryption has opened
	asked  *layerAsked    // the layer that may be opened now
	steps  []Decryption   // every layer that was opened
	sorted map[codePlace][]int
}

// codePlace is a layer; codes of one module may differ from those of another.
type codePlace struct {
	layer  Layer
	module scoring.ModuleID // "" in the entry layer
}

// codesAt is where the layer's codes of a module are.
func codesAt(l Layer, m scoring.ModuleID) codePlace {
	if l == LayerEntry {
		m = ""
	}
	return codePlace{l, m}
}

func newCodes(sealer Sealer) codes {
	return codes{sealer: sealer, of: map[codePlace]map[string]int{}, names: map[codePlace]map[int]lot{}, opened: map[Layer]bool{}, sorted: map[codePlace][]int{}}
}

// begin takes the codes that records of the first version hold openly.
func (c *codes) begin(stream ledger.StreamID, o *opened) {
	c.stream = stream
	for i, e := range o.Competitors {
		if e.Code == "" {
			continue
		}
		for _, m := range o.Scheme.Modules {
			c.put(codePlace{LayerStation, m.ID}, i, lot{Competitor: e.ID, Code: e.Code})
		}
	}
}

func (c *codes) put(p codePlace, i int, l lot) {
	if c.of[p] == nil {
		c.of[p], c.names[p] = map[string]int{}, map[int]lot{}
	}
	c.of[p][l.Code], c.names[p][i] = i, l
	delete(c.sorted, p)
}

func (c *codes) drop(p codePlace, i int) {
	if l, there := c.names[p][i]; there {
		delete(c.of[p], l.Code)
		delete(c.names[p], i)
		delete(c.sorted, p)
	}
}

// order lists the positions of n competitors in the order of their codes; those
// who have none come last. It is not to be changed.
func (c *codes) order(l Layer, m scoring.ModuleID, n int) []int {
	p := codesAt(l, m)
	if c.sorted[p] == nil {
		list := make([]int, n)
		for i := range list {
			list[i] = i
		}
		code := func(i int) string { return c.names[p][i].Code }
		slices.SortStableFunc(list, func(a, b int) int {
			if code(a) == "" || code(b) == "" {
				return strings.Compare(code(b), code(a))
			}
			return strings.Compare(code(a), code(b))
		})
		c.sorted[p] = list
	}
	return c.sorted[p]
}

// find returns the position of the competitor who has the code.
func (c *codes) find(l Layer, m scoring.ModuleID, code string) (int, bool) {
	i, ok := c.of[codesAt(l, m)][code]
	return i, ok
}

// lot returns what the competitor at a position has drawn.
func (c *codes) lot(l Layer, m scoring.ModuleID, i int) (lot, bool) {
	x, ok := c.names[codesAt(l, m)][i]
	return x, ok
}

// seal seals v for the record of a draw.
func (c *codes) seal(id DrawID, v any) (string, error) {
	return c.sealer.Seal(marshal(v), string(c.stream)+"/draw/"+string(id))
}

// unseal opens what seal has sealed.
func (c *codes) unseal(id DrawID, sealed string, v any) error {
	plain, err := c.sealer.Open(sealed, string(c.stream)+"/draw/"+string(id))
	if err != nil {
		return fmt.Errorf("the draw %s does not open; is the data key the one of this store? %w", id, err)
	}
	return json.Unmarshal(plain, v)
}

// layersOf lists the layers by whose codes the judges of a module see its
// parts; none for an imported module, which nobody looks at.
func (t *Tally) layersOf(m scoring.Module) (out []Layer) {
	if m.Source != scoring.SourcePanel {
		return nil
	}
	for _, sc := range m.SubCriteria {
		seen := sc.SeenAs
		if seen == "" {
			seen = m.SeenAs
		}
		l := LayerStation
		if t.open.Procedure.Identity.Mode == IdentityLayered && seen == scoring.SeenAsWork {
			l = LayerWork
		}
		if !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

// layers lists the layers that the division has, in the order in which they
// are decrypted.
func (t *Tally) layers() []Layer {
	switch t.open.Procedure.Identity.Mode {
	case IdentityLayered:
		if slices.ContainsFunc(t.open.Scheme.Modules, func(m scoring.Module) bool { return slices.Contains(t.layersOf(m), LayerWork) }) {
			return []Layer{LayerWork, LayerStation, LayerEntry}
		}
		return []Layer{LayerStation, LayerEntry}
	case IdentityCoded:
		return []Layer{LayerStation}
	case IdentityOpen:
	}
	return nil
}

// upper is what the layer's draw calls the competitor at a position: the code
// of the layer above, or the number in the list of entrants; "" for one who
// has no code there.
func (t *Tally) upper(l Layer, m scoring.ModuleID, i int) string {
	switch {
	case l == LayerWork:
		x, _ := t.codes.lot(LayerStation, m, i)
		return x.Code
	case l == LayerStation && t.open.Procedure.Identity.Mode == IdentityLayered:
		x, _ := t.codes.lot(LayerEntry, "", i)
		return x.Code
	}
	return fmt.Sprintf("%03d", i+1)
}

// place is where a lot of a draw is, with its station counted through the
// groups of the batch.
func (t *Tally) place(l draw.Lot, rule draw.Rule) lot {
	return lot{Code: l.Code, Batch: l.Batch, Group: l.Group, InGroup: l.Station, Station: (l.Group-1)*max(rule.Stations, rule.Rounds) + l.Station}
}
