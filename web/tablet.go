package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/document"
	"github.com/xinglu/xinglu/engine/tablet"
	"github.com/xinglu/xinglu/internal/fault"
)

// judgeAPI is the part of the API that tablets call; their cookies are sent
// there and nowhere else.
const judgeAPI = "/api/judge/"

// tabletCookie is the cookie of a paired tablet. It outlives every login.
const tabletCookie = "xinglu_tablet"

// tabletCookieLife is how long a browser keeps it: the longest that browsers
// allow. The server takes it until the tablet is revoked.
const tabletCookieLife = 400 * 24 * time.Hour

// tabletRoutes are for the contest's tablets and the judges' cards.
func (s *Server) tabletRoutes() {
	reg(s, post, "/api/judge/pair", "tablet-redeem", "Make this device a paired tablet, by a code of the console", anyone, s.redeemTablet)
	reg(s, get, "/api/judge/tablet", "tablet-this", "Which paired tablet this device is", anyone, s.whichTablet)
	reg(s, post, "/api/judge/sign-in-card", "judge-sign-in-card", "Sign in with a card's QR code in the place of a login, and the PIN", anyone, s.judgeSignInCard)
	manage := staff(access.TabletManage)
	reg(s, get, "/api/admin/tablets", "tablets", "All tablets, how each one is, and what to look at", manage, s.listTablets)
	reg(s, post, "/api/admin/tablet-pairings", "tablet-pair", "Make a code that pairs one tablet, for a short while", manage, s.pairTablet)
	reg(s, put, "/api/admin/tablets/{tablet}", "tablet-rename", "Change what a tablet is called", manage, s.renameTablet)
	reg(s, post, "/api/admin/tablets/{tablet}/revoke", "tablet-revoke", "Take a tablet out of use; nothing is taken from it any more", manage, s.revokeTablet)
	reg(s, post, "/api/admin/tablet-transfers", "tablet-transfer", "Move a judge to a spare tablet, where a QR code and the PIN sign in once", staff(access.DeskAct), s.transferJudge)
	s.socket("/api/admin/tablets/ws", "tablets-ws", manage, s.watchTablets)
	reg(s, get, "/api/admin/cards", "cards", "Judges' cards", manage, s.listCards)
	reg(s, post, "/api/admin/cards", "card-issue", "Issue cards for judges, with their QR codes", manage, s.issueCards)
	reg(s, post, "/api/admin/cards.pdf", "cards-pdf", "Issue cards for judges, to print", manage, s.cardsPDF, bytesOf("application/pdf"))
	reg(s, post, "/api/admin/cards/{card}/revoke", "card-revoke", "Make a card worthless", manage, s.revokeCard)
}

// atTablet is authenticate for what tablets call: it also looks at which tablet
// a request comes from. A login that was made at a tablet is good there only.
// Errors: tablet.ErrRevoked but for public routes, those of authenticate.
func (s *Server) atTablet(ctx context.Context, w who, token, tabletToken string) (actor, error) {
	var at tablet.ID
	if tabletToken != "" {
		t, err := s.Tablets.Device(ctx, tabletToken)
		switch {
		case err == nil:
			at = t.ID
		case errors.Is(err, tablet.ErrUnpaired) || errors.Is(err, tablet.ErrRevoked) && w.Public:
		default: // said before the login, which has ended too
			return actor{}, err
		}
	}
	a, err := s.authenticate(ctx, w, token)
	if err == nil && !w.Public && a.Login.Tablet != "" && a.Login.Tablet != string(at) {
		err = access.ErrSignedOut
	}
	a.Tablet, a.tabletToken = at, tabletToken
	return a, err
}

// needTablet returns tablet.ErrRequired where the division takes marks from
// paired tablets only and this device is none.
func (s *Server) needTablet(ctx context.Context, a actor, id engine.DivisionID) error {
	if a.Tablet != "" {
		return nil
	}
	required, err := s.Contest.TabletRequired(ctx, id)
	if err == nil && required {
		err = tablet.ErrRequired
	}
	return err
}

// still asks again, before something is taken over a socket that has been open
// for hours: the login may have ended, the tablet may be revoked, the division
// may want a paired one.
func (s *Server) still(ctx context.Context, a actor, id engine.DivisionID) error {
	now, err := s.atTablet(ctx, judge, a.Token, a.tabletToken)
	if err == nil {
		err = s.needTablet(ctx, now, id)
	}
	return err
}

type redeemIn struct {
	Body struct {
		Code   string `json:"code" minLength:"1" maxLength:"40" doc:"As the console shows it"`
		Device string `json:"device,omitempty" maxLength:"100" doc:"The browser's own random name"`
	}
}

