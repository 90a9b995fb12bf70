package engine

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/draw"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// The kinds of record of draws. What ties two layers together is sealed in
// each of them, in the context of division and draw.
const (
	kindAnnounced     = "draw.announced"
	kindWord          = "draw.word"
	kindDrawn         = "draw.drawn"
	kindLotEntered    = "draw.entered"
	kindConfirmed     = "draw.confirmed"
	kindRedrawAsked   = "draw.redraw_asked"
	kindRedrawGranted = "draw.redraw_granted"
	kindRevealed      = "draw.revealed"
	kindLayerSeen     = "layer.seen"
)

var codeFolds = merged(map[string]fold{
	kindAnnounced: codeFold[announced], kindWord: codeFold[worded], kindDrawn: codeFold[drawn],
	kindLotEntered: codeFold[entered], kindConfirmed: codeFold[confirmed],
	kindRedrawAsked: codeFold[redrawAsked], kindRedrawGranted: codeFold[redrawGranted],
	kindRevealed: codeFold[revealed], kindLayerSeen: codeFold[layerSeen],
}, decryptFolds)

// codeEvent is the data of one kind of record about codes.
type codeEvent interface {
	// check returns why the event changes nothing if by records it now. It
	// answers before the append and in the fold, so it looks at nothing but the
	// tally; at is the record's time.
	check(t *Tally, by access.AccountID, at time.Time) error
	// apply changes the tally. check has returned nil.
	apply(t *Tally, r ledger.Record) error
}

func codeFold[E codeEvent](t *Tally, r ledger.Record) (verdict, error) {
	e, err := read[E](r)
	if err != nil {
		return verdict{}, err
	}
	if why := e.check(t, access.AccountID(r.Actor), r.At); why != nil {
		if fault.As(why) == nil || fault.KindOf(why) == fault.Internal { // it cannot be read
			return verdict{}, why
		}
		return verdict{why: why}, nil
	}
	return verdict{}, e.apply(t, r)
}

type (
	// DrawID names a draw within a division: "station.1".
	DrawID string
	// DrawMethod says who draws.
	DrawMethod string
	// DrawState is how far a draw has come.
	DrawState string
)

// The methods of a draw.
const (
	ByMachine DrawMethod = "machine"
	ByHand    DrawMethod = "hand" // people draw lots from a box, in an order that the machine draws
)

// The states of a draw.
const (
	DrawAnnounced DrawState = "announced" // committed to; a word may be said
	DrawDrawing   DrawState = "drawing"   // by hand: one after another
	DrawDrawn     DrawState = "drawn"
	DrawAnnulled  DrawState = "annulled" // by two people, with a reason; kept as evidence
)

// announced commits to a draw before anybody knows what it will give.
type announced struct {
	Draw    DrawID             `json:"draw"`
	Layer   Layer              `json:"layer"`
	Modules []scoring.ModuleID `json:"modules"` // that it serves; empty in the entry layer
	Method  DrawMethod         `json:"method"`
	// Ordered is whether the order of drawing by hand is drawn too; otherwise
	// it goes by code.
	Ordered bool `json:"ordered,omitempty"`
	// Auto is a draw by the opening itself, in modes without layers.
	Auto      bool      `json:"auto,omitempty"`
	Algorithm string    `json:"algorithm"`
	Rule      draw.Rule `json:"rule"`  // without the codes that are taken
	Count     int       `json:"count"` // participants
	Absent    int       `json:"absent"`
	// Statement says that the module is over and the works are in; for works.
	Statement    string `json:"statement,omitempty"`
	Commitment   string `json:"commitment"`
	Participants string `json:"participants"` // digest of rule and participants
	Sealed       string `json:"sealed"`       // secrets
}

// secrets is what nobody knows of a draw before decryption.
type secrets struct {
	Secret draw.Secret   `json:"secret"`
	People []draw.Person `json:"people"`
	Taken  []string      `json:"taken"`
}

// worded is the word that somebody of the competitors has said in public.
type worded struct {
	Draw    DrawID `json:"draw"`
	Word    string `json:"word"`
	Speaker string `json:"speaker"` // by code, or by what they represent
	Witness string `json:"witness"` // account of a supervisor, or who else was there
}

// drawn is the result: all lots, or the order of drawing by hand.
type drawn struct {
	Draw   DrawID   `json:"draw"`
	Order  []string `json:"order,omitempty"`  // codes of the layer above
	Digest string   `json:"digest,omitempty"` // of the lots
	Sealed string   `json:"sealed,omitempty"` // []draw.Lot
}

