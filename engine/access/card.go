package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/store"
)

// Card lets a judge sign in at a tablet by a QR code in the place of a login
// (裁判证). It says who is there; the PIN, which whoever issues or finds cards
// does not know, proves it. Of its secret only the hash is stored.
type Card struct {
	ID      string     `json:"id"`
	Account AccountID  `json:"account"`
	Once    bool       `json:"once"`             // opens one login and is over
	Tablet  string     `json:"tablet,omitempty"` // the only tablet that it works at; "": every one
	Hash    string     `json:"hash"`             // hex SHA-256 of the secret
	Issued  time.Time  `json:"issued"`
	By      string     `json:"by"` // account that issued it
	Expires time.Time  `json:"expires"`
	Used    *time.Time `json:"used,omitempty"` // last
	Revoked *time.Time `json:"revoked,omitempty"`
}

var cards = store.Table[Card]{
	Collection: store.Collection{Name: "cards", Indexes: []store.Index{{Name: "account"}}},
	ID:         func(c *Card) string { return c.ID },
	Keys:       func(c *Card) map[string]string { return map[string]string{"account": string(c.Account)} },
}

// CardDraft is a card to be issued.
type CardDraft struct {
	Account AccountID
	Once    bool
	Tablet  string
	Valid   time.Duration // from now on; at most 400 days
}

const maxCard = 400 * 24 * time.Hour

// IssueCard makes a card for a judge and returns it with its secret, which is
// kept nowhere else. Whoever has another role than judge signs in by PIN: what
// a chief judge may do is not for who finds a card. Errors: ErrNoCardFor,
// ErrInvalidCard.
//
// Order of writes: the record, then the card; a crash in between leaves a
// record of a card that nobody has.
func (a *Access) IssueCard(ctx context.Context, actor string, d CardDraft) (Card, string, error) {
	acc, err := a.Account(ctx, d.Account)
	if errors.Is(err, ErrSignedOut) {
		err = ErrNoCardFor
	}
	if err != nil {
		return Card{}, "", err
	}
	if slices.ContainsFunc(acc.Roles, func(r Role) bool { return r != Judge }) || !mayEnter(Judging, acc.Roles) {
		return Card{}, "", ErrNoCardFor
	}
	if d.Valid <= 0 || d.Valid > maxCard {
		return Card{}, "", ErrInvalidCard.With(fault.Field{Path: "valid_ms", Code: "out_of_range", Message: "above 0, at most 400 days"})
	}
	secret := make([]byte, 32)
	rand.Read(secret)
	text := base64.RawURLEncoding.EncodeToString(secret)
	c := Card{
		ID: uuid.Must(uuid.NewV7()).String(), Account: d.Account, Once: d.Once, Tablet: d.Tablet, Hash: loginID(text),
		Issued: a.now(), By: actor, Expires: a.now().Add(d.Valid),
	}
	type issued struct {
		Card    string    `json:"card"`
		Once    bool      `json:"once"`
		Tablet  string    `json:"tablet,omitempty"`
		Expires time.Time `json:"expires"`
	}
	if err := a.record(ctx, d.Account, actor, "card.issued", issued{c.ID, c.Once, c.Tablet, c.Expires}); err != nil {
		return Card{}, "", err
	}
	return c, c.ID + "." + text, cards.Insert(ctx, a.db, &c)
}

// Cards lists the cards of an account, with "" all of them, the oldest first.
// Their hashes are left out.
func (a *Access) Cards(ctx context.Context, account AccountID) ([]Card, error) {
	q := store.Query{}
	if account != "" {
		q = store.Query{Index: "account", Equal: string(account)}
	}
	list, err := cards.All(ctx, a.db, q)
	for i := range list {
		list[i].Hash = ""
	}
	return list, err
}

