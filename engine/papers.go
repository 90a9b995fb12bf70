package engine

import (
	"context"
	"errors"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/custody"
	"github.com/xinglu/xinglu/engine/exam"
)

// SealedPapers gives an exam its papers from the vault. The shape of a paper
// that is not sealed yet comes from the bank; it is the same, because papers
// never change.
type SealedPapers struct {
	Vault *custody.Vault
	Bank  *bank.Bank
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
	if errors.Is(err, custody.ErrLocked) {
		return bank.Content{}, exam.ErrSealed
	}
	return content, err
}
