package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/xinglu/xinglu/cmd/xinglu/bench"
	"github.com/xinglu/xinglu/engine/demo"
	"github.com/xinglu/xinglu/internal/fault"
)

// benchFlags are shared by the benchmarks.
type benchFlags struct {
	json, short  bool
	rounds       int
	dir, profile string
}

func benchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "bench", Short: "Measure this machine against the built-in baselines",
		Long: "Measures this program beside small baselines that are built in, in turns, and prints\n" +
			"medians with their least and greatest round. On a shared machine only ratios within a\n" +
			"run mean something. docs/benchmarks.md tells the method.",
	}
	cmd.AddCommand(
		benchKind("save", "Durable, acknowledged saves of answers", func(ctx context.Context, o bench.Options, f benchFlags) (*bench.Report, error) {
			p := bench.FullSave()
			if f.short {
				p = bench.ShortSave()
			}
			if f.rounds > 0 {
				p.Rounds = f.rounds
			}
			return bench.Save(ctx, o, p)
		}),
		benchKind("board", "Updates of a public board to spectators", func(ctx context.Context, o bench.Options, f benchFlags) (*bench.Report, error) {
			p := bench.FullBoard()
			if f.short {
				p = bench.ShortBoard()
			}
			if f.rounds > 0 {
				p.Rounds = f.rounds
			}
			return bench.Board(ctx, o, p)
		}),
		benchKind("exam", "Whole sittings: the bell, answers, the hand-in", func(ctx context.Context, o bench.Options, f benchFlags) (*bench.Report, error) {
			p := bench.FullExam()
			if f.short {
				p = bench.ShortExam()
			}
			if f.rounds > 0 {
				p.Rounds = f.rounds
			}
			return bench.Exam(ctx, o, p)
		}),
		benchKind("marking", "Sheets of a division, the last mark, the fold of everything", func(ctx context.Context, o bench.Options, f benchFlags) (*bench.Report, error) {
			p := bench.FullMarking()
			if f.short {
				p = bench.ShortMarking()
			}
			if f.rounds > 0 {
				p.Rounds = f.rounds
			}
			return bench.Marking(ctx, o, p)
		}),
		benchChild(),
	)
	return cmd
}

func benchKind(name, short string, run func(context.Context, bench.Options, benchFlags) (*bench.Report, error)) *cobra.Command {
	var f benchFlags
	cmd := &cobra.Command{Use: name, Short: short, Args: cobra.NoArgs}
	cmd.Flags().BoolVar(&f.short, "short", false, "a short run of little more than a minute")
	cmd.Flags().BoolVar(&f.json, "json", false, "print JSON instead of a table")
	cmd.Flags().IntVar(&f.rounds, "rounds", 0, "rounds, 1 to 100; 0: as the form has")
	cmd.Flags().StringVar(&f.dir, "dir", os.TempDir(), "folder on the disk to be measured; what is written there is removed again")
	cmd.Flags().StringVar(&f.profile, "profile", "", "write the servers' CPU profiles into this folder")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if f.rounds < 0 || f.rounds > 100 {
			return errConfig.With(fault.Field{Path: "--rounds", Code: "out_of_range", Message: "1 to 100, or 0 for as many as the form has"})
		}
		if s, err := os.Stat(f.dir); err != nil || !s.IsDir() {
			return errConfig.With(fault.Field{Path: "--dir", Code: "no_folder", Message: fmt.Sprintf("%s is not a folder", f.dir)})
		}
		self, err := os.Executable()
		if err != nil {
			return fmt.Errorf("finding this program: %w", err)
		}
		r, err := run(cmd.Context(), bench.Options{
			Command: []string{self, "bench", "child"}, Dir: f.dir, Profile: f.profile, Version: version, Say: cmd.ErrOrStderr(),
		}, f)
		if err != nil {
			return err
		}
		if f.json {
			return r.WriteJSON(cmd.OutOrStdout())
		}
		return r.WriteTable(cmd.OutOrStdout())
	}
	return cmd
}

// benchChild is the other half: a server or a load that a benchmark starts.
func benchChild() *cobra.Command {
	return &cobra.Command{
		Use: "child", Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return bench.Child(cmd.Context(), openMeasured, cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
}

// openMeasured opens the program as serve does, with the demonstration in it.
func openMeasured(ctx context.Context, dir string) (*bench.System, error) {
	cfg := DefaultConfig()
	cfg.Data, cfg.Demo, cfg.Log.Level = dir, true, "warn"
	app, err := OpenApp(ctx, cfg, newLogger(cfg, os.Stderr))
	if err != nil {
		return nil, err
	}
	sys, err := app.measured(ctx)
	if err != nil {
		return nil, errors.Join(err, app.Close())
	}
	return sys, nil
}

func (a *App) measured(ctx context.Context) (*bench.System, error) {
	guide, err := demo.Load(ctx, a.demo())
	if err != nil {
		return nil, fmt.Errorf("loading the demonstration: %w", err)
	}
	if err := a.contest.WakeBoard(ctx, guide.Board); err != nil {
		return nil, err
	}
	division, err := a.contest.Division(ctx, guide.Board)
	if err != nil {
		return nil, err
	}
	sitting, err := a.exam.Sitting(ctx, division.Theory.Sitting)
	if err != nil {
		return nil, err
	}
	return &bench.System{
		Handler: a.web, Bus: a.bus, Exam: a.exam, Access: a.access, Division: guide.Board, Model: sitting.Sitting,
		Contest: a.contest, Fresh: a.contests,
		Release: a.demo().Release,
		Close:   a.Close,
	}, nil
}