// RevokeCard makes a card worthless; logins that it opened go on. Repeating it
// changes nothing. Error: ErrNoCard.
func (a *Access) RevokeCard(ctx context.Context, actor, id string) error {
	fresh := false
	c, err := cards.Update(ctx, a.db, id, func(c *Card) error {
		if fresh = c.Revoked == nil; fresh {
			now := a.now()
			c.Revoked = &now
		}
		return nil
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return ErrNoCard
	case err != nil || !fresh:
		return err
	}
	return a.record(ctx, c.Account, actor, "card.revoked", map[string]string{"card": id})
}

// CardHolder is the judge whom a card's secret names, so that attempts can be
// counted by judge and not by card. Error: ErrCard for a forged one.
func (a *Access) CardHolder(ctx context.Context, secret string) (Account, error) {
	c, err := a.cardOf(ctx, secret)
	if err != nil {
		return Account{}, err
	}
	acc, err := a.Account(ctx, c.Account)
	if errors.Is(err, ErrSignedOut) {
		err = ErrCard
	}
	return acc, err
}

// cardOf finds the card of a secret. Error: ErrCard.
func (a *Access) cardOf(ctx context.Context, secret string) (Card, error) {
	id, text, _ := strings.Cut(secret, ".")
	v, err := cards.Get(ctx, a.db, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && subtle.ConstantTimeCompare([]byte(v.Value.Hash), []byte(loginID(text))) == 0 {
		err = ErrCard
	}
	return v.Value, err
}

// SignInCard opens a login for the surface by a card's secret and the judge's
// own PIN, at a tablet ("" where it is not known). As with SignIn the judge's
// older tablet is fenced. Errors: ErrCard for a forged, revoked or used one, or
// one for another tablet; ErrCardOver after its time; ErrRefused for a wrong
// PIN, which uses nothing up; ErrBusy; ErrForbidden.
//
// A card for one login is used up first: a crash afterwards leaves it used and
// nobody signed in.
func (a *Access) SignInCard(ctx context.Context, s Surface, secret, pin, tablet string) (Account, string, error) {
	acc, err := a.CardHolder(ctx, secret)
	if err == nil && !mayEnter(s, acc.Roles) {
		err = ErrForbidden
	}
	if err != nil {
		return Account{}, "", err
	}
	c, err := a.cardOf(ctx, secret)
	if err == nil {
		err = c.usable(a.now(), tablet)
	}
	if err != nil {
		return Account{}, "", err
	}
	ok, err := a.hasher.verify(ctx, acc.Password, pin)
	if err == nil && !ok {
		err = ErrRefused
	}
	if err != nil {
		return Account{}, "", err
	}
	_, err = cards.Update(ctx, a.db, c.ID, func(c *Card) error {
		now := a.now()
		if err := c.usable(now, tablet); err != nil {
			return err // used or revoked meanwhile
		}
		c.Used = &now
		return nil
	})
	if err != nil {
		return Account{}, "", err
	}
	return a.enter(ctx, s, acc, map[string]any{"surface": s, "card": c.ID})
}

// usable says why the card signs nobody in at the tablet now, or nil.
func (c *Card) usable(now time.Time, tablet string) error {
	switch {
	case c.Revoked != nil || c.Once && c.Used != nil || c.Tablet != "" && c.Tablet != tablet:
		return ErrCard
	case !now.Before(c.Expires):
		return ErrCardOver
	}
	return nil
}

// enter opens a login for an account that has proved who it is.
func (a *Access) enter(ctx context.Context, s Surface, acc Account, how map[string]any) (Account, string, error) {
	if s == Judging {
		// A judge has one live tablet. The old logins end first: a crash in
		// between leaves nobody signed in, which a new sign-in mends.
		if err := a.endOthers(ctx, s, string(acc.ID), ""); err != nil {
			return Account{}, "", err
		}
	}
	token, err := a.Open(ctx, s, string(acc.ID))
	if err != nil {
		return Account{}, "", err
	}
	return acc, token, a.record(ctx, acc.ID, string(acc.ID), "account.signed_in", how)
}

// End ends the logins of an account on the surface: the judge works elsewhere.
func (a *Access) End(ctx context.Context, s Surface, id AccountID) error {
	return a.endOthers(ctx, s, string(id), "")
}

// Bind notes at which tablet a login is. From then on it is good there only.
func (a *Access) Bind(ctx context.Context, token, tablet string) error {
	_, err := logins.Update(ctx, a.db, loginID(token), func(l *Login) error { l.Tablet = tablet; return nil })
	if errors.Is(err, store.ErrNotFound) {
		return ErrSignedOut
	}
	return err
}

// EndTablet ends every login at a tablet.
func (a *Access) EndTablet(ctx context.Context, tablet string) error {
	list, err := logins.All(ctx, a.db, store.Query{Index: "tablet", Equal: tablet})
	for _, l := range list {
		if err == nil {
			err = a.remove(ctx, l.ID)
		}
	}
	return err
}
