package web_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/web"
)

// TestSecretsStay is law 3: candidates, judges and the public go through an
// exam and a contest, call every route they can think of, and are never sent
// what is not for them. Every body, header and frame is looked at.
func TestSecretsStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.entries = w.fillPlan("p1")
	public := w.visitor()
	candidate, paper := sitTheExam(t, w)
	judges := []*client{w.judge(0), w.judge(1)}
	board := public.dial("/api/board/" + string(w.division) + "/ws")
	judgeTheWork(t, w, judges)
	watchTheBoard(t, w, public, board)
	for _, c := range []*client{public, candidate, judges[0]} {
		walk(w, c)
	}

	everybody := []string{
		plantedExplanation, plantedSource, plantedGUID, `"explanation":"`, `"password":`, `"password_`, "argon2", "sealed", `"seed":`, `"device":`, "Bearer",
	}
	for i, p := range w.people {
		everybody = append(everybody, p.IDNumber, string(p.id), plantedPhone(i))
	}
	everybody = append(everybody, w.tokens...)
	for _, q := range w.questions {
		for _, k := range q.Key { // the candidate of this test never chose a right answer
			everybody = append(everybody, string(k))
		}
	}
	var names, units, tickets, photos []string
	for i, p := range w.people {
		photos = append(photos, plantedPhoto(i))
		names, units, tickets = append(names, p.Name, exam.MaskID(p.IDType, p.IDNumber)), append(units, p.Unit), append(tickets, string(p.ticket.No))
	}
	rubric := []string{plantedRubric, plantedAspect}
	check := func(who string, c *client, secrets ...[]string) {
		t.Helper()
		seen := c.seen.String()
		for _, secret := range slices.Concat(append(secrets, everybody)...) {
			if i := strings.Index(seen, secret); i >= 0 {
				t.Errorf("%s was sent %q: …%s…", who, secret, seen[max(0, i-200):min(len(seen), i+200)])
			}
		}
		if m := regexp.MustCompile(`"key"\s*:\s*\[`).FindString(seen); m != "" {
			t.Errorf("%s was sent a key: %s", who, m)
		}
	}
	check("the public", public, rubric, names, tickets, photos)
	check("the candidate", candidate, rubric, names[2:], units[1:], tickets[1:], photos[1:])
	check("a judge", judges[0], names, units, tickets, photos)
	check("a judge", judges[1], names, units, tickets, photos)
	checkPaper(t, w, paper)
}

// sitTheExam is the first candidate's exam, with everything that can happen
// in it, and the raw paper. The paper is not kept in what the client has
// seen, since it holds right options among the others; checkPaper looks at it.
func sitTheExam(t *testing.T, w *world) (*client, []byte) {
	t.Helper()
	c := w.visitor()
	me := w.people[0]
	c.post("/api/exam/sign-in", web.TicketSignIn{Ticket: string(me.ticket.No), IDTail: "000000"}).want(401)
	c.post("/api/exam/sign-in", web.TicketSignIn{Ticket: string(me.ticket.No), IDTail: me.tail()}).want(200)
	c.post("/api/exam/admit", map[string]bool{"pledge": true}).want(200)
	c.get("/api/exam/paper").want(409)
	ws, _ := c.examSocket()
	w.start()
	ws.next("start")
	raw := w.quietly(c, func() []byte { return c.get("/api/exam/paper").want(200).body })
	var paper exam.SeatPaper
	must(t, json.Unmarshal(raw, &paper))
	for i, q := range questionsOf(paper) {
		ws.ask(save(int64(i), q.ID, 1, w.wrong(q.ID)), "ack")
	}
	q := questionsOf(paper)[0]
	ws.ask(save(20, q.ID, 1, w.wrong(q.ID)), "ack")          // a replay
	ws.ask(save(21, q.ID, 0, w.wrong(q.ID)), "refused")      // a bad one
	ws.ask(save(22, "nothing", 1, w.wrong(q.ID)), "refused") // and a worse one
	ws.ask(map[string]any{"t": "beat", "n": 23}, "beat")
	must(t, w.exam.Grant(t.Context(), w.sitting, "g", exam.Granted{
		Kind: exam.GrantIncident, Scope: exam.ScopeSitting, MS: 60_000, Reason: text("停电"), Approver: "test",
	}, "test"))
	ws.next("time")
	again := w.candidate(0) // at another machine
	again.post("/api/exam/admit", map[string]bool{"pledge": true}).want(200)
	ws.next("replaced")
	if code := ws.closed(); code != 4101 {
		t.Errorf("the old seat was closed with %d", code)
	}
	ws, _ = again.examSocket()
	ws.ask(map[string]any{"t": "hand_in", "n": 1, "key": "k"}, "receipt")
	ws.ask(save(2, q.ID, 9, w.wrong(q.ID)), "refused")
	again.get("/api/exam/me").want(200)
	again.seen.Write(c.seen.Bytes())
	return again, raw
}

// quietly runs f without keeping what the client sees meanwhile.
func (w *world) quietly(c *client, f func() []byte) []byte {
	c.mu.Lock()
	n := c.seen.Len()
	c.mu.Unlock()
	out := f()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen.Truncate(n)
	return out
}

// wrong is a wrong answer to the question.
func (w *world) wrong(id bank.QuestionID) bank.OptionID {
	for _, q := range w.questions {
		if q.ID == id {
			return q.Options[0].ID // the keys are the second and third
		}
	}
	w.t.Fatalf("no question %s", id)
	return ""
}

