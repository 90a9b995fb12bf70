package engine

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/draw"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// once stores one record of by, whose data is made from the tally, and returns
// why its fold refused it. A repeated key of the same kind and person returns
// what the first one got, whatever the tally has become since; ask is what the
// caller asks for, and a key that comes back with something else is refused
// with ErrKeyReused. nil asks for whatever is due.
func (a *arena) once(ctx context.Context, by access.AccountID, kind, key string, ask any, prepare func(*Tally) (codeEvent, error)) error {
	full, mark := "", ""
	if key != "" {
		full = kind + "/" + string(by) + "/" + key
		if ask != nil {
			mark = a.s.opts.Sealer.Blind(string(marshal(ask)), string(a.stream)+"/"+kind)
		}
		r, known, err := a.s.db.Ledger().FindKey(ctx, a.stream, full)
		if err != nil {
			return err
		}
		if known {
			return a.replayed(ctx, r, mark)
		}
	}
	var data codeEvent
	err := a.read(ctx, func(t *Tally) (err error) {
		if t.status == Setup {
			return ErrNotRunning.Param("status", t.status)
		}
		if data, err = prepare(t); err == nil {
			err = data.check(t, by, a.s.now())
		}
		return err
	})
	if err != nil {
		return err
	}
	return a.judged(ctx, by, kind, full, mark, data)
}

// bound is the data of a record about codes with the blinded digest of what
// was asked for. What ties layers together stands in the request in the open,
// so that it is kept neither as it is nor as a digest that could be guessed.
type bound struct {
	codeEvent
	mark string
}

// MarshalJSON writes the event's own members and "request".
func (m bound) MarshalJSON() ([]byte, error) {
	body := marshal(m.codeEvent)
	if m.mark == "" {
		return body, nil
	}
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, err
	}
	members["request"] = marshal(m.mark)
	return json.Marshal(members)
}

// replayed returns what the record with the same key got, or ErrKeyReused where
// that was asked for with another mark. Records of earlier versions have none.
func (a *arena) replayed(ctx context.Context, r ledger.Record, mark string) error {
	first, err := read[struct {
		Request string `json:"request"`
	}](r)
	if err != nil {
		return err
	}
	if first.Request != "" && first.Request != mark {
		return ErrKeyReused.Param("key", r.Key)
	}
	var why error
	err = a.read(ctx, func(t *Tally) error { why = t.verdicts[r.Seq].why; return nil })
	return errors.Join(err, why)
}

// judged stores one record, tells the screens, and returns why the record's
// fold refused it at its place, or what replayed returns.
func (a *arena) judged(ctx context.Context, by access.AccountID, kind, key, mark string, data codeEvent) error {
	done, err := a.append(ctx, string(by), kind, key, bound{data, mark})
	if err != nil {
		return err
	}
	if done.Replayed { // another call with the key was first
		r, _, err := a.s.db.Ledger().FindKey(ctx, a.stream, key)
		if err != nil {
			return err
		}
		return a.replayed(ctx, r, mark)
	}
	var why error
	if err := a.read(ctx, func(t *Tally) error { why = t.verdicts[done.Seq].why; return nil }); err != nil {
		return err
	}
	if why == nil {
		a.hint(ctx, DeskNews{Kind: kind, Seq: done.Seq})
		switch kind {
		case kindDrawn, kindLotEntered, kindRedrawGranted:
			a.tell(ctx, []SheetNews{{}}) // there may be other sheets to mark now
		}
	}
	return why
}

// DrawRequest announces a draw.
type DrawRequest struct {
	Layer Layer `json:"layer" enum:"entry,station,work"`
	// Modules that the draw serves. For stations none means every module that a
	// panel marks, and in divisions without layers every module; works are coded
	// module by module.
	Modules []scoring.ModuleID `json:"modules,omitempty" maxItems:"100"`
	Method  DrawMethod         `json:"method" enum:"machine,hand"`
	// Ordered is whether the order of drawing by hand is drawn by lot.
	Ordered bool `json:"ordered,omitempty"`
	// Absent are those, by the code of the layer above, who get no code: they
	// did not come, or there is no work of theirs.
	Absent []string `json:"absent,omitempty" maxItems:"5000"`
	// Statement says that the module is over and all works are in; for works.
	Statement string `json:"statement,omitempty" maxLength:"500"`
}

