package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/custody"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/scoring"
)

// plantedText is in every text of every question.
const plantedText = "PLANTEDTEXT"

const (
	keeperPhrase  = "a passphrase of "
	staffPassword = "correct horse"
)

// office is the whole program with embedded stores, a sitting whose papers
// are planted, and people who call its API.
type office struct {
	t       *testing.T
	cfg     Config
	app     *App
	url     string
	log     *output // every line
	paper   bank.Paper
	sitting exam.SittingID
	people  map[string]*caller // by login; "candidate" too
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, cfg: testConfig(t), sitting: "s1", log: &output{}, people: map[string]*caller{}}
	app, err := OpenApp(t.Context(), o.cfg, slog.New(slog.NewTextHandler(o.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	o.must(err)
	h := httptest.NewServer(app.web)
	o.app, o.url = app, h.URL
	t.Cleanup(func() {
		app.web.Close()
		h.Close()
		o.must(app.Close())
	})
	for login, role := range map[string]access.Role{
		"organiser": access.Organiser, "chief": access.ChiefJudge, "supervisor": access.Supervisor,
		"invigilator": access.Invigilator, "custodian1": access.Custodian, "custodian2": access.Custodian,
	} {
		_, err := app.access.CreateAccount(t.Context(), "test", access.Draft{Login: login, Name: "姓名" + login, Unit: "单位", Roles: []access.Role{role}, Password: staffPassword})
		o.must(err)
		o.people[login] = o.signIn(login)
	}
	o.plantBank()
	o.planSitting()
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// plantBank brings in an outline and questions, and draws a paper.
func (o *office) plantBank() {
	o.t.Helper()
	ctx := o.t.Context()
	occupation := bank.Occupation{Edition: "2022", Code: "6-31-01-03", Name: "电工"}
	outline := bank.Outline{Occupation: occupation, Level: bank.Advanced, Ranges: []bank.Range{{Code: "A", Name: "基本要求", Weight: bank.WholeWeight}}}
	id := bank.OutlineFor(occupation, bank.Advanced)
	file := bank.QuestionFile{Name: "q.xlsx", SHA256: "q", Outline: id}
	for i := range 12 {
		outline.Ranges[0].Points = append(outline.Ranges[0].Points, bank.Point{Code: fmt.Sprintf("%03d", i+1), Name: fmt.Sprintf("鉴定点%d", i+1), Importance: bank.Core})
		q := bank.Question{
			ID: bank.NewQuestionID(id, fmt.Sprint(i)), Outline: id, Kind: bank.SingleChoice, Stem: fmt.Sprintf("%s 题干 %d ( )。", plantedText, i),
			GUID: plantedText + fmt.Sprint(i), Explanation: plantedText + " 解析", Source: plantedText + " 出处", Status: bank.Active,
			Point: bank.PointPath(fmt.Sprintf("A-%03d", i+1)), Importance: bank.Core, Difficulty: 3,
		}
		for n := range 4 {
			q.Options = append(q.Options, bank.Option{ID: bank.NewOptionID(q.ID, n), Text: fmt.Sprintf("%s 选项 %d", plantedText, n)})
		}
		q.Key = []bank.OptionID{q.Options[i%4].ID}
		file.Rows = append(file.Rows, bank.QuestionRow{Sheet: "三级", Row: i + 2, Question: q})
	}
	_, err := o.app.bank.AcceptOutline(ctx, "test", bank.OutlineFile{Name: "o.xlsx", SHA256: "o", Outline: outline}, bank.NewReport("o.xlsx", "o"))
	o.must(err)
	_, _, err = o.app.bank.AcceptQuestions(ctx, "test", file, bank.NewReport("q.xlsx", "q"))
	o.must(err)
	o.paper, err = o.app.bank.Assemble(ctx, "test", bank.Blueprint{
		ID: "b", Version: 1, Title: "理论试卷", Outline: id, Total: 10000, Limit: 3600, Pass: 6000, Depth: 1,
		Sections: []bank.SectionPlan{{Kind: bank.SingleChoice, Count: 10, ScoreEach: 1000}},
	}, 1)
	o.must(err)
}

// planSitting goes through the console up to open entry, and seats a candidate.
func (o *office) planSitting() {
	o.t.Helper()
	now := time.Now().UTC()
	staff := o.people["organiser"]
	hour := time.Hour.Milliseconds()
	staff.ok("POST", "/api/admin/sittings", map[string]any{
		"id": o.sitting, "code": "1", "name": scoring.Text{ZH: "场次", EN: "Sitting"}, "occupation": o.paper.Occupation, "level": o.paper.Level,
		"papers": []bank.PaperID{o.paper.ID}, "starts_at": now, "closes_at": now.Add(2 * time.Hour), "ticket": "37{seat:4}", "seed": 7,
		"centres": []exam.Centre{{Code: "01", Name: "考点", Rooms: []exam.Room{{Code: "1", Name: "机房", Seats: []string{"1", "2"}, Spare: []string{"9"}}}}},
		"rules":   exam.Rules{Version: "1", LimitMS: hour, EntryOpensMS: hour, LastEntryMS: hour, EarlyStartMS: hour, ShuffleOptions: true, Multiple: scoring.PolicyAll},
	})
	staff.ok("POST", o.at("/register"), map[string]any{"key": "k", "registrations": []exam.Registration{
		{Name: "考生甲", Unit: "单位", IDType: exam.IDResident, IDNumber: "370199198402291005"},
	}})
	var accounts []string
	for _, login := range []string{"custodian1", "custodian2"} {
		var c custody.CustodianInfo
		o.must(json.Unmarshal(o.people[login].ok("POST", "/api/admin/custody/enrol", map[string]string{"passphrase": keeperPhrase + login}), &c))
		accounts = append(accounts, c.Account)
	}
	staff.ok("POST", o.at("/seal"), map[string]any{"custodians": accounts, "suite": seal.SM4GCM})
	staff.ok("POST", o.at("/prepare"), nil)
	staff.ok("POST", o.at("/open-entry"), nil)
	c := o.visitor()
	c.ok("POST", "/api/exam/sign-in", map[string]string{"ticket": "370001", "id_tail": "291005"})
	c.ok("POST", "/api/exam/admit", map[string]bool{"pledge": true})
	o.people["candidate"] = c
}

func (o *office) at(path string) string { return "/api/admin/sittings/" + string(o.sitting) + path }

// caller is a person's browser; seen is all that it was ever sent.
type caller struct {
	o    *office
	http *http.Client
	seen bytes.Buffer
}

func (o *office) visitor() *caller {
	jar, err := cookiejar.New(nil)
	o.must(err)
	c := &caller{o: o, http: &http.Client{Jar: jar, Timeout: time.Minute, Transport: &http.Transport{}}}
	o.t.Cleanup(c.http.CloseIdleConnections)
	return c
}

func (o *office) signIn(login string) *caller {
	o.t.Helper()
	c := o.visitor()
	c.ok("POST", "/api/admin/sign-in", map[string]string{"login": login, "password": staffPassword})
	return c
}

func (c *caller) call(method, path string, in any) (int, []byte) {
	c.o.t.Helper()
	var body io.Reader
	kind := "application/json"
	switch in := in.(type) {
	case nil:
	case []byte:
		body, kind = bytes.NewReader(in), "application/zip"
	default:
		b, err := json.Marshal(in)
		c.o.must(err)
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(c.o.t.Context(), method, c.o.url+path, body)
	c.o.must(err)
	req.Header.Set("X-Xinglu", "1")
	req.Header.Set("Content-Type", kind)
	resp, err := c.http.Do(req)
	c.o.must(err)
	defer resp.Body.Close()
	out, err := io.ReadAll(resp.Body)
	c.o.must(err)
	fmt.Fprintf(&c.seen, "\n%s %s %v\n", method, path, resp.Header)
	c.seen.Write(out)
	return resp.StatusCode, out
}

func (c *caller) ok(method, path string, in any) []byte {
	c.o.t.Helper()
	status, body := c.call(method, path, in)
	if status >= 300 {
		c.o.t.Fatalf("%s %s: %d %s", method, path, status, body)
	}
	return body
}

// refused calls and wants the code.
func (c *caller) refused(method, path string, in any, code string) []byte {
	c.o.t.Helper()
	status, body := c.call(method, path, in)
	var p struct {
		Code string `json:"code"`
	}
	_ = json.Unmarshal(body, &p)
	if status < 400 || p.Code != code {
		c.o.t.Errorf("%s %s: %d %s, want %s", method, path, status, body, code)
	}
	return body
}

// ending are the ends of routes that would end what the next step needs.
var ending = []string{"/sign-out", "/close", "/disable", "/void", "/absent", "/hand-in", "/move", "/pauses"}

// everyRoute calls all there is, with real ids, in any way that could show
// something and does not end the sitting.
func (c *caller) everyRoute() {
	o := c.o
	progress, err := o.app.exam.Progress(o.t.Context(), o.sitting)
	o.must(err)
	ids := strings.NewReplacer("{sitting}", string(o.sitting), "{outline}", string(o.paper.Outline), "{paper}", string(o.paper.ID),
		"{attempt}", string(progress.Seats[0].Attempt))
	for _, r := range o.app.web.Routes() {
		path := ids.Replace(r.Path)
		switch {
		case slices.Contains(ending, path[strings.LastIndex(path, "/"):]):
		case r.WebSocket:
			c.socket(path)
		case r.Method == http.MethodGet:
			c.call(r.Method, path, nil)
			c.call(r.Method, path+"?q="+plantedText[:7]+"&limit=200", nil)
		default:
			c.call(r.Method, path, map[string]any{})
			c.call(r.Method, path, map[string]any{"reason": "看看"})
			c.call(r.Method, path, map[string]any{"passphrase": "not the right one"})
		}
	}
}

// socketAsks are what can be asked for on each kind of socket, and how many
// frames come unasked.
func (o *office) socketAsks(path string) (asks []string, unasked int) {
	const hello, beat = `{"t":"hello","device":"x"}`, `{"t":"beat","n":1}`
	switch {
	case path == "/api/exam/ws":
		return []string{hello, beat, fmt.Sprintf(`{"t":"history","n":2,"question":%q}`, o.paper.Sections[0].Items[0].ID)}, 0
	case path == "/api/judge/ws":
		return []string{hello, beat}, 0
	case strings.HasPrefix(path, "/api/admin/sittings/"):
		return []string{beat}, 1
	case strings.HasPrefix(path, "/api/admin/divisions/"), strings.HasPrefix(path, "/api/admin/tablets/"):
		return []string{beat}, 0
	case strings.HasPrefix(path, "/api/board/"):
		return nil, 1
	}
	o.t.Fatalf("nobody searches %s", path)
	return nil, 0
}

// socket says hello and asks for everything that a seat can ask for. It reads
// what was asked for, and then, until the server ends the connection because
// of a frame of no protocol, all the rest.
func (c *caller) socket(path string) {
	at, err := url.Parse(c.o.url + path)
	c.o.must(err)
	h := http.Header{"Origin": {c.o.url}}
	for _, k := range c.http.Jar.Cookies(at) {
		h.Add("Cookie", k.String())
	}
	ws, resp, err := websocket.DefaultDialer.DialContext(c.o.t.Context(), "ws"+strings.TrimPrefix(at.String(), "http"), h)
	if err != nil {
		if resp != nil {
			resp.Body.Close()
		}
		return
	}
	defer ws.Close()
	asks, answers := c.o.socketAsks(path)
	answers += len(asks)
	for _, frame := range asks {
		c.o.must(ws.WriteMessage(websocket.TextMessage, []byte(frame)))
	}
	for n := 0; ; n++ {
		if n == answers {
			c.o.must(ws.WriteMessage(websocket.TextMessage, []byte(`{"t":"nothing"}`)))
		}
		_ = ws.SetReadDeadline(time.Now().Add(time.Minute))
		_, raw, err := ws.ReadMessage()
		var over *websocket.CloseError
		if errors.As(err, &over) {
			return
		}
		c.o.must(err) // a server that says nothing proves nothing
		c.seen.Write(raw)
	}
}

func (o *office) phase(want custody.Phase) custody.State {
	o.t.Helper()
	var st custody.State
	o.must(json.Unmarshal(o.people["supervisor"].ok("GET", o.at("/custody"), nil), &st))
	if st.Phase != want {
		o.t.Errorf("the papers are %s, want %s", st.Phase, want)
	}
	return st
}

// secretEverywhere searches folder and everything that people were sent.
func (o *office) secretEverywhere(when string) {
	o.t.Helper()
	if found := steal(o.t, o.cfg.Data).find(plantedText); len(found) > 0 {
		o.t.Errorf("%s the data folder gives questions away: %q", when, found[:min(len(found), 5)])
	}
	for login, c := range o.people {
		c.everyRoute()
		seen := c.seen.Bytes()
		texts := append(decodings(seen), seen)
		for _, b := range texts {
			if i := bytes.Index(b, []byte(plantedText)); i >= 0 {
				o.t.Errorf("%s %s was sent a question: …%s…", when, login, b[max(0, i-300):min(len(b), i+50)])
				break
			}
		}
	}
}

// TestNobodySeesAQuestionBeforeTheRelease is "done when" 2 of the exam room:
// before the release nothing in the data folder or in any answer decrypts to
// a question; one custodian alone cannot release; afterwards the ledger says
// who did what.
func TestNobodySeesAQuestionBeforeTheRelease(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	one := o.people["custodian1"]
	phrase := map[string]string{"passphrase": keeperPhrase + "custodian1"}

	// The search can find: with the data key, which is elsewhere, it does.
	master, err := os.ReadFile(filepath.Join(o.cfg.Data+".keys", dataKeyFile))
	o.must(err)
	key, err := seal.ParseKey(string(master))
	o.must(err)
	if found := steal(t, o.cfg.Data, key).find(plantedText); len(found) < 12 {
		t.Fatalf("with the data key the search finds %d questions: it proves nothing", len(found))
	}

	o.secretEverywhere("sealed:")
	o.people["organiser"].refused("POST", o.at("/start"), nil, "papers_sealed")
	o.people["candidate"].refused("GET", "/api/exam/paper", nil, "sitting_not_started")
	o.phase(custody.PhaseSealed)

	one.ok("POST", o.at("/release"), phrase)
	one.ok("POST", o.at("/release"), phrase)
	o.signIn("custodian1").ok("POST", o.at("/release"), phrase)
	o.phase(custody.PhaseHalf)
	for _, login := range []string{"organiser", "supervisor", "chief"} {
		o.people[login].refused("POST", o.at("/release"), phrase, "forbidden")
	}
	o.people["supervisor"].refused("POST", o.at("/papers/"+string(o.paper.ID)+"/view"), map[string]string{"reason": "看看"}, "package_locked")
	o.people["organiser"].refused("POST", o.at("/start"), nil, "papers_sealed")
	o.secretEverywhere("half open:")

	o.people["custodian2"].ok("POST", o.at("/release"), map[string]string{"passphrase": keeperPhrase + "custodian2"})
	o.phase(custody.PhaseReleased)
	o.people["organiser"].ok("POST", o.at("/start"), nil)
	if paper := o.people["candidate"].ok("GET", "/api/exam/paper", nil); bytes.Count(paper, []byte(plantedText)) < 10 {
		t.Errorf("the candidate's paper: %s", paper)
	}
	view := o.people["supervisor"].ok("POST", o.at("/papers/"+string(o.paper.ID)+"/view"), map[string]string{"reason": "核对试卷"})
	if !bytes.Contains(view, []byte(plantedText)) || bytes.Contains(view, []byte(`"key"`)) {
		t.Errorf("the view holds no text, or a key: %s", view)
	}
	if found := steal(t, o.cfg.Data).find(plantedText); len(found) > 0 {
		t.Errorf("after the release the data folder gives questions away: %q", found[:min(len(found), 5)])
	}
	o.checkLog()
}

// checkLog wants every deed with the name of who did it.
func (o *office) checkLog() {
	o.t.Helper()
	st := o.phase(custody.PhaseReleased)
	want := map[string]bool{
		"custody.sealed 姓名organiser": false, "custody.half_opened 姓名custodian1": false, "custody.half_opened 姓名custodian2": false,
		"custody.released 姓名custodian2": false, "custody.opened " + nodeName(): false, "custody.viewed 姓名supervisor": false,
		"custody.exported 姓名organiser": false, "custody.refused 姓名custodian1": false,
	}
	for _, e := range st.Log {
		if line := string(e.Kind) + " " + e.Name; !want[line] {
			if _, ok := want[line]; ok {
				want[line] = true
			}
		}
	}
	for line, there := range want {
		if !there {
			o.t.Errorf("the ledger does not say %q", line)
		}
	}
	if proof, err := o.app.verify(o.t.Context()); err != nil || len(proof.Findings) > 0 {
		o.t.Errorf("the ledger is not proven: %v %v", proof.Findings, err)
	}
}

// TestTamperedPackage sends packages with one byte changed, each class of
// byte once, and one that is whole.
func TestTamperedPackage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	staff := o.people["organiser"]
	file := staff.ok("GET", o.at("/package"), nil)
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	o.must(err)
	parts := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		o.must(err)
		parts[f.Name], err = io.ReadAll(r)
		o.must(err)
	}
	for what, c := range map[string]struct {
		name  string
		after string // the byte behind this is changed; "": in the middle
		part  string
	}{
		"manifest":   {"manifest.json", `"title":"`, "signature"},
		"half":       {"manifest.json", `"box":"`, "signature"},
		"ciphertext": {"papers.bin", "", "signature"},
		"signature":  {"signature", "", "signature"},
	} {
		changed := maps.Clone(parts)
		b := bytes.Clone(parts[c.name])
		at := len(b) / 2
		if c.after != "" {
			at = bytes.Index(b, []byte(c.after)) + len(c.after)
		}
		b[at] ^= 1
		changed[c.name] = b
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for name, body := range changed {
			f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
			o.must(err)
			_, err = f.Write(body)
			o.must(err)
		}
		o.must(w.Close())
		if body := staff.refused("POST", o.at("/package"), out.Bytes(), "package_damaged"); !bytes.Contains(body, []byte(c.part)) {
			t.Errorf("%s: the refusal does not name the part: %s", what, body)
		}
	}
	staff.refused("POST", o.at("/package"), []byte("no zip"), "package_damaged")
	staff.ok("POST", o.at("/package"), file)
	refusals := 0
	for _, e := range o.phase(custody.PhaseSealed).Log {
		if e.Kind == custody.Refused && e.Code == "package_damaged" && e.Name == "姓名organiser" {
			refusals++
		}
	}
	if refusals != 5 {
		t.Errorf("%d refusals are recorded, want 5", refusals)
	}
}
