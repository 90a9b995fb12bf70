package web_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/seb"
	"github.com/xinglu/xinglu/web"
)

// lockedWorld is a running sitting of two candidates that asks for Safe Exam
// Browser, at the test server's address.
type lockedWorld struct {
	*world
	key string // Config Key
}

func newLockedWorld(t *testing.T, change func(*exam.Rules)) *lockedWorld {
	t.Helper()
	w := newWorld(t)
	ctx := t.Context()
	must(t, w.exam.CloseSitting(ctx, "s1", "test")) // its seats and people are needed
	s := w.sittingDraft("s2")
	s.Rules.SEB = &exam.SEBRules{Required: true, Settings: seb.Settings{StartURL: w.http.URL + "/exam", AllowedURLs: []string{`https://help.example.cn/*`}}}
	if change != nil {
		change(&s.Rules)
	}
	must(t, w.exam.CreateSitting(ctx, s))
	w.seal(&s)
	w.release(s.ID)
	list := []exam.Registration{w.people[0].Registration, w.people[1].Registration}
	ids, err := w.exam.Register(ctx, s.ID, "list", list)
	must(t, err)
	_, err = w.exam.Prepare(ctx, s.ID, "test")
	must(t, err)
	must(t, w.exam.OpenEntry(ctx, s.ID, "test"))
	must(t, w.exam.Start(ctx, s.ID, "test"))
	tickets, err := w.exam.Tickets(ctx, s.ID)
	must(t, err)
	for i, id := range ids {
		for _, k := range tickets {
			if k.Candidate == id {
				w.people[i].ticket = k
			}
		}
	}
	w.sitting = s.ID
	key, err := s.Rules.SEB.Settings.ConfigKey()
	must(t, err)
	return &lockedWorld{w, key}
}

// page is the address that the client's screen has to be opened with.
func (c *client) page() string {
	c.w.t.Helper()
	var me exam.Me
	must(c.w.t, json.Unmarshal(c.get("/api/exam/me").want(200).body, &me))
	if me.Lockdown == nil || !strings.Contains(me.Lockdown.StartURL, "/exam?start=") {
		c.w.t.Fatalf("the screen is told %+v", me.Lockdown)
	}
	return me.Lockdown.StartURL
}

// withHeaders sends what SEB sends with a request of this address.
func (w *lockedWorld) withHeaders(path string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(seb.HeaderConfigKey, seb.Hash(w.http.URL+path, w.key)) }
}

// withPage sends what SEB's JavaScript interface gives for a page.
func (w *lockedWorld) withPage(page string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set(seb.HeaderPageURL, page)
		r.Header.Set(seb.HeaderPageConfigKey, seb.Hash(page, w.key))
	}
}

func (w *lockedWorld) proof(page string) map[string]string {
	return map[string]string{"url": page, "config_key": seb.Hash(page, w.key), "client": "SEB_macOS_3.3"}
}

func (w *lockedWorld) lock(i int) exam.Lock {
	w.t.Helper()
	id := w.people[i].ticket.Attempt
	a := exam.NewAttempt(id)
	records, err := w.db.Ledger().Read(w.t.Context(), id.Stream(), 0, 100)
	must(w.t, err)
	must(w.t, a.Fold(records))
	return a.Lock
}

// TestLockdownByJavaScript is SEB with the modern engine: no headers, the
// page sends what the browser tells it, in calls and in frames.
func TestLockdownByJavaScript(t *testing.T) {
	t.Parallel()
	w := newLockedWorld(t, nil)
	c := w.seated(0)
	page := c.page()
	c.get("/api/exam/paper").problem(403, "seb_missing")
	c.call(http.MethodGet, "/api/exam/paper", nil, w.withPage(w.http.URL+"/exam")).problem(403, "seb_replayed")
	c.call(http.MethodGet, "/api/exam/paper", nil, w.withPage(strings.Replace(page, "127.0.0.1", "127.0.0.2", 1))).problem(403, "seb_url")
	c.call(http.MethodGet, "/api/exam/paper", nil, w.withPage(page)).want(200)

	ws := c.dial("/api/exam/ws")
	if f := ws.ask(map[string]any{"t": "hello", "device": "x", "seb": map[string]string{"url": page, "config_key": strings.Repeat("0", 64)}}, "refused"); f.Code != "seb_config_key" {
		t.Errorf("hello with a wrong hash: %s", f.Code)
	}
	if code := ws.closed(); code != 4103 {
		t.Errorf("closed with %d", code)
	}
	ws = c.dial("/api/exam/ws")
	ws.ask(map[string]any{"t": "hello", "device": "x", "seb": w.proof(page)}, "welcome")
	if f := ws.ask(map[string]any{"t": "hand_in", "n": 1, "key": "k", "seb": w.proof(w.http.URL + "/exam?start=other")}, "refused"); f.Code != "seb_replayed" {
		t.Errorf("hand-in with a replayed proof: %s", f.Code)
	}
	ws.ask(map[string]any{"t": "hand_in", "n": 2, "key": "k", "seb": w.proof(page)}, "receipt")
	l := w.lock(0)
	if l.State != exam.LockVerified || l.Step != exam.AtSubmit || l.Client != "SEB_macOS_3.3" {
		t.Errorf("recorded %+v", l)
	}
}

