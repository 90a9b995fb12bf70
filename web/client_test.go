package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/web"
)

// client is one browser: its own cookies, and a record of all it was sent.
type client struct {
	w    *world
	http *http.Client
	mu   sync.Mutex
	seen bytes.Buffer // bodies, headers but cookies, and frames
}

// visitor is a browser nobody has signed in with.
func (w *world) visitor() *client {
	jar, err := cookiejar.New(nil)
	must(w.t, err)
	c := &client{w: w}
	c.http = &http.Client{Jar: jar, Timeout: time.Minute, Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	w.t.Cleanup(c.http.CloseIdleConnections)
	return c
}

// staff signs in to the console; the login is the role's name. The account is
// made at the first call, for hashing its password takes time.
func (w *world) staff(login string) *client {
	w.t.Helper()
	w.mu.Lock()
	if !w.hired[login] {
		w.hired[login] = true
		w.account(login, password, access.Role(login))
	}
	w.mu.Unlock()
	c := w.visitor()
	c.post("/api/admin/sign-in", web.PasswordSignIn{Login: login, Password: password}).want(http.StatusOK)
	return c
}

// judge signs the i-th judge in, counted from 0.
func (w *world) judge(i int) *client {
	w.t.Helper()
	c := w.visitor()
	c.post("/api/judge/sign-in", web.PasswordSignIn{Login: w.judges[i].Login, Password: pin}).want(http.StatusOK)
	return c
}

// candidate signs the i-th candidate in, counted from 0.
func (w *world) candidate(i int) *client {
	w.t.Helper()
	c := w.visitor()
	c.post("/api/exam/sign-in", web.TicketSignIn{Ticket: string(w.people[i].ticket.No), IDTail: w.people[i].tail()}).want(http.StatusOK)
	return c
}

// seated is a candidate who is signed in and admitted.
func (w *world) seated(i int) *client {
	w.t.Helper()
	c := w.candidate(i)
	c.post("/api/exam/admit", map[string]bool{"pledge": true}).want(http.StatusOK)
	return c
}

// answer is what the server answered.
type answer struct {
	t      testing.TB
	what   string
	status int
	header http.Header
	body   []byte
}

func (c *client) get(path string) answer            { return c.call(http.MethodGet, path, nil) }
func (c *client) post(path string, body any) answer { return c.call(http.MethodPost, path, body) }

// call sends body as JSON ([]byte and string as they are) with the header
// that our screens send.
func (c *client) call(method, path string, body any, change ...func(*http.Request)) answer {
	c.w.t.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case []byte:
		r = bytes.NewReader(b)
	case string:
		r = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		must(c.w.t, err)
		r = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(c.w.t.Context(), method, c.w.http.URL+path, r)
	must(c.w.t, err)
	req.Header.Set("X-Xinglu", "1")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, f := range change {
		f(req)
	}
	resp, err := c.http.Do(req)
	must(c.w.t, err)
	defer resp.Body.Close()
	a := answer{t: c.w.t, what: method + " " + path, status: resp.StatusCode, header: resp.Header}
	a.body, err = io.ReadAll(resp.Body)
	must(c.w.t, err)
	for _, k := range resp.Cookies() {
		c.w.keepToken(k.Value)
	}
	c.note(a)
	return a
}

func (w *world) keepToken(token string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if token != "" {
		w.tokens = append(w.tokens, token)
	}
}

func (c *client) note(a answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k, vs := range a.header {
		if k != "Set-Cookie" {
			c.seen.WriteString(k + ": " + strings.Join(vs, ",") + "\n")
		}
	}
	c.seen.WriteString("<" + a.what + ">")
	c.seen.Write(a.body)
	c.seen.WriteString("\n")
}

// want fails the test unless the status is the wanted one.
func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: status %d, want %d: %s", a.what, a.status, status, a.body)
	}
	return a
}

// problem fails the test unless the answer is a complete problem with the
// status and code, and returns it.
func (a answer) problem(status int, code string) web.Problem {
	a.t.Helper()
	var p web.Problem
	if err := json.Unmarshal(a.body, &p); err != nil {
		a.t.Fatalf("%s: status %d, body is no problem: %v: %q", a.what, a.status, err, a.body)
	}
	if a.status != status || p.Status != status || p.Code != code {
		a.t.Errorf("%s: got %d (%d in the body) %s, want %d %s: %s", a.what, a.status, p.Status, p.Code, status, code, a.body)
	}
	a.checkProblem()
	return p
}

// checkProblem holds what every error answer has.
func (a answer) checkProblem() {
	a.t.Helper()
	var p web.Problem
	if err := json.Unmarshal(a.body, &p); err != nil {
		a.t.Errorf("%s: status %d, body is no problem: %v: %q", a.what, a.status, err, a.body)
		return
	}
	if ct := a.header.Get("Content-Type"); ct != "application/problem+json" {
		a.t.Errorf("%s: problem sent as %q", a.what, ct)
	}
	if p.Type != "about:blank" || p.Title != http.StatusText(a.status) || p.Status != a.status || p.Code == "" || p.Detail == "" {
		a.t.Errorf("%s: incomplete problem %s", a.what, a.body)
	}
	if p.RequestID == "" || p.RequestID != a.header.Get("X-Request-Id") {
		a.t.Errorf("%s: request_id %q, header %q", a.what, p.RequestID, a.header.Get("X-Request-Id"))
	}
}

func (a answer) into(v any) {
	a.t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		a.t.Fatalf("%s: %v: %s", a.what, err, a.body)
	}
}

// socket is a WebSocket of a client.
type socket struct {
	*websocket.Conn
	c *client
}

