package web_test

// Bad days of the candidate's connection. Those of the server itself (clock,
// disk) are in engine/exam/baddays_test.go.
//
//	what happens                     | what the candidate gets
//	---------------------------------|--------------------------------------------
//	signs out in another tab         | this tab's socket closes with 4100
//	login ended, screen reconnects   | the socket opens and closes with 4100
//	two tabs of one seat             | the one opened last has the exam, the other's
//	                                 | socket closes with 4104 until it is taken back
//	a page whose network was away    | its own new socket; 4002 ends the old one
//	a question of another paper      | refused, unknown_question; nothing is kept
//	a frame over 64 KiB, garbage     | 4113 (TestFramesOfNoProtocol)
//	the seat was replaced            | 4101 (TestASeatMovesWithItsAnswers)
//	the same answer again            | the same receipt, also after the end
//	                                 | (TestAnswersAreReplayedAndRefused)

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/crypto/nacl/box"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
)

func TestSignOutEndsTheSocket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	c := w.seated(0)
	ws, _ := c.examSocket()
	other, _ := w.seated(1).examSocket()
	c.post("/api/exam/sign-out", map[string]any{}).want(200)
	if code := ws.closed(); code != 4100 {
		t.Errorf("the socket was closed with %d, want 4100", code)
	}
	if code := c.dial("/api/exam/ws").closed(); code != 4100 {
		t.Errorf("a new socket was closed with %d, want 4100", code)
	}
	other.ask(map[string]any{"t": "beat", "n": 1}, "beat") // nobody else is sent away
}

func TestEndedLoginIsToldByTheSocket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	old := w.seated(0)
	fresh := w.candidate(0)
	fresh.post("/api/exam/admit", map[string]bool{"pledge": true}).want(200) // ends the old login
	if code := old.dial("/api/exam/ws").closed(); code != 4100 {
		t.Errorf("closed with %d, want 4100", code)
	}
	if code := w.visitor().dial("/api/judge/ws").closed(); code != 4100 {
		t.Errorf("a judge without login: closed with %d, want 4100", code)
	}
}

// tab dials as the nth connection of a page and says hello.
func (c *client) tab(page string, n int) (*socket, frame) {
	c.w.t.Helper()
	s := c.dial("/api/exam/ws")
	return s, s.ask(map[string]any{"t": "hello", "page": page, "n": n}, "welcome")
}

func TestTwoTabsOfOneSeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	c := w.seated(0)
	q := questionsOf(c.paperOf())[0]
	one, _ := c.tab("one", 1)
	one.ask(save(1, q.ID, 1, q.Options[0].ID), "ack")
	two, _ := c.tab("two", 1)
	if code := one.closed(); code != 4104 {
		t.Errorf("the first tab was closed with %d, want 4104", code)
	}
	if f := two.ask(save(1, q.ID, 1, q.Options[1].ID), "ack", "refused"); f.Code != "seq_reused" {
		t.Errorf("the second tab with the same seq: %s", f.raw)
	}
	two.ask(save(2, q.ID, 2, q.Options[1].ID), "ack")
	back, welcome := c.tab("one again", 1) // loaded anew
	if code := two.closed(); code != 4104 {
		t.Errorf("the second tab was closed with %d, want 4104", code)
	}
	var answers []exam.SavedAnswer
	must(t, json.Unmarshal(welcome.Answers, &answers))
	if len(answers) != 1 || answers[0].Seq != 2 || answers[0].Value[0] != string(q.Options[1].ID) {
		t.Errorf("what counts: %s", welcome.Answers)
	}
	back.ask(save(1, q.ID, 3, q.Options[0].ID), "ack")
}

// A page that comes back is not locked out by its own dead socket, and not
// told of another window; nor by one that arrives late.
func TestAPageComesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	c := w.seated(0)
	other, _ := w.seated(1).tab("page", 1)
	dead, _ := c.tab("page", 1)
	alive, _ := c.tab("page", 3)
	if code := dead.closed(); code != 4002 {
		t.Errorf("the dead socket was closed with %d, want 4002", code)
	}
	late, _ := c.tab("page", 2)
	if code := late.closed(); code != 4002 {
		t.Errorf("the late socket was closed with %d, want 4002", code)
	}
	alive.ask(map[string]any{"t": "beat", "n": 1}, "beat")
	other.ask(map[string]any{"t": "beat", "n": 1}, "beat")
	if code := func() int {
		s := c.dial("/api/exam/ws")
		s.send(map[string]any{"t": "hello", "page": strings.Repeat("x", 65), "n": 1})
		return s.closed()
	}(); code != 4113 {
		t.Errorf("a page with a long name: closed with %d, want 4113", code)
	}
}

