package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/xinglu/xinglu/cmd/xinglu/chaos"
)

// chaosCommand proves law 1 on this machine with this binary.
func chaosCommand() *cobra.Command {
	var short, asJSON bool
	var seed uint64
	var dir string
	cmd := &cobra.Command{
		Use: "chaos", Short: "Prove that no acknowledged answer is lost, by killing the server in an exam", Args: cobra.NoArgs,
		Long: "Starts this program in a process of its own, lets 200 candidates sit an exam over the public\n" +
			"protocol, kills the server 20 times, stops it, cuts links, and compares every receipt with the\n" +
			"ledger. Exit code 0: proven; 3: something was lost or wrong.",
	}
	cmd.Flags().BoolVar(&short, "short", false, "20 candidates and 3 kills, half a minute")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON instead of a table")
	cmd.Flags().Uint64Var(&seed, "seed", 0, "of what happens when; 0: drawn")
	cmd.Flags().StringVar(&dir, "dir", os.TempDir(), "folder on the disk to be used; the data are removed unless something was wrong")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if seed == 0 {
			seed = rand.Uint64()>>11 + 1 // so that every reader of JSON can hold it
		}
		plan := chaos.Full(seed)
		if short {
			plan = chaos.Short(seed)
		}
		self, err := os.Executable()
		if err != nil {
			return fmt.Errorf("finding this program: %w", err)
		}
		work, err := os.MkdirTemp(dir, "xinglu-chaos-")
		if err != nil {
			return err
		}
		log, err := os.Create(filepath.Join(work, "server.log"))
		if err != nil {
			return err
		}
		defer func() { _ = log.Close() }() // the server writes by a handle of its own
		r, err := chaos.Run(cmd.Context(), chaos.Options{
			Command: []string{self, "serve"}, Dir: work, Version: version, Say: cmd.ErrOrStderr(), Log: log,
		}, plan)
		if err != nil {
			return fmt.Errorf("seed %d, data kept in %s: %w", seed, work, err)
		}
		write := r.WriteTable
		if asJSON {
			write = r.WriteJSON
		}
		if err := write(cmd.OutOrStdout()); err != nil {
			return err
		}
		if !r.Proven() {
			fmt.Fprintf(cmd.ErrOrStderr(), "data and log are kept in %s\n", work)
			return errFound
		}
		return os.RemoveAll(work)
	}
	return cmd
}