// AnnounceDraw commits to a draw of a layer among all who have no code there
// yet, and returns it. Later ones (late comers, a station more) are draws of
// their own, which leave codes that are taken alone. Errors: ErrOffice,
// ErrNoLayer with fields, ErrDrawRepeated when everybody has a code,
// ErrDrawOpen, ErrNoCode, ErrNotRunning, ErrPhase, and of package draw ErrRoom
// and ErrJudges.
func (s *Contests) AnnounceDraw(ctx context.Context, by access.AccountID, id DivisionID, req DrawRequest, key string) (DrawView, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return DrawView{}, err
	}
	secret, err := s.newSecret()
	if err != nil {
		return DrawView{}, err
	}
	var name DrawID
	err = a.once(ctx, by, kindAnnounced, key, req, func(t *Tally) (codeEvent, error) {
		if err := t.mayAnnounce(by, req.Layer); err != nil {
			return nil, err
		}
		e, err := t.announce(req, secret)
		name = e.Draw
		return e, err
	})
	if err != nil {
		return DrawView{}, err
	}
	return s.drawView(ctx, a, name, by, key)
}

// newSecret returns the secret of a draw.
func (s *Contests) newSecret() (draw.Secret, error) {
	secret := make(draw.Secret, draw.SecretSize)
	source := s.opts.Random
	if source == nil {
		source = rand.Reader
	}
	_, err := io.ReadFull(source, secret)
	return secret, err
}

// announce makes up a draw.
func (t *Tally) announce(req DrawRequest, secret draw.Secret) (announced, error) {
	modules := slices.Clone(req.Modules)
	if req.Layer == LayerStation && len(modules) == 0 {
		for _, m := range t.open.Scheme.Modules {
			if t.stationed(m) {
				modules = append(modules, m.ID)
			}
		}
	}
	e := announced{
		Draw: t.nextDraw(req.Layer), Layer: req.Layer, Modules: modules, Method: req.Method, Ordered: req.Ordered && req.Method == ByHand,
		Algorithm: draw.Version, Rule: t.open.Procedure.rule(req.Layer), Statement: strings.TrimSpace(req.Statement),
	}
	if e.Method != ByMachine && e.Method != ByHand {
		return e, ErrNoLayer.With(fault.Field{Path: "method", Code: "unknown", Message: "machine or hand"})
	}
	if err := t.serves(e.Layer, e.Modules); err != nil {
		return e, err
	}
	h := secrets{Secret: secret, Taken: t.taken(e.Layer, e.Modules)}
	who := t.candidates(e.Layer, e.Modules)
	for i, code := range req.Absent {
		if _, ok := who[code]; !ok {
			return e, ErrNoCode.Param("code", code).With(fault.Field{Path: fmt.Sprintf("absent[%d]", i), Code: "unknown", Message: "nobody without a code here is called this"})
		}
		delete(who, code)
		e.Absent++
	}
	if len(who) == 0 {
		return e, ErrDrawRepeated.Param("draw", e.Layer)
	}
	for code, i := range who {
		h.People = append(h.People, draw.Person{Code: code, Unit: t.open.Competitors[i].Unit})
	}
	d := draw.Draw{Name: string(e.Draw), Secret: secret, Rule: e.Rule, People: h.People}
	d.Rule.Taken = h.Taken
	if e.Layer == LayerStation {
		if err := t.bar(d, e.Modules, who); err != nil {
			return e, err
		}
	}
	// What cannot be drawn is said before anybody has said a word for it.
	if err := d.Possible(); err != nil {
		return e, err
	}
	e.Count, e.Commitment, e.Participants = len(h.People), draw.Commit(secret), d.Participants()
	var err error
	e.Sealed, err = t.codes.seal(e.Draw, h)
	return e, err
}

// nextDraw names the next draw of the layer.
func (t *Tally) nextDraw(l Layer) DrawID {
	n := 1
	for _, d := range t.codes.draws {
		if d.Layer == l {
			n++
		}
	}
	return DrawID(fmt.Sprintf("%s.%d", l, n))
}

