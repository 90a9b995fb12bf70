package web_test

// Bad days at the desk and on tablets. Those of the fold are in
// engine/*_test.go.
//
//	what happens                       | what the person gets
//	-----------------------------------|------------------------------------------
//	a mark above the maximum, off step | entry_invalid with the place (TestMarksAreRefusedWithTheirPlace)
//	the wrong code repeated            | wrong_code
//	two tablets on one assignment      | the second: version_conflict, both versions
//	                                   | and the stored marks (TestTabletsMeet)
//	a sheet of the round before        | stale_round, both rounds, the stored marks
//	the tablet's clock is wrong        | nothing: it decides nothing (TestTabletsMeet)
//	a key used for other marks         | key_reused
//	a judge of the competitor's unit   | wrong_panel; the list has no such sheet
//	the scheme edited after the start  | division_frozen (engine)
//	a division that is not open        | division_not_running at the desk
//	an oversize note, picture          | text_too_long, body_too_large

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/web"
)

// deskPath is a path of the division at the console.
func (w *world) deskPath(rest string) string {
	return "/api/admin/divisions/" + string(w.division) + rest
}

// raw sends bytes as they are.
func raw(r *http.Request) { r.Header.Set("Content-Type", "application/octet-stream") }

func TestTabletsMeet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.judge(0)
	one, two := c.judgeSocket(), c.judgeSocket()
	sheet := c.sheets()[0]
	first := submit(sheet, "a", 3, 400)
	first["tablet_ms"] = 31 // 1970
	one.ask(first, "ack")
	f := two.ask(submit(sheet, "b", 1, 100), "ack", "refused")
	var got struct {
		Mine        engine.JudgeSheet
		Sheet       engine.SheetBrief
		Conferences []any
	}
	must(t, json.Unmarshal(f.raw, &got))
	if f.Code != "version_conflict" || f.Params["expected"] != "0" || f.Params["stored"] != "1" || got.Mine.Version != 1 || *got.Mine.Entries[0].Level != 3 {
		t.Errorf("the second tablet: %s", f.raw)
	}
	other := w.judge(1)
	other.judgeSocket().ask(submit(other.sheets()[0], "c", 0, 400), "ack")
	stale := submit(sheet, "d", 2, 400)
	stale["expect"] = 1
	f = two.ask(stale, "ack", "refused")
	must(t, json.Unmarshal(f.raw, &got))
	if f.Code != "stale_round" || f.Params["round"] != "1" || f.Params["current"] != "2" || got.Sheet.Round != 2 || len(got.Conferences) != 1 {
		t.Errorf("a sheet of the round before: %s", f.raw)
	}
	again := submit(c.sheets()[0], "e", 1, 400)
	if f := two.ask(again, "ack", "refused"); f.T != "ack" || f.Sheet.State != "agreed" {
		t.Errorf("marked again: %s", f.raw)
	}
	again["entries"] = submit(sheet, "", 2, 350)["entries"]
	if f := two.ask(again, "ack", "refused"); f.Code != "key_reused" {
		t.Errorf("the key with other marks: %s", f.raw)
	}
	long := submit(c.sheets()[1], "f", 2, 300)
	long["note"] = strings.Repeat("记", 2001)
	if f := two.ask(long, "ack", "refused"); f.Code != "text_too_long" || !strings.Contains(string(f.Errors), `"note"`) {
		t.Errorf("an oversize note: %s", f.raw)
	}
}

