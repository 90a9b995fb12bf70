package engine

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/draw"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
)

// LotEntry is one lot drawn by hand: what Upper, whose turn it is, has drawn,
// or that nobody came.
type LotEntry struct {
	Upper  string `json:"upper" minLength:"1" maxLength:"20"`
	Code   string `json:"code,omitempty" maxLength:"20"`
	Absent bool   `json:"absent,omitempty"`
}

// EnterLot takes a lot drawn by hand; with the last one the draw is done. The
// breaches are constraints that the lot does not keep and that do not stop it:
// people of one unit side by side. Errors: ErrTurn, ErrNoCode, ErrLotTaken,
// ErrLotBarred, ErrNoDraw, ErrOffice, ErrDrawState, ErrDrawRepeated,
// ErrOvertaken.
func (s *Contests) EnterLot(ctx context.Context, by access.AccountID, id DivisionID, name DrawID, in LotEntry, key string) (DrawView, []draw.Breach, error) {
	breaches := []draw.Breach{}
	view, err := s.onDraw(ctx, by, id, name, kindLotEntered, key, LotEntry{in.Upper, normalCode(in.Code), in.Absent}, func(t *Tally) (codeEvent, error) {
		d, err := t.drawIn(name, by, DrawDrawing)
		if err != nil {
			return nil, err
		}
		p := pair{Upper: in.Upper, Code: normalCode(in.Code), Absent: in.Absent}
		lots, found, err := d.take(p)
		if err != nil {
			return nil, err
		}
		breaches = append(breaches, found...)
		e := entered{Draw: name, Digest: draw.Digest(d.Secret, append(d.result(), lots...))}
		e.Sealed, err = t.codes.seal(name, p)
		return e, err
	})
	return view, breaches, err
}

// normalCode is a code as it is written, however it was typed.
func normalCode(s string) string { return strings.ToUpper(strings.TrimSpace(s)) }

// ConfirmLot is the receipt of a competitor, who repeats the code that was
// drawn. Once confirmed, it stays so. Errors: ErrWrongCode, ErrNoCode,
// ErrNoDraw, ErrOffice, ErrDrawState.
func (s *Contests) ConfirmLot(ctx context.Context, by access.AccountID, id DivisionID, name DrawID, upper, code, key string) (DrawView, error) {
	return s.onDraw(ctx, by, id, name, kindConfirmed, key, pair{Upper: upper, Code: normalCode(code)}, func(t *Tally) (codeEvent, error) {
		e := confirmed{Draw: name}
		var err error
		e.Sealed, err = t.codes.seal(name, pair{Upper: upper, Code: normalCode(code)})
		return e, err
	})
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
