package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/web"
)

// TestWhoReadsQuestions: authors read questions and that is recorded with
// what they were shown; organisers see what there is, without a text, and
// cannot find out by searching.
func TestWhoReadsQuestions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/api/admin/bank/outlines/" + string(w.outline) + "/questions"
	type page struct {
		Items []web.QuestionBrief `json:"items"`
		Total int                 `json:"total"`
	}
	var counts, texts page
	organiser, author := w.staff("organiser"), w.staff("bank_author")
	organiser.get(path).want(http.StatusOK).into(&counts)
	for _, q := range counts.Items {
		if !q.Hidden || q.Stem != "" || len(q.Options) > 0 {
			t.Errorf("an organiser reads %+v", q)
		}
	}
	if counts.Total != len(w.questions) {
		t.Errorf("an organiser sees %d questions, want %d", counts.Total, len(w.questions))
	}
	organiser.get(path+"?q=x").problem(http.StatusForbidden, "forbidden")
	views := func() (list []ledger.Record) {
		list, err := w.led.Read(t.Context(), ledger.StreamID("bank_views/"+string(w.outline)), 0, 10)
		must(t, err)
		return list
	}
	if n := len(views()); n > 0 {
		t.Errorf("%d views are recorded before anybody read anything", n)
	}
	author.get(path + "?limit=3").want(http.StatusOK).into(&texts)
	seen := views()
	if len(texts.Items) != 3 || texts.Items[0].Stem == "" || texts.Items[0].Hidden || len(seen) != 1 {
		t.Fatalf("an author reads %+v, %d views are recorded", texts.Items, len(seen))
	}
	for _, q := range texts.Items {
		if !strings.Contains(string(seen[0].Data), string(q.ID)) {
			t.Errorf("the record does not name question %s: %s", q.ID, seen[0].Data)
		}
	}
}

// TestQuestionTemplate: who may import gets an empty workbook that the import
// takes, and a workbook in an archive is taken like one without.
func TestQuestionTemplate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/api/admin/bank/outlines/" + string(w.outline)
	w.staff("supervisor").get(path+"/question-template.xlsx").problem(http.StatusForbidden, "forbidden")
	author := w.staff("bank_author")
	author.get("/api/admin/bank/outlines/nothing/question-template.xlsx").problem(http.StatusNotFound, "outline_unknown")
	file := author.get(path + "/question-template.xlsx").want(http.StatusOK).body
	for kind, body := range map[string][]byte{xlsx: file, "application/zip": photoArchive(t, map[string][]byte{"题库.xlsx": file})} {
		var out web.ImportAnswer
		author.call("POST", path+"/question-imports?mode=preview&name=x", body, header("Content-Type", kind)).want(http.StatusOK).into(&out)
		if out.Report.Errors != 0 || out.Report.Total != 0 {
			t.Errorf("%s: %+v", kind, out.Report)
		}
	}
}
