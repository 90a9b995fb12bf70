package web_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/archive"
	"github.com/xinglu/xinglu/engine/contesttest"
	"github.com/xinglu/xinglu/engine/resultbook"
	"github.com/xinglu/xinglu/internal/print/printtest"
	"github.com/xinglu/xinglu/web"
)

// played is a world with a contest that is played on its store.
func played(t *testing.T, people int) (*world, *contesttest.Play, string) {
	t.Helper()
	var w *world
	w = newWorld(t, func(w *world, o *web.Options) {
		o.ResultBook.Address = "https://skills.example"
		o.ResultBook.Certificates.Awards = func(ctx context.Context, id engine.DivisionID) (resultbook.Awards, error) {
			p, err := w.engine.Published(ctx, id)
			a := resultbook.Awards{Medals: []string{"first"}}
			for _, l := range p.Lines[:min(2, len(p.Lines))] {
				a.Honours = append(a.Honours, resultbook.Honour{Award: "first", Name: "一等奖", Competitor: l.Competitor, Recipient: l.Name, Unit: l.Unit, Rank: *l.Rank, Why: "名额之内"})
			}
			return a, err
		}
	})
	p := contesttest.Open(t, w.db, people)
	return w, p, "/api/admin/divisions/" + string(p.ID) + "/"
}

var paperPaths = []string{"blank-sheets.pdf", "blank-tables.pdf", "work-sheets.pdf", "judge-sheets.pdf", "module-sheets.pdf", "marks.xlsx"}

var outcomePaths = []string{"report.pdf", "notice.pdf", "corrections.pdf", "results.xlsx", "result-book.pdf", "awards.xlsx", "ceremony/Competitor_results.xlsx?skill=07", "ceremony/Best_of_Nation.xlsx?skill=07"}

// unzipped is everything in a workbook or archive, or the text of a PDF.
func unzipped(t testing.TB, data []byte) string {
	t.Helper()
	if bytes.HasPrefix(data, []byte("%PDF")) {
		text, err := printtest.Text(data)
		must(t, err)
		return text
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	must(t, err)
	var all strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		must(t, err)
		_, err = io.Copy(&all, r)
		must(t, err)
	}
	return all.String()
}

// onShelf asks that the list of documents says of each what the document's own
// route says.
func onShelf(t *testing.T, c *client, base string) resultbook.Shelf {
	t.Helper()
	var shelf resultbook.Shelf
	c.get(base + "documents").want(200).into(&shelf)
	if len(shelf.Items) != len(paperPaths)+len(outcomePaths)+3 {
		t.Errorf("%d documents on the shelf", len(shelf.Items))
	}
	for _, x := range shelf.Items {
		if a := c.get(base + "documents/" + x.Path); (a.status == 200) != (x.Wait == resultbook.WaitNone) {
			t.Errorf("%s waits for %q and answers %d %s", x.Path, x.Wait, a.status, a.body[:min(200, len(a.body))])
		}
	}
	return shelf
}

// TestContestDocumentsBeforeDecryption: whoever may print gets papers that name
// nobody; judges get none; results are refused.
func TestContestDocumentsBeforeDecryption(t *testing.T) {
	t.Parallel()
	w, p, base := played(t, 8)
	docs := base + "documents/"
	chief := w.staff("chief_judge")
	chief.get(docs+"blank-sheets.pdf").problem(409, "no_papers")
	onShelf(t, chief, base)
	p.Draw()
	p.Mark()
	if s := onShelf(t, chief, base); s.Named || len(s.Versions) != 0 {
		t.Errorf("before decryption: %+v", s)
	}
	for _, path := range append([]string{"archive.zip"}, paperPaths...) {
		a := chief.get(docs + path).want(200)
		if a.header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: %v", path, a.header)
		}
		text := unzipped(t, a.body) + a.header.Get("Content-Disposition")
		for _, secret := range p.Secrets() {
			if strings.Contains(text, secret) {
				t.Errorf("%s says %q before decryption", path, secret)
			}
		}
		w.staff("invigilator").get(docs+path).problem(403, "forbidden")
		if a := w.judge(0).get(docs + path); a.status != 401 {
			t.Errorf("%s: a judge gets %d", path, a.status)
		}
	}
	for _, path := range outcomePaths {
		if a := chief.get(docs + path); a.status != 409 {
			t.Errorf("%s before decryption: %d %s", path, a.status, a.body[:min(200, len(a.body))])
		}
	}
	for path, code := range map[string]string{"work-sheets.pdf?code=Z99": "no_papers", "judge-sheets.pdf?module=Z": "no_such_sheet", "report.pdf?version=7": "no_such_version"} {
		if a := chief.get(docs + path); a.status < 400 {
			t.Errorf("%s: %d, want %s", path, a.status, code)
		}
	}
	one := unzipped(t, chief.get(docs+"work-sheets.pdf?module=A&code=A01").want(200).body)
	if !strings.Contains(one, "A01") || strings.Contains(one, "A02") {
		t.Error("one code was asked for")
	}
}

