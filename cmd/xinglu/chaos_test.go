package main

import (
	"bytes"
	"flag"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/xinglu/xinglu/cmd/xinglu/chaos"
)

// TestChaosServer is no test: the run under test starts this binary again,
// and there it is the server.
func TestChaosServer(t *testing.T) {
	if len(flag.Args()) == 0 || flag.Arg(0) != "serve" {
		return
	}
	ctx, stop := signal.NotifyContext(t.Context(), syscall.SIGTERM)
	code := run(ctx, flag.Args(), os.Environ(), os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// TestChaos is the short form of `make chaos`: a server that is killed in the
// middle of an exam loses no acknowledged answer.
func TestChaos(t *testing.T) {
	t.Parallel()
	const seed = 20261123
	r, err := chaos.Run(t.Context(), chaos.Options{
		Command: []string{os.Args[0], "-test.run=^TestChaosServer$", "--", "serve"},
		Dir:     t.TempDir(), Version: "test", Say: t.Output(), Log: t.Output(),
	}, chaos.Short(seed))
	if err != nil {
		t.Fatal(err)
	}
	var table bytes.Buffer
	if err := r.WriteTable(&table); err != nil {
		t.Fatal(err)
	}
	t.Log(table.String())
	if !r.Proven() || r.Lost != 0 || r.Acknowledged == 0 || r.HandedIn != 20 || r.Starts != 4 {
		t.Errorf("not proven: %+v", r)
	}
	if !strings.Contains(table.String(), "proven: no acknowledged answer was lost") {
		t.Error("the table does not say so")
	}
}
