// Command mongowire runs the strict test server for browser tests: it prints
// the connection string on standard output and serves until it is told to
// stop (SIGINT, SIGTERM). It exits with 1 when there were violations. It is
// not part of the product.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/xinglu/xinglu/internal/store/mongowire"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("mongowire", flag.ContinueOnError)
	flags.SetOutput(stderr)
	addr := flags.String("addr", "127.0.0.1:0", "address to listen on")
	dir := flags.String("dir", "", "directory to keep the data in; empty keeps it in memory")
	if err := flags.Parse(args); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	s, err := mongowire.Start(mongowire.Options{Addr: *addr, Dir: *dir, Log: log})
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, s.URI())
	<-ctx.Done()
	violations := s.Violations()
	if err := s.Close(); err != nil {
		return err
	}
	if len(violations) > 0 {
		return fmt.Errorf("%d violations, the first: %s", len(violations), violations[0])
	}
	return nil
}
