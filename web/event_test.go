package web_test

import (
	"testing"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/web"
)

// TestJudgesSeeTheirEvent: a division of a contest's second event is headed by
// that one, not by the contest's first.
func TestJudgesSeeTheirEvent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	event, err := w.engine.CreateEvent(ctx, w.contest, engine.EventDraft{Name: text("焊工"), Kind: engine.EventSkill})
	must(t, err)
	d, err := w.engine.CreateDivision(ctx, engine.DivisionDraft{
		Contest: w.contest, Event: event.ID, Name: text("职工组"), Scheme: scheme(), Rules: rules(),
		Panels: []engine.Panel{{Module: "P", Judges: []engine.PanelJudge{{Judge: w.judges[0].ID, Unit: "甲"}, {Judge: w.judges[1].ID, Unit: "乙"}}}},
	})
	must(t, err)
	must(t, w.engine.Enter(ctx, d.ID, []engine.Competitor{engine.NewCompetitor("w1", "焊手", "丙", "济南")}))
	must(t, w.engine.Open(ctx, "test", d.ID, 7))
	var list web.JudgeSheets
	w.judge(0).get("/api/judge/sheets").want(200).into(&list)
	events := map[engine.DivisionID]string{}
	for _, x := range list.Divisions {
		events[x.ID] = x.Event.ZH
	}
	if events[d.ID] != "焊工" || events[w.division] != "电工" {
		t.Errorf("judges see %v", events)
	}
}
