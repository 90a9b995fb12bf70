package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/live/redistest"
	"github.com/xinglu/xinglu/internal/store/mongowire"
	"github.com/xinglu/xinglu/web/crowd"
)

// TestTwoNodes is one contest served by two servers on the same MongoDB (our
// strict test server) and the same Redis (a real one).
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	mongo, err := mongowire.Start(mongowire.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		mongo.Close()
		for _, v := range mongo.Violations() {
			t.Error("the adapter broke a rule of the wire:", v)
		}
	})
	redis := redistest.Start(t)
	config := func(key byte) Config {
		c := testConfig(t)
		c.Mongo = strings.Replace(mongo.URI(), "/?", "/xinglu?", 1)
		c.Redis = redis.Addr
		c.SecretKey = base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{key}, 32))
		c.Demo = true
		return c
	}
	a := startNode(t, config(1))
	b := startNode(t, config(1))
	if x, y := ticketsIn(a.guide.String()), ticketsIn(b.guide.String()); len(x) == 0 || !slices.Equal(x, y) {
		t.Errorf("the nodes offer different tickets: %v, %v", x, y)
	}
	err = serve(t.Context(), config(2), io.Discard, slog.New(slog.DiscardHandler))
	if !errors.Is(err, errConfig) || !strings.Contains(err.Error(), "secret_key") {
		t.Errorf("a node with a key of its own: %v", err)
	}
	seatMoves(t, a, b)
	marksMove(t, a, b)
}

// seatMoves signs a candidate in at one node and lets the exam go on at the
// other.
func seatMoves(t *testing.T, a, b *node) {
	t.Helper()
	m := regexp.MustCompile(`准考证号 (\S+)\s+证件号后六位 (\S+)`).FindStringSubmatch(a.guide.String())
	signIn := map[string]string{"ticket": m[1], "id_tail": m[2]}
	pledge := map[string]bool{"pledge": true}

	at := a.visitor()
	at.post("/api/exam/sign-in", signIn, nil)
	at.post("/api/exam/admit", pledge, nil)
	var paper exam.SeatPaper
	at.call("GET", "/api/exam/paper", nil, &paper)
	q := paper.Sections[0].Questions[0]
	first := at.dial("/api/exam/ws")
	first.ask(`{"t":"hello","device":"a"}`, "welcome")
	first.ask(fmt.Sprintf(`{"t":"save","n":1,"answers":[{"question":%q,"seq":1,"value":[%q],"flagged":false,"mono_ms":1,"wall":"2026-01-01T00:00:00Z"}]}`, q.ID, q.Options[2].ID), "ack")

	to := b.visitor()
	to.post("/api/exam/sign-in", signIn, nil)
	to.post("/api/exam/admit", pledge, nil)
	first.until("replaced")
	if err := first.end(); !websocket.IsCloseError(err, 4101) {
		t.Errorf("the seat at the first node ended with %v, want 4101", err)
	}
	second := to.dial("/api/exam/ws")
	welcome := second.ask(`{"t":"hello","device":"b"}`, "welcome")
	if !strings.Contains(welcome, string(q.Options[2].ID)) {
		t.Errorf("the answer given at the first node is not at the second: %s", welcome)
	}
	// The same login in another window, at the first node: the exam is there now.
	window := (&visitor{n: a, http: to.http}).dial("/api/exam/ws")
	window.ask(`{"t":"hello","device":"b","page":"another","n":1}`, "welcome")
	if err := second.end(); !websocket.IsCloseError(err, 4104) {
		t.Errorf("the window at the second node ended with %v, want 4104", err)
	}
	second = to.dial("/api/exam/ws")
	second.ask(`{"t":"hello","device":"b","page":"back","n":1}`, "welcome")
	if err := window.end(); !websocket.IsCloseError(err, 4104) {
		t.Errorf("the window at the first node ended with %v, want 4104", err)
	}
	receipt := second.ask(`{"t":"hand_in","n":2,"key":"k"}`, "receipt")
	var me exam.Me
	to.call("GET", "/api/exam/me", nil, &me)
	if me.Attempt.State != exam.Submitted && me.Attempt.State != exam.Finished || !strings.Contains(receipt, `"answered":1`) {
		t.Errorf("state %s, receipt %s", me.Attempt.State, receipt)
	}
}

