package web_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/web"
)

// publishedFile is a fixture of scoring/exchange.
func publishedFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "scoring", "exchange", "testdata", "published", name))
	must(t, err)
	return data
}

func decoded[T any](t testing.TB, data []byte) (v T) {
	t.Helper()
	must(t, json.Unmarshal(data, &v))
	return v
}

// draftDivision is a division that has not opened, of two judges.
func (w *world) draftDivision(c *client) string {
	w.t.Helper()
	_, d := w.season(c, w.account("lead1", password, access.TeamLeader).ID)
	return "/api/admin/divisions/" + string(d.ID)
}

// TestSchemeOverTheAPI: a published sheet is read in both layouts, goes into
// the regulation, comes out again and is read back unchanged.
func TestSchemeOverTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.staff("organiser")
	at := w.draftDivision(c)
	read := func(query string, data []byte) (out web.SchemeReading) {
		t.Helper()
		c.call("POST", at+"/scheme/readings?name=x.xlsx"+query, data, header("Content-Type", xlsx)).want(200).into(&out)
		return out
	}
	got := read("&total=10000", publishedFile(t, "pcb_worker.xlsx"))
	if got.Scheme == nil || got.Total != 10000 || got.Scheme.ID != "s" || got.Report.Modules != 4 || len(got.Report.Problems) != 0 {
		t.Fatalf("%+v", got.Report)
	}
	cis := read("&layout=cis", publishedFile(t, "pcb_worker.cis.xlsx"))
	if d := cmp.Diff(got.Scheme, cis.Scheme); d != "" {
		t.Errorf("the two layouts differ: %s", d)
	}
	c.call("POST", at+"/scheme/readings?name=x.xlsx&layout=cis", publishedFile(t, "pcb_worker.xlsx"), header("Content-Type", xlsx)).problem(422, "scheme_file_columns_missing")

	var v web.RegulationView
	c.get(at + "/regulation").want(200).into(&v)
	v.Regulation.Scheme, v.Regulation.Rules = *got.Scheme, decoded[scoring.Rules](t, publishedFile(t, "pcb_worker.rules.json"))
	var stamp engine.RegulationStamp
	c.call("PUT", at+"/regulation", map[string]any{"expect": v.Version, "note": "导入评分表", "regulation": v.Regulation}).want(200).into(&stamp)
	c.get(at + "/regulation").want(200).into(&v)
	for _, layout := range []string{"cis", "table"} {
		file := c.get(at + "/scheme/export.xlsx?layout=" + layout).want(200)
		if again := read("&total=10000", file.body); cmp.Diff(&v.Regulation.Scheme, again.Scheme) != "" {
			t.Errorf("%s: %+v %s", layout, again.Report, cmp.Diff(&v.Regulation.Scheme, again.Scheme))
		}
	}
	var report web.SchemeFileReport
	c.get(at + "/scheme/export-report?layout=cis").want(200).into(&report)
	if report.Errors != 0 || report.Warnings == 0 || !strings.HasPrefix(report.File, "CIS-评分表-职工组-v2") {
		t.Errorf("what CIS does not see: %+v", report)
	}
	old := read("", c.get(at+"/scheme/export.xlsx?version=1").want(200).body)
	if old.Scheme == nil || len(old.Scheme.Modules) != 2 {
		t.Errorf("version 1: %+v", old.Report)
	}
	c.get(at+"/scheme/export.xlsx?version=9").problem(404, "no_such_regulation")
	f, err := excelize.OpenReader(bytes.NewReader(w.staff("chief_judge").get("/api/admin/scheme-template.xlsx").want(200).body))
	must(t, err)
	defer f.Close()
	if len(f.GetSheetList()) < 2 {
		t.Errorf("template: %v", f.GetSheetList())
	}
}

