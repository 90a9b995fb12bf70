package resultbook

import (
	"context"
	"errors"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/store"
)

// ErrFormsChanged says that somebody else has changed the forms since they
// were read.
var ErrFormsChanged = fault.New(fault.Conflict, "contest_forms_changed", "the forms have been changed since you read them; look again")

// contestForms are the forms of one contest.
type contestForms struct {
	Contest engine.ContestID `json:"contest"`
	Forms   Forms            `json:"forms"`
}

var formsOf = store.Table[contestForms]{
	Collection: store.Collection{Name: "contest_forms"},
	ID:         func(f *contestForms) string { return string(f.Contest) },
}

// Collections declares what this package stores.
var Collections = []store.Collection{formsOf.Collection}

// Forms returns the forms of a contest: its own, or the OrdinaryForms.
func (d *Desk) Forms(ctx context.Context, id engine.ContestID) (Forms, error) {
	v, err := formsOf.Get(ctx, d.DB, string(id))
	if errors.Is(err, store.ErrNotFound) {
		return OrdinaryForms(), nil
	}
	return v.Value.Forms, err
}

// SetForms replaces the forms of a contest. f.Version is that of the forms that
// it was made from; the new ones get the next. Certificates keep the forms that
// they were issued by. Errors: ErrForms, ErrFormsChanged.
func (d *Desk) SetForms(ctx context.Context, id engine.ContestID, f Forms) (Forms, error) {
	if _, err := d.Contests.Contest(ctx, id); err != nil {
		return f, err
	}
	now, err := d.Forms(ctx, id)
	if err != nil {
		return f, err
	}
	if f.Version != now.Version {
		return f, ErrFormsChanged
	}
	f.Version++
	f.Numbers.Version = now.Numbers.Version
	if f.Numbers != now.Numbers {
		f.Numbers.Version++
	}
	if err := f.Validate(); err != nil {
		return f, err
	}
	v, err := formsOf.Get(ctx, d.DB, string(id))
	switch {
	case errors.Is(err, store.ErrNotFound):
		err = formsOf.Insert(ctx, d.DB, &contestForms{id, f})
	case err == nil:
		err = formsOf.Replace(ctx, d.DB, &contestForms{id, f}, v.Version)
	}
	if errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrVersion) {
		err = ErrFormsChanged.Wrap(err)
	}
	return f, err
}
