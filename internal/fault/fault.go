// Package fault gives every error that may reach a person a kind, a stable
// code, a message and, where it helps, the places in the input that are wrong.
//
// The zero Kind is Internal, so an error that nobody classified is reported
// to the outside as an opaque internal error: forgetting is safe.
//
// Messages are English and written for logs, operators and API clients. The
// screens translate by code: the catalogue key is "error.<code>" and Params
// fills its placeholders. So a code is part of the API and never changes.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind is the coarse class of an error. It decides the HTTP status and
// whether a client may try again.
type Kind uint8

// The kinds of error, from the caller's point of view.
const (
	Internal        Kind = iota // our own failure; details stay in the log
	Invalid                     // the input is wrong; sending it again cannot help
	Unauthenticated             // nobody is signed in, or the sign-in is over
	Forbidden                   // signed in, but this is not for that role or person
	NotFound                    // no such thing, or not visible to the caller
	Conflict                    // right in itself, but the state has moved on
	Gone                        // was there once: a closed attempt, an old position
	TooMany                     // a rate or size limit; try again later
	Unavailable                 // a store or peer cannot answer now; try again
)

var kindNames = [...]string{
	"internal", "invalid", "unauthenticated", "forbidden", "not found",
	"conflict", "gone", "too many", "unavailable",
}

// String returns the kind's name in lower case.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "internal"
}

// Field names one wrong place in the input.
type Field struct {
	// Path locates the value: "marks[3].value", "Sheet1!C17", "config.listen".
	Path string `json:"path"`
	// Code is the stable reason, translated like Error.Code.
	Code string `json:"code"`
	// Message says in English what is wrong and what to do.
	Message string `json:"message"`
	// Params fills the placeholders of the translated message.
	Params map[string]string `json:"params,omitempty"`
}

// Error is a classified error. Make one with the constructors and keep it as
// a package variable (a sentinel) where callers compare with errors.Is.
type Error struct {
	Kind    Kind
	Code    string // stable, snake_case: "attempt_closed"
	Message string // English, lower case, no final stop
	Fields  []Field
	Params  map[string]string
	cause   error
}

// Error implements error. Fields are listed so that a log line is complete.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	for i, f := range e.Fields {
		if i == 3 {
			fmt.Fprintf(&b, " and %d more", len(e.Fields)-i)
			break
		}
		fmt.Fprintf(&b, "; %s: %s", f.Path, f.Message)
	}
	if e.cause != nil {
		b.WriteString(": ")
		b.WriteString(e.cause.Error())
	}
	return b.String()
}

// Unwrap returns the cause given to Wrap, if any.
func (e *Error) Unwrap() error { return e.cause }

// Is reports whether target is a fault with the same code, so that a sentinel
// matches its copies that carry fields, parameters or a cause.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// With returns a copy that carries the given wrong places.
func (e *Error) With(fields ...Field) *Error {
	c := *e
	c.Fields = append(append([]Field(nil), e.Fields...), fields...)
	return &c
}

// Param returns a copy with one placeholder of the translated message set.
func (e *Error) Param(name string, value any) *Error {
	c := *e
	c.Params = make(map[string]string, len(e.Params)+1)
	for k, v := range e.Params {
		c.Params[k] = v
	}
	c.Params[name] = fmt.Sprint(value)
	return &c
}

// Wrap returns a copy that carries cause for the log; the public answer is
// unchanged by it.
func (e *Error) Wrap(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// New returns an error of the given kind. The code must be unique in the
// program; message is a Sprintf format.
func New(kind Kind, code, message string, args ...any) *Error {
	if len(args) > 0 {
		message = fmt.Sprintf(message, args...)
	}
	return &Error{Kind: kind, Code: code, Message: message}
}

// As returns the fault inside err, or nil when err carries none.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// KindOf returns the kind of err: Internal when it carries no fault, and for
// nil too, so check err first.
func KindOf(err error) Kind {
	if e := As(err); e != nil {
		return e.Kind
	}
	return Internal
}

// CodeOf returns the stable code of err, or "internal".
func CodeOf(err error) string {
	if e := As(err); e != nil {
		return e.Code
	}
	return "internal"
}