// ThisTablet is a paired tablet as the tablet itself knows it.
type ThisTablet struct {
	ID tablet.ID `json:"id"`
	tablet.Draft
	Paired time.Time `json:"paired"`
}

func thisTablet(t *tablet.Tablet) ThisTablet { return ThisTablet{t.ID, t.Draft, t.Paired} }

func (s *Server) redeemTablet(ctx context.Context, a actor, in *redeemIn) (*withCookie[ThisTablet], error) {
	if err := s.sign.Allow(access.Judging, "pair/"+a.IP, a.IP); err != nil {
		return nil, err
	}
	t, token, err := s.Tablets.Redeem(ctx, in.Body.Code, in.Body.Device)
	if err != nil {
		return nil, err
	}
	return &withCookie[ThisTablet]{s.tabletCookie(token), thisTablet(&t)}, nil
}

func (s *Server) tabletCookie(token string) http.Cookie {
	return http.Cookie{ //nolint:gosec // Secure where the server speaks TLS; a first look at 127.0.0.1 has none
		Name: tabletCookie, Value: token, Path: "/api/judge", MaxAge: int(tabletCookieLife.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: s.Secure,
	}
}

func (s *Server) whichTablet(ctx context.Context, a actor, _ *nothing) (*bodyOf[ThisTablet], error) {
	t, err := s.Tablets.Device(ctx, a.tabletToken)
	if err != nil {
		return nil, err
	}
	return &bodyOf[ThisTablet]{thisTablet(&t)}, nil
}

type cardIn struct {
	Body struct {
		Card string `json:"card" minLength:"1" maxLength:"200" doc:"Text of the card's QR code after card="`
		PIN  string `json:"pin" minLength:"1" maxLength:"200" doc:"The judge's own: whoever issues, prints or finds a card does not know it"`
	}
}

func (s *Server) judgeSignInCard(ctx context.Context, a actor, in *cardIn) (*withCookie[JudgeMe], error) {
	holder, err := s.access.CardHolder(ctx, in.Body.Card)
	// Counted by judge: who can issue cards has as many as there are PINs to try.
	name := holder.Login
	if err != nil {
		id, _, _ := strings.Cut(in.Body.Card, ".")
		name = "card/" + id
	}
	if limit := s.sign.Allow(access.Judging, name, a.IP); limit != nil {
		return nil, limit
	}
	if err != nil {
		return nil, err
	}
	acc, token, err := s.access.SignInCard(ctx, access.Judging, in.Body.Card, in.Body.PIN, string(a.Tablet))
	if err != nil {
		return nil, err
	}
	return s.judgeSignedIn(ctx, a, acc, token)
}

// judgeSignedIn binds a new login to the tablet that it is at, and tells the
// judge's older tablet, whose login has ended already.
func (s *Server) judgeSignedIn(ctx context.Context, a actor, acc access.Account, token string) (*withCookie[JudgeMe], error) {
	if a.Tablet != "" {
		if err := s.access.Bind(ctx, token, string(a.Tablet)); err != nil {
			return nil, err
		}
	}
	s.tellReplaced(ctx, acc.ID)
	return &withCookie[JudgeMe]{s.cookie(access.Judging, token), s.judgeMe(acc)}, nil
}

// tellReplaced closes the sockets of a judge's ended logins, at every node.
func (s *Server) tellReplaced(ctx context.Context, id access.AccountID) {
	if _, err := s.Bus.Publish(ctx, judgeChannel(id), "", []byte(`"replaced"`)); err != nil {
		s.log.Warn("older tablet not told", "error", err)
	}
}

// TabletList is every tablet with what is wrong with it.
type TabletList struct {
	Items      []tablet.Status   `json:"items"`
	Names      map[string]string `json:"names" doc:"Of judges, by account"`
	Rules      tablet.Rules      `json:"rules"`
	ServerTime time.Time         `json:"server_time"`
}

func (s *Server) listTablets(ctx context.Context, _ actor, _ *nothing) (*bodyOf[TabletList], error) {
	all, err := s.Tablets.List(ctx, s.judgePage())
	if err != nil {
		return nil, err
	}
	out := TabletList{Items: all, Names: map[string]string{}, Rules: s.Tablets.Rules(), ServerTime: s.now()}
	for _, t := range all {
		if t.Presence != nil {
			s.naming(ctx, out.Names, t.Presence.Judge)
		}
	}
	return &bodyOf[TabletList]{out}, nil
}

// PairingView is a code for one tablet. The QR code is the page's address with
// Fragment behind it.
type PairingView struct {
	tablet.Pairing
	Fragment string `json:"fragment" doc:"/judge#pair=…, for a QR code"`
}

func (s *Server) pairTablet(ctx context.Context, a actor, in *bodyOf[tablet.Draft]) (*bodyOf[PairingView], error) {
	p, err := s.Tablets.Pair(ctx, a.Account.ID, in.Body)
	return &bodyOf[PairingView]{PairingView{p, "/judge#pair=" + p.Code}}, err
}

// TabletPath is the path of one tablet.
type TabletPath struct {
	Tablet tablet.ID `path:"tablet" maxLength:"100"`
}

type renameTabletIn struct {
	TabletPath
	Body tablet.Draft
}

func (s *Server) renameTablet(ctx context.Context, a actor, in *renameTabletIn) (*nothing, error) {
	return &nothing{}, s.Tablets.Rename(ctx, a.Account.ID, in.Tablet, in.Body)
}

type revokeTabletIn struct {
	TabletPath
	Body struct {
		Why string `json:"why" minLength:"1" maxLength:"300"`
	}
}

func (s *Server) revokeTablet(ctx context.Context, a actor, in *revokeTabletIn) (*nothing, error) {
	return &nothing{}, s.Tablets.Revoke(ctx, a.Account.ID, in.Tablet, in.Body.Why)
}

type transferIn struct {
	Body struct {
		Judge access.AccountID `json:"judge" minLength:"1" maxLength:"100"`
		From  tablet.ID        `json:"from,omitempty" maxLength:"100" doc:"The tablet that the judge leaves"`
		To    tablet.ID        `json:"to,omitempty" maxLength:"100" doc:"The spare one; absent: any device"`
		Why   string           `json:"why" minLength:"1" maxLength:"300"`
	}
}

// SignInCode signs a judge in, by a QR code of the page's address with Fragment
// behind it.
type SignInCode struct {
	Judge    access.AccountID `json:"judge"`
	Name     string           `json:"name"`
	Fragment string           `json:"fragment" doc:"/judge#card=…; shown once, stored nowhere"`
	Expires  time.Time        `json:"expires"`
}

func (s *Server) transferJudge(ctx context.Context, a actor, in *transferIn) (*bodyOf[SignInCode], error) {
	b := in.Body
	secret, expires, err := s.Tablets.Transfer(ctx, a.Account.ID, tablet.Transferral{Judge: b.Judge, From: b.From, To: b.To, Why: b.Why})
	if err != nil {
		return nil, err
	}
	s.tellReplaced(ctx, b.Judge)
	return &bodyOf[SignInCode]{SignInCode{b.Judge, s.nameOf(ctx, string(b.Judge)), "/judge#card=" + secret, expires}}, nil
}

// tabletNews is a frame to a console: look at the tablets again.
type tabletNews struct {
	T string `json:"t"` // tablets
}

// tabletsEvery is the least time between two hints: beats come all the time.
const tabletsEvery = time.Second

// watchTablets is a console's connection: hints that the list has changed.
func (s *Server) watchTablets(c echo.Context, _ actor) error {
	var last time.Time
	return s.watch(c, source{tablet.Channel, func([]byte) any {
		now := s.now()
		if now.Sub(last) < tabletsEvery && !now.Before(last) {
			return nil
		}
		last = now
		return tabletNews{"tablets"}
	}})
}

// CardView is a judge's card without its secret.
type CardView struct {
	ID      string           `json:"id"`
	Account access.AccountID `json:"account"`
	Name    string           `json:"name"`
	Once    bool             `json:"once"`
	Tablet  tablet.ID        `json:"tablet" doc:"The only one where it works; empty: every one"`
	Issued  time.Time        `json:"issued"`
	Expires time.Time        `json:"expires"`
	Used    *time.Time       `json:"used" doc:"Last"`
	Revoked *time.Time       `json:"revoked"`
}

type cardsIn struct {
	Account access.AccountID `query:"account" maxLength:"100" doc:"Only this judge's"`
}

func (s *Server) listCards(ctx context.Context, _ actor, in *cardsIn) (*listOf[CardView], error) {
	all, err := s.access.Cards(ctx, in.Account)
	views := make([]CardView, 0, len(all))
	for _, c := range all {
		views = append(views, CardView{
			ID: c.ID, Account: c.Account, Name: s.nameOf(ctx, string(c.Account)), Once: c.Once, Tablet: tablet.ID(c.Tablet),
			Issued: c.Issued, Expires: c.Expires, Used: c.Used, Revoked: c.Revoked,
		})
	}
	return list(views), err
}

// CardsDraft is cards to be issued, one for each account.
type CardsDraft struct {
	Accounts []access.AccountID `json:"accounts" minItems:"1" maxItems:"200"`
	Once     bool               `json:"once" doc:"Each opens one login"`
	ValidMS  int64              `json:"valid_ms,omitempty" minimum:"0" doc:"Milliseconds; absent: as the rules say"`
}

func (s *Server) issueCards(ctx context.Context, a actor, in *bodyOf[CardsDraft]) (*listOf[SignInCode], error) {
	codes, err := s.issue(ctx, a, in.Body)
	return list(codes), err
}

// issue makes a card for each account. All of them are looked at before the
// first is made, so that a wrong one leaves nothing half done.
func (s *Server) issue(ctx context.Context, a actor, d CardsDraft) ([]SignInCode, error) {
	valid := time.Duration(cmp.Or(d.ValidMS, s.Tablets.Rules().CardMS)) * time.Millisecond
	var wrong []fault.Field
	for _, id := range d.Accounts {
		acc, err := s.access.Account(ctx, id)
		if err != nil && !errors.Is(err, access.ErrSignedOut) {
			return nil, err
		}
		if err != nil || len(acc.Roles) != 1 || acc.Roles[0] != access.Judge {
			wrong = append(wrong, fault.Field{Path: "accounts." + string(id), Code: access.ErrNoCardFor.Code, Message: access.ErrNoCardFor.Message})
		}
	}
	if wrong != nil {
		return nil, access.ErrNoCardFor.With(wrong...)
	}
	out := make([]SignInCode, 0, len(d.Accounts))
	for _, id := range d.Accounts {
		c, secret, err := s.access.IssueCard(ctx, a.ID(), access.CardDraft{Account: id, Once: d.Once, Valid: valid})
		if err != nil {
			return nil, err
		}
		out = append(out, SignInCode{id, s.nameOf(ctx, string(id)), "/judge#card=" + secret, c.Expires})
	}
	return out, nil
}

type cardsPDFIn struct {
	Origin string `query:"origin" minLength:"1" maxLength:"200" doc:"The address under which tablets reach this server: https://10.0.0.2:8443"`
	Body   CardsDraft
}

func (s *Server) cardsPDF(ctx context.Context, a actor, in *cardsPDFIn) (*fileBody, error) {
	origin, err := originOf(in.Origin)
	if err != nil {
		return nil, err
	}
	codes, err := s.issue(ctx, a, in.Body)
	if err != nil {
		return nil, err
	}
	cards := make([]document.Card, len(codes))
	for i, c := range codes {
		cards[i] = document.Card{Heading: "裁判证", Big: c.Name, Until: c.Expires, Code: origin + c.Fragment, Foot: "扫码登录评分，请勿转借、拍照"}
	}
	return printed(s.Desk.Cards("裁判证", cards))
}

// originOf checks that the text is an address of a server and nothing behind.
func originOf(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", errOrigin.With(fault.Field{Path: "query.origin", Code: "bad_origin", Message: "give scheme and host, as https://10.0.0.2:8443"})
	}
	return u.Scheme + "://" + u.Host, nil
}

