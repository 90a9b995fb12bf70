package web_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"text/tabwriter"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/web"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares got with testdata/name, or writes it with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		must(t, os.WriteFile(file, got, 0o644))
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs; if the change is meant, run with -update (-want +got):\n%s", file, diff)
	}
}

var braces = regexp.MustCompile(`\{[a-z]+\}`)

// TestPermissions calls every route as everybody. Who is not let in gets 401
// or 403 as a problem; who gets in is written down in a table, which must
// agree with the permission that the route names.
func TestPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	actors := []struct {
		name    string
		surface access.Surface
		roles   []access.Role
		*client
	}{
		{"public", "", nil, w.visitor()},
		{"forged", "", nil, w.forged()},
		{"candidate", access.Exam, nil, w.seated(0)},
		{"judge", access.Judging, []access.Role{access.Judge}, w.judge(0)},
		{"author", access.Console, []access.Role{access.BankAuthor}, w.staff("bank_author")},
		{"invigilator", access.Console, []access.Role{access.Invigilator}, w.staff("invigilator")},
		{"supervisor", access.Console, []access.Role{access.Supervisor}, w.staff("supervisor")},
		{"chief", access.Console, []access.Role{access.ChiefJudge}, w.staff("chief_judge")},
		{"organiser", access.Console, []access.Role{access.Organiser}, w.staff("organiser")},
		{"custodian", access.Console, []access.Role{access.Custodian}, w.staff("custodian")},
		{"provincial", access.Console, []access.Role{access.Provincial}, w.staff("provincial")},
	}
	var out bytes.Buffer
	table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "route\tpermission")
	for _, a := range actors {
		fmt.Fprint(table, "\t", a.name)
	}
	fmt.Fprintln(table)
	for _, r := range w.server.Routes() {
		permission := "public"
		switch {
		case r.Action != "":
			permission = string(r.Surface) + " " + string(r.Action)
		case !r.Public:
			permission = string(r.Surface)
		}
		fmt.Fprintf(table, "%s %s\t%s", r.Method, r.Path, permission)
		for _, a := range actors {
			may := r.Public || r.Surface == a.surface && (r.Action == "" || access.Allows(a.roles, r.Action))
			code := "signed_out"
			if a.surface == r.Surface {
				code = "forbidden"
			}
			tryRoute(t, a.client, r, a.name, may, code)
			fmt.Fprint(table, "\t", map[bool]string{true: "yes", false: "-"}[may])
		}
		fmt.Fprintln(table)
	}
	must(t, table.Flush())
	golden(t, "permissions.golden", out.Bytes())
}

// tryRoute calls the route with nothing in it that could change anything.
func tryRoute(t *testing.T, c *client, r web.Route, name string, may bool, code string) {
	t.Helper()
	path := braces.ReplaceAllString(r.Path, "nothing")
	if may && strings.HasSuffix(path, "/sign-out") {
		return // would end the login that the next routes need
	}
	var got answer
	if r.WebSocket {
		s, a := c.tryDial(path)
		switch {
		case s != nil && !may && code == "signed_out":
			if got := s.closed(); got != 4100 {
				t.Errorf("%s as %s: closed with %d, want 4100", r.Path, name, got)
			}
			return
		case s != nil:
			s.Close()
			a.status = http.StatusSwitchingProtocols
		}
		got = a
	} else {
		got = c.call(r.Method, path, map[bool]any{true: nil, false: "{}"}[r.Method == http.MethodGet])
	}
	refused := got.status == http.StatusUnauthorized || got.status == http.StatusForbidden
	switch {
	case may && refused:
		// Sign-in answers 401 for wrong names too, but "{}" is not even a try.
		t.Errorf("%s %s as %s: %d %s", r.Method, r.Path, name, got.status, got.body)
	case !may:
		got.problem(map[string]int{"signed_out": 401, "forbidden": 403}[code], code)
	case got.status >= 500:
		t.Errorf("%s %s as %s: %d %s", r.Method, r.Path, name, got.status, got.body)
	case got.status >= 400:
		got.checkProblem()
	}
}

