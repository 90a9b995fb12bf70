package bank

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
)

// SaveBlueprint stores a version of a blueprint. Saving the same version with
// the same content again does nothing. Errors: ErrBlueprint,
// ErrBlueprintExists, ErrOutlineUnknown. Durable when it returns.
func (b *Bank) SaveBlueprint(ctx context.Context, actor string, bp Blueprint) error {
	if err := bp.Validate(); err != nil {
		return err
	}
	o, err := b.Outline(ctx, bp.Outline)
	if err != nil {
		return err
	}
	if _, err := bp.weights(&o); err != nil {
		return err
	}
	return b.saveBlueprint(ctx, actor, bp)
}

func (b *Bank) saveBlueprint(ctx context.Context, actor string, bp Blueprint) error {
	err := Blueprints.Insert(ctx, b.db, &bp)
	if errors.Is(err, store.ErrExists) {
		stored, err := b.Blueprint(ctx, bp.ID, bp.Version)
		if err != nil {
			return err
		}
		if !sameJSON(stored, bp) {
			return ErrBlueprintExists.Param("id", bp.ID).Param("version", bp.Version)
		}
	} else if err != nil {
		return err
	}
	return b.record(ctx, bp.Outline, blueprintSaved, actor, "blueprint/"+blueprintKey(bp.ID, bp.Version), bp)
}

// Blueprint returns one version of a blueprint, or store.ErrNotFound.
func (b *Bank) Blueprint(ctx context.Context, id BlueprintID, version int) (Blueprint, error) {
	v, err := Blueprints.Get(ctx, b.db, blueprintKey(id, version))
	return v.Value, err
}

// Blueprints lists all versions of the blueprints of an outline.
func (b *Bank) Blueprints(ctx context.Context, id OutlineID) ([]Blueprint, error) {
	return Blueprints.All(ctx, b.db, store.Query{Index: byOutline, Equal: store.Key(string(id))})
}

// Assemble composes a paper from the active questions and stores it together
// with its blueprint. The same bank, blueprint and seed give the same paper,
// stored once. Errors: those of Compose and SaveBlueprint. Durable when it
// returns.
func (b *Bank) Assemble(ctx context.Context, actor string, bp Blueprint, seed uint64) (Paper, error) {
	state, err := b.fold(ctx, bp.Outline)
	if err != nil {
		return Paper{}, err
	}
	o, err := b.newest(ctx, bp.Outline, &state)
	if err != nil {
		return Paper{}, err
	}
	questions, err := b.questions(ctx, bp.Outline, &state)
	if err != nil {
		return Paper{}, err
	}
	p, err := Compose(o, questions, bp, seed)
	if err != nil {
		return Paper{}, err
	}
	if err := b.saveBlueprint(ctx, actor, bp); err != nil {
		return Paper{}, err
	}
	if err := orExists(paperTable.insert(ctx, b, &p)); err != nil {
		return Paper{}, err
	}
	return p, b.record(ctx, p.Outline, paperAssembled, actor, "paper/"+string(p.ID), paperAbout(&p))
}

// Paper returns a paper, or ErrPaperUnknown.
func (b *Bank) Paper(ctx context.Context, id PaperID) (Paper, error) {
	p, err := paperTable.get(ctx, b, string(id))
	if errors.Is(err, store.ErrNotFound) {
		return Paper{}, ErrPaperUnknown.Param("id", id)
	}
	return p, err
}

// Papers lists the papers of an outline, grouped by blueprint.
func (b *Bank) Papers(ctx context.Context, id OutlineID) ([]Paper, error) {
	return paperTable.all(ctx, b, store.Query{Index: byOutline, Prefix: store.Key(string(id))})
}

// QuestionsOf returns the questions of a paper with their keys, in the
// paper's order and at the paper's versions. Papers and question versions
// never change, so callers may keep the result.
func (b *Bank) QuestionsOf(ctx context.Context, p *Paper) ([]Question, error) {
	state, err := b.fold(ctx, p.Outline)
	if err != nil {
		return nil, err
	}
	counts := state.batches()
	list := make([]Question, 0, len(p.Refs()))
	for _, ref := range p.Refs() {
		q, err := b.question(ctx, ref, counts)
		if err != nil {
			return nil, fmt.Errorf("paper %s: %w", p.ID, err)
		}
		list = append(list, q)
	}
	return list, nil
}

// RecordView notes in the ledger, in a stream of its own beside the bank's,
// who was shown which questions. Durable when it returns.
func (b *Bank) RecordView(ctx context.Context, actor string, outline OutlineID, shown []QuestionRef) error {
	data, err := json.Marshal(map[string][]QuestionRef{"questions": shown})
	if err != nil {
		return fmt.Errorf("recording a view: %w", err)
	}
	_, err = b.led.Append(ctx, ledger.Entry{Stream: "bank_views/" + ledger.StreamID(outline), Expect: ledger.AnySeq, At: b.time(),
		Kind: "bank.viewed", Actor: actor, Data: data})
	if err != nil {
		return fmt.Errorf("recording a view: %w", err)
	}
	return nil
}

// record appends what was stored; the key makes a repetition harmless.
func (b *Bank) record(ctx context.Context, outline OutlineID, kind, actor, key string, content any) error {
	data, err := json.Marshal(content)
	if err != nil {
		return fmt.Errorf("recording %s: %w", key, err)
	}
	_, err = b.led.Append(ctx, ledger.Entry{Stream: outline.Stream(), Expect: ledger.AnySeq, At: b.time(),
		Kind: kind, Actor: actor, Key: key, Data: data})
	if err != nil {
		return fmt.Errorf("recording %s: %w", key, err)
	}
	return nil
}

// sameJSON compares values in their stored form, where empty and nil lists
// are one.
func sameJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
