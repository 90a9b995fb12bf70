package exam

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/xinglu/xinglu/bank"
)

// Version is one of the answers that a candidate gave to a question.
type Version struct {
	Seq     int64     `json:"seq"`
	Value   []string  `json:"value"`
	Flagged bool      `json:"flagged"`
	At      time.Time `json:"at"`
	Chars   int       `json:"chars"`  // of its texts
	Counts  bool      `json:"counts"` // it is the one that counts
}

// HistoryFrame answers a question for the versions of an answer, the newest
// first.
type HistoryFrame struct {
	Head
	N        int64           `json:"n"`
	Question bank.QuestionID `json:"question"`
	Versions []Version       `json:"versions"`
}

const (
	// maxVersions is how many versions a screen gets.
	maxVersions = 20
	// versionStep thins the versions of texts, which are saved while they are
	// typed: one a while is enough to find what was lost. All are in the ledger.
	versionStep = 15 * time.Second
)

// History returns the versions of the answer to a question, for the seat with
// the fence. Texts that are not held in memory are read from the ledger.
// Errors: ErrReplaced, ErrVoid, ErrNotStarted, and ErrBadFrame for a question
// that the paper does not have.
func (s *Service) History(ctx context.Context, id AttemptID, fence, n int64, q bank.QuestionID) (HistoryFrame, error) {
	f := HistoryFrame{Head: Head{"history"}, N: n, Question: q}
	var kept []Kept
	err := s.with(ctx, id, func(e *entry) error {
		a := e.attempt
		form, err := s.form(ctx, e)
		if err != nil {
			return err
		}
		switch {
		case a.State == Void:
			return ErrVoid
		case a.held(fence) != nil:
			return ErrReplaced
		case a.StartedAt.IsZero():
			return ErrNotStarted
		case form.byID[q] == nil:
			return ErrBadFrame
		}
		kept = thinned(a.answers[q])
		return nil
	})
	if err != nil {
		return f, err
	}
	f.Versions = make([]Version, 0, len(kept))
	for i := range kept {
		if err := s.restoreText(ctx, id, &kept[i]); err != nil {
			return f, err
		}
		k := &kept[i]
		v := Version{Seq: k.Seq, Value: values(k.Value), Flagged: k.Flagged, At: k.At, Counts: i == 0}
		for _, text := range k.Value {
			v.Chars += utf8.RuneCountInString(text)
		}
		f.Versions = append(f.Versions, v)
	}
	return f, nil
}

// thinned chooses the versions that a screen gets, the newest first.
func thinned(all []Kept) []Kept {
	var list []Kept
	var before time.Time // of the version chosen last
	for i := len(all) - 1; i >= 0 && len(list) < maxVersions; i-- {
		k := all[i]
		if k.Cut && before.Sub(k.At).Abs() < versionStep {
			continue
		}
		list, before = append(list, k), k.At
	}
	return list
}

// restoreText reads the value of a cut answer.
func (s *Service) restoreText(ctx context.Context, id AttemptID, k *Kept) error {
	if !k.Cut {
		return nil
	}
	records, err := s.led.Read(ctx, id.Stream(), k.Record-1, 1)
	if err != nil {
		return fmt.Errorf("reading attempt %s: %w", id, err)
	}
	if len(records) == 1 {
		e, err := decodeEvent(records[0].Kind, records[0].Data)
		if err != nil {
			return ErrFold.Wrap(err)
		}
		if e, ok := e.(Answered); ok {
			for i := range e.Answers {
				g := &e.Answers[i]
				if g.Question == k.Question && g.Seq == k.Seq && givenAt(e.Fence, g) == k.Fence {
					k.Value, k.Cut = g.Value, false
					return nil
				}
			}
		}
	}
	return ErrFold.Wrap(fmt.Errorf("attempt %s: record %d does not hold the answer", id, k.Record))
}
