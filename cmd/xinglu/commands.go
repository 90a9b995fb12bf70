package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/xinglu/xinglu/internal/fault"
)

// Exit codes of the program, for scripts.
const (
	exitFailed  = 1 // could not do it
	exitInvalid = 2 // the input or configuration is wrong
	exitFound   = 3 // verify found damage, selftest failed
)

// errFound ends a command that did its work and found something wrong; what
// it found has been printed.
var errFound = errors.New("found")

func exitCode(err error) int {
	switch {
	case errors.Is(err, errFound):
		return exitFound
	case fault.KindOf(err) == fault.Invalid:
		return exitInvalid
	}
	return exitFailed
}

// printError says what is wrong, every field on a line of its own.
func printError(w io.Writer, err error) {
	if errors.Is(err, errFound) {
		return
	}
	f := fault.As(err)
	if f == nil || len(f.Fields) == 0 {
		fmt.Fprintln(w, "xinglu:", err)
		return
	}
	fmt.Fprintln(w, "xinglu:", f.Message)
	for _, p := range f.Fields {
		fmt.Fprintf(w, "  %s: %s\n", p.Path, p.Message)
	}
}

// settings are the flags that most commands share, laid over file and
// environment.
type settings struct {
	environ []string
	file    string
	flags   map[string]*string
	demo    *bool
	cmd     *cobra.Command
}

// rootCommand is the program's command line. begun is set when a command
// starts its work: an error before that is a mistake in the call.
func rootCommand(environ []string, begun *bool) *cobra.Command {
	root := &cobra.Command{
		Use: "xinglu", Short: "Skills contests and skill-level assessment in one program",
		Version: version, SilenceUsage: true, SilenceErrors: true,
		PersistentPreRun: func(*cobra.Command, []string) { *begun = true },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(serveCommand(environ), verifyCommand(environ), demoCommand(), openapiCommand(),
		certCommand(), selftestCommand(), configCommand(environ), benchCommand(), chaosCommand())
	return root
}

// bind adds the flags of the named settings to a command.
func bind(cmd *cobra.Command, environ []string, names ...string) *settings {
	s := &settings{environ: environ, flags: map[string]*string{}, cmd: cmd}
	cmd.Flags().StringVar(&s.file, "config", "", "configuration file (YAML)")
	c := DefaultConfig()
	walkConfig(&c, func(f configField) {
		for _, n := range names {
			if n != f.path {
				continue
			}
			flag := strings.ReplaceAll(strings.ReplaceAll(n, ".", "-"), "_", "-")
			if n == "demo" {
				s.demo = cmd.Flags().Bool(flag, false, f.doc)
				continue
			}
			s.flags[n] = cmd.Flags().String(flag, fmt.Sprint(f.value.Interface()), f.doc)
		}
	})
	return s
}

// load returns the configuration: flag > environment > file > default.
func (s *settings) load() (Config, error) {
	if s.file == "" {
		for _, kv := range s.environ {
			if v, ok := strings.CutPrefix(kv, "XINGLU_CONFIG="); ok {
				s.file = v
			}
		}
	}
	c, err := LoadConfig(s.file, s.environ)
	if err != nil {
		return c, err
	}
	var wrong []fault.Field
	walkConfig(&c, func(f configField) {
		flag := strings.ReplaceAll(strings.ReplaceAll(f.path, ".", "-"), "_", "-")
		if v, ok := s.flags[f.path]; ok && s.cmd.Flags().Changed(flag) {
			wrong = append(wrong, f.set("--"+flag, *v)...)
		}
	})
	if s.demo != nil && s.cmd.Flags().Changed("demo") {
		c.Demo = *s.demo
	}
	if len(wrong) > 0 {
		return c, errConfig.With(wrong...)
	}
	return c, c.Validate()
}

func configCommand(environ []string) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Check, print or explain the configuration"}
	check := &cobra.Command{Use: "check", Short: "Say whether the configuration is valid", Args: cobra.NoArgs}
	cs := bind(check, environ)
	check.RunE = func(cmd *cobra.Command, _ []string) error {
		if _, err := cs.load(); err != nil {
			return err
		}
		fmt.Fprintln(cmd.OutOrStdout(), "the configuration is valid")
		return nil
	}
	show := &cobra.Command{Use: "print", Short: "Print every setting as it is in force; secrets are hidden", Args: cobra.NoArgs}
	ps := bind(show, environ)
	show.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := ps.load()
		if err != nil {
			return err
		}
		walkConfig(&c, func(f configField) {
			value := fmt.Sprint(f.value.Interface())
			if f.secret && value != "" {
				value = "(set)"
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%-34s %s\n", f.path, value)
		})
		return nil
	}
	docs := &cobra.Command{Use: "docs", Short: "List every setting with its environment name and default", Args: cobra.NoArgs}
	docs.RunE = func(cmd *cobra.Command, _ []string) error {
		c := DefaultConfig()
		walkConfig(&c, func(f configField) {
			fmt.Fprintf(cmd.OutOrStdout(), "%s\n  %s (default %v)\n  %s\n", f.path, f.env(), f.value.Interface(), f.doc)
		})
		return nil
	}
	cmd.AddCommand(check, show, docs)
	return cmd
}

// background gives clean-up its own time when the command's is over.
func background(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), d)
}
