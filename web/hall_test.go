package web_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/hall"
	"github.com/xinglu/xinglu/web"
)

// at is a path below the world's division.
func (w *world) at(format string, args ...any) string {
	return "/api/admin/divisions/" + string(w.division) + fmt.Sprintf(format, args...)
}

// called makes a call that has started long ago and returns its roll.
func (w *world) called(c *client) web.CallRoll {
	w.t.Helper()
	var made web.CallMade
	c.post(w.at("/calls"), map[string]any{"key": "call", "name": "上午场", "batch": 0, "modules": []string{}, "starts_at": time.Now().Add(-time.Hour)}).want(200).into(&made)
	return w.roll(c, made.Call)
}

func (w *world) roll(c *client, call int) (out web.CallRoll) {
	w.t.Helper()
	c.get(w.at("/calls/%d", call)).want(200).into(&out)
	return out
}

// A morning at the call room: somebody is checked and goes in, somebody is
// missing, asks to come in after all and is let in by the chief judge, who is
// told nobody's name.
func TestCallRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room, chief := w.staff("call_room"), w.staff("chief_judge")
	roll := w.called(room)
	if len(roll.Members) != 4 || roll.Call.Overdue != 4 || roll.Members[0].Name != w.people[0].Name || roll.Members[0].State != hall.Expected {
		t.Fatalf("roll %+v", roll)
	}
	call := roll.Call.No
	missing := roll.Members[3].Competitor
	path := func(what string) string { return w.at("/calls/%d/%s", call, what) }
	var n struct{ Marked int }
	room.post(path("absentees"), map[string]any{"key": "a"}).want(200).into(&n)
	if n.Marked != 4 {
		t.Errorf("%d absent", n.Marked)
	}
	if r := w.roll(room, call); r.Members[3].Told != hall.ToldTaken || len(r.Members[3].Steps) != 1 {
		t.Errorf("absent: %+v", r.Members[3])
	}
	room.post(path("undo"), map[string]any{"key": "u0", "competitor": roll.Members[0].Competitor, "step": w.roll(room, call).Members[0].Steps[0].Seq, "why": "在场"}).want(204)
	room.post(path("moves"), map[string]any{"key": "m0", "competitors": []string{roll.Members[0].Competitor}, "to": "waiting", "why": ""}).problem(409, "check_in_too_late")
	room.post(path("moves"), map[string]any{"key": "m0", "competitors": []string{missing}, "to": "competing", "why": ""}).problem(409, "check_in_step")
	room.post(path("admissions"), map[string]any{"key": "q", "competitor": missing, "why": "班车故障"}).want(204)
	room.post(path("identity"), map[string]any{"key": "i", "competitor": missing, "method": "id_card", "finding": "match", "note": ""}).want(204)

	var desk web.DeskCalls
	seen := chief.get(w.at("/desk/calls")).want(200)
	seen.into(&desk)
	for _, m := range roll.Members {
		for _, secret := range []string{m.Name, m.Competitor, m.Unit} {
			if bytes.Contains(seen.body, []byte(secret)) {
				t.Errorf("the chief judge is told %q", secret)
			}
		}
	}
	if len(desk.Asked) != 1 || desk.Asked[0].Why != "班车故障" || desk.Names[string(desk.Asked[0].By)] == "" {
		t.Fatalf("asked %+v", desk)
	}
	chief.get(w.at("/calls/%d", call)).problem(403, "forbidden")
	room.post(w.at("/admissions/%d/decide", desk.Asked[0].Seq), map[string]any{"key": "d", "granted": true, "why": "同意"}).problem(403, "forbidden")
	chief.post(w.at("/admissions/%d/decide", desk.Asked[0].Seq), map[string]any{"key": "d", "granted": true, "why": "同意"}).want(204)
	chief.post(w.at("/admissions/%d/decide", desk.Asked[0].Seq), map[string]any{"key": "d", "granted": true, "why": "同意"}).want(204) // the same key
	chief.post(w.at("/calls/%d/release", call), map[string]any{"key": "r", "why": "先入场"}).want(204)
	for _, to := range []string{"ready", "competing", "left"} {
		room.post(path("moves"), map[string]any{"key": to, "competitors": []string{missing}, "to": to, "why": ""}).want(204)
	}
	m := w.roll(room, call).Members[3]
	if m.State != hall.Left || m.Asked.Decided == nil || m.LateMS == 0 || len(m.Identity) != 1 {
		t.Errorf("in the end: %+v", m)
	}
	room.post(path("moves"), map[string]any{"key": "x", "competitors": []string{missing}, "to": "nowhere", "why": ""}).problem(422, "invalid_input")
	room.get(w.at("/calls/99")).problem(404, "no_such_call")
	var list struct{ Items []hall.CallView }
	room.get(w.at("/calls")).want(200).into(&list)
	if len(list.Items) != 1 || list.Items[0].Counts[hall.Left] != 1 || !list.Items[0].Released {
		t.Errorf("calls %+v", list.Items)
	}
}

