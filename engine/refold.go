package engine

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/seal"
)

// Refolded is what the records of a division come to, folded anew from
// nothing else: the proof that published results follow from what was
// recorded.
type Refolded struct {
	Seq   int64 // of the last record
	Phase Phase
	// Named says that no layer of identity is left.
	Named bool
	// Publications are the signed versions as they are computed now, the oldest
	// first. One whose digest is not that of its record is not among them: its
	// record changes nothing and is in Refused.
	Publications []Publication
	Pictures     []Evidence // of all sheets, in the order of their records
	Refused      []Refusal
}

// Refusal is a record that changed nothing at its place in the stream.
type Refusal struct {
	Seq  int64  `json:"seq"`
	Kind string `json:"kind"`
	Why  string `json:"why"`
}

// Refold folds a division's stream. The sealer opens the values of draws: the
// store's own, or OpenedDraws. The error says that a record cannot be read.
func Refold(ctx context.Context, r ledger.Reader, id DivisionID, sealer Sealer) (Refolded, error) {
	t := newTally(sealer)
	out := Refolded{Publications: []Publication{}, Pictures: []Evidence{}, Refused: []Refusal{}}
	seq, err := ledger.Fold(ctx, r, ledger.StreamID("division/"+string(id)), 0, func(rec ledger.Record) error {
		if err := t.apply(rec); err != nil {
			return err
		}
		if why := t.verdicts[rec.Seq].why; why != nil {
			out.Refused = append(out.Refused, Refusal{rec.Seq, rec.Kind, why.Error()})
			return nil
		}
		if rec.Kind == kindEvidence {
			e, err := read[evidenceAdded](rec)
			if err != nil {
				return err
			}
			out.Pictures = append(out.Pictures, Evidence{ID: e.ID, Sheet: e.Sheet, Aspect: e.Aspect, Type: e.Type, Size: e.Size, SHA256: e.SHA256, At: rec.At})
		}
		return nil
	})
	out.Seq = seq
	if err != nil {
		return out, err
	}
	out.Phase, out.Named = t.phase(), t.status != Setup && t.named()
	var before *publication
	for i := range t.outcome.published {
		p := &t.outcome.published[i]
		out.Publications = append(out.Publications, t.publicationView(*p, before))
		before = p
	}
	return out, nil
}

// OpenedValue is one sealed value of a draw with what is in it. It may be given
// out when no layer of identity is left.
type OpenedValue struct {
	Seq    int64  `json:"seq"` // of the record that holds it
	Draw   DrawID `json:"draw"`
	Sealed string `json:"sealed"`
	Plain  string `json:"plain"` // JSON
}

// OpenDraws opens every sealed value of a division's draws. The error is the
// sealer's, or that a record cannot be read.
func OpenDraws(ctx context.Context, r ledger.Reader, id DivisionID, sealer Sealer) ([]OpenedValue, error) {
	stream := ledger.StreamID("division/" + string(id))
	out := []OpenedValue{}
	_, err := ledger.Fold(ctx, r, stream, 0, func(rec ledger.Record) error {
		switch rec.Kind {
		case kindAnnounced, kindDrawn, kindEntered, kindConfirmed:
		default:
			return nil
		}
		var e struct {
			Draw   DrawID `json:"draw"`
			Sealed string `json:"sealed"`
		}
		if err := json.Unmarshal(rec.Data, &e); err != nil {
			return err
		}
		if e.Sealed == "" {
			return nil
		}
		plain, err := sealer.Open(e.Sealed, string(stream)+"/draw/"+string(e.Draw))
		if err != nil {
			return fmt.Errorf("the draw %s: %w", e.Draw, err)
		}
		out = append(out, OpenedValue{rec.Seq, e.Draw, e.Sealed, string(plain)})
		return nil
	})
	return out, err
}

// OpenedDraws is a Sealer that knows nothing but values which have been opened:
// with it a division can be folded without the data key. That they are what was
// sealed follows from the draws' commitments and digests; see VerifyDraws.
type OpenedDraws map[string]string

// NewOpenedDraws returns the sealer for the values.
func NewOpenedDraws(list []OpenedValue) OpenedDraws {
	out := make(OpenedDraws, len(list))
	for _, v := range list {
		out[v.Sealed] = v.Plain
	}
	return out
}

// Seal always fails: there is no key.
func (OpenedDraws) Seal([]byte, string) (string, error) { return "", seal.ErrKey }

// Open returns the value, or seal.ErrOpen for one that is not known.
func (o OpenedDraws) Open(sealed, _ string) ([]byte, error) {
	plain, ok := o[sealed]
	if !ok {
		return nil, seal.ErrOpen
	}
	return []byte(plain), nil
}

// Blind returns nothing: there is no key.
func (OpenedDraws) Blind(string, string) string { return "" }

// SealedPicture returns a picture as it lies in the store, sealed in the
// context of PictureContext. Error: store.ErrNotFound.
func (s *Contests) SealedPicture(ctx context.Context, id EvidenceID) (string, error) {
	v, err := evidences.Get(ctx, s.db, string(id))
	return v.Value.Sealed, err
}

// PictureContext is what a picture is sealed for.
func PictureContext(id EvidenceID) string { return evidenceContext(id) }
