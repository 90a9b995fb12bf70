package hall

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/ledger"
)

// badgePrefix tells a badge from other QR codes.
const badgePrefix = "XLB:"

// Badge is what stands on a competitor's badge. Token is the text of its QR
// code: it says nothing to whom cannot ask this server, neither name nor code.
type Badge struct {
	Competitor
	Token string
	No    int // from 1; a replaced badge has the next
}

// token is the secret of the competitor's no-th badge.
func (s *Service) token(division, competitor string, no int) string {
	return badgePrefix + s.o.Blind(fmt.Sprintf("%s/%s/%d", division, competitor, no), "hall badge")
}

// Badges returns the badges of the division's people to whoever prints them,
// and records that. Errors: those of Desk.Office.
func (s *Service) Badges(ctx context.Context, by access.AccountID, division string) ([]Badge, error) {
	people, err := s.keeper(ctx, by, division)
	if err != nil {
		return nil, err
	}
	if err := s.note(ctx, by, division, kindBadgesPrinted, "", badgesPrinted{len(people)}); err != nil {
		return nil, err
	}
	out := make([]Badge, len(people))
	err = s.read(ctx, division, func(h *Hall) error {
		for i, p := range people {
			no := h.badges[p.ID] + 1
			out[i] = Badge{Competitor: p, Token: s.token(division, p.ID, no), No: no}
		}
		return nil
	})
	return out, err
}

// ReplaceBadge makes the badges of a competitor that were given out before
// worthless. Errors: ErrNoMember, ErrReason, ErrKeyReused, those of Desk.Office.
func (s *Service) ReplaceBadge(ctx context.Context, by access.AccountID, division, key, competitor, why string) error {
	people, err := s.keeper(ctx, by, division)
	if err == nil {
		err = known(people, []string{competitor})
	}
	if err != nil {
		return err
	}
	_, err = s.act(ctx, by, division, kindBadgeReplaced, key, badgeReplaced{competitor, why})
	return err
}

// Find returns whom a scanned or typed text means: a badge's token, an entry
// code, or a candidate that the caller has found by a ticket ("" otherwise).
// Errors: ErrBadge, ErrBadgeReplaced, those of Desk.Office.
func (s *Service) Find(ctx context.Context, by access.AccountID, division, text string, candidate exam.CandidateID) (Competitor, error) {
	people, err := s.keeper(ctx, by, division)
	if err != nil {
		return Competitor{}, err
	}
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, badgePrefix) {
		return s.ofBadge(ctx, division, people, text)
	}
	i := slices.IndexFunc(people, func(p Competitor) bool {
		return p.Entry != "" && strings.EqualFold(p.Entry, text) || candidate != "" && p.has(candidate)
	})
	if i < 0 {
		return Competitor{}, ErrBadge
	}
	return people[i], nil
}

func (s *Service) ofBadge(ctx context.Context, division string, people []Competitor, token string) (Competitor, error) {
	now := map[string]int{}
	err := s.read(ctx, division, func(h *Hall) error {
		for _, p := range people {
			now[p.ID] = h.badges[p.ID] + 1
		}
		return nil
	})
	if err != nil {
		return Competitor{}, err
	}
	for _, p := range people {
		for no := now[p.ID]; no >= 1; no-- {
			if subtle.ConstantTimeCompare([]byte(s.token(division, p.ID, no)), []byte(token)) == 0 {
				continue
			}
			if no < now[p.ID] {
				return Competitor{}, ErrBadgeReplaced
			}
			return p, nil
		}
	}
	return Competitor{}, ErrBadge
}

// note appends a record that changes nothing: who has seen or printed what. A
// key that was there before stores nothing.
func (s *Service) note(ctx context.Context, by access.AccountID, division, kind, key string, e event) error {
	if err := s.read(ctx, division, func(*Hall) error { return nil }); err != nil { // the stream has begun
		return err
	}
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = s.led.Append(ctx, ledger.Entry{Stream: s.book(division).stream(), Expect: ledger.AnySeq, At: s.now(), Kind: kind, Actor: string(by), Key: key, Data: data})
	return err
}
