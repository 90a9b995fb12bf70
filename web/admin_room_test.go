package web_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/web"
)

// An invigilator runs a room over the API, and sees it at the console's
// socket and in the sitting's history.
func TestTheRoomOverTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	staff, boss := w.staff("invigilator"), w.staff("organiser")
	base := "/api/admin/sittings/s1"
	of := func(i int) string { return base + "/attempts/" + string(w.people[i].ticket.Attempt) }

	screen := staff.dial(base + "/ws")
	first := screen.next("snapshot")
	if !strings.Contains(string(first.raw), w.people[0].Name) || strings.Contains(string(first.raw), w.people[0].IDNumber) {
		t.Errorf("the snapshot lacks a name or tells an ID number: %s", first.raw)
	}
	screen.ask(map[string]string{"t": "beat"}, "beat")

	staff.post(of(0)+"/identity", map[string]any{"method": "manual", "matched": false}).problem(422, "identity_refused")
	staff.post(of(0)+"/identity", map[string]any{"method": "manual", "matched": true}).want(200)
	staff.post(of(0)+"/identity", map[string]any{"method": "face", "matched": true, "consent": true, "picture": []byte("x")}).problem(503, "face_match_unavailable")
	staff.post(of(0)+"/admit", map[string]any{}).want(204)
	staff.post(of(0)+"/move", map[string]any{"place": exam.Place{Centre: "01", Room: "1", Seat: "9"}, "reason": "键盘坏"}).want(204)
	staff.post(of(1)+"/move", map[string]any{"place": exam.Place{Centre: "01", Room: "1", Seat: "9"}, "reason": "键盘坏"}).problem(409, "seat_taken")
	staff.post(of(1)+"/absent", map[string]any{"absent": true, "reason": "未到"}).want(204)
	staff.post(of(1)+"/void", map[string]any{"reason": "替考"}).problem(403, "forbidden")
	boss.post(of(1)+"/void", map[string]any{"reason": "替考"}).want(204)
	var marked web.MarkedAbsent
	staff.post(base+"/absentees", map[string]any{"reason": "未到"}).want(200).into(&marked)
	if marked.Marked != 2 {
		t.Errorf("%d are marked absent, want 2", marked.Marked)
	}

	var pause, note web.RecordNo
	reason := map[string]string{"zh": "停电", "en": "Power cut"}
	staff.post(base+"/pauses", map[string]any{"key": "p", "scope": "room", "centre": "01", "room": "1", "kind": "incident", "reason": reason}).want(200).into(&pause)
	staff.post(base+"/pauses/9999/resume", nil).problem(404, "pause_not_found")
	staff.post(base+"/pauses/"+itoa(pause.Seq)+"/resume", nil).want(204)
	staff.post(base+"/announcements", map[string]any{"key": "a", "scope": "sitting", "level": "important", "text": reason}).want(200).into(&note)
	if note.Seq <= pause.Seq {
		t.Errorf("the announcement is record %d, the pause %d", note.Seq, pause.Seq)
	}

	seen := map[exam.AttemptID]exam.SeatProgress{}
	for seen[w.people[1].ticket.Attempt].State != exam.Void || seen[w.people[0].ticket.Attempt].Place.Seat != "9" {
		var f exam.WatchFrame
		must(t, json.Unmarshal(screen.next("seats").raw, &f))
		for _, raw := range f.Seats {
			var p exam.SeatProgress
			must(t, json.Unmarshal(raw, &p))
			seen[p.Attempt] = p
		}
	}
	if got := seen[w.people[0].ticket.Attempt]; got.Identity == nil || !got.Identity.Matched || got.State != exam.InRoom {
		t.Errorf("the first seat on the screen: %+v", got)
	}

	var story struct{ Items []web.CourseItem }
	staff.get(base + "/course").want(200).into(&story)
	last := story.Items[len(story.Items)-1]
	if last.Kind != "sitting.announced" || last.ActorName != "工作人员invigilator" || last.Seq != note.Seq {
		t.Errorf("the last of %d items: %+v", len(story.Items), last)
	}
	var people struct{ Items []exam.RegisteredPerson }
	staff.get(base + "/registered").want(200).into(&people)
	if len(people.Items) != 4 || people.Items[0].Name != w.people[0].Name {
		t.Errorf("registered: %+v", people.Items)
	}
}

func itoa(n int64) string { raw, _ := json.Marshal(n); return string(raw) }
