package bank

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
)

// Kinds of the records in a stream "bank/<occupation>-<level>".
const (
	outlineAccepted   = "bank.outline_accepted"
	questionsAccepted = "bank.questions_accepted"
	blueprintSaved    = "bank.blueprint_saved"
	paperAssembled    = "bank.paper_assembled"
)

// Bank accepts and finds outlines, questions, blueprints and papers.
type Bank struct {
	db     store.DB
	led    ledger.Appender
	sealer Sealer
	now    func() time.Time

	mu      sync.Mutex
	streams map[OutlineID]*accepted
}

// New returns a bank over an opened store, which must have been opened with
// Collections, and the ledger on it. Questions and papers are stored sealed.
func New(db store.DB, led ledger.Appender, sealer Sealer, now func() time.Time) *Bank {
	return &Bank{db: db, led: led, sealer: sealer, now: now, streams: map[OutlineID]*accepted{}}
}

// ImportID names the acceptance of one file for one outline.
type ImportID string

// ImportKind says what a file brought.
type ImportKind string

// The kinds of imports.
const (
	OutlineImport   ImportKind = "outline"
	QuestionsImport ImportKind = "questions"
)

// Import is one accepted file: the data of its ledger record.
type Import struct {
	ID      ImportID   `json:"id"`
	Kind    ImportKind `json:"kind"`
	Outline OutlineID  `json:"outline"`
	// OutlineVersion is the version that was accepted, or that the questions
	// were read with.
	OutlineVersion int       `json:"outline_version"`
	File           string    `json:"file"`
	SHA256         string    `json:"sha256"` // of the file
	Batch          string    `json:"batch"`  // of the documents it brought
	Added          int       `json:"added"`  // questions or points added
	Same           int       `json:"same"`   // rows that were there already
	Digest         string    `json:"digest"` // over the documents, in file order
	Actor          string    `json:"actor"`
	At             time.Time `json:"at"`
}

// importID is the same for the same bytes read for the same outline.
func importID(kind ImportKind, outline OutlineID, sha256 string) ImportID {
	return ImportID("i" + digest("import", string(kind), string(outline), sha256)[:20])
}

// accepted is the fold of one stream: what was accepted, up to a sequence.
type accepted struct {
	seq     int64
	imports []Import
}

func (a *accepted) find(id ImportID) (Import, bool) {
	i := slices.IndexFunc(a.imports, func(m Import) bool { return m.ID == id })
	if i < 0 {
		return Import{}, false
	}
	return a.imports[i], true
}

// batches is the set of batches that count.
func (a *accepted) batches() map[string]bool {
	set := make(map[string]bool, len(a.imports))
	for _, m := range a.imports {
		set[m.Batch] = true
	}
	return set
}

// outline returns the newest accepted outline import.
func (a *accepted) outline() (Import, bool) {
	for _, m := range slices.Backward(a.imports) {
		if m.Kind == OutlineImport {
			return m, true
		}
	}
	return Import{}, false
}

// fold reads the stream to its end. The result is the caller's own.
func (b *Bank) fold(ctx context.Context, id OutlineID) (accepted, error) {
	b.mu.Lock()
	state := accepted{}
	if s := b.streams[id]; s != nil {
		state = *s
	}
	b.mu.Unlock()
	state.imports = slices.Clip(state.imports) // append below must not write into the shared array

	if _, err := ledger.Fold(ctx, b.db.Ledger(), id.Stream(), state.seq, state.apply); err != nil {
		return accepted{}, fmt.Errorf("reading %s: %w", id.Stream(), err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := b.streams[id]; state.seq > 0 && (s == nil || s.seq < state.seq) {
		keep := state
		b.streams[id] = &keep
	}
	return state, nil
}

func (a *accepted) apply(r ledger.Record) error {
	a.seq = r.Seq
	if r.Kind != outlineAccepted && r.Kind != questionsAccepted {
		return nil
	}
	var m Import
	if err := json.Unmarshal(r.Data, &m); err != nil {
		return fmt.Errorf("record %d of %s: %w", r.Seq, r.Stream, err)
	}
	a.imports = append(a.imports, m)
	return nil
}

// Imports lists the accepted files of an outline, oldest first.
func (b *Bank) Imports(ctx context.Context, id OutlineID) ([]Import, error) {
	state, err := b.fold(ctx, id)
	if err != nil {
		return nil, err
	}
	return append([]Import{}, state.imports...), nil
}

// Outlines lists the newest accepted version of every outline, by id.
func (b *Bank) Outlines(ctx context.Context) ([]Outline, error) {
	all, err := Outlines.All(ctx, b.db, store.Query{Index: byOutline})
	if err != nil {
		return nil, err
	}
	list := []Outline{}
	seen := map[OutlineID]bool{}
	for _, o := range all {
		if seen[o.ID] {
			continue
		}
		seen[o.ID] = true
		newest, err := b.Outline(ctx, o.ID)
		if errors.Is(err, ErrOutlineUnknown) {
			continue // it has only versions that were never accepted
		} else if err != nil {
			return nil, err
		}
		list = append(list, newest)
	}
	return list, nil
}

// Outline returns the newest accepted version, or ErrOutlineUnknown.
func (b *Bank) Outline(ctx context.Context, id OutlineID) (Outline, error) {
	state, err := b.fold(ctx, id)
	if err != nil {
		return Outline{}, err
	}
	return b.newest(ctx, id, &state)
}

func (b *Bank) newest(ctx context.Context, id OutlineID, state *accepted) (Outline, error) {
	m, ok := state.outline()
	if !ok {
		return Outline{}, ErrOutlineUnknown.Param("outline", id)
	}
	v, err := Outlines.Get(ctx, b.db, fmt.Sprintf("%s/%d", m.Batch, m.OutlineVersion))
	return v.Value, err
}

// Questions lists the newest accepted version of every question of an
// outline, sorted by point and id, whatever their status.
func (b *Bank) Questions(ctx context.Context, id OutlineID) ([]Question, error) {
	state, err := b.fold(ctx, id)
	if err != nil {
		return nil, err
	}
	return b.questions(ctx, id, &state)
}

func (b *Bank) questions(ctx context.Context, id OutlineID, state *accepted) ([]Question, error) {
	stored, err := questionTable.all(ctx, b, store.Query{Index: byOutline, Equal: store.Key(string(id))})
	if err != nil {
		return nil, err
	}
	counts := state.batches()
	newest := make(map[QuestionID]int, len(stored)) // place in list
	list := make([]Question, 0, len(stored))
	for _, q := range stored {
		if !counts[q.Batch] {
			continue
		}
		at, ok := newest[q.ID]
		switch {
		case !ok:
			newest[q.ID] = len(list)
			list = append(list, q)
		case list[at].Version < q.Version:
			list[at] = q
		}
	}
	slices.SortFunc(list, compareQuestions)
	return list, nil
}

// Question returns one version of a question, or ErrQuestionUnknown.
func (b *Bank) Question(ctx context.Context, id OutlineID, ref QuestionRef) (Question, error) {
	state, err := b.fold(ctx, id)
	if err != nil {
		return Question{}, err
	}
	return b.question(ctx, ref, state.batches())
}

func (b *Bank) question(ctx context.Context, ref QuestionRef, counts map[string]bool) (Question, error) {
	found, err := questionTable.all(ctx, b, store.Query{Index: byRef, Equal: refKey(ref)})
	if err != nil {
		return Question{}, err
	}
	for _, q := range found {
		if counts[q.Batch] {
			return q, nil
		}
	}
	return Question{}, ErrQuestionUnknown.Param("id", ref.ID).Param("version", ref.Version)
}
