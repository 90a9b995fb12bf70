// Package redistest gives tests a real Redis server of their own.
package redistest

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Addr returns the address of a Redis server for this test: TEST_REDIS_ADDR
// if set (tests use prefixes of their own there), otherwise that of a server
// started for the test. Without either the test is skipped, or fails where
// backends are required (CI=true or REQUIRE_BACKENDS=1).
func Addr(t testing.TB) string {
	t.Helper()
	if addr := os.Getenv("TEST_REDIS_ADDR"); addr != "" {
		return addr
	}
	return Start(t).Addr
}

// Server is a redis-server process on 127.0.0.1 that the test may flush, kill
// and start again.
type Server struct {
	Addr string

	t    testing.TB
	dir  string
	args []string
	cmd  *exec.Cmd
}

// Start runs redis-server on a free port, with its files in a temporary
// folder and extra arguments if any, and stops it when the test ends. It
// skips or fails like Addr when the program is not installed.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		missing(t)
	}
	s := &Server{Addr: freeAddr(t), t: t, dir: t.TempDir(), args: args}
	s.Run()
	t.Cleanup(s.Kill)
	return s
}

func missing(t testing.TB) {
	t.Helper()
	const what = "NO REDIS: redis-server is not in PATH and TEST_REDIS_ADDR is not set; nothing about Redis was tested"
	if os.Getenv("CI") == "true" || os.Getenv("REQUIRE_BACKENDS") == "1" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// Run starts the process, again after Kill, with an empty database, and waits
// until it answers.
func (s *Server) Run() {
	s.t.Helper()
	host, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		s.t.Fatal(err)
	}
	args := append([]string{
		"--bind", host, "--port", port, "--dir", s.dir, "--save", "", "--appendonly", "no",
		"--logfile", filepath.Join(s.dir, "redis.log"),
	}, s.args...)
	s.cmd = exec.Command("redis-server", args...)
	if err := s.cmd.Start(); err != nil {
		s.t.Fatalf("starting redis-server: %v", err)
	}
	c := s.Client()
	defer c.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for c.Ping(ctx).Err() != nil {
		if ctx.Err() != nil {
			log, _ := os.ReadFile(filepath.Join(s.dir, "redis.log"))
			s.t.Fatalf("redis-server does not answer on %s:\n%s", s.Addr, log)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// Kill ends the process at once, as kill -9 does.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait() // says "signal: killed"
	s.cmd = nil
}

// Client returns a plain client; the caller closes it.
func (s *Server) Client() *redis.Client {
	return redis.NewClient(&redis.Options{Addr: s.Addr, MaxRetries: -1})
}

// FlushAll empties the server.
func (s *Server) FlushAll(ctx context.Context) error {
	c := s.Client()
	defer c.Close()
	return c.FlushAll(ctx).Err()
}

func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
