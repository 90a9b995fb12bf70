package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/scoring"
)

// window is how long one round lasts. The next one has the same rooms and
// people, so it begins when this one has ended.
const window = 23 * time.Hour

// ours begins the ids of the demonstration's sittings. What visitors make in
// the same store is theirs.
const ours = "demo-"

// round finds the sitting of a round that still admits candidates for a
// while.
func (s Services) round(ctx context.Context) (exam.SittingID, error) {
	open, err := s.Contest.Opened(ctx)
	if err != nil {
		return "", err
	}
	for _, d := range slices.Backward(open) {
		if d.Theory == nil || !strings.HasPrefix(string(d.Theory.Sitting), ours) {
			continue
		}
		info, err := s.Exam.Sitting(ctx, d.Theory.Sitting)
		if err != nil {
			return "", err
		}
		if info.State == exam.Running && info.StartedAt != nil && s.Now().Before(info.StartedAt.Add(window)) {
			return info.ID, nil
		}
		return "", nil // the newest is over, and so are those before it
	}
	return "", nil
}

// newRound makes sitting, contest and divisions, and starts them.
func (s Services) newRound(ctx context.Context, p *people, who map[string]access.AccountID, papers []bank.PaperID) (exam.SittingID, error) {
	now := s.Now().UTC()
	id := exam.SittingID(ours + now.Format("20060102150405"))
	x := sitting(id, p, papers, now)
	if err := s.Exam.CreateSitting(ctx, x); err != nil {
		return "", err
	}
	if err := s.Release(ctx, &x); err != nil {
		return "", fmt.Errorf("papers under seal: %w", err)
	}
	list := make([]exam.Registration, 0, len(p.Candidates))
	for _, c := range p.Candidates {
		list = append(list, exam.Registration{Name: c.Name, Unit: c.Unit, IDType: exam.IDResident, IDNumber: c.IDNumber, Centre: c.Centre})
	}
	ids, err := s.Exam.Register(ctx, id, "demo", list)
	if err != nil {
		return "", err
	}
	if err := s.contest(ctx, p, who, id, ids, now); err != nil {
		return "", err
	}
	if _, err := s.Exam.Prepare(ctx, id, actor); err != nil {
		return "", err
	}
	if err := s.Exam.OpenEntry(ctx, id, actor); err != nil {
		return "", err
	}
	return id, s.Exam.Start(ctx, id, actor)
}

// grading passes who reaches 60 of 100 in all sections together, to one
// decimal.
func grading(sections int) scoring.Grading {
	part := scoring.GradePart{ID: "theory", Name: scoring.Text{ZH: "理论知识考试", EN: "Theory"}, PassBP: 6000}
	for i := range sections {
		part.Sections = append(part.Sections, exam.SectionOf(i))
	}
	return scoring.Grading{Parts: []scoring.GradePart{part}, Rounding: scoring.GradeRounding{Unit: 10}}
}

func sitting(id exam.SittingID, p *people, papers []bank.PaperID, now time.Time) exam.Sitting {
	x := exam.Sitting{
		ID: id, Code: now.Format("0102"), Name: scoring.Text{ZH: "理论知识考试（演示场次）", EN: "Theory examination (demonstration)"},
		Occupation: occupation, Level: bank.Advanced, Papers: papers, StartsAt: now, ClosesAt: now.Add(window),
		Rules: exam.Rules{
			Version: "demo-1", LimitMS: 90 * 60_000, EntryOpensMS: 30 * 60_000, LastEntryMS: window.Milliseconds(),
			EarliestHandInMS: 0, GraceMS: 5000, EarlyStartMS: 60_000, ShuffleOptions: true, Multiple: scoring.PolicyAll,
			Grading: grading(len(Blueprint().Sections)),
		},
		// Digits of date and time make the numbers of two rounds differ.
		Ticket: now.Format("0102150405") + "{centre:2}{room:2}{seat:2}",
		Seed:   uint64(now.UnixNano()),
	}
	for _, c := range p.Centres {
		centre := exam.Centre{Code: c.ID, Name: c.Name}
		for _, r := range c.Rooms {
			room := exam.Room{Code: r.ID, Name: r.Name}
			for n := range r.Seats {
				seat := fmt.Sprintf("%02d", n+1)
				if n >= r.Seats-max(1, r.Seats/10) {
					room.Spare = append(room.Spare, seat)
				} else {
					room.Seats = append(room.Seats, seat)
				}
			}
			centre.Rooms = append(centre.Rooms, room)
		}
		x.Centres = append(x.Centres, centre)
	}
	return x
}
