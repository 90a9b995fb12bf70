// Package web is the program's outside: the HTTP and WebSocket API, the views
// that candidates, judges and the public may see, and the embedded screens.
//
// Go structs of this package are the only source of the API: openapi.yaml is
// generated from them (xinglu openapi) and the screens' TypeScript types from
// that. Handlers bind, call the engine once and render.
package web

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"reflect"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/labstack/echo/v4"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/archive"
	"github.com/xinglu/xinglu/engine/custody"
	"github.com/xinglu/xinglu/engine/demo"
	"github.com/xinglu/xinglu/engine/document"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/hall"
	"github.com/xinglu/xinglu/engine/plan"
	"github.com/xinglu/xinglu/engine/resultbook"
	"github.com/xinglu/xinglu/engine/results"
	"github.com/xinglu/xinglu/engine/tablet"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/internal/live/fanout"

	"github.com/xinglu/xinglu/bank"
)

// Options are what the server is made of.
type Options struct {
	Access  *access.Access
	Bank    *bank.Bank
	Exam    *exam.Service
	Custody *custody.Vault
	Results *results.Service
	Contest *engine.Contests
	Hall    *hall.Service
	Tablets *tablet.Service
	Plan    *plan.Plans
	Desk    *document.Desk // makes documents to print
	// ResultBook makes the papers of contests, Archive their archives.
	ResultBook *resultbook.Desk
	Archive    *archive.Maker
	Bus        live.Bus
	Hub        *fanout.Hub
	UI         fs.FS // the built screens; a plain help page is served where it lacks them

	// Ready reports whether the stores can answer now.
	Ready func(context.Context) error
	// Verify proves the ledger.
	Verify func(context.Context) (LedgerProof, error)
	// Rehearse drives a rehearsal crowd through this server's public API; nil
	// where rehearsals are switched off.
	Rehearse func(ctx context.Context, crowd int, say func(RehearsalState)) error
	// Demo tells how to come in to a demonstration, or returns nil where
	// there is none.
	Demo func() *demo.Guide

	Secure         bool           // cookies only over TLS
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
	Limits         Limits
	Now            func() time.Time
	Log            *slog.Logger
	Version        string
}

// Limits bound what one client may ask for.
type Limits struct {
	SignInsPerMinute   int   // per ticket or login name
	SignInsPerMinuteIP int   // per address: a whole room may share one
	UploadBytes        int64 // a workbook
}

// Server is the HTTP handler. Safe for concurrent use.
type Server struct {
	Options
	log       *slog.Logger
	access    *access.Access
	echo      *echo.Echo
	api       huma.API
	routes    []Route
	sign      *signInLimiter
	origin    *http.CrossOriginProtection
	sockets   sockets
	rehearse  rehearsals
	importing sync.Mutex
}

// setFramework gives huma our error shape and non-null arrays. Both are
// package variables of huma, so they are set once for the process.
var setFramework = sync.OnceFunc(func() {
	huma.DefaultArrayNullable = false
	huma.NewErrorWithContext = frameworkProblem
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return frameworkProblem(nil, status, msg, errs...)
	}
})

// New builds the server.
func New(o Options) *Server {
	setFramework()
	s := &Server{
		Options: o, log: o.Log, access: o.Access, echo: echo.New(),
		sign: newSignInLimiter(o.Limits, o.Now), origin: http.NewCrossOriginProtection(),
	}
	s.sockets.open = map[*socketConn]struct{}{}
	e := s.echo
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = s.handleError
	e.IPExtractor = clientIPExtractor(o.TrustedProxies)
	e.Use(s.requestID, s.recoverPanic, s.securityHeaders, s.refuseCrossOrigin)
	s.api = humaecho.New(e, apiConfig(o.Version))
	s.register()
	describeText(s.api.OpenAPI().Components.Schemas)
	s.serveVerify()
	s.serveScreens()
	return s
}

