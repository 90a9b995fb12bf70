package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/web"
)

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		if value == "" {
			r.Header.Del(name)
			return
		}
		r.Header.Set(name, value)
	}
}

// TestRefusals is what the door refuses before a service is asked.
func TestRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	staff := w.staff("organiser")
	big := `{"ticket":"` + strings.Repeat("x", 2<<20) + `"}`
	for _, c := range []struct {
		name   string
		who    *client
		method string
		path   string
		body   any
		change func(*http.Request)
		status int
		code   string
	}{
		{"cross-site post", staff, "POST", "/api/admin/contests", "{}", header("Sec-Fetch-Site", "cross-site"), 403, "cross_origin"},
		{"same site, other origin", staff, "POST", "/api/admin/contests", "{}", header("Sec-Fetch-Site", "same-site"), 403, "cross_origin"},
		{"old browser, foreign origin", staff, "POST", "/api/admin/contests", "{}", header("Origin", "https://evil.example"), 403, "cross_origin"},
		{"no header", staff, "POST", "/api/admin/contests", "{}", header("X-Xinglu", ""), 403, "cross_origin"},
		{"sign-in without header", w.visitor(), "POST", "/api/exam/sign-in", "{}", header("X-Xinglu", ""), 403, "cross_origin"},
		{"unknown path of the API", staff, "GET", "/api/nothing", nil, nil, 404, "no_such_page"},
		{"post to an unknown path", staff, "POST", "/api/nothing", "{}", nil, 404, "no_such_page"},
		{"unknown page", w.visitor(), "GET", "/nothing.html", nil, nil, 404, "no_such_page"},
		{"get of a post", staff, "GET", "/api/exam/sign-in", nil, nil, 405, "method_not_allowed"},
		{"post of a get", staff, "POST", "/api/admin/me", "{}", nil, 405, "method_not_allowed"},
		{"delete", staff, "DELETE", "/api/admin/contests", nil, nil, 405, "method_not_allowed"},
		{"socket without upgrade", w.visitor(), "GET", "/api/board/" + string(w.division) + "/ws", nil, nil, 426, "websocket_only"},
		{"garbage", staff, "POST", "/api/admin/contests", "{", nil, 400, "bad_request"},
		{"nothing", staff, "POST", "/api/admin/contests", "", nil, 400, "bad_request"},
		{"wrong type", staff, "POST", "/api/admin/contests", `{"name":7,"event":{"zh":"a","en":"a"},"organiser":"","rehearsal":false}`, nil, 422, "invalid_input"},
		{"unknown field", staff, "POST", "/api/admin/contests", `{"name":{"zh":"a","en":"a"},"event":{"zh":"a","en":"a"},"organiser":"","rehearsal":false,"final":true}`, nil, 422, "invalid_input"},
		{"not JSON at all", staff, "POST", "/api/admin/contests", "a=b", header("Content-Type", "application/x-www-form-urlencoded"), 415, "unsupported_media_type"},
		{"huge body", w.visitor(), "POST", "/api/exam/sign-in", big, nil, 413, "body_too_large"},
		{"huge workbook", staff, "POST", "/api/admin/bank/outlines/" + string(w.outline) + "/question-imports?mode=preview&name=q.xlsx", make([]byte, 3<<20), nil, 413, "body_too_large"},
		{"no such contest", staff, "GET", "/api/admin/divisions/nothing", nil, nil, 404, "not_found"},
		{"no such sitting", staff, "GET", "/api/admin/sittings/nothing", nil, nil, 404, "sitting_not_found"},
		{"no such board", w.visitor(), "GET", "/api/board/nothing", nil, nil, 404, "no_such_board"},
		{"no such row", w.visitor(), "GET", "/api/board/" + string(w.division) + "/why?a=x&b=y", nil, nil, 404, "no_such_row"},
		{"no rehearsals here", staff, "POST", "/api/admin/rehearsal", `{"crowd":5}`, nil, 404, "no_rehearsal"},
	} {
		change := []func(*http.Request){}
		if c.change != nil {
			change = append(change, c.change)
		}
		got := c.who.call(c.method, c.path, c.body, change...)
		got.what = c.name + ": " + got.what
		got.problem(c.status, c.code)
	}
	if all, err := w.engine.Contests(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("%d contests, %v; the refusals left something", len(all), err)
	}
}

func TestWrongFieldsAreNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff("organiser").post("/api/admin/contests", `{"name":{"zh":"","en":""},"event":{"zh":"","en":""},"organiser":"","rehearsal":false}`).problem(422, "invalid_contest")
	var paths []string
	for _, f := range p.Errors {
		paths = append(paths, f.Path)
	}
	if diff := cmp.Diff([]string{"name.zh", "event.zh"}, paths); diff != "" {
		t.Errorf("wrong places (-want +got):\n%s", diff)
	}
	p = w.staff("organiser").post("/api/admin/accounts", `{"login":"x","name":"x","unit":"","roles":["king"],"password":"long enough"}`).problem(422, "invalid_account")
	if len(p.Errors) != 1 || p.Errors[0].Path != "roles" {
		t.Errorf("unknown role: %+v", p.Errors)
	}
}

// The framework's check of the shape names the property itself, not the object that it looked into.
func TestMissingAndUnknownFieldsAreNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.staff("organiser").post("/api/admin/contests", `{"name":{"zh":"a"},"organiser":7,"rehearsal":false,"final":true}`).problem(422, "invalid_input")
	got := map[string]string{}
	for _, f := range p.Errors {
		got[f.Path] = f.Code
	}
	want := map[string]string{"name.en": "missing", "event": "missing", "organiser": "invalid_value", "final": "unknown_property"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}

// A list of ten thousand candidates is larger than other bodies may be.
func TestALongListFitsIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *world, o *web.Options) { o.Limits.UploadBytes = 8 << 20 })
	list := make([]exam.Registration, 10_000)
	for i := range list {
		list[i] = exam.Registration{Name: strings.Repeat("名", 20), Unit: strings.Repeat("位", 20), IDType: exam.IDResident, IDNumber: "1"}
	}
	must(t, w.exam.CreateSitting(t.Context(), w.sittingDraft("s2")))
	w.staff("organiser").post("/api/admin/sittings/s2/register", map[string]any{"key": "k", "registrations": list}).problem(422, "registration_refused")
}

// workbook makes a workbook with one sheet "三级".
func workbook(t *testing.T, rows ...[]string) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	must(t, f.SetSheetName("Sheet1", "三级"))
	for r, row := range rows {
		for c, v := range row {
			at, err := excelize.CoordinatesToCellName(c+1, r+1)
			must(t, err)
			must(t, f.SetCellStr("三级", at, v))
		}
	}
	var buf bytes.Buffer
	must(t, f.Write(&buf))
	return buf.Bytes()
}

var questionColumns = []string{"题型(必填)", "题干(必填)", "答案", "选项A", "选项B", "选项C", "选项D", "知识点一级", "知识点二级"}

func TestWorkbooksAreRefusedWithTheirPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	author := w.staff("bank_author")
	at := "/api/admin/bank/outlines/" + string(w.outline) + "/question-imports?name=q.xlsx&mode="
	good := []string{"单选题", "一道新题( )。", "A", "甲", "乙", "丙", "丁", "A", "001"}
	outside := []string{"单选题", "另一道新题( )。", "E", "甲", "乙", "丙", "丁", "A", "002"}
	sheet := header("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")

	for name, c := range map[string]struct {
		body []byte
		code string
	}{
		"not a workbook": {[]byte("name,answer\n"), "workbook_wrong_type"},
		"old format":     {append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 512)...), "workbook_old_format"},
		"wrong column":   {workbook(t, []string{"题型(必填)", "题目", "正确"}, good), "workbook_columns_missing"},
	} {
		t.Run(name, func(t *testing.T) {
			p := author.call("POST", at+"accept", c.body, sheet).problem(422, c.code)
			if c.code == "workbook_columns_missing" && len(p.Errors) == 0 {
				t.Error("the missing columns are not named")
			}
		})
	}
	for _, mode := range []string{"preview", "accept"} {
		var out web.ImportAnswer
		author.call("POST", at+mode, workbook(t, questionColumns, good, outside), sheet).want(200).into(&out)
		if out.Accepted != nil || out.Report.Good != 1 || out.Report.Bad != 1 {
			t.Fatalf("%s of a file with a key outside its options: %+v", mode, out)
		}
		problem := out.Report.Rows[1].Problems[0]
		if problem.Code != "key_outside_options" || problem.Row != 3 || problem.Column != "C" || problem.File != "q.xlsx" {
			t.Errorf("%s: the place is %+v", mode, problem)
		}
	}
	if list, err := w.bank.Questions(t.Context(), w.outline); err != nil || len(list) != 8 {
		t.Errorf("%d questions, %v; want the 8 planted ones: half a file was taken", len(list), err)
	}
	var out web.ImportAnswer
	author.call("POST", at+"accept", workbook(t, questionColumns, good), sheet).want(200).into(&out)
	if out.Accepted == nil || out.Accepted.Import.Added != 1 {
		t.Errorf("a good file: %+v", out)
	}
}

func TestWeightsMustAddUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	organiser := w.staff("organiser")
	draft := engine.DivisionDraft{Contest: w.contest, Name: text("教师组"), Scheme: scheme(), Rules: rules(), Panels: []engine.Panel{}}
	draft.Rules.Parts[1].Weight = 6999
	p := organiser.post("/api/admin/divisions", draft).problem(422, "rules_invalid")
	if len(p.Errors) == 0 || !strings.HasPrefix(p.Errors[0].Path, "parts") {
		t.Errorf("the place is %+v", p.Errors)
	}
	draft.Rules = rules()
	draft.Scheme.Modules[1].Max = 999
	p = organiser.post("/api/admin/divisions", draft).problem(422, "scheme_invalid")
	if len(p.Errors) == 0 || !strings.HasPrefix(p.Errors[0].Path, "modules[1]") {
		t.Errorf("the place is %+v", p.Errors)
	}
	b := blueprint(w.outline)
	b.ID, b.Total = "other", 9000
	organiser.post("/api/admin/bank/papers", map[string]any{"blueprint": b, "seed": "1"}).problem(422, "blueprint_invalid")
	if list, err := w.engine.Divisions(t.Context(), w.contest); err != nil || len(list) != 1 {
		t.Errorf("%d divisions, %v: half a division was made", len(list), err)
	}
	var paper bank.Paper
	organiser.post("/api/admin/bank/papers", map[string]any{"blueprint": blueprint(w.outline), "seed": "18446744073709551615"}).want(200).into(&paper)
	if paper.Seed != 1<<64-1 {
		t.Errorf("seed %d", paper.Seed)
	}
	organiser.post("/api/admin/bank/papers", map[string]any{"blueprint": blueprint(w.outline), "seed": "18446744073709551616"}).problem(422, "bad_seed")
}

func TestBadTicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.visitor()
	good := w.people[0]
	var first web.Problem
	for i, in := range []web.TicketSignIn{
		{Ticket: string(good.ticket.No), IDTail: w.people[1].tail()}, // wrong tail
		{Ticket: "3799999", IDTail: good.tail()},                     // unknown ticket
		{Ticket: string(good.ticket.No), IDTail: good.IDNumber[:6]},  // wrong end of the number
	} {
		p := c.post("/api/exam/sign-in", in).problem(401, "ticket_refused")
		p.RequestID = ""
		if i == 0 {
			first = p
		}
		if diff := cmp.Diff(first, p); diff != "" {
			t.Errorf("try %d tells more than the first (-first +this):\n%s", i, diff)
		}
	}
	c.get("/api/exam/me").problem(401, "signed_out")
	// As people write them: full width, spaces, small x.
	c.post("/api/exam/sign-in", web.TicketSignIn{Ticket: " " + string(good.ticket.No[:2]) + " " + string(good.ticket.No[2:]), IDTail: strings.ToLower(good.tail())}).want(200)
}

