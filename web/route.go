package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gorilla/websocket"
	"github.com/labstack/echo/v4"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/tablet"
)

// who says who may call a route. Every route names one; routes.go shows it
// beside the path and a test walks the list.
type who struct {
	Public  bool
	Surface access.Surface
	Action  access.Action // console and judging: what the role must allow
}

var (
	anyone    = who{Public: true}
	candidate = who{Surface: access.Exam}
	judge     = who{Surface: access.Judging, Action: access.MarkSubmit}
)

// staff lets in console accounts whose roles allow the action.
func staff(a access.Action) who { return who{Surface: access.Console, Action: a} }

// anyStaff lets in every console account.
var anyStaff = who{Surface: access.Console}

// actor is who acts in a request. Handlers get it as an argument.
type actor struct {
	Login   access.Login
	Account access.Account // zero for candidates and the public
	Token   string
	IP      string
	// Tablet is the paired tablet that a judge's request comes from; "" for any
	// other device. tabletToken is its cookie.
	Tablet      tablet.ID
	tabletToken string
}

// ID names the actor in the ledger.
func (a actor) ID() string {
	if a.Account.ID != "" {
		return string(a.Account.ID)
	}
	return a.Login.Subject
}

// Route describes one route for the tests that walk them all.
type Route struct {
	Method, Path, ID string
	Public           bool
	Surface          access.Surface
	Action           access.Action
	WebSocket        bool
}

// Routes lists every API route in the order of registration.
func (s *Server) Routes() []Route { return s.routes }

type actorKey struct{}

// reg registers a typed operation. The wrapper authenticates, then calls the
// handler with the actor, then gives errors their one shape.
func reg[I, O any](s *Server, method, path, id, summary string, w who, h func(context.Context, actor, *I) (*O, error), tweaks ...func(*huma.Operation)) {
	s.routes = append(s.routes, Route{Method: method, Path: path, ID: id, Public: w.Public, Surface: w.Surface, Action: w.Action})
	op := huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary,
		Middlewares: huma.Middlewares{s.admit(w)},
	}
	for _, t := range tweaks {
		t(&op)
	}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		a, _ := ctx.Value(actorKey{}).(actor)
		out, err := h(ctx, a, in)
		if err != nil {
			return nil, s.problem(ctx, method, path, err)
		}
		return out, nil
	})
}

func (s *Server) problem(ctx context.Context, method, path string, err error) *Problem {
	p := problemOf(err, requestIDOf(ctx))
	r := (&http.Request{Method: method}).WithContext(ctx)
	r.URL = urlOf(path)
	s.logProblem(r, err, p)
	return p
}

// admit is the check of permission before an operation's input is read.
func (s *Server) admit(w who) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		token := ""
		if !w.Public {
			if c, err := huma.ReadCookie(ctx, cookieName(w.Surface)); err == nil {
				token = c.Value
			}
		}
		op := ctx.Operation()
		var a actor
		var err error
		if strings.HasPrefix(op.Path, judgeAPI) {
			a, err = s.admitTablet(ctx, w, token)
		} else {
			a, err = s.authenticate(ctx.Context(), w, token)
		}
		if err != nil {
			writeProblem(ctx, s.problem(ctx.Context(), op.Method, op.Path, err))
			return
		}
		a.IP = s.clientIP(ctx)
		next(huma.WithValue(ctx, actorKey{}, a))
	}
}

// admitTablet admits what tablets call; what changes something of a division
// may need a paired one.
func (s *Server) admitTablet(ctx huma.Context, w who, token string) (actor, error) {
	tabletToken := ""
	if c, err := huma.ReadCookie(ctx, tabletCookie); err == nil {
		tabletToken = c.Value
	}
	a, err := s.atTablet(ctx.Context(), w, token, tabletToken)
	if division := ctx.Param("division"); err == nil && !w.Public && ctx.Method() != http.MethodGet && division != "" {
		err = s.needTablet(ctx.Context(), a, engine.DivisionID(division))
	}
	return a, err
}

// authenticate returns the actor of a token if w lets them in.
func (s *Server) authenticate(ctx context.Context, w who, token string) (actor, error) {
	if w.Public {
		return actor{}, nil
	}
	login, err := s.access.Login(ctx, w.Surface, token)
	if err != nil {
		return actor{}, err
	}
	a := actor{Login: login, Token: token}
	if w.Surface == access.Exam {
		return a, nil
	}
	if a.Account, err = s.access.Account(ctx, access.AccountID(login.Subject)); err != nil {
		return actor{}, err
	}
	if w.Action != "" && !access.Allows(a.Account.Roles, w.Action) {
		return actor{}, access.ErrForbidden.Param("action", w.Action)
	}
	return a, nil
}

// socket registers a WebSocket route; h runs until the connection is over.
func (s *Server) socket(path, id string, w who, h func(echo.Context, actor) error) {
	s.routes = append(s.routes, Route{
		Method: http.MethodGet, Path: path, ID: id, Public: w.Public,
		Surface: w.Surface, Action: w.Action, WebSocket: true,
	})
	s.echo.GET(echoPath(path), func(c echo.Context) error {
		token := ""
		if !w.Public {
			if ck, err := c.Cookie(cookieName(w.Surface)); err == nil {
				token = ck.Value
			}
		}
		tabletToken := ""
		if ck, err := c.Cookie(tabletCookie); err == nil {
			tabletToken = ck.Value // sent to tablets' routes only
		}
		a, err := s.atTablet(c.Request().Context(), w, token, tabletToken)
		if errors.Is(err, tablet.ErrRevoked) && websocket.IsWebSocketUpgrade(c.Request()) {
			return s.turnAway(c, closeRevoked, "taken out of use")
		}
		if errors.Is(err, access.ErrSignedOut) && websocket.IsWebSocketUpgrade(c.Request()) {
			return s.turnAway(c, closeSignedOut, "sign in first")
		}
		if err != nil {
			return err
		}
		a.IP = c.RealIP()
		return h(c, a)
	})
}

// turnAway tells a screen by a close code why it is not let in: its login is
// over, its tablet revoked. A script cannot see the status of a refused
// WebSocket, and would try for ever.
func (s *Server) turnAway(c echo.Context, code int, reason string) error {
	k, err := s.upgrade(c)
	if err != nil {
		return err
	}
	k.close(code, reason)
	s.run(k, func([]byte) error { return nil })
	return nil
}

// public registers a route for everybody whose answer is made by hand (frames
// that are ready as bytes).
func (s *Server) public(path, id string, h echo.HandlerFunc) {
	s.routes = append(s.routes, Route{Method: http.MethodGet, Path: path, ID: id, Public: true})
	s.echo.GET(echoPath(path), h)
}

// writeProblem writes a refusal of admit, before an operation's handler.
func writeProblem(ctx huma.Context, p *Problem) {
	ctx.SetHeader("Content-Type", p.ContentType(""))
	ctx.SetStatus(p.Status)
	_ = json.NewEncoder(ctx.BodyWriter()).Encode(p) // a client that has gone is no news
}

// bytesOf describes an answer that is bytes of one of the media types.
func bytesOf(types ...string) func(*huma.Operation) {
	return func(op *huma.Operation) {
		content := map[string]*huma.MediaType{}
		for _, t := range types {
			content[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
		}
		op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: content}}
	}
}
