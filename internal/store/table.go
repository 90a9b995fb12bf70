package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Table is the typed view of one collection. T is the domain type; its JSON
// form is what is stored.
type Table[T any] struct {
	Collection
	// ID and Keys derive the document's id and index keys from the value.
	ID   func(*T) string
	Keys func(*T) map[string]string
}

// Versioned is a value with the version it was read at.
type Versioned[T any] struct {
	Value   T
	Version int64
}

// Get returns the value with the id, or ErrNotFound.
func (t Table[T]) Get(ctx context.Context, db DB, id string) (Versioned[T], error) {
	d, err := db.Get(ctx, t.Name, id)
	if err != nil {
		return Versioned[T]{}, fmt.Errorf("%s %s: %w", t.Name, id, err)
	}
	return t.decode(d)
}

// Insert stores a new value.
func (t Table[T]) Insert(ctx context.Context, db DB, v *T) error {
	d, err := t.encode(v, 0)
	if err != nil {
		return err
	}
	if err := db.Insert(ctx, t.Name, d); err != nil {
		return fmt.Errorf("%s %s: %w", t.Name, d.ID, err)
	}
	return nil
}

// Replace stores v over the version it was read at.
func (t Table[T]) Replace(ctx context.Context, db DB, v *T, version int64) error {
	d, err := t.encode(v, version)
	if err != nil {
		return err
	}
	if err := db.Replace(ctx, t.Name, d); err != nil {
		return fmt.Errorf("%s %s: %w", t.Name, d.ID, err)
	}
	return nil
}

// Delete removes the value if it still has that version.
func (t Table[T]) Delete(ctx context.Context, db DB, id string, version int64) error {
	if err := db.Delete(ctx, t.Name, id, version); err != nil {
		return fmt.Errorf("%s %s: %w", t.Name, id, err)
	}
	return nil
}

// Update reads the value, lets change edit it and stores it, again when
// another writer came between. An error of change ends it unchanged.
func (t Table[T]) Update(ctx context.Context, db DB, id string, change func(*T) error) (T, error) {
	for {
		cur, err := t.Get(ctx, db, id)
		if err != nil {
			return cur.Value, err
		}
		if err := change(&cur.Value); err != nil {
			return cur.Value, err
		}
		err = t.Replace(ctx, db, &cur.Value, cur.Version)
		if errors.Is(err, ErrVersion) && ctx.Err() == nil {
			continue
		}
		return cur.Value, err
	}
}

// Find returns one page of values.
func (t Table[T]) Find(ctx context.Context, db DB, q Query) (values []T, next string, err error) {
	p, err := db.Find(ctx, t.Name, q)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", t.Name, err)
	}
	values = make([]T, 0, len(p.Docs))
	for _, d := range p.Docs {
		v, err := t.decode(d)
		if err != nil {
			return nil, "", err
		}
		values = append(values, v.Value)
	}
	return values, p.Next, nil
}

// All returns every value of the query, reading page after page. Use it only
// where the domain bounds the number.
func (t Table[T]) All(ctx context.Context, db DB, q Query) ([]T, error) {
	q.Limit = 1000
	var all []T
	for {
		page, next, err := t.Find(ctx, db, q)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if next == "" {
			return all, nil
		}
		q.After = next
	}
}

func (t Table[T]) encode(v *T, version int64) (Doc, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return Doc{}, fmt.Errorf("%s: %w", t.Name, err)
	}
	d := Doc{ID: t.ID(v), Version: version, Body: body}
	if t.Keys != nil {
		d.Keys = t.Keys(v)
	}
	return d, nil
}

func (t Table[T]) decode(d Doc) (Versioned[T], error) {
	v := Versioned[T]{Version: d.Version}
	if err := json.Unmarshal(d.Body, &v.Value); err != nil {
		return v, fmt.Errorf("%s %s: %w", t.Name, d.ID, err)
	}
	return v, nil
}