// TestContestDocumentsAfterwards: every paper of a finished contest, the
// archive that proves itself, and certificates that anybody can check who
// holds one.
func TestContestDocumentsAfterwards(t *testing.T) {
	t.Parallel()
	w, p, base := played(t, 8)
	p.All()
	organiser := w.staff("organiser")
	if s := onShelf(t, organiser, base); !s.Named || len(s.Versions) != 2 || s.Address != "https://skills.example" {
		t.Errorf("afterwards: %+v", s)
	}
	for _, path := range append(append([]string{}, paperPaths...), outcomePaths...) {
		a := organiser.get(base + "documents/" + path).want(200)
		if strings.HasSuffix(path, ".pdf") && path != "blank-tables.pdf" && a.header.Get("X-Xinglu-Missing-Characters") == "" && strings.Contains(unzipped(t, a.body), "〓") {
			t.Errorf("%s lacks characters and does not say so", path)
		}
	}
	file := organiser.get(base + "documents/archive.zip").want(200).body
	report, err := archive.Verify(t.Context(), bytes.NewReader(file), int64(len(file)), archive.Options{})
	must(t, err)
	for _, f := range report.Findings {
		t.Errorf("archive: %s", f)
	}
	if !report.Manifest.Opened || len(report.Manifest.Published) != 2 {
		t.Errorf("archive: %+v", report.Manifest)
	}

	var list web.CertificateList
	organiser.post(base+"certificates", map[string]string{"key": "k"}).want(200).into(&list)
	if len(list.Items) != 2 {
		t.Fatalf("issued %+v", list)
	}
	pdf := unzipped(t, organiser.get(base+"documents/certificates.pdf?frame=true").want(200).body)
	if !strings.Contains(pdf, list.Items[0].Number) || !strings.Contains(pdf, list.Items[0].Recipient) {
		t.Errorf("certificates: %s", pdf)
	}
	organiser.get(base+"documents/certificates.pdf?number=nothing").problem(404, "no_such_certificate")
	organiser.get(base + "documents/certificates.xlsx").want(200)
	checkCertificates(t, w, string(p.ID), list.Items[0])
	path := base + "certificates/" + url.PathEscape(list.Items[0].Number) + "/revoke"
	organiser.post(path, map[string]string{"key": "r", "why": "填写有误"}).want(204)
	var check web.CertificateCheck
	w.visitor().get("/api/board/" + string(p.ID) + "/certificates/" + url.PathEscape(list.Items[0].Number) + "?h=" + list.Items[0].Proof()).want(200).into(&check)
	if check.State != resultbook.CertificateRevoked {
		t.Errorf("a revoked certificate is %s", check.State)
	}
}

func checkCertificates(t *testing.T, w *world, id string, c resultbook.CertificateLine) {
	t.Helper()
	public := w.visitor()
	path := id + "/certificates/" + url.PathEscape(c.Number)
	var got web.CertificateCheck
	a := public.get("/api/board/" + path + "?h=" + c.Proof()).want(200)
	a.into(&got)
	if got.State != resultbook.CertificateValid || got.Recipient != c.Recipient || got.Award != "一等奖" {
		t.Errorf("check: %+v", got)
	}
	var fields map[string]any
	must(t, json.Unmarshal(a.body, &fields))
	for name := range fields {
		if !strings.Contains(" number state recipient unit award contest event division issued_at ", " "+name+" ") {
			t.Errorf("the public learns %s", name)
		}
	}
	public.get("/api/board/" + path + "?name=" + url.QueryEscape(c.Recipient)).want(200)
	for _, q := range []string{"", "?h=0000", "?name=" + url.QueryEscape("某某")} {
		public.get("/api/board/"+path+q).problem(404, "no_such_certificate")
	}
	public.get("/api/board/nothing/certificates/1?h=1").problem(404, "no_such_certificate")

	page := "/verify/" + id + "/" + url.PathEscape(c.Number)
	for q, want := range map[string]string{"?h=" + c.Proof(): "证书有效", "?h=0000": "没有查到", "": "姓名"} {
		a := public.get(page + q)
		if !strings.Contains(string(a.body), want) || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") || strings.Contains(string(a.body), c.Recipient) != (want == "证书有效") {
			t.Errorf("%s%s: %d %s", page, q, a.status, a.body)
		}
	}
	if a := public.get(page + "?name=" + url.QueryEscape("<script>")); strings.Contains(string(a.body), "<script>") {
		t.Errorf("what was asked for comes back as it is: %s", a.body)
	}
}

// TestContestForms: the forms change by versions, and wrong ones are named.
func TestContestForms(t *testing.T) {
	t.Parallel()
	w, p, _ := played(t, 8)
	path := "/api/admin/contests/" + string(p.Contest) + "/forms"
	organiser := w.staff("organiser")
	var f resultbook.Forms
	organiser.get(path).want(200).into(&f)
	f.Copies[2].For = "领队"
	f.Numbers.Pattern = "鲁技竞{year}-{serial}"
	var now resultbook.Forms
	organiser.call("PUT", path, f).want(200).into(&now)
	if now.Version != 2 || now.Numbers.Version != 2 || now.Copies[2].For != "领队" {
		t.Errorf("set %+v", now)
	}
	organiser.call("PUT", path, f).problem(409, "contest_forms_changed")
	now.Numbers.Pattern = "without a number"
	if q := organiser.call("PUT", path, now).problem(422, "contest_forms"); len(q.Errors) == 0 || q.Errors[0].Path != "numbers.pattern" {
		t.Errorf("wrong forms: %+v", q)
	}
	w.staff("supervisor").call("PUT", path, now).problem(403, "forbidden")
}