// taken lists the codes of the layer that are in use: those of the modules,
// and of works those of all modules, so that no two are alike.
func (t *Tally) taken(l Layer, modules []scoring.ModuleID) []string {
	out := []string{}
	for p, of := range t.codes.of {
		if p.layer != l || l == LayerStation && !slices.Contains(modules, p.module) {
			continue
		}
		for code := range of {
			out = append(out, code)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// bar marks, for each participant, the places where panels would be short
// once judges have stepped aside.
func (t *Tally) bar(d draw.Draw, modules []scoring.ModuleID, who map[string]int) error {
	box, err := d.Box()
	if err != nil {
		return err
	}
	byUnit := map[string][]draw.Place{}
	for k, p := range d.People {
		barred, known := byUnit[p.Unit]
		if !known {
			for _, l := range box {
				if t.short(modules, who[p.Code], t.place(l, d.Rule)) > 0 {
					barred = append(barred, l.Place)
				}
			}
			byUnit[p.Unit] = barred
		}
		d.People[k].Barred = barred
	}
	return nil
}

// PublicWord is what somebody of the competitors has said, before witnesses.
type PublicWord struct {
	Word string `json:"word" minLength:"1" maxLength:"200"`
	// Speaker is who has said it: a code, or whom they represent; never a name.
	Speaker string `json:"speaker" minLength:"1" maxLength:"100"`
	Witness string `json:"witness" minLength:"1" maxLength:"100" doc:"Account of a supervisor of the division"`
}

// SayWord records the public word of an announced draw. Errors: ErrNoDraw,
// ErrOffice, ErrDrawRepeated, ErrDrawState, ErrWord, ErrSamePerson.
func (s *Contests) SayWord(ctx context.Context, by access.AccountID, id DivisionID, name DrawID, w PublicWord, key string) (DrawView, error) {
	return s.onDraw(ctx, by, id, name, kindWord, key, w, func(*Tally) (codeEvent, error) {
		return worded{Draw: name, Word: w.Word, Speaker: w.Speaker, Witness: w.Witness}, nil
	})
}

// HoldDraw draws: all lots, or the order in which people draw by hand. Errors:
// ErrNoDraw, ErrOffice, ErrDrawRepeated, ErrDrawState, ErrWordMissing.
func (s *Contests) HoldDraw(ctx context.Context, by access.AccountID, id DivisionID, name DrawID, key string) (DrawView, error) {
	return s.onDraw(ctx, by, id, name, kindDrawn, key, nil, func(t *Tally) (codeEvent, error) { return t.drawNow(name) })
}

// drawNow computes a draw.
func (t *Tally) drawNow(name DrawID) (drawn, error) {
	e := drawn{Draw: name}
	d := t.held(name)
	switch {
	case d == nil:
		return e, ErrNoDraw.Param("draw", name)
	case d.state == DrawDrawn:
		return e, ErrDrawRepeated.Param("draw", name)
	case d.state != DrawAnnounced:
		return e, ErrDrawState.Param("draw", name).Param("state", d.state)
	}
	var err error
	if d.Method == ByHand {
		if d.Ordered {
			e.Order, err = d.draw().Order()
			return e, err
		}
		for code := range d.who {
			e.Order = append(e.Order, code)
		}
		slices.Sort(e.Order)
		return e, nil
	}
	r, err := d.draw().Run()
	if err != nil {
		return e, err
	}
	e.Digest = draw.Digest(d.Secret, r.Lots)
	e.Sealed, err = t.codes.seal(name, r.Lots)
	return e, err
}

// onDraw stores a record about a draw and returns the draw as it is then.
func (s *Contests) onDraw(ctx context.Context, by access.AccountID, id DivisionID, name DrawID, kind, key string, ask any, prepare func(*Tally) (codeEvent, error)) (DrawView, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return DrawView{}, err
	}
	if err := a.once(ctx, by, kind, key, struct {
		Draw DrawID
		Ask  any
	}{name, ask}, prepare); err != nil {
		return DrawView{}, err
	}
	return s.drawView(ctx, a, name, by, "")
}

// drawAtOpening draws the codes of a division without layers: one layer of
// stations, by machine. The word is the seed that the organiser may give. It
// goes on where another call, or one before a crash, has got to.
func (s *Contests) drawAtOpening(ctx context.Context, actor access.AccountID, a *arena, seed int64) error {
	secret, err := s.newSecret()
	if err != nil {
		return err
	}
	announce := func(t *Tally) (codeEvent, error) {
		e, err := t.announce(DrawRequest{Layer: LayerStation, Method: ByMachine}, secret)
		e.Auto = true
		return e, err
	}
	const first DrawID = "station.1"
	for range 3 { // announced, said, drawn
		kind, prepare, by := kindAnnounced, announce, actor
		err := a.read(ctx, func(t *Tally) error {
			d := t.held(first)
			switch {
			case d == nil && len(t.codes.of) > 0 || d != nil && d.state != DrawAnnounced:
				kind = ""
			case d == nil:
			case d.word == nil:
				kind, by = kindWord, d.by
				prepare = func(*Tally) (codeEvent, error) {
					return worded{Draw: first, Word: fmt.Sprint(seed), Speaker: string(by)}, nil
				}
			default:
				kind, by = kindDrawn, d.by
				prepare = func(t *Tally) (codeEvent, error) { return t.drawNow(first) }
			}
			return nil
		})
		if err != nil || kind == "" {
			return err
		}
		err = a.once(ctx, by, kind, "opening", nil, prepare)
		if err != nil && !errors.Is(err, ErrDrawRepeated) { // else another call was first
			return err
		}
	}
	return nil
}
