package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store/sqlite"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata/script")

// output is what a server prints, safe to read while it runs.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// node is a server in this process, started as its command line starts it.
type node struct {
	t      *testing.T
	url    string
	guide  *output
	stop   context.CancelFunc
	ended  chan error
	client *http.Client
}

// startNode serves with the configuration on a free port.
func startNode(t *testing.T, cfg Config) *node {
	t.Helper()
	cfg.Listen = "127.0.0.1:0"
	ctx, cancel := context.WithCancel(t.Context())
	n := &node{t: t, guide: &output{}, stop: cancel, ended: make(chan error, 1), client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{}}}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	go func() { n.ended <- serve(ctx, cfg, n.guide, log) }()
	t.Cleanup(func() { n.halt() })
	address := regexp.MustCompile(`https?://[0-9.:]+/exam`)
	for n.url == "" {
		select {
		case err := <-n.ended:
			n.ended <- err
			t.Fatalf("the server ended: %v", err)
		case <-time.After(5 * time.Millisecond):
			n.url = strings.TrimSuffix(address.FindString(n.guide.String()), "/exam")
		}
	}
	return n
}

// halt stops the server as Ctrl+C does and returns how it ended.
func (n *node) halt() error {
	n.stop()
	err := <-n.ended
	n.ended <- err
	n.client.CloseIdleConnections()
	return err
}

func (n *node) get(path string) (int, string) {
	n.t.Helper()
	resp, err := n.client.Get(n.url + path)
	if err != nil {
		n.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		n.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func testConfig(t *testing.T) Config {
	c := DefaultConfig()
	c.Data = filepath.Join(t.TempDir(), "data")
	c.Board.Tick = Duration(time.Millisecond)
	return c
}

// TestServe is the life of a centre server: first start, second start on the
// same data, and a rival that is kept off it.
func TestServe(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	cfg.Demo = true
	n := startNode(t, cfg)
	if status, body := n.get("/healthz"); status != 200 || !strings.Contains(body, `"ok"`) {
		t.Errorf("healthz: %d %s", status, body)
	}
	if _, body := n.get("/api/board/boards"); !strings.Contains(body, `"competitors":60`) {
		t.Errorf("boards: %s", body)
	}
	first := ticketsIn(n.guide.String())
	if len(first) == 0 || !strings.Contains(n.guide.String(), "organiser") || !strings.Contains(n.guide.String(), "judge1") {
		t.Errorf("the guide lacks logins:\n%s", n.guide)
	}

	// The data is one server's. The second finds it taken before it has done
	// anything, and says by what.
	rival := cfg
	rival.Listen = "127.0.0.1:0"
	err := serve(t.Context(), rival, io.Discard, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "xinglu.db") || !strings.Contains(err.Error(), "already open in another program") {
		t.Errorf("a second server on the same data: %v", err)
	}
	// The port too.
	rival.Listen, rival.Data = strings.TrimPrefix(n.url, "http://"), filepath.Join(t.TempDir(), "other")
	if err := serve(t.Context(), rival, io.Discard, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a second server on the same port started")
	}
	if _, err := os.Stat(rival.Data); !os.IsNotExist(err) {
		t.Errorf("it made a data folder all the same: %v", err)
	}

	if err := n.halt(); err != nil {
		t.Fatalf("the stop: %v", err)
	}
	again := startNode(t, cfg)
	if got := ticketsIn(again.guide.String()); strings.Join(got, " ") != strings.Join(first, " ") {
		t.Errorf("tickets after the second start: %v, first: %v", got, first)
	}
	if _, body := again.get("/api/board/boards"); strings.Count(body, `"competitors":60`) != 1 {
		t.Errorf("boards after the second start: %s", body)
	}
	if err := again.halt(); err != nil {
		t.Fatal(err)
	}
}

func ticketsIn(guide string) []string {
	return regexp.MustCompile(`准考证号 [0-9]+`).FindAllString(guide, -1)
}

// TestVerify proves a ledger that a server wrote, and one with a changed byte.
func TestVerify(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	cfg.Demo = true
	n := startNode(t, cfg)
	verify := func(data string) (int, string) {
		var out bytes.Buffer
		code := run(t.Context(), []string{"verify", "--data", data}, nil, &out, &out)
		return code, out.String()
	}
	if code, out := verify(cfg.Data); code != 0 || !strings.Contains(out, "proven") {
		t.Errorf("while the server runs: %d %s", code, out)
	}
	if err := n.halt(); err != nil {
		t.Fatal(err)
	}
	code, whole := verify(cfg.Data)
	if code != 0 || !strings.Contains(whole, "proven: every record is there") {
		t.Fatalf("whole: %d %s", code, whole)
	}
	stream, seq := flipByte(t, databaseFile(cfg))
	code, out := verify(cfg.Data)
	if code != exitFound || !strings.Contains(out, "DAMAGED") || !strings.Contains(out, stream) || !strings.Contains(out, seq) {
		t.Errorf("with a changed byte in record %s of %s: exit %d\n%s", seq, stream, code, out)
	}
	if strings.Contains(out, "proven: ") {
		t.Errorf("it says proven too:\n%s", out)
	}
	if code, out := verify(filepath.Join(cfg.Data, "nothing")); code != exitFailed || !strings.Contains(out, "nothing") {
		t.Errorf("no data: %d %s", code, out)
	}
}

// flipByte changes one byte of the record that opened the division, in the
// closed file, past every check of the database. It returns the record's name.
func flipByte(t *testing.T, file string) (stream, seq string) {
	t.Helper()
	db, err := sqlite.OpenReadOnly(t.Context(), file, sqlite.Options{Collections: collections()})
	if err != nil {
		t.Fatal(err)
	}
	heads, err := db.Ledger().Streams(t.Context(), "division/", 1)
	if err != nil {
		t.Fatal(err)
	}
	records, err := db.Ledger().Read(t.Context(), heads[0].Stream, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// The competitors stand beside one another in this record alone.
	mark := regexp.MustCompile(`"competitors":\[\{"id":"[0-9a-f-]+`).Find(records[0].Data)
	at := bytes.Index(body, mark)
	if at < 0 || bytes.Count(body, mark) != 1 {
		t.Fatalf("%s is %d times in the file", mark, bytes.Count(body, mark))
	}
	body[at+len(mark)-1] ^= 1
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatal(err)
	}
	return string(records[0].Stream), "#1"
}

// TestCert makes a CA and a certificate, serves with it, and shakes hands
// with a client that trusts the CA and nothing else.
func TestCert(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "certs")
	cert := func(args ...string) (int, string) {
		var out bytes.Buffer
		code := run(t.Context(), append([]string{"cert", "--dir", dir}, args...), nil, &out, &out)
		return code, out.String()
	}
	if code, out := cert("hall.example", "127.0.0.1"); code != 0 || !strings.Contains(out, "ca.pem") {
		t.Fatalf("%d %s", code, out)
	}
	for file, mode := range map[string]os.FileMode{"ca-key.pem": 0o600, "server-key.pem": 0o600, "ca.pem": 0o644, "server.pem": 0o644} {
		if info, err := os.Stat(filepath.Join(dir, file)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v %v, want %o", file, info, err, mode)
		}
	}
	ca, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	cfg := testConfig(t)
	cfg.TLS.Cert, cfg.TLS.Key = filepath.Join(dir, "server.pem"), filepath.Join(dir, "server-key.pem")
	n := startNode(t, cfg)
	if !strings.HasPrefix(n.url, "https://") {
		t.Fatalf("the guide says %s", n.url)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	for name, c := range map[string]struct {
		roots  *x509.CertPool
		server string
		works  bool
	}{
		"by address":       {pool, "", true},
		"by name":          {pool, "hall.example", true},
		"by another name":  {pool, "other.example", false},
		"without the CA":   {x509.NewCertPool(), "", false},
		"with system's CA": {nil, "", false},
	} {
		n.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: c.roots, ServerName: c.server}}}
		resp, err := n.client.Get(n.url + "/healthz")
		if (err == nil) != c.works {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			resp.Body.Close()
			if resp.Header.Get("Strict-Transport-Security") == "" || resp.TLS.Version < tls.VersionTLS12 {
				t.Errorf("%s: header %v, TLS %x", name, resp.Header, resp.TLS.Version)
			}
		}
		n.client.CloseIdleConnections()
	}

	// A second call keeps the CA that the tablets trust.
	if code, out := cert("192.168.1.10"); code != 0 {
		t.Fatalf("%d %s", code, out)
	}
	if now, err := os.ReadFile(filepath.Join(dir, "ca.pem")); err != nil || !bytes.Equal(now, ca) {
		t.Errorf("the CA has changed: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, "ca.pem")); err != nil {
		t.Fatal(err)
	}
	if code, out := cert("192.168.1.10"); code != exitInvalid || !strings.Contains(out, "ca.pem") {
		t.Errorf("with the CA's key alone: %d %s, want it refused", code, out)
	}
}

