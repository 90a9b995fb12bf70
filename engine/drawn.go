package engine

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

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

func (e announced) check(t *Tally, by access.AccountID, _ time.Time) error {
	if t.held(e.Draw) != nil {
		return ErrDrawRepeated.Param("draw", e.Draw)
	}
	if e.Auto {
		if t.open.Procedure.Identity.Mode == IdentityLayered || t.status != Running {
			return ErrNoLayer.Param("layer", e.Layer)
		}
	} else if err := t.mayAnnounce(by, e.Layer); err != nil {
		return err
	}
	if err := t.serves(e.Layer, e.Modules); err != nil {
		return err
	}
	if e.Layer == LayerWork && (e.Method != ByMachine || strings.TrimSpace(e.Statement) == "") {
		return ErrNoLayer.With(fault.Field{Path: "statement", Code: "missing", Message: "works are coded by machine, after it was stated that they are all in"})
	}
	var h secrets
	if err := t.codes.unseal(e.Draw, e.Sealed, &h); err != nil {
		return err
	}
	who := t.candidates(e.Layer, e.Modules)
	for _, p := range h.People {
		if _, ok := who[p.Code]; !ok {
			return ErrOvertaken
		}
	}
	return nil
}

// mayAnnounce reports whether by may announce a draw of the layer now.
func (t *Tally) mayAnnounce(by access.AccountID, l Layer) error {
	mode := t.open.Procedure.Identity.Mode
	if l != LayerStation && (mode != IdentityLayered || l != LayerEntry && l != LayerWork) {
		return ErrNoLayer.Param("layer", l)
	}
	if err := t.office(by, l.custodian()); err != nil {
		return err
	}
	if t.status != Running {
		return ErrNotRunning.Param("status", t.status)
	}
	if len(t.codes.opened) > 0 {
		return ErrPhase.Param("phase", t.phase())
	}
	return t.in(PhaseRunning)
}

// serves checks the modules of a draw of the layer: each is one whose
// competitors have codes there, all get the same ones, and no draw of them is
// unfinished.
func (t *Tally) serves(l Layer, modules []scoring.ModuleID) error {
	wrong := func(i int, code, message string) error {
		path := "modules"
		if i >= 0 {
			path = "modules." + string(modules[i])
		}
		return ErrNoLayer.With(fault.Field{Path: path, Code: code, Message: message})
	}
	switch {
	case l == LayerEntry && len(modules) > 0:
		return wrong(-1, "not_allowed", "entry codes are for all modules")
	case l == LayerStation && len(modules) == 0:
		return wrong(-1, "missing", "name the modules")
	case l == LayerWork && len(modules) != 1:
		return wrong(-1, "missing", "works are coded module by module; name one")
	}
	for i, id := range modules {
		m, ok := t.open.Scheme.Module(id)
		switch {
		case !ok || !t.stationed(m) || slices.Contains(modules[:i], id):
			return wrong(i, "unknown", "no module of the scheme that a panel marks, or named twice")
		case l == LayerWork && !slices.Contains(t.layersOf(m), LayerWork):
			return wrong(i, "not_seen_as_work", "the judges of this module see stations")
		}
	}
	for _, d := range t.codes.draws {
		if d.Layer != l || d.state == DrawAnnulled || l != LayerEntry && !overlap(d.Modules, modules) {
			continue
		}
		if d.state != DrawDrawn {
			return ErrDrawOpen.Param("draw", d.Draw)
		}
		if !sameModules(d.Modules, modules) {
			return wrong(-1, "drawn_together", "some of the modules have codes from a draw for others too; name the same ones")
		}
	}
	return nil
}

// stationed reports whether competitors have a station code in the module:
// where they compete and, without layers, everywhere, since there the code is
// what they are called.
func (t *Tally) stationed(m scoring.Module) bool {
	return m.Source == scoring.SourcePanel || t.open.Procedure.Identity.Mode != IdentityLayered
}

func overlap(a, b []scoring.ModuleID) bool {
	return slices.ContainsFunc(a, func(m scoring.ModuleID) bool { return slices.Contains(b, m) })
}

func sameModules(a, b []scoring.ModuleID) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(m scoring.ModuleID) bool { return !slices.Contains(b, m) })
}

// candidates lists those who can get a code: they have one in the layer above,
// none in this one, and are not known to stay away from all the modules.
func (t *Tally) candidates(l Layer, modules []scoring.ModuleID) map[string]int {
	m := scoring.ModuleID("")
	if len(modules) > 0 {
		m = modules[0]
	}
	out := map[string]int{}
	for i := range t.open.Competitors {
		_, has := t.codes.lot(l, m, i)
		away := len(modules) > 0 && !slices.ContainsFunc(modules, func(m scoring.ModuleID) bool { return t.works[i][m].absent == nil })
		if up := t.upper(l, m, i); up != "" && !has && !away {
			out[up] = i
		}
	}
	return out
}