// The whole way of a module: marks, signatures, lock, unlock by two, and what
// each person's screens say of it.
func TestFromMarksToTheLock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	judges := []*client{w.judge(0), w.judge(1)}
	chief, super := w.staff("chief_judge"), w.staff("supervisor")
	hints := super.dial(w.deskPath("/desk/ws"))
	hints.ask(map[string]any{"t": "beat"}, "beat")
	sockets := []*socket{judges[0].judgeSocket(), judges[1].judgeSocket()}
	var ids []engine.SheetID
	for i, c := range judges {
		for k, s := range c.sheets() {
			sockets[i].ask(submit(s, fmt.Sprint("m", k), 2, 300), "ack")
			if i == 0 {
				ids = append(ids, s.ID)
			}
		}
	}
	if f := hints.next("desk"); !bytes.Contains(f.raw, []byte(`"kind":"sheet.submitted"`)) {
		t.Errorf("a hint: %s", f.raw)
	}
	var list []engine.Agreement
	for _, id := range ids {
		var v engine.SheetView
		judges[0].get("/api/judge/sheets/" + string(w.division) + "/" + string(id)).want(200).into(&v)
		if v.State != engine.SheetAgreed || len(v.Agreed) != 2 || *v.AgreedTotal != 700 {
			t.Fatalf("agreed: %+v", v)
		}
		list = append(list, engine.Agreement{Sheet: id, Digest: strings.Repeat("0", 64)})
	}
	f := sockets[0].ask(map[string]any{"t": "sign", "n": 1, "key": "s", "division": w.division, "sheets": list}, "signed", "refused")
	if f.Code != "cannot_sign" || !strings.Contains(string(f.Errors), `"code":"changed"`) {
		t.Errorf("another digest: %s", f.raw)
	}
	var desk web.DeskView
	chief.get(w.deskPath("/desk")).want(200).into(&desk)
	m := desk.Modules[0]
	if m.Counts[engine.DeskSigned] != len(ids) || len(m.Panels[0].Rows) != len(ids) || desk.Names[string(w.judges[0].ID)] == "" {
		t.Fatalf("the desk: %+v", m)
	}
	body := map[string]any{"key": "lock", "module": "P", "digest": m.Digest}
	super.post(w.deskPath("/locks"), body).problem(403, "forbidden")
	chief.post(w.deskPath("/locks"), body).want(204)
	for f := sockets[0].next("refresh", "sheet"); f.T != "refresh"; f = sockets[0].next("refresh", "sheet") {
	}
	if s := judges[0].sheets()[0]; s.State != engine.SheetLocked {
		t.Errorf("the judge sees %s", s.State)
	}
	var asked web.UnlockAsked
	ask := map[string]any{"key": "u", "module": "P", "sheet": ids[0], "why": "漏看一处"}
	chief.post(w.deskPath("/unlocks"), map[string]any{"key": "u", "module": "P", "sheet": ids[0], "why": ""}).problem(422, "invalid_input")
	chief.post(w.deskPath("/unlocks"), ask).want(200).into(&asked)
	grant := w.deskPath(fmt.Sprintf("/unlocks/%d/grant", asked.Asked))
	chief.post(grant, map[string]any{"key": "g"}).problem(403, "same_person")
	super.post(grant, map[string]any{"key": "g"}).want(204)
	super.post(grant, map[string]any{"key": "g2"}).problem(409, "nothing_to_do")
	if s := judges[0].sheets()[0]; s.State != engine.SheetNotStarted || s.Round != 2 || s.Version != 1 {
		t.Errorf("after the unlock: %+v", s)
	}
	var sheet web.DeskSheetView
	chief.get(w.deskPath("/desk/sheets/" + string(ids[0]))).want(200).into(&sheet)
	if len(sheet.Files) != 2 || len(sheet.Files[0].Versions) != 1 || sheet.Files[0].Versions[0].Round != 1 {
		t.Errorf("originals: %+v", sheet.Files)
	}
	chief.post(w.deskPath("/aspect-decisions"), map[string]any{
		"key": "d", "sheet": ids[0], "aspect": "J", "observation": map[string]any{"level": 2}, "why": "x",
	}).problem(422, "override_invalid")
	var acts struct{ Items []engine.Act }
	chief.get(w.deskPath("/desk/acts")).want(200).into(&acts)
	if len(acts.Items) != 2 || acts.Items[1].Kind != "module.locked" || acts.Items[0].Sheet != ids[0] {
		t.Errorf("the chief's acts: %+v", acts.Items)
	}
	// What the desk was sent names nobody of the competitors.
	for _, c := range []*client{chief, super} {
		for _, p := range w.people {
			for _, secret := range []string{p.Name, p.Unit, string(p.id)} {
				if strings.Contains(c.seen.String(), secret) {
					t.Errorf("the desk was sent %q", secret)
				}
			}
		}
	}
}

