package engine

import (
	"context"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/scoring"
)

// TheoryScored carries a marked paper into the division that the sitting
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
	found, _, err := divisions.Find(ctx, s.db, store.Query{Index: "sitting", Equal: string(o.Sitting), Limit: 1})
	if err != nil || len(found) == 0 {
		return err
	}
	div := found[0]
	who, _, err := competitors.Find(ctx, s.db, store.Query{
		Index: "candidate", Equal: store.Key(string(div.ID), string(o.Candidate)), Limit: 1,
	})
	if err != nil || len(who) == 0 {
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
		Competitor: who[0].ID, Module: div.Theory.Module, Value: v, Source: "attempt/" + string(o.Attempt), Revision: o.Seq,
	})
}
