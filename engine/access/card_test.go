package access_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
)

// goodPIN is that of the account "judge".
const goodPIN = "secret-judge"

func (g *gate) card(t *testing.T, d access.CardDraft) (access.Card, string) {
	t.Helper()
	if d.Valid == 0 {
		d.Valid = time.Hour
	}
	c, secret, err := g.IssueCard(t.Context(), "test", d)
	must(t, err)
	return c, secret
}

func TestCards(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	ctx := t.Context()
	judge := g.account(t, "judge", access.Judge)
	long, secret := g.card(t, access.CardDraft{Account: judge.ID})
	once, onceSecret := g.card(t, access.CardDraft{Account: judge.ID, Once: true})
	_, there := g.card(t, access.CardDraft{Account: judge.ID, Tablet: "t7"})
	revoked, revokedSecret := g.card(t, access.CardDraft{Account: judge.ID})
	for range 2 {
		must(t, g.RevokeCard(ctx, "test", revoked.ID))
	}
	try := func(name string, s access.Surface, secret, tablet string, want *fault.Error) string {
		t.Helper()
		acc, token, err := g.SignInCard(ctx, s, secret, goodPIN, tablet)
		if want == nil && (err != nil || acc.ID != judge.ID) || want != nil && (!errors.Is(err, want) || token != "") {
			t.Errorf("%s: %v %q %v, want %v", name, acc.ID, token, err, want)
		}
		return token
	}
	first := try("a card", access.Judging, secret, "", nil)
	second := try("a card again", access.Judging, secret, "", nil)
	if _, err := g.Login(ctx, access.Judging, first); !errors.Is(err, access.ErrSignedOut) {
		t.Errorf("the older tablet: %v", err)
	}
	if _, err := g.Login(ctx, access.Judging, second); err != nil {
		t.Errorf("the newer tablet: %v", err)
	}
	for _, pin := range []string{"", goodPIN + "0", "x"} {
		if _, token, err := g.SignInCard(ctx, access.Judging, onceSecret, pin, ""); !errors.Is(err, access.ErrRefused) || token != "" {
			t.Errorf("a card alone, with the PIN %q: %v", pin, err)
		}
	}
	try("once", access.Judging, onceSecret, "", nil)
	try("twice", access.Judging, onceSecret, "", access.ErrCard)
	try("at another tablet", access.Judging, there, "t8", access.ErrCard)
	try("at no tablet", access.Judging, there, "", access.ErrCard)
	try("at its tablet", access.Judging, there, "t7", nil)
	try("revoked", access.Judging, revokedSecret, "", access.ErrCard)
	try("another secret", access.Judging, secret[:len(secret)-2]+"AA", "", access.ErrCard)
	try("its hash", access.Judging, long.ID+"."+long.Hash, "", access.ErrCard)
	try("no secret", access.Judging, long.ID, "", access.ErrCard)
	try("nothing", access.Judging, "", "", access.ErrCard)
	try("the console", access.Console, secret, "", access.ErrForbidden)
	g.now = g.now.Add(time.Hour)
	try("after an hour", access.Judging, secret, "", access.ErrCardOver)
	g.now = g.now.Add(-time.Minute)
	list, err := g.Cards(ctx, judge.ID)
	if err != nil || len(list) != 4 || list[1].ID != once.ID || list[1].Used == nil || list[3].Revoked == nil {
		t.Errorf("cards %+v %v", list, err)
	}
	for _, c := range list {
		if c.Hash != "" {
			t.Error("a list holds hashes")
		}
	}
	must(t, g.Disable(ctx, "test", judge.ID))
	try("a disabled account", access.Judging, secret, "", access.ErrCard)
}

func TestCardsRefuse(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	judge := g.account(t, "judge", access.Judge)
	chief := g.account(t, "chief", access.Judge, access.ChiefJudge)
	organiser := g.account(t, "organiser", access.Organiser)
	for name, c := range map[string]struct {
		draft access.CardDraft
		want  *fault.Error
	}{
		"a chief judge": {access.CardDraft{Account: chief.ID, Valid: time.Hour}, access.ErrNoCardFor},
		"an organiser":  {access.CardDraft{Account: organiser.ID, Valid: time.Hour}, access.ErrNoCardFor},
		"nobody":        {access.CardDraft{Account: "x", Valid: time.Hour}, access.ErrNoCardFor},
		"no time":       {access.CardDraft{Account: judge.ID}, access.ErrInvalidCard},
		"too long":      {access.CardDraft{Account: judge.ID, Valid: 401 * 24 * time.Hour}, access.ErrInvalidCard},
	} {
		if _, secret, err := g.IssueCard(t.Context(), "test", c.draft); !errors.Is(err, c.want) || secret != "" {
			t.Errorf("%s: %q %v, want %v", name, secret, err, c.want)
		}
	}
	if err := g.RevokeCard(t.Context(), "test", "x"); !errors.Is(err, access.ErrNoCard) {
		t.Errorf("revoking nothing: %v", err)
	}
}

// Two tablets scan one card for one login: one gets in.
func TestOneLoginByOneCard(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	judge := g.account(t, "judge", access.Judge)
	_, secret := g.card(t, access.CardDraft{Account: judge.ID, Once: true})
	var wg sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		wg.Go(func() { _, _, errs[i] = g.SignInCard(t.Context(), access.Judging, secret, goodPIN, "") })
	}
	wg.Wait()
	in := 0
	for _, err := range errs {
		switch {
		case err == nil:
			in++
		case !errors.Is(err, access.ErrCard):
			t.Error(err)
		}
	}
	if in != 1 {
		t.Errorf("%d got in", in)
	}
}

// A login knows its tablet, and ends with it.
func TestLoginsAtTablets(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	ctx := t.Context()
	g.account(t, "anna", access.Judge)
	g.account(t, "bert", access.Judge)
	in := func(login, tablet string) string {
		_, token, err := g.SignIn(ctx, access.Judging, login, "secret-"+login)
		must(t, err)
		if tablet != "" {
			must(t, g.Bind(ctx, token, tablet))
		}
		return token
	}
	anna, bert := in("anna", "t1"), in("bert", "t2")
	if l, err := g.Login(ctx, access.Judging, anna); err != nil || l.Tablet != "t1" {
		t.Errorf("%+v %v", l, err)
	}
	must(t, g.EndTablet(ctx, "t1"))
	must(t, g.EndTablet(ctx, "t1"))
	if _, err := g.Login(ctx, access.Judging, anna); !errors.Is(err, access.ErrSignedOut) {
		t.Errorf("at the tablet that ended: %v", err)
	}
	if _, err := g.Login(ctx, access.Judging, bert); err != nil {
		t.Errorf("at another: %v", err)
	}
	if err := g.Bind(ctx, "x", "t1"); !errors.Is(err, access.ErrSignedOut) {
		t.Errorf("binding nothing: %v", err)
	}
	must(t, g.End(ctx, access.Judging, "x"))
}
