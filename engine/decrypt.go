package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/draw"
	"github.com/xinglu/xinglu/internal/ledger"
)

// The kinds of record of the decryption.
const (
	kindLayerAsked  = "decryption.asked"
	kindLayerOpened = "decryption.opened"
)

var decryptFolds = map[string]fold{
	kindLayerAsked: codeFold[askedOf], kindLayerOpened: codeFold[openedOf],
}

// askedOf asks for the opening of a layer; by its custodian.
type askedOf struct {
	Layer Layer `json:"layer" enum:"entry,station,work"`
}

// openedOf opens a layer that was asked for; by a supervisor.
type openedOf struct {
	Layer Layer `json:"layer" enum:"entry,station,work"`
}

// layerAsked is the first of two people's words.
type layerAsked struct {
	layer Layer
	by    access.AccountID
	at    time.Time
}

// Decryption is one layer that was opened.
type Decryption struct {
	Layer    Layer            `json:"layer" enum:"entry,station,work"`
	AskedBy  access.AccountID `json:"asked_by"`
	AskedAt  time.Time        `json:"asked_at"`
	OpenedBy access.AccountID `json:"opened_by"`
	OpenedAt time.Time        `json:"opened_at"`
}

// nextLayer is the layer that is opened next; "" when none is left.
func (t *Tally) nextLayer() Layer {
	for _, l := range t.layers() {
		if !t.codes.opened[l] {
			return l
		}
	}
	return ""
}

// mayOpen returns why the layer cannot be opened now, whoever asks.
func (t *Tally) mayOpen(l Layer) error {
	switch {
	case !slices.Contains(t.layers(), l):
		return ErrNoLayer.Param("layer", l)
	case t.codes.opened[l]:
		return ErrLayerOpen.Param("layer", l)
	}
	if err := t.in(PhaseRechecked); err != nil {
		return err
	}
	if next := t.nextLayer(); l != next {
		return ErrLayerOrder.Param("next", next)
	}
	return nil
}

func (e askedOf) check(t *Tally, by access.AccountID, at time.Time) error {
	if err := t.office(by, e.Layer.custodian()); err != nil {
		return err
	}
	if err := t.mayOpen(e.Layer); err != nil {
		return err
	}
	if a := t.codes.asked; a != nil && a.layer == e.Layer && t.stands(a.at, at) {
		return ErrAsked
	}
	return nil
}

func (e askedOf) apply(t *Tally, r ledger.Record) error {
	t.codes.asked = &layerAsked{layer: e.Layer, by: access.AccountID(r.Actor), at: r.At}
	return nil
}

func (e openedOf) check(t *Tally, by access.AccountID, at time.Time) error {
	if err := t.office(by, OfficeSupervisor); err != nil {
		return err
	}
	if err := t.mayOpen(e.Layer); err != nil {
		return err
	}
	switch a := t.codes.asked; {
	case a == nil || a.layer != e.Layer || !t.stands(a.at, at):
		return ErrNotAsked
	case a.by == by:
		return ErrSamePerson
	}
	return nil
}

func (e openedOf) apply(t *Tally, r ledger.Record) error {
	a := t.codes.asked
	t.codes.opened[e.Layer] = true
	t.codes.steps = append(t.codes.steps, Decryption{Layer: e.Layer, AskedBy: a.by, AskedAt: a.at, OpenedBy: access.AccountID(r.Actor), OpenedAt: r.At})
	t.codes.asked = nil
	return nil
}

// Ceremony is how far the decryption has come.
type Ceremony struct {
	Phase  Phase        `json:"phase" enum:"setup,running,locked,rechecked,decrypted,published,final"`
	Layers []Layer      `json:"layers"` // of the division, in the order in which they are opened
	Opened []Decryption `json:"opened"`
	Next   Layer        `json:"next"` // "" when none is left
	// AskedBy has asked for the next layer; until Until the supervisor may
	// open it.
	AskedBy access.AccountID `json:"asked_by,omitempty"`
	Until   *time.Time       `json:"until"`
	Ready   bool             `json:"ready"` // the recheck is closed, so layers may be opened
}

