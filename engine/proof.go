package engine

import (
	"context"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine/draw"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// PublicDraw is a draw for everybody: its commitment and how it went and, after
// decryption, the proof.
type PublicDraw struct {
	Draw         DrawID             `json:"draw"`
	Layer        Layer              `json:"layer" enum:"entry,station,work"`
	Modules      []scoring.ModuleID `json:"modules"`
	Method       DrawMethod         `json:"method" enum:"machine,hand"`
	State        DrawState          `json:"state" enum:"announced,drawing,drawn,annulled"`
	Algorithm    string             `json:"algorithm"`
	People       int                `json:"people"`
	Absent       int                `json:"absent"`
	Confirmed    int                `json:"confirmed"`
	Commitment   string             `json:"commitment"`
	Participants string             `json:"participants"`
	Digest       string             `json:"digest"`
	Word         *PublicWordView    `json:"word"`
	AnnouncedAt  time.Time          `json:"announced_at"`
	DrawnAt      *time.Time         `json:"drawn_at"`
	Reason       string             `json:"reason,omitempty"` // why it was annulled
	Proof        *draw.Proof        `json:"proof"`            // null before decryption
}

// PublicWordView is a public word without the account of its witness.
type PublicWordView struct {
	Word    string `json:"word"`
	Speaker string `json:"speaker"`
}

// PublicDraws lists the draws of an open division for everybody. Error:
// ErrNoBoard.
func (s *Contests) PublicDraws(ctx context.Context, id DivisionID) ([]PublicDraw, error) {
	a, err := s.arena(ctx, id)
	if isNotFound(err) {
		return nil, ErrNoBoard.Param("division", id)
	}
	if err != nil {
		return nil, err
	}
	out := []PublicDraw{}
	err = a.read(ctx, func(t *Tally) error {
		if t.status == Setup {
			return ErrNoBoard.Param("division", id)
		}
		for _, d := range t.codes.draws {
			out = append(out, d.public())
		}
		return nil
	})
	return out, err
}

func (d *held) public() PublicDraw {
	v := d.view()
	p := PublicDraw{
		Draw: v.Draw, Layer: v.Layer, Modules: v.Modules, Method: v.Method, State: v.State, Algorithm: v.Algorithm,
		People: v.People, Absent: v.Absent, Confirmed: v.Confirmed, Commitment: v.Commitment, Participants: v.Participants,
		Digest: v.Digest, AnnouncedAt: v.AnnouncedAt, DrawnAt: v.DrawnAt,
	}
	if v.Word != nil {
		p.Word = &PublicWordView{v.Word.Word, v.Word.Speaker}
		if d.Auto { // the speaker is an account
			p.Word.Speaker = ""
		}
	}
	if d.state == DrawAnnulled {
		p.Reason = d.redraw.reason
	}
	if d.revealed {
		if proof, ok := d.proof(); ok {
			p.Proof = &proof
		}
	}
	return p
}

// ProofState says what is known of a draw by its records.
type ProofState string

// The states of a proof.
const (
	DrawProven   ProofState = "proven"   // drawn again, with the same result
	DrawUnproven ProofState = "unproven" // not published yet
	DrawBroken   ProofState = "broken"   // what was published does not fit what was recorded
)

// DrawCheck is what became of computing one draw again.
type DrawCheck struct {
	Draw    DrawID     `json:"draw"`
	State   ProofState `json:"state"`
	Problem string     `json:"problem,omitempty"` // which link of the proof is broken
}

// records are those of one draw, as they were written at their time.
type records struct {
	announced []ledger.Record
	words     []ledger.Record
	digests   map[string]bool
}

// VerifyDraws computes every draw of a division again from the records alone,
// without the data key: commitment, participants, word and digest are those
// that were recorded before and at the draw, and only what was secret comes
// from its publication.
func VerifyDraws(ctx context.Context, led ledger.Reader, id DivisionID) ([]DrawCheck, error) {
	var order []DrawID
	of := map[DrawID]*records{}
	at := func(d DrawID) *records {
		if of[d] == nil {
			of[d] = &records{digests: map[string]bool{}}
			order = append(order, d)
		}
		return of[d]
	}
	state := map[DrawID]DrawCheck{}
	_, err := ledger.Fold(ctx, led, ledger.StreamID("division/"+string(id)), 0, func(r ledger.Record) error {
		switch r.Kind {
		case kindAnnounced, kindWord, kindDrawn, kindLotEntered:
			e, err := read[drawn](r) // each of them has the draw, and some a digest
			if err != nil || e.Draw == "" {
				return err
			}
			x := at(e.Draw)
			switch r.Kind {
			case kindAnnounced:
				x.announced = append(x.announced, r)
			case kindWord:
				x.words = append(x.words, r)
			default:
				x.digests[e.Digest] = true
			}
		case kindRevealed:
			e, err := read[revealed](r)
			if err != nil {
				return err
			}
			d := DrawID(e.Name)
			if c, known := state[d]; !known || c.State == DrawBroken {
				state[d], err = at(d).check(d, e.Proof)
			}
			return err
		}
		return nil
	})
	out := make([]DrawCheck, 0, len(order))
	for _, d := range order {
		c, known := state[d]
		if !known {
			c = DrawCheck{Draw: d, State: DrawUnproven}
		}
		out = append(out, c)
	}
	return out, err
}

// check compares a published proof with the records of its time.
func (x *records) check(id DrawID, p draw.Proof) (DrawCheck, error) {
	out := DrawCheck{Draw: id, State: DrawBroken, Problem: draw.ErrCommitment.Error()}
	for _, r := range x.announced {
		e, err := read[announced](r)
		if err != nil {
			return out, err
		}
		if e.Commitment != p.Commitment { // it was refused, or is another's
			continue
		}
		p.Algorithm, p.Participants, p.ByHand = e.Algorithm, e.Participants, e.Method == ByHand
		taken := p.Rule.Taken
		p.Rule = e.Rule
		p.Rule.Taken = taken
		p.Word = ""
		if i := slices.IndexFunc(x.words, func(w ledger.Record) bool { return w.Seq > r.Seq }); i >= 0 {
			w, err := read[worded](x.words[i])
			if err != nil {
				return out, err
			}
			p.Word = w.Word
		}
		err = p.Verify()
		if err == nil && !x.digests[p.Digest] {
			err = draw.ErrDigest
		}
		if err == nil {
			return DrawCheck{Draw: id, State: DrawProven}, nil
		}
		out.Problem = err.Error()
	}
	return out, nil
}