// TestSchemesAreRefusedWithTheirPlace: the published sheet that says 6 where
// the parts make 7, a wrong total, files that are no workbook.
func TestSchemesAreRefusedWithTheirPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.staff("organiser")
	at := w.draftDivision(c) + "/scheme/readings?name=x.xlsx"
	workbook := header("Content-Type", xlsx)
	var got web.SchemeReading
	c.call("POST", at, publishedFile(t, "pcb_c14.xlsx"), workbook).want(200).into(&got)
	places := []string{}
	for _, p := range got.Report.Problems {
		places = append(places, p.Sheet+" "+p.Column+" "+p.Code+" "+p.Params["stated"]+" "+p.Params["sum"])
	}
	want := []string{"模块C D sum_differs 20.00 21.00", "模块C C sum_differs 6.00 7.00", "模块C K sum_differs 20.00 21.00"}
	if d := cmp.Diff(want, places); d != "" || got.Scheme != nil || got.Report.Errors != 3 {
		t.Errorf("%+v %s", got, d)
	}
	c.call("POST", at+"&total=10000", publishedFile(t, "pcb.xlsx"), workbook).want(200).into(&got)
	if i := slices.IndexFunc(got.Report.Problems, func(p web.SchemeProblem) bool { return p.Code == "total_differs" }); got.Scheme != nil || i < 0 {
		t.Errorf("170 marks for 100: %+v", got.Report)
	}
	c.call("POST", at, []byte("姓名,分数"), workbook).problem(422, "scheme_file_wrong_type")
	c.call("POST", at, publishedFile(t, "pcb.xlsx")[:4000], workbook).problem(422, "scheme_file_unreadable")
	c.call("POST", at, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old"), workbook).problem(422, "scheme_file_old_format")
	c.call("POST", at, make([]byte, 3<<20), workbook).problem(413, "body_too_large")
	w.staff("team_leader").call("POST", at, publishedFile(t, "pcb.xlsx"), workbook).problem(403, "forbidden")
	w.staff("supervisor").call("POST", at, publishedFile(t, "pcb.xlsx"), workbook).problem(403, "forbidden")
}

// TestSchemeIsTried: a station of the rotation contest with the worked example
// of its README: 72 of 90 in 1000 s make 77.68.
func TestSchemeIsTried(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.staff("chief_judge")
	at := w.draftDivision(w.staff("organiser")) + "/scheme/trials"
	scheme, rules := decoded[scoring.Scheme](t, publishedFile(t, "rotation.scheme.json")), decoded[scoring.Rules](t, publishedFile(t, "rotation.rules.json"))
	entries := func(most int) []map[string]any {
		return []map[string]any{
			{"aspect": "P1-1", "points": most}, {"aspect": "P1-2", "points": 1500}, {"aspect": "P2-1", "points": 2500},
			{"aspect": "P2-2", "step": "mid"}, {"aspect": "P3-1", "points": 1000}, {"aspect": "P3-2", "points": 200},
		}
	}
	body := map[string]any{"scheme": scheme, "rules": rules, "random": map[string]any{"seed": "7", "count": 50}, "samples": []map[string]any{{
		"imported": map[string]scoring.Value{"T": scoring.Of(8000)}, "conduct": scoring.Conduct{},
		"modules": []map[string]any{{"module": "P", "clock_ms": 1_000_000, "judges": []map[string]any{{"entries": entries(1000)}, {"entries": entries(1000)}}}},
	}}}
	var out web.SchemeTrial
	c.post(at, body).want(200).into(&out)
	p := out.Samples[0].Modules[0]
	last := p.SubCriteria[len(p.SubCriteria)-1].Aspects[0]
	if p.Marks != scoring.Of(7768) || last.Kind != scoring.KindTimeTable || last.Outcome.Marks != scoring.Of(568) || len(p.Totals) != 2 {
		t.Errorf("%+v", p)
	}
	if out.Samples[0].Total.Complete || out.Random == nil || out.Random.Competitors != 50 || !out.Random.FullReachable {
		t.Errorf("%+v %+v", out.Samples[0].Total, out.Random)
	}
	delete(body, "random")
	body["samples"].([]map[string]any)[0]["modules"] = []map[string]any{{"module": "Z", "clock_ms": nil, "judges": []any{}}}
	c.post(at, body).problem(422, "simulation_invalid")
	scheme.Modules = scheme.Modules[:1]
	body["scheme"] = scheme
	c.post(at, body).problem(422, "rules_invalid")
	w.staff("supervisor").post(at, body).problem(403, "forbidden")
}
