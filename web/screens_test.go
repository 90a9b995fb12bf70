package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/xinglu/xinglu/web"
)

func pack(t *testing.T, s string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	_, err := io.WriteString(z, s)
	must(t, err)
	must(t, z.Close())
	return buf.Bytes()
}

func TestScreens(t *testing.T) {
	t.Parallel()
	const script = "console.log('exam')"
	s := web.New(web.Options{
		UI: fstest.MapFS{
			".keep": {}, "index.html": {Data: []byte("<h1>home")}, "exam.html": {Data: []byte("<h1>exam")},
			"judge.html": {Data: []byte("<h1>judge")}, "board.html": {Data: []byte("<h1>board")}, "admin.html": {Data: []byte("<h1>admin")},
			"assets/exam-1a2b.js": {Data: []byte(script)}, "assets/exam-1a2b.js.gz": {Data: pack(t, script)},
			"assets/font-3c4d.woff2": {Data: []byte("wOF2")}, "favicon.svg": {Data: []byte("<svg/>")},
		},
		Now: time.Now, Log: slog.New(slog.DiscardHandler), Version: "1", Limits: web.Limits{SignInsPerMinute: 1, SignInsPerMinuteIP: 1, UploadBytes: 1},
	})
	for _, c := range []struct {
		path, accept, encoding, kind, cache, body string
		status                                    int
	}{
		{"/", "", "", "text/html; charset=UTF-8", "no-cache", "<h1>home", 200},
		{"/exam", "gzip", "", "text/html; charset=UTF-8", "no-cache", "<h1>exam", 200},
		{"/exam/waiting", "", "", "text/html; charset=UTF-8", "no-cache", "<h1>exam", 200},
		{"/judge/x/y", "", "", "text/html; charset=UTF-8", "no-cache", "<h1>judge", 200},
		{"/assets/exam-1a2b.js", "", "", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", script, 200},
		{"/assets/exam-1a2b.js", "br, gzip", "gzip", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", script, 200},
		{"/assets/exam-1a2b.js", "gzip;q=0", "", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", script, 200},
		{"/assets/exam-1a2b.js", "gzip; q=0.5", "gzip", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", script, 200},
		{"/assets/font-3c4d.woff2", "gzip", "", "font/woff2", "public, max-age=31536000, immutable", "wOF2", 200},
		{"/favicon.svg", "gzip", "", "image/svg+xml", "no-cache", "<svg/>", 200},
		{"/assets/exam-1a2b.js.gz", "", "", "application/problem+json", "", "", 404},
		{"/assets/none.js", "", "", "application/problem+json", "", "", 404},
		{"/.keep", "", "", "application/problem+json", "", "", 404},
		{"/assets/", "", "", "application/problem+json", "", "", 404},
		{"/assets/../../etc/passwd", "", "", "application/problem+json", "", "", 404},
	} {
		rec := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, c.path, nil)
		r.Header.Set("Accept-Encoding", c.accept)
		s.ServeHTTP(rec, r)
		h := rec.Header()
		if rec.Code != c.status || h.Get("Content-Type") != c.kind || h.Get("Cache-Control") != c.cache || h.Get("Content-Encoding") != c.encoding {
			t.Errorf("%s (%s): %d %q %q %q", c.path, c.accept, rec.Code, h.Get("Content-Type"), h.Get("Cache-Control"), h.Get("Content-Encoding"))
		}
		if c.status != 200 {
			continue
		}
		body := rec.Body.String()
		if c.encoding == "gzip" {
			z, err := gzip.NewReader(rec.Body)
			must(t, err)
			plain, err := io.ReadAll(z)
			must(t, err)
			body = string(plain)
		}
		if body != c.body {
			t.Errorf("%s (%s): body %q, want %q", c.path, c.accept, body, c.body)
		}
		if strings.HasSuffix(c.path, "1a2b.js") && h.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: Vary %q", c.path, h.Get("Vary"))
		}
	}
}

// What makes the judge's page installable: a worker for its own page only, past
// every cache, and a manifest that browsers take for one.
func TestTheKeptPage(t *testing.T) {
	t.Parallel()
	s := web.New(web.Options{
		UI: fstest.MapFS{
			"judge.html": {Data: []byte("<h1>judge")}, "judge-sw.js": {Data: []byte("self")}, "judge.webmanifest": {Data: []byte("{}")},
			"assets/judge-1a2b.js": {Data: []byte("1")}, "icons/judge-192.png": {Data: []byte("\x89PNG\r\n\x1a\n")},
		},
		Now: time.Now, Log: slog.New(slog.DiscardHandler), Version: "1", Limits: web.Limits{SignInsPerMinute: 1, SignInsPerMinuteIP: 1, UploadBytes: 1},
	})
	for _, c := range []struct{ path, kind, cache, allowed string }{
		{"/judge-sw.js", "text/javascript; charset=utf-8", "no-cache", "/judge"},
		{"/judge.webmanifest", "application/manifest+json", "no-cache", ""},
		{"/icons/judge-192.png", "image/png", "no-cache", ""},
		{"/assets/judge-1a2b.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", ""},
		{"/judge", "text/html; charset=UTF-8", "no-cache", ""},
	} {
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, c.path, nil))
		h := rec.Header()
		if rec.Code != 200 || h.Get("Content-Type") != c.kind || h.Get("Cache-Control") != c.cache || h.Get("Service-Worker-Allowed") != c.allowed {
			t.Errorf("%s: %d %v", c.path, rec.Code, h)
		}
		policy := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'self';", "worker-src 'self';", "manifest-src 'self';", "object-src 'none'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: the policy lacks %q: %s", c.path, want, policy)
			}
		}
	}
}

// A build without the screens says so instead of showing nothing.
func TestScreensThatWereNotBuilt(t *testing.T) {
	t.Parallel()
	rec := httptest.NewRecorder()
	bareServer().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/exam", nil))
	if rec.Code != 503 || !strings.Contains(rec.Body.String(), "make build") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}
