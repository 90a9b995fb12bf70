package engine

import (
	"context"
	"errors"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/custody"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/ledger"
)

// SealedPapers gives an exam its papers from the vault. The shape of a paper
// that is not sealed yet comes from the bank; it is the same, because papers
// never change.
type SealedPapers struct {
	Vault *custody.Vault
	Bank  *bank.Bank
	// Ledger tells which sittings were started.
	Ledger ledger.Reader
}

var _ exam.Papers = SealedPapers{}

// Shape implements exam.Papers.
func (p SealedPapers) Shape(ctx context.Context, sitting exam.SittingID, paper bank.PaperID) (bank.Shape, error) {
	shape, err := p.Vault.Shape(ctx, string(sitting), paper)
	if !errors.Is(err, custody.ErrNotSealed) {
		return shape, err
	}
	content, err := p.Bank.Content(ctx, paper)
	if err != nil {
		return bank.Shape{}, err
	}
	return content.Shape()
}

// Content implements exam.Papers.
func (p SealedPapers) Content(ctx context.Context, sitting exam.SittingID, paper bank.PaperID) (bank.Content, error) {
	content, err := p.Vault.Content(ctx, string(sitting), paper)
	switch {
	case errors.Is(err, custody.ErrLocked):
		return bank.Content{}, exam.ErrSealed
	case errors.Is(err, custody.ErrNotSealed):
		// A sitting cannot start without a seal: one that did was started by
		// a version of the program that had none.
		if started, e := p.started(ctx, sitting); e != nil || !started {
			return bank.Content{}, errors.Join(e, err)
		}
		return p.Bank.Content(ctx, paper)
	}
	return content, err
}

func (p SealedPapers) started(ctx context.Context, sitting exam.SittingID) (bool, error) {
	found := false
	_, err := ledger.Fold(ctx, p.Ledger, sitting.Stream(), 0, func(r ledger.Record) error {
		found = found || r.Kind == "sitting.started"
		return nil
	})
	return found, err
}