func (t *Tally) ceremony() Ceremony {
	c := Ceremony{Phase: t.phase(), Layers: t.layers(), Opened: slices.Clone(t.codes.steps), Next: t.nextLayer()}
	c.Ready = c.Phase == PhaseRechecked
	if c.Layers == nil {
		c.Layers = []Layer{}
	}
	if c.Opened == nil {
		c.Opened = []Decryption{}
	}
	if a := t.codes.asked; a != nil && a.layer == c.Next {
		until := a.at.Add(time.Duration(t.open.Procedure.Ceremony.WithinMS) * time.Millisecond)
		c.AskedBy, c.Until = a.by, &until
	}
	return c
}

// Ceremony returns how far the decryption has come.
func (s *Contests) Ceremony(ctx context.Context, id DivisionID) (Ceremony, error) {
	var out Ceremony
	a, err := s.arena(ctx, id)
	if err != nil {
		return out, err
	}
	err = a.read(ctx, func(t *Tally) error { out = t.ceremony(); return nil })
	if n := len(out.Opened); err == nil && n > 0 && out.Next == "" {
		err = s.reveal(ctx, out.Opened[n-1].OpenedBy, a) // what a crash left undone
	}
	return out, err
}

// AskLayer asks for the opening of a layer, as its custodian. The word stands
// for the time of Procedure.Ceremony, also across a restart. Errors: ErrOffice,
// ErrPhase before the recheck is closed, ErrLayerOrder, ErrLayerOpen, ErrAsked,
// ErrNoLayer.
func (s *Contests) AskLayer(ctx context.Context, by access.AccountID, id DivisionID, l Layer, key string) (Ceremony, error) {
	return s.step(ctx, by, id, kindLayerAsked, key, askedOf{l})
}

// OpenLayer opens a layer that its custodian has asked for, as the second
// person. With the last one names may be known, and every draw is published
// with its secret. Errors: ErrOffice, ErrNotAsked also when the word has
// expired, ErrSamePerson, ErrPhase, ErrLayerOrder, ErrLayerOpen, ErrNoLayer.
func (s *Contests) OpenLayer(ctx context.Context, by access.AccountID, id DivisionID, l Layer, key string) (Ceremony, error) {
	c, err := s.step(ctx, by, id, kindLayerOpened, key, openedOf{l})
	if err != nil {
		return c, err
	}
	a, err := s.arena(ctx, id)
	if err == nil && c.Next == "" {
		err = s.reveal(ctx, by, a)
	}
	return c, err
}

func (s *Contests) step(ctx context.Context, by access.AccountID, id DivisionID, kind, key string, e codeEvent) (Ceremony, error) {
	var out Ceremony
	a, err := s.arena(ctx, id)
	if err != nil {
		return out, err
	}
	if err := a.once(ctx, by, kind, key, e, func(*Tally) (codeEvent, error) { return e, nil }); err != nil {
		return out, err
	}
	err = a.read(ctx, func(t *Tally) error { out = t.ceremony(); return nil })
	return out, err
}

// reveal publishes every draw that is not published yet, once names may be
// known. It may be called again after a crash: what it writes is a copy of
// what the draws hold.
func (s *Contests) reveal(ctx context.Context, by access.AccountID, a *arena) error {
	var due []draw.Proof
	err := a.read(ctx, func(t *Tally) error {
		for _, d := range t.codes.draws {
			if p, ok := d.proof(); ok && !d.revealed && t.named() {
				due = append(due, p)
			}
		}
		return nil
	})
	for _, p := range due {
		if err != nil {
			break
		}
		err = a.judged(ctx, by, kindRevealed, kindRevealed+"/"+p.Name, "", revealed{p})
		if errors.Is(err, ErrDrawRepeated) {
			err = nil // another call was first
		}
		if err != nil {
			err = fmt.Errorf("publishing draw %s: %w", p.Name, err)
		}
	}
	return err
}

// proof is everything about the draw; false while it was not drawn.
func (d *held) proof() (draw.Proof, bool) {
	p := draw.Proof{
		Algorithm: d.Algorithm, Draw: d.draw(), Commitment: d.Commitment, Participants: d.Participants,
		Digest: d.digest, ByHand: d.Method == ByHand, Order: []string{}, Lots: d.result(),
	}
	if d.Ordered {
		p.Order = d.order
	}
	return p, d.digest != ""
}
