package exam

import (
	"context"
	"fmt"

	"github.com/xinglu/xinglu/bank"
)

// Papers gives the papers of sittings. Everything before the start is decided
// by the shape, which tells no text and no key; the content is there once the
// papers of the sitting are released. All methods must be safe for concurrent
// use and are called with locks held: they must be fast after the first time.
type Papers interface {
	// Shape returns how the paper is built, also of a sitting that is not
	// sealed yet. It never changes: a paper's id is the digest of its content.
	Shape(context.Context, SittingID, bank.PaperID) (bank.Shape, error)
	// Content returns the paper with texts and keys, or ErrSealed before the
	// release. It is the caller's to read, not to change.
	Content(context.Context, SittingID, bank.PaperID) (bank.Content, error)
}

// Unsealed are papers that no seal keeps, as the bank's own Content gives
// them: those of rehearsals and tests.
type Unsealed func(context.Context, bank.PaperID) (bank.Content, error)

// Shape implements Papers.
func (u Unsealed) Shape(ctx context.Context, _ SittingID, id bank.PaperID) (bank.Shape, error) {
	c, err := u(ctx, id)
	if err != nil {
		return bank.Shape{}, err
	}
	return c.Shape()
}

// Content implements Papers.
func (u Unsealed) Content(ctx context.Context, _ SittingID, id bank.PaperID) (bank.Content, error) {
	return u(ctx, id)
}

// paperKey names a paper as one sitting uses it.
type paperKey struct {
	sitting SittingID
	paper   bank.PaperID
}

// maxFormsKept is how many papers a node keeps ready.
const maxFormsKept = 256

// formOf returns the form of the sitting's paper.
func (s *Service) formOf(ctx context.Context, sitting SittingID, id bank.PaperID) (*Form, error) {
	return ready(s, s.forms, paperKey{sitting, id}, func() (*Form, error) {
		shape, err := s.papers.Shape(ctx, sitting, id)
		if err != nil {
			return nil, err
		}
		return NewForm(&shape)
	})
}

// releasedOf returns the sitting's paper with texts and keys. Error: ErrSealed.
func (s *Service) releasedOf(ctx context.Context, sitting SittingID, id bank.PaperID) (*Released, error) {
	f, err := s.formOf(ctx, sitting, id)
	if err != nil {
		return nil, err
	}
	return ready(s, s.released, paperKey{sitting, id}, func() (*Released, error) {
		content, err := s.papers.Content(ctx, sitting, id)
		if err != nil {
			return nil, err
		}
		return NewReleased(f, &content)
	})
}

// ready returns what the map of s holds for the key, or makes it.
func ready[T any](s *Service, held map[paperKey]*T, key paperKey, make func() (*T, error)) (*T, error) {
	s.mu.RLock()
	v := held[key]
	s.mu.RUnlock()
	if v != nil {
		return v, nil
	}
	v, err := make()
	if err != nil {
		return nil, fmt.Errorf("loading paper %s: %w", key.paper, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(held) >= maxFormsKept {
		clear(held) // who uses one keeps it
	}
	held[key] = v
	return v, nil
}

// allReleased returns ErrSealed unless every paper of the sitting is released.
func (s *Service) allReleased(ctx context.Context, sitting *Sitting) error {
	for _, id := range sitting.Papers {
		if _, err := s.releasedOf(ctx, sitting.ID, id); err != nil {
			return err
		}
	}
	return nil
}