// TestLockdownByHeaders is SEB with the classic engine: every request carries
// the hash of its own address, a WebSocket carries nothing.
func TestLockdownByHeaders(t *testing.T) {
	t.Parallel()
	w := newLockedWorld(t, nil)
	c := w.seated(0)
	_, nonce, _ := strings.Cut(c.page(), "?")
	paper, prove := "/api/exam/paper?"+nonce, "/api/exam/lockdown?"+nonce
	c.call(http.MethodGet, "/api/exam/paper", nil, w.withHeaders("/api/exam/paper")).problem(403, "seb_replayed")
	c.call(http.MethodGet, paper, nil, w.withHeaders("/api/exam/paper")).problem(403, "seb_config_key")
	c.call(http.MethodGet, paper, nil, w.withHeaders(paper)).want(200)
	c.call(http.MethodPost, prove, map[string]string{"step": "resume"}, w.withHeaders(paper)).problem(403, "seb_config_key")
	c.call(http.MethodPost, prove, map[string]string{"step": "resume"}, w.withHeaders(prove)).want(204)
	ws := c.dial("/api/exam/ws")
	ws.ask(map[string]any{"t": "hello", "device": "x"}, "welcome")
	c.call(http.MethodPost, prove, map[string]string{"step": "submit"}, w.withHeaders(prove)).want(204)
	ws.ask(map[string]any{"t": "hand_in", "n": 2, "key": "k"}, "receipt")
}

// TestBrowserExamKey asks for one build of the browser too, by each way in
// which a proof comes: the page's values, the browser's headers, frames.
func TestBrowserExamKey(t *testing.T) {
	t.Parallel()
	good, other := strings.Repeat("a1", 32), strings.Repeat("b2", 32)
	w := newLockedWorld(t, func(r *exam.Rules) { r.SEB.BrowserExamKeys = []string{strings.Repeat("c3", 32), good} })
	c := w.seated(0)
	page := c.page()
	_, nonce, _ := strings.Cut(page, "?")
	byPage := func(key string) func(*http.Request) {
		return func(r *http.Request) {
			w.withPage(page)(r)
			r.Header.Set(seb.HeaderPageExamKey, seb.Hash(page, key))
		}
	}
	byHeaders := func(path, key string) func(*http.Request) {
		return func(r *http.Request) {
			w.withHeaders(path)(r)
			r.Header.Set(seb.HeaderExamKey, seb.Hash(w.http.URL+path, key))
		}
	}
	paper, prove := "/api/exam/paper?"+nonce, "/api/exam/lockdown?"+nonce
	c.call(http.MethodGet, "/api/exam/paper", nil, w.withPage(page)).problem(403, "seb_exam_key") // none
	c.call(http.MethodGet, "/api/exam/paper", nil, byPage(other)).problem(403, "seb_exam_key")
	c.call(http.MethodGet, paper, nil, w.withHeaders(paper)).problem(403, "seb_exam_key")
	c.call(http.MethodGet, paper, nil, byHeaders(paper, other)).problem(403, "seb_exam_key")
	c.call(http.MethodPost, prove, map[string]string{"step": "resume"}, byHeaders(paper, good)).problem(403, "seb_config_key") // of another address
	c.call(http.MethodGet, "/api/exam/paper", nil, byPage(good)).want(200)
	c.call(http.MethodGet, paper, nil, byHeaders(paper, good)).want(200)
	c.call(http.MethodPost, prove, map[string]string{"step": "resume"}, byHeaders(prove, good)).want(204)

	proof := func(key string) map[string]string {
		p := w.proof(page)
		p["exam_key"] = seb.Hash(page, key)
		return p
	}
	ws := c.dial("/api/exam/ws")
	if f := ws.ask(map[string]any{"t": "hello", "seb": proof(other)}, "refused"); f.Code != "seb_exam_key" {
		t.Errorf("hello of another build: %s", f.Code)
	}
	if code := ws.closed(); code != 4103 {
		t.Errorf("closed with %d", code)
	}
	ws = c.dial("/api/exam/ws")
	ws.ask(map[string]any{"t": "hello", "seb": proof(good)}, "welcome")
	if f := ws.ask(map[string]any{"t": "hand_in", "n": 1, "key": "k", "seb": proof(other)}, "refused"); f.Code != "seb_exam_key" {
		t.Errorf("hand-in of another build: %s", f.Code)
	}
	ws.ask(map[string]any{"t": "hand_in", "n": 2, "key": "k", "seb": proof(good)}, "receipt")
	if l := w.lock(0); l.State != exam.LockVerified || l.Step != exam.AtSubmit {
		t.Errorf("recorded %+v", l)
	}
}

