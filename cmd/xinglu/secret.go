package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store"
)

// keyMark tells which secret key a store's ID numbers are sealed with, but
// not the key.
type keyMark struct {
	ID    string `json:"id"`
	Blind string `json:"blind"`
}

var keyMarks = store.Table[keyMark]{
	Collection: store.Collection{Name: "program"},
	ID:         func(m *keyMark) string { return m.ID },
}

// openSealer reads the secret key, or makes one at the first start, and
// refuses a key that is not the store's own: a second server with a key of
// its own, or data restored without it, would turn every candidate away.
func openSealer(ctx context.Context, cfg Config, db store.DB) (*seal.Sealer, error) {
	var key []byte
	var err error
	if cfg.SecretKey != "" {
		key, err = seal.ParseKey(cfg.SecretKey)
	} else {
		key, err = seal.LoadOrCreateKey(filepath.Join(cfg.Data, "secret.key"))
	}
	if err != nil {
		return nil, fmt.Errorf("secret key: %w", err)
	}
	sealer, err := seal.New(key)
	if err != nil {
		return nil, fmt.Errorf("secret key: %w", err)
	}
	mine := keyMark{ID: "secret_key", Blind: sealer.Blind("secret key", "mark of the key")}
	err = keyMarks.Insert(ctx, db, &mine)
	if !errors.Is(err, store.ErrExists) {
		return sealer, err
	}
	stored, err := keyMarks.Get(ctx, db, mine.ID)
	if err != nil {
		return nil, fmt.Errorf("secret key: %w", err)
	}
	if stored.Value.Blind != mine.Blind {
		return nil, errConfig.With(fault.Field{
			Path: "secret_key", Code: "other_key",
			Message: "the store's ID numbers are sealed with another key; give this server the key of the first one",
		})
	}
	return sealer, nil
}
