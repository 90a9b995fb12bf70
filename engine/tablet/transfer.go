package tablet

import (
	"cmp"
	"context"
	"time"

	"github.com/xinglu/xinglu/engine/access"
)

// Transferral is a judge's way to another tablet.
type Transferral struct {
	Judge access.AccountID
	From  ID // that the judge leaves; "" where it is not known
	To    ID // the spare one; "" for any device
	Why   string
}

// Transfer moves a judge to another tablet: the judge's logins end, and the
// returned secret signs the judge in there, once, with the judge's own PIN, so
// that whoever makes the transfer cannot mark as that judge. Sheets that the old
// tablet has not sent stay on it, and meet a newer version if it comes
// back. Errors: ErrReason, ErrNoTablet, ErrRevoked, access.ErrNoCardFor.
//
// Order of writes: the card, the record, the end of the logins. A crash in
// between leaves a card that nobody has; a repeated call makes another, and
// every card for one login that was not used before is worthless.
func (s *Service) Transfer(ctx context.Context, by access.AccountID, t Transferral) (secret string, expires time.Time, err error) {
	if err := s.checkTransfer(ctx, t); err != nil {
		return "", expires, err
	}
	if err := s.revokeUnused(ctx, by, t.Judge); err != nil {
		return "", expires, err
	}
	c, secret, err := s.access.IssueCard(ctx, string(by), access.CardDraft{
		Account: t.Judge, Once: true, Tablet: string(t.To), Valid: time.Duration(s.o.Rules.TransferMS) * time.Millisecond,
	})
	if err != nil {
		return "", expires, err
	}
	type transferred struct {
		Judge access.AccountID `json:"judge"`
		From  ID               `json:"from,omitempty"`
		To    ID               `json:"to,omitempty"`
		Why   string           `json:"why"`
	}
	if err := s.record(ctx, cmp.Or(t.From, t.To, "unpaired"), string(by), "tablet.transferred", "", transferred(t)); err != nil {
		return "", expires, err
	}
	return secret, c.Expires, s.access.End(ctx, access.Judging, t.Judge)
}

func (s *Service) checkTransfer(ctx context.Context, t Transferral) error {
	if err := checkWhy(t.Why); err != nil {
		return err
	}
	for _, id := range []ID{t.From, t.To} {
		if id == "" {
			continue
		}
		x, err := s.tablet(ctx, id)
		if err != nil {
			return err
		}
		if id == t.To && x.Revoked != nil {
			return ErrRevoked
		}
	}
	return nil
}

// revokeUnused makes earlier cards for one login worthless.
func (s *Service) revokeUnused(ctx context.Context, by, judge access.AccountID) error {
	list, err := s.access.Cards(ctx, judge)
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.Once && c.Used == nil && c.Revoked == nil {
			if err := s.access.RevokeCard(ctx, string(by), c.ID); err != nil {
				return err
			}
		}
	}
	return nil
}