// frame is what the server sends to candidates, judges and spectators, as far
// as the tests read it.
type frame struct {
	T            string            `json:"t"`
	N            int64             `json:"n"`
	Key          string            `json:"key"`
	Code         string            `json:"code"`
	Detail       string            `json:"detail"`
	Params       map[string]string `json:"params"`
	Errors       json.RawMessage   `json:"errors"`
	Answers      json.RawMessage   `json:"answers"`
	Attempt      exam.AttemptView  `json:"attempt"`
	RemainingMS  int64             `json:"remaining_ms"`
	AttemptState exam.State        `json:"attempt_state"`
	Sheet        struct {
		ID      string `json:"id"`
		State   string `json:"state"`
		Version int    `json:"version"`
	} `json:"sheet"`
	Conferences json.RawMessage `json:"conferences"`
	Version     int             `json:"version"`
	Total       *int64          `json:"total"`
	Answered    int             `json:"answered"`
	V           int64           `json:"v"`
	E           string          `json:"e"`
	O           int64           `json:"o"`
	Rows        []struct {
		ID   string          `json:"id"`
		Body json.RawMessage `json:"b"`
	} `json:"rows"`
	raw []byte
}

// dial opens a WebSocket with the client's cookies.
func (c *client) dial(path string) *socket {
	c.w.t.Helper()
	s, a := c.tryDial(path)
	if s == nil {
		c.w.t.Fatalf("%s: %d %s", path, a.status, a.body)
	}
	return s
}

// tryDial returns the socket, or the answer that refused it.
func (c *client) tryDial(path string, header ...string) (*socket, answer) {
	c.w.t.Helper()
	at, err := url.Parse(c.w.http.URL + path)
	must(c.w.t, err)
	h := http.Header{"Origin": {c.w.http.URL}}
	for _, k := range c.http.Jar.Cookies(at) {
		h.Add("Cookie", k.String())
	}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	d := websocket.Dialer{HandshakeTimeout: 20 * time.Second}
	ws, resp, err := d.DialContext(c.w.t.Context(), "ws"+strings.TrimPrefix(at.String(), "http"), h)
	if err != nil {
		a := answer{t: c.w.t, what: "WS " + path}
		if resp == nil {
			c.w.t.Fatalf("dialling %s: %v", path, err)
		}
		a.status, a.header = resp.StatusCode, resp.Header
		a.body, _ = io.ReadAll(resp.Body) // gorilla keeps the first bytes of a refusal
		resp.Body.Close()
		c.note(a)
		return nil, a
	}
	c.w.t.Cleanup(func() { ws.Close() })
	return &socket{ws, c}, answer{}
}

func (s *socket) send(v any) {
	s.c.w.t.Helper()
	must(s.c.w.t, s.WriteJSON(v))
}

// read returns the next frame, or the error that ended the connection.
func (s *socket) read() (frame, error) {
	_ = s.SetReadDeadline(time.Now().Add(time.Minute))
	_, raw, err := s.ReadMessage()
	if err != nil {
		return frame{}, err
	}
	s.c.mu.Lock()
	s.c.seen.Write(raw)
	s.c.seen.WriteString("\n")
	s.c.mu.Unlock()
	f := frame{raw: raw}
	return f, json.Unmarshal(raw, &f)
}

// next reads until a frame of one of the types comes.
func (s *socket) next(types ...string) frame {
	s.c.w.t.Helper()
	for {
		f, err := s.read()
		if err != nil {
			s.c.w.t.Fatalf("waiting for %v: %v", types, err)
		}
		for _, t := range types {
			if f.T == t {
				return f
			}
		}
	}
}

// ask sends a frame and reads until a frame of one of the types comes.
func (s *socket) ask(v any, types ...string) frame {
	s.c.w.t.Helper()
	s.send(v)
	return s.next(types...)
}

// closed reads to the end and returns the close code; 0: cut off without one.
func (s *socket) closed() int {
	s.c.w.t.Helper()
	for {
		_, err := s.read()
		if err == nil {
			continue
		}
		var ce *websocket.CloseError
		if errors.As(err, &ce) && ce.Code != websocket.CloseAbnormalClosure {
			return ce.Code
		}
		s.c.w.t.Logf("connection ended: %v", err)
		return 0
	}
}

// examSocket dials and says hello.
func (c *client) examSocket() (*socket, frame) {
	c.w.t.Helper()
	s := c.dial("/api/exam/ws")
	return s, s.ask(map[string]any{"t": "hello", "device": "test"}, "welcome")
}

// judgeSocket dials and says hello.
func (c *client) judgeSocket() *socket {
	c.w.t.Helper()
	s := c.dial("/api/judge/ws")
	s.ask(map[string]any{"t": "hello", "device": "test"}, "welcome")
	return s
}

// logs keeps what the server logs and passes it to the test's output.
type logs struct {
	t     testing.TB
	mu    sync.Mutex
	lines []string
	fails bool // an error in the log fails no test when set
}

func (l *logs) Enabled(context.Context, slog.Level) bool { return true }
func (l *logs) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *logs) WithGroup(string) slog.Handler            { return l }

func (l *logs) Handle(_ context.Context, r slog.Record) error {
	line := r.Level.String() + " " + r.Message
	r.Attrs(func(a slog.Attr) bool { line += " " + a.String(); return true })
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
	if r.Level >= slog.LevelError && !l.fails {
		l.t.Errorf("logged: %s", line)
	}
	return nil
}

// mayFail allows errors in the server's log from now on.
func (l *logs) mayFail() { l.mu.Lock(); defer l.mu.Unlock(); l.fails = true }

// find returns the logged lines that contain all the words.
func (l *logs) find(words ...string) (found []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
lines:
	for _, line := range l.lines {
		for _, w := range words {
			if !strings.Contains(line, w) {
				continue lines
			}
		}
		found = append(found, line)
	}
	return found
}
