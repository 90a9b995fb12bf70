package web_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/engine/custody"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/results"
	"github.com/xinglu/xinglu/internal/print/printtest"
)

// TestScoreLists: who handed in is on both lists with the marks of the
// results, 0 included; who never came has a word and no number.
func TestScoreLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	c := w.seated(0)
	c.paperOf()
	ws, _ := c.examSocket()
	ws.ask(map[string]any{"t": "hand_in", "n": 1, "key": "k"}, "receipt")
	staff := w.staff("organiser")
	base := "/api/admin/sittings/" + string(w.sitting)
	var list results.List
	for end := time.Now().Add(20 * time.Second); list.Counts.Marked != 1 && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		staff.get(base + "/results").want(200).into(&list)
	}
	if list.Counts.Marked != 1 || list.Rows[0].Ticket != w.people[0].ticket.No {
		t.Fatalf("results: %+v", list)
	}
	f, err := excelize.OpenReader(bytes.NewReader(staff.get(base + "/scores.xlsx").want(200).body))
	must(t, err)
	defer f.Close()
	rows, err := f.GetRows("成绩单")
	must(t, err)
	words := map[string]string{}
	for _, r := range rows[2:] {
		words[r[1]] = r[5]
	}
	if got := words[string(w.people[0].ticket.No)]; got != "0" {
		t.Errorf("an empty paper that was handed in is %q on the list, want 0", got)
	}
	if got := words[string(w.people[1].ticket.No)]; got != "未参加" {
		t.Errorf("who did not come is %q on the list", got)
	}
	text, err := printtest.Text(staff.get(base + "/scores.pdf").want(200).body)
	must(t, err)
	for _, want := range []string{"成 绩 单", w.people[0].Name, "0.00", "未参加"} {
		if !strings.Contains(text, want) {
			t.Errorf("the list does not say %q", want)
		}
	}
	if strings.Contains(text, w.people[0].IDNumber) {
		t.Error("the list shows a whole ID number")
	}
}

// TestRecordSheetTellsMovesAndSeal: a move stands on the sheet with its
// reason, also after the way back, and the sealed value of the seating too.
func TestRecordSheetTellsMovesAndSeal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := w.people[0].ticket
	spare := exam.Place{Centre: "01", Room: "1", Seat: "9"}
	must(t, w.exam.MoveSeat(t.Context(), w.sitting, k.Attempt, spare, "test", "键盘失灵"))
	must(t, w.exam.MoveSeat(t.Context(), w.sitting, k.Attempt, k.Place, "test", "键盘已换"))
	info, err := w.exam.Sitting(t.Context(), w.sitting)
	must(t, err)
	text, err := printtest.Text(w.staff("organiser").get("/api/admin/sittings/" + string(w.sitting) + "/record.pdf").want(200).body)
	must(t, err)
	for _, want := range []string{"换机换座（2）", "键盘失灵", "键盘已换", info.Arrangement.Hash} {
		if !strings.Contains(text, want) {
			t.Errorf("the sheet does not say %q:\n%s", want, text)
		}
	}
}

// TestBackupPaperIsRecorded: a released paper is printed with a reason, which
// the custody's stream tells; without a reason or the permission it is not.
func TestBackupPaperIsRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/api/admin/sittings/" + string(w.sitting) + "/papers/" + string(w.paper) + "/print"
	staff := w.staff("organiser")
	w.staff("invigilator").post(path, map[string]string{"reason": "停电"}).problem(403, "forbidden")
	if a := staff.post(path, map[string]string{"reason": " "}); a.status < 400 {
		t.Errorf("printed without a reason: %d", a.status)
	}
	a := staff.post(path, map[string]string{"reason": "机房停电，改用纸质试卷"}).want(200)
	text, err := printtest.Text(a.body)
	must(t, err)
	flat := strings.ReplaceAll(text, "\n", "")
	if !strings.Contains(flat, "理论试卷") || !strings.Contains(flat, "的选项") || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the paper: %s %v", flat, a.header)
	}
	for _, planted := range []string{plantedExplanation, plantedSource, plantedGUID} {
		if strings.Contains(flat, planted) {
			t.Errorf("the paper says %s", planted)
		}
	}
	st, err := w.vault.State(t.Context(), string(w.sitting))
	must(t, err)
	n := 0
	for _, e := range st.Log {
		if e.Kind == custody.Printed && e.Reason == "机房停电，改用纸质试卷" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("the custody tells of %d prints, want 1", n)
	}
}