// TestSignInRate: another spelling of a name is not another name.
func TestSignInRate(t *testing.T) {
	t.Parallel()
	clock := time.Now()
	w := newWorld(t, func(_ *world, o *web.Options) {
		o.Limits.SignInsPerMinute = 3
		o.Now = func() time.Time { return clock }
	})
	no := string(w.people[0].ticket.No)
	w.account("organiser", password, access.Organiser)
	c := w.visitor()
	for i, spelling := range []string{no, " " + no, no[:1] + " " + no[1:]} {
		c.post("/api/exam/sign-in", web.TicketSignIn{Ticket: spelling, IDTail: "000000"}).problem(401, "ticket_refused")
		c.post("/api/admin/sign-in", web.PasswordSignIn{Login: strings.Repeat(" ", i) + strings.ToUpper("organiser"), Password: "wrong"}).problem(401, "sign_in_refused")
	}
	wide := strings.Map(func(r rune) rune { return r - '0' + '０' }, no[:2]) + no[2:]
	for _, spelling := range []string{no, wide, no + " ", no[:3] + "\t" + no[3:]} {
		c.post("/api/exam/sign-in", web.TicketSignIn{Ticket: spelling, IDTail: w.people[0].tail()}).problem(429, "sign_in_rate")
	}
	c.post("/api/admin/sign-in", web.PasswordSignIn{Login: "Organiser  ", Password: password}).problem(429, "sign_in_rate")
	// Others are not held up, and a minute later it is forgiven.
	c.post("/api/exam/sign-in", web.TicketSignIn{Ticket: string(w.people[1].ticket.No), IDTail: w.people[1].tail()}).want(200)
	clock = clock.Add(time.Minute)
	c.post("/api/exam/sign-in", web.TicketSignIn{Ticket: no, IDTail: w.people[0].tail()}).want(200)
	c.post("/api/admin/sign-in", web.PasswordSignIn{Login: "organiser", Password: password}).want(200)
}

func TestSignInRateOfAnAddress(t *testing.T) {
	t.Parallel()
	clock := time.Now()
	w := newWorld(t, func(_ *world, o *web.Options) {
		o.Limits.SignInsPerMinuteIP = 2
		o.Now = func() time.Time { return clock }
	})
	c := w.visitor()
	for i := range 2 {
		c.post("/api/exam/sign-in", web.TicketSignIn{Ticket: fmt.Sprint("3700", i), IDTail: "000000"}).problem(401, "ticket_refused")
	}
	// A forged header is not another address.
	c.call("POST", "/api/exam/sign-in", web.TicketSignIn{Ticket: "37009", IDTail: "000000"}, header("X-Forwarded-For", "203.0.113.7")).problem(429, "sign_in_rate")
}

// paperOf loads the candidate's paper.
func (c *client) paperOf() exam.SeatPaper {
	c.w.t.Helper()
	var p exam.SeatPaper
	c.get("/api/exam/paper").want(200).into(&p)
	return p
}

func questionsOf(p exam.SeatPaper) (all []exam.SeatQuestion) {
	for _, s := range p.Sections {
		all = append(all, s.Questions...)
	}
	return all
}

func save(n int64, q bank.QuestionID, seq int64, value ...bank.OptionID) map[string]any {
	return map[string]any{"t": "save", "n": n, "answers": []any{
		map[string]any{"question": q, "seq": seq, "value": append([]bank.OptionID{}, value...), "flagged": false, "mono_ms": 1, "wall": time.Now()},
	}}
}

func TestAnswersAreReplayedAndRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.seated(0)
	c.get("/api/exam/paper").problem(409, "sitting_not_started")
	w.start()
	qs := questionsOf(c.paperOf())
	ws, _ := c.examSocket()
	q := qs[0]
	first := ws.ask(save(1, q.ID, 1, q.Options[0].ID), "ack", "refused")
	again := ws.ask(save(2, q.ID, 1, q.Options[0].ID), "ack", "refused")
	if first.T != "ack" || !bytes.Equal(first.Answers, again.Answers) {
		t.Errorf("a replay got %s, the first %s", again.raw, first.raw)
	}
	for _, x := range []struct {
		name, code string
		frame      any
	}{
		{"same seq, other value", "seq_reused", save(3, q.ID, 1, q.Options[1].ID)},
		{"unknown question", "unknown_question", save(4, "q0", 1, q.Options[0].ID)},
		{"option of another question", "unknown_option", save(5, q.ID, 2, qs[1].Options[0].ID)},
		{"two of a single choice", "too_many_options", save(6, q.ID, 2, q.Options[0].ID, q.Options[1].ID)},
		{"no answers", "bad_frame", map[string]any{"t": "save", "n": 7, "answers": []any{}}},
		{"hand-in without key", "key_invalid", map[string]any{"t": "hand_in", "n": 8, "key": ""}},
	} {
		if f := ws.ask(x.frame, "ack", "refused"); f.T != "refused" || !strings.Contains(string(f.raw), `"`+x.code+`"`) {
			t.Errorf("%s: %s, want %s", x.name, f.raw, x.code)
		}
	}
	receipt := ws.ask(map[string]any{"t": "hand_in", "n": 9, "key": "k"}, "receipt", "refused")
	if receipt.T != "receipt" || receipt.Answered != 1 {
		t.Fatalf("hand-in: %s", receipt.raw)
	}
	if f := ws.ask(save(10, q.ID, 3, q.Options[2].ID), "ack", "refused"); f.T != "refused" || f.Code != "attempt_closed" {
		t.Errorf("a late answer: %s", f.raw)
	}
	if f := ws.ask(map[string]any{"t": "hand_in", "n": 11, "key": "k"}, "receipt", "refused"); f.Code != receipt.Code {
		t.Errorf("hand-in again: %s, first %s", f.raw, receipt.raw)
	}
	if f := ws.ask(save(12, q.ID, 1, q.Options[0].ID), "ack", "refused"); f.T != "ack" || !bytes.Equal(f.Answers, first.Answers) {
		t.Errorf("a replay after the end: %s", f.raw)
	}
}

