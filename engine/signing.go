package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// Agreement names what a panel agreed on a sheet: the digest that a signature
// covers.
type Agreement struct {
	Sheet  SheetID `json:"sheet"`
	Digest string  `json:"digest"` // SHA-256, hex
}

// signed is one judge's signature under one or more sheets.
type signed struct {
	Sheets []Agreement `json:"sheets"`
}

// signature is a judge's under one sheet.
type signature struct {
	judge  access.AccountID
	digest string
	at     time.Time
	seq    int64
}

// maxSigned bounds how many sheets are signed at once; it is no rule.
const maxSigned = 500

// Sign signs what the judge's panel agreed, one or many sheets, all or none:
// where one has changed or is not the judge's to sign, nothing is signed, and
// the fields of ErrSign name it. Errors: ErrKey, ErrKeyReused, ErrSign.
func (s *Contests) Sign(ctx context.Context, judge access.AccountID, id DivisionID, key string, sheets []Agreement) error {
	_, err := s.deskAct(ctx, judge, id, kindSigned, key, signed{sheets})
	return err
}

func (e signed) about() subject {
	if len(e.Sheets) == 1 {
		return subject{sheet: e.Sheets[0].Sheet}
	}
	return subject{}
}

func (e signed) check(t *Tally, by access.AccountID, _ time.Time) error {
	if len(e.Sheets) == 0 || len(e.Sheets) > maxSigned {
		return ErrSign.With(fault.Field{Path: "sheets", Code: "wrong_count", Message: fmt.Sprintf("1 to %d sheets", maxSigned)})
	}
	var wrong []fault.Field
	for k, a := range e.Sheets {
		if code, message := t.cannotSign(by, a); code != "" {
			wrong = append(wrong, fault.Field{Path: fmt.Sprintf("sheets[%d]", k), Code: code, Message: message, Params: map[string]string{"sheet": string(a.Sheet)}})
		}
	}
	if len(wrong) > 0 {
		return ErrSign.With(wrong...)
	}
	return nil
}

func (t *Tally) cannotSign(by access.AccountID, a Agreement) (code, message string) {
	sp, err := t.openSheet(a.Sheet)
	if err != nil {
		return fault.As(err).Code, fault.As(err).Message
	}
	marked := slices.Contains(t.panelOf(sp.i, sp.r, sp.s), by) && sp.s.counted(by) != nil
	digest, err := t.digest(sp)
	switch {
	case err != nil:
		return "not_agreed", "the sheet cannot be read"
	case !marked && t.leaderOf(sp) != by:
		return ErrWrongPanel.Code, ErrWrongPanel.Message
	case digest == "":
		return "not_agreed", "the panel has not agreed"
	case digest != a.Digest:
		return "changed", "the sheet has changed since it was shown; look at it again"
	}
	return "", ""
}

func (e signed) apply(t *Tally, r ledger.Record) error {
	for _, a := range e.Sheets {
		sp, err := t.find(a.Sheet)
		if err != nil {
			return err
		}
		sp.s.signatures = append(sp.s.signatures, signature{access.AccountID(r.Actor), a.Digest, r.At, r.Seq})
	}
	return nil
}

// signedBy reports whether the judge's signature under the digest is there.
func (s *sheet) signedBy(j access.AccountID, digest string) bool {
	return digest != "" && slices.ContainsFunc(s.signatures, func(g signature) bool { return g.judge == j && g.digest == digest })
}

// signers lists whose signatures the procedure wants under the sheet: judges
// of the panel whose marks count and who have not been replaced, and the
// leader.
func (t *Tally) signers(sp spot) (out []access.AccountID) {
	if !t.open.Procedure.Signing.Judges {
		return nil
	}
	for _, j := range t.panelOf(sp.i, sp.r, sp.s) {
		if _, member := sp.r.member(j); member && sp.s.counted(j) != nil {
			out = append(out, j)
		}
	}
	if t.open.Procedure.Signing.Leader {
		if l := t.leaderOf(sp); l != "" && !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

// unsigned lists who has still to sign what the panel agreed.
func (t *Tally) unsigned(sp spot) ([]access.AccountID, error) {
	digest, err := t.digest(sp)
	if err != nil || sp.s.state != scoring.Settled {
		return nil, err
	}
	return slices.DeleteFunc(t.signers(sp), func(j access.AccountID) bool { return sp.s.signedBy(j, digest) }), nil
}