// TestReplayedSEBHash copies what one machine presents to another one that
// has no locked browser, with a login of its own: refused, and counted.
func TestReplayedSEBHash(t *testing.T) {
	t.Parallel()
	w := newLockedWorld(t, nil)
	good, thief := w.seated(0), w.seated(1)
	page := good.page()
	good.call(http.MethodGet, "/api/exam/paper", nil, w.withPage(page)).want(200)
	for range 3 {
		thief.call(http.MethodGet, "/api/exam/paper", nil, w.withPage(page)).problem(403, "seb_replayed")
	}
	if l := w.lock(1); l.Failures != 3 || l.Code != "seb_replayed" {
		t.Errorf("recorded %+v", l)
	}
	// The same candidate at another machine has another login, so the hash of
	// the first one is worth nothing there.
	again := w.seated(0)
	again.call(http.MethodGet, "/api/exam/paper", nil, w.withPage(page)).problem(403, "seb_replayed")
	again.call(http.MethodGet, "/api/exam/paper", nil, w.withPage(again.page())).want(200)
	good.call(http.MethodGet, "/api/exam/paper", nil, w.withPage(page)).problem(401, "signed_out") // the seat has moved
}

// TestLockdownOverride is the invigilator's way out, with a reason.
func TestLockdownOverride(t *testing.T) {
	t.Parallel()
	w := newLockedWorld(t, nil)
	c, staff := w.seated(0), w.staff("invigilator")
	c.get("/api/exam/paper").problem(403, "seb_missing")
	path := "/api/admin/sittings/s2/attempts/" + string(w.people[0].ticket.Attempt) + "/lockdown-override"
	staff.post(path, map[string]string{"reason": ""}).want(422)
	w.staff("supervisor").post(path, map[string]string{"reason": "x"}).problem(403, "forbidden")
	staff.post(strings.Replace(path, "/s2/", "/s1/", 1), map[string]string{"reason": "x"}).problem(404, "attempt_not_found")
	staff.post(path, map[string]string{"reason": "浏览器故障，监考员旁站"}).want(204)
	c.get("/api/exam/paper").want(200)
	ws, _ := c.examSocket()
	ws.ask(map[string]any{"t": "hand_in", "n": 1, "key": "k"}, "receipt")
	var p exam.Progress
	must(t, json.Unmarshal(staff.get("/api/admin/sittings/s2/progress").want(200).body, &p))
	for _, seat := range p.Seats {
		if seat.Attempt == w.people[0].ticket.Attempt && (seat.Lockdown == nil || seat.Lockdown.Reason != "浏览器故障，监考员旁站") {
			t.Errorf("staff see %+v", seat.Lockdown)
		}
	}
}

// TestSEBFile is what is put on the machines.
func TestSEBFile(t *testing.T) {
	t.Parallel()
	w := newLockedWorld(t, nil)
	staff := w.staff("organiser")
	var info exam.LockdownInfo
	must(t, json.Unmarshal(staff.get("/api/admin/sittings/s2/lockdown").want(200).body, &info))
	if !info.Required || len(info.ConfigKeys) != 1 || info.ConfigKeys[0] != w.key {
		t.Errorf("got %+v, want key %s", info, w.key)
	}
	a := staff.post("/api/admin/sittings/s2/lockdown/file", map[string]string{"password": "考场"}).want(200)
	if a.header.Get("Content-Type") != "application/seb" || !strings.Contains(a.header.Get("Content-Disposition"), "s2.seb") || !bytes.HasPrefix(a.body, []byte{0x1f, 0x8b}) {
		t.Errorf("got %v, %x", a.header, a.body[:4])
	}
	staff.post("/api/admin/sittings/s1/lockdown/file", map[string]string{}).problem(404, "no_lockdown")
}

