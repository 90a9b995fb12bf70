package engine

import (
	"context"
	"errors"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/scoring"
)

// TheoryScored carries a marked paper into the divisions that the sitting
// belongs to. A sitting without a division, or a candidate who is no
// competitor, is none of ours: nil. Anything else that keeps the marks from
// counting is an error, and the exam tries again. It is idempotent by attempt
// and record: a newer outcome, such as a void or new marks after a decision on
// keys, replaces the older.
//
// Only final marks count. While people have still to mark a part, and when the
// time ran out and nobody handed in, the module is blank: the competitor did
// start, so it is not absence, and nobody gave a 0. The total stays incomplete
// until the part is marked, or people void the attempt. A void attempt counts
// as one that was not begun; the division's rules say what that is worth.
func (s *Contests) TheoryScored(ctx context.Context, o exam.Scored) error {
	list, err := s.divisionsBy(ctx, store.Query{Index: "theory", Equal: string(o.Sitting)})
	if err != nil {
		return err
	}
	older, err := s.divisionsBy(ctx, store.Query{Index: "sitting", Equal: string(o.Sitting)})
	if err != nil {
		return err
	}
	var failed []error
	for _, div := range append(list, older...) {
		failed = append(failed, s.theoryOf(ctx, div, o))
	}
	return errors.Join(failed...)
}

// theoryOf carries a marked paper into one division.
func (s *Contests) theoryOf(ctx context.Context, div Division, o exam.Scored) error {
	who, err := s.sitter(ctx, div, o.Candidate)
	if err != nil || who == "" {
		return err
	}
	v := scoring.Absence()
	switch {
	case o.Void:
	case o.Abandoned, o.Marked != nil && (o.Marked.Result.ToMark > 0 || o.Grade.Outcome == scoring.GradeIncomplete):
		v = scoring.None()
	case o.Marked == nil:
	default:
		v = scoring.Of(o.Grade.Score)
	}
	return s.ImportPart(ctx, "exam", div.ID, Import{
		Competitor: who, Module: div.Theory.Module, Value: v, Source: "attempt/" + string(o.Attempt), Revision: o.Seq,
	})
}

// sitter returns the competitor for whom the candidate sits the theory, ""
// when there is none or the competitor withdrew.
func (s *Contests) sitter(ctx context.Context, div Division, who exam.CandidateID) (CompetitorID, error) {
	key := store.Key(string(div.ID), string(who))
	for _, index := range []string{"by_candidate", "candidate"} {
		found, _, err := competitors.Find(ctx, s.db, store.Query{Index: index, Equal: key, Limit: 1})
		if err != nil {
			return "", err
		}
		if len(found) == 0 {
			continue
		}
		id, there := found[0].ID, found[0].Doc == ""
		err = s.onRoll(ctx, div.Contest, func(r *Roll) error {
			l := r.line(id)
			there = there || l != nil && l.State != EnlistWithdrawn
			return nil
		})
		if err != nil || !there {
			return "", err
		}
		return id, nil
	}
	return "", nil
}