// marksMove lets a crowd work at one node while somebody watches at the other.
func marksMove(t *testing.T, a, b *node) {
	t.Helper()
	started := make(chan engine.DivisionID, 1)
	ended := make(chan error, 1)
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	go func() {
		_, err := crowd.Run(t.Context(), crowd.Options{
			URL: a.url, Login: "organiser", Password: "xinglu-demo", Custodians: []string{"custodian1", "custodian2"}, CustodianPassword: "xinglu-demo", Passphrase: "xinglu-demo-seal",
			Crowd: 3, Length: 2 * time.Second, Seed: 5,
			Transport: transport, Log: slog.New(slog.DiscardHandler),
			Say: func(s crowd.State) {
				if s.Stage != "running" {
					return
				}
				select {
				case started <- s.Division:
				default: // told already
				}
			},
		})
		ended <- err
	}()
	var id engine.DivisionID
	select {
	case id = <-started:
	case err := <-ended:
		t.Fatal(err)
	}
	board := b.visitor().dial("/api/board/" + string(id) + "/ws")
	board.until("snapshot")
	marked := false
	for !marked { // a mark that a judge submitted at the other node
		marked = strings.Contains(board.until("delta", "snapshot"), `"state":"partial"`)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	for counted := false; !counted; {
		counted = strings.Contains(board.until("delta", "snapshot"), `"counted":3`)
	}
	var results [2]engine.Results
	for i, n := range []*node{a, b} {
		staff := n.visitor()
		staff.post("/api/admin/sign-in", map[string]string{"login": "organiser", "password": "xinglu-demo"}, nil)
		staff.call("GET", "/api/admin/divisions/"+string(id)+"/results", nil, &results[i])
	}
	if diff := cmp.Diff(results[0], results[1], cmp.AllowUnexported(engine.Standing{}), cmp.FilterPath(func(p cmp.Path) bool {
		return p.Last().String() == ".entry" || p.Last().String() == ".order"
	}, cmp.Ignore())); diff != "" {
		t.Errorf("the nodes disagree (-first +second):\n%s", diff)
	}
}

// visitor is one browser at a node.
type visitor struct {
	n    *node
	http *http.Client
}

func (n *node) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		n.t.Fatal(err)
	}
	v := &visitor{n: n, http: &http.Client{Jar: jar, Timeout: time.Minute, Transport: &http.Transport{}}}
	n.t.Cleanup(v.http.CloseIdleConnections)
	return v
}

func (v *visitor) post(path string, in, out any) { v.n.t.Helper(); v.call("POST", path, in, out) }

func (v *visitor) call(method, path string, in, out any) {
	v.n.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		v.n.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(v.n.t.Context(), method, v.n.url+path, bytes.NewReader(body))
	if err != nil {
		v.n.t.Fatal(err)
	}
	req.Header.Set("X-Xinglu", "1")
	req.Header.Set("Content-Type", "application/json")
	resp, err := v.http.Do(req)
	if err != nil {
		v.n.t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 400 {
		v.n.t.Fatalf("%s %s: %d %s %v", method, path, resp.StatusCode, got, err)
	}
	if out != nil {
		if err := json.Unmarshal(got, out); err != nil {
			v.n.t.Fatalf("%s %s: %v: %s", method, path, err, got)
		}
	}
}

// socket is a visitor's WebSocket.
type socket struct {
	*websocket.Conn
	t *testing.T
}

func (v *visitor) dial(path string) *socket {
	v.n.t.Helper()
	at, err := url.Parse(v.n.url + path)
	if err != nil {
		v.n.t.Fatal(err)
	}
	h := http.Header{"Origin": {v.n.url}}
	for _, k := range v.http.Jar.Cookies(at) {
		h.Add("Cookie", k.String())
	}
	ws, resp, err := websocket.DefaultDialer.DialContext(v.n.t.Context(), "ws"+strings.TrimPrefix(at.String(), "http"), h)
	if err != nil {
		v.n.t.Fatalf("%s: %v %v", path, err, resp)
	}
	v.n.t.Cleanup(func() { ws.Close() })
	return &socket{ws, v.n.t}
}

func (s *socket) ask(frame, want string) string {
	s.t.Helper()
	if err := s.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
		s.t.Fatal(err)
	}
	return s.until(want)
}

// until reads until a frame of one of the types comes.
func (s *socket) until(types ...string) string {
	s.t.Helper()
	for {
		_ = s.SetReadDeadline(time.Now().Add(time.Minute))
		_, raw, err := s.ReadMessage()
		if err != nil {
			s.t.Fatalf("waiting for %v: %v", types, err)
		}
		var f struct{ T string }
		if err := json.Unmarshal(raw, &f); err != nil {
			s.t.Fatalf("%v: %s", err, raw)
		}
		if slices.Contains(types, f.T) {
			return string(raw)
		}
	}
}

// end reads until the connection is over.
func (s *socket) end() error {
	for {
		_ = s.SetReadDeadline(time.Now().Add(time.Minute))
		if _, _, err := s.ReadMessage(); err != nil {
			return err
		}
	}
}
