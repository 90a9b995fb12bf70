// Command xinglu is the whole product: server, importer, verifier, benches.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// version is set by the build (-ldflags "-X main.version=…").
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

// run is the program as a function, for tests.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	begun := false
	root := rootCommand(environ, &begun)
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	if err := root.ExecuteContext(ctx); err != nil {
		printError(stderr, err)
		if !begun {
			return exitInvalid
		}
		return exitCode(err)
	}
	return 0
}
