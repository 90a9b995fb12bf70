package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/internal/store/sqlite"
)

func verifyCommand(environ []string) *cobra.Command {
	cmd := &cobra.Command{
		Use: "verify", Short: "Prove the ledger: every record is there, unchanged and in order", Args: cobra.NoArgs,
		Long: "Reads the whole ledger, also while a server runs on it, and names every record\n" +
			"that was changed, is missing or was moved. Exit code 0: proven; 3: damage found.",
	}
	s := bind(cmd, environ, "data", "mongo", "mongo_standalone")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := s.load()
		if err != nil {
			return err
		}
		var db store.DB
		if cfg.Mongo != "" {
			db, err = openStore(cmd.Context(), cfg, commandLog(cmd))
		} else {
			db, err = sqlite.OpenReadOnly(cmd.Context(), databaseFile(cfg), sqlite.Options{Collections: collections(), Log: commandLog(cmd)})
		}
		if err != nil {
			return err
		}
		defer db.Close()
		out := cmd.OutOrStdout()
		sum, err := ledger.Verify(cmd.Context(), db.Ledger(), ledger.VerifyOptions{}, func(f ledger.Finding) { fmt.Fprintln(out, f) })
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%d records in %d streams, root %s\n", sum.Records, sum.Streams, sum.Root)
		if sum.Findings > 0 {
			fmt.Fprintf(out, "DAMAGED: %d findings\n", sum.Findings)
			return errFound
		}
		fmt.Fprintln(out, "proven: every record is there, unchanged and in order")
		return nil
	}
	return cmd
}