// boundWorld is a running sitting of one candidate whose seats are bound to
// addresses.
func boundWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, trustTestProxy)
	ctx := t.Context()
	must(t, w.exam.CloseSitting(ctx, "s1", "test")) // its seats and people are needed
	s := w.sittingDraft("s2")
	s.Rules.BindIP = true
	must(t, w.exam.CreateSitting(ctx, s))
	w.seal(&s)
	w.release(s.ID)
	_, err := w.exam.Register(ctx, s.ID, "list", []exam.Registration{w.people[0].Registration})
	must(t, err)
	_, err = w.exam.Prepare(ctx, s.ID, "test")
	must(t, err)
	must(t, w.exam.OpenEntry(ctx, s.ID, "test"))
	must(t, w.exam.Start(ctx, s.ID, "test"))
	tickets, err := w.exam.Tickets(ctx, s.ID)
	must(t, err)
	w.people[0].ticket = tickets[0]
	w.sitting = s.ID
	return w
}

// from is a request of another machine.
func from(ip string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("X-Forwarded-For", ip) }
}

// TestBoundAddress: the same login from another address is not the same seat.
func TestBoundAddress(t *testing.T) {
	t.Parallel()
	w := boundWorld(t)
	c := w.seated(0)
	c.call(http.MethodGet, "/api/exam/paper", nil, from("10.0.0.1")).want(200)
	c.call(http.MethodGet, "/api/exam/paper", nil, from("10.0.0.2")).problem(403, "seat_address")
	w.staff("invigilator").post("/api/admin/sittings/s2/attempts/"+string(w.people[0].ticket.Attempt)+"/lockdown-override", map[string]string{"reason": "DHCP"}).want(204)
	c.call(http.MethodGet, "/api/exam/paper", nil, from("10.0.0.2")).want(200)
}

// TestABoundSeatIsNotTakenOver: ticket and last six digits are no way to the
// paper from another address; staff move the candidate, or free the seat.
func TestABoundSeatIsNotTakenOver(t *testing.T) {
	t.Parallel()
	pledge := map[string]bool{"pledge": true}
	for name, way := range map[string]struct {
		path string
		body map[string]any
	}{
		"moved": {"/move", map[string]any{"place": map[string]string{"centre": "01", "room": "1", "seat": "9"}, "reason": "换机"}},
		"freed": {"/lockdown-override", map[string]any{"reason": "换机"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := boundWorld(t)
			own := w.seated(0)
			own.call(http.MethodGet, "/api/exam/paper", nil, from("10.0.0.1")).want(200)
			stranger := w.candidate(0)
			stranger.call(http.MethodPost, "/api/exam/admit", pledge, from("203.0.113.9")).problem(403, "seat_address")
			stranger.call(http.MethodGet, "/api/exam/paper", nil, from("203.0.113.9")).problem(409, "replaced")
			own.call(http.MethodGet, "/api/exam/paper", nil, from("10.0.0.1")).want(200) // nothing has moved
			// A new login of the same machine is the seat's own, and stays bound.
			again := w.candidate(0)
			again.call(http.MethodPost, "/api/exam/admit", pledge, from("10.0.0.1")).want(200)
			again.call(http.MethodGet, "/api/exam/paper", nil, from("203.0.113.9")).problem(403, "seat_address")
			again.call(http.MethodGet, "/api/exam/paper", nil, from("10.0.0.1")).want(200)

			staff := w.staff("invigilator")
			attempt := "/api/admin/sittings/s2/attempts/" + string(w.people[0].ticket.Attempt)
			var p exam.Progress
			staff.get("/api/admin/sittings/s2/progress").want(200).into(&p)
			if l := p.Seats[0].Lockdown; l == nil || l.Tried != 1 || l.State != exam.LockVerified {
				t.Errorf("staff see %+v", l)
			}
			staff.post(attempt+way.path, way.body).want(204)
			stranger = w.candidate(0)
			stranger.call(http.MethodPost, "/api/exam/admit", pledge, from("203.0.113.9")).want(200)
			stranger.call(http.MethodGet, "/api/exam/paper", nil, from("203.0.113.9")).want(200)
			w.candidate(0).call(http.MethodPost, "/api/exam/admit", pledge, from("10.0.0.1")).problem(403, "seat_address")
			staff.get("/api/admin/sittings/s2/progress").want(200).into(&p)
			want := map[string]int{"moved": 2, "freed": 1}[name] // freed: counted anew
			if l := p.Seats[0].Lockdown; l == nil || l.Tried != want {
				t.Errorf("after staff let the seat go: %+v, want %d tries", l, want)
			}
		})
	}
}

// trustTestProxy believes the test client's X-Forwarded-For.
func trustTestProxy(_ *world, o *web.Options) {
	o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
}
