package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
	"github.com/labstack/echo/v4"

	"github.com/xinglu/xinglu/internal/fault"
)

// Problem is the body of every error answer (RFC 9457).
type Problem struct {
	Type      string            `json:"type" doc:"Always about:blank; code is the machine-readable part"`
	Title     string            `json:"title"`
	Status    int               `json:"status"`
	Detail    string            `json:"detail" doc:"English; screens translate error.<code> with params"`
	Code      string            `json:"code" doc:"Stable reason in snake_case"`
	RequestID string            `json:"request_id" doc:"Names this request in the server's log"`
	Params    map[string]string `json:"params,omitempty"`
	Errors    []fault.Field     `json:"errors,omitempty" doc:"Every wrong place in the input"`
}

// Error implements error.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// statusOf is the one table from kinds of error to HTTP.
var statusOf = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Gone:            http.StatusGone,
	fault.TooMany:         http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// codeOfStatus names errors that the framework raises before our code runs.
var codeOfStatus = map[int]string{
	http.StatusBadRequest:            "bad_request",
	http.StatusUnauthorized:          "signed_out",
	http.StatusForbidden:             "forbidden",
	http.StatusNotFound:              "no_such_page",
	http.StatusMethodNotAllowed:      "method_not_allowed",
	http.StatusNotAcceptable:         "not_acceptable",
	http.StatusRequestTimeout:        "request_timeout",
	http.StatusRequestEntityTooLarge: "body_too_large",
	http.StatusUnsupportedMediaType:  "unsupported_media_type",
	http.StatusUnprocessableEntity:   "invalid_input",
	http.StatusUpgradeRequired:       "websocket_only",
	http.StatusTooManyRequests:       "too_many_requests",
	http.StatusServiceUnavailable:    "unavailable",
}

// problemOf turns an error into what the client may see. An error that
// carries no fault is opaque.
func problemOf(err error, requestID string) *Problem {
	var ready *Problem
	if errors.As(err, &ready) {
		ready.RequestID = requestID
		return ready
	}
	if f := fault.As(err); f != nil && f.Kind != fault.Internal {
		status := statusOf[f.Kind]
		return &Problem{
			Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: f.Message,
			Code: f.Code, RequestID: requestID, Params: f.Params, Errors: f.Fields,
		}
	}
	var he *echo.HTTPError
	if errors.As(err, &he) {
		return problemOfStatus(he.Code, fmt.Sprint(he.Message), requestID)
	}
	return problemOfStatus(http.StatusInternalServerError, "something went wrong on the server; it has been logged under the request id", requestID)
}

func problemOfStatus(status int, detail, requestID string) *Problem {
	code, ok := codeOfStatus[status]
	if !ok {
		code = "internal"
		if status < 500 {
			code = "bad_request"
		}
	}
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Code: code, RequestID: requestID}
}

// frameworkProblem gives huma's own errors (validation, bodies) our shape.
// huma offers only a package variable for this; New sets it once.
func frameworkProblem(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
	p := problemOfStatus(status, msg, "")
	if ctx != nil {
		p.RequestID = requestIDOf(ctx.Context())
	}
	for _, err := range errs {
		var d *huma.ErrorDetail
		switch {
		case err == nil:
		case errors.As(err, &d):
			p.Errors = append(p.Errors, fieldOf(d))
		default:
			p.Errors = append(p.Errors, fault.Field{Code: "invalid_value", Message: err.Error()})
		}
	}
	return p
}

// fieldOf names the wrong place. Of a missing property huma gives only the
// object that lacks it, and the name in the message.
func fieldOf(d *huma.ErrorDetail) fault.Field {
	f := fault.Field{Path: d.Location, Code: "invalid_value", Message: d.Message}
	var name string
	if n, _ := fmt.Sscanf(d.Message, validation.MsgExpectedRequiredProperty, &name); n == 1 {
		f.Path, f.Code = f.Path+"."+name, "missing"
	} else if d.Message == validation.MsgUnexpectedProperty {
		f.Code = "unknown_property"
	}
	f.Path = strings.TrimPrefix(f.Path, "body.")
	return f
}

// handleError is the only place that writes an error body for plain echo
// routes, and the only one that logs failures.
func (s *Server) handleError(err error, c echo.Context) {
	id := requestIDOf(c.Request().Context())
	p := problemOf(err, id)
	s.logProblem(c.Request(), err, p)
	if c.Response().Committed {
		return // the status line is out; nothing more can be said
	}
	c.Response().Header().Set(echo.HeaderContentType, "application/problem+json")
	c.Response().WriteHeader(p.Status)
	if c.Request().Method != http.MethodHead {
		_ = json.NewEncoder(c.Response()).Encode(p) // a client that has gone is no news
	}
}

// logProblem logs our own failures once, at the edge; refusals only in debug.
func (s *Server) logProblem(r *http.Request, err error, p *Problem) {
	level := slog.LevelDebug
	switch {
	case p.Status == http.StatusServiceUnavailable: // a store or peer that is away, a full house
		level = slog.LevelWarn
	case p.Status >= 500:
		level = slog.LevelError
	}
	s.log.Log(r.Context(), level, "request refused", "method", r.Method, "path", r.URL.Path,
		"status", p.Status, "code", p.Code, "request_id", p.RequestID, "error", err)
}