// Pictures go in by the tablet and are seen by the panel and the desk, as what
// they are.
func TestPictures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.judge(0)
	sheet := c.sheets()[0]
	path := "/api/judge/sheets/" + string(w.division) + "/" + string(sheet.ID) + "/evidence"
	var e engine.Evidence
	c.call("POST", path+"?key=p1&aspect=R", drawing(), raw).want(200).into(&e)
	c.call("POST", path+"?key=p2", []byte("<svg onload=alert(1)>"), raw).problem(422, "picture_invalid")
	c.call("POST", path+"?key=p3", make([]byte, engine.MaxEvidence+2<<10), raw).problem(413, "body_too_large")
	c.call("POST", path+"?aspect=R", drawing(), raw).problem(422, "act_key_missing")
	w.judge(2).call("POST", path+"?key=p4", drawing(), raw).problem(403, "wrong_panel")
	got := c.get(path + "/" + string(e.ID)).want(200)
	if got.header.Get("Content-Type") != "image/png" || !bytes.Equal(got.body, drawing()) {
		t.Errorf("sent back as %s", got.header.Get("Content-Type"))
	}
	w.judge(1).get(path+"/"+string(e.ID)).problem(404, "no_such_picture")
	chief := w.staff("chief_judge")
	chief.get(w.deskPath("/desk/sheets/" + string(sheet.ID) + "/evidence/" + string(e.ID))).want(200)
	frame := submit(sheet, "m", 2, 300)
	frame["evidence"] = []string{string(e.ID)}
	c.judgeSocket().ask(frame, "ack")
}

// Tabulators and the call room have their own doors.
func TestPaperAndAbsenceByTheirOffices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 2 {
		w.account(fmt.Sprintf("tabulator%d", i), password, access.Tabulator)
	}
	sheet := w.judge(0).sheets()[0]
	sign := func(login string) *client {
		c := w.visitor()
		c.post("/api/admin/sign-in", web.PasswordSignIn{Login: login, Password: password}).want(200)
		return c
	}
	one, two := sign("tabulator0"), sign("tabulator1")
	var list web.PaperList
	one.get(w.deskPath("/paper-sheets/P")).want(200).into(&list)
	if len(list.Items) != 2*len(w.judge(0).sheets()) || len(list.Scheme.SubCriteria) != 1 {
		t.Fatalf("%d papers", len(list.Items))
	}
	body := func(key string, points int) map[string]any {
		return map[string]any{
			"key": key, "sheet": sheet.ID, "judge": w.judges[0].ID, "expect": 0, "round": 1, "note": "",
			"entries": []any{map[string]any{"aspect": "J", "level": 2}, map[string]any{"aspect": "R", "points": points}},
		}
	}
	var r engine.KeyedResult
	one.post(w.deskPath("/paper-sheets/P"), body("a", 300)).want(200).into(&r)
	two.post(w.deskPath("/paper-sheets/P"), body("a", 350)).want(200).into(&r)
	if r.State != engine.PaperDiffers || len(r.Differs) != 1 || strings.Contains(two.seen.String(), `"points":300`) {
		t.Errorf("the second: %+v", r)
	}
	one.post(w.deskPath("/paper-sheets/P"), body("b", 350)).want(200).into(&r)
	if r.State != engine.PaperCounts {
		t.Errorf("corrected: %+v", r)
	}
	if s := w.judge(0).sheets()[0]; s.State != engine.SheetSubmitted {
		t.Errorf("the judge sees %s", s.State)
	}
	other := w.judge(0).sheets()[1]
	absent := map[string]any{"key": "k", "layer": "station", "code": other.Code, "modules": []string{}, "note": "检录未到"}
	one.post(w.deskPath("/absences"), absent).problem(403, "forbidden")
	call := w.staff("call_room")
	call.post(w.deskPath("/absences"), absent).want(204)
	if s := w.judge(0).sheets()[1]; s.State != engine.SheetAbsent {
		t.Errorf("the judge sees %s", s.State)
	}
	call.post(w.deskPath("/absences"), map[string]any{"key": "l", "layer": "station", "code": sheet.Code, "modules": []string{}, "note": ""}).problem(409, "has_marks")
	absent["key"], absent["withdraw"] = "m", true
	call.post(w.deskPath("/absences"), absent).want(204)
	if s := w.judge(0).sheets()[1]; s.State != engine.SheetNotStarted {
		t.Errorf("not absent after all: %s", s.State)
	}
}

// A division that has not been opened has no desk.
func TestNoDeskBeforeTheOpening(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d, err := w.engine.CreateDivision(t.Context(), engine.DivisionDraft{
		Contest: w.contest, Name: text("教师组"), Scheme: scheme(), Rules: rules(), Panels: []engine.Panel{},
	})
	must(t, err)
	chief := w.staff("chief_judge")
	chief.get("/api/admin/divisions/"+string(d.ID)+"/desk").problem(409, "division_not_running")
	chief.post("/api/admin/divisions/"+string(d.ID)+"/locks", map[string]any{"key": "k", "module": "P", "digest": ""}).problem(409, "division_phase")
	chief.get("/api/admin/divisions/nothing/desk").problem(404, "not_found")
}
