package web

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// pages maps the addresses people type to the entry pages of the build.
var pages = map[string]string{
	"/": "index.html", "/exam": "exam.html", "/judge": "judge.html", "/board": "board.html", "/admin": "admin.html",
}

// serveScreens serves the built screens: hashed assets for ever, pages
// always fresh, precompressed copies where the client takes gzip.
func (s *Server) serveScreens() {
	s.echo.GET("/healthz", s.health)
	for address, file := range pages {
		s.echo.GET(address, func(c echo.Context) error { return s.page(c, file) })
		if address != "/" {
			s.echo.GET(address+"/*", func(c echo.Context) error { return s.page(c, file) })
		}
	}
	s.serveFiles()
}

// serveFiles gives every file of the build a route of its own: one for "/*"
// would turn a wrong method or address of the API into a missing page.
func (s *Server) serveFiles() {
	err := fs.WalkDir(s.UI, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") || strings.HasSuffix(name, ".gz") {
			return err
		}
		body, err := fs.ReadFile(s.UI, name)
		if err != nil {
			return err
		}
		packed, err := fs.ReadFile(s.UI, name+".gz")
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		s.echo.GET("/"+name, func(c echo.Context) error { return file(c, name, body, packed) })
		return nil
	})
	if err != nil {
		panic(fmt.Errorf("reading the screens: %w", err)) // they are part of the program
	}
}

// page serves an entry page, or says how to build the screens.
func (s *Server) page(c echo.Context, file string) error {
	body, err := fs.ReadFile(s.UI, file)
	if err != nil {
		return c.HTML(http.StatusServiceUnavailable, notBuilt)
	}
	c.Response().Header().Set("Cache-Control", "no-cache")
	return c.HTMLBlob(http.StatusOK, body)
}

const notBuilt = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>兴鲁</title>
<body style="font:16px/1.6 sans-serif;max-width:40em;margin:4em auto">
<h1>页面尚未构建</h1><p>服务已启动，但本程序未包含页面。请在源码目录执行 <code>make build</code>（需要 Node.js）后重新启动。</p>
<p lang="en">The server runs, but this build carries no screens. Run <code>make build</code> (needs Node.js) and start again.</p></body></html>`

// file sends a file of the build, in its packed form (nil: there is none)
// where the client takes that.
func file(c echo.Context, name string, body, packed []byte) error {
	h := c.Response().Header()
	switch {
	case strings.HasPrefix(name, "assets/"):
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	default: // service workers, icons, manifests keep their names
		h.Set("Cache-Control", "no-cache")
	}
	if page, ok := strings.CutSuffix(name, workerSuffix); ok {
		h.Set("Service-Worker-Allowed", "/"+page) // its own page and nothing else
	}
	kind := kindOf(name, body)
	if packed != nil {
		h.Add("Vary", "Accept-Encoding")
		if takesGzip(c.Request()) {
			h.Set("Content-Encoding", "gzip")
			body = packed
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	return c.Blob(http.StatusOK, kind, body)
}

// workerSuffix ends the name of a page's service worker: judge-sw.js.
const workerSuffix = "-sw.js"

// kindOf is the media type of a file. Not every machine knows manifests.
func kindOf(name string, body []byte) string {
	if path.Ext(name) == ".webmanifest" {
		return "application/manifest+json"
	}
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		return kind
	}
	return http.DetectContentType(body)
}

var pageScript = regexp.MustCompile(`/assets/judge-([\w-]+)\.js"`)

// judgePage is the version of the judge's page in this build, the hash in the
// name of its script; "" where the screens were not built. Pages name the same
// of themselves (web/ui/src/judge/presence.ts).
func (s *Server) judgePage() string {
	body, err := fs.ReadFile(s.UI, pages["/judge"])
	if err != nil {
		return ""
	}
	if m := pageScript.FindSubmatch(body); m != nil {
		return string(m[1])
	}
	return ""
}

// takesGzip reports whether the client accepts gzip; "q=0" refuses it.
func takesGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.TrimSpace(name) == "gzip" {
			weight, given := strings.CutPrefix(strings.TrimSpace(q), "q=")
			return !given || strings.Trim(weight, "0.") != ""
		}
	}
	return false
}

// healthWait bounds the stores' answer: a load balancer waits no longer.
const healthWait = 5 * time.Second

// health answers load balancers: 200 when the stores answer.
func (s *Server) health(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), healthWait)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		s.log.Warn("not ready", "error", err)
		return c.JSON(http.StatusServiceUnavailable, map[string]string{"status": "unavailable"})
	}
	return c.JSON(http.StatusOK, map[string]string{"status": "ok", "version": s.Version})
}