func (e announced) apply(t *Tally, r ledger.Record) error {
	d := &held{
		announced: e, by: access.AccountID(r.Actor), at: r.At, state: DrawAnnounced, who: map[string]int{},
		lots: map[string]draw.Lot{}, none: map[string]bool{}, receipts: map[string]time.Time{},
	}
	if err := t.codes.unseal(e.Draw, e.Sealed, &d.secrets); err != nil {
		return err
	}
	all := t.candidates(e.Layer, e.Modules)
	for _, p := range d.People {
		d.who[p.Code] = all[p.Code]
	}
	t.codes.draws = append(t.codes.draws, d)
	return nil
}

func (e worded) check(t *Tally, by access.AccountID, _ time.Time) error {
	d, err := t.drawIn(e.Draw, by, DrawAnnounced)
	switch {
	case err != nil:
		return err
	case d.word != nil:
		return ErrDrawRepeated.Param("draw", e.Draw)
	case strings.TrimSpace(e.Word) != e.Word || e.Word == "" || !utf8.ValidString(e.Word) || utf8.RuneCountInString(e.Word) > 64:
		return ErrWord.With(fault.Field{Path: "word", Code: "out_of_range", Message: "1 to 64 characters, without blanks at its ends"})
	case d.Auto:
		return nil
	case strings.TrimSpace(e.Speaker) == "" || len(e.Speaker) > 300:
		return ErrWord.With(fault.Field{Path: "speaker", Code: "missing", Message: "say who has said the word: a code, or whom they represent"})
	case e.Witness == "" || len(e.Witness) > 300 || !holds(t.open.Officers, access.AccountID(e.Witness), OfficeSupervisor):
		return ErrWord.With(fault.Field{Path: "witness", Code: "missing", Message: "a supervisor of the division must have been there"})
	case e.Witness == string(by):
		return ErrSamePerson
	}
	return nil
}

func (e worded) apply(t *Tally, _ ledger.Record) error {
	t.held(e.Draw).word = &e
	return nil
}

func (e drawn) check(t *Tally, by access.AccountID, _ time.Time) error {
	d, err := t.drawIn(e.Draw, by, DrawAnnounced)
	if err != nil {
		return err
	}
	if d.word == nil && !d.Auto && t.open.Procedure.Draw.PublicWord {
		return ErrWordMissing.Param("draw", e.Draw)
	}
	var lots []draw.Lot
	if d.Method == ByHand {
		if len(e.Order) != len(d.who) {
			return ErrOvertaken
		}
		return nil
	}
	if err := t.codes.unseal(e.Draw, e.Sealed, &lots); err != nil {
		return err
	}
	if e.Digest != draw.Digest(d.Secret, lots) || len(lots) != len(d.who) {
		return ErrOvertaken
	}
	return nil
}

func (e drawn) apply(t *Tally, r ledger.Record) error {
	d := t.held(e.Draw)
	if d.Method == ByHand {
		d.order, d.state = e.Order, DrawDrawing
		return nil
	}
	var lots []draw.Lot
	if err := t.codes.unseal(e.Draw, e.Sealed, &lots); err != nil {
		return err
	}
	for _, l := range lots {
		t.give(d, l)
	}
	d.finish(e.Digest, r.At)
	return nil
}

func (d *held) finish(digest string, at time.Time) {
	d.digest, d.drawnAt, d.state = digest, at, DrawDrawn
}

// give puts a lot into force.
func (t *Tally) give(d *held, l draw.Lot) {
	i := d.who[l.Upper]
	x := t.place(l, d.Rule)
	x.Competitor = t.open.Competitors[i].ID
	d.lots[l.Upper] = l
	for _, p := range d.places() {
		t.codes.put(p, i, x)
	}
}

func (e entered) check(t *Tally, by access.AccountID, _ time.Time) error {
	d, err := t.drawIn(e.Draw, by, DrawDrawing)
	if err != nil {
		return err
	}
	var p pair
	if err := t.codes.unseal(e.Draw, e.Sealed, &p); err != nil {
		return err
	}
	l, _, err := d.take(p)
	if err == nil && e.Digest != draw.Digest(d.Secret, append(d.result(), l...)) {
		err = ErrOvertaken
	}
	return err
}

// take checks a lot that was drawn by hand; it returns it, or nothing for
// somebody absent, and which constraints it does not keep.
func (d *held) take(p pair) ([]draw.Lot, []draw.Breach, error) {
	if _, known := d.who[p.Upper]; !known {
		return nil, nil, ErrNoCode.Param("code", p.Upper)
	}
	if next := d.order[d.turn]; p.Upper != next {
		return nil, nil, ErrTurn.Param("next", next)
	}
	if p.Absent {
		return nil, nil, nil
	}
	x := d.draw()
	box, err := x.Box()
	if err != nil {
		return nil, nil, err
	}
	i := slices.IndexFunc(box, func(l draw.Lot) bool { return l.Code == p.Code })
	gone := slices.ContainsFunc(d.result(), func(l draw.Lot) bool { return l.Code == p.Code })
	if i < 0 || gone {
		return nil, nil, ErrLotTaken.Param("code", p.Code)
	}
	l := box[i]
	l.Upper = p.Upper
	breaches := slices.DeleteFunc(x.Check(append(d.result(), l)), func(b draw.Breach) bool { return !slices.Contains(b.People, p.Upper) })
	if slices.ContainsFunc(breaches, func(b draw.Breach) bool { return b.Kind == draw.BreachJudges }) {
		return nil, nil, ErrLotBarred.Param("code", p.Code)
	}
	return []draw.Lot{l}, breaches, nil
}

