package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/draw"
	"github.com/xinglu/xinglu/scoring"
)

// drawView returns a draw. Without a name it is the one that the announcement
// with the key has made.
func (s *Contests) drawView(ctx context.Context, a *arena, name DrawID, by access.AccountID, key string) (out DrawView, err error) {
	if name == "" {
		r, known, err := s.db.Ledger().FindKey(ctx, a.stream, kindAnnounced+"/"+string(by)+"/"+key)
		if err != nil || !known {
			return out, errors.Join(err, ErrNoDraw)
		}
		e, err := read[announced](r)
		if err != nil {
			return out, err
		}
		name = e.Draw
	}
	err = a.read(ctx, func(t *Tally) error {
		d := t.held(name)
		if d == nil {
			return ErrNoDraw.Param("draw", name)
		}
		out = d.view()
		return nil
	})
	return out, err
}

// WordView is a public word for everybody.
type WordView struct {
	Word    string `json:"word"`
	Speaker string `json:"speaker"`
	Witness string `json:"witness"`
}

// DrawView is a draw for those who watch it: what is known of it to everybody,
// and how far it is. It ties no codes together.
type DrawView struct {
	Draw         DrawID             `json:"draw"`
	Layer        Layer              `json:"layer" enum:"entry,station,work"`
	Modules      []scoring.ModuleID `json:"modules"`
	Method       DrawMethod         `json:"method" enum:"machine,hand"`
	Ordered      bool               `json:"ordered"` // the order of drawing by hand is drawn too
	State        DrawState          `json:"state" enum:"announced,drawing,drawn,annulled"`
	Algorithm    string             `json:"algorithm"`
	Rule         draw.Rule          `json:"rule"`
	People       int                `json:"people"`
	Absent       int                `json:"absent"`
	Statement    string             `json:"statement,omitempty"`
	Commitment   string             `json:"commitment"`   // SHA-256 of the secret, hex
	Participants string             `json:"participants"` // digest of rule and participants
	Digest       string             `json:"digest"`       // of the lots; "" before they are drawn
	Word         *WordView          `json:"word"`
	AnnouncedBy  access.AccountID   `json:"announced_by"`
	AnnouncedAt  time.Time          `json:"announced_at"`
	DrawnAt      *time.Time         `json:"drawn_at"`
	Order        []string           `json:"order"` // of drawing by hand, codes of the layer above
	Next         string             `json:"next"`  // who draws next, by hand
	Entered      int                `json:"entered"`
	Confirmed    int                `json:"confirmed"` // receipts
	Breaches     map[draw.Kind]int  `json:"breaches"`  // constraints that could not be kept; for whom, the custodian sees
	Redraw       *RedrawView        `json:"redraw"`
	Revealed     bool               `json:"revealed"`
}

// RedrawView is the wish to annul a draw.
type RedrawView struct {
	Reason string           `json:"reason"`
	By     access.AccountID `json:"by"`
	At     time.Time        `json:"at"`
	Second access.AccountID `json:"second,omitempty"` // who granted it
}

func (d *held) view() DrawView {
	v := DrawView{
		Draw: d.Draw, Layer: d.Layer, Modules: d.Modules, Method: d.Method, Ordered: d.Ordered, State: d.state,
		Algorithm: d.Algorithm, Rule: d.Rule, People: d.Count, Absent: d.Absent, Statement: d.Statement,
		Commitment: d.Commitment, Participants: d.Participants, Digest: d.digest,
		AnnouncedBy: d.by, AnnouncedAt: d.at, Order: slices.Clone(d.order), Entered: d.turn, Confirmed: len(d.receipts),
		Breaches: map[draw.Kind]int{}, Revealed: d.revealed,
	}
	if v.Modules == nil {
		v.Modules = []scoring.ModuleID{}
	}
	if v.Order == nil {
		v.Order = []string{}
	}
	if d.turn < len(d.order) {
		v.Next = d.order[d.turn]
	}
	if d.word != nil {
		v.Word = &WordView{d.word.Word, d.word.Speaker, d.word.Witness}
	}
	if !d.drawnAt.IsZero() {
		at := d.drawnAt
		v.DrawnAt = &at
	}
	if d.redraw != nil {
		v.Redraw = &RedrawView{d.redraw.reason, d.redraw.by, d.redraw.at, d.redraw.second}
	}
	for _, b := range d.draw().Check(d.result()) {
		v.Breaches[b.Kind]++
	}
	return v
}

// Draws lists the division's draws in the order of their announcement.
func (s *Contests) Draws(ctx context.Context, id DivisionID) ([]DrawView, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return nil, err
	}
	out := []DrawView{}
	err = a.read(ctx, func(t *Tally) error {
		for _, d := range t.codes.draws {
			out = append(out, d.view())
		}
		return nil
	})
	return out, err
}
