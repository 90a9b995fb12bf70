package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/web"
)

func TestASeatMovesWithItsAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	old := w.seated(0)
	ws, _ := old.examSocket()
	q := questionsOf(old.paperOf())[0]
	ws.ask(save(1, q.ID, 1, q.Options[0].ID), "ack")

	fresh := w.candidate(0)
	fresh.get("/api/exam/paper").problem(409, "replaced") // not before admission
	if f := ws.ask(save(2, q.ID, 2, q.Options[1].ID), "ack", "refused"); f.T != "ack" {
		t.Errorf("a sign-in elsewhere alone ended the seat: %s", f.raw)
	}
	fresh.post("/api/exam/admit", map[string]bool{"pledge": true}).want(200)
	ws.next("replaced")
	if code := ws.closed(); code != 4101 {
		t.Errorf("the old seat was closed with %d, want 4101", code)
	}
	old.get("/api/exam/me").problem(401, "signed_out")
	_, welcome := fresh.examSocket()
	var answers []exam.SavedAnswer
	must(t, json.Unmarshal(welcome.Answers, &answers))
	if len(answers) != 1 || answers[0].Seq != 2 || answers[0].Value[0] != string(q.Options[1].ID) {
		t.Errorf("at the new seat: %s", welcome.Answers)
	}
}

func TestOneTabletPerJudge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.judge(0)
	ws := first.judgeSocket()
	second := w.judge(0)
	ws.next("replaced")
	if code := ws.closed(); code != 4101 {
		t.Errorf("the first tablet was closed with %d, want 4101", code)
	}
	first.get("/api/judge/me").problem(401, "signed_out")
	second.get("/api/judge/me").want(200)
}

// A tablet whose login was ended behind its back takes no more marks.
func TestASignedOutTabletIsSentAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.judge(0)
	sheet := c.sheets()[0]
	ws := c.judgeSocket()
	must(t, w.access.Disable(t.Context(), "test", w.judges[0].ID))
	f := ws.ask(submit(sheet, "k", 2, 300), "ack", "refused")
	if f.Code != "signed_out" || f.Key != "k" {
		t.Errorf("the mark of a disabled account: %s", f.raw)
	}
	if code := ws.closed(); code != 4100 {
		t.Errorf("closed with %d, want 4100", code)
	}
	if got, err := w.engine.Sheets(t.Context(), w.judges[0].ID, w.division); err != nil || got[0].Version != 0 {
		t.Errorf("the mark counts: %+v %v", got, err)
	}
}

func TestNewsReachesTheOtherJudges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.judge(0), w.judge(1)
	wa, wb := a.judgeSocket(), b.judgeSocket()
	wa.ask(submit(a.sheets()[0], "a", 1, 100), "ack")
	f := wb.next("sheet")
	if f.Sheet.State != string(engine.SheetNotStarted) || strings.Contains(string(f.raw), "100") {
		t.Errorf("the other judge was told %s", f.raw)
	}
	wb.ask(submit(b.sheets()[0], "b", 3, 100), "ack")
	for f = wa.next("sheet"); f.Sheet.State != string(engine.SheetConference); f = wa.next("sheet") {
	}
	var talk []struct{ Aspect, Reason string }
	must(t, json.Unmarshal(f.Conferences, &talk))
	if len(talk) != 1 || talk[0].Aspect != "J" || talk[0].Reason != "spread" {
		t.Errorf("the conference is about %s", f.Conferences)
	}
}

func TestTheBoardMovesWithAMark(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	board := w.visitor().dial("/api/board/" + string(w.division) + "/ws")
	board.next("snapshot")
	c := w.judge(0)
	sheet := c.sheets()[0]
	c.judgeSocket().ask(submit(sheet, "k", 2, 300), "ack")
	f := board.next("delta", "snapshot")
	for !bytes.Contains(f.raw, []byte(`"marks":700`)) {
		f = board.next("delta", "snapshot")
	}
	// Someone who was away for a moment gets what was missed, or everything.
	back := w.visitor().dial("/api/board/" + string(w.division) + "/ws?e=" + f.E + "&o=0")
	if g := back.next("delta", "snapshot"); g.E != f.E {
		t.Errorf("after the recovery: %s", g.raw)
	}
	got := w.visitor().get("/api/board/" + string(w.division)).want(200)
	tag := got.header.Get("ETag")
	again := w.visitor().call("GET", "/api/board/"+string(w.division), nil, header("If-None-Match", tag)).want(http.StatusNotModified)
	if len(again.body) != 0 || tag == "" {
		t.Errorf("unchanged board with tag %q: %d bytes", tag, len(again.body))
	}
}