func (e entered) apply(t *Tally, r ledger.Record) error {
	d := t.held(e.Draw)
	var p pair
	if err := t.codes.unseal(e.Draw, e.Sealed, &p); err != nil {
		return err
	}
	lots, _, err := d.take(p)
	if err != nil {
		return err
	}
	for _, l := range lots {
		t.give(d, l)
	}
	d.none[p.Upper] = p.Absent
	if d.turn++; d.turn == len(d.order) {
		d.finish(e.Digest, r.At)
	}
	return nil
}

func (e confirmed) check(t *Tally, by access.AccountID, _ time.Time) error {
	d, err := t.drawIn(e.Draw, by, DrawDrawn, DrawDrawing)
	if err != nil {
		return err
	}
	var p pair
	if err := t.codes.unseal(e.Draw, e.Sealed, &p); err != nil {
		return err
	}
	if l, ok := d.lots[p.Upper]; !ok {
		return ErrNoCode.Param("code", p.Upper)
	} else if l.Code != p.Code {
		return ErrWrongCode.With(fault.Field{Path: "code", Code: "wrong_code", Message: "this is not the code that was drawn"})
	}
	return nil
}

func (e confirmed) apply(t *Tally, r ledger.Record) error {
	d := t.held(e.Draw)
	var p pair
	if err := t.codes.unseal(e.Draw, e.Sealed, &p); err != nil {
		return err
	}
	if _, twice := d.receipts[p.Upper]; !twice {
		d.receipts[p.Upper] = r.At
	}
	return nil
}

func (e redrawAsked) check(t *Tally, by access.AccountID, at time.Time) error {
	d, err := t.drawIn(e.Draw, by, DrawAnnounced, DrawDrawing, DrawDrawn)
	switch {
	case err != nil:
		return err
	case strings.TrimSpace(e.Reason) == "":
		return ErrReason
	case t.status != Running:
		return ErrNotRunning.Param("status", t.status)
	case t.used(d):
		return ErrDrawUsed.Param("draw", e.Draw)
	case d.redraw != nil && t.stands(d.redraw.at, at):
		return ErrAsked
	}
	return nil
}

func (e redrawAsked) apply(t *Tally, r ledger.Record) error {
	t.held(e.Draw).redraw = &redraw{reason: e.Reason, by: access.AccountID(r.Actor), at: r.At}
	return nil
}

func (e redrawGranted) check(t *Tally, by access.AccountID, at time.Time) error {
	d := t.held(e.Draw)
	if d == nil {
		return ErrNoDraw.Param("draw", e.Draw)
	}
	if err := t.office(by, OfficeSupervisor); err != nil {
		return err
	}
	switch {
	case d.state == DrawAnnulled:
		return ErrDrawState.Param("draw", e.Draw).Param("state", d.state)
	case d.redraw == nil || !t.stands(d.redraw.at, at):
		return ErrNotAsked
	case d.redraw.by == by:
		return ErrSamePerson
	case t.status != Running:
		return ErrNotRunning.Param("status", t.status)
	case t.used(d):
		return ErrDrawUsed.Param("draw", e.Draw)
	}
	return nil
}

func (e redrawGranted) apply(t *Tally, r ledger.Record) error {
	d := t.held(e.Draw)
	for upper := range d.lots {
		for _, p := range d.places() {
			t.codes.drop(p, d.who[upper])
		}
	}
	d.redraw.second, d.state = access.AccountID(r.Actor), DrawAnnulled
	return nil
}

// stands reports whether the first of two people's words, said at first, still
// stands at the time of the second.
func (t *Tally) stands(first, second time.Time) bool {
	return second.Sub(first).Milliseconds() <= t.open.Procedure.Ceremony.WithinMS
}

// used reports whether marks or another draw depend on the draw's codes.
func (t *Tally) used(d *held) bool {
	if len(t.codes.opened) > 0 {
		return true
	}
	for _, below := range t.codes.draws {
		depends := d.Layer == LayerEntry && below.Layer == LayerStation || d.Layer == LayerStation && below.Layer == LayerWork && overlap(d.Modules, below.Modules)
		if depends && below.state != DrawAnnulled {
			return true
		}
	}
	for upper := range d.lots {
		for _, m := range d.Modules {
			if t.marked(d.who[upper], m) {
				return true
			}
		}
	}
	return false
}

// marked reports whether anybody has marked the competitor in the module.
func (t *Tally) marked(i int, m scoring.ModuleID) bool {
	w := t.works[i][m]
	return w != nil && slices.ContainsFunc(w.sheets, func(s *sheet) bool { return len(s.files)+len(s.keyings) > 0 })
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
func (e layerSeen) apply(*Tally, ledger.Record) error               { return nil }
