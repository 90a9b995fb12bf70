package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/seal"
)

// TestVerifyReceipts compares receipts of a seat with the ledger, after the
// server that signed them is gone.
func TestVerifyReceipts(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	app, err := OpenApp(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().UTC().Truncate(time.Millisecond)
	value := []string{"答案"}
	for i, e := range []struct {
		kind string
		data any
	}{
		{"attempt.prepared", exam.Prepared{Sitting: "s"}},
		{"attempt.admitted", exam.Admitted{Fence: 1}},
		{"attempt.started", exam.Started{Fence: 1}},
		{"attempt.answered", exam.Answered{Fence: 1, Answers: []exam.Given{{Question: "q", Seq: 1, Value: value}}}},
	} {
		data, err := json.Marshal(e.data)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := app.led.Append(t.Context(), ledger.Entry{Stream: "attempt/a1", Expect: int64(i), At: at, Kind: e.kind, Actor: "test", Data: data}); err != nil {
			t.Fatal(err)
		}
	}
	if err := app.Close(); err != nil {
		t.Fatal(err)
	}
	dir, err := keysFolder(cfg)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := seal.LoadOrCreateSigner(filepath.Join(dir, signingKeyFile))
	if err != nil {
		t.Fatal(err)
	}
	sum := exam.ValueSum(value)
	good := exam.Ack{Question: "q", Seq: 1, At: at, SHA256: hex.EncodeToString(sum[:])}
	lost := good
	lost.Seq = 2
	for _, k := range []*exam.Ack{&good, &lost} {
		k.Sig = base64.StdEncoding.EncodeToString(signer.Sign(exam.ReceiptMessage("a1", *k)))
	}
	forged := good
	forged.Sig = lost.Sig
	check := func(list ...exam.Ack) (int, string) {
		path := filepath.Join(t.TempDir(), "receipts.json")
		text, err := json.Marshal(exam.Receipts{Attempt: "a1", Receipts: list})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		return run(t.Context(), []string{"verify", "--data", cfg.Data, "--receipts", path}, nil, &out, &out), out.String()
	}
	if code, out := check(good); code != 0 || !strings.Contains(out, "1 receipts of attempt a1, 0 do not agree") {
		t.Errorf("good: %d %s", code, out)
	}
	if code, out := check(good, lost, forged); code != exitFound || !strings.Contains(out, "LOST: question q, seq 2") || !strings.Contains(out, "FORGED: question q, seq 1") {
		t.Errorf("lost and forged: %d %s", code, out)
	}
}