// A stop tells every person's screen to come back, waits for what runs and
// lets nobody in any more.
func TestStop(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	candidate, _ := w.seated(0).examSocket()
	judge := w.judge(0).judgeSocket()
	late, lateJudge := w.seated(1), w.judge(1)
	done := make(chan struct{})
	go func() { defer close(done); w.server.Close() }()
	for name, s := range map[string]*socket{"candidate": candidate, "judge": judge} {
		if code := s.closed(); code != 4001 {
			t.Errorf("%s: closed with %d, want 4001", name, code)
		}
	}
	<-done
	for _, c := range []struct {
		who  *client
		path string
	}{{late, "/api/exam/ws"}, {lateJudge, "/api/judge/ws"}} {
		s, a := c.who.tryDial(c.path)
		if s != nil {
			t.Fatalf("%s was opened after the stop", c.path)
		}
		a.problem(503, "server_stopping")
	}
}

func TestStopEndsARehearsal(t *testing.T) {
	t.Parallel()
	started := make(chan struct{})
	w := newWorld(t, func(_ *world, o *web.Options) {
		o.Rehearse = func(ctx context.Context, n int, say func(web.RehearsalState)) error {
			say(web.RehearsalState{Stage: "running", Done: map[string]int{"signed_in": n}})
			close(started)
			<-ctx.Done()
			return ctx.Err()
		}
	})
	w.log.mayFail() // a rehearsal that is cut off is logged
	c := w.staff("organiser")
	c.get("/api/admin/rehearsal").want(200)
	c.post("/api/admin/rehearsal", `{"crowd":7}`).want(200)
	c.post("/api/admin/rehearsal", `{"crowd":7}`).problem(409, "rehearsal_running")
	<-started
	var st web.RehearsalState
	c.get("/api/admin/rehearsal").want(200).into(&st)
	if !st.Running || st.Stage != "running" || st.Crowd != 7 || st.Done["signed_in"] != 7 || st.Started == nil {
		t.Errorf("while it runs: %+v", st)
	}
	w.server.Close()
	c.get("/api/admin/rehearsal").want(200).into(&st)
	if st.Running || st.Stage != "failed" || st.Ended == nil || st.Error == "" {
		t.Errorf("after the stop: %+v", st)
	}
	c.post("/api/admin/rehearsal", `{"crowd":7}`).problem(503, "server_stopping")
}

// A person's screen that does not take what it is sent is told to come back;
// it gets what was queued before, and everything else when it is back.
func TestASlowReaderIsSentAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.server.ServeFlood("/flood", 1000, map[string]string{"t": "news"})
	slow := w.visitor().dial("/flood")
	frames := 0
	var err error
	for err == nil {
		_, err = slow.read()
		frames++
	}
	if !websocket.IsCloseError(err, 4008) || frames-1 != 256 {
		t.Errorf("after %d frames: %v, want the queue of 256 and close code 4008", frames-1, err)
	}
}

// TestPanics: a mistake of ours ends one request, not the server, and tells
// the outside nothing but the id under which it is logged.
func TestPanics(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	w := newWorld(t, func(w *world, o *web.Options) {
		o.Verify = func(context.Context) (web.LedgerProof, error) { panic("SECRET reason") }
		o.Now = func() time.Time {
			if broken.Load() {
				panic("SECRET clock")
			}
			return time.Now()
		}
	})
	w.log.mayFail()
	p := w.staff("supervisor").post("/api/admin/ledger/verify", "{}").problem(500, "internal")
	if strings.Contains(p.Detail, "SECRET") {
		t.Errorf("the answer tells the reason: %s", p.Detail)
	}
	if got := w.log.find("SECRET reason", p.RequestID, "TestPanics"); len(got) != 1 {
		t.Errorf("logged %d times with id and stack: %q", len(got), got)
	}
	ws := w.judge(0).judgeSocket()
	broken.Store(true)
	ws.send(map[string]any{"t": "beat", "n": 1})
	if code := ws.closed(); code != 4001 {
		t.Errorf("the socket of a panic was closed with %d, want 4001", code)
	}
	broken.Store(false)
	w.visitor().get("/healthz").want(200)
	// The connection is closed on the way up to where the panic is logged.
	eventually(t, "the socket's panic in the log", func() bool { return len(w.log.find("SECRET clock")) > 0 })
	if got := w.log.find("SECRET clock"); len(got) != 1 {
		t.Errorf("the socket's panic was logged %d times", len(got))
	}
}

