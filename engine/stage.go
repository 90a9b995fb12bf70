package engine

import (
	"context"

	"github.com/xinglu/xinglu/scoring"
)

// StageKind says what a stage decides.
type StageKind string

// The kinds of stage.
const (
	StagePractice    StageKind = "practice"    // tries things out; nobody advances from it
	StagePreliminary StageKind = "preliminary" // its best go on
	StageFinal       StageKind = "final"
)

// Stage is one step of an event (阶段). Stages of an event run in their order.
type Stage struct {
	Kind  StageKind    `json:"kind" enum:"practice,preliminary,final"`
	Name  scoring.Text `json:"name"`  // "复赛"; empty: by its kind
	Order int          `json:"order"` // from 1
}

// stageLimit bounds the order of a stage; it is no rule.
const stageLimit = 99

func (s *Stage) check(c *checker) {
	switch s.Kind {
	case StagePractice, StagePreliminary, StageFinal:
	default:
		c.add("stage.kind", "unknown", "give practice, preliminary or final")
	}
	c.need(s.Order >= 1 && s.Order <= stageLimit, "stage.order", "out_of_range", "stages count from 1")
	c.need(len(s.Name.ZH) <= 300 && len(s.Name.EN) <= 300, "stage.name", "too_long", "a name has at most 100 characters")
}

// checkFrom asks that the division before is an earlier stage of the same
// event, or of a contest that feeds this one.
func (s *Contests) checkFrom(ctx context.Context, d DivisionDraft, c *checker) error {
	from, err := s.Division(ctx, d.From)
	if isNotFound(err) {
		c.add("from", "unknown", "there is no such division")
		return nil
	}
	if err != nil {
		return err
	}
	c.need(from.Stage.Kind != StagePractice, "from", "practice", "nobody advances from a practice")
	if from.Contest == d.Contest {
		c.need(from.Event == d.Event, "from", "other_event", "people advance within their event")
		c.need(from.Stage.Order < d.Stage.Order, "from", "stage_order", "people advance from an earlier stage")
		return nil
	}
	below, err := s.Contest(ctx, from.Contest)
	if err != nil {
		return err
	}
	c.need(below.Feeds == d.Contest, "from", "not_fed", "that division is of a contest that does not feed this one")
	return nil
}

// ancestors lists the divisions that d's people came through, d first.
func (d *Division) ancestors(all map[DivisionID]Division) []DivisionID {
	line := []DivisionID{d.ID}
	for next := d.From; next != "" && len(line) <= stageLimit; next = all[next].From {
		line = append(line, next)
	}
	return line
}