// forged has a cookie for every surface that no sign-in gave out.
func (w *world) forged() *client {
	c := w.visitor()
	u := mustURL(w.t, w.http.URL)
	c.http.Jar.SetCookies(u, []*http.Cookie{
		{Name: "xinglu_exam", Value: strings.Repeat("A", 43), Path: "/"}, {Name: "xinglu_judge", Value: "x", Path: "/"}, {Name: "xinglu_admin", Value: "x", Path: "/"},
	})
	return c
}

// A login of one surface opens no other, whatever the cookie is called.
func TestLoginsStayOnTheirSurface(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.staff("chief_judge") // may mark too, but this login is the console's
	u := mustURL(t, w.http.URL+"/api/admin/me")
	for _, k := range c.http.Jar.Cookies(u) {
		for _, path := range []string{"/api/judge", "/api/exam"} {
			c.http.Jar.SetCookies(mustURL(t, w.http.URL+path), []*http.Cookie{{Name: "xinglu_" + strings.TrimPrefix(path, "/api/"), Value: k.Value, Path: path}})
		}
	}
	c.get("/api/admin/me").want(200)
	c.get("/api/judge/me").problem(401, "signed_out")
	c.get("/api/exam/me").problem(401, "signed_out")
}

// plainRoutes are served beside the typed operations of openapi.yaml: frames
// that are ready as bytes, sockets, screens, health, the description itself.
var plainRoutes = []string{
	"GET /api/board/{division}", "GET /api/exam/ws", "GET /api/judge/ws", "GET /api/admin/sittings/{sitting}/ws", "GET /api/admin/divisions/{division}/desk/ws", "GET /api/admin/divisions/{division}/hall/ws", "GET /api/admin/tablets/ws", "GET /api/board/{division}/ws",
	"GET /healthz", "GET /verify/{division}/{number}", "GET /", "GET /exam", "GET /exam/*", "GET /judge", "GET /judge/*", "GET /board", "GET /board/*", "GET /admin", "GET /admin/*",
	"GET /api/openapi.json", "GET /api/openapi.yaml", "GET /api/openapi-3.0.json", "GET /api/openapi-3.0.yaml",
}

func TestRoutesAreDescribed(t *testing.T) {
	t.Parallel()
	s := bareServer()
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/api/openapi.json", nil))
	var doc struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	must(t, json.Unmarshal(answer.Body.Bytes(), &doc))
	described := slices.Clone(plainRoutes)
	for path, methods := range doc.Paths {
		for m := range methods {
			described = append(described, strings.ToUpper(m)+" "+path)
		}
	}
	var served, listed []string
	colon := regexp.MustCompile(`:([a-z_]+)`)
	for _, r := range s.EchoRoutes() {
		served = append(served, r.Method+" "+colon.ReplaceAllString(r.Path, "{$1}"))
	}
	for _, r := range s.Routes() {
		listed = append(listed, r.Method+" "+r.Path)
	}
	slices.Sort(described)
	slices.Sort(served)
	if diff := cmp.Diff(described, served); diff != "" {
		t.Errorf("described and served routes differ (-described +served):\n%s", diff)
	}
	for _, r := range served {
		if strings.Contains(r, " /api/") && !strings.Contains(r, "/api/openapi") && !slices.Contains(listed, r) {
			t.Errorf("%s is served without a permission", r)
		}
	}
}

func TestOpenAPIFileIsFresh(t *testing.T) {
	t.Parallel()
	got, err := bareServer().OpenAPI()
	must(t, err)
	want, err := os.ReadFile("openapi.yaml")
	must(t, err)
	if !bytes.Equal(got, want) {
		t.Errorf("openapi.yaml is not what the Go structs say; run make generate:\n%s", cmp.Diff(string(want), string(got)))
	}
}

// bareServer has routes, but no services behind them.
func bareServer() *web.Server {
	return web.New(web.Options{
		UI: fstest.MapFS{}, Now: time.Now, Log: slog.New(slog.DiscardHandler), Version: "1",
		Limits: web.Limits{SignInsPerMinute: 1, SignInsPerMinuteIP: 1, UploadBytes: 1 << 20},
	})
}

func mustURL(t testing.TB, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	must(t, err)
	return u
}