// A seat that has lost its network writes a file, and the invigilator brings
// it to the console, twice.
func TestRescueFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	c := w.seated(0)
	q := questionsOf(c.paperOf())[0]
	var me exam.Me
	c.get("/api/exam/me").want(200).into(&me)
	plain, err := json.Marshal(exam.RescueContent{Attempt: me.Attempt.ID, Fence: 1, Entries: []exam.Given{{Question: q.ID, Seq: 7, Value: []string{string(q.Options[1].ID)}}}})
	must(t, err)
	public, private, err := box.GenerateKey(rand.Reader)
	must(t, err)
	var nonce [24]byte
	file, err := json.Marshal(map[string]any{"v": 1, "attempt": me.Attempt.ID, "ephemeral": public[:], "nonce": nonce[:],
		"box": box.Seal(nil, plain, &nonce, (*[32]byte)(w.box.Public()), private)})
	must(t, err)
	bring := func(to *client, file []byte) answer {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, err := form.CreateFormFile("file", "rescue.json")
		must(t, err)
		_, err = part.Write(file)
		must(t, err)
		must(t, form.Close())
		return to.call("POST", "/api/admin/sittings/"+string(w.sitting)+"/rescue", body.Bytes(),
			func(r *http.Request) { r.Header.Set("Content-Type", form.FormDataContentType()) })
	}
	staff := w.staff("invigilator")
	var first, again exam.RescueReport
	bring(staff, file).want(200).into(&first)
	bring(staff, file).want(200).into(&again)
	if first.Taken != 1 || again.Known != 1 || again.Taken != 0 || first.Attempt != me.Attempt.ID {
		t.Errorf("first %+v, again %+v", first, again)
	}
	_, welcome := c.examSocket()
	if !strings.Contains(string(welcome.Answers), `"seq":7`) {
		t.Errorf("the seat does not have the answer: %s", welcome.Answers)
	}
	bring(staff, []byte("no file")).problem(422, "rescue_invalid")
	bring(staff, nil).problem(422, "rescue_invalid")
}

// Pictures are there for who writes, from the paper's own only.
func TestFigures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.seated(0)
	path := "/api/exam/figures/" + string(bank.FigureIDOf(drawing()))
	c.get(path).problem(409, "sitting_not_started")
	w.start()
	var stem string
	for _, q := range questionsOf(c.paperOf()) {
		if len(q.Figures) > 0 {
			stem = q.Stem
		}
	}
	if !strings.Contains(stem, `<img src="`+path+`" width="8" height="4" alt="接线图">`) {
		t.Errorf("the stem shows no picture: %s", stem)
	}
	a := c.get(path).want(200)
	if !bytes.Equal(a.body, drawing()) || a.header.Get("Content-Type") != "image/png" || a.header.Get("Cache-Control") != "private, max-age=86400, immutable" {
		t.Errorf("%d bytes, %v", len(a.body), a.header)
	}
	c.get(path+"0").problem(404, "figure_not_found")
	w.visitor().get(path).problem(401, "signed_out")
}

// The frames of a screen beside its answers, and what is not their shape.
func TestScreensReport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	c := w.seated(0)
	q := questionsOf(c.paperOf())[0]
	ws, welcome := c.examSocket()
	if !strings.Contains(string(welcome.raw), `"fence":1`) {
		t.Errorf("the welcome names no fence: %s", welcome.raw)
	}
	ws.ask(save(1, q.ID, 1, q.Options[0].ID), "ack")
	ws.ask(save(2, q.ID, 2, q.Options[1].ID), "ack")
	f := ws.ask(map[string]any{"t": "history", "n": 3, "question": q.ID}, "history", "refused")
	var h exam.HistoryFrame
	must(t, json.Unmarshal(f.raw, &h))
	if len(h.Versions) != 2 || h.Versions[0].Seq != 2 || !h.Versions[0].Counts || h.Versions[1].Counts {
		t.Errorf("history: %s", f.raw)
	}
	ws.ask(map[string]any{"t": "activity", "n": 4, "events": []any{map[string]any{"kind": "page_leave", "mono_ms": 1.5, "wall": "2026-01-01T00:00:00Z", "ms": 1200}}}, "activity")
	ws.ask(map[string]any{"t": "noted", "n": 5, "seq": 1}, "noted")
	ws.ask(map[string]any{"t": "beat", "n": 6, "rtt_ms": 12, "hidden": true}, "beat")
	f = ws.ask(map[string]any{"t": "journal", "n": 61, "head": map[string]any{"seq": 0, "hash": ""}, "pending": 0, "entries": 0,
		"digest": exam.JournalDigest(nil), "lines": []string{}}, "journal", "refused")
	if f.T != "journal" {
		t.Errorf("a journal: %s", f.raw)
	}
	for name, x := range map[string]map[string]any{
		"a journal of nothing": {"t": "journal", "n": 62},
		"history of nothing":   {"t": "history", "n": 7, "question": "nothing"},
		"activity of nothing":  {"t": "activity", "n": 8},
		"noted what is not":    {"t": "noted", "n": 9, "seq": 1 << 40},
	} {
		if f := ws.ask(x, "history", "activity", "noted", "journal", "refused"); f.T != "refused" {
			t.Errorf("%s: %s", name, f.raw)
		}
	}
}
