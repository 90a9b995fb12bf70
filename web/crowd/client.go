package crowd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// client is one person's browser: own cookies, the public API, nothing else.
type client struct {
	base *url.URL
	http *http.Client
}

// Refused is an error answer of the server.
type Refused struct {
	Status int
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Errors []struct {
		Path    string `json:"path"`
		Message string `json:"message"`
	} `json:"errors"`
}

func (r *Refused) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s: %s", r.Status, r.Code, r.Detail)
	for i, e := range r.Errors {
		if i == 3 {
			fmt.Fprintf(&b, " and %d more", len(r.Errors)-i)
			break
		}
		fmt.Fprintf(&b, "; %s: %s", e.Path, e.Message)
	}
	return b.String()
}

func newClient(base *url.URL, transport http.RoundTripper) *client {
	jar, _ := cookiejar.New(nil) // never fails without options
	return &client{base: base, http: &http.Client{Jar: jar, Transport: transport, Timeout: time.Minute}}
}

// call sends in as JSON (nil: no body) and decodes the answer into out (nil:
// ignored). It waits and tries again when the server asks for patience, as a
// person would.
func (c *client) call(ctx context.Context, method, path string, in, out any) error {
	for try := 0; ; try++ {
		err := c.once(ctx, method, path, in, out)
		r, ok := err.(*Refused) //nolint:errorlint // once returns it unwrapped
		if !ok || r.Status != http.StatusTooManyRequests && r.Status != http.StatusServiceUnavailable || try == 60 {
			if err != nil {
				return fmt.Errorf("%s %s: %w", method, path, err)
			}
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Second):
		}
	}
}

func (c *client) once(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base.String()+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Xinglu", "1")
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 400 {
		r := &Refused{Status: resp.StatusCode}
		if err := json.NewDecoder(resp.Body).Decode(r); err != nil {
			r.Code = strconv.Itoa(resp.StatusCode)
		}
		return r
	}
	if out == nil {
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	}
	return json.NewDecoder(resp.Body).Decode(out)
}

// socket opens a WebSocket with the person's cookies.
func (c *client) socket(ctx context.Context, path string) (*websocket.Conn, error) {
	u := *c.base
	u.Scheme = "ws" + strings.TrimPrefix(u.Scheme, "http")
	u.Path = path
	d := websocket.Dialer{HandshakeTimeout: 20 * time.Second, ReadBufferSize: 2048, WriteBufferSize: 2048}
	if t, ok := c.http.Transport.(*http.Transport); ok {
		d.TLSClientConfig = t.TLSClientConfig
	}
	header := http.Header{"Origin": {c.base.String()}}
	at := *c.base
	at.Path = path // cookies are bound to their part of the API
	for _, k := range c.http.Jar.Cookies(&at) {
		header.Add("Cookie", k.String())
	}
	ws, resp, err := d.DialContext(ctx, u.String(), header)
	if resp != nil && resp.Body != nil {
		resp.Body.Close()
	}
	return ws, err
}