// entered is one lot drawn by hand. Digest covers all lots so far, so that two
// who enter at once do not both succeed.
type entered struct {
	Draw   DrawID `json:"draw"`
	Digest string `json:"digest"`
	Sealed string `json:"sealed"` // pair
}

// confirmed is a competitor's receipt.
type confirmed struct {
	Draw   DrawID `json:"draw"`
	Sealed string `json:"sealed"` // pair
}

// pair ties a code to one of the layer above. Absent stands for a lot that was
// not drawn because nobody came.
type pair struct {
	Upper  string `json:"upper"`
	Code   string `json:"code"`
	Absent bool   `json:"absent,omitempty"`
}

type redrawAsked struct {
	Draw   DrawID `json:"draw"`
	Reason string `json:"reason"`
}

type redrawGranted struct {
	Draw DrawID `json:"draw"`
}

// revealed publishes everything about a draw, after decryption.
type revealed struct {
	draw.Proof
}

// layerSeen says who looked at which layer, before they were shown it.
type layerSeen struct {
	Layer  Layer            `json:"layer"`
	Module scoring.ModuleID `json:"module,omitempty"`
	How    Look             `json:"how"`
	Sealed string           `json:"sealed,omitempty"` // of a look-up: the competitor
}

// held is one draw as the tally knows it.
type held struct {
	announced
	secrets
	by       access.AccountID
	at       time.Time
	who      map[string]int // participants: upper code → position
	state    DrawState
	word     *worded
	order    []string // in which people draw by hand
	turn     int      // next in order
	lots     map[string]draw.Lot
	none     map[string]bool // drew nothing: absent
	digest   string
	drawnAt  time.Time
	receipts map[string]time.Time
	redraw   *redraw
	revealed bool
}

// redraw is the wish to annul a draw.
type redraw struct {
	reason string
	by     access.AccountID
	at     time.Time
	second access.AccountID // who granted it
}

// draw is the draw as package draw computes it.
func (d *held) draw() draw.Draw {
	x := draw.Draw{Name: string(d.Draw), Secret: d.Secret, Rule: d.Rule, People: d.People}
	x.Rule.Taken = d.Taken
	if d.word != nil {
		x.Word = d.word.Word
	}
	return x
}

// result lists the lots so far, by upper code.
func (d *held) result() []draw.Lot {
	return slices.SortedFunc(maps.Values(d.lots), func(a, b draw.Lot) int { return cmp.Compare(a.Upper, b.Upper) })
}

// places are the modules whose codes the draw gives.
func (d *held) places() []codePlace {
	if d.Layer == LayerEntry {
		return []codePlace{codesAt(LayerEntry, "")}
	}
	out := make([]codePlace, len(d.Modules))
	for i, m := range d.Modules {
		out[i] = codesAt(d.Layer, m)
	}
	return out
}

// held returns the draw, or nil.
func (t *Tally) held(id DrawID) *held {
	i := slices.IndexFunc(t.codes.draws, func(d *held) bool { return d.Draw == id })
	if i < 0 {
		return nil
	}
	return t.codes.draws[i]
}

// drawIn returns the draw if by keeps its layer and it is in the state.
func (t *Tally) drawIn(id DrawID, by access.AccountID, states ...DrawState) (*held, error) {
	d := t.held(id)
	if d == nil {
		return nil, ErrNoDraw.Param("draw", id)
	}
	if !d.Auto || d.by != by {
		if err := t.office(by, d.Layer.custodian()); err != nil {
			return nil, err
		}
	}
	switch {
	case slices.Contains(states, d.state):
		return d, nil
	case d.state == DrawDrawn:
		return nil, ErrDrawRepeated.Param("draw", id)
	}
	return nil, ErrDrawState.Param("draw", id).Param("state", d.state)
}

func (e revealed) check(t *Tally, _ access.AccountID, _ time.Time) error {
	d := t.held(DrawID(e.Name))
	switch {
	case d == nil:
		return ErrNoDraw.Param("draw", e.Name)
	case !t.named():
		return ErrPhase.Param("phase", t.phase())
	case d.revealed:
		return ErrDrawRepeated.Param("draw", e.Name)
	case e.Commitment != d.Commitment || draw.Commit(e.Secret) != d.Commitment || e.Digest != d.digest:
		return ErrOvertaken
	}
	return nil
}

func (e revealed) apply(t *Tally, _ ledger.Record) error {
	t.held(DrawID(e.Name)).revealed = true
	return nil
}

func (e layerSeen) check(*Tally, access.AccountID, time.Time) error { return nil }

func (e layerSeen) apply(*Tally, ledger.Record) error { return nil }