// sheets lists the judge's sheets.
func (c *client) sheets() []engine.SheetBrief {
	c.w.t.Helper()
	var out web.JudgeSheets
	c.get("/api/judge/sheets").want(200).into(&out)
	if len(out.Divisions) == 0 {
		return nil
	}
	return out.Divisions[0].Sheets
}

// submit is a sheet with a judgement level and points.
func submit(s engine.SheetBrief, key string, level int, points scoring.Marks) map[string]any {
	return map[string]any{
		"t": "submit", "n": 1, "key": key, "division": s.Division, "sheet": s.ID, "code_tail": s.Code[len(s.Code)-2:], "expect": s.Version, "round": s.Round,
		"entries": []any{map[string]any{"aspect": "J", "level": level}, map[string]any{"aspect": "R", "points": points}}, "note": "",
	}
}

func TestMarksAreRefusedWithTheirPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.judge(0)
	sheet := c.sheets()[0]
	ws := c.judgeSocket()
	change := func(key, name string, v any) map[string]any {
		f := submit(sheet, key, 2, 300)
		f[name] = v
		return f
	}
	for _, x := range []struct {
		name, code, path string
		frame            any
	}{
		{"above the maximum", "entry_invalid", "entries[1].points", submit(sheet, "a", 2, 450)},
		{"a level that is none", "entry_invalid", "entries[0].level", submit(sheet, "b", 4, 300)},
		{"half a sheet", "entry_invalid", "", change("c", "entries", []any{map[string]any{"aspect": "J", "level": 1}})},
		{"wrong code", "wrong_code", "code_tail", change("d", "code_tail", "zz")},
		{"no such sheet", "no_such_sheet", "", change("e", "sheet", "x.P")},
		{"no such division", "not_found", "", change("f", "division", "x")},
		{"old version", "version_conflict", "", change("g", "expect", 3)},
	} {
		f := ws.ask(x.frame, "ack", "refused")
		if f.T != "refused" || f.Code != x.code || !strings.Contains(string(f.Errors), x.path) {
			t.Errorf("%s: %s, want %s at %q", x.name, f.raw, x.code, x.path)
		}
	}
	outsider := w.judge(2)
	if list := outsider.sheets(); len(list) != 0 {
		t.Errorf("a judge of no panel has sheets: %+v", list)
	}
	if f := outsider.judgeSocket().ask(submit(sheet, "h", 2, 300), "ack", "refused"); f.Code != "wrong_panel" {
		t.Errorf("another panel's judge: %s", f.raw)
	}
	outsider.get("/api/judge/sheets/"+string(w.division)+"/"+string(sheet.ID)).problem(403, "wrong_panel")
	if got := c.sheets()[0]; got.State != engine.SheetNotStarted || got.Have != 0 {
		t.Errorf("the refusals left something: %+v", got)
	}
	first := ws.ask(submit(sheet, "k", 2, 300), "ack", "refused")
	again := ws.ask(submit(sheet, "k", 2, 300), "ack", "refused")
	if first.T != "ack" || again.T != "ack" || first.Version != 1 || again.Version != 1 || *again.Total != *first.Total {
		t.Errorf("replay: %s, first: %s", again.raw, first.raw)
	}
	// The key of one sheet is no key of another: the second must not be
	// acknowledged without being stored.
	other := c.sheets()[1]
	if f := ws.ask(submit(other, "k", 1, 100), "ack", "refused"); f.T != "refused" || f.Code != "key_reused" {
		t.Errorf("a key used for another sheet: %s", f.raw)
	}
}