// A rehearsal on a server whose certificate names an address only.
func TestOwnTransportTrustsItself(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"192.0.2.7", "hall.example", "*.hall.example"} {
		dir := t.TempDir()
		if code := run(t.Context(), []string{"cert", "--dir", dir, host}, nil, io.Discard, t.Output()); code != 0 {
			t.Fatalf("cert %s: %d", host, code)
		}
		pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "server.pem"), filepath.Join(dir, "server-key.pem"))
		if err != nil {
			t.Fatal(err)
		}
		conf := (&App{cert: &pair}).ownTransport().(*http.Transport).TLSClientConfig
		if _, err := pair.Leaf.Verify(x509.VerifyOptions{Roots: conf.RootCAs, DNSName: conf.ServerName}); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
}

// Both hashes of the chain can be chosen, and verify needs not be told.
func TestLedgerHash(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	cfg.Ledger.Hash = string(ledger.SM3)
	a, err := OpenApp(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.led.Append(t.Context(), ledger.Entry{Stream: "account/x", Expect: 0, At: time.Now(), Kind: "k", Actor: "a", Data: []byte("{}")})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if code := run(t.Context(), []string{"verify", "--data", cfg.Data}, nil, &out, &out); code != 0 || !strings.Contains(out.String(), "2 records in 2 streams") {
		t.Errorf("%d %s", code, out.String())
	}
}
