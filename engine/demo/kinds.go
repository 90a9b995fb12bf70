package demo

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/scoring"
)

// kindsSeed draws a paper that shows figures, a table, formulas, and sub- and
// superscripts.
const kindsSeed = 32

// KindsBlueprint is the short paper with every kind of question: 22 questions,
// 100 marks, 40 minutes.
func KindsBlueprint() bank.Blueprint {
	return bank.Blueprint{
		ID: "dgy3-full", Version: 1, Title: "电工（三级/高级工）理论知识试卷（全题型）",
		Outline: bank.OutlineFor(occupation, bank.Advanced),
		Sections: []bank.SectionPlan{
			{Kind: bank.SingleChoice, Count: 5, ScoreEach: 200},
			{Kind: bank.MultipleChoice, Count: 2, ScoreEach: 300},
			{Kind: bank.TrueFalse, Count: 3, ScoreEach: 200},
			{Kind: bank.FillIn, Count: 3, ScoreEach: 400},
			{Kind: bank.Ordering, Count: 2, ScoreEach: 400},
			{Kind: bank.Matching, Count: 2, ScoreEach: 500},
			{Kind: bank.ShortAnswer, Count: 2, ScoreEach: 600},
			{Kind: bank.Calculation, Count: 1, ScoreEach: 1000},
			{Kind: bank.Essay, Count: 1, ScoreEach: 1000},
			{Kind: bank.Case, Count: 1, ScoreEach: 1600},
		},
		Total: 10000, Limit: 40 * 60, Pass: 6000, Depth: 1,
	}
}

// allKinds makes the short sitting beside the sitting of a round, unless it is
// there, and returns tickets that are still free.
func (s Services) allKinds(ctx context.Context, p *people, round exam.SittingID) ([]CandidateLogin, error) {
	id := exam.SittingID(ours + "kinds-" + strings.TrimPrefix(string(round), ours))
	info, err := s.Exam.Sitting(ctx, id)
	if errors.Is(err, exam.ErrSittingNotFound) {
		err = s.newKinds(ctx, p, id)
	} else if err == nil && info.State != exam.Running {
		return nil, nil // somebody has closed it, or it stopped half made
	}
	if err != nil {
		return nil, err
	}
	return s.free(ctx, p, id, 3)
}

func (s Services) newKinds(ctx context.Context, p *people, id exam.SittingID) error {
	papers, err := s.draw(ctx, KindsBlueprint(), kindsSeed)
	if err != nil {
		return err
	}
	now := s.Now().UTC()
	x := sitting(id, p, papers, now)
	x.Name = scoring.Text{ZH: "全题型理论知识考试（演示场次）", EN: "Theory examination with every kind of question (demonstration)"}
	x.Rules.LimitMS, x.Rules.Grading = 40*time.Minute.Milliseconds(), grading(len(KindsBlueprint().Sections))
	x.Ticket = now.Format("0102150405") + "9{serial:5}"
	// Beside the round, so in a room and with people of its own.
	x.Centres = x.Centres[:1]
	x.Centres[0].Rooms = x.Centres[0].Rooms[2:]
	if err := s.Exam.CreateSitting(ctx, x); err != nil {
		return err
	}
	if err := s.Release(ctx, &x); err != nil {
		return err
	}
	var list []exam.Registration
	for _, c := range p.Kinds {
		list = append(list, exam.Registration{Name: c.Name, Unit: c.Unit, IDType: exam.IDResident, IDNumber: c.IDNumber, Centre: x.Centres[0].Code})
	}
	if _, err := s.Exam.Register(ctx, id, "demo", list); err != nil {
		return err
	}
	if _, err := s.Exam.Prepare(ctx, id, actor); err != nil {
		return err
	}
	if err := s.Exam.OpenEntry(ctx, id, actor); err != nil {
		return err
	}
	return s.Exam.Start(ctx, id, actor)
}