func TestFramesOfNoProtocol(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	bystander, _ := w.seated(1).examSocket()
	for name, send := range map[string]func(*socket) error{
		"garbage":         func(s *socket) error { return s.WriteMessage(1, []byte("}{")) },
		"unknown type":    func(s *socket) error { return s.WriteJSON(map[string]string{"t": "nothing"}) },
		"wrong types":     func(s *socket) error { return s.WriteJSON(map[string]any{"t": "save", "n": "one"}) },
		"binary":          func(s *socket) error { return s.WriteMessage(2, []byte(`{"t":"hello"}`)) },
		"ten megabytes":   func(s *socket) error { return s.WriteMessage(1, []byte(`{"t":"`+strings.Repeat("x", 10<<20)+`"}`)) },
		"a byte too many": func(s *socket) error { return s.WriteMessage(1, []byte(strings.Repeat(" ", 64<<10+1))) },
	} {
		for surface, dial := range map[string]func() *socket{
			"candidate": func() *socket { s, _ := w.seated(0).examSocket(); return s },
			"judge":     func() *socket { return w.judge(0).judgeSocket() },
		} {
			s := dial()
			if err := send(s); err != nil {
				t.Logf("%s %s: sending ended with %v", surface, name, err)
			}
			if code := s.closed(); code != 4113 {
				t.Errorf("%s, %s: closed with %d, want 4113", surface, name, code)
			}
		}
	}
	s := w.seated(0).dial("/api/exam/ws")
	s.send(map[string]any{"t": "beat", "n": 1})
	if code := s.closed(); code != 4113 {
		t.Errorf("no hello first: closed with %d, want 4113", code)
	}
	if f := bystander.ask(map[string]any{"t": "beat", "n": 7}, "beat"); f.N != 7 {
		t.Errorf("the bystander's beat: %s", f.raw)
	}
	w.visitor().get("/healthz").want(200)
}

func TestSpectatorsCannotTalk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, frame := range map[string][]byte{"garbage": []byte("}{"), "ten megabytes": make([]byte, 10<<20)} {
		s := w.visitor().dial("/api/board/" + string(w.division) + "/ws")
		if f := s.next("snapshot"); f.V == 0 && len(f.Rows) > 0 {
			t.Errorf("snapshot: %s", f.raw)
		}
		_ = s.WriteMessage(1, frame)
		if code := s.closed(); code != 4101 && code != 1009 && !(name == "ten megabytes" && code == 0) {
			t.Errorf("%s: closed with %d", name, code)
		}
	}
	w.visitor().get("/healthz").want(200)
}

func TestSocketsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		path string
		who  *client
	}{{"/api/exam/ws", w.seated(0)}, {"/api/judge/ws", w.judge(0)}, {"/api/board/" + string(w.division) + "/ws", w.visitor()}} {
		for _, h := range [][]string{{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}} {
			s, a := c.who.tryDial(c.path, h...)
			if s != nil {
				t.Fatalf("%s with %v was opened", c.path, h)
			}
			a.problem(403, "cross_origin")
		}
	}
}

func TestASeatThatIsNotAdmittedHasNoSocket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.candidate(0)
	s, a := c.tryDial("/api/exam/ws")
	if s != nil {
		t.Fatal("opened without admission")
	}
	a.problem(409, "not_admitted")
	c.post("/api/exam/admit", map[string]bool{"pledge": false}).problem(422, "pledge_missing")
	var me struct {
		Attempt struct{ State string }
	}
	if err := json.Unmarshal(c.get("/api/exam/me").want(200).body, &me); err != nil || me.Attempt.State != "notstarted" {
		t.Errorf("state %q, %v", me.Attempt.State, err)
	}
}
