package engine

import (
	"encoding/json"
	"fmt"

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

const kindDrawn = "draw.drawn"

var codeFolds = map[string]fold{kindDrawn: (*Tally).applyDrawn}

// Sealer encrypts what is stored, bound to its place, and blinds what is looked
// up. It is *seal.Sealer, the one of the exam: persons are known by it. Its
// methods are safe for concurrent use.
type Sealer = exam.Sealer

// drawn is the result of a draw or coding of one layer.
type drawn struct {
	Draw    string             `json:"draw"` // its name: "station", "work/B"
	Layer   Layer              `json:"layer"`
	Modules []scoring.ModuleID `json:"modules"` // that it serves; none: all
	// Sealed is a []lot as JSON, sealed in the context of division and draw.
	Sealed string `json:"sealed"`
}

// lot is what one competitor has drawn.
type lot struct {
	Competitor CompetitorID `json:"competitor"`
	Code       string       `json:"code"`
	Batch      int          `json:"batch,omitempty"`   // from 1
	Station    int          `json:"station,omitempty"` // from 1
}

func drawContext(stream ledger.StreamID, draw string) string { return string(stream) + "/draw/" + draw }

// codes is the part of the tally that knows who is called what.
type codes struct {
	sealer Sealer
	of     map[codePlace]map[string]int // code → position of the competitor
	names  map[codePlace]map[int]lot
	opened map[Layer]bool // layers that decryption has opened
}

// codePlace is a layer; codes of one module may differ from those of another.
type codePlace struct {
	layer  Layer
	module scoring.ModuleID // "" in the entry layer
}

func newCodes(sealer Sealer) codes {
	return codes{sealer: sealer, of: map[codePlace]map[string]int{}, names: map[codePlace]map[int]lot{}, opened: map[Layer]bool{}}
}

// first takes the codes that records of the first version hold openly.
func (c *codes) first(o *opened) {
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
}

// find returns the position of the competitor who has the code.
func (c *codes) find(l Layer, m scoring.ModuleID, code string) (int, bool) {
	i, ok := c.of[codePlace{l, m}][code]
	return i, ok
}

// lot returns what the competitor at a position has drawn.
func (c *codes) lot(l Layer, m scoring.ModuleID, i int) (lot, bool) {
	x, ok := c.names[codePlace{l, m}][i]
	return x, ok
}

// layer is the layer by whose codes the judges of a module see its sheets.
func (t *Tally) layer(m scoring.Module) Layer { return LayerStation }

// code is what the judges of the module call the competitor at a position; ""
// before the draw.
func (t *Tally) code(m scoring.Module, i int) string {
	l, _ := t.codes.lot(t.layer(m), m.ID, i)
	return l.Code
}

func (t *Tally) applyDrawn(r ledger.Record) (verdict, error) {
	e, err := read[drawn](r)
	if err != nil {
		return verdict{}, err
	}
	plain, err := t.codes.sealer.Open(e.Sealed, drawContext(r.Stream, e.Draw))
	if err != nil {
		return verdict{}, fmt.Errorf("the draw %s does not open; is the data key the one of this store? %w", e.Draw, err)
	}
	var lots []lot
	if err := json.Unmarshal(plain, &lots); err != nil {
		return verdict{}, err
	}
	modules := e.Modules
	if len(modules) == 0 {
		for _, m := range t.open.Scheme.Modules {
			modules = append(modules, m.ID)
		}
	}
	for _, l := range lots {
		i, ok := t.byID[l.Competitor]
		if !ok {
			return verdict{}, ErrNoCode.Param("code", l.Code)
		}
		for _, m := range modules {
			t.codes.put(codePlace{e.Layer, m}, i, l)
		}
	}
	return verdict{}, nil
}