// apiConfig is huma's default without its documentation page and without
// $schema links in answers.
func apiConfig(version string) huma.Config {
	c := huma.DefaultConfig("Xinglu 兴鲁", version)
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "/api/openapi", "", ""
	c.CreateHooks = nil
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	return c
}

// schemaName puts the package before the name of a type that is not web's
// own: scoring.Module and engine's are two things.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	pkg := path.Base(t.PkgPath())
	if t.Name() == "" || pkg == "." || pkg == "web" || strings.Contains(t.Name(), "[") {
		return name
	}
	return strings.ToUpper(pkg[:1]) + pkg[1:] + name
}

// describeText mends the schemas of numbers that encoding/json writes as text
// (",string"): huma does not know the option.
func describeText(schemas huma.Registry) {
	for name, schema := range schemas.Map() {
		t := schemas.TypeFromRef("#/components/schemas/" + name)
		if t == nil || t.Kind() != reflect.Struct {
			continue
		}
		for _, f := range reflect.VisibleFields(t) {
			if tag, options, _ := strings.Cut(f.Tag.Get("json"), ","); options == "string" && schema.Properties[tag] != nil {
				schema.Properties[tag] = &huma.Schema{Type: huma.TypeString, Pattern: "^[0-9]+$", Description: schema.Properties[tag].Description}
			}
		}
	}
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.echo.ServeHTTP(w, r) }

// OpenAPI returns the API description in YAML.
func (s *Server) OpenAPI() ([]byte, error) { return s.api.OpenAPI().YAML() }

type requestIDKey struct{}

func requestIDOf(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

func (s *Server) requestID(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := uuid.NewString()
		c.Response().Header().Set("X-Request-Id", id)
		r := c.Request()
		c.SetRequest(r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
		return next(c)
	}
}

func (s *Server) recoverPanic(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if v := recover(); v != nil {
				if v == http.ErrAbortHandler { //nolint:errorlint // the panic value itself, by net/http's contract
					panic(v)
				}
				err = panicError{v, debug.Stack()}
			}
		}()
		return next(c)
	}
}

func (s *Server) securityHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
		"connect-src 'self' ws: wss:; worker-src 'self'; manifest-src 'self'; " +
		"frame-ancestors 'self'; base-uri 'none'; form-action 'self'; object-src 'none'"
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		if strings.HasPrefix(c.Request().URL.Path, "/api/") {
			h.Set("Cache-Control", "no-store")
		}
		if s.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		return next(c)
	}
}

// refuseCrossOrigin is the protection against forged requests: a browser
// tells where a request comes from (Sec-Fetch-Site, else Origin), and our
// cookies are SameSite=Strict besides. Calls that change something also carry
// the X-Xinglu header, which a form on another site cannot send. A WebSocket
// handshake is a GET, but what follows it is not harmless.
func (s *Server) refuseCrossOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		checked := r
		if websocket.IsWebSocketUpgrade(r) {
			checked = &http.Request{Method: http.MethodPost, URL: r.URL, Host: r.Host, Header: r.Header}
		}
		if err := s.origin.Check(checked); err != nil {
			return errCrossOrigin.Wrap(err)
		}
		safe := r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions
		if !safe && strings.HasPrefix(r.URL.Path, "/api/") && r.Header.Get("X-Xinglu") == "" {
			return errCrossOrigin
		}
		return next(c)
	}
}

// clientIPExtractor believes X-Forwarded-For only from the given proxies.
func clientIPExtractor(trusted []netip.Prefix) echo.IPExtractor {
	if len(trusted) == 0 {
		return echo.ExtractIPDirect()
	}
	opts := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range trusted {
		opts = append(opts, echo.TrustIPRange(ipNet(p)))
	}
	return echo.ExtractIPFromXFFHeader(opts...)
}

func (s *Server) clientIP(ctx huma.Context) string { return humaecho.Unwrap(ctx).RealIP() }

func urlOf(path string) *url.URL { return &url.URL{Path: path} }
