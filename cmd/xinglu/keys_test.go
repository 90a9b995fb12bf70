package main

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestKeysLieApart: no key is in the data folder, and one that an older
// version left there goes out of it and stays in use.
func TestKeysLieApart(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	start := func(log io.Writer) {
		t.Helper()
		a, err := OpenApp(t.Context(), cfg, slog.New(slog.NewTextHandler(log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
	start(io.Discard)
	key := filepath.Join(cfg.Data+".keys", dataKeyFile)
	first, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(cfg.Data + ".keys"); info.Mode().Perm() != 0o700 {
		t.Errorf("the folder of keys has mode %v", info.Mode().Perm())
	}
	if found, _ := filepath.Glob(filepath.Join(cfg.Data, "*.key")); len(found) > 0 {
		t.Errorf("keys in the data folder: %v", found)
	}

	old := filepath.Join(cfg.Data, oldKeyFile)
	if err := os.Rename(key, old); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	start(&log) // with another key it would refuse the store
	if now, err := os.ReadFile(key); err != nil || !bytes.Equal(now, first) || !strings.Contains(log.String(), "was moved out") {
		t.Errorf("after the move: %v, log %s", err, &log)
	}
	if _, err := os.Stat(old); err == nil {
		t.Error("the old key is still in the data folder")
	}

	if err := os.WriteFile(old, first, 0o600); err != nil {
		t.Fatal(err)
	}
	log.Reset()
	start(&log)
	if !strings.Contains(log.String(), "take it away") {
		t.Errorf("a key in both places is not said: %s", &log)
	}
}
