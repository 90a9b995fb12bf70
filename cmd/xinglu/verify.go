package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/archive"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/internal/store/sqlite"
)

func verifyCommand(environ []string) *cobra.Command {
	cmd := &cobra.Command{
		Use: "verify", Short: "Prove the ledger: every record is there, unchanged and in order", Args: cobra.NoArgs,
		Long: "Reads the whole ledger, also while a server runs on it, and names every record\n" +
			"that was changed, is missing or was moved. Then compares who sits where with\n" +
			"what was sealed before each exam. Exit code 0: proven; 3: damage found.\n\n" +
			"With --receipts, also compares the signed receipts that a seat has got,\n" +
			"{\"attempt\": …, \"receipts\": [the answers of its acknowledgements]}, with the ledger.\n\n" +
			"With --archive, checks the archive of a division instead, with nothing but the file:\n" +
			"signature, digests, chains of records, draws, results. --key names a public key (base64)\n" +
			"that is trusted; it may be given several times.",
	}
	file := cmd.Flags().String("archive", "", "an archive of a division to check, without store or keys")
	keys := cmd.Flags().StringArray("key", nil, "with --archive: a public key of a server that is trusted")
	receipts := cmd.Flags().String("receipts", "", "a file with the receipts of a seat")
	s := bind(cmd, environ, "data", "mongo", "mongo_standalone")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *file != "" {
			return verifyArchive(cmd.Context(), cmd.OutOrStdout(), *file, *keys)
		}
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
		err = verifyArrangements(cmd.Context(), out, db)
		if err == nil || errors.Is(err, errFound) {
			err = errors.Join(err, verifyDraws(cmd.Context(), out, db.Ledger()))
		}
		if *receipts == "" || err != nil && !errors.Is(err, errFound) {
			return err
		}
		return errors.Join(err, verifyReceipts(cmd.Context(), out, db.Ledger(), *receipts))
	}
	return cmd
}

// verifyDraws computes every published draw of contests again.
func verifyDraws(ctx context.Context, out io.Writer, led ledger.Backend) error {
	proven, open, broken := 0, 0, 0
	for after := ledger.StreamID("division/"); ; {
		heads, err := led.Streams(ctx, after, 500)
		if err != nil {
			return err
		}
		for _, h := range heads {
			after = h.Stream
			id, ours := strings.CutPrefix(string(h.Stream), "division/")
			if !ours {
				continue
			}
			checks, err := engine.VerifyDraws(ctx, led, engine.DivisionID(id))
			if err != nil {
				return err
			}
			for _, c := range checks {
				switch c.State {
				case engine.DrawProven:
					proven++
				case engine.DrawUnproven:
					open++
				case engine.DrawBroken:
					broken++
					fmt.Fprintf(out, "DRAW_BROKEN: %s of %s: %s\n", c.Draw, h.Stream, c.Problem)
				}
			}
		}
		if len(heads) == 0 || !strings.HasPrefix(string(after), "division/") {
			break
		}
	}
	if proven+open+broken > 0 {
		fmt.Fprintf(out, "%d draws computed again, %d do not agree; %d not published yet\n", proven+broken, broken, open)
	}
	if broken > 0 {
		return errFound
	}
	return nil
}

// verifyArrangements compares the tickets with the sealed hash of each
// arrangement.
func verifyArrangements(ctx context.Context, out io.Writer, db store.DB) error {
	n, findings, err := exam.CheckArrangements(ctx, db)
	if err != nil {
		return err
	}
	for _, f := range findings {
		if f.Ticket == "" {
			fmt.Fprintf(out, "SEATS: sitting %s: the tickets are not those that were sealed\n", f.Sitting)
		} else {
			fmt.Fprintf(out, "SEATS: sitting %s: ticket %s names another seat, person or form than its attempt\n", f.Sitting, f.Ticket)
		}
	}
	fmt.Fprintf(out, "%d sealed arrangements of seats, %d findings\n", n, len(findings))
	if len(findings) > 0 {
		return errFound
	}
	return nil
}

// verifyReceipts compares a file of receipts with the ledger, by the public
// keys that nodes have recorded in it.
func verifyReceipts(ctx context.Context, out io.Writer, led ledger.Reader, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var list exam.Receipts
	if err := json.Unmarshal(text, &list); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	keys, err := recordedSigners(ctx, led)
	if err != nil {
		return err
	}
	findings, err := exam.CheckReceipts(ctx, led, keys, list)
	if err != nil {
		return err
	}
	for _, f := range findings {
		fmt.Fprintf(out, "%s: question %s, seq %d, %s\n", strings.ToUpper(f.Code), f.Question, f.Seq, f.At.Format(time.RFC3339Nano))
	}
	fmt.Fprintf(out, "%d receipts of attempt %s, %d do not agree with the ledger\n", len(list.Receipts), list.Attempt, len(findings))
	if len(findings) > 0 {
		return errFound
	}
	return nil
}

// verifyArchive checks the archive of a division with nothing but itself and
// the keys that are trusted.
func verifyArchive(ctx context.Context, out io.Writer, path string, keys []string) error {
	var o archive.Options
	for _, text := range keys {
		key, err := seal.ParseKey(text)
		if err != nil {
			return err
		}
		o.Keys = append(o.Keys, key)
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	report, err := archive.Verify(ctx, f, info.Size(), o)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := report.Print(out); err != nil {
		return err
	}
	if len(report.Findings) > 0 {
		return errFound
	}
	return nil
}
