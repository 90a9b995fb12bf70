package custody

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/xinglu/xinglu/bank"
)

// opened is the papers of one sitting, decrypted on this node or about to be.
type opened struct {
	mu     sync.Mutex
	papers map[bank.PaperID]bank.Content // nil until decrypted
	pack   string
}

// Shape returns the shape of a paper of the sitting's package, before and
// after release. Errors: ErrNotSealed, ErrPaper, ErrDamaged.
func (v *Vault) Shape(ctx context.Context, sitting string, paper bank.PaperID) (bank.Shape, error) {
	s, err := v.story(ctx, sitting)
	if err != nil {
		return bank.Shape{}, err
	}
	if s.pack == "" {
		return bank.Shape{}, ErrNotSealed
	}
	p, err := v.load(ctx, s.pack)
	if err != nil {
		return bank.Shape{}, err
	}
	for _, shape := range p.Shapes {
		if shape.ID == paper {
			return shape, nil
		}
	}
	return bank.Shape{}, ErrPaper.Param("paper", paper)
}

// Content returns a released paper: SECRET. The first call on a node decrypts
// the sitting's papers into memory, where they stay, and is recorded. The
// content is shared and must not be changed. Errors: ErrNotSealed, ErrLocked,
// ErrPaper, ErrDamaged.
func (v *Vault) Content(ctx context.Context, sitting string, paper bank.PaperID) (bank.Content, error) {
	o, err := v.opened(ctx, sitting)
	if err != nil {
		return bank.Content{}, err
	}
	c, ok := o.papers[paper]
	if !ok {
		return bank.Content{}, ErrPaper.Param("paper", paper)
	}
	return c, nil
}

func (v *Vault) opened(ctx context.Context, sitting string) (*opened, error) {
	v.mu.Lock()
	o := v.open[sitting]
	if o == nil {
		o = &opened{}
		v.open[sitting] = o
	}
	v.mu.Unlock()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.papers != nil {
		return o, nil
	}
	papers, pack, err := v.decrypt(ctx, sitting)
	if err != nil {
		return nil, err
	}
	o.papers, o.pack = papers, pack
	return o, nil
}

// decrypt opens the sitting's released package and records it.
func (v *Vault) decrypt(ctx context.Context, sitting string) (map[bank.PaperID]bank.Content, string, error) {
	s, err := v.story(ctx, sitting)
	switch {
	case err != nil:
		return nil, "", err
	case s.pack == "":
		return nil, "", ErrNotSealed
	case !s.released:
		return nil, "", ErrLocked
	}
	p, err := v.load(ctx, s.pack)
	if err != nil {
		return nil, "", err
	}
	key, err := v.openSecret(ctx, keys, s.pack)
	if err != nil {
		return nil, "", fmt.Errorf("key of package %s: %w", s.pack, err)
	}
	papers, err := p.contents(key)
	if err != nil {
		return nil, "", err
	}
	e := Event{Package: s.pack, Name: v.o.Node, Papers: slices.Sorted(maps.Keys(papers))}
	return papers, s.pack, v.record(ctx, sitting, anySeq, Opened, v.o.Node, "", e)
}

// Look asks for a released paper on behalf of a person.
type Look struct {
	Sitting string
	Paper   bank.PaperID
	By      string // account
	Reason  string
	Print   bool // to paper, not to a screen
}

// Look returns a released paper for a person's eyes, after recording who
// looks and why. Errors: ErrReason and those of Content.
func (v *Vault) Look(ctx context.Context, l Look) (bank.Content, error) {
	reason := strings.TrimSpace(l.Reason)
	if reason == "" || utf8.RuneCountInString(reason) > 300 {
		return bank.Content{}, ErrReason
	}
	o, err := v.opened(ctx, l.Sitting)
	if err != nil {
		return bank.Content{}, err
	}
	c, ok := o.papers[l.Paper]
	if !ok {
		return bank.Content{}, ErrPaper.Param("paper", l.Paper)
	}
	kind := Viewed
	if l.Print {
		kind = Printed
	}
	e := Event{Package: o.pack, Name: v.o.Name(ctx, l.By), Papers: []bank.PaperID{l.Paper}, Reason: reason}
	return c, v.record(ctx, l.Sitting, anySeq, kind, l.By, "", e)
}