// Badges find their people, tickets too; photos are for the call room.
func TestBadgesAndTickets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.staff("call_room")
	badges, err := w.hall.Badges(t.Context(), "test", string(w.division))
	must(t, err)
	find := func(text string) answer { return room.get(w.at("/call-room/find?text=%s", text)) }
	for i, b := range badges {
		for _, text := range []string{b.Token, string(w.people[i].ticket.No)} {
			var got web.FoundCompetitor
			find(text).want(200).into(&got)
			if got.Competitor != b.ID || got.Name != w.people[i].Name {
				t.Errorf("%s finds %+v", text, got)
			}
		}
	}
	find("XLB:forged").problem(404, "badge_unknown")
	room.post(w.at("/call-room/competitors/%s/badge", badges[0].ID), map[string]any{"key": "k", "why": "遗失"}).want(204)
	find(badges[0].Token).problem(410, "badge_replaced")
	pdf := room.get(w.at("/badges.pdf")).want(200)
	if !bytes.HasPrefix(pdf.body, []byte("%PDF-")) || !strings.Contains(pdf.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("badges: %s %.20q", pdf.header, pdf.body)
	}
	photo := w.at("/call-room/competitors/%s/photo?candidate=%s", badges[1].ID, w.people[1].id)
	room.get(photo).problem(404, "photo_not_found") // this one has registered none
	room.get(w.at("/call-room/competitors/%s/photo?candidate=%s", badges[1].ID, w.people[0].id)).problem(404, "not_called")
	w.staff("chief_judge").get(photo).problem(403, "forbidden")
}

// The call room is told to look again, by whichever node something happened at.
func TestTheHallTells(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room, desk := w.staff("call_room").dial(w.at("/hall/ws")), w.staff("chief_judge").dial(w.at("/desk/ws"))
	w.called(w.staff("call_room"))
	for _, s := range []*socket{room, desk} {
		if f := s.next("hall"); !strings.Contains(string(f.raw), `"kind":"call.made"`) {
			t.Errorf("told %s", f.raw)
		}
		s.ask(map[string]any{"t": "beat"}, "beat")
		s.send(map[string]any{"t": "submit"})
		if code := s.closed(); code != 4113 {
			t.Errorf("closed with %d", code)
		}
	}
}

// clocksOf is what a judge's tablet reads.
func clocksOf(c *client) web.ClockDivision {
	c.w.t.Helper()
	var out web.JudgeClocks
	c.get("/api/judge/clocks").want(200).into(&out)
	if len(out.Divisions) != 1 {
		c.w.t.Fatalf("clocks of %d divisions", len(out.Divisions))
	}
	return out.Divisions[0]
}

