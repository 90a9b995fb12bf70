package bank

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/xinglu/xinglu/internal/store"
)

// Sealer encrypts what is stored. It is *seal.Sealer; both methods must be
// safe for concurrent use.
type Sealer interface {
	Seal(plain []byte, context string) (string, error)
	Open(sealed, context string) ([]byte, error)
}

// sealedTable is a store.Table whose values are stored encrypted. Beside the
// sealed value a document holds only what about returns, and the index keys.
// The place of a document is bound into its value, so one put in another's
// place does not open.
type sealedTable[T any] struct {
	store.Table[T]
	about func(*T) any
}

// sealedBody is the stored form.
type sealedBody struct {
	About  any    `json:"about,omitempty"`
	Sealed string `json:"sealed"`
}

func (t sealedTable[T]) context(id string) string { return t.Name + "/" + id }

func (t sealedTable[T]) encode(s Sealer, v *T) (store.Doc, error) {
	d := store.Doc{ID: t.ID(v), Keys: t.Keys(v)}
	plain, err := json.Marshal(v)
	if err != nil {
		return d, fmt.Errorf("%s %s: %w", t.Name, d.ID, err)
	}
	body := sealedBody{About: t.about(v)}
	if body.Sealed, err = s.Seal(plain, t.context(d.ID)); err != nil {
		return d, fmt.Errorf("%s %s: %w", t.Name, d.ID, err)
	}
	if d.Body, err = json.Marshal(body); err != nil {
		return d, fmt.Errorf("%s %s: %w", t.Name, d.ID, err)
	}
	return d, nil
}

func (t sealedTable[T]) decode(s Sealer, d store.Doc) (v T, err error) {
	var body sealedBody
	if err := json.Unmarshal(d.Body, &body); err != nil {
		return v, fmt.Errorf("%s %s: %w", t.Name, d.ID, err)
	}
	plain, err := s.Open(body.Sealed, t.context(d.ID))
	if err != nil {
		return v, fmt.Errorf("%s %s: %w", t.Name, d.ID, err)
	}
	if err := json.Unmarshal(plain, &v); err != nil {
		return v, fmt.Errorf("%s %s: %w", t.Name, d.ID, err)
	}
	return v, nil
}

// insert stores a new value. Errors: store.ErrExists.
func (t sealedTable[T]) insert(ctx context.Context, b *Bank, v *T) error {
	d, err := t.encode(b.sealer, v)
	if err != nil {
		return err
	}
	if err := b.db.Insert(ctx, t.Name, d); err != nil {
		return fmt.Errorf("%s %s: %w", t.Name, d.ID, err)
	}
	return nil
}

// get returns the value with the id, or store.ErrNotFound.
func (t sealedTable[T]) get(ctx context.Context, b *Bank, id string) (v T, err error) {
	d, err := b.db.Get(ctx, t.Name, id)
	if err != nil {
		return v, fmt.Errorf("%s %s: %w", t.Name, id, err)
	}
	return t.decode(b.sealer, d)
}

// all returns every value of the query.
func (t sealedTable[T]) all(ctx context.Context, b *Bank, q store.Query) ([]T, error) {
	var list []T
	err := t.pages(ctx, b.db, q, func(d store.Doc) error {
		v, err := t.decode(b.sealer, d)
		list = append(list, v)
		return err
	})
	return list, err
}

func (t sealedTable[T]) pages(ctx context.Context, db store.DB, q store.Query, visit func(store.Doc) error) error {
	for q.Limit = 1000; ; {
		page, err := db.Find(ctx, t.Name, q)
		if err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
		for _, d := range page.Docs {
			if err := visit(d); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		q.After = page.Next
	}
}

// sealStored seals the documents that are stored in the clear and returns
// their number.
func (t sealedTable[T]) sealStored(ctx context.Context, b *Bank) (n int, err error) {
	err = t.pages(ctx, b.db, store.Query{}, func(d store.Doc) error {
		var body sealedBody
		if err := json.Unmarshal(d.Body, &body); err != nil {
			return fmt.Errorf("%s %s: %w", t.Name, d.ID, err)
		}
		if body.Sealed != "" {
			return nil
		}
		var v T
		if err := json.Unmarshal(d.Body, &v); err != nil {
			return fmt.Errorf("%s %s: %w", t.Name, d.ID, err)
		}
		sealed, err := t.encode(b.sealer, &v)
		if err != nil {
			return err
		}
		sealed.Version = d.Version
		n++
		if err := b.db.Replace(ctx, t.Name, sealed); !errors.Is(err, store.ErrVersion) {
			return err
		}
		return nil // another node has sealed it
	})
	return n, err
}

// SealStored seals what older versions of the program stored in the clear,
// and returns how many documents that were. It may be cut off and repeated at
// any point. Call it before the bank is used.
func (b *Bank) SealStored(ctx context.Context) (int, error) {
	questions, err := questionTable.sealStored(ctx, b)
	if err != nil {
		return questions, fmt.Errorf("sealing questions: %w", err)
	}
	papers, err := paperTable.sealStored(ctx, b)
	if err != nil {
		return questions + papers, fmt.Errorf("sealing papers: %w", err)
	}
	return questions + papers, nil
}