// checkPaper looks for anything that tells one option from another.
func checkPaper(t *testing.T, w *world, raw []byte) {
	t.Helper()
	var paper struct {
		ID, Form any
		Title    any
		Total    any
		Sections []struct {
			ID, Title, Kind, Note any
			ScoreEach             any `json:"score_each"`
			Questions             []struct {
				ID   bank.QuestionID
				No   any
				Kind any
				Stem string

				Options, Prompts               []map[string]string
				Markup, Blanks, Score, Figures any
				MaxChars                       any `json:"max_chars"`
				Parts                          []struct{}
			}
		}
	}
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.DisallowUnknownFields()
	if err := d.Decode(&paper); err != nil {
		t.Errorf("the paper has a field that nobody looked at: %v: %s", err, raw)
	}
	questions := 0
	for _, s := range paper.Sections {
		for _, q := range s.Questions {
			questions++
			for _, o := range q.Options {
				if len(o) != 2 || o["id"] == "" || o["text"] == "" {
					t.Errorf("question %s: an option holds %v, want id and text", q.ID, o)
				}
			}
		}
	}
	if questions != len(w.questions) {
		t.Errorf("%d questions in the paper, want %d", questions, len(w.questions))
	}
	for _, secret := range []string{plantedExplanation, plantedSource, plantedGUID, `"key"`, "A-00"} {
		if strings.Contains(string(raw), secret) {
			t.Errorf("the paper holds %q", secret)
		}
	}
}

// judgeTheWork lets two judges mark: agreed at once, after a conference, and
// refused.
func judgeTheWork(t *testing.T, w *world, judges []*client) {
	t.Helper()
	a, b := judges[0].judgeSocket(), judges[1].judgeSocket()
	sheets := judges[0].sheets()
	a.ask(submit(sheets[0], "a0", 1, 100), "ack")
	b.ask(submit(judges[1].sheets()[0], "b0", 3, 400), "ack") // 3 against 1: to be talked about
	for f := a.next("sheet"); f.Sheet.State != string(engine.SheetConference); f = a.next("sheet") {
	}
	for _, c := range judges {
		s := c.sheets()[0]
		c.get("/api/judge/sheets/" + string(s.Division) + "/" + string(s.ID)).want(200)
	}
	a.ask(submit(judges[0].sheets()[0], "a1", 2, 100), "ack")
	a.ask(submit(judges[0].sheets()[0], "a2", 2, 100), "refused") // agreed meanwhile
	a.ask(submit(sheets[1], "a3", 9, 100), "refused")
	a.ask(map[string]any{"t": "beat", "n": 1}, "beat")
	older := a
	judges[0].post("/api/judge/sign-in", web.PasswordSignIn{Login: w.judges[0].Login, Password: pin}).want(200)
	older.next("replaced")
	if code := older.closed(); code != 4101 {
		t.Errorf("the older tablet was closed with %d", code)
	}
	judges[0].post("/api/judge/sign-in", web.PasswordSignIn{Login: w.judges[0].Login, Password: "wrong"}).want(401)
}

// watchTheBoard reads it in every way, until it is final.
func watchTheBoard(t *testing.T, w *world, public *client, board *socket) {
	t.Helper()
	board.next("snapshot")
	must(t, w.engine.SetStatus(t.Context(), "test", w.division, engine.Review))
	must(t, w.engine.SetStatus(t.Context(), "test", w.division, engine.Final))
	for !strings.Contains(string(board.next("delta", "snapshot").raw), `"final":true`) {
	}
	var snapshot frame
	public.get("/api/board/" + string(w.division)).want(200).into(&snapshot)
	if len(snapshot.Rows) != len(w.people) {
		t.Fatalf("%d rows on the board", len(snapshot.Rows))
	}
	public.get("/api/board/" + string(w.division) + "/why?a=" + snapshot.Rows[0].ID + "&b=" + snapshot.Rows[1].ID).want(200)
	public.get("/api/board/boards").want(200)
}

// walk calls every route with real ids in it, whoever the client is. The
// public routes are left to the public: a unit is on the board for everybody.
func walk(w *world, c *client) {
	sheet := scoring.ModuleID("P")
	ids := strings.NewReplacer("{division}", string(w.division), "{sitting}", string(w.sitting), "{outline}", string(w.outline), "{sheet}", "x."+string(sheet), "{figure}", "x")
	for _, r := range w.server.Routes() {
		if strings.HasSuffix(r.Path, "/sign-out") || r.Public && strings.HasPrefix(r.Path, "/api/board") {
			continue
		}
		path := ids.Replace(r.Path)
		switch {
		case r.WebSocket:
			if s, _ := c.tryDial(path); s != nil {
				s.send(map[string]any{"t": "hello", "device": "x"})
				if _, err := s.read(); err == nil { // else there is no login for it
					s.send(map[string]any{"t": "nothing"})
					s.closed()
				}
			}
		case r.Path == "/api/exam/paper":
			w.quietly(c, func() []byte { return c.get(path).body })
		case r.Method == http.MethodGet:
			c.get(path)
		default:
			c.call(r.Method, path, "{}")
			c.call(r.Method, path, "}")
		}
	}
	for _, path := range []string{"/api/nothing", "/healthz", "/api/openapi.json/x"} {
		c.get(path)
	}
}
