package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/internal/store/sqlite"
)

// Files in the folder of keys. In older versions the data key was
// DATA/secret.key.
const (
	dataKeyFile    = "data.key"
	signingKeyFile = "signing.key"
	oldKeyFile     = "secret.key"
)

// keyring holds the keys of this node. The data key is the store's: all its
// nodes have the same. The signing key is the node's own.
type keyring struct {
	sealer *seal.Sealer
	rescue *seal.BoxKey // grows from the data key
	signer *seal.Signer
}

// keyMark tells which data key a store is sealed with, but not the key.
type keyMark struct {
	ID    string `json:"id"`
	Blind string `json:"blind"`
}

var keyMarks = store.Table[keyMark]{
	Collection: store.Collection{Name: "program"},
	ID:         func(m *keyMark) string { return m.ID },
}

// keysFolder is where keys lie: beside the data folder, not in it, so that a
// copy of the data alone opens nothing.
func keysFolder(cfg Config) (string, error) {
	if cfg.Keys != "" {
		return cfg.Keys, nil
	}
	data, err := filepath.Abs(cfg.Data)
	return data + ".keys", err
}

// openKeys reads the keys, or makes them at the first start.
func openKeys(ctx context.Context, cfg Config, db store.DB, log *slog.Logger) (keyring, error) {
	dir, err := keysFolder(cfg)
	if err != nil {
		return keyring{}, fmt.Errorf("folder of keys: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return keyring{}, fmt.Errorf("folder of keys: %w", err)
	}
	if info, err := os.Stat(dir); err == nil && info.Mode().Perm()&0o077 != 0 {
		log.Warn("others may look into the folder of keys; chmod 700", "keys", dir, "mode", info.Mode().Perm().String())
	}
	master, err := dataKey(cfg, dir, log)
	if err != nil {
		return keyring{}, fmt.Errorf("data key: %w", err)
	}
	k := keyring{}
	if k.sealer, err = seal.New(master); err != nil {
		return k, fmt.Errorf("data key: %w", err)
	}
	if k.rescue, err = seal.NewBoxKey(master); err != nil {
		return k, fmt.Errorf("data key: %w", err)
	}
	if err := checkMark(ctx, db, k.sealer); err != nil {
		return k, err
	}
	if k.signer, err = seal.LoadOrCreateSigner(filepath.Join(dir, signingKeyFile)); err != nil {
		return k, fmt.Errorf("signing key: %w", err)
	}
	return k, nil
}

func dataKey(cfg Config, dir string, log *slog.Logger) ([]byte, error) {
	if cfg.SecretKey != "" {
		return seal.ParseKey(cfg.SecretKey)
	}
	path := filepath.Join(dir, dataKeyFile)
	return seal.LoadOrCreateKey(moveOldKey(filepath.Join(cfg.Data, oldKeyFile), path, log))
}

// moveOldKey takes the key of an older version out of the data folder and
// returns where the key is now. Moving is one rename: a crash leaves the key
// at one of the two places.
func moveOldKey(old, path string, log *slog.Logger) string {
	if _, err := os.Stat(old); err != nil {
		return path
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		log.Warn("an old data key lies in the data folder beside the one in use; take it away", "old", old, "in_use", path)
		return path
	}
	if err := os.Rename(old, path); err != nil {
		log.Warn("the data key lies in the data folder and could not be moved out of it; move it by hand", "from", old, "to", path, "error", err)
		return old
	}
	log.Warn("the data key was moved out of the data folder; back it up apart from the data", "from", old, "to", path)
	return path
}

// checkMark refuses a key that is not the store's own: a second server with a
// key of its own, or data restored without it, would turn every candidate
// away.
func checkMark(ctx context.Context, db store.DB, sealer *seal.Sealer) error {
	mine := keyMark{ID: "secret_key", Blind: sealer.Blind("secret key", "mark of the key")}
	err := keyMarks.Insert(ctx, db, &mine)
	if !errors.Is(err, store.ErrExists) {
		return err
	}
	stored, err := keyMarks.Get(ctx, db, mine.ID)
	if err != nil {
		return fmt.Errorf("data key: %w", err)
	}
	if stored.Value.Blind != mine.Blind {
		return errConfig.With(fault.Field{
			Path: "secret_key", Code: "other_key",
			Message: "the store is sealed with another key; give this server the key of the first one",
		})
	}
	return nil
}

// recordSigner notes the node's public key in the ledger once, so that
// receipts and packages can be checked when the node is gone.
func recordSigner(ctx context.Context, led ledger.Appender, signer *seal.Signer, node string) error {
	data, err := json.Marshal(map[string]string{
		"key_id": signer.KeyID(), "public": base64.StdEncoding.EncodeToString(signer.Public()), "algorithm": "Ed25519",
	})
	if err != nil {
		return err
	}
	_, err = led.Append(ctx, ledger.Entry{
		Stream: "program/signers", Expect: ledger.AnySeq, At: time.Now().UTC().Truncate(time.Millisecond),
		Kind: "program.signer", Actor: node, Key: signer.KeyID(), Data: data,
	})
	if err != nil {
		return fmt.Errorf("recording the signing key: %w", err)
	}
	return nil
}

// recordedSigners returns the public keys that recordSigner has noted.
func recordedSigners(ctx context.Context, led ledger.Reader) ([][]byte, error) {
	var keys [][]byte
	_, err := ledger.Fold(ctx, led, "program/signers", 0, func(r ledger.Record) error {
		var key struct {
			Public []byte `json:"public"`
		}
		if err := json.Unmarshal(r.Data, &key); err != nil {
			return fmt.Errorf("record %d of the signers: %w", r.Seq, err)
		}
		keys = append(keys, key.Public)
		return nil
	})
	return keys, err
}

// sealBank seals, once, what older versions stored of the bank in the clear.
func (a *App) sealBank(ctx context.Context) error {
	const done = "bank_sealed"
	if _, err := keyMarks.Get(ctx, a.db, done); !errors.Is(err, store.ErrNotFound) {
		return err
	}
	n, err := a.bank.SealStored(ctx)
	if err != nil {
		return err
	}
	if n > 0 {
		a.log.Warn("the bank was sealed; copies of the data made before this are not", "documents", n)
		// What was replaced would stay readable in the free pages of the file.
		if file, ok := a.db.(*sqlite.DB); ok {
			if err := file.Compact(ctx); err != nil {
				return err
			}
		}
	}
	err = keyMarks.Insert(ctx, a.db, &keyMark{ID: done})
	if errors.Is(err, store.ErrExists) {
		return nil // another node was as fast
	}
	return err
}
