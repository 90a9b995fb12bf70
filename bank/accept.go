package bank

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
)

// maxTries bounds how often an acceptance starts anew because others were
// first.
const maxTries = 20

// Accepted is the result of an acceptance.
type Accepted struct {
	Import Import `json:"import"`
	// Already: these bytes were accepted for this outline before. Nothing was
	// stored now; Import is the first result.
	Already bool `json:"already"`
}

// AcceptOutline accepts an outline as the next version, all or nothing.
// report is the one that came with the file. Sending the same file again
// returns the first result. Errors: ErrImport with the wrong places,
// ErrOutline, ErrBusy. Durable when it returns.
func (b *Bank) AcceptOutline(ctx context.Context, actor string, file OutlineFile, report Report) (Accepted, error) {
	if err := report.Err(); err != nil {
		return Accepted{}, err
	}
	o := file.Outline
	o.ID = OutlineFor(o.Occupation, o.Level)
	if err := o.Validate(); err != nil {
		return Accepted{}, err
	}
	m := Import{ID: importID(OutlineImport, o.ID, file.SHA256), Kind: OutlineImport, Outline: o.ID,
		File: file.Name, SHA256: file.SHA256, Actor: actor}
	return b.accept(ctx, m, func(state *accepted, m *Import) error {
		if last, ok := state.outline(); ok {
			o.Version = last.OutlineVersion
		}
		o.Version++
		o.Batch, m.OutlineVersion = "", o.Version
		o.Walk(func(_ PointPath, _ []*Range, p *Point) {
			if p != nil {
				m.Added++
			}
		})
		var err error
		if m.Digest, err = digestJSON(o); err != nil {
			return err
		}
		o.Batch = m.batch()
		return orExists(Outlines.Insert(ctx, b.db, &o))
	})
}

// Preview checks a file of questions against itself and the bank: the report
// that came with the file, and on it the rows that repeat or contradict
// others. AcceptQuestions does the same again, so a preview is not needed.
// Error: ErrOutlineUnknown.
func (b *Bank) Preview(ctx context.Context, file QuestionFile, report Report) (Report, error) {
	state, err := b.fold(ctx, file.Outline)
	if err != nil {
		return report, err
	}
	report, _, err = b.judge(ctx, &file, &report, &state)
	return report, err
}

// AcceptQuestions accepts a file of questions, all or nothing. report is the
// one that came with the file; with errors in it nothing is accepted. The
// questions become active. Sending the same file again returns the first
// result. The returned report is that of Preview, or the given one when the
// file was accepted before. Errors: ErrImport with the wrong places,
// ErrImportEmpty, ErrOutlineUnknown, ErrBusy. Durable when it returns.
func (b *Bank) AcceptQuestions(ctx context.Context, actor string, file QuestionFile, report Report) (Accepted, Report, error) {
	m := Import{ID: importID(QuestionsImport, file.Outline, file.SHA256), Kind: QuestionsImport,
		Outline: file.Outline, File: file.Name, SHA256: file.SHA256, Actor: actor}
	final := report
	done, err := b.accept(ctx, m, func(state *accepted, m *Import) error {
		var added []Question
		var err error
		if final, added, err = b.judge(ctx, &file, &report, state); err != nil {
			return err
		}
		if err := final.Err(); err != nil {
			return err
		}
		if final.Total == 0 {
			return ErrImportEmpty.Param("file", file.Name)
		}
		last, _ := state.outline()
		m.OutlineVersion, m.Added, m.Same = last.OutlineVersion, len(added), final.Same
		for i := range added {
			added[i].Status = Active
		}
		if m.Digest, err = digestJSON(added); err != nil {
			return err
		}
		for i := range added {
			added[i].Batch = m.batch()
		}
		if err := b.insertFigures(ctx, file.Figures, added); err != nil {
			return err
		}
		return b.insert(ctx, added)
	})
	return done, final, err
}

// judge runs the checks that need the bank. The report it is given stays as it
// is.
func (b *Bank) judge(ctx context.Context, file *QuestionFile, report *Report, state *accepted) (Report, []Question, error) {
	final := report.clone()
	outline, err := b.newest(ctx, file.Outline, state)
	if err != nil {
		return final, nil, err
	}
	existing, err := b.questions(ctx, file.Outline, state)
	if err != nil {
		return final, nil, err
	}
	added := judge(file, &outline, existing, &final)
	return final, added, nil
}

// insert stores the questions of a batch that nobody sees yet.
func (b *Bank) insert(ctx context.Context, questions []Question) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(16) // concurrent writes share a commit of the store
	for i := range questions {
		g.Go(func() error { return orExists(questionTable.insert(ctx, b, &questions[i])) })
	}
	return g.Wait()
}

// batch is where the documents of the import are stored. It follows from the
// content, so two that write the same batch write the same documents.
func (m *Import) batch() string { return string(m.ID) + "." + m.Digest[:12] }

// accept runs the order of writes of DESIGN.md: prepare checks and stores the
// documents of the batch for the state it is given; the append decides.
func (b *Bank) accept(ctx context.Context, m Import, prepare func(*accepted, *Import) error) (Accepted, error) {
	for range maxTries {
		state, err := b.fold(ctx, m.Outline)
		if err != nil {
			return Accepted{}, err
		}
		if first, ok := state.find(m.ID); ok {
			return Accepted{Import: first, Already: true}, nil
		}
		try := m
		try.At = b.time()
		if err := prepare(&state, &try); err != nil {
			return Accepted{}, fmt.Errorf("accepting %s: %w", m.File, err)
		}
		try.Batch = try.batch()
		data, err := json.Marshal(try)
		if err != nil {
			return Accepted{}, fmt.Errorf("accepting %s: %w", m.File, err)
		}
		kind := questionsAccepted
		if m.Kind == OutlineImport {
			kind = outlineAccepted
		}
		done, err := b.led.Append(ctx, ledger.Entry{Stream: m.Outline.Stream(), Expect: state.seq, At: try.At,
			Kind: kind, Actor: m.Actor, Key: "import/" + string(m.ID), Data: data})
		switch {
		case errors.Is(err, ledger.ErrConflict), err == nil && done.Replayed:
			continue // others were first; see what they did
		case err != nil:
			return Accepted{}, fmt.Errorf("accepting %s: %w", m.File, err)
		}
		return Accepted{Import: try}, nil
	}
	return Accepted{}, ErrBusy
}

// time is the server's time as it is stored: UTC, in whole milliseconds.
func (b *Bank) time() time.Time { return b.now().UTC().Truncate(time.Millisecond) }

// orExists forgives an insert that met itself: ids of batches, papers and
// blueprints are derived from content.
func orExists(err error) error {
	if errors.Is(err, store.ErrExists) {
		return nil
	}
	return err
}

func refKey(ref QuestionRef) string { return store.Key(string(ref.ID), strconv.Itoa(ref.Version)) }

func compareQuestions(a, b Question) int {
	return cmp.Or(cmp.Compare(a.Point, b.Point), cmp.Compare(a.ID, b.ID))
}

func digestJSON(v any) (string, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("digesting: %w", err)
	}
	return digest("content", string(body)), nil
}