// Two judges at one clock, the chief judge at the desk, and the time used in
// the end.
func TestStationClocks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b, chief := w.judge(0), w.judge(1), w.staff("chief_judge")
	socket := b.judgeSocket()
	d := clocksOf(a)
	if len(d.Clocks) != 4 || len(d.Modules) != 1 || len(d.Reasons) == 0 || d.Clocks[0].State != hall.ClockIdle {
		t.Fatalf("clocks %+v", d)
	}
	code := d.Clocks[0].Code
	path := "/api/judge/divisions/" + string(w.division) + "/clocks"
	press := func(c *client, key, act, reason string) answer {
		return c.post(path, map[string]any{"key": key, "act": act, "module": "P", "code": code, "reason": reason, "tablet_ms": 1, "ago_ms": 2})
	}
	press(a, "s", "start", "").want(200)
	socket.next("clocks")
	p := press(b, "s", "start", "").problem(409, "clock_state")
	if p.Params["state"] != "running" || p.Params["code"] != code || p.Params["at"] == "" {
		t.Errorf("the second judge is told %+v", p)
	}
	press(a, "s", "start", "").want(200) // sent again
	press(a, "p", "pause", "").problem(422, "hall_reason")
	press(a, "p", "pause", "设备故障").want(200)
	press(b, "r", "resume", "").want(200)
	chief.post(w.at("/compensations"), map[string]any{"key": "c", "module": "P", "batch": 0, "codes": []string{code}, "kind": "incident", "ms": 600_000, "reason": "更换设备"}).want(204)
	var stopped hall.Clock
	press(a, "x", "stop", "").want(200).into(&stopped)
	if stopped.State != hall.ClockStopped || stopped.UsedMS != 0 || stopped.CompensationMS != 600_000 || stopped.Told != hall.ToldTaken {
		t.Errorf("stopped: %+v", stopped)
	}
	press(a, "y", "stop", "").problem(409, "clock_state")
	var story web.ClockStory
	chief.get(w.at("/clocks/P/%s", code)).want(200).into(&story)
	if len(story.Events) != 5 || story.Events[0].TabletMS != 1 || story.Events[0].AgoMS != 2 || story.Names[string(w.judges[1].ID)] == "" {
		t.Errorf("story %+v", story)
	}
	chief.post(w.at("/compensations/%d/withdraw", story.Events[3].Seq), map[string]any{"key": "cw", "reason": "重复"}).want(204)
	chief.post(w.at("/clocks/mend"), map[string]any{"key": "m", "mend": "reset", "module": "P", "code": code, "reason": "重来"}).want(200)
	a.post("/api/judge/divisions/"+string(w.division)+"/clock-batches", map[string]any{"key": "b", "module": "P", "batch": d.Clocks[0].Batch}).want(200)
	var all web.DeskClocks
	chief.get(w.at("/clocks")).want(200).into(&all)
	if slices.ContainsFunc(all.Clocks, func(c hall.Clock) bool { return c.State != hall.ClockRunning }) || len(all.Clocks) != 4 {
		t.Errorf("after the start of the room: %+v", all.Clocks)
	}
	chief.post(w.at("/clocks"), map[string]any{"key": "cs", "act": "stop", "module": "P", "code": code, "reason": ""}).want(200)
	desk, err := w.engine.Desk(t.Context(), w.division)
	must(t, err)
	timed := 0
	for _, r := range desk.Modules[0].Panels[0].Rows {
		if r.TimeMS != nil {
			timed++
			if r.Code != code {
				t.Errorf("the time of %s, want %s", r.Code, code)
			}
		}
	}
	if timed != 1 {
		t.Errorf("%d times at the desk", timed)
	}
	w.judge(2).get("/api/judge/clocks").want(200) // marks nothing here
	w.judge(2).post(path, map[string]any{"key": "z", "act": "start", "module": "P", "code": code, "reason": ""}).problem(404, "no_such_clock")
}

// A whole hall goes through a judge's hands without a name or unit, an id or
// another layer's code.
func TestClocksTellNoNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room, judge := w.staff("call_room"), w.judge(0)
	s := judge.judgeSocket()
	roll := w.called(room)
	room.post(w.at("/calls/%d/absentees", roll.Call.No), map[string]any{"key": "a"}).want(200)
	d := clocksOf(judge)
	for i, c := range d.Clocks {
		judge.post("/api/judge/divisions/"+string(w.division)+"/clocks", map[string]any{"key": fmt.Sprint(i), "act": "start", "module": "P", "code": c.Code, "reason": ""}).want(200)
		s.next("clocks")
	}
	judge.post("/api/judge/divisions/"+string(w.division)+"/clocks", map[string]any{"key": "no", "act": "start", "module": "P", "code": "Z99", "reason": ""}).problem(404, "no_such_clock")
	clocksOf(judge)
	secrets := []string{"call.made", "competitor.moved"}
	for i, p := range w.people {
		secrets = append(secrets, p.Name, p.Unit, string(p.id), string(p.ticket.No), exam.MaskID(p.IDType, p.IDNumber), roll.Members[i].Competitor)
	}
	for _, secret := range secrets {
		if i := strings.Index(judge.seen.String(), secret); i >= 0 {
			t.Errorf("a judge was sent %q", secret)
		}
	}
}
