package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/ledger"
)

// TestVerifyArrangements compares the seating that a sitting sealed with its
// tickets; here it has none.
func TestVerifyArrangements(t *testing.T) {
	t.Parallel()
	const nobody = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" // SHA-256 of nothing
	for hash, want := range map[string]struct {
		code int
		text string
	}{
		nobody:                  {0, "1 sealed arrangements of seats, 0 findings"},
		strings.Repeat("0", 64): {exitFound, "SEATS: sitting s1: the tickets are not those that were sealed"},
	} {
		cfg := testConfig(t)
		app, err := OpenApp(t.Context(), cfg, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(exam.SittingPrepared{Arrangement: &exam.Arrangement{Hash: hash}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := app.led.Append(t.Context(), ledger.Entry{Stream: "sitting/s1", At: time.Now(), Kind: "sitting.prepared", Actor: "test", Key: "prepared", Data: data}); err != nil {
			t.Fatal(err)
		}
		if err := app.Close(); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if code := run(t.Context(), []string{"verify", "--data", cfg.Data}, nil, &out, &out); code != want.code || !strings.Contains(out.String(), want.text) {
			t.Errorf("sealed %s: %d %s", hash, code, out.String())
		}
	}
}