// What fails inside is logged with the id, also before the handler.
func TestFailuresAreOpaqueAndLogged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *world, o *web.Options) {
		o.Verify = func(context.Context) (web.LedgerProof, error) {
			return web.LedgerProof{}, errors.New("disk SECRET on fire")
		}
	})
	w.log.mayFail()
	c := w.staff("supervisor")
	p := c.post("/api/admin/ledger/verify", "{}").problem(500, "internal")
	if got := w.log.find("disk SECRET on fire", p.RequestID); len(got) != 1 {
		t.Errorf("logged %d times", len(got))
	}
	if strings.Contains(c.seen.String(), "SECRET") {
		t.Error("the reason was sent")
	}
	// The store is gone: the login cannot be looked up.
	must(t, w.db.Close())
	p = c.get("/api/admin/me").problem(500, "internal")
	if got := w.log.find(p.RequestID, "status=500"); len(got) != 1 {
		t.Errorf("a failure before the handler was logged %d times", len(got))
	}
	c.get("/healthz").want(503)
}

// A hub that is closed refuses before the handshake.
func TestSpectatorsAreCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hub.Close()
	s, a := w.visitor().tryDial("/api/board/" + string(w.division) + "/ws")
	if s != nil {
		t.Fatal("opened on a closed hub")
	}
	a.problem(503, "live_closed")
}

func TestBoardSnapshotOfNothing(t *testing.T) {
	t.Parallel()
	bus := live.NewMemory(live.Options{})
	defer bus.Close()
	body, at, err := web.BoardSnapshot(bus)(t.Context(), "board:{x}:public")
	must(t, err)
	if !json.Valid(body) || at.Epoch == "" {
		t.Errorf("%s at %+v", body, at)
	}
}

func TestCookies(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		w := newWorld(t, func(_ *world, o *web.Options) { o.Secure = secure })
		w.account("organiser", password, access.Organiser)
		for _, c := range []struct {
			name, path string
			in         any
		}{
			{"xinglu_exam", "/api/exam", web.TicketSignIn{Ticket: string(w.people[0].ticket.No), IDTail: w.people[0].tail()}},
			{"xinglu_judge", "/api/judge", web.PasswordSignIn{Login: "judge1", Password: pin}},
			{"xinglu_admin", "/api/admin", web.PasswordSignIn{Login: "organiser", Password: password}},
		} {
			client := w.visitor()
			got := client.post(c.path+"/sign-in", c.in).want(200)
			cookies := (&http.Response{Header: got.header}).Cookies()
			if len(cookies) != 1 {
				t.Fatalf("%s: cookies %v", c.path, cookies)
			}
			k := cookies[0]
			if k.Name != c.name || k.Path != c.path || !k.HttpOnly || k.SameSite != http.SameSiteStrictMode || k.Secure != secure || len(k.Value) < 40 {
				t.Errorf("secure=%v: cookie %v", secure, k)
			}
			if sts := got.header.Get("Strict-Transport-Security"); (sts != "") != secure {
				t.Errorf("secure=%v: Strict-Transport-Security %q", secure, sts)
			}
			if secure {
				continue // the client of this test speaks plain HTTP
			}
			out := client.post(c.path+"/sign-out", "{}").want(200)
			if gone := (&http.Response{Header: out.header}).Cookies(); len(gone) != 1 || gone[0].MaxAge >= 0 || gone[0].Path != c.path {
				t.Errorf("signed out with %v", gone)
			}
			client.http.Jar.SetCookies(mustURL(t, w.http.URL+c.path), []*http.Cookie{{Name: k.Name, Value: k.Value, Path: k.Path}})
			client.get(c.path+"/me").problem(401, "signed_out")
		}
	}
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	t.Parallel()
	s := bareServer()
	for _, path := range []string{"/", "/exam", "/api/exam/me", "/api/nothing", "/healthz/x"} {
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		h := rec.Header()
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		csp := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'self'", "frame-ancestors", "base-uri 'none'", "object-src 'none'"} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s: the policy %q lacks %s", path, csp, part)
			}
		}
		if strings.Contains(csp, "script-src") && strings.Contains(csp, "unsafe") {
			t.Errorf("%s: scripts are not restricted: %s", path, csp)
		}
		if want := map[bool]string{true: "no-store"}[strings.HasPrefix(path, "/api/")]; want != "" && h.Get("Cache-Control") != want {
			t.Errorf("%s: Cache-Control %q, want %q", path, h.Get("Cache-Control"), want)
		}
		if h.Get("X-Request-Id") == "" {
			t.Errorf("%s has no request id", path)
		}
	}
}