type cardPath struct {
	Card string `path:"card" maxLength:"100"`
}

func (s *Server) revokeCard(ctx context.Context, a actor, in *cardPath) (*nothing, error) {
	return &nothing{}, s.access.RevokeCard(ctx, a.ID(), in.Card)
}

func (s *Server) badgesPDF(ctx context.Context, a actor, in *DivisionPath) (*fileBody, error) {
	div, err := s.Contest.Division(ctx, in.Division)
	if err != nil {
		return nil, err
	}
	badges, err := s.Hall.Badges(ctx, a.Account.ID, string(in.Division))
	if err != nil {
		return nil, err
	}
	contest, err := s.Contest.Contest(ctx, div.Contest)
	if err != nil {
		return nil, err
	}
	cards := make([]document.Card, len(badges))
	for i, b := range badges {
		// Where codes stand for people, the number is what is worn; the photo
		// tells who it is (domain/contest.md §1.3).
		cards[i] = document.Card{Heading: contest.Name.ZH, Big: b.Entry, Lines: []string{div.Name.ZH}, Code: b.Token, Foot: "参赛证 · 检录时出示"}
		if b.Entry == "" {
			cards[i].Big, cards[i].Lines = b.Name, []string{div.Name.ZH, b.Unit}
		}
	}
	return printed(s.Desk.Cards("参赛证", cards))
}

// line is the connection of a judge's socket, as presence knows it.
type line struct {
	tablet.Line
	last time.Time // of the last sign that was passed on
}

func newLine(a actor) *line {
	return &line{Line: tablet.Line{Tablet: a.Tablet, Judge: a.Account.ID, Conn: uuid.NewString()}}
}

// presenceEvery is the least time between two signs of one connection that are
// passed on.
const presenceEvery = time.Second

// heard passes a sign of life of a judge's device on.
func (s *Server) heard(ctx context.Context, l *line, b *tablet.Beat) {
	now := s.now()
	if b == nil || l.Device == "" || now.Sub(l.last) < presenceEvery && !now.Before(l.last) {
		return
	}
	l.last = now
	s.Tablets.Heard(ctx, l.Line, *b)
}
