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
// counting is an error, and the exam tries again. It is idempotent by attempt.
func (s *Contests) TheoryScored(ctx context.Context, sitting exam.SittingID, candidate exam.CandidateID, attempt exam.AttemptID, v scoring.Value) error {
	found, _, err := divisions.Find(ctx, s.db, store.Query{Index: "sitting", Equal: string(sitting), Limit: 1})
	if err != nil || len(found) == 0 {
		return err
	}
	div := found[0]
	who, _, err := competitors.Find(ctx, s.db, store.Query{
		Index: "candidate", Equal: store.Key(string(div.ID), string(candidate)), Limit: 1,
	})
	if err != nil || len(who) == 0 {
		return err
	}
	return s.ImportPart(ctx, "exam", div.ID, who[0].ID, div.Theory.Module, v, "attempt/"+string(attempt))
}
