package engine_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

// A module whose process is seen at the station and whose result as work has a
// panel for each. Neither panel, nor the desk, gets what ties a station to a
// work: not by a row, a violation, a time or a flag of the totals.
func TestTwoLayersInOneModule(t *testing.T) {
	t.Parallel()
	c := newCeremony(t, 6, func(d *engine.DivisionDraft) {
		a := &d.Scheme.Modules[1]
		aspects := a.SubCriteria[0].Aspects
		a.SubCriteria = []scoring.SubCriterion{
			{ID: "A1", Name: text("过程"), Max: 600, SeenAs: scoring.SeenAtStation, Aspects: aspects[:1]},
			{ID: "A2", Name: text("成果"), Max: 400, SeenAs: scoring.SeenAsWork, Aspects: aspects[1:]},
		}
		d.Scheme.Violations = []scoring.Violation{{ID: "noise", Label: text("干扰他人"), Ladder: []scoring.Sanction{{Kind: scoring.SanctionDeduct, Marks: 100}}}}
		d.Rules.Panel = scoring.PanelRule{Size: 2, MinJudges: 1, TotalGap: &scoring.TotalGap{Limit: 100}}
		j := judges(4)
		d.Panels = []engine.Panel{
			{Module: "A", SubCriteria: []scoring.SubCriterionID{"A1"}, Judges: j[:2]},
			{Module: "A", SubCriteria: []scoring.SubCriterionID{"A2"}, Judges: j[2:]},
			{Module: "B", Judges: j[2:]},
		}
	})
	c.draw(engine.DrawRequest{Layer: engine.LayerEntry})
	c.draw(engine.DrawRequest{Layer: engine.LayerStation})
	c.draw(engine.DrawRequest{Layer: engine.LayerWork, Modules: []scoring.ModuleID{"A"}, Statement: "作品收齐"})
	ctx := t.Context()
	var stations, works []string
	for _, j := range []access.AccountID{"j1", "j3"} {
		for _, s := range c.n.sheets(t, c.id, j) {
			if s.Module != "A" {
				continue
			}
			if j == "j1" {
				stations = append(stations, s.Code)
			} else {
				works = append(works, s.Code)
			}
		}
	}
	if len(stations) != 6 || len(works) != 6 || slices.ContainsFunc(stations, func(s string) bool { return slices.Contains(works, s) }) {
		t.Fatalf("stations %v, works %v", stations, works)
	}
	hand := func(j access.AccountID, s engine.SheetBrief, o scoring.Observation, a scoring.AspectID) {
		t.Helper()
		_, err := c.n.submit(t, c.id, j, s, []scoring.AspectEntry{{Aspect: a, Observation: o}}, func(x *engine.Submission) { x.CodeTail, x.Key = s.Code[len(s.Code)-2:], c.key() })
		c.must(err)
	}
	for i, j := range []access.AccountID{"j1", "j2"} {
		for _, s := range c.n.sheets(t, c.id, j) {
			hand(j, s, level(2+i%2), "J") // 4.00 and 6.00: their totals are flagged
		}
	}
	for _, j := range []access.AccountID{"j3", "j4"} {
		for _, s := range c.n.sheets(t, c.id, j) {
			if s.Module == "A" {
				hand(j, s, points(200), "R")
			}
		}
	}
	at := engine.Address{Layer: engine.LayerStation, Code: stations[2], Module: "A"}
	c.must(c.n.RecordViolation(ctx, "j1", c.id, c.key(), at, "noise", "", false))
	c.must(c.n.RecordTime(ctx, "j2", c.id, c.key(), at, 777_000, engine.TimeOfJudge, ""))
	wantError(t, "a judge of works at a station", c.n.RecordViolation(ctx, "j3", c.id, c.key(), at, "noise", "", false), engine.ErrOffice)
	wantError(t, "conduct by entry code", c.n.RecordViolation(ctx, chief, c.id, c.key(), engine.Address{Layer: engine.LayerEntry, Code: "1", Module: "A"}, "noise", "", true), engine.ErrNoCode)

	desk, err := c.n.Desk(ctx, c.id)
	c.must(err)
	panels := desk.Modules[0].Panels
	if len(panels) != 2 || panels[0].Layer != engine.LayerStation || panels[1].Layer != engine.LayerWork {
		t.Fatalf("panels %+v", panels)
	}
	for k, other := range [][]string{works, stations} {
		raw, err := json.Marshal(panels[k])
		c.must(err)
		for _, code := range other {
			if strings.Contains(string(raw), `"`+code) {
				t.Errorf("the rows of panel %d hold %s of the other layer", k, code)
			}
		}
	}
	for _, row := range panels[0].Rows {
		if here := row.Code == stations[2]; (row.Conduct == 1) != here || (row.TimeMS != nil) != here || row.Gap == nil || *row.Gap != 200 {
			t.Errorf("station row %+v", row)
		}
	}
	for _, row := range panels[1].Rows {
		if row.Conduct != 0 || row.TimeMS != nil || row.Gap != nil || row.Station != 0 {
			t.Errorf("work row %+v", row)
		}
	}
	for _, s := range c.n.sheets(t, c.id, "j3") {
		v, err := c.n.Sheet(ctx, "j3", c.id, s.ID)
		c.must(err)
		if v.TimeMS != nil || v.ModuleScheme.ID == "A" && len(v.ModuleScheme.SubCriteria) != 1 {
			t.Errorf("a judge of works sees %+v", v)
		}
	}
	sameFold(t, c.n, c.node(), c.id)
}
